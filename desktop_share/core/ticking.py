"""A clock that runs only while somebody needs it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Ticker:
    """Calls `tick` every `seconds`, on a thread that exists while somebody was added and not removed again."""

    def __init__(self, seconds: float, tick: Callable[[], None]) -> None:
        self._seconds = seconds
        self._tick = tick
        self._condition = threading.Condition()
        self._users: set[object] = set()
        self._thread: threading.Thread | None = None
        self._closed = False

    def add(self, user: object) -> None:
        with self._condition:
            if self._closed:
                return
            self._users.add(user)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="ticker", daemon=True)
                self._thread.start()

    def remove(self, user: object) -> None:
        with self._condition:
            self._users.discard(user)
            self._condition.notify_all()

    def close(self) -> None:
        """Stop, and wait for the thread. Not to be called by what it calls."""
        with self._condition:
            self._closed = True
            self._users.clear()
            thread = self._thread
            self._condition.notify_all()
        if thread is not None:
            thread.join()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: not self._users, self._seconds)
                if not self._users:
                    self._thread = None
                    return
            try:
                self._tick()
            except Exception:
                log.exception("a tick failed")
