"""A download that begins before anybody has looked through the folder: at once, right, and never silently broken."""

from __future__ import annotations

import io
import itertools
import os
import threading
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from archives import open_descriptors
from support.processes import wait_until
from support.stores import MemoryStore

from desktop_share.core import folder_index, folder_indexes, looking, tree_scan
from desktop_share.core.archive import SMALL
from desktop_share.core.archive_layout import CHUNK
from desktop_share.core.archive_stream import ArchiveStream
from desktop_share.core.disk_watch import DiskWatch, Watch
from desktop_share.core.errors import SourceError
from desktop_share.core.folder_indexes import PATIENT, FolderIndexes
from desktop_share.core.folder_work import SAVE_COUNT
from desktop_share.core.items import SharedItem
from desktop_share.core.representation import (
    FileSegment,
    MemorySegment,
    NotYet,
    Pieces,
    Representation,
    Segment,
    read_at,
)
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import FolderSource, Member, SelectionSource

LONG_AGO = 1_700_000_000
WAIT = 20
LARGE = SMALL + 1


class SilentWatch(DiskWatch):
    """Of a disk that tells of nothing."""

    def __init__(self) -> None: ...

    def watch(self, path: Path, changed: Callable[[], None], *, whole_tree: bool = False) -> Watch:  # noqa: ARG002
        return Watch()


class SlowDisk:
    """Folders of one name are not listed before the test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, name: str = "slow") -> None:
        self.gate = threading.Event()
        self.reached = threading.Event()
        list_folder = os.scandir

        def scandir(path: Any) -> Any:
            if os.path.basename(os.fspath(path)) == name:
                self.reached.set()
                assert self.gate.wait(WAIT)
            return list_folder(path)

        monkeypatch.setattr(tree_scan.os, "scandir", scandir)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowDisk]:
    made = SlowDisk(monkeypatch)
    yield made
    made.gate.set()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Of which `slow` comes in the middle."""
    made = tmp_path / "Photos"
    for name, size in (("a", 10), ("b", LARGE), ("deep/empty", 0), ("slow/c", 30), ("slow/d", LARGE), ("z", 1)):
        path = made / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name[-1:].encode() * size)
        os.utime(path, (LONG_AGO, LONG_AGO))
    return made


@pytest.fixture
def share_list() -> ShareList:
    return ShareList(MemoryStore())


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


@pytest.fixture
def indexes(share_list: ShareList, store: MemoryStore, disk: SlowDisk) -> Iterator[FolderIndexes]:
    with FolderIndexes(share_list, store, watch=SilentWatch(), settle=0.01, patience=0.0) as made:
        yield made
        disk.gate.set()


def begun(indexes: FolderIndexes, root: Path) -> ArchiveStream:
    stream = indexes.archive_soon(FolderSource(root))
    assert isinstance(stream, ArchiveStream)
    return stream


def data_of(segment: Segment) -> bytes:
    return segment.data if isinstance(segment, MemorySegment) else read_at(segment, 0, segment.length)


def known(pieces: Pieces, is_enough: Callable[[bytes], bool]) -> bytes:
    """What comes until it is enough, waiting where it has to be waited."""
    data = b""
    while not is_enough(data):
        data += next_of(pieces)
    return data


def next_of(pieces: Pieces) -> bytes:
    piece = next(pieces, None)
    if piece is None:
        raise EOFError
    if isinstance(piece, NotYet):
        wait_for(piece)
        return b""
    return data_of(piece)


def wait_for(not_yet: NotYet) -> None:
    woken = threading.Event()
    not_yet.when_known(woken.set)
    assert woken.wait(WAIT)


def rest(pieces: Pieces) -> bytes:
    data = b""
    try:
        while True:
            data += next_of(pieces)
    except EOFError:
        return data


def read(representation: Representation | ArchiveStream) -> bytes:
    assert isinstance(representation, Representation)
    try:
        return rest(representation.slice(0, representation.length))
    finally:
        representation.close()


def holds(name: str) -> Callable[[bytes], bool]:
    return lambda data: name.encode() in data


