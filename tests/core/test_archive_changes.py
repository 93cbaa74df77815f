"""Files that are no longer what was looked at: the download ends and names the file."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from archives import (
    SUMMER,
    KnownSums,
    archive_of,
    file_entry,
    in_memory,
    no_descriptor_left,
    read_all,
    segment_bytes,
    written,
)

from desktop_share.core import archive
from desktop_share.core.archive import entry_representation
from desktop_share.core.errors import SourceError
from desktop_share.core.representation import FileSegment, MemorySegment
from desktop_share.core.tree import Entry

LARGE = archive.SMALL + 1
posix = pytest.mark.skipif(os.name != "posix", reason="POSIX's")
Change = Callable[[Path], None]


@pytest.fixture(autouse=True)
def no_leaked_descriptors() -> Iterator[None]:
    with no_descriptor_left():
        yield


def rewritten(path: Path) -> None:
    """Same size, same time: only the ctime tells."""
    path.write_bytes(b"\1" * path.stat().st_size)
    os.utime(path, ns=(SUMMER, SUMMER))


def replaced(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes())
    os.utime(other, ns=(SUMMER, SUMMER))
    other.replace(path)


def touched(path: Path) -> None:
    os.utime(path, ns=(SUMMER + 1_000_000_000, SUMMER + 1_000_000_000))


def grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")
    os.utime(path, ns=(SUMMER, SUMMER))


def cut_short(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)
    os.utime(path, ns=(SUMMER, SUMMER))


def a_link(path: Path) -> None:
    moved = path.rename(path.with_suffix(".moved"))
    path.symlink_to(moved)


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    path.unlink()
    with socket.socket(socket.AF_UNIX) as made:
        here = Path.cwd()
        os.chdir(path.parent)  # a socket's address is at most some hundred bytes long
        try:
            made.bind(path.name)
        finally:
            os.chdir(here)


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def deleted(path: Path) -> None:
    path.unlink()


CHANGES = [
    pytest.param(rewritten, "entry-changed", id="rewritten", marks=posix),
    pytest.param(replaced, "entry-changed", id="replaced"),
    pytest.param(touched, "entry-changed", id="touched"),
    pytest.param(grown, "entry-changed", id="grown"),
    pytest.param(cut_short, "entry-changed", id="cut short"),
    pytest.param(a_link, "entry-changed", id="a link", marks=posix),
    pytest.param(a_pipe, "entry-changed", id="a pipe", marks=posix),
    pytest.param(a_socket, "entry-changed", id="a socket", marks=posix),
    pytest.param(a_folder, "entry-changed", id="a folder", marks=posix),
    pytest.param(deleted, "entry-gone", id="deleted"),
]


def told(error: pytest.ExceptionInfo[SourceError]) -> tuple[str, str]:
    problem = error.value.problem
    assert str(problem).endswith("Download again: it is then as it is now.")
    return problem.kind, dict(problem.values)["name"]


@pytest.mark.parametrize("size", [1, 5, LARGE])
@pytest.mark.parametrize(("change", "kind"), CHANGES)
def test_that_what_changed_since_it_was_looked_at_is_not_sent(
    tmp_path: Path, change: Change, kind: str, size: int
) -> None:
    entry = written(tmp_path, "Trip/a.bin", bytes(size))
    made = archive_of(in_memory("before", b"b"), entry, sums=KnownSums({entry.name: 0}))
    change(Path(entry.path))
    with pytest.raises(SourceError) as error:
        read_all(made)
    assert told(error) == (kind, "Trip/a.bin")
    with pytest.raises(SourceError) as error:
        entry_representation(entry)
    assert told(error) == (kind, "Trip/a.bin")


@pytest.mark.parametrize(("change", "kind"), [(grown, "entry-changed"), (deleted, "entry-gone")])
def test_that_an_empty_file_is_looked_at_too(tmp_path: Path, change: Change, kind: str) -> None:
    entry = written(tmp_path, "empty", b"")
    change(Path(entry.path))
    with pytest.raises(SourceError) as error:
        read_all(archive_of(entry))
    assert told(error) == (kind, "empty")


@pytest.mark.parametrize(
    "change",
    [pytest.param(rewritten, marks=posix), pytest.param(touched), pytest.param(grown), pytest.param(cut_short)],
)
def test_that_what_changes_while_it_is_sent_ends_the_download(tmp_path: Path, change: Change) -> None:
    entry = written(tmp_path, "a.bin", bytes(LARGE))
    made = archive_of(entry, in_memory("b", b"b"))
    pieces = made.slice(0, made.length)
    assert isinstance(next(pieces), MemorySegment)
    segment = next(pieces)
    assert isinstance(segment, FileSegment)
    assert made.unchanged()
    change(Path(entry.path))
    # Asked before the last bytes go out: of a range that ends in this file, nobody asks for what comes next
    assert not made.unchanged()
    with pytest.raises(SourceError) as error:
        next(pieces)
    assert told(error) == ("entry-changed", "a.bin")
    assert segment.file.fileno() == -1
    assert list(pieces) == []


@posix
def test_that_deleting_a_file_while_it_is_sent_ends_the_download(tmp_path: Path) -> None:
    entry = written(tmp_path, "a.bin", bytes(LARGE))
    made = archive_of(entry, sums=KnownSums({entry.name: 0}))
    pieces = made.slice(0, made.length)
    next(pieces)
    assert isinstance(next(pieces), FileSegment)
    Path(entry.path).unlink()  # which changes its ctime
    with pytest.raises(SourceError) as error:
        next(pieces)
    assert told(error) == ("entry-changed", "a.bin")


def test_that_a_small_file_which_changes_while_it_is_read_is_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = written(tmp_path, "a.bin", b"as it was")
    made = archive_of(entry, sums=KnownSums({entry.name: 0}))
    read = os.read

    def late(descriptor: int, count: int) -> bytes:
        touched(Path(entry.path))
        return read(descriptor, count)

    monkeypatch.setattr(os, "read", late)
    with pytest.raises(SourceError) as error:
        read_all(made)
    assert told(error) == ("entry-changed", "a.bin")


@pytest.mark.parametrize("size", [5, LARGE])
def test_that_what_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    entry = written(tmp_path, "a.bin", bytes(size))
    made = archive_of(entry, sums=KnownSums({entry.name: 0}))

    def refused(*_: object) -> int:  # a superuser may read everything
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refused)
    with pytest.raises(SourceError) as error:
        read_all(made)
    assert told(error) == ("entry-unreadable", "a.bin")
    assert "Permission denied" in str(error.value)


def test_that_a_disk_which_fails_while_it_is_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = written(tmp_path, "a.bin", b"12345")
    made = archive_of(entry, sums=KnownSums({entry.name: 0}))

    def failing(*_: object) -> bytes:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "read", failing)
    with pytest.raises(SourceError) as error:
        read_all(made)
    assert told(error) == ("entry-unreadable", "a.bin")


def test_that_a_name_with_control_characters_is_told_as_plain_text(tmp_path: Path) -> None:
    entry = written(tmp_path, "a\x1b[31m.bin", b"1")
    Path(entry.path).unlink()
    with pytest.raises(SourceError) as error:
        entry_representation(entry)
    assert told(error) == ("entry-gone", "a\ufffd[31m.bin")


@posix
def test_that_a_folder_on_the_way_which_leads_elsewhere_now_gives_nothing_of_elsewhere(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir()
        (folder / "a").write_bytes(b"12345")
        os.utime(folder / "a", ns=(SUMMER, SUMMER))
    entry = file_entry(inside / "a", "a")
    inside.rename(tmp_path / "moved")
    inside.symlink_to(outside)
    with pytest.raises(SourceError) as error:
        entry_representation(entry)
    assert told(error) == ("entry-changed", "a")


def test_that_without_an_inode_size_and_time_decide(tmp_path: Path) -> None:
    """On Windows, listing a folder tells none."""
    known: Entry = written(tmp_path, "a", b"12345")
    entry = known._replace(inode=0, device=0, ctime_ns=0)
    replaced(Path(entry.path))
    made = entry_representation(entry)
    assert [segment_bytes(segment) for segment in made.segments] == [b"12345"]
    made.close()
    touched(Path(entry.path))
    with pytest.raises(SourceError):
        entry_representation(entry)


@posix
def test_that_a_link_is_not_followed_whatever_it_leads_to(tmp_path: Path) -> None:
    entry = written(tmp_path, "a", b"12345")._replace(inode=0)  # size and time are those of what it leads to
    a_link(Path(entry.path))
    with pytest.raises(SourceError) as error:
        entry_representation(entry)
    assert told(error) == ("entry-changed", "a")


@posix
def test_that_a_pipe_is_no_empty_file(tmp_path: Path) -> None:
    entry = written(tmp_path, "a", b"")._replace(inode=0)
    a_pipe(Path(entry.path))
    os.utime(entry.path, ns=(SUMMER, SUMMER))
    with pytest.raises(SourceError) as error:
        read_all(archive_of(entry))
    assert told(error) == ("entry-changed", "a")
