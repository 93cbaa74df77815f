"""The bandwidth cap: token buckets that say how much may be sent now, and when more."""

from __future__ import annotations

import math
from dataclasses import dataclass

BURST_SECONDS = 0.05
LEAST_BURST = 8 << 10  # bytes
LEAST = 4 << 10  # bytes that are worth a turn
QUANTUM = 64 << 10  # what one connection takes of a shared bucket at most, so that the others get theirs


class TokenBucket:
    """`rate` bytes a second, never more than a short burst at once. Times are monotonic seconds."""

    __slots__ = ("_burst", "_filled", "_tokens", "rate")

    def __init__(self, rate: float, now: float) -> None:
        self.rate = rate
        self._burst = max(rate * BURST_SECONDS, LEAST_BURST)
        self._tokens = self._burst
        self._filled = now

    def available(self, now: float) -> int:
        self._tokens = min(self._burst, self._tokens + max(now - self._filled, 0.0) * self.rate)
        self._filled = now
        return max(int(self._tokens), 0)

    def spend(self, count: int) -> None:
        self._tokens -= count

    def wait(self, now: float) -> float:
        """Seconds until a worthwhile amount (half a burst) is there."""
        return max((self._burst / 2 - self.available(now)) / self.rate, 0.0)


@dataclass(frozen=True, slots=True)
class Rates:
    """Bytes a second, None: no cap. For all together, and for each transfer."""

    total: float | None = None
    per_transfer: float | None = None


class Pacing:
    """Who may send how much now. Only the loop's thread uses it."""

    def __init__(self, rates: Rates, now: float) -> None:
        self.rates = rates
        self._total = TokenBucket(rates.total, now) if rates.total else None
        self._each: dict[str, TokenBucket] = {}

    @property
    def is_on(self) -> bool:
        return self._total is not None or self.rates.per_transfer is not None

    def allowance(self, transfer: str, budget: int, now: float) -> int:
        """Bytes that a connection of this transfer may send now, at most `budget`."""
        for bucket in self._buckets(transfer, now):
            available = bucket.available(now)
            budget = min(budget, available, max(available // 4, QUANTUM))
        return budget

    def spend(self, transfer: str, count: int, now: float) -> None:
        for bucket in self._buckets(transfer, now):
            bucket.spend(count)

    def wait(self, transfer: str, now: float) -> float:
        """Seconds after which it is worth while to ask again."""
        return max((bucket.wait(now) for bucket in self._buckets(transfer, now)), default=0.0)

    def forget(self, transfers_left: set[str]) -> None:
        """Drop the buckets of transfers that are not under way any more."""
        self._each = {name: bucket for name, bucket in self._each.items() if name in transfers_left}

    def _buckets(self, transfer: str, now: float) -> list[TokenBucket]:
        buckets = [] if self._total is None else [self._total]
        if self.rates.per_transfer:
            if transfer not in self._each:
                self._each[transfer] = TokenBucket(self.rates.per_transfer, now)
            buckets.append(self._each[transfer])
        return buckets


def is_rate(value: float | None) -> bool:
    """Whether a cap makes sense: none, or a positive number."""
    return value is None or (value > 0 and math.isfinite(value))
