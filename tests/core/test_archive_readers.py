"""The archive read by the programs that people have: from a file, and from a pipe as it comes."""

from __future__ import annotations

import io
import os
import stat
import subprocess
import unicodedata
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives import SUMMER, archive_of, folder_entry, in_memory, read_all, written
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_share.core import archive
from desktop_share.core.archive import archive_length
from desktop_share.core.tree import Entry

UTF8 = {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC0"}
NAMES = ["Trip/日程🗻.txt", "Trip/été/cafe\u0301.txt", "Trip/Ünïcödé.bin", "Trip/plain.txt", "Trip/ spaced  name .txt"]


def run(*command: str, data: bytes | None = None, cwd: Path | None = None) -> str:
    done = subprocess.run(
        command,
        input=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=cwd,
        env=UTF8,
        check=False,
        timeout=60,
    )
    output = done.stdout.decode("utf-8", "replace")
    assert done.returncode == 0, output
    return output


@pytest.fixture
def entries(tmp_path: Path) -> tuple[Entry, ...]:
    disk = tmp_path / "disk"
    disk.mkdir()
    return (
        folder_entry("Trip/", mode=0o750),
        folder_entry("Trip/empty folder/"),
        *(written(disk, name, name.encode() * 100) for name in NAMES),
        written(disk, "Trip/run.sh", b"#!/bin/sh\n", mode=0o755),
        written(disk, "Trip/old.txt", b"old", mtime_ns=1_000_000_001 * 10**9),  # an odd second
        written(disk, "Trip/empty", b""),
        written(disk, "large.bin", os.urandom(archive.SMALL + 1)),
        in_memory("note.txt", "A note — with a dash".encode()),
    )


@pytest.fixture
def data(entries: tuple[Entry, ...]) -> bytes:
    return read_all(archive_of(*entries))


@pytest.fixture
def file(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "made.zip"
    path.write_bytes(data)
    return path


def content(entry: Entry) -> bytes:
    return entry.data if entry.data is not None else Path(entry.path).read_bytes()


def assert_extracted(folder: Path, entries: tuple[Entry, ...], *, modes: bool = True) -> None:
    found = {unicodedata.normalize("NFC", str(path.relative_to(folder))): path for path in folder.rglob("*")}
    for entry in entries:
        path = found[unicodedata.normalize("NFC", entry.name.rstrip("/"))]  # bsdtar joins them so
        status = path.stat()
        assert path.is_dir() == entry.is_folder
        assert not modes or status.st_mode & 0o777 == entry.mode & 0o777
        if not entry.is_folder:
            assert path.read_bytes() == content(entry)
            assert status.st_mtime_ns // 10**9 == entry.mtime_ns // 10**9
    assert len(found) == len(entries) + 1  # "Trip/été/" has no entry of its own


def test_that_unzip_reads_it(
    need: Callable[[str], str], tmp_path: Path, file: Path, entries: tuple[Entry, ...]
) -> None:
    assert "No errors detected" in run(need("unzip"), "-t", str(file))
    run(need("unzip"), "-q", str(file), "-d", str(tmp_path / "out"))
    assert_extracted(tmp_path / "out", entries)


def test_that_7_zip_reads_it(
    need: Callable[[str], str], tmp_path: Path, file: Path, entries: tuple[Entry, ...]
) -> None:
    output = run(need("7z"), "t", str(file))
    assert "Everything is Ok" in output
    assert "Warning" not in output
    run(need("7z"), "x", f"-o{tmp_path / 'out'}", str(file))
    assert_extracted(tmp_path / "out", entries)


def test_that_bsdtar_reads_it_as_it_comes(
    need: Callable[[str], str], tmp_path: Path, data: bytes, entries: tuple[Entry, ...]
) -> None:
    listed = run(need("bsdtar"), "-tf", "-", data=data).splitlines()
    assert listed == [unicodedata.normalize("NFC", entry.name) for entry in entries]
    out = tmp_path / "out"
    out.mkdir()
    run(need("bsdtar"), "-xf", "-", data=data, cwd=out)
    assert_extracted(out, entries, modes=False)  # these are in the directory, behind everything


def test_that_bsdtar_reads_it_from_a_file(
    need: Callable[[str], str], tmp_path: Path, file: Path, entries: tuple[Entry, ...]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    run(need("bsdtar"), "-xpf", str(file), cwd=out)
    assert_extracted(out, entries)


def test_that_java_reads_it_as_it_comes(
    need: Callable[[str], str], tmp_path: Path, data: bytes, entries: tuple[Entry, ...]
) -> None:
    assert run(need("jar"), "t", data=data).splitlines() == [entry.name for entry in entries]


def test_that_zipinfo_shows_modes_and_times(need: Callable[[str], str], file: Path, entries: tuple[Entry, ...]) -> None:
    lines = run(need("zipinfo"), "-T", str(file)).splitlines()[2:-1]
    for line, entry in zip(lines, entries, strict=True):
        mode, *_, moment, _ = line.split(maxsplit=7)
        kind = stat.S_IFDIR if entry.is_folder else stat.S_IFREG
        assert mode == stat.filemode(kind | entry.mode & 0o777)
        # Of the extended timestamp: to the second
        assert moment == datetime.fromtimestamp(entry.mtime_ns // 10**9, UTC).strftime("%Y%m%d.%H%M%S")
        assert line.endswith(entry.name)
    warnings = run(need("zipinfo"), "-v", str(file)).lower()
    assert "warning" not in warnings
    assert "utc/gmt modification time" in warnings


def test_that_an_empty_folder_alone_is_read(need: Callable[[str], str], tmp_path: Path) -> None:
    file = tmp_path / "empty.zip"
    file.write_bytes(read_all(archive_of(folder_entry("Empty/"))))
    run(need("unzip"), "-tq", str(file))
    run(need("7z"), "t", str(file))
    assert run(need("bsdtar"), "-tf", "-", data=file.read_bytes()) == "Empty/\n"


SEGMENT = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Co", "Cn"), exclude_characters='/\\:*?"<>|'), min_size=1, max_size=20
) | st.sampled_from(["日本語", "🗻", "👨\u200d👩\u200d👧", "e\u0301te\u0301", "a", "readme.txt", "नमस्ते", "مرحبا"])
SIZES = st.integers(0, 300) | st.sampled_from([archive.SMALL - 1, archive.SMALL, archive.SMALL + 1])


@st.composite
def trees(draw: st.DrawFn) -> list[tuple[str, int | None, int, int]]:
    """Names, sizes (None: a folder), times in seconds and modes."""
    shape = draw(
        st.lists(st.tuples(st.lists(SEGMENT, min_size=1, max_size=4), SIZES | st.none()), max_size=8),
    )
    seconds, modes = st.integers(315_619_200, 2**31 - 1), st.sampled_from([0o644, 0o600, 0o755, 0o444])
    names = {"/".join(parts) + ("/" if size is None else ""): size for parts, size in shape}
    return [(name, size, draw(seconds), draw(modes)) for name, size in names.items()]


def assert_same(opened: zipfile.ZipFile, made: dict[str, Entry]) -> None:
    assert opened.testzip() is None
    assert opened.namelist() == list(made)
    for info in opened.infolist():
        entry = made[info.filename]
        assert opened.read(info) == (b"" if entry.is_folder else content(entry))
        assert info.is_dir() == entry.is_folder
        assert info.external_attr >> 16 & 0o777 == entry.mode & 0o777


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(tree=trees())
def test_that_trees_of_any_shape_and_names_are_read(
    need: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, tree: list[tuple[str, int | None, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("tree")
    entries = [
        folder_entry(name, mtime_ns=seconds * 10**9)
        if size is None
        else written(folder, name, bytes(size % 251 for _ in range(size)), mtime_ns=seconds * 10**9, mode=mode)
        for name, size, seconds, mode in tree
    ]
    data = read_all(archive_of(*entries))
    assert len(data) == archive_length(entries)
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert_same(opened, {entry.name: entry for entry in entries})
    if entries:  # unzip calls an archive of nothing an error
        file = folder / "made.zip"
        file.write_bytes(data)
        assert "No errors detected" in run(need("unzip"), "-t", str(file))


def test_that_a_wrong_sum_is_found_by_readers(need: Callable[[str], str], tmp_path: Path) -> None:
    """That is, that the tests above would notice one."""
    data = read_all(archive_of(in_memory("a", b"some content")))
    right = zlib.crc32(b"some content").to_bytes(4, "little")
    file = tmp_path / "broken.zip"
    file.write_bytes(data.replace(right, b"\0\0\0\0"))
    assert subprocess.run([need("unzip"), "-tq", str(file)], capture_output=True, check=False).returncode
    with zipfile.ZipFile(file) as opened:
        assert opened.testzip() == "a"


def test_that_more_than_65_535_entries_are_read(need: Callable[[str], str], tmp_path: Path) -> None:
    count = 70_000
    entries = tuple(
        in_memory(f"{number % 100}/{number}.txt", b"%d" % number, mtime_ns=SUMMER) for number in range(count)
    )
    made = archive_of(*entries)
    file = tmp_path / "many.zip"
    file.write_bytes(read_all(made))
    assert file.stat().st_size == made.length
    assert f"Files: {count}" in run(need("7z"), "t", str(file))
    assert f"{count} files" in run(need("zipinfo"), "-t", str(file))
    assert run(need("bsdtar"), "-tf", "-", data=file.read_bytes()).count("\n") == count
    assert run(need("jar"), "t", data=file.read_bytes()).count("\n") == count
    with zipfile.ZipFile(file) as opened:
        assert len(opened.infolist()) == count
        assert opened.read("99/69999.txt") == b"69999"
