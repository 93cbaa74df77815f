"""Counters that forget themselves, for the package `limits`: without its threads.

Its own storage in memory starts a thread of 10 ms with nearly every request, which looks through all that is kept.
Here what is over goes when something new comes, and nothing runs in between.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from limits.storage import Storage

MOST = 10_000  # kept; the oldest go


class Counters(Storage):
    """Thread-safe; in memory. `clock` is monotonic, and `get_expiry` tells its time."""

    STORAGE_SCHEME = None  # made by hand, never by an address

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        super().__init__()
        self._clock = clock
        self._most = most
        self._lock = threading.Lock()
        self._counts: OrderedDict[str, list[float]] = OrderedDict()  # the count and when it is over, oldest first

    def __len__(self) -> int:
        return len(self._counts)

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        with self._lock:
            now = self._clock()
            counted = self._counts.get(key)
            if counted is None or counted[1] <= now:
                self._counts.pop(key, None)
                self._make_room(now)
                counted = self._counts[key] = [0, now + expiry]
            counted[0] += amount
            return int(counted[0])

    def get(self, key: str) -> int:
        counted = self._counts.get(key)
        return int(counted[0]) if counted is not None and counted[1] > self._clock() else 0

    def get_expiry(self, key: str) -> float:
        counted = self._counts.get(key)
        return self._clock() if counted is None else counted[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int:
        with self._lock:
            count = len(self._counts)
            self._counts.clear()
            return count

    def clear(self, key: str) -> None:
        with self._lock:
            self._counts.pop(key, None)

    def _make_room(self, now: float) -> None:
        """All of one store last equally long, more or less: what is over stands in front."""
        while self._counts:
            key, (_, over) = next(iter(self._counts.items()))
            if over > now and len(self._counts) < self._most:
                return
            del self._counts[key]
