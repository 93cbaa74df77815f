"""Sets of byte ranges."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

MOST_INTERVALS = 4096


class IntervalSet:
    """Half-open ranges of whole numbers, merged where they overlap or touch.

    >>> covered = IntervalSet()
    >>> covered.add(0, 10), covered.add(5, 15), covered.total
    (10, 5, 15)

    Holds at most `most` separate ranges: a further one that touches none of them is not counted, so that a client
    that asks for every other byte costs a bounded amount of memory.
    """

    __slots__ = ("_most", "_starts", "_stops", "total")

    def __init__(self, most: int = MOST_INTERVALS) -> None:
        self._most = most
        self._starts: list[int] = []
        self._stops: list[int] = []
        self.total = 0

    def add(self, start: int, stop: int) -> int:
        """Add a range; returns how many numbers were not in the set before."""
        if start >= stop:
            return 0
        first = bisect_left(self._stops, start)  # the first range that ends at or after `start`
        last = bisect_right(self._starts, stop)  # the first range that begins after `stop`
        if first == last and len(self._starts) >= self._most:
            return 0
        before = 0
        if first < last:
            before = sum(self._stops[first:last]) - sum(self._starts[first:last])
            start = min(start, self._starts[first])
            stop = max(stop, self._stops[last - 1])
        self._starts[first:last] = [start]
        self._stops[first:last] = [stop]
        new = stop - start - before
        self.total += new
        return new

    def __len__(self) -> int:
        return len(self._starts)
