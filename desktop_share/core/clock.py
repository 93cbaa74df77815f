"""What time it is, for expiry: the wall clock when the program started, and since then a clock that nobody sets."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

# of those that count on while the computer sleeps: Python's own stops meanwhile on Linux and on a Mac, not on Windows
_COUNTS_ON = {"linux": "CLOCK_BOOTTIME", "darwin": "CLOCK_MONOTONIC"}


def running_seconds() -> float:
    """Seconds that only go forward, and go on while the computer sleeps."""
    clock: int | None = getattr(time, _COUNTS_ON.get(sys.platform, ""), None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Clock:
    """Called, it gives seconds since the epoch. A system clock that is set while the program runs changes nothing: what
    was to last an hour lasts an hour."""

    def __init__(self, wall: Callable[[], float] = time.time, running: Callable[[], float] = running_seconds) -> None:
        self._running = running
        self._offset = wall() - running()

    def __call__(self) -> float:
        return self._offset + self._running()
