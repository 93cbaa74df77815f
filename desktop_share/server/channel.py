"""One connection: requests in, responses out. Flask decides in a worker; the event loop sends."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable
from socket import socket as Socket  # noqa: N812  # the class has an attribute `socket`
from typing import TYPE_CHECKING, Any

from waitress.channel import ClientDisconnected

from desktop_share.core.reasons import Reason
from desktop_share.core.representation import NotYet
from desktop_share.server.connection import Connection
from desktop_share.server.outgoing import Outgoing
from desktop_share.server.parking import Parked, Place
from desktop_share.server.parsing import RequestParser
from desktop_share.server.pieces import BodyError
from desktop_share.server.task import HandedOver, Refusal, Task

if TYPE_CHECKING:
    from desktop_share.server.hub import Hub

logger = logging.getLogger(__name__)

MOST_AHEAD = 64 << 10  # bytes of further requests that are read while a body waits
LOCK_SECONDS = 0.05


class Channel(Connection):
    """waitress's channel, with a queue of its own for handed-over bodies, and deadlines.

    `outgoing` is the response that the loop sends. The next request is served after its last byte. `awaited` is what
    has to be known before it can go on, `parked` the request that is served again once something else is known: no
    thread waits for that, and the loop reads, to see the client leave.
    Methods without another word are for the loop's thread.
    """

    task_class = Task
    error_task_class = Refusal
    parser_class = RequestParser
    logger = logger

    request: RequestParser | None
    requests: list[RequestParser]
    if TYPE_CHECKING:  # what the stubs leave out
        requests_lock: threading.Lock

        def _flush_some(self, do_close: bool = True) -> bool: ...
        def _flush_some_if_lockable(self, do_close: bool = True) -> None: ...
        def _flush_exception(self, flush: Callable[..., object]) -> object: ...

    def __init__(self, hub: Hub, sock: Socket, address: tuple[Any, ...]) -> None:
        self.outgoing: Outgoing | None = None
        self.awaited: NotYet | None = None
        self.parked: Place | None = None
        self._begins_to_wait: Place | None = None  # the worker's own: the loop may have ended it already
        self.held = False  # by the bandwidth cap
        self._ahead = b""  # what came behind the request that is served now
        self._head: bytes | None = None  # the head of a body that is being handed over
        self._answered: object = None  # the last request whose body went out; a worker may not be done with it
        self._has_served = False
        self._reason: str | None = None
        super().__init__(hub, sock, address)

    # -- what the loop asks

    def readable(self) -> bool:
        if self.is_half_closed:
            return True
        if self.awaited is not None or self.parked is not None:
            return len(self._ahead) < MOST_AHEAD
        return bool(self.outgoing is None and not self._ahead and super().readable())

    def writable(self) -> bool:
        if self.held or self.is_half_closed:
            return False
        if self.awaited is not None:  # `close_when_flushed` has to wait too
            return self.will_close
        return bool(self.outgoing is not None or super().writable())

    # -- sending

    def handle_write(self) -> None:
        if self.total_outbufs_len:
            self._flush_exception(self._flush_beside_worker if self.requests else self._flush_some)
        is_ready = not self.total_outbufs_len and not self.will_close and self.awaited is None
        if self.outgoing is not None and is_ready:
            self._send_outgoing(self.outgoing)
        if self.close_when_flushed and not self.total_outbufs_len and self.outgoing is None:
            self.close_when_flushed = False
            self.close_politely()
        if self.will_close:
            self.handle_close()

    def _flush_beside_worker(self, do_close: bool = True) -> None:
        """A worker that holds the lock lets it go when it runs again. Who turns away at once, as waitress does, is
        back at once, since the socket takes bytes, and keeps the worker from running."""
        if self.outbuf_lock.acquire(timeout=LOCK_SECONDS):
            try:
                self._flush_some_if_lockable(do_close)
            finally:
                self.outbuf_lock.release()

    def _send_outgoing(self, outgoing: Outgoing) -> None:
        budget = self.hub.allowance(self, outgoing)
        if not budget:
            return
        try:
            sent = outgoing.send_some(self, budget)
        except BodyError as error:
            self.abort(error.reason)
            return
        except OSError:
            self.handle_close()
            return
        if sent:
            self.patience.taken += sent
            self.hub.spent(self, outgoing, sent)
        if not outgoing.remaining:
            self._complete(outgoing)
        elif outgoing.awaits is not None:
            self._wait_for(outgoing.awaits, outgoing)

    def _wait_for(self, not_yet: NotYet, outgoing: Outgoing) -> None:
        """Go on with `outgoing` when the next piece of it is known."""
        self.awaited = not_yet

        def known() -> None:
            if self.outgoing is outgoing and self.awaited is not_yet:  # neither closed nor called before
                self.awaited = None
                outgoing.go_on()
                self.wait_anew()
                self.loop.refresh(self, write_now=True)

        not_yet.when_known(lambda: self.loop.call(known))

    def _complete(self, outgoing: Outgoing) -> None:
        self._answered = outgoing.request
        outgoing.body.finish()
        self.hub.ended()
        self.wait_anew()
        self.outgoing = None
        if self._ahead:
            self._read_on()

    # -- handing over, in a worker

    def hold_head(self) -> None:
        self._head = b""

    def write_soon(self, data: bytes | HandedOver) -> int:
        if isinstance(data, HandedOver):
            with self.outbuf_lock:
                if not self.connected:
                    raise ClientDisconnected
                head, self._head = self._head or b"", None
                outgoing = Outgoing(head, data.body, self.requests[0] if self.requests else None)
                if not self._sent_at_once(outgoing):
                    self.outgoing = outgoing
            return len(data)
        if self._head is not None:
            self._head += data
            return len(data)
        return int(super().write_soon(data))

    def _sent_at_once(self, outgoing: Outgoing) -> bool:
        """Whether a short response went out whole: a way through the loop costs as much as all of Flask.

        Whatever is wrong with it shows again, and is dealt with, in the loop.
        """
        if not outgoing.is_short or self.total_outbufs_len or self.hub.is_capped:
            return False
        self._answered = outgoing.request
        with contextlib.suppress(BodyError, OSError):
            self.patience.taken += outgoing.send_some(self, outgoing.remaining)
        if outgoing.remaining:
            self._answered = None
            return False
        outgoing.body.finish()
        self.loop.call(self.hub.ended)
        return True

    def park(self, request: RequestParser, parked: Parked) -> None:
        """Keep the request that is served now, to serve it again."""
        request.is_parked = True
        self.parked = self._begins_to_wait = Place(request, parked, self.loop.clock() + parked.seconds)

    def _wait_parked(self, place: Place) -> None:
        place.begin(
            lambda: self.loop.call(lambda: self._serve_again(place)),
            is_taken=lambda: self.parked is place and self.connected,
        )
        self.loop.touch(self)

    def service(self) -> None:
        self.hub.serving[threading.get_ident()] = self
        try:
            super().service()
        finally:
            self._has_served = True
            self.patience.since = self.loop.clock()
            if self._ahead:
                self.loop.call(self._read_on)
            del self.hub.serving[threading.get_ident()]
        place, self._begins_to_wait = self._begins_to_wait, None
        if place is not None:
            self._wait_parked(place)

    # -- receiving

    def handle_read(self) -> None:
        if self.is_half_closed:
            self.drain()
            return
        was_idle = self.request is None
        super().handle_read()
        if was_idle and self.connected:
            self.wait_anew()

    def received(self, data: bytes) -> bool:
        self._ahead += data
        self._read_on()
        return True

    def _read_on(self) -> None:
        """Read requests until there is one to serve. What is pipelined behind it stays bytes until it is answered: read
        at once, a few hundred requests of each of many connections would keep everyone else waiting for seconds, and a
        '100 Continue' would go into the middle of the answer."""
        with self.requests_lock:
            if self.will_close or self.close_when_flushed or self.is_half_closed or not self.connected:
                self._ahead = b""  # nothing behind a refusal is served, however late it is looked at
            while self._ahead and not self.requests and self.outgoing is None and self.parked is None:
                request = self.request = self.request or RequestParser(self.hub.adj)
                self._ahead = self._ahead[request.received(self._ahead) :]
                if request.expect_continue and request.headers_finished and not self.sent_continue:
                    self.send_continue()
                if request.completed:
                    self.sent_continue = False
                    if not request.empty:
                        self.requests.append(request)
                        self.hub.add_task(self)
                    self.request = None
        self.loop.refresh(self)

    def _serve_again(self, place: Place) -> None:
        if self.parked is not place:  # closed meanwhile, or its time is over
            return
        self.parked = None
        place.request.serve_again()
        self.wait_anew()
        with self.requests_lock:
            self.requests.insert(0, place.request)
        self.hub.add_task(self)
        self.loop.refresh(self)

    # -- closing

    def cut(self, request: object) -> None:
        """Close the connection if it still answers `request`. Any thread."""

        def cut() -> None:
            outgoing = self.outgoing
            is_served = request in self.requests and request is not self._answered
            if is_served or (outgoing is not None and outgoing.request is request):
                self.abort(Reason.CANCELLED)

        self.loop.call(cut)

    def abort(self, reason: str) -> None:
        """Close, with a reset where the client waits for more."""
        self._reason = reason
        if self.outgoing is not None or self.requests or self.total_outbufs_len or self.parked is not None:
            self.reset_on_close()
        self.handle_close()

    def handle_close(self) -> None:
        if not self.loop.is_current:  # waitress closes in a worker when it cannot send '100 Continue'
            self.will_close = True
            self.loop.touch(self)
            return
        with self.outbuf_lock:
            outgoing, self.outgoing, self.awaited = self.outgoing, None, None
            place, self.parked = self.parked, None
            super().handle_close()
        if place is not None:
            place.end()
            place.request.is_parked = False
            place.request.close()
        if outgoing is not None:
            outgoing.body.finish(self._reason or Reason.CLIENT_LEFT)
            self.hub.ended()

    def handle_error(self) -> None:
        self.abort(self._reason or Reason.FILE_UNREADABLE)

    # -- deadlines

    def may_give_way(self, now: float) -> bool:
        """Between two requests; or a second old without a first."""
        if (
            self.request is not None
            or self.requests
            or self._ahead
            or self.parked is not None
            or self.outgoing is not None
            or self.total_outbufs_len
        ):
            return False
        return self._has_served or self.patience.is_over(1.0, now)

    def check(self, now: float, is_crowded: bool) -> None:
        """Close what is over its time. The loop calls it about once a second."""
        limits, patience = self.hub.limits, self.patience
        reason: Reason | None = None
        if self.is_half_closed:
            reason = Reason.STALLED if patience.is_over(limits.linger_seconds, now) else None
        elif self.held or self.awaited is not None:
            patience.pause(now)
        elif self.parked is not None:
            patience.pause(now)
            if now >= self.parked.until:
                self.parked.end()
                self._serve_again(self.parked)
        elif self.outgoing is not None or self.total_outbufs_len:
            # The sending would only find that when it goes on
            is_changed = patience.has_stood_still() and self.outgoing and not self.outgoing.body.unchanged()
            reason = Reason.FILE_CHANGED if is_changed else patience.slowness(limits, now, is_crowded)
        elif not self.requests:  # else Flask is at work
            is_between = self.request is None and self._has_served
            allowed = limits.idle_seconds if is_between else limits.header_seconds
            reason = Reason.STALLED if patience.is_over(allowed, now) else None
        if reason is not None:
            self.abort(reason)
