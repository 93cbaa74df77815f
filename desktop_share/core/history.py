"""The history: which downloads ended, and how. Written off the threads that serve, bounded, searchable."""

from __future__ import annotations

import csv
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, TextIO

from desktop_share.core.errors import Problem, StorageError, Translate, untranslated
from desktop_share.core.events import Announcer
from desktop_share.core.history_table import HistoryEntry
from desktop_share.core.transfers import Transfer, TransferState

log = logging.getLogger(__name__)

BOUND = 10_000  # entries; the oldest go
PAGE = 200

CSV_HEAD = ("Started", "Ended", "File", "Device", "Address", "Bytes sent", "Bytes in all", "Result", "Reason")
CSV_FINISHED = "finished"
CSV_ABORTED = "cancelled"


class HistoryStore(Protocol):
    """Where the history is kept. Each method is one transaction, or StorageError."""

    def add_history(self, ended: Sequence[Transfer], bound: int) -> None: ...

    def search_history(self, text: str, before: int | None, limit: int) -> list[HistoryEntry]: ...

    def history_of_link(self, link_id: str, limit: int) -> list[HistoryEntry]: ...

    def clear_history(self) -> None: ...


class History:
    """For every thread. `record` returns at once; the rest waits for the disk.

    is_on     asked at the end of each transfer: whether it is written down
    changed   announces after entries were written or cleared, or failed to be, on whatever thread did it:
              what keeps the history from being saved now, or None
    """

    def __init__(self, store: HistoryStore, is_on: Callable[[], bool] = lambda: True, *, bound: int = BOUND) -> None:
        self.changed: Announcer[Problem | None] = Announcer()
        self._store = store
        self._is_on = is_on
        self._bound = bound
        self._pending: deque[Transfer] = deque(maxlen=bound)
        self._lock = threading.Lock()  # for what `record` touches: never held while the disk is waited for
        self._writing = threading.Lock()
        self._asked = False
        self._closed = False
        self._problem: Problem | None = None
        self._worker = ThreadPoolExecutor(1, "history")

    @property
    def problem(self) -> Problem | None:
        """What keeps the history from being saved now. The entries wait in memory, and are tried again."""
        return self._problem

    def record(self, transfer: Transfer) -> None:
        """Keep a transfer that has ended; others are passed over. Subscribe it to `TransferBook.changed`."""
        if transfer.state is TransferState.STARTED or not self._is_on():
            return
        with self._lock:
            if self._closed:
                return
            self._pending.append(transfer)
            if not self._asked:
                self._asked = True
                self._worker.submit(self._write)

    def search(self, text: str = "", before: int | None = None, limit: int = PAGE) -> list[HistoryEntry]:
        """The latest entries, newest first, that have every word of `text` in file, device or address; the next page
        is `before` the last one's number. Raises StorageError."""
        return self._store.search_history(text, before, limit)

    def downloads_of(self, link_id: str, limit: int = PAGE) -> list[HistoryEntry]:
        """A link's receipts: what ended of what came through it, newest first. Raises StorageError."""
        return self._store.history_of_link(link_id, limit)

    def clear(self) -> None:
        """Forget everything up to now. Raises StorageError."""
        with self._writing:
            with self._lock:
                self._pending.clear()
            self._store.clear_history()
        self.changed.announce(self._problem)

    def export(self, file: Path, text: str = "", translate: Translate = untranslated) -> int:
        """Write what `search` finds as CSV, newest first; returns how many entries. Raises StorageError or OSError, and
        then a file that was there before is as it was."""
        part = file.with_name(f"{file.name}.part")
        try:
            # Excel takes UTF-8 for UTF-8 only with a byte order mark
            with part.open("w", encoding="utf-8-sig", newline="") as out:
                count = write_csv(out, (entry.transfer for entry in self._all(text)), translate)
            os.replace(part, file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        return count

    def close(self) -> None:
        """Write what is waiting, and end the thread. The store may be closed afterwards."""
        with self._lock:
            self._closed = True
        self._worker.shutdown(wait=True)
        self._write()

    def _all(self, text: str) -> Iterator[HistoryEntry]:
        before: int | None = None
        while page := self.search(text, before):
            yield from page
            before = page[-1].number

    # -- on the history's thread

    def _write(self) -> None:
        with self._writing:
            with self._lock:
                self._asked = False
                ended = tuple(self._pending)
                self._pending.clear()
            if not ended:
                return
            before, self._problem = self._problem, None
            try:
                self._store.add_history(ended, self._bound)
            except StorageError as error:
                self._problem = error.problem
                if before is None:
                    log.warning("the history could not be written: %s", error)
                with self._lock:  # the next transfer that ends brings another try
                    room = self._bound - len(self._pending)
                    self._pending.extendleft(reversed(ended[max(len(ended) - room, 0) :]))
        self.changed.announce(self._problem)


def write_csv(out: TextIO, transfers: Iterable[Transfer], translate: Translate = untranslated) -> int:
    """A head line and a line for each transfer, RFC 4180; times are this computer's, as spreadsheets read them."""
    lines = csv.writer(out)
    lines.writerow(defused(translate(each)) for each in CSV_HEAD)
    count = 0
    for count, each in enumerate(transfers, 1):  # noqa: B007
        finished = each.state is TransferState.FINISHED
        lines.writerow(
            (
                _local(each.started),
                "" if each.ended is None else _local(each.ended),
                defused(each.item_name),
                defused(each.device),
                defused(each.client),
                each.sent,
                "" if each.total is None else each.total,
                defused(translate(CSV_FINISHED if finished else CSV_ABORTED)),
                defused(translate(each.reason) if each.reason else ""),
            )
        )
    return count


def defused(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, whatever the file is called."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def _local(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
