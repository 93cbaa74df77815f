"""Who asked for what, what they were told, and why: for the owner to read, bounded, without a token in it."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace

from desktop_share.core.events import Announcer

KEPT = 2_000
TOGETHER_SECONDS = 30.0  # the same again within so long is one line with a count


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, or several alike. All texts come from strangers: plain text, shown as such.

    at       seconds since the epoch, of the last one
    client   address of the other end;  device: what it says it is, '' when unknown
    method   'GET'
    what     the item's name, or what kind of page it was; never an address
    status   of the answer
    why      a `Refusal`'s value; '' where the answer was what was asked for
    link_id  `Link.id`; '' where no link was meant
    count    how many alike
    """

    at: float
    client: str
    device: str
    method: str
    what: str
    status: int
    why: str = ""
    link_id: str = ""
    count: int = 1

    def is_like(self, other: Visit) -> bool:
        return replace(self, at=0.0, count=1) == replace(other, at=0.0, count=1)


class AccessLog:
    """Thread-safe. `changed` announces each new or counted visit, on the thread that noted it."""

    def __init__(self, bound: int = KEPT) -> None:
        self.changed: Announcer[Visit] = Announcer()
        self._visits: deque[Visit] = deque(maxlen=bound)
        self._lock = threading.Lock()

    def note(self, visit: Visit) -> None:
        with self._lock:
            last = self._visits[-1] if self._visits else None
            if last is not None and last.is_like(visit) and visit.at - last.at <= TOGETHER_SECONDS:
                visit = replace(visit, count=last.count + 1)
                self._visits[-1] = visit
            else:
                self._visits.append(visit)
        self.changed.announce(visit)

    def snapshot(self) -> tuple[Visit, ...]:
        """Oldest first."""
        with self._lock:
            return tuple(self._visits)

    def clear(self) -> None:
        with self._lock:
            self._visits.clear()
