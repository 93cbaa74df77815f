"""The folders' indexes: made once, kept, gone on with, and never in the way of a download."""

from __future__ import annotations

import io
import os
import sys
import threading
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.stores import MemoryStore

from desktop_share.core import folder_work
from desktop_share.core.archive import archive_length
from desktop_share.core.disk_watch import DiskWatch, Watch
from desktop_share.core.errors import SourceError
from desktop_share.core.folder_indexes import FolderIndexes
from desktop_share.core.items import SharedItem
from desktop_share.core.representation import MemorySegment, NotYet, Representation, read_at
from desktop_share.core.share_list import ItemState, ProblemChanged, ShareList, StateChanged
from desktop_share.core.sources import FileSource, FolderSource, Member, MemorySource, SelectionSource
from desktop_share.core.tree import LeftOut, WhyLeftOut

LONG_AGO = 1_700_000_000
WAIT = 20
MB = 1 << 20

posix = pytest.mark.skipif(os.name != "posix", reason="what only POSIX systems have")


class Crc:
    """zlib's, that counts, and can be held up."""

    def __init__(self) -> None:
        self.reads: list[bytes] = []
        self.gate = threading.Event()
        self.gate.set()
        self.holds: bytes | None = None  # the data to be held up at; None: any
        self.is_held = threading.Event()

    def __call__(self, data: bytes, value: int) -> int:
        if not self.gate.is_set() and self.holds in (None, data[:1]):
            self.is_held.set()
            assert self.gate.wait(WAIT)
        self.reads.append(data[:1])
        return zlib.crc32(data, value)


class ToldWatch(DiskWatch):
    """Tells when the test says so."""

    def __init__(self) -> None:
        self.told: dict[Path, Callable[[], None]] = {}
        self.closed: list[Path] = []

    def watch(self, path: Path, changed: Callable[[], None], *, whole_tree: bool = False) -> Watch:
        assert whole_tree
        self.told[path] = changed
        watch = Watch()
        watch.is_active = True
        watch.close = lambda: self.closed.append(path)  # type: ignore[method-assign]
        return watch


class SilentWatch(DiskWatch):
    """Of a disk that tells of nothing: the folder is looked at for every download."""

    def __init__(self) -> None: ...

    def watch(self, path: Path, changed: Callable[[], None], *, whole_tree: bool = False) -> Watch:  # noqa: ARG002
        return Watch()


class Parts:
    def __init__(self, folder: Path) -> None:
        self.root = folder / "Photos"
        self.root.mkdir()
        self.source = FolderSource(self.root)
        self.store = MemoryStore()
        self.share_list = ShareList(self.store)
        self.crc = Crc()
        self.watch: ToldWatch | None = None
        self.contents = {b"d" * 32: b"a note"}
        self.states: list[ItemState] = []
        self._news = threading.Condition()
        self.share_list.changed.subscribe(self._hear)
        self.indexes = self.made()

    def made(self) -> FolderIndexes:
        return FolderIndexes(
            self.share_list,
            self.store,
            content_of=lambda source: self.contents[source.digest],
            watch=self.watch or SilentWatch(),
            settle=0.01,
            crc=self.crc,
        )

    def restart(self, *, watch: ToldWatch | None = None) -> None:
        """As a new run of the program: what is known is what was saved."""
        self.indexes.close()
        self.crc.reads.clear()
        self.watch = watch
        self.indexes = self.made()
        self.indexes.start()

    def closing(self) -> threading.Thread:
        """A thread that closes the indexes; the reader has been told to stop, and is waited for."""
        thread = threading.Thread(target=self.indexes.close)
        thread.start()
        work = self.indexes._work
        with work._condition:
            assert work._condition.wait_for(work.is_closed, WAIT)
        return thread

    def _hear(self, event: object) -> None:
        with self._news:
            if isinstance(event, StateChanged):
                self.states.append(event.state)
            self._news.notify_all()

    def wait_until(self, true: Callable[[], object]) -> None:
        """`true` is asked after every event of the list."""
        with self._news:
            assert self._news.wait_for(true, WAIT), f"heard only {self.states}"

    def write(self, name: str, data: bytes, modified: float = LONG_AGO) -> Path:
        path = self.root / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (modified, modified))
        return path

    def share(self, source: FolderSource | SelectionSource | None = None) -> SharedItem:
        return self.share_list.add([SharedItem(source or self.source, 0.0)]).items[0]

    def indexed(self, item: SharedItem, total: int | None = None) -> ItemState:
        """Once the whole folder (of `total` bytes) has been read."""

        def is_indexed() -> bool:
            state = self.share_list.state(item.id)
            return state.total is not None and not state.is_indexing and total in (None, state.total)

        self.wait_until(is_indexed)
        return self.share_list.state(item.id)

    def item(self, item: SharedItem) -> SharedItem:
        found = self.share_list.get(item.id)
        assert found is not None
        return found


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = Parts(tmp_path)
    yield made
    made.crc.gate.set()
    made.indexes.close()


