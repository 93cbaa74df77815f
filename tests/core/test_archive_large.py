"""Files and archives over 4 GB, sparse, and of which only slices are read."""

from __future__ import annotations

import io
import os
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from archives import KnownSums, SlicedFile, archive_of, file_entry, in_memory, read_all, written

from desktop_share.core.archive import ArchiveRepresentation
from desktop_share.core.representation import MemorySegment, NotYet, read_at

SIZE = 5 << 30
FIRST, LAST = b"begins here", b"ends here"


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.write(FIRST)
        file.truncate(SIZE)
        file.seek(SIZE - len(LAST))
        file.write(LAST)
    if hasattr(os.stat_result, "st_blocks") and path.stat().st_blocks * 512 > SIZE // 2:
        pytest.skip("This disk has no sparse files.")
    return path


@pytest.fixture
def made(tmp_path: Path, large: Path) -> ArchiveRepresentation:
    """Something before, a member of 5 GB, and something behind 4 GB."""
    entries = (in_memory("before", b"b"), file_entry(large, "large.bin"), written(tmp_path, "behind", b"behind"))
    return archive_of(*entries, sums=KnownSums({"large.bin": 0x12345678, "behind": 0x6D3F9B5C}))


def test_that_python_reads_beyond_4_gb(made: ArchiveRepresentation) -> None:
    with zipfile.ZipFile(io.BufferedReader(SlicedFile(made), 4096)) as opened:
        info = opened.getinfo("large.bin")
        assert (info.file_size, info.compress_size, info.CRC) == (SIZE, SIZE, 0x12345678)
        assert opened.getinfo("behind").header_offset > SIZE
        with opened.open("large.bin") as member:
            assert member.read(len(FIRST)) == FIRST
        assert opened.getinfo("behind").file_size == 6


def test_that_slices_reach_into_every_part(made: ArchiveRepresentation) -> None:
    start = 30 + 6 + 9 + 1 + 30 + 9 + 20 + 9
    assert read_all(made, start, start + len(FIRST)) == FIRST
    assert read_all(made, start + SIZE - len(LAST), start + SIZE + 4) == LAST + b"PK\3\4"
    assert read_all(made, made.length - 22, made.length - 18) == b"PK\5\6"
    sizes = [segment.length for segment in made.slice(0, made.length) if not isinstance(segment, NotYet)]
    assert sum(sizes) == made.length
    assert SIZE in sizes  # for `sendfile`, as one


def test_that_other_programs_list_it(need: Callable[[str], str], tmp_path: Path, made: ArchiveRepresentation) -> None:
    """The archive as a sparse file: its records where they belong, and holes where the 5 GB are."""
    file = tmp_path / "made.zip"
    with file.open("wb") as out:
        for segment in made.slice(0, made.length):
            assert not isinstance(segment, NotYet)
            if isinstance(segment, MemorySegment):
                out.write(segment.data)
            else:
                out.write(read_at(segment, 0, len(FIRST)))
                out.seek(segment.length - len(FIRST), os.SEEK_CUR)
    assert file.stat().st_size == made.length
    for command in (("zipinfo", "-l"), ("7z", "l"), ("bsdtar", "-tvf")):
        tool, *options = command
        done = subprocess.run([need(tool), *options, str(file)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert str(SIZE) in done.stdout
        assert "behind" in done.stdout
        assert not done.stderr
    done = subprocess.run([need("unzip"), "-p", str(file), "before"], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, b"b")
