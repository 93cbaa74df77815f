"""One connection: requests in, responses out. Flask decides in a worker; the event loop sends."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import struct
import threading
from collections.abc import Callable
from socket import socket as Socket  # noqa: N812  # the class has an attribute `socket`
from typing import TYPE_CHECKING, Any

from waitress.channel import ClientDisconnected, HTTPChannel

from desktop_share.core.reasons import Reason
from desktop_share.server.bodies import BodyError
from desktop_share.server.outgoing import DISCONNECTED, FileSlice, Outgoing
from desktop_share.server.parsing import RequestParser
from desktop_share.server.task import HandedOver, Refusal, Task

if TYPE_CHECKING:
    from desktop_share.server.hub import Hub

logger = logging.getLogger(__name__)

_NO_LINGER = struct.pack("hh", 1, 0) if os.name == "nt" else struct.pack("ii", 1, 0)


class Channel(HTTPChannel):
    """waitress's channel, with a queue of its own for handed-over bodies, and deadlines.

    `outgoing` is the response that the loop sends. The next request is served after its last byte. Everything leaves
    through `transmit`. Methods without another word are for the loop's thread.
    """

    task_class = Task
    error_task_class = Refusal
    parser_class = RequestParser
    logger = logger

    socket: Socket
    request: RequestParser | None
    requests: list[RequestParser]
    if TYPE_CHECKING:  # what the stubs leave out
        _fileno: int | None
        requests_lock: threading.Lock

        def _flush_some(self, do_close: bool = True) -> bool: ...
        def _flush_some_if_lockable(self, do_close: bool = True) -> None: ...
        def _flush_exception(self, flush: Callable[..., object]) -> object: ...

    def __init__(self, hub: Hub, sock: Socket, address: tuple[Any, ...]) -> None:
        self.hub = hub
        self.loop = hub.loop
        self.outgoing: Outgoing | None = None
        self.sends_files = hub.sendfile
        self.lingers = False
        self.client = str(address[0])
        self.held = False  # by the bandwidth cap
        self._ahead = b""  # what came behind the request that is served now
        self._head: bytes | None = None  # the head of a body that is being handed over
        self._answered: object = None  # the last request whose body went out; a worker may not be done with it
        self._waiting_task = False
        self._half_closed = False
        self._has_served = False
        self._reason: Reason | None = None
        self.since = hub.loop.clock()  # when it began to wait for what it waits for
        self.taken = 0  # bytes that the client accepted since then
        self._mark: tuple[float, int] | None = None
        super().__init__(hub, sock, address, hub.adj, map=hub.map)  # type: ignore[arg-type]  # any 'server', any map

    def descriptor(self) -> int | None:
        return self._fileno

    # -- what the loop asks

    def readable(self) -> bool:
        return self._half_closed or (self.outgoing is None and not self._ahead and super().readable())

    def writable(self) -> bool:
        return not self.held and bool(self.outgoing is not None or super().writable()) and not self._half_closed

    # -- sending

    def transmit(self, data: bytes | memoryview | FileSlice) -> int | None:
        """Give bytes to the kernel; how many it took, None when none now. The one place where this channel sends.

        Raises OSError. For TLS: `sends_files` False, and a record layer here.
        """
        try:
            if isinstance(data, FileSlice):
                return os.sendfile(self.socket.fileno(), data.descriptor, data.offset, data.count)
            return self.socket.send(data)
        except (BlockingIOError, InterruptedError):
            return None

    def send(self, data: bytes, do_close: bool = True) -> int:
        """waitress's way to send what is in its buffers; in a worker `do_close` is False."""
        try:
            count = self.transmit(data) or 0
        except OSError as error:
            if error.errno not in DISCONNECTED:
                raise
            if do_close:
                self.handle_close()
            return 0
        self.taken += count
        return count

    def handle_write(self) -> None:
        if self.total_outbufs_len:
            self._flush_exception(self._flush_some_if_lockable if self.requests else self._flush_some)
        if self.outgoing is not None and not self.total_outbufs_len and not self.will_close:
            self._send_outgoing(self.outgoing)
        if self.close_when_flushed and not self.total_outbufs_len and self.outgoing is None:
            self.close_when_flushed = False
            self._close_politely()
        if self.will_close:
            self.handle_close()

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
            self.taken += sent
            self.hub.spent(self, outgoing, sent)
        if not outgoing.remaining:
            self._complete(outgoing)

    def _complete(self, outgoing: Outgoing) -> None:
        self._answered = outgoing.request
        outgoing.body.finish()
        self.hub.ended()
        self._wait_anew()
        with self.requests_lock:
            self.outgoing = None
            if self._waiting_task:
                self._waiting_task = False
                self.hub.workers.add_task(self)

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
            return data.body.length
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
            self.taken += outgoing.send_some(self, outgoing.remaining)
        if outgoing.remaining:
            self._answered = None
            return False
        outgoing.body.finish()
        self.loop.call(self.hub.ended)
        return True

    def service(self) -> None:
        self.hub.serving[threading.get_ident()] = self
        try:
            super().service()
        finally:
            self._has_served = True
            self.since = self.loop.clock()
            if self._ahead:
                self.loop.call(self._read_on)
            del self.hub.serving[threading.get_ident()]

    def next_task(self) -> None:
        """Have the first request served: at once, or after the body that is on its way. Under `requests_lock`."""
        if self.outgoing is None:
            self.hub.workers.add_task(self)
        else:
            self._waiting_task = True

    # -- receiving

    def handle_read(self) -> None:
        if self._half_closed:
            self._drain()
            return
        was_idle = self.request is None
        super().handle_read()
        if was_idle and self.connected:
            self._wait_anew()

    def received(self, data: bytes) -> bool:
        self._ahead += data
        self._read_on()
        return True

    def _read_on(self) -> None:
        """Read requests until there is one to serve. What is pipelined behind it stays bytes until then: read at once,
        a few hundred requests of each of many connections would keep everyone else waiting for seconds."""
        with self.requests_lock:
            if self.will_close or self.close_when_flushed or not self.connected:
                self._ahead = b""
            while self._ahead and not self.requests:
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

    def _drain(self) -> None:
        try:
            if self.socket.recv(65536):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.handle_close()

    # -- closing

    def cut(self, request: object) -> None:
        """Close the connection if it still answers `request`. Any thread."""

        def cut() -> None:
            outgoing = self.outgoing
            is_served = request in self.requests and request is not self._answered
            if is_served or (outgoing is not None and outgoing.request is request):
                self.abort(Reason.CANCELLED)

        self.loop.call(cut)

    def abort(self, reason: Reason) -> None:
        """Close so that the client sees an error, never the end of something complete: a reset where it waits for
        more, not a FIN."""
        self._reason = reason
        if self.socket is not None and (self.outgoing is not None or self.requests or self.total_outbufs_len):
            with contextlib.suppress(OSError):
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self.handle_close()

    def _close_politely(self) -> None:
        """Close at once; after a refusal, first let the client read it: unread requests would turn FIN into reset."""
        self.will_close = True
        if self.lingers and self.socket is not None:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
                self._half_closed = True
                self.will_close = False
                self._wait_anew()

    def handle_close(self) -> None:
        if not self.loop.is_current:  # waitress closes in a worker when it cannot send '100 Continue'
            self.will_close = True
            self.loop.touch(self)
            return
        with self.outbuf_lock:
            outgoing, self.outgoing = self.outgoing, None
            super().handle_close()
        if outgoing is not None:
            outgoing.body.finish(self._reason or Reason.CLIENT_LEFT)
            self.hub.ended()

    def handle_error(self) -> None:
        self.abort(self._reason or Reason.FILE_UNREADABLE)

    def add_channel(self, map: Any = None) -> None:
        super(HTTPChannel, self).add_channel(map)
        self.hub.enter(self)

    def del_channel(self, map: Any = None) -> None:
        descriptor = self._fileno
        if descriptor is not None:
            self.loop.forget(descriptor)
            self.hub.leave(self)
        super(HTTPChannel, self).del_channel(map)

    # -- deadlines

    def may_give_way(self, now: float) -> bool:
        """Between two requests; or a second old without a first."""
        if (
            self.request is not None
            or self.requests
            or self._ahead
            or self.outgoing is not None
            or self.total_outbufs_len
        ):
            return False
        return self._has_served or now - self.since > 1.0

    def _wait_anew(self) -> None:
        self.since = self.loop.clock()
        self._mark = None

    def check(self, now: float, is_crowded: bool) -> None:
        """Close what is over its time. The loop calls it about once a second."""
        limits = self.hub.limits
        waited = now - self.since
        reason: Reason | None = None
        if self._half_closed:
            reason = Reason.STALLED if waited > limits.linger_seconds else None
        elif self.outgoing is not None or self.total_outbufs_len:
            reason = self._slowness(now, is_crowded)
        elif not self.requests:  # else Flask is at work
            is_between = self.request is None and self._has_served
            allowed = limits.idle_seconds if is_between else limits.header_seconds
            reason = Reason.STALLED if waited > allowed else None
        if reason is not None:
            self.abort(reason)

    def _slowness(self, now: float, is_crowded: bool) -> Reason | None:
        """Why a sending connection has to end: the client takes nothing, or (in a crowd) too little; or the file of a
        body that waits has changed, which the sending would only find when it goes on."""
        limits = self.hub.limits
        if self.held or self._mark is None:
            self._mark = (now, self.taken)
            return None
        marked, taken = self._mark
        span, moved = now - marked, self.taken - taken
        if not moved and self.outgoing is not None and not self.outgoing.body.unchanged():
            return Reason.FILE_CHANGED
        if is_crowded and span >= limits.crowded_stall_seconds:
            self._mark = (now, self.taken)
            return Reason.STALLED if moved < span * limits.crowded_rate else None
        if moved and not is_crowded:
            self._mark = (now, self.taken)
        return Reason.STALLED if not moved and span > limits.stall_seconds else None
