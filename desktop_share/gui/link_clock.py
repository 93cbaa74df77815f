"""Says when what a row tells of its link's expiry is no longer so: one timer, and none while nothing expires."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from desktop_share.core.items import SharedItem
from desktop_share.gui.link_words import until_other_words

_LONGEST = 3_600.0  # seconds: a timer stops while the computer sleeps, the clock does not


class LinkClock(QObject):
    """`changed` carries the ids of items of which something else has to be said now. `clock` gives seconds since the
    epoch."""

    changed = Signal(object)

    def __init__(self, clock: Callable[[], float], parent: QObject) -> None:
        super().__init__(parent)
        self.clock = clock
        self._expiries: dict[str, tuple[float, ...]] = {}  # those that are ahead, by the item's id
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ring)

    @property
    def is_waiting(self) -> bool:
        return self._timer.isActive()

    def follow(self, items: Iterable[SharedItem]) -> None:
        """These are new, or have changed."""
        now, touched = self.clock(), False
        for item in items:
            ahead = tuple(link.expires for link in item.links if link.expires is not None and link.expires > now)
            touched |= ahead != self._expiries.get(item.id, ())
            if ahead:
                self._expiries[item.id] = ahead
            else:
                self._expiries.pop(item.id, None)
        if touched:
            self._wait(now)

    def forget(self, item_id: str) -> None:
        self._expiries.pop(item_id, None)

    def _wait(self, now: float) -> None:
        waits = [
            wait
            for expiries in self._expiries.values()
            for expires in expiries
            if (wait := until_other_words(expires, now)) is not None
        ]
        if waits:
            self._timer.start(int(min(*waits, _LONGEST) * 1000) + 1)
        else:
            self._timer.stop()

    def _ring(self) -> None:
        now = self.clock()
        ids = tuple(self._expiries)
        ahead = {each: tuple(at for at in expiries if at > now) for each, expiries in self._expiries.items()}
        self._expiries = {each: expiries for each, expiries in ahead.items() if expiries}
        self._wait(now)
        self.changed.emit(ids)