def downloaded(representation: Representation) -> bytes:
    data = b""
    try:
        for piece in representation.slice(0, representation.length):
            if isinstance(piece, NotYet):
                known = threading.Event()
                piece.when_known(known.set)
                assert known.wait(WAIT)
            elif isinstance(piece, MemorySegment):
                data += piece.data
            else:
                data += read_at(piece, 0, piece.length)
    finally:
        representation.close()
    assert len(data) == representation.length
    return data


def unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_that_a_folder_is_indexed_when_it_comes_into_the_list(parts):
    parts.write("a", b"a" * (2 * MB + 1))
    parts.write("b/c", b"c")
    (parts.root / "link").symlink_to("/nowhere")
    parts.indexes.start()
    item = parts.share()
    state = parts.indexed(item)
    assert state == ItemState(2 * MB + 2, 2 * MB + 2, (LeftOut("link", WhyLeftOut.BROKEN_LINK),), 1, changed=False)
    entries = parts.indexes.entries(parts.source)
    assert list(entries) == ["Photos/", "Photos/a", "Photos/b/", "Photos/b/c"]
    assert parts.item(item).size == parts.indexes.length(parts.source) == archive_length(entries.values())
    assert parts.item(item).seen is not None
    assert [state.indexed for state in parts.states] == sorted(state.indexed for state in parts.states)


@pytest.mark.skipif(sys.platform != "linux", reason="Elsewhere a thread has no priority of its own.")
def test_that_one_thread_reads_and_gives_way_to_the_others(parts):
    seen = set()

    def crc(data: bytes, value: int) -> int:
        seen.add((threading.get_ident(), os.getpriority(os.PRIO_PROCESS, threading.get_native_id())))
        return parts.crc(data, value)

    parts.indexes._work._crc = crc
    for name in "abc":
        parts.write(name, b"a" * (MB + 1))
    parts.indexes.start()
    parts.indexed(parts.share())
    ((reader, priority),) = seen
    assert reader != threading.get_ident()
    assert priority > os.getpriority(os.PRIO_PROCESS, 0)


def test_that_what_was_in_the_list_before_the_start_is_indexed(parts):
    parts.write("a", b"a")
    item = parts.share()
    assert parts.indexes.length(parts.source) is None
    parts.indexes.start()
    assert parts.indexed(item).total == 1


@pytest.mark.parametrize("make", [os.fspath, lambda root: (root / "empty").write_bytes(b"")])
def test_that_a_folder_without_bytes_is_indexed_at_once(parts, make):
    make(parts.root)
    parts.indexes.start()
    item = parts.share()
    parts.wait_until(lambda: parts.share_list.state(item.id).total == 0)
    assert parts.item(item).size is not None


def test_that_nothing_is_read_twice_after_a_restart_but_what_changed(parts):
    for name in "abc":
        parts.write(name, name.encode())
    parts.indexes.start()
    item = parts.share()
    parts.indexed(item)
    assert sorted(parts.crc.reads) == [b"a", b"b", b"c"]
    parts.restart()
    assert unpacked(downloaded(parts.indexes.archive(parts.source)))["Photos/a"] == b"a"
    assert parts.crc.reads == []
    parts.write("b", b"B", LONG_AGO + 5)
    parts.restart()
    assert unpacked(downloaded(parts.indexes.archive(parts.source)))["Photos/b"] == b"B"
    assert parts.crc.reads in ([], [b"B"])  # the download reads a small file itself, where it comes first


