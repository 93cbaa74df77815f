"""What the book keeps of one transfer: its last published value and what has happened since."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from desktop_share.core.intervals import IntervalSet
from desktop_share.core.reasons import Reason
from desktop_share.core.transfers import Transfer, TransferState

if TYPE_CHECKING:
    from desktop_share.core.transfer_book import Delivery

RATE_SECONDS = 2.0  # time constant of the smoothed rate
STALL_SECONDS = 3.0  # without a byte for so long, the rate is 0

Key = tuple[str, str | None, str, str, str]  # item, ETag, link, then who: address and user agent, or a ticket
Lease = Callable[[], Reason | None]  # None while what was granted holds, else why no longer; quick, takes no lock


def held_for_ever() -> None:
    """The lease of what only its item's removal ends."""


@dataclass(slots=True, eq=False)
class Record:
    """Times are the book's clock. Only touched under the book's lock.

    lease         asked again and again while it runs
    to_come       besides `covered`, what open connections have read to the end and are about to send
    deliveries    the open connections, each with what cuts it
    left          when the last connection ended; None while one is open
    unsampled     bytes since `sampled`, not in the rate yet
    """

    key: Key
    transfer: Transfer
    covered: IntervalSet
    begun: float
    lease: Lease = held_for_ever
    to_come: dict[Delivery, list[tuple[int, int]]] = field(default_factory=dict)
    deliveries: dict[Delivery, Callable[[], None]] = field(default_factory=dict)
    left: float | None = None
    last_reason: str = ""
    accepted: int = 0
    unsampled: int = 0
    sampled: float = 0.0
    moved: float = 0.0
    announced: float = -math.inf
    dirty: bool = False

    @property
    def is_running(self) -> bool:
        return self.transfer.state is TransferState.STARTED

    @property
    def is_complete(self) -> bool:
        """Whether every byte was delivered; for an unknown total, whether the last connection came to its end."""
        return not self.last_reason if self.transfer.total is None else self.has_every_byte

    @property
    def has_every_byte(self) -> bool:
        """False while that is not known."""
        total = self.transfer.total
        return total is not None and self.covered.total >= total

    def advance(self, start: int, stop: int, now: float) -> None:
        self.covered.add(start, stop)
        self.accepted += stop - start
        self.unsampled += stop - start
        self.moved = now
        self.dirty = True

    def present(self) -> Transfer:
        """The value as it is now, with the rate as it was last published."""
        return replace(self.transfer, sent=self.covered.total)

    def sample(self, now: float) -> Transfer:
        """The value to publish now, with the rate brought up to date."""
        rate = self.transfer.rate
        span = now - self.sampled
        if now - self.moved >= STALL_SECONDS:
            rate = 0.0
        elif span > 0:
            latest = self.unsampled / span
            weight = 1.0 if rate == 0 else 1 - math.exp(-span / RATE_SECONDS)
            rate += weight * (latest - rate)
        self.unsampled = 0
        self.sampled = now
        self.transfer = replace(self.transfer, sent=self.covered.total, rate=rate)
        return self.transfer

    def conclude(self, state: TransferState, reason: str, now: float, wall: float) -> Transfer:
        """The last value: the rate becomes the mean over the time in which bytes moved."""
        span = max(self.moved - self.begun, 1e-3)
        self.transfer = replace(
            self.transfer,
            sent=self.covered.total,
            rate=self.accepted / span,
            state=state,
            ended=wall - (now - self.left) if self.left is not None else wall,
            reason=reason,
        )
        return self.transfer
