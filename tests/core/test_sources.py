"""Files as sources: what can be shared, what cannot and what a person is told."""

from __future__ import annotations

import gc
import os
import socket
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from desktop_share.core import files
from desktop_share.core.errors import SourceError
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.representation import FileSegment, MemorySegment, Representation, strong_etag
from desktop_share.core.sources import FileSource, file_source

posix = pytest.mark.skipif(os.name != "posix", reason="this kind of file is POSIX's")


def read(representation: Representation, start: int = 0, stop: int | None = None) -> bytes:
    """The bytes of the segments; on every system, by seeking."""
    data = b""
    for segment in representation.slice(start, representation.length if stop is None else stop):
        if isinstance(segment, MemorySegment):
            data += segment.data
        else:
            os.lseek(segment.file.fileno(), segment.offset, os.SEEK_SET)
            data += os.read(segment.file.fileno(), segment.length)
    return data


def test_that_a_file_gives_its_bytes_length_and_validators(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    file.write_bytes(b"line\r\nline\x1a\n")  # what a text mode would change
    representation = file_source(file).representation()
    assert read(representation) == b"line\r\nline\x1a\n"
    assert representation.length == 12
    assert representation.etag is not None
    assert representation.etag[0] == representation.etag[-1] == '"'
    assert representation.last_modified == file.stat().st_mtime
    assert representation.unchanged()
    representation.close()
    representation.close()
    assert representation.files[0].fileno() == -1
    assert not representation.unchanged()


def test_that_every_request_gets_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"first")
    source = file_source(file)
    one = source.representation()
    two = source.representation()
    one.close()
    assert read(two) == b"first"
    assert one.etag == two.etag
    two.close()


def test_that_a_descriptor_is_not_handed_to_programs_that_are_started(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    representation = file_source(tmp_path / "a").representation()
    assert not os.get_inheritable(representation.files[0].fileno())
    representation.close()


def test_that_an_empty_file_is_shared(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    source = file_source(tmp_path / "empty")
    representation = source.representation()
    assert (source.size(), representation.length, list(representation.slice(0, 0))) == (0, 0, [])
    representation.close()


def test_that_a_sparse_file_of_100_gb_is_shared_without_being_read(tmp_path: Path) -> None:
    size = 100 * 1000**3
    if sys.platform == "win32":
        size = 2**20  # NTFS would fill it with zeros
    with open(tmp_path / "sparse", "wb") as file:
        file.truncate(size)
    representation = file_source(tmp_path / "sparse").representation()
    assert representation.length == size
    assert read(representation, size - 4) == bytes(4)
    representation.close()


@pytest.mark.skipif(sys.platform != "linux", reason="names that are not text exist on Linux only")
def test_that_a_name_that_is_not_utf8_is_shared(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9 \xff.txt"
    with open(raw, "wb") as file:
        file.write(b"bytes")
    source = file_source(os.fsdecode(raw))
    assert source.size() == 5
    assert os.fsencode(source.path) == raw
    assert SharedItem(source, 1.0).download_name.encode()
    os.unlink(raw)
    with pytest.raises(SourceError) as raised:
        source.size()
    assert str(raised.value).startswith("“caf\ufffd \ufffd.txt” was moved or deleted.")


# -- what cannot be shared


def missing(path: Path) -> None:
    pass


def a_folder(path: Path) -> None:
    path.mkdir()


def a_fifo(path: Path) -> None:
    os.mkfifo(path)


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        working = os.getcwd()
        os.chdir(path.parent)  # a socket's path may have a hundred bytes only
        try:
            listening.bind(path.name)
        finally:
            os.chdir(working)


def a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


def a_link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing")


def a_link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (missing, "file-gone"),
        (a_folder, "is-folder"),
        pytest.param(a_fifo, "not-a-file", marks=posix),
        pytest.param(a_socket, "not-a-file", marks=posix),
        pytest.param(a_device, "not-a-file", marks=posix),
        pytest.param(a_link_to_nothing, "file-gone", marks=posix),
        pytest.param(a_link_to_itself, "file-error", marks=posix),
    ],
)
def test_that_what_is_no_file_is_refused_with_its_name_and_a_next_step(
    tmp_path: Path, make: Callable[[Path], None], kind: str
) -> None:
    make(tmp_path / "{name}")
    at_first = "no-such-file" if kind == "file-gone" else kind  # what was never there is not gone
    for attempt, told in (
        (lambda: file_source(tmp_path / "{name}"), at_first),
        (FileSource(tmp_path / "{name}").size, kind),
        (FileSource(tmp_path / "{name}").representation, kind),
    ):
        with pytest.raises(SourceError) as raised:
            attempt()
        assert raised.value.problem.kind == told
        assert "“{name}”" in raised.value.problem.what_text()
        assert raised.value.problem.next_step_text()


@pytest.mark.parametrize("path", ["", ".", "/", "a\0b", "\ud800", "x" * 5000, "nothing/../nothing", ".."])
def test_that_a_path_that_is_no_file_is_refused_and_never_a_traceback(path: str) -> None:
    with pytest.raises(SourceError) as raised:
        file_source(path)
    assert str(raised.value)


@posix
def test_that_a_file_behind_a_file_is_gone(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SourceError) as raised:
        file_source(tmp_path / "file" / "inside")
    assert raised.value.problem.kind == "no-such-file"


@pytest.mark.parametrize("refused", ["stat", "open"])
def test_that_an_unreadable_file_is_told_whoever_runs_the_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refused: str
) -> None:
    file = tmp_path / "secret"
    file.touch()
    source = FileSource(file)
    calls: list[str] = []

    def refuse(*_: object, **__: object) -> None:
        calls.append(refused)
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.os, refused, refuse)
    with pytest.raises(SourceError) as raised:
        source.representation()
    monkeypatch.undo()
    assert raised.value.problem.kind == "file-unreadable"
    assert calls == [refused]


