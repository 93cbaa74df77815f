"""One look into a folder, from when it is asked for: what it has found so far, and who waits for more of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from desktop_share.core.archive_layout import Layout
from desktop_share.core.checksums import TreeChecksums
from desktop_share.core.tree import Entry


class Look:
    """Filled by one thread, which ends it once; read by any.

    sums      of the files that are found
    entries   found so far, in the order of the archive; it only grows
    layout    of all of them, once that was all
    error     why it ended without one
    asked     time.monotonic() when it was asked for last: it is of a moment after that
    is_left   somebody who read it has gone
    """

    def __init__(self, sums: TreeChecksums) -> None:
        self.sums = sums
        self.entries: list[Entry] = []
        self.layout: Layout | None = None
        self.error: BaseException | None = None
        self.asked = time.monotonic()
        self.is_left = False
        self._lock = threading.Lock()
        self._waiting: list[tuple[int, Callable[[], None]]] = []

    def when_more(self, count: int, wake: Callable[[], None]) -> None:
        """Have `wake` called once, on any thread, when there are more than `count` entries, or it has ended."""
        with self._lock:
            waits = not self._has_more(count)
            if waits:
                self._waiting.append((count, wake))
        if not waits:
            wake()

    def tell(self) -> None:
        """Wake who waits for what was found by now."""
        with self._lock:
            woken = [wake for count, wake in self._waiting if self._has_more(count)]
            self._waiting = [each for each in self._waiting if not self._has_more(each[0])]
        for wake in woken:
            wake()

    def end(self, layout: Layout | None, error: BaseException | None = None) -> None:
        self.layout, self.error = layout, error
        self.tell()

    def _has_more(self, count: int) -> bool:
        return len(self.entries) > count or self.layout is not None or self.error is not None