def test_that_it_begins_before_the_folder_was_looked_through_and_is_the_archive(root, disk, indexes):
    stream = begun(indexes, root)
    pieces = stream.segments()
    before = known(pieces, holds("Photos/deep/empty"))
    assert b"b" * LARGE in before
    assert not disk.gate.is_set()
    disk.gate.set()
    data = before + rest(pieces)
    stream.close()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        files = sorted(each.relative_to(root.parent).as_posix() for each in root.rglob("*") if each.is_file())
        assert sorted(name for name in archive.namelist() if not name.endswith("/")) == files
    # And so is the next one, with all that the first did without
    after = indexes.archive(FolderSource(root))
    assert after.etag
    assert (after.length, read(after)) == (len(data), data)


def test_that_a_shared_folder_is_indexed_all_the_same(root, disk, indexes, share_list, store):
    stream = begun(indexes, root)
    item = share_list.add([SharedItem(FolderSource(root), 0.0)]).items[0]
    news = threading.Condition()

    def heard(_: object) -> None:
        with news:
            news.notify_all()

    end = share_list.changed.subscribe(heard)
    disk.gate.set()
    rest(stream.segments())
    stream.close()
    with news:
        assert news.wait_for(lambda: (state := share_list.state(item.id)).total and not state.is_indexing, WAIT)
    end()
    assert share_list.state(item.id).total == 10 + 30 + 1 + 2 * LARGE
    indexes.close()
    assert sorted(store.load_checksums(str(root))) == sorted(
        str(each) for each in root.rglob("*") if each.is_file() and each.stat().st_size
    )


def test_that_the_indexer_gives_way_to_it(root, disk, indexes, share_list):
    share_list.add([SharedItem(FolderSource(root), 0.0)])
    assert disk.reached.wait(WAIT)
    found: list[Representation | ArchiveStream] = []
    asking = threading.Thread(target=lambda: found.append(indexes.archive_soon(FolderSource(root))))
    asking.start()
    disk.gate.set()
    asking.join(WAIT)
    opened = found[0]
    data = rest(opened.segments()) if isinstance(opened, ArchiveStream) else read(opened)
    opened.close()
    assert read(indexes.archive(FolderSource(root))) == data


