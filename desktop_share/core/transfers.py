"""Transfers: deliveries under way, as the owner sees them. One client fetching one representation is one transfer,
however many connections and ranges it uses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class TransferState(StrEnum):
    STARTED = "started"
    FINISHED = "finished"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class Transfer:
    """One delivery. Frozen: progress makes a new one with the same `id`.

    client    the address of the other end
    device    what it says it is, 'Chrome on Android'; '' when unknown
    sent      different bytes of the representation that the kernel accepted
    total     bytes of the representation; None when unknown
    rate      bytes a second, smoothed; 0 while nothing moves; once it has ended, the mean
    started   seconds since the epoch;  ended likewise, None while it runs
    reason    why it was aborted, for people (a `Reason`, or a source's own words); '' otherwise
    link_id   the link that was used (`Link.id`); ticket: of a limited link (`Ticket.id`); both '' where there is none
    """

    id: str
    item_id: str
    item_name: str
    client: str
    device: str
    total: int | None
    started: float
    sent: int = 0
    rate: float = 0.0
    state: TransferState = TransferState.STARTED
    ended: float | None = None
    reason: str = ""
    link_id: str = ""
    ticket: str = ""

    @property
    def eta(self) -> float | None:
        """Seconds to the end at the present rate; None when unknown."""
        if self.total is None or self.rate <= 0:
            return None
        return max(self.total - self.sent, 0) / self.rate
