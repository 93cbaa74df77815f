"""Sets of byte ranges, and what a download has of an item over all its connections."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

MOST_INTERVALS = 4096


class IntervalSet:
    """Half-open ranges of whole numbers, merged where they overlap or touch.

    >>> covered = IntervalSet()
    >>> covered.add(0, 10), covered.add(5, 15), covered.total
    (10, 5, 15)

    Holds at most `most` separate ranges, so that a client that asks for every other byte costs a bounded amount of
    memory: a further one that touches none of them is not counted, or, with `rounds_up`, what lies between it and its
    neighbour is counted too.
    """

    __slots__ = ("_most", "_rounds_up", "_starts", "_stops", "total")

    def __init__(self, most: int = MOST_INTERVALS, *, rounds_up: bool = False) -> None:
        self._most = most
        self._rounds_up = rounds_up
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
            if not self._rounds_up:
                return 0
            if first:  # as far as the one before it reaches
                start, first = self._stops[first - 1], first - 1
            else:
                stop, last = self._starts[0], 1
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

    def join(self, other: IntervalSet) -> None:
        for start, stop in zip(other._starts, other._stops, strict=True):
            self.add(start, stop)

    def __len__(self) -> int:
        return len(self._starts)


class Coverage:
    """What was delivered of one version of a representation, kept for longer than any connection. Not thread-safe."""

    __slots__ = ("_etag", "_total", "intervals")

    def __init__(self) -> None:
        self._etag: str | None = None
        self._total = 0
        self.intervals = IntervalSet(rounds_up=True)

    def of(self, etag: str, total: int) -> IntervalSet:
        """To be added to. Empty where it was another version until now: bytes of two are no copy of either."""
        if etag != self._etag:
            self._etag, self._total = etag, total
            self.intervals = IntervalSet(rounds_up=True)
        return self.intervals

    def join(self, other: Coverage) -> None:
        if other._etag is not None:
            self.of(other._etag, other._total).join(other.intervals)

    def clear(self) -> None:
        """Begin anew; who was given the intervals keeps them."""
        self._etag = None
        self.intervals = IntervalSet(rounds_up=True)

    @property
    def is_complete(self) -> bool:
        return self.intervals.total >= self._total > 0
