"""The server as one thing that starts and stops."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from desktop_share.server.hub import Hub, Tick, Unread, nobody_told
from desktop_share.server.limits import Limits, ask_for_descriptors, capacity
from desktop_share.server.listener import Listener, listen
from desktop_share.server.loop import EventLoop
from desktop_share.server.pacing import Rates, is_rate
from desktop_share.server.workers import Workers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

logger = logging.getLogger(__name__)

HAS_SENDFILE = hasattr(os, "sendfile")


class ServerThread:
    """A WSGI application on one port of one or more addresses, served from a thread of its own.

    hosts   numeric addresses: '0.0.0.0', '::', '127.0.0.1', 'fe80::1%eth0'
    port    0: any free one, the same on all hosts
    tick, unread   see `Hub`: `TransferBook.tick`, with the same clock
    sendfile   False: files are read and sent, as where the system has no sendfile

    `start` raises in the caller, `stop` joins; both may be called again, in any order, from one thread at a time.
    """

    def __init__(
        self,
        app: WSGIApplication,
        hosts: Sequence[str],
        port: int,
        *,
        limits: Limits | None = None,
        name: str = "server",
        tick: Tick | None = None,
        unread: Unread = nobody_told,
        rates: Rates | None = None,
        sendfile: bool = HAS_SENDFILE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._hosts = tuple(hosts)
        self._wanted_port = port
        self._limits = limits or Limits()
        self._name = name
        self._tick = tick
        self._unread = unread
        self._rates = rates or Rates()
        self._sendfile = sendfile and HAS_SENDFILE
        self._clock = clock
        self._running: _Running | None = None

    def start(self) -> None:
        """Listen and serve. Raises OSError: port in use, address gone, no rights."""
        if self._running is None:
            self._running = self._start()

    def stop(self) -> None:
        """Close every connection, downloads under way included, and wait until threads and descriptors are gone."""
        running, self._running = self._running, None
        if running is not None:
            running.stop()

    @property
    def is_running(self) -> bool:
        return self._running is not None

    @property
    def port(self) -> int:
        """The port that is listened on; while stopped, the one that was asked for."""
        return self._running.port if self._running is not None else self._wanted_port

    @property
    def addresses(self) -> tuple[str, ...]:
        """The hosts that are listened on; empty while stopped."""
        return self._running.addresses if self._running is not None else ()

    @property
    def connection_count(self) -> int:
        return len(self._running.hub.map) if self._running is not None else 0

    @property
    def turns(self) -> int:
        """How often the loop woke up since the start; 0 while stopped."""
        return self._running.loop.turns if self._running is not None else 0

    def set_rates(self, rates: Rates) -> None:
        """Cap the bandwidth from now on, and after a restart. Any thread. ValueError on a rate that is none."""
        if not is_rate(rates.total) or not is_rate(rates.per_transfer):
            raise ValueError("a rate is a positive number of bytes a second, or None")
        self._rates = rates
        running = self._running
        if running is not None:
            running.loop.call(lambda: running.hub.set_rates(rates))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _start(self) -> _Running:
        limits = self._limits
        sockets = listen(self._hosts, self._wanted_port, limits.backlog)
        ask_for_descriptors(limits)
        port: int = sockets[0].getsockname()[1]
        loop = EventLoop(self._clock)
        workers = Workers(limits.workers, self._name)
        hub = Hub(
            self._app,
            loop,
            limits,
            places=capacity(limits),
            port=port,
            workers=workers,
            sendfile=self._sendfile,
            rates=self._rates,
            tick=self._tick,
            unread=self._unread,
        )
        listeners = [Listener(hub, sock) for sock in sockets]
        addresses = tuple(str(sock.getsockname()[0]) for sock in sockets)
        return _Running(hub, listeners, port, addresses, self._name)


class _Running:
    """From a start to its stop."""

    def __init__(self, hub: Hub, listeners: list[Listener], port: int, addresses: tuple[str, ...], name: str) -> None:
        self.hub = hub
        self.loop = hub.loop
        self.port = port
        self.addresses = addresses
        self._listeners = listeners
        for listener in listeners:
            self.loop.refresh(listener)
        self._thread = threading.Thread(target=self.loop.run, name=f"{name}-loop", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.loop.call(self._close)
        self._thread.join()
        self._close()  # nothing is left to do, unless the loop itself had failed
        self.hub.workers.stop()  # what still runs finds its channel closed
        self.loop.close()

    def _close(self) -> None:
        for listener in self._listeners:
            listener.close()
        self.hub.close_all()
        self.loop.stop()
