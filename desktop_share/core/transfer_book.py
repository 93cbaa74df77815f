"""The book of transfers: connections in, one row per client and representation out."""

from __future__ import annotations

import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from itertools import chain

from desktop_share.core.devices import device_name
from desktop_share.core.events import Announcer
from desktop_share.core.intervals import Coverage, IntervalSet
from desktop_share.core.items import SharedItem
from desktop_share.core.reasons import Reason
from desktop_share.core.transfer_record import STALL_SECONDS, Key, Lease, Record, held_for_ever
from desktop_share.core.transfers import Transfer, TransferState
from desktop_share.core.versions import ClientVersions

ANNOUNCE_SECONDS = 0.1  # at most ten events a second per transfer
GRACE_SECONDS = 10.0  # a client that comes back within this goes on with its transfer
KEPT = 200  # ended transfers that `snapshot` still shows

_COMES_BACK = frozenset({"", Reason.CLIENT_LEFT, Reason.PART_ONLY, Reason.STALLED})


class Delivery:
    """One connection's part in a transfer, for the server. Thread-safe; after `end` nothing has an effect."""

    __slots__ = ("_book", "_record")

    def __init__(self, book: TransferBook, record: Record) -> None:
        self._book = book
        self._record = record

    @property
    def transfer_id(self) -> str:
        return self._record.transfer.id

    def progress(self, start: int, stop: int) -> None:
        """The kernel accepted bytes `start` to `stop` (half open) of the representation."""
        self._book._progress(self, self._record, start, stop)

    def is_last(self, spans: Iterable[tuple[int, int]]) -> bool:
        """Asked before the last of these bytes (half open) are sent: whether every byte was delivered once they, and
        those that other connections asked so about, are. Never of what has no known end."""
        return self._book._is_last(self, self._record, spans)

    def end(self, reason: str = "") -> None:
        """The connection gave all that it was asked for (''), or stopped before that, and why (a `Reason`, or a
        source's own words)."""
        self._book._end(self, self._record, reason)


