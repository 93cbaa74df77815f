"""Announcements: how a change gets from where it happens to whoever shows it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

E = TypeVar("E")


class Announcer(Generic[E]):
    """Calls its subscribers with each event, on the thread that announces it.

    Subscribers hand the event over and return: they do no work of their own and take no locks that the
    announcing side might hold. `gui/bridge.py` turns events into queued Qt signals, `headless.py` into lines.
    """

    def __init__(self) -> None:
        self._subscriptions: tuple[_Subscription[E], ...] = ()
        self._lock = threading.Lock()

    def subscribe(self, callback: Callable[[E], None]) -> Callable[[], None]:
        """Call `callback` with every later event; returns the function that ends it.

        An event that is being announced on another thread meanwhile may still arrive after the end.
        """
        subscription = _Subscription(callback)
        with self._lock:
            self._subscriptions = (*self._subscriptions, subscription)

        def unsubscribe() -> None:
            with self._lock:
                self._subscriptions = tuple(each for each in self._subscriptions if each is not subscription)

        return unsubscribe

    def announce(self, event: E) -> None:
        """Call every subscriber, in the order of subscription. One that raises keeps no other from hearing; its
        exception comes out in the end, as the mistake in the program that it is."""
        with contextlib.ExitStack() as calls:
            for subscription in reversed(self._subscriptions):
                calls.callback(subscription.callback, event)


@dataclass(frozen=True, slots=True, eq=False)
class _Subscription(Generic[E]):
    """Its identity tells one subscription from another of the same function."""

    callback: Callable[[E], None]