def test_that_an_index_that_was_stopped_half_way_goes_on_there(parts):
    for name in "abc":
        parts.write(name, name.encode())
    parts.write("d", b"d" * (3 * MB))
    parts.crc.gate.clear()
    parts.crc.holds = b"d"
    parts.indexes.start()
    item = parts.share()
    assert parts.crc.is_held.wait(WAIT)
    closing = parts.closing()
    parts.crc.gate.set()
    closing.join(WAIT)
    assert not closing.is_alive()
    assert parts.crc.reads == [b"a", b"b", b"c", b"d"]  # one megabyte of three
    assert sorted(Path(path).name for path in parts.store.checksums) == ["a", "b", "c"]
    parts.restart()
    parts.indexed(item)
    assert parts.crc.reads == [b"d"] * 3


def test_that_sums_are_saved_as_they_are_made_for_whoever_kills_the_program(parts, monkeypatch):
    monkeypatch.setattr(folder_work, "SAVE_COUNT", 2)
    monkeypatch.setattr(folder_work, "SAVE_SECONDS", 1000)
    for name in "abcde":
        parts.write(name, name.encode())
    parts.crc.gate.clear()
    parts.crc.holds = b"d"
    parts.indexes.start()
    parts.share()
    assert parts.crc.is_held.wait(WAIT)
    assert sorted(Path(path).name for path in parts.store.checksums) == ["a", "b"]
    parts.crc.gate.set()


@pytest.mark.parametrize(("seconds", "notes"), [(0, [0, MB, 2 * MB, 3 * MB]), (1000, [0, 3 * MB])])
def test_that_progress_is_told_while_it_is_read_but_not_too_often(parts, monkeypatch, seconds, notes):
    monkeypatch.setattr(folder_work, "PROGRESS", seconds)
    parts.write("a", b"a" * (3 * MB))
    parts.indexes.start()
    parts.indexed(parts.share())
    assert [state.indexed for state in parts.states] == notes


def test_that_a_folder_that_comes_while_another_is_read_is_looked_into_before(parts):
    parts.write("a", b"a" * (4 * MB))
    other = parts.root.parent / "Other"
    other.mkdir()
    (other / "b").write_bytes(b"b")
    parts.crc.gate.clear()
    parts.indexes.start()
    first = parts.share()
    assert parts.crc.is_held.wait(WAIT)
    second = parts.share(FolderSource(other))
    looked_into: list[bool] = []
    parts.share_list.changed.subscribe(
        lambda event: (
            looked_into.append(parts.share_list.state(first.id).is_indexing)
            if isinstance(event, StateChanged) and event.item_id == second.id
            else None
        )
    )
    parts.crc.gate.set()
    parts.indexed(second)
    assert looked_into[0]
    assert parts.crc.reads == [b"a"] * 4 + [b"b"]


def test_that_a_change_elsewhere_in_the_folder_does_not_start_a_large_file_again(parts):
    parts.write("a", b"a" * (4 * MB))
    watch = ToldWatch()
    parts.crc.gate.clear()
    parts.restart(watch=watch)
    item = parts.share()
    assert parts.crc.is_held.wait(WAIT)
    parts.write("b", b"b")
    parts.indexes.archive(parts.source).close()  # looks no further than the watch
    watch.told[parts.root]()
    parts.indexes.archive(parts.source).close()
    parts.crc.gate.set()
    parts.indexed(item, 4 * MB + 1)
    assert parts.crc.reads == [b"a"] * 4 + [b"b"]


def test_that_a_sum_of_a_file_that_changed_just_now_is_not_kept(parts):
    parts.write("old", b"o")
    (parts.root / "new").write_bytes(b"n")
    parts.indexes.start()
    parts.indexed(parts.share())
    parts.indexes.close()
    assert [Path(path).name for path in parts.store.checksums] == ["old"]