class TransferBook:
    """All transfers of this run. Thread-safe; events are announced in their order, on the thread that caused them.

    Connections of one client (address and user agent) through one link for one representation (item and ETag) are one
    transfer while one of them is open and for `grace` seconds after; those with one ticket are, whoever the clients
    are. It is finished when every byte was delivered and no connection is open, aborted when the last connection ended
    before that and none followed within the grace time. Who asks for all of it when every byte was delivered begins
    another one; so does, with a ticket, who asks for what has no known length: it begins at its beginning each time,
    and one that stays open must not hide that another came to its end.

    The book has no timer: whoever has a loop calls `tick`. `clock` is monotonic, `wall` seconds since the epoch.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        grace: float = GRACE_SECONDS,
    ) -> None:
        self.changed: Announcer[Transfer] = Announcer()
        self.versions = ClientVersions()
        self._clock = clock
        self._wall = wall
        self._grace = grace
        self._lock = threading.RLock()
        self._live: dict[str, Record] = {}  # running, and finished ones that a client has come back to
        self._finished: dict[str, Record] = {}  # for the grace time, in the order in which they ended
        self._by_key: dict[Key, Record] = {}  # both
        self._ended: deque[Transfer] = deque(maxlen=KEPT)

    # -- for the routes

    def open(
        self,
        item: SharedItem,
        client: str,
        user_agent: str,
        etag: str | None,
        total: int | None,
        cancel: Callable[[], None],
        *,
        partial: bool = False,
        link_id: str = "",
        ticket: str = "",
        covered: Coverage | None = None,
        lease: Lease = held_for_ever,
    ) -> Delivery:
        """A connection begins to deliver `item`, `total` bytes long as a whole (None: unknown).

        `cancel` cuts that connection; it may be called on any thread and returns at once. `partial` says that a range
        was asked for: such a request goes on with a transfer that has every byte already (a video that is watched
        again), where a whole one is a new transfer. `link_id` and `ticket`: see `Transfer`. `covered`: what was
        delivered before, in transfers that broke off; this one goes on with it, and it is touched by nobody else while
        the transfer runs. `lease` is asked by each `tick` and `recheck`; what has lost it is cut.
        """
        key = (item.id, etag, link_id, *(("", ticket) if ticket else (client, user_agent)))
        with self._lock:
            now = self._clock()
            record = self._by_key.get(key)
            if record is not None and ((not partial and record.has_every_byte) or (ticket and total is None)):
                record = None  # the connection that brought the last of them may be open still
            if record is None or not (record.is_running or (partial and not record.transfer.reason)):
                transfer = Transfer(
                    id=secrets.token_hex(8),
                    item_id=item.id,
                    item_name=item.download_name,
                    client=client,
                    device=device_name(user_agent),
                    total=total,
                    started=self._wall(),
                    link_id=link_id,
                    ticket=ticket,
                )
                has = IntervalSet() if covered is None or etag is None or total is None else covered.of(etag, total)
                record = self._begin(Record(key, transfer, has, begun=now, lease=lease, sampled=now, moved=now))
            delivery = Delivery(self, record)
            record.deliveries[delivery] = cancel
            record.left = None
            if self._finished.pop(record.transfer.id, None):
                self._live[record.transfer.id] = record
            return delivery

    # -- for the window and the terminal

    def snapshot(self) -> tuple[Transfer, ...]:
        """The ended ones of this run, oldest first and bounded in number, then the running ones."""
        with self._lock:
            running = [record.present() for record in self._live.values() if record.is_running]
            return (*self._ended, *running)

    def running_count(self) -> int:
        """Transfers with an open connection."""
        with self._lock:
            return sum(record.is_running and bool(record.deliveries) for record in self._live.values())

    def cancel(self, transfer_id: str, reason: Reason = Reason.CANCELLED) -> bool:
        """Cut the connections of a transfer at once; False when it does not run."""
        with self._lock:
            record = self._live.get(transfer_id)
            return bool(record and self._cut([record], reason))

    def cancel_item(self, item_id: str, reason: Reason = Reason.REMOVED) -> int:
        """Cut every transfer of an item; returns how many were running."""
        with self._lock:
            return self._cut([each for each in self._live.values() if each.transfer.item_id == item_id], reason)

    def recheck(self) -> None:
        """Cut every transfer that has lost its lease."""
        with self._lock:
            lost = [(record, reason) for record in self._live.values() if (reason := record.lease()) is not None]
            for record, reason in lost:
                self._cut([record], reason)

    # -- for the loop

    def tick(self, now: float | None = None) -> float | None:
        """Announce what is due, end what nobody came back to, cut what has lost its lease. Returns the seconds until
        there is something to do again, or None: nothing before the next call of another method."""
        with self._lock:
            now = self._clock() if now is None else now
            self.recheck()
            self._forget_finished(now)
            waits = [wait for record in list(self._live.values()) if (wait := self._tick(record, now)) is not None]
            oldest = next(iter(self._finished.values()), None)
            if oldest is not None and oldest.left is not None:
                waits.append(oldest.left + self._grace - now)
            return max(min(waits), 0.0) if waits else None

    def settle(self) -> None:
        """End the transfers without a connection now, grace or not: after the server has stopped."""
        with self._lock:
            for record in [each for each in self._live.values() if not each.deliveries]:
                self._close(record, self._clock())
            for record in list(self._finished.values()):
                self._forget(record)

    # -- for Delivery

    def _progress(self, delivery: Delivery, record: Record, start: int, stop: int) -> None:
        with self._lock:
            if delivery not in record.deliveries:
                return
            now = self._clock()
            record.advance(start, stop, now)
            if record.is_running and now - record.announced >= ANNOUNCE_SECONDS:
                self._announce(record, now)

    def _is_last(self, delivery: Delivery, record: Record, spans: Iterable[tuple[int, int]]) -> bool:
        with self._lock:
            total = record.transfer.total
            if delivery not in record.deliveries or total is None:
                return False
            record.to_come.setdefault(delivery, []).extend(spans)
            whole = IntervalSet(rounds_up=True)
            whole.join(record.covered)
            for start, stop in chain.from_iterable(record.to_come.values()):
                whole.add(start, stop)
            return whole.total >= total

    def _end(self, delivery: Delivery, record: Record, reason: str) -> None:
        with self._lock:
            record.to_come.pop(delivery, None)  # what of it was sent is covered
            if record.deliveries.pop(delivery, None) is None or record.deliveries:
                return
            now = self._clock()
            record.left = now
            record.last_reason = reason
            if not record.is_running:
                self._remember(record)
            elif record.is_complete or reason not in _COMES_BACK:
                self._close(record, now)
            elif record.dirty and now - record.announced >= ANNOUNCE_SECONDS:
                self._announce(record, now)

    # -- under the lock

    def _begin(self, record: Record) -> Record:
        self._live[record.transfer.id] = record
        self._by_key[record.key] = record
        self._announce(record, record.begun)
        return record

    def _announce(self, record: Record, now: float) -> None:
        record.announced = now
        record.dirty = False
        self.changed.announce(record.sample(now))

    def _tick(self, record: Record, now: float) -> float | None:
        if record.left is not None and now - record.left >= self._grace:
            self._close(record, now)
        if not record.is_running:
            return None
        since = now - record.announced
        stalled = now - record.moved >= STALL_SECONDS and record.transfer.rate > 0
        if (record.dirty and since >= ANNOUNCE_SECONDS) or stalled:
            self._announce(record, now)
        waits = []
        if record.dirty:
            waits.append(ANNOUNCE_SECONDS - since)
        if record.transfer.rate > 0:
            waits.append(record.moved + STALL_SECONDS - now)
        if record.left is not None:
            waits.append(record.left + self._grace - now)
        return min(waits, default=None)

    def _close(self, record: Record, now: float, reason: str | None = None) -> None:
        """Give a running record its last state; one that may be gone on with stays known by its key."""
        if not record.is_running:
            return
        if reason is None and record.is_complete:
            last = record.conclude(TransferState.FINISHED, "", now, self._wall())
            self._remember(record)
        else:
            why = reason or record.last_reason or Reason.PART_ONLY
            last = record.conclude(TransferState.ABORTED, why, now, self._wall())
            self._forget(record)
        self._ended.append(last)
        self.changed.announce(last)

    def _remember(self, record: Record) -> None:
        """Finished and without a connection: known for the grace time."""
        del self._live[record.transfer.id]
        self._finished[record.transfer.id] = record
        if len(self._finished) > KEPT:
            self._forget(next(iter(self._finished.values())))

    def _forget_finished(self, now: float) -> None:
        for record in list(self._finished.values()):
            if record.left is not None and now - record.left < self._grace:
                break
            self._forget(record)

    def _forget(self, record: Record) -> None:
        self._live.pop(record.transfer.id, None)
        self._finished.pop(record.transfer.id, None)
        if self._by_key.get(record.key) is record:
            del self._by_key[record.key]

    def _cut(self, records: Iterable[Record], reason: Reason) -> int:
        running = 0
        now = self._clock()
        for record in list(records):
            cancels = list(record.deliveries.values())
            record.deliveries.clear()
            running += record.is_running
            self._close(record, now, reason)
            self._forget(record)
            for cancel in cancels:
                cancel()
        return running
