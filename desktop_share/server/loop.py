"""The event loop: one thread that reads, sends and keeps the time of every connection."""

from __future__ import annotations

import logging
import selectors
import socket
import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

READ = selectors.EVENT_READ
WRITE = selectors.EVENT_WRITE

logger = logging.getLogger(__name__)


class Watched(Protocol):
    """A socket that the loop waits for. After each of its events it is asked anew what it waits for."""

    def descriptor(self) -> int | None:
        """None once closed."""

    def readable(self) -> object: ...

    def writable(self) -> object: ...

    def handle_read_event(self) -> None: ...

    def handle_write_event(self) -> None: ...

    def handle_error(self) -> None: ...


class EventLoop:
    """Waits for sockets with the system's best selector, runs what other threads ask for, calls back in time.

    `turns` counts the times that it woke up. Without traffic and timers it sleeps without end.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.turns = 0
        self.ready_writers = 1  # sockets that were ready for writing in this turn
        self._selector = selectors.DefaultSelector()
        self._interest: dict[int, tuple[Watched, int]] = {}
        self._calls: deque[Callable[[], None]] = deque()
        self._touched: deque[Watched] = deque()
        self._timers: dict[Callable[[float], None], float] = {}
        self._running = False
        self._thread: int | None = None
        self._wake_lock = threading.Lock()
        self._signalled = False
        self._woken, self._waker = socket.socketpair()
        for end in (self._woken, self._waker):
            end.setblocking(False)
        self._selector.register(self._woken, READ, None)

    # -- any thread

    def call(self, function: Callable[[], None]) -> None:
        """Have `function` called on the loop's thread, soon. Without effect once the loop is closed."""
        self._calls.append(function)
        self.wake()

    def touch(self, *watched: Watched) -> None:
        """Have these asked again what they wait for."""
        self._touched.extend(watched)
        self.wake()

    def wake(self) -> None:
        with self._wake_lock:
            if not self._signalled:
                self._signalled = True
                self._waker.send(b"x")

    @property
    def is_current(self) -> bool:
        """Whether this is the loop's thread, or no thread runs the loop."""
        return self._thread is None or self._thread == threading.get_ident()

    # -- the loop's thread

    def run(self) -> None:
        """Until `stop`."""
        self._thread = threading.get_ident()
        self._running = True
        try:
            while self._running:
                self.turn(self.sleep_seconds())
        finally:
            self._thread = None

    def stop(self) -> None:
        self._running = False

    def at(self, when: float, function: Callable[[float], None]) -> None:
        """Have `function` called with the time once it is `when`; a function has one time, the earliest."""
        self._timers[function] = min(when, self._timers.get(function, when))

    def turn(self, timeout: float | None) -> None:
        events = self._selector.select(timeout)
        self.turns += 1
        self.ready_writers = max(sum(mask & WRITE and 1 for _, mask in events), 1)
        for key, mask in events:
            watched: Watched | None = key.data
            if watched is None:
                self._take_wake()
            elif key.fd in self._interest and self._interest[key.fd][0] is watched:  # not closed by one before it
                self._dispatch(watched, mask)
        for _ in range(len(self._calls)):  # before anything is sent: a cap or a cut counts at once
            self._guarded(self._calls.popleft())
        while self._touched:
            self.refresh(self._touched.popleft(), write_now=True)
        self._run_timers()

    def sleep_seconds(self) -> float | None:
        """How long it may sleep when nothing happens; None: without end."""
        if self._calls or self._touched:
            return 0.0
        if not self._timers:
            return None
        return max(min(self._timers.values()) - self.clock(), 0.0)

    def refresh(self, watched: Watched, write_now: bool = False) -> None:
        """Wait for what `watched` wants now. `write_now`: what has something to send tries at once."""
        descriptor = watched.descriptor()
        if descriptor is None:
            return
        if write_now and watched.writable():
            self._dispatch(watched, WRITE)
            return
        wanted = (READ if watched.readable() else 0) | (WRITE if watched.writable() else 0)
        known, have = self._interest.get(descriptor, (None, 0))
        if wanted == have:
            return
        if known is None:
            self._selector.register(descriptor, wanted, watched)
        elif wanted:
            self._selector.modify(descriptor, wanted, watched)
        else:
            self.forget(descriptor)
            return
        self._interest[descriptor] = (watched, wanted)

    def forget(self, descriptor: int) -> None:
        """Wait for it no more; before it is closed."""
        if self._interest.pop(descriptor, None) is not None:
            self._selector.unregister(descriptor)

    def close(self) -> None:
        """After the thread has ended. Later calls of other threads have no effect."""
        with self._wake_lock:
            self._signalled = True
            self._selector.close()
            self._woken.close()
            self._waker.close()
        self._calls.clear()
        self._touched.clear()
        self._timers.clear()

    def _dispatch(self, watched: Watched, mask: int) -> None:
        try:
            if mask & READ:
                watched.handle_read_event()
            if mask & WRITE and watched.descriptor() is not None:
                watched.handle_write_event()
        except Exception:
            logger.exception("a connection failed")
            watched.handle_error()
        self.refresh(watched)

    def _take_wake(self) -> None:
        try:
            self._woken.recv(4096)
        except BlockingIOError:
            return
        finally:
            self._signalled = False  # before the queues are read: what comes later wakes again

    def _run_timers(self) -> None:
        if not self._timers:
            return
        now = self.clock()
        for function, when in list(self._timers.items()):
            if when <= now and self._timers.get(function) == when:
                del self._timers[function]
                self._guarded(lambda function=function: function(now))  # type: ignore[misc]

    def _guarded(self, function: Callable[[], None]) -> None:
        try:
            function()
        except Exception:
            logger.exception("a callback of the loop failed")