@pytest.fixture
def without_root() -> Iterator[None]:
    """Root may read everything: what root starts is tested as nobody."""
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)


@posix
def test_that_a_file_without_rights_is_unreadable(without_root: None) -> None:
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are closed to nobody
        file = Path(folder, "secret")
        file.touch(mode=0)
        with pytest.raises(SourceError) as raised:
            file_source(file)
    assert raised.value.problem.kind == "file-unreadable"


@pytest.mark.parametrize(
    ("replacement", "kind"),
    [
        (missing, "file-gone"),
        (a_folder, "is-folder"),
        pytest.param(a_fifo, "not-a-file", marks=posix),
        pytest.param(a_device, "not-a-file", marks=posix),
    ],
)
def test_that_a_file_that_was_replaced_later_is_refused(
    tmp_path: Path, replacement: Callable[[Path], None], kind: str
) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"mine")
    source = file_source(file)
    file.unlink()
    replacement(file)
    with pytest.raises(SourceError) as raised:
        source.representation()
    assert raised.value.problem.kind == kind


@posix
def test_that_a_fifo_that_takes_the_files_place_at_the_last_moment_neither_hangs_nor_leaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, fifo = tmp_path / "a", tmp_path / "fifo"
    file.touch()
    os.mkfifo(fifo)
    opened: list[int] = []
    really_open = os.open

    def open_the_fifo(path: Path, flags: int) -> int:
        opened.append(really_open(fifo, flags))
        return opened[0]

    monkeypatch.setattr(files.os, "open", open_the_fifo)
    with pytest.raises(SourceError) as raised:
        FileSource(file).representation()
    assert raised.value.problem.kind == "not-a-file"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(opened[0])


# -- paths


def test_that_a_relative_path_is_made_absolute_when_it_is_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"mine")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a").write_bytes(b"another's file")
    monkeypatch.chdir(tmp_path)
    source = file_source("a")
    monkeypatch.chdir(tmp_path / "sub")
    assert source.path == tmp_path / "a"
    assert source.size() == 4
    assert file_source("../a") == source
    assert file_source("./../sub/.././a") == source


@posix
def test_that_dots_after_a_link_mean_what_the_system_means(tmp_path: Path) -> None:
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "far" / "a").write_bytes(b"beside what the link points at")
    (tmp_path / "a").write_bytes(b"another")
    (tmp_path / "link").symlink_to(tmp_path / "far" / "away")
    source = file_source(f"{tmp_path}/link/../a")
    assert source.size() == len(b"beside what the link points at")
    assert source == file_source(tmp_path / "far" / "a")


@posix
def test_that_a_link_to_a_file_is_shared_under_the_links_name(tmp_path: Path) -> None:
    (tmp_path / "2024-06-01.txt").write_bytes(b"today")
    (tmp_path / "latest.txt").symlink_to("2024-06-01.txt")
    source = file_source(tmp_path / "latest.txt")
    assert (source.own_name, source.size()) == ("latest.txt", 5)


