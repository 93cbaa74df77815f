"""SHA-256 of what the items hold, hashed in the background: for Repr-Digest (RFC 9530) and for the owner."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from desktop_share.core.errors import SourceError, StorageError
from desktop_share.core.events import Announcer
from desktop_share.core.hashing import is_strong, lower_priority, sha256_of
from desktop_share.core.opening import Opener
from desktop_share.core.representation import Representation
from desktop_share.core.share_list import ItemsInserted, ItemsRemoved, ListEvent, ShareList
from desktop_share.core.sources import FileSource, MemorySource
from desktop_share.core.transfer_book import TransferBook
from desktop_share.core.transfers import Transfer, TransferState

log = logging.getLogger(__name__)

AT_ONCE = 8 << 20  # bytes that are hashed within a request: about 20 ms
SETTLE_SECONDS = 2.0  # the coarsest clock of a file system (FAT): within it a file may change and keep its ETag


@dataclass(frozen=True, slots=True)
class ItemDigest:
    """What is known of an item now. `sha256` is None when its bytes changed and are not hashed yet."""

    item_id: str
    sha256: bytes | None


@dataclass(frozen=True, slots=True)
class _Known:
    etag: str
    sha256: bytes


class Digests:
    """One digest an item, valid for one strong ETag: a changed file is never described by an old hash.

    Items are queued when they are added and when they were delivered, each at most once. One thread of low priority
    hashes them: one that a client waits for at once, the others while nothing is delivered. `changed` is announced
    on that thread, or on the one that called `want_now`. `settle` (seconds): a file that changed less than that ago
    is hashed after it, and a hash made before is not kept. `wall` gives seconds since the epoch.
    """

    def __init__(
        self,
        share_list: ShareList,
        transfers: TransferBook,
        opener: Opener,
        *,
        settle: float = SETTLE_SECONDS,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.changed: Announcer[ItemDigest] = Announcer()
        self._share_list = share_list
        self._opener = opener
        self._settle = settle
        self._wall = wall
        # Announcers call `_list_event` and `_transfer_event` under their own locks: nothing of the list or the book is
        # called under this one
        self._condition = threading.Condition()
        self._known: dict[str, _Known] = {}
        self._queue: dict[str, bool] = {}  # item id: whether somebody waits for it
        self._delivering: set[str] = set()
        self._current = ""  # the item that is being hashed; '' also tells the thread to drop it
        self._closed = False
        self._thread: threading.Thread | None = None
        self._ends = [share_list.changed.subscribe(self._list_event), transfers.changed.subscribe(self._transfer_event)]

    def start(self) -> None:
        """Begin to hash; what was queued before is not lost."""
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="digests", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop, in the middle of a file too, and wait for the thread. Nothing is announced any more."""
        for end in self._ends:
            end()
        with self._condition:
            self._closed = True
            self._current = ""
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- asking, from any thread

    def of(self, item_id: str, etag: str | None) -> bytes | None:
        """The SHA-256 (32 bytes) of the representation with this strong ETag, once it is known."""
        known = self._known.get(item_id)
        return known.sha256 if known is not None and known.etag == etag else None

    def latest(self, item_id: str) -> bytes | None:
        """The SHA-256 of the item as it was when it was last looked at: for the owner."""
        known = self._known.get(item_id)
        return None if known is None else known.sha256

    def want(self, item_id: str, *, soon: bool = False) -> None:
        """Queue an item; `soon`: somebody waits for it, so in front of the others and whatever is delivered now."""
        with self._condition:
            if not self._closed:
                self._queue[item_id] = soon or self._queue.get(item_id, False)
                self._condition.notify_all()

    def want_now(self, item_id: str, representation: Representation) -> bytes | None:
        """For a client that asks for it: hashed here where that is quick, else None, and queued in front."""
        etag = representation.etag
        if not is_strong(etag):
            return None
        known = self.of(item_id, etag)
        if known is not None:
            return known
        if representation.length > AT_ONCE:
            self.want(item_id, soon=True)
            return None
        found = sha256_of(representation)
        if found is not None and not self._unsettled_for(representation):
            self._learn(item_id, _Known(etag or "", found))
        return found

    # -- what happens elsewhere

    def _list_event(self, event: ListEvent) -> None:
        if isinstance(event, ItemsInserted):
            with self._condition:
                self._queue |= {item.id: False for item in event.items if item.id not in self._queue}
                self._condition.notify_all()
        elif isinstance(event, ItemsRemoved):
            with self._condition:
                for item in event.items:
                    self._queue.pop(item.id, None)
                    self._known.pop(item.id, None)
                    if self._current == item.id:
                        self._current = ""
                self._condition.notify_all()

    def _transfer_event(self, transfer: Transfer) -> None:
        with self._condition:
            if transfer.state is TransferState.STARTED:
                self._delivering.add(transfer.id)
                return
            self._delivering.discard(transfer.id)
            if transfer.state is TransferState.FINISHED:
                self._queue.setdefault(transfer.item_id, False)
            self._condition.notify_all()

    # -- on the thread

    def _run(self) -> None:
        lower_priority()
        while (item_id := self._next()) is not None:
            try:
                self._hash(item_id)
            except Exception:
                log.exception("an item could not be hashed")

    def _next(self) -> str | None:
        """The item to hash next, once it may be; None at the end."""
        with self._condition:
            while not self._closed:
                item_id = next((each for each, soon in self._queue.items() if soon), None)
                if item_id is None and not self._delivering:
                    item_id = next(iter(self._queue), None)
                if item_id is not None:
                    del self._queue[item_id]
                    self._current = item_id
                    return item_id
                self._condition.wait()
        return None

    def _hash(self, item_id: str) -> None:
        wait = self._look(item_id)
        if wait:
            with self._condition:
                self._condition.wait_for(lambda: self._current != item_id, wait)
            self._look(item_id)

    def _look(self, item_id: str) -> float:
        """Hash the item if there is anything new to hash; otherwise the seconds until it is worth another look."""
        item = self._share_list.get(item_id)
        if item is None or self._dropped(item_id) or not isinstance(item.source, FileSource | MemorySource):
            return 0.0  # an archive would have to be read once more, a stream has no end
        try:
            representation = self._opener.open(item)
        except (SourceError, StorageError):  # told to the owner where it is asked for
            self._forget(item_id)
            return 0.0
        try:
            assert isinstance(representation, Representation)
            etag = representation.etag
            if not is_strong(etag) or self.of(item_id, etag) is not None:
                return 0.0
            self._forget(item_id)
            wait = self._unsettled_for(representation)
            if not wait:
                found = sha256_of(representation, lambda: self._dropped(item_id))
                if found is not None:
                    self._learn(item_id, _Known(etag or "", found))
            return wait
        finally:
            representation.close()

    def _dropped(self, item_id: str) -> bool:
        return self._current != item_id

    # -- what is known

    def _learn(self, item_id: str, known: _Known) -> None:
        if self._share_list.get(item_id) is None:
            return
        with self._condition:
            if self._closed or self._known.get(item_id) == known:
                return
            self._known[item_id] = known
        self.changed.announce(ItemDigest(item_id, known.sha256))
        if self._share_list.get(item_id) is None:  # removed meanwhile, and nobody else will say so
            self._known.pop(item_id, None)

    def _forget(self, item_id: str) -> None:
        if self._known.pop(item_id, None) is not None:
            self.changed.announce(ItemDigest(item_id, None))

    def _unsettled_for(self, representation: Representation) -> float:
        """Seconds until the file has been as it is for the settling time; 0: it has. A date ahead says nothing."""
        if representation.last_modified is None:
            return 0.0
        age = self._wall() - representation.last_modified
        return self._settle - age if 0 <= age < self._settle else 0.0
