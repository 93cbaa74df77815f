"""How long a connection is waited for, and why one that takes longer has to end."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_share.core.reasons import Reason
from desktop_share.server.limits import Limits


@dataclass(slots=True)
class Patience:
    """Times are the loop's clock.

    since    when the connection began to wait for what it waits for
    taken    bytes that the client accepted so far
    """

    since: float
    taken: int = 0
    _mark: tuple[float, int] | None = field(default=None, init=False)

    def begin(self, now: float) -> None:
        """It waits for something else from now on."""
        self.since = now
        self._mark = None

    def pause(self, now: float) -> None:
        """What happens now is not the client's doing."""
        self._mark = (now, self.taken)

    def is_over(self, seconds: float, now: float) -> bool:
        return now - self.since > seconds

    def has_stood_still(self) -> bool:
        """Whether nothing was accepted since it was last looked at."""
        return self._mark is not None and self._mark[1] == self.taken

    def slowness(self, limits: Limits, now: float, is_crowded: bool) -> Reason | None:
        """Why a sending connection has to end: the client takes nothing, or (in a crowd) too little."""
        if self._mark is None:
            self.pause(now)
            return None
        marked, taken = self._mark
        span, moved = now - marked, self.taken - taken
        if is_crowded and span >= limits.crowded_stall_seconds:
            self.pause(now)
            return Reason.STALLED if moved < span * limits.crowded_rate else None
        if moved and not is_crowded:
            self.pause(now)
        return Reason.STALLED if not moved and span > limits.stall_seconds else None