@posix
def test_that_a_relative_path_from_a_folder_that_is_gone_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(SourceError) as raised:
        file_source("a")
    assert raised.value.problem.kind == "no-such-file"


# -- representations


def test_that_a_slice_is_what_a_slice_of_the_bytes_is(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    opened = file_source(tmp_path / "a").representation()
    file = opened.files[0]
    segments = (MemorySegment(b"abc"), FileSegment(file, 2, 5), MemorySegment(b""), MemorySegment(b"xyz"))
    whole = b"abc23456xyz"
    representation = Representation(len(whole), None, None, segments, (file,))
    for start in range(len(whole) + 1):
        for stop in range(start, len(whole) + 1):
            pieces = list(representation.slice(start, stop))
            assert read(representation, start, stop) == whole[start:stop]
            assert sum(piece.length for piece in pieces) == stop - start
            assert all(piece.length for piece in pieces)
    representation.close()


def test_that_a_file_that_changes_under_a_delivery_is_noticed(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"first")
    representation = file_source(file).representation()
    with open(file, "ab") as more:
        more.write(b" and more")
    assert not representation.unchanged()
    representation.close()


@posix
def test_that_a_swap_for_a_file_of_the_same_size_and_time_has_another_etag(tmp_path: Path) -> None:
    file, other = tmp_path / "a", tmp_path / "b"
    file.write_bytes(b"one")
    other.write_bytes(b"two")
    os.utime(other, ns=(file.stat().st_mtime_ns, file.stat().st_mtime_ns))
    before = file_source(file).representation()
    other.replace(file)
    after = file_source(file).representation()
    assert before.last_modified == after.last_modified
    assert before.etag != after.etag
    assert read(before) == b"one"  # the delivery that is under way keeps its file
    before.close()
    after.close()


def test_that_an_etag_is_made_of_characters_that_a_header_may_hold(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    etag = strong_etag((tmp_path / "a").stat())
    assert all("!" <= c <= "~" for c in etag)
    assert etag.count('"') == 2
    assert not etag.startswith("W/")


# -- items


def test_that_names_and_types_are_the_owners_choice_or_the_disks() -> None:
    item = SharedItem(FileSource(Path("/files/photo.jpg")), 1.0)
    assert item.download_name == "photo.jpg"
    assert item.renamed("holiday.jpg").download_name == "holiday.jpg"
    for nothing in (None, "", "  ", "\t"):
        assert item.renamed("holiday.jpg").renamed(nothing) == item
    assert item.renamed("holiday.jpg").id == item.id
    assert item.with_disposition(Disposition.INLINE).disposition is Disposition.INLINE
    assert SharedItem(item.source, 1.0, media_type="text/x-mine").content_type == "text/x-mine"


def test_that_every_item_has_an_id_and_a_link_of_its_own() -> None:
    items = [SharedItem(FileSource(Path("/files/a")), 1.0) for _ in range(100)]
    assert len({item.id for item in items}) == len({item.link.token for item in items}) == 100
    assert all(len(item.link.token) >= 22 and item.link.token.isascii() for item in items)


def test_that_modes_are_named_for_people() -> None:
    kinds = {mode: files.not_a_file(Path("/a"), mode).kind for mode in (stat.S_IFDIR, stat.S_IFCHR, stat.S_IFBLK)}
    assert kinds == {stat.S_IFDIR: "is-folder", stat.S_IFCHR: "not-a-file", stat.S_IFBLK: "not-a-file"}


def test_that_no_path_is_not_the_folder_that_the_program_was_started_in() -> None:
    with pytest.raises(SourceError) as raised:
        file_source("")
    assert raised.value.problem.kind == "no-such-file"


@pytest.mark.skipif(not os.path.exists("/proc/cpuinfo"), reason="/proc is Linux's")
def test_that_a_file_that_says_it_is_empty_and_is_not_is_refused() -> None:
    with pytest.raises(SourceError) as raised:
        file_source("/proc/cpuinfo")
    assert raised.value.problem.kind == "no-length"


@pytest.mark.skipif(not os.path.exists("/proc/self/mem"), reason="/proc is Linux's")
def test_that_a_file_that_cannot_be_read_at_its_beginning_is_refused_and_closed() -> None:
    gc.collect()  # what earlier tests left to it may hold descriptors
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(SourceError) as raised:
        file_source("/proc/self/mem")
    assert raised.value.problem.kind == "file-error"
    assert len(os.listdir("/proc/self/fd")) == before
