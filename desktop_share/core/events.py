"""Announcements: how a change gets from where it happens to whoever shows it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

E = TypeVar("E")


class Announcer(Generic[E]):
    """Calls its subscribers with each event, on the thread that announces it.

    Subscribers hand the event over and return: they do no work of their own and take no locks that the
    announcing side might hold. `gui/bridge.py` turns events into queued Qt signals, `headless.py` into lines.
    """

    def __init__(self) -> None:
        self._subscribers: tuple[Callable[[E], None], ...] = ()
        self._lock = threading.Lock()

    def subscribe(self, callback: Callable[[E], None]) -> Callable[[], None]:
        """Call `callback` with every later event; returns the function that ends it."""
        with self._lock:
            self._subscribers = (*self._subscribers, callback)

        def unsubscribe() -> None:
            with self._lock:
                self._subscribers = tuple(each for each in self._subscribers if each is not callback)

        return unsubscribe

    def announce(self, event: E) -> None:
        for callback in self._subscribers:
            callback(event)
