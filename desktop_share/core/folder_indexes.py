"""The indexes of the shared folders: made in the background, kept, and asked for by every download."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import partial
from typing import Self

from zlib_ng import zlib_ng

from desktop_share.core.archive import ArchiveRepresentation
from desktop_share.core.archive_stream import ArchiveStream
from desktop_share.core.checksums import Crc
from desktop_share.core.disk_watch import DiskWatch
from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.folder_index import ChecksumStore, ContentOf, FolderIndex, Present
from desktop_share.core.folder_work import FolderWork
from desktop_share.core.items import SharedItem
from desktop_share.core.looking import Look
from desktop_share.core.representation import Pieces, Representation
from desktop_share.core.share_list import ItemsInserted, ItemsRemoved, ItemsUpdated, ListEvent, ShareList
from desktop_share.core.sources import FolderSource, MemorySource, SelectionSource
from desktop_share.core.tree import Entry
from desktop_share.core.tree_scan import ScanStopped

__all__ = ["ChecksumStore", "FolderIndexes"]

SETTLE = 0.5  # seconds without a change before a folder is looked at again
PATIENCE = 0.5  # seconds that a download waits for the length of what nobody has looked into
PATIENT = 4  # at most so many wait at once: each holds one of the server's few workers
LOOKS = 8  # at once, of downloads that would not wait for longer


def _no_contents(source: MemorySource) -> bytes:
    raise SourceError(Problem("content-lost", "“{name}” is not kept.", "", (("name", source.name),)))


class FolderIndexes:
    """Thread-safe. What is known of each item is told to the list (`ShareList.note`, its size by `update`).

    Checksums are saved as they are made: whatever ends the program, the next run goes on there. `content_of` gives
    the bytes of what was pasted. `settle`: seconds without a change before a changed folder is looked at again;
    `patience`: see `archive_soon`.
    """

    def __init__(
        self,
        share_list: ShareList,
        store: ChecksumStore,
        *,
        watch: DiskWatch,
        content_of: ContentOf = _no_contents,
        settle: float = SETTLE,
        patience: float = PATIENCE,
        crc: Crc = zlib_ng.crc32,
    ) -> None:
        self._share_list = share_list
        self._store = store
        self._content_of = content_of
        self._work = FolderWork(share_list, store, watch, settle=settle, crc=crc)
        self._patience = patience
        self._patient = threading.Semaphore(PATIENT)
        self._looks = ThreadPoolExecutor(LOOKS, "folder-look")
        self._lock = threading.Lock()  # the list announces under its own: nothing of the list is called under this one
        self._indexes: dict[FolderSource | SelectionSource, FolderIndex] = {}
        self._end: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Begin to index, in one thread, what is in the list and what comes into it."""
        self._end = self._share_list.changed.subscribe(self._list_event)
        for item in self._share_list.snapshot():
            self._add(item)
        self._work.start()

    def close(self) -> None:
        """Stop, in the middle of a file too, and wait for the threads. Downloads that wait for a checksum fail."""
        self._end()
        with self._lock:
            indexes = list(self._indexes.values())
            self._indexes.clear()
        for index in indexes:
            self._work.drop(index)
        self._work.close()
        self._looks.shutdown()  # looks that have not begun end at once

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- asking, from any thread

    def archive(self, source: FolderSource | SelectionSource) -> Representation:
        """The archive as the folder is now. Raises SourceError, StorageError."""
        index = self._index_of(source)
        return self._archive(index, self._present(index, index.new_look()))

    def archive_soon(self, source: FolderSource | SelectionSource) -> Representation | ArchiveStream:
        """As `archive`, for a download that begins: where nobody has looked into the folder yet and that takes longer
        than the patience, or too many wait already, the archive without a length. Raises SourceError,
        StorageError."""
        index = self._index_of(source)
        if index.present is not None:  # a download can go on with this one later: that is worth the wait
            return self._archive(index, self._present(index, index.new_look()))
        index.check()  # what is gone is refused, not begun
        look, looked = index.coming_look(partial(self._looked_beside, index))
        if self._is_soon(looked):
            return self._archive(index, looked.result())
        look = index.joined or look
        return ArchiveStream(look, partial(self._work.went_wrong, index, look.sums), _ending(source))

    def entries(self, source: FolderSource | SelectionSource) -> Mapping[str, Entry]:
        """What is in the archive now, by the name there, in its order. Raises SourceError, StorageError."""
        index = self._index_of(source)
        return index.entries(self._present(index, index.new_look()).tree)

    def length(self, source: FolderSource | SelectionSource) -> int | None:
        """Bytes of the archive as it was last looked at; None before that. Raises SourceError when it is gone."""
        index = self._index_of(source)
        index.check()
        return None if index.present is None else index.present.layout.length

    def _index_of(self, source: FolderSource | SelectionSource) -> FolderIndex:
        # What is in no list is looked at for this download alone
        return self._indexes.get(source) or self._index(source)

    def _archive(self, index: FolderIndex, present: Present) -> Representation:
        return _Archive(present, partial(self._work.went_wrong, index, present.sums))

    def _present(self, index: FolderIndex, look: Look) -> Present:
        try:
            with index.wanted():
                return index.look(lambda: self._is_in_vain(index, look), look)
        except ScanStopped as error:
            raise SourceError(_ending(index.source)) from error
        finally:
            if index.is_stale or index.told is not index.present:
                # Mostly it finds nothing to look at, tells the list, and reads what is new
                self._work.look_soon(index)

    def _is_soon(self, looked: Future[Present]) -> bool:
        if not self._patient.acquire(blocking=False):
            return looked.done()
        try:
            return bool(wait([looked], self._patience).done)
        finally:
            self._patient.release()

    def _is_in_vain(self, index: FolderIndex, look: Look) -> bool:
        # Of what is in no list, nobody else has anything of it
        return self._work.is_closed() or (look.is_left and not index.item_id)

    def _looked_beside(self, index: FolderIndex, look: Look) -> Future[Present]:
        """What `_present` gives, of another thread."""
        try:
            return self._looks.submit(self._present, index, look)
        except RuntimeError as error:  # closed
            raise SourceError(_ending(index.source)) from error

    # -- what happens elsewhere

    def _list_event(self, event: ListEvent) -> None:
        if isinstance(event, ItemsInserted):
            for item in event.items:
                self._add(item)
        elif isinstance(event, ItemsRemoved):
            for item in event.items:
                self._drop(item.id)
        elif isinstance(event, ItemsUpdated):
            for item in event.items:
                self._updated(item)

    def _add(self, item: SharedItem) -> None:
        if isinstance(item.source, FolderSource | SelectionSource):
            with self._lock:
                if item.source in self._indexes:
                    return
                index = self._indexes[item.source] = self._index(item.source, item.id)
            self._work.look_soon(index)

    def _drop(self, item_id: str) -> None:
        with self._lock:
            gone = [index for index in self._indexes.values() if index.item_id == item_id]
            for index in gone:
                del self._indexes[index.source]
        for index in gone:
            self._work.drop(index)

    def _index(self, source: FolderSource | SelectionSource, item_id: str = "") -> FolderIndex:
        work = self._work
        return FolderIndex(source, item_id, self._store, self._content_of, work.ask, work.keep)

    def _updated(self, item: SharedItem) -> None:
        if not isinstance(item.source, FolderSource | SelectionSource):
            self._drop(item.id)
            return
        index = self._indexes.get(item.source)
        if index is None:
            self._drop(item.id)
            self._add(item)
        elif index.told is not None and item.seen != index.seen:
            index.told = None  # the owner knows another version by now: whether it changed is another question
            self._work.look_soon(index)


class _Archive(ArchiveRepresentation):
    """Says where a file turned out to be another than was looked at: the next download looks at the folder anew."""

    __slots__ = ("_went_wrong",)

    def __init__(self, present: Present, went_wrong: Callable[[], None]) -> None:
        super().__init__(present.layout, present.sums)
        self._went_wrong = went_wrong

    def slice(self, start: int, stop: int) -> Pieces:
        try:
            yield from super().slice(start, stop)
        except SourceError:
            self._went_wrong()
            raise


def _ending(source: FolderSource | SelectionSource) -> Problem:
    return Problem(
        "file-error", "“{name}” is not looked into any more: the program is ending.", "", (("name", source.own_name),)
    )
