"""The work on the folders' indexes: one thread that looks into folders and reads files, and what it does first."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from desktop_share.core.checksum_table import Checksum
from desktop_share.core.checksums import Crc, TreeChecksums, crc_of, needs_reading
from desktop_share.core.disk_watch import DiskWatch
from desktop_share.core.errors import SourceError, StorageError
from desktop_share.core.folder_index import ChecksumStore, FolderIndex, Present
from desktop_share.core.hashing import lower_priority
from desktop_share.core.share_list import ItemState, ShareList
from desktop_share.core.tree import Entry
from desktop_share.core.tree_scan import ScanStopped, tree_version

log = logging.getLogger(__name__)

LONGEST_SETTLE = 5.0  # seconds until another look, where changes go on and on; SLOWEST where reading fails each time
SLOWEST = 30.0
PROGRESS = 0.2  # seconds between two notes of progress
SAVE_SECONDS, SAVE_COUNT = 1.0, 500
RACY = 2.0  # seconds: a file that changed so lately may do so again and keep its time (FAT); its sum is not kept


class FolderWork:
    """Thread-safe. First the files that a download waits for, then the folders to look into, then all other files.

    `settle`: seconds without a change before a folder that changed is looked at again.
    """

    def __init__(
        self, share_list: ShareList, store: ChecksumStore, watch: DiskWatch, *, settle: float, crc: Crc
    ) -> None:
        self._share_list = share_list
        self._store = store
        self._watch = watch
        self._settle = settle
        self._crc = crc
        # The list announces under its own lock: nothing of the list is called under this one
        self._condition = threading.Condition()
        self._awaited: deque[tuple[FolderIndex, TreeChecksums, Entry]] = deque()
        self._to_look: dict[FolderIndex, tuple[float, float]] = {}  # when it is due, and when at the latest
        self._to_read: dict[FolderIndex, None] = {}
        self._dropped: list[FolderIndex] = []
        self._learnt: deque[tuple[Entry, Checksum]] = deque()  # by downloads, and not saved yet
        self._closed = False
        self._thread: threading.Thread | None = None
        # Of the thread alone
        self._reading: tuple[TreeChecksums, str] | None = None
        self._unsaved: dict[str, Checksum] = {}
        self._saved_at = time.monotonic()

    def start(self) -> None:
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="folder-indexes", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop, in the middle of a file too, and wait for the thread. What waits for a file is told that it fails."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join()
        while self._awaited:
            self._awaited.popleft()[1].give_up()
        self._let_go()

    def is_closed(self) -> bool:
        return self._closed

    # -- asking for work, from any thread

    def ask(self, index: FolderIndex, sums: TreeChecksums, entry: Entry) -> None:
        """Somebody waits for the checksum of a file."""
        with self._condition:
            if not self._closed:
                self._awaited.append((index, sums, entry))
                self._condition.notify_all()
                return
        sums.give_up()

    def keep(self, entry: Entry, known: Checksum) -> None:
        """A download learnt that: save it with what is read next, or when it is many."""
        self._learnt.append((entry, known))
        if self._has_learnt_much:
            with self._condition:
                self._condition.notify_all()

    def look_soon(self, index: FolderIndex, seconds: float = 0.0) -> None:
        """Look into a folder of the list if anything is stale, tell the list, and read what is new."""
        now = time.monotonic()
        with self._condition:
            if index.item_id and not index.is_dropped:
                latest = self._to_look.get(index, (0.0, now + max(seconds, LONGEST_SETTLE)))[1]
                self._to_look[index] = (min(now + seconds, latest), latest)
                self._condition.notify_all()

    def went_wrong(self, index: FolderIndex, sums: TreeChecksums) -> None:
        """A file is not what was looked at, or cannot be read."""
        present = index.present
        if present is None or present.sums is sums:
            index.is_stale = True
            index.failures += 1
            self.look_soon(index, min(SLOWEST, self._settle * 2 ** min(index.failures, 10)))

    def drop(self, index: FolderIndex) -> None:
        """Only downloads under way need it still."""
        with self._condition:
            index.is_dropped = True
            self._to_look.pop(index, None)
            self._to_read.pop(index, None)
            self._dropped.append(index)
            self._condition.notify_all()

    # -- on the thread

    def _run(self) -> None:
        lower_priority()
        while self._wait():
            try:
                self._chores()
                self._read_next()
            except Exception:
                log.exception("a folder could not be indexed")
        self._save()

    @property
    def _has_learnt_much(self) -> bool:
        return len(self._learnt) >= SAVE_COUNT

    def _wait(self) -> bool:
        """Until there is something to do; False at the end."""
        with self._condition:
            while not self._closed:
                left = min((due for due, _ in self._to_look.values()), default=None)
                left = None if left is None else left - time.monotonic()
                is_due = left is not None and left <= 0
                if self._awaited or self._to_read or self._dropped or self._has_learnt_much or is_due:
                    return True
                self._condition.wait(left)
        return False

    def _chores(self) -> None:
        """What goes before the reading of what nobody waits for yet."""
        self._read_awaited()
        while not self._closed and (index := self._due()) is not None:
            self._look(index)
        self._let_go()
        if self._has_learnt_much:
            self._save()

    def _let_go(self) -> None:
        with self._condition:
            dropped, self._dropped = self._dropped, []
        for index in dropped:
            index.unwatch()
        if dropped:
            self._save()  # it may come back at once

    def _changed(self, index: FolderIndex) -> None:
        """Called by the watch."""
        index.is_stale = True
        self.look_soon(index, self._settle)

    def _due(self) -> FolderIndex | None:
        now = time.monotonic()
        with self._condition:
            index = next((each for each, (due, _) in self._to_look.items() if due <= now), None)
            if index is not None:
                del self._to_look[index]
        return index

    def _look(self, index: FolderIndex) -> None:
        def stopped() -> bool:
            self._read_awaited()
            return self._closed or index.is_dropped

        if index.is_wanted:
            return  # whoever looks instead has it looked over in the end
        try:
            index.watch(self._watch, partial(self._changed, index))
            present = index.look_over(stopped)
        except ScanStopped:
            return
        except (SourceError, StorageError) as error:
            self._share_list.report(index.item_id, error.problem)
            return
        if self._share_list.problem(index.item_id) is not None:
            self._share_list.report(index.item_id, None)
        if index.told is not present:
            index.told = present
            self._tell(index, present)
            with self._condition:
                if not index.is_dropped:
                    self._to_read[index] = None

    def _tell(self, index: FolderIndex, present: Present) -> None:
        item = self._share_list.get(index.item_id)
        if item is None:
            return
        version = tree_version(present.tree)
        index.seen = seen = item.seen or version
        size = present.layout.length
        try:
            self._share_list.update((item.id,), lambda each: replace(each, size=size, seen=each.seen or version))
        except StorageError as error:
            log.warning("the size of a folder cannot be saved: %s", error)
        done = present.total - sum(entry.size for entry in _missing(present))
        tree = present.tree
        self._share_list.note(
            item.id,
            lambda _: ItemState(done, present.total, tree.left_out, tree.left_out_count, changed=seen != version),
        )

    def _note(self, index: FolderIndex, present: Present, indexed: int) -> None:
        self._share_list.note(index.item_id, lambda state: replace(state, indexed=indexed, total=present.total))

    def _read_awaited(self) -> None:
        while True:
            with self._condition:
                if self._closed or not self._awaited:
                    return
                index, sums, entry = self._awaited.popleft()
            if sums.is_settled(entry):
                sums.wake(entry)
            elif self._reading != (sums, entry.path):  # else whoever is in the middle of it will tell
                self._read(index, sums, entry, lambda _: self._closed)

    def _read_next(self) -> None:
        with self._condition:
            index = next(iter(self._to_read), None)
            if index is None or self._closed:
                return
            del self._to_read[index]
        present = index.present
        if present is not None:
            self._read_tree(index, present)
            self._save()

    def _read_tree(self, index: FolderIndex, present: Present) -> None:
        missing = _missing(present)
        done = present.total - sum(entry.size for entry in missing)
        noted_at = time.monotonic()
        failures = index.failures

        def stopped(read: int) -> bool:
            # Not for a change elsewhere in the folder: a large file would never be read to its end
            nonlocal noted_at
            self._chores()
            if time.monotonic() - noted_at >= PROGRESS and index.present is present:
                self._note(index, present, done + read)
                noted_at = time.monotonic()
            return self._closed or index.is_dropped

        for entry in missing:
            if stopped(0) or index.present is not present:
                return
            if not present.sums.is_settled(entry):
                self._reading = present.sums, entry.path
                try:
                    self._read(index, present.sums, entry, stopped)
                finally:
                    self._reading = None
            done += entry.size
        if not self._closed and not index.is_dropped and index.present is present:
            self._note(index, present, present.total)
            if index.failures == failures:
                index.failures = 0

    def _read(self, index: FolderIndex, sums: TreeChecksums, entry: Entry, stopped: Callable[[int], bool]) -> None:
        try:
            crc = crc_of(entry, stopped, self._crc)
        except SourceError as error:
            sums.fail(entry, error.problem)
            self.went_wrong(index, sums)
            return
        if crc is None:
            if sums.is_awaited(entry):
                self.ask(index, sums, entry)
            return
        self._to_save(entry, sums.learn(entry, crc))
        if len(self._unsaved) >= SAVE_COUNT or time.monotonic() - self._saved_at >= SAVE_SECONDS:
            self._save()

    def _to_save(self, entry: Entry, known: Checksum) -> None:
        if not 0 <= time.time() - entry.mtime_ns / 10**9 < RACY:
            self._unsaved[entry.path] = known

    def _save(self) -> None:
        while self._learnt:
            self._to_save(*self._learnt.popleft())
        unsaved, self._unsaved = self._unsaved, {}
        self._saved_at = time.monotonic()
        if unsaved:
            try:
                self._store.save_checksums(unsaved)
            except StorageError as error:  # then they are made anew after a restart
                log.warning("checksums cannot be saved: %s", error)


def _missing(present: Present) -> list[Entry]:
    return [each for each in present.tree.entries if needs_reading(each) and not present.sums.is_settled(each)]
