"""Who asked for what, what they were told, and why: for the owner to read, bounded, without a token in it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import attrgetter

from desktop_share.core.events import Announcer

KEPT = 2_000
TOGETHER_SECONDS = 30.0  # the same again within so long is one line with a count


class Barred(StrEnum):
    """Why a request was refused before anybody asked what it was for."""

    WRONG_HOST = "wrong-host"  # it names another server: against DNS rebinding
    OTHER_SITE = "other-site"  # a page elsewhere sent a form here
    NOT_POSSIBLE = "not-possible"  # a method that nothing here has, a request that is too large
    FAILED = "failed"  # a mistake of the program


@dataclass(frozen=True, slots=True)
class Visit:
    """One request, or several alike. All texts come from strangers: plain text, shown as such.

    at       seconds since the epoch, of the last one
    client   address of the other end;  device: what it says it is, '' when unknown
    method   'GET'
    what     the item's name, or what kind of page it was; never an address
    status   of the answer
    why      a `Refusal`'s value, or a `Barred`'s; '' where the answer was what was asked for
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
        return _ALIKE(self) == _ALIKE(other)


_ALIKE = attrgetter("client", "device", "method", "what", "status", "why", "link_id")  # all but when and how often


class AccessLog:
    """Thread-safe. `changed` announces each new or counted visit, on the thread that noted it; kept or not.

    `is_on` is asked about each visit: whether it is kept.
    """

    def __init__(self, bound: int = KEPT, is_on: Callable[[], bool] = lambda: True) -> None:
        self._is_on = is_on
        self.changed: Announcer[Visit] = Announcer()
        self._visits: deque[Visit] = deque(maxlen=bound)
        self._lock = threading.Lock()

    def note(self, visit: Visit) -> None:
        with self._lock:
            last = self._visits[-1] if self._visits else None
            if last is not None and last.is_like(visit) and visit.at - last.at <= TOGETHER_SECONDS:
                visit = replace(visit, count=last.count + 1)
                self._visits[-1] = visit
            elif self._is_on():
                self._visits.append(visit)
        self.changed.announce(visit)

    def snapshot(self) -> tuple[Visit, ...]:
        """Oldest first."""
        with self._lock:
            return tuple(self._visits)

    def clear(self) -> None:
        with self._lock:
            self._visits.clear()
