"""Requests that wait for something outside the server, such as an answer of the owner, and hold no worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from desktop_share.server.parsing import RequestParser

WAITED = "desktop_share.waited"  # a key of the WSGI environment, bool: this request was parked, and is served again
PARKS = "desktop_share.parks"  # as WAITED, True: this server takes a `Parked` for an answer


@dataclass(frozen=True, slots=True)
class Parked:
    """Returned by the WSGI application in place of a body, before `start_response` is of any account: the same
    request is served again later, with WAITED in its environment.

    when_known(wake) has `wake` called once, on any thread, when it is worth serving it again; at once where it is
    already. Returns what ends that: called once or twice, on any thread, when the time is over or the client has left.
    seconds   it is served again in any case
    """

    when_known: Callable[[Callable[[], None]], Callable[[], None]]
    seconds: float

    def __iter__(self) -> Iterator[bytes]:
        return iter(())


class Parking(Exception):  # noqa: N818  # not an error: the way out of waitress's task
    """A task leaves its request to the channel."""

    def __init__(self, parked: Parked) -> None:
        super().__init__()
        self.parked = parked


@dataclass(slots=True, eq=False)
class Place:
    """A parked request in its channel. `until`: by the loop's clock."""

    request: RequestParser
    parked: Parked
    until: float
    _leave: Callable[[], None] | None = field(default=None)

    def begin(self, wake: Callable[[], None], is_taken: Callable[[], bool]) -> None:
        """Wait; not at all where the place `is_taken` no more. In a worker: the loop may end it meanwhile."""
        self._leave = self.parked.when_known(wake)
        if not is_taken():
            self._leave()

    def end(self) -> None:
        if self._leave is not None:
            self._leave()