def test_that_several_at_once_are_the_same_bytes(root, disk, indexes):
    found: list[Representation | ArchiveStream] = []
    threads = [
        threading.Thread(target=lambda: found.append(indexes.archive_soon(FolderSource(root)))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    disk.gate.set()
    for thread in threads:
        thread.join(WAIT)
    data = {rest(each.segments()) if isinstance(each, ArchiveStream) else read(each) for each in found}
    for each in found:
        each.close()
    assert len(found) == 4
    assert len(data) == 1


def test_that_a_selection_begins_at_once_too(root, disk, indexes):
    source = SelectionSource((Member("first", FolderSource(root / "deep")), Member("x", FolderSource(root))), "All")
    stream = indexes.archive_soon(source)
    assert isinstance(stream, ArchiveStream)
    pieces = stream.segments()
    before = known(pieces, holds("x/deep/empty"))
    disk.gate.set()
    with zipfile.ZipFile(io.BytesIO(before + rest(pieces))) as archive:
        assert archive.testzip() is None
        assert {"first/empty", "x/slow/d", "x/z"} <= set(archive.namelist())
    stream.close()


@pytest.mark.parametrize(
    ("name", "change", "kind"),
    [
        ("slow/d", lambda path: path.write_bytes(b"other"), "entry-changed"),
        ("slow/c", lambda path: path.write_bytes(b"other"), "entry-changed"),
        ("z", lambda path: path.unlink(), "entry-gone"),
    ],
)
def test_that_a_file_that_changes_meanwhile_ends_it_and_is_named(root, disk, indexes, name, change, kind):
    stream = begun(indexes, root)
    pieces = stream.segments()
    known(pieces, holds("Photos/deep/empty"))
    looked = threading.Event()
    stream._look.when_more(10**9, looked.set)
    disk.gate.set()
    assert looked.wait(WAIT)
    change(root / name)
    with pytest.raises(SourceError) as raised:
        rest(pieces)
    stream.close()
    assert raised.value.problem.kind == kind
    assert name in raised.value.problem.what_text()
    # The next one is of what is there now
    with zipfile.ZipFile(io.BytesIO(read(indexes.archive(FolderSource(root))))) as archive:
        assert archive.testzip() is None
        assert (f"Photos/{name}" in archive.namelist()) is (root / name).exists()


def test_that_a_folder_that_goes_while_it_is_looked_at_is_no_archive_of_what_was_found(
    root, disk, indexes, monkeypatch
):
    stream = begun(indexes, root)
    pieces = stream.segments()
    known(pieces, holds("Photos/deep/empty"))

    def broken(*_: object) -> None:
        raise SourceError(tree_scan.is_file(root))

    monkeypatch.setattr(tree_scan, "_children", broken)
    disk.gate.set()
    with pytest.raises(SourceError, match="was a folder"):
        rest(pieces)
    stream.close()


def test_that_the_end_of_the_program_ends_it(root, disk, indexes):
    stream = begun(indexes, root)
    pieces = stream.segments()
    known(pieces, holds("Photos/deep/empty"))
    closing = threading.Thread(target=indexes.close)
    closing.start()
    work = indexes._work
    with work._condition:
        assert work._condition.wait_for(work.is_closed, WAIT)
    disk.gate.set()
    with pytest.raises(SourceError, match="the program is ending"):
        rest(pieces)
    closing.join(WAIT)
    with pytest.raises(SourceError, match="the program is ending"):
        indexes.archive_soon(FolderSource(root))


def test_that_a_closed_one_never_comes_to_its_end(root, disk, indexes):
    stream = begun(indexes, root)
    pieces = stream.segments()
    known(pieces, holds("Photos/deep/empty"))
    stream.close()
    stream.close()
    disk.gate.set()
    with pytest.raises(SourceError):
        rest(pieces)


def test_that_no_file_stays_open(root, disk, indexes):
    before = open_descriptors()
    stream = begun(indexes, root)
    pieces = stream.segments()
    while not isinstance(piece := next(pieces), FileSegment):
        if isinstance(piece, NotYet):
            wait_for(piece)
    assert open_descriptors() > before  # the file's, and the folder's that is being looked through
    disk.gate.set()
    stream.close()
    wait_until(lambda: open_descriptors() <= before, "everything is closed")


def test_that_what_is_found_is_not_copied_whole(tmp_path, disk, indexes):
    folder = tmp_path / "many"
    (folder / "slow").mkdir(parents=True)
    for number in range(2 * CHUNK):
        (folder / f"{number:04}").write_bytes(b"x")
    stream = begun(indexes, folder)
    pieces = stream.segments()
    known(pieces, holds(f"many/{2 * CHUNK - 1:04}"))
    assert len(stream._part._layout.entries) <= CHUNK
    disk.gate.set()
    with zipfile.ZipFile(io.BytesIO(rest(stream.segments()))) as archive:
        assert len(archive.namelist()) == 2 * CHUNK + 2
    stream.close()


def test_that_a_folder_that_is_gone_is_said_at_once(tmp_path, indexes):
    with pytest.raises(SourceError) as raised:
        indexes.archive_soon(FolderSource(tmp_path / "nothing"))
    assert raised.value.problem.kind == "file-gone"


def test_that_what_was_looked_into_before_is_worth_the_wait(root, disk, indexes, share_list):
    disk.gate.set()
    share_list.add([SharedItem(FolderSource(root), 0.0)])
    first = read(indexes.archive(FolderSource(root)))
    disk.gate.clear()
    found: list[Representation | ArchiveStream] = []
    asking = threading.Thread(target=lambda: found.append(indexes.archive_soon(FolderSource(root))))
    disk.reached.clear()
    asking.start()
    assert disk.reached.wait(WAIT)
    disk.gate.set()
    asking.join(WAIT)
    assert isinstance(found[0], Representation)
    assert read(found[0]) == first


def test_that_many_who_ask_share_one_look_that_has_not_begun_and_it_is_of_later_than_they_asked(
    root, disk, indexes, share_list, monkeypatch
):
    monkeypatch.setattr(indexes._work, "_look", lambda _: None)  # busy elsewhere
    share_list.add([SharedItem(FolderSource(root), 0.0)])
    first = begun(indexes, root)
    assert disk.reached.wait(WAIT)
    (root / "0new").write_bytes(b"new")
    others = [begun(indexes, root) for _ in range(20)]
    looks = {id(each._look): each._look for each in others}
    assert len(looks) == 1
    assert first._look not in looks.values()
    disk.gate.set()
    old = rest(first.segments())
    data = {rest(each.segments()) for each in others}
    for each in (first, *others):
        each.close()
    assert len(data) == 1
    assert [b"Photos/0new" in each for each in (old, *data)] == [False, True]


def test_that_a_look_for_nobody_else_ends_with_who_has_gone(root, disk, indexes):
    (root / "slower").mkdir()
    stream = begun(indexes, root)
    assert disk.reached.wait(WAIT)
    ended = threading.Event()
    stream._look.when_more(10**9, ended.set)
    stream.close()
    disk.gate.set()
    assert ended.wait(WAIT)
    assert isinstance(stream._look.error, tree_scan.ScanStopped)


def test_that_a_look_at_what_is_in_the_list_goes_on_when_who_asked_has_gone(root, disk, indexes, share_list):
    (root / "slower").mkdir()
    item = share_list.add([SharedItem(FolderSource(root), 0.0)]).items[0]
    stream = begun(indexes, root)
    ended = threading.Event()
    stream._look.when_more(10**9, ended.set)
    stream.close()
    disk.gate.set()
    assert ended.wait(WAIT)
    assert stream._look.layout.length == indexes.length(item.source)


def test_that_only_a_few_wait_for_the_length(root, disk, share_list, store, monkeypatch):
    """They hold the server's workers."""
    waiting = threading.Semaphore(0)

    def waits(*_: object) -> Any:
        waiting.release()
        return wait([looked], WAIT)

    with FolderIndexes(share_list, store, watch=SilentWatch(), settle=0.01) as indexes:
        monkeypatch.setattr(indexes._work, "_look", lambda _: None)
        share_list.add([SharedItem(FolderSource(root), 0.0)])
        looked: Future[None] = Future()
        monkeypatch.setattr(folder_indexes, "wait", waits)
        with ThreadPoolExecutor(PATIENT) as askers:
            patient = [askers.submit(indexes.archive_soon, FolderSource(root)) for _ in range(PATIENT)]
            for _ in patient:
                assert waiting.acquire(timeout=WAIT)
            begun(indexes, root).close()
            assert not waiting.acquire(blocking=False)
            disk.gate.set()
            looked.set_result(None)
            for each in patient:
                each.result(WAIT).close()


def test_that_what_downloads_learn_of_what_is_in_no_list_is_saved_and_does_not_pile_up(
    tmp_path, indexes, store, monkeypatch
):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(SAVE_COUNT):
        (folder / f"{number}").write_bytes(b"x")
        os.utime(folder / f"{number}", (LONG_AGO, LONG_AGO))
    saved, save = threading.Event(), store.save_checksums

    def save_checksums(checksums: Any) -> None:
        save(checksums)
        saved.set()

    monkeypatch.setattr(store, "save_checksums", save_checksums)
    read(indexes.archive(FolderSource(folder)))
    assert saved.wait(WAIT)
    assert len(store.load_checksums(str(folder))) == SAVE_COUNT
    assert not indexes._work._learnt


def test_that_a_shared_look_is_of_later_than_the_last_asked_though_another_came_between(
    root, disk, indexes, monkeypatch
):
    disk.gate.set()
    clock = SimpleNamespace(monotonic=itertools.count(1.0).__next__)
    monkeypatch.setattr(folder_index, "time", clock)
    monkeypatch.setattr(looking, "time", clock)
    index = indexes._index(FolderSource(root))
    look, _ = index.coming_look(lambda _: Future())
    index.look(tree_scan.never, index.new_look())
    (root / "0new").write_bytes(b"new")
    assert index.coming_look(lambda _: Future())[0] is look
    assert "Photos/0new" in {each.name for each in index.look(tree_scan.never, look).tree.entries}