@pytest.mark.skipif(os.name == "nt", reason="Windows tells no time of a change that is not the file's date")
def test_that_a_file_with_its_old_time_back_is_read_again(parts):
    parts.write("a", b"a")
    parts.indexes.start()
    item = parts.share()
    parts.indexed(item)
    parts.write("a", b"A")  # same size, same time, same inode: only the ctime is another
    assert unpacked(downloaded(parts.indexes.archive(parts.source)))["Photos/a"] == b"A"


def test_that_a_download_does_not_wait_for_the_index_but_goes_before_it(parts):
    parts.write("a", b"a" * (8 * MB))
    for name in "bcd":
        parts.write(name, name.encode() * MB)
    parts.crc.gate.clear()
    parts.crc.holds = b"a"
    parts.indexes.start()
    item = parts.share()
    assert parts.crc.is_held.wait(WAIT)
    representation = parts.indexes.archive(parts.source)
    assert parts.share_list.state(item.id).is_indexing
    entry = parts.indexes.entries(parts.source)["Photos/d"]
    woken = threading.Event()
    representation._checksums.when_known(entry, woken.set)
    assert not woken.is_set()
    parts.crc.gate.set()
    assert woken.wait(WAIT)
    assert unpacked(downloaded(representation))["Photos/c"] == b"c" * MB
    assert parts.crc.reads.index(b"d") < parts.crc.reads.index(b"b")
    parts.indexed(item)
    assert sorted(parts.crc.reads) == [b"a"] * 8 + [b"b", b"c", b"d"]


def test_that_many_downloads_of_one_folder_read_each_file_once(parts):
    for name in "abcdef":
        parts.write(name, name.encode() * MB)
    parts.indexes.start()
    parts.share()
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(downloaded(parts.indexes.archive(parts.source)))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(WAIT)
    assert len(found) == 6
    assert len(set(found)) == 1
    assert sorted(parts.crc.reads) == [b"a", b"b", b"c", b"d", b"e", b"f"]


def test_that_an_unchanged_folder_keeps_its_etag_and_a_changed_one_gets_another(parts):
    parts.write("a", b"a")
    parts.indexes.start()
    item = parts.share()
    parts.indexed(item)
    first = parts.indexes.archive(parts.source)
    second = parts.indexes.archive(parts.source)
    assert first.etag == second.etag
    assert first._layout is second._layout
    parts.write("b", b"b")
    third = parts.indexes.archive(parts.source)
    assert third.etag != first.etag
    parts.indexed(item, 2)
    assert parts.item(item).size == third.length
    assert parts.share_list.state(item.id).changed


def test_that_the_owner_is_told_when_it_changed_since_it_was_shared_and_can_take_it_as_it_is(parts):
    parts.write("a", b"a")
    parts.indexes.start()
    item = parts.share()
    assert not parts.indexed(item).changed
    parts.write("b", b"b")
    parts.restart()
    assert parts.indexed(item, 2).changed
    parts.share_list.update((item.id,), lambda each: replace(each, seen=None))
    parts.wait_until(lambda: not parts.share_list.state(item.id).changed)
    assert parts.item(item).seen is not None


def test_that_other_permissions_are_another_archive_but_no_change_to_the_owner(parts):
    path = parts.write("a", b"a")
    parts.indexes.start()
    item = parts.share()
    parts.indexed(item)
    etag = parts.indexes.archive(parts.source).etag
    path.chmod(0o400)
    parts.restart()
    assert not parts.indexed(item).changed
    if os.name == "posix":
        assert parts.indexes.archive(parts.source).etag != etag


def test_that_a_small_folder_is_looked_at_for_every_download_whatever_a_watch_says(parts):
    parts.write("a", b"a")
    parts.restart(watch=ToldWatch())
    parts.indexed(parts.share())
    parts.write("b", b"b")  # a moment ago: the watch may not know of it yet
    assert unpacked(downloaded(parts.indexes.archive(parts.source)))["Photos/b"] == b"b"


