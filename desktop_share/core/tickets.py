"""Tickets: one download of a limited link, from the moment it is begun until it was delivered or given up.

A link's downloads are counted when they were delivered whole. What is under way holds a place: so no more begin than
there are downloads left, and whoever gives up lets the next one in. Places are in memory only: after a crash, what was
not delivered has come back by itself. So that a crash gives none away either, a download is counted just before its
last bytes are sent, and taken back where they are not.

A ticket remembers what was delivered with it, whatever breaks lie between; and what was given up is remembered too: who
fetches one part with each of several tickets has had a download all the same.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from desktop_share.core.access import Doors, Grant, Refusal
from desktop_share.core.errors import StorageError
from desktop_share.core.intervals import Coverage
from desktop_share.core.links import Link, ListLink, token_digest
from desktop_share.core.representation import NotYet
from desktop_share.core.transfers import Transfer, TransferState

log = logging.getLogger(__name__)

RESUME_SECONDS = 600.0  # without a byte for so long, a download that was begun gives up its place
COUNT_SECONDS = 2.0  # at most so long a new ticket waits for the counting of one that was delivered just now
MOST_WAITING = 2  # at once; each holds one of the server's few workers
AFTER_SECONDS = 60.0  # for so long after its end, what was delivered may be asked for again: a player, a second range
LENGTH = 16  # bytes of a ticket's token


@dataclass(frozen=True, slots=True)
class Ticket:
    """`token` stands in the address of the bytes; `id` tells tickets apart where the token must not be seen.

    covered   what was delivered with it; for the book of transfers
    """

    token: str
    id: str
    grant: Grant
    covered: Coverage = field(default_factory=Coverage, repr=False, compare=False)


@dataclass(slots=True)
class _Place:
    """`running`: ids of its transfers that go on; `delivered`: when; `ahead`: but for the last bytes; `counting`: how
    often that, or that it was not, is about to be saved; `counted`: the link says so; `saved`: the last saving."""

    ticket: Ticket
    moved: float
    running: set[str] = field(default_factory=set)
    delivered: float | None = None
    ahead: bool = False
    counting: int = 0
    counted: bool = False
    saved: Future[None] | None = None


class Tickets:
    """Thread-safe. `clock` is monotonic. Counting has a thread of its own: events of transfers come under the lock of
    their book, which a change of the list asks for in its turn."""

    def __init__(self, doors: Doors, clock: Callable[[], float] = time.monotonic) -> None:
        self._doors = doors
        self._clock = clock
        self._lock = threading.Condition()  # told of each end of a counting
        self._places: dict[bytes, _Place] = {}  # by the digest of the token
        self._by_id: dict[str, _Place] = {}
        self._given_up: dict[tuple[bytes, str], Coverage] = {}  # by link and item: parts that nobody was counted for
        self._waiting = 0
        self._counting = ThreadPoolExecutor(1, "tickets")

    def close(self) -> None:
        """Count what was delivered, and end the thread."""
        self._counting.shutdown(wait=True)

    def open(self, grant: Grant) -> Ticket | Refusal:
        """A ticket for who was granted the item through a limited link; ALL_TAKEN while others may still give up.

        Waits while a download of the link is being counted: for that moment it may stand in both numbers. Where too
        many wait already, it does not, and the answer may be ALL_TAKEN for one place too few.
        """
        with self._lock:
            self._wait_for_counting(grant.link)
            self._clear()
            link = self._link_now(grant)
            if link is None:
                return Refusal.UNKNOWN
            if link.left == 0:
                return Refusal.USED_UP
            if link.left is not None and self._under_way(link) >= link.left:
                return Refusal.ALL_TAKEN
            ticket = Ticket(secrets.token_urlsafe(LENGTH), secrets.token_hex(8), grant)
            place = _Place(ticket, self._clock())
            self._places[token_digest(ticket.token)] = place
            self._by_id[ticket.id] = place
            return ticket

    def find(self, token: str) -> Ticket | Refusal:
        """The ticket that stands in an address; UNKNOWN for none, USED_UP for one that was delivered some time ago."""
        with self._lock:
            place = self._places.get(token_digest(token))
            if place is None:
                return Refusal.UNKNOWN
            if place.delivered is not None and not place.ahead and self._clock() - place.delivered > AFTER_SECONDS:
                return Refusal.USED_UP
            return place.ticket

    def has_place(self, ticket: Ticket) -> bool:
        """Whether what is delivered with it from now on is counted: asked when that was begun. Since it was found, the
        time to go on with it may have run out, and another may have its place."""
        with self._lock:
            return ticket.id in self._by_id

    def again(self, token: str, grant: Grant) -> Ticket | None:
        """The ticket that a recipient was given before through the same address, unless it was delivered: who presses
        the button twice has begun one download, and takes no place from others. None for any other token."""
        with self._lock:
            place = self._places.get(token_digest(token))
            same = place is not None and place.ticket.grant.address == grant.address
            if place is None or not same or (place.delivered is not None and not place.ahead):
                return None
            place.moved = self._clock()
            return place.ticket

    def heard(self, transfer: Transfer) -> None:
        """What came of a ticket's download. Subscribe it to `TransferBook.changed`. Raises nothing."""
        with self._lock:
            place = self._by_id.get(transfer.ticket)
            if place is None or (place.delivered is not None and not place.ahead):
                return
            place.moved = self._clock()
            has_ended = transfer.state is not TransferState.STARTED
            (place.running.discard if has_ended else place.running.add)(transfer.id)
            has_all = transfer.total and transfer.sent >= transfer.total  # another connection may go on
            if transfer.state is TransferState.FINISHED or has_all:
                place.ticket.covered.clear()
                if not place.ahead:
                    self._was_delivered(place)
                place.ahead = False
            elif place.ahead and not place.running:
                place.ahead, place.delivered = False, None
                self._save_soon(place, self._take_back)

    def count_ahead(self, ticket: Ticket) -> NotYet | None:
        """Count a download of which only the last bytes have not been sent. They have to wait for what is returned."""
        with self._lock:
            place = self._by_id.get(ticket.id)
            if place is not None and place.delivered is None:
                place.moved = self._clock()
                place.ahead = True
                self._was_delivered(place)
            saved = None if place is None else place.saved
        return None if saved is None else NotYet(lambda wake: saved.add_done_callback(lambda _: wake()))

    def under_way(self, link: Link) -> int:
        """Downloads of a link that hold a place now."""
        with self._lock:
            self._clear()
            return self._under_way(link)

    # -- under the lock

    def _wait_for_counting(self, link: Link) -> None:
        if self._waiting < MOST_WAITING:
            self._waiting += 1
            try:
                self._lock.wait_for(lambda: not self._is_counting(link), COUNT_SECONDS)
            finally:
                self._waiting -= 1

    def _under_way(self, link: Link) -> int:
        return sum(not place.counted for place in self._places_of(link))

    def _is_counting(self, link: Link) -> bool:
        return any(place.counting for place in self._places_of(link))

    def _places_of(self, link: Link) -> list[_Place]:
        return [place for place in self._places.values() if place.ticket.grant.link.digest == link.digest]

    def _clear(self) -> None:
        """Forget who gave up, and what was delivered long ago."""
        now = self._clock()
        for digest, place in list(self._places.items()):
            if place.delivered is None:
                if place.running or now - place.moved <= RESUME_SECONDS or self._was_had_in_parts(place.ticket):
                    continue
            elif not place.counted or now - place.moved <= 10 * RESUME_SECONDS:
                continue
            del self._places[digest], self._by_id[place.ticket.id]

    def _was_had_in_parts(self, ticket: Ticket) -> bool:
        """Whether a ticket that was given up brought what others before it had left: then it is counted."""
        if not ticket.covered.intervals.total:
            return False
        key = ticket.grant.link.digest, ticket.grant.item.id
        known = self._given_up.setdefault(key, Coverage())
        known.join(ticket.covered)
        if not known.is_complete:
            return False
        del self._given_up[key]
        self._was_delivered(self._by_id[ticket.id])
        return True

    def _was_delivered(self, place: _Place) -> None:
        place.delivered = place.moved
        self._save_soon(place, self._count)

    def _save_soon(self, place: _Place, save: Callable[[_Place], None]) -> None:
        with contextlib.suppress(RuntimeError):  # closed: the program ends
            place.saved = self._counting.submit(save, place)
            place.counting += 1

    def _link_now(self, grant: Grant) -> Link | None:
        """The link as it is now: the grant was made a moment ago."""
        found = self._doors.find(grant.address)
        return found.link if isinstance(found, Grant) else None

    # -- on the counting thread

    def _count(self, place: _Place) -> None:
        """One download more was delivered. Where that cannot be saved, the place stays taken in this run."""
        saved = False
        try:
            saved = self._save(place.ticket.grant, 1)
        finally:
            self._has_saved(place, counted=saved)

    def _take_back(self, place: _Place) -> None:
        """It was not delivered after all. Where that cannot be saved, it stays counted."""
        saved = not place.counted
        try:
            saved = saved or self._save(place.ticket.grant, -1)
        finally:
            self._has_saved(place, counted=not saved)

    def _has_saved(self, place: _Place, *, counted: bool) -> None:
        with self._lock:
            place.counted = counted
            place.counting -= 1
            self._lock.notify_all()

    def _save(self, grant: Grant, more: int) -> bool:
        digest = grant.link.digest
        try:
            if grant.listed is not None:
                self._doors.lists.update(lambda lists: (_counted_list(each, digest, more) for each in lists))
            else:
                self._doors.share_list.update(
                    (grant.item.id,),
                    lambda item: replace(item, links=tuple(_counted(link, digest, more) for link in item.links)),
                )
        except StorageError as error:
            log.warning("a download was not counted: %s", error)
            return False
        return True


def _counted(link: Link, digest: bytes, more: int) -> Link:
    is_meant = link.digest == digest and link.limit is not None
    return replace(link, used=max(link.used + more, 0)) if is_meant else link


def _counted_list(listed: ListLink, digest: bytes, more: int) -> ListLink:
    link = _counted(listed.link, digest, more)
    return listed if link == listed.link else replace(listed, link=link)
