"""What is going on with one item: its running transfers and how many were finished. Pure values for a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from desktop_share.core.transfers import Transfer, TransferState


@dataclass(frozen=True, slots=True)
class Activity:
    """running   the transfers under way, by id;   finished   how many were delivered in this run"""

    running: Mapping[str, Transfer] = field(default_factory=dict)
    finished: int = 0

    def after(self, transfer: Transfer) -> Activity:
        """With what this event of a transfer says."""
        running = {each: value for each, value in self.running.items() if each != transfer.id}
        if transfer.state is TransferState.STARTED:
            running[transfer.id] = transfer
        done = transfer.state is TransferState.FINISHED
        return replace(self, running=running, finished=self.finished + done)

    @property
    def fraction(self) -> float | None:
        """How much of all that is under way was sent, 0 to 1; None while nothing is, or its size is unknown."""
        totals = [transfer.total for transfer in self.running.values()]
        total = sum(each or 0 for each in totals)
        if not total or None in totals:
            return None
        return min(sum(transfer.sent for transfer in self.running.values()) / total, 1.0)


QUIET = Activity()