def test_that_the_disk_is_not_asked_of_a_large_folder_while_a_watch_says_nothing(parts, monkeypatch):
    monkeypatch.setattr("desktop_share.core.folder_index.QUICK_LOOK", 0)
    parts.write("a", b"a")
    watch = ToldWatch()
    parts.restart(watch=watch)
    item = parts.share()
    parts.indexed(item)
    before = parts.indexes.archive(parts.source).etag
    parts.write("b", b"b")
    assert parts.indexes.archive(parts.source).etag == before
    watch.told[parts.root]()
    assert parts.indexes.archive(parts.source).etag != before
    parts.indexed(item, 2)
    parts.write("c", b"c")
    watch.told[parts.root]()  # nobody downloads, and the row is right nevertheless
    assert parts.indexed(item, 3).changed
    assert sorted(parts.crc.reads) == [b"a", b"b", b"c"]


def test_that_a_download_that_finds_another_file_has_the_folder_looked_at_whatever_a_watch_says(parts, monkeypatch):
    monkeypatch.setattr("desktop_share.core.folder_index.QUICK_LOOK", 0)
    parts.write("a", b"a" * MB)
    parts.restart(watch=ToldWatch())
    parts.indexed(parts.share())
    parts.write("a", b"b" * MB, LONG_AGO + 1)
    with pytest.raises(SourceError, match="changed while it was being sent"):
        downloaded(parts.indexes.archive(parts.source))
    assert unpacked(downloaded(parts.indexes.archive(parts.source)))["Photos/a"] == b"b" * MB


def test_that_a_removed_folder_is_dropped_in_the_middle_of_a_file(parts):
    parts.write("a", b"a" * (50 * MB))
    watch = ToldWatch()
    parts.crc.gate.clear()
    parts.restart(watch=watch)
    item = parts.share()
    assert parts.crc.is_held.wait(WAIT)
    other = parts.root.parent / "Other"
    other.mkdir()
    (other / "b").write_bytes(b"b")
    removed = parts.share_list.remove((item.id,))
    second = parts.share(FolderSource(other))
    parts.crc.gate.set()
    parts.indexed(second)
    assert parts.crc.reads == [b"a", b"b"]
    assert watch.closed == [parts.root]
    parts.share_list.restore(removed)
    assert parts.indexed(item).total == 50 * MB


def test_that_a_folder_that_is_gone_is_said_and_well_again_when_it_is_back(parts):
    parts.write("a", b"a")
    watch = ToldWatch()
    parts.restart(watch=watch)
    item = parts.share()
    parts.indexed(item)
    away = parts.root.rename(parts.root.parent / "away")
    watch.told[parts.root]()
    parts.wait_until(lambda: parts.share_list.problem(item.id) is not None)
    for ask in (parts.indexes.archive, parts.indexes.entries, parts.indexes.length):
        with pytest.raises(SourceError, match="“Photos” was moved or deleted"):
            ask(parts.source)
    away.rename(parts.root)
    watch.told[parts.root]()
    parts.wait_until(lambda: parts.share_list.problem(item.id) is None)
    parts.indexed(item)
    assert unpacked(downloaded(parts.indexes.archive(parts.source)))["Photos/a"] == b"a"
    assert parts.crc.reads == [b"a"]


@pytest.mark.parametrize(
    ("change", "kind", "after"),
    [
        (lambda path: path.write_bytes(b"changed"), "entry-changed", b"changed"),
        (lambda path: path.unlink(), "entry-gone", None),
        pytest.param(lambda path: (path.unlink(), path.symlink_to("/etc/passwd")), "entry-changed", None, marks=posix),
        pytest.param(lambda path: (path.unlink(), os.mkfifo(path)), "entry-changed", None, marks=posix),
    ],
)
@pytest.mark.parametrize("size", [10, MB])
def test_that_a_file_that_is_another_now_ends_the_download_and_the_next_is_right(parts, change, kind, after, size):
    path = parts.write("a", b"a" * size)
    parts.write("b", b"b")
    watch = ToldWatch()  # that says nothing of it
    parts.restart(watch=watch)
    item = parts.share()
    parts.indexed(item)
    representation = parts.indexes.archive(parts.source)
    change(path)
    with pytest.raises(SourceError, match="“Photos/a”") as raised:
        downloaded(representation)
    assert raised.value.problem.kind == kind
    found = unpacked(downloaded(parts.indexes.archive(parts.source)))
    assert found["Photos/b"] == b"b"
    assert found.get("Photos/a") == (
        b"changed" if kind == "entry-changed" and path.is_file() and not path.is_symlink() else None
    )


def test_that_a_file_that_could_not_be_read_once_is_tried_again_by_the_next_download(parts, monkeypatch):
    parts.write("a", b"a")
    refused = threading.Event()
    real = os.open

    def no_more_files(path: str, *rest: object, **more: object) -> int:
        if path == str(parts.root / "a") and not refused.is_set():
            refused.set()
            raise OSError(24, "too many open files")
        return real(path, *rest, **more)

    monkeypatch.setattr(os, "open", no_more_files)
    parts.indexes.start()
    item = parts.share()
    parts.indexed(item)
    assert refused.is_set()
    assert unpacked(downloaded(parts.indexes.archive(parts.source)))["Photos/a"] == b"a"


def test_that_downloads_that_wait_are_told_at_the_end(parts):
    parts.write("a", b"a" * (2 * MB))
    parts.write("b", b"b" * MB)
    parts.crc.gate.clear()
    parts.indexes.start()
    parts.share()
    assert parts.crc.is_held.wait(WAIT)
    representation = parts.indexes.archive(parts.source)
    entries = parts.indexes.entries(parts.source)
    woken = [threading.Event(), threading.Event()]
    for name, event in zip("ab", woken, strict=True):
        representation._checksums.when_known(entries[f"Photos/{name}"], event.set)
    closing = parts.closing()
    parts.crc.gate.set()
    assert all(event.wait(WAIT) for event in woken)
    closing.join(WAIT)
    with pytest.raises(SourceError, match="the program is ending"):
        downloaded(representation)
    with pytest.raises(SourceError, match="the program is ending"):
        parts.indexes.archive(parts.source)


def test_that_a_selection_is_an_archive_whether_it_is_in_the_list_or_not(parts):
    parts.write("a", b"a")
    file = parts.root.parent / "note.txt"
    file.write_bytes(b"file")
    os.utime(file, (LONG_AGO, LONG_AGO))
    note = MemorySource(b"d" * 32, 6, "note.txt", "text/plain")
    source = SelectionSource(
        (Member("note.txt", FileSource(file)), Member("note.txt", note), Member("Photos", parts.source)), "3.zip"
    )
    expected = {"note.txt": b"file", "note (2).txt": b"a note", "Photos/": b"", "Photos/a": b"a"}
    parts.indexes.start()
    assert unpacked(downloaded(parts.indexes.archive(source))) == expected
    item = parts.share(source)
    assert parts.indexed(item).total == 5
    parts.restart()
    assert unpacked(downloaded(parts.indexes.archive(source))) == expected
    assert parts.crc.reads == []


def test_that_another_place_for_an_item_is_another_index(parts):
    parts.write("a", b"a")
    other = parts.root.parent / "Other"
    other.mkdir()
    (other / "b").write_bytes(b"bb")
    parts.indexes.start()
    item = parts.share()
    parts.indexed(item)
    parts.share_list.update((item.id,), lambda each: replace(each, source=FolderSource(other)))
    assert parts.indexed(item, 2).total == 2
    assert list(parts.indexes.entries(FolderSource(other))) == ["Other/", "Other/b"]


def test_that_a_file_that_may_not_be_listed_is_a_problem_of_the_item_and_of_no_other(parts):
    heard: list[str] = []
    parts.share_list.changed.subscribe(lambda event: heard.append(type(event).__name__))
    parts.indexes.start()
    missing = parts.share(FolderSource(parts.root.parent / "missing"))
    item = parts.share()
    parts.wait_until(lambda: parts.share_list.state(item.id).total == 0 and parts.share_list.problem(missing.id))
    assert parts.share_list.problem(item.id) is None
    assert heard.count(ProblemChanged.__name__) == 1
