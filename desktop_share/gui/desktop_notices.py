"""Notifications of the desktop: over the session bus on Linux, else, or where nobody takes them there, with an icon in
the tray that is there as long as the notification. Where there is neither, nothing is shown, and the log says so."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal, SignalInstance

from desktop_share.gui.asking_notices import Notices
from desktop_share.gui.notice_words import Notice

log = logging.getLogger(__name__)


class Way(Notices, Protocol):
    """One way to show them."""

    @property
    def failed(self) -> SignalInstance:
        """str, bool: why the notification could not be shown, for the log, and whether the system hangs, so that no
        other way is to be tried now: Qt's tray would wait for it. This way may be tried again."""

    def deleteLater(self) -> None: ...


def _by_bus(parent: QObject) -> Way:
    from desktop_share.gui.bus_notices import BusNotices

    return BusNotices(parent)


def _by_tray(parent: QObject) -> Way:
    from desktop_share.gui.tray_notices import TrayNotices

    return TrayNotices(parent)


Make = Callable[[QObject], Way]
WAYS: Sequence[Make] = (_by_bus, _by_tray) if sys.platform == "linux" else (_by_tray,)


class DesktopNotices(QObject):
    """Takes the first way that works, made when it is needed. `clicked`: see `Notices`."""

    clicked = Signal(str)

    def __init__(self, parent: QObject, ways: Sequence[Make] = WAYS) -> None:
        super().__init__(parent)
        self._makes = ways
        self._ways: list[Way] = []  # those that were tried; the last one is used
        self._notice: Notice | None = None
        self._reasons: list[str] = []
        self._said = False

    def show_notice(self, notice: Notice) -> None:
        self._notice = notice
        if not self._ways:
            self._next_way()
        else:
            self._ways[-1].show_notice(notice)

    def withdraw(self) -> None:
        self._notice = None
        if self._ways:
            self._ways[-1].withdraw()

    def close(self) -> None:
        self._notice = None
        for way in self._ways:
            way.close()
        self._ways.clear()
        self._makes = ()

    def _next_way(self) -> None:
        """Show the notice by the first way that was not tried."""
        if self._notice is None:
            return
        if len(self._ways) == len(self._makes):
            self._give_up()
            return
        way = self._makes[len(self._ways)](self)
        self._ways.append(way)
        way.clicked.connect(self.clicked)
        way.failed.connect(lambda why, hangs: self._failed(way, why, hangs))
        way.show_notice(self._notice)

    def _failed(self, way: Way, why: str, hangs: bool) -> None:
        if self._ways and way is self._ways[-1]:
            self._reasons.append(why)
            self._give_up() if hangs else self._next_way()

    def _give_up(self) -> None:
        if self._reasons and not self._said:
            self._said = True
            log.info("That somebody asks to be let in is told in the window only: %s", "; ".join(self._reasons))
        for way in self._ways:
            way.close()
            way.deleteLater()
        self._ways.clear()  # the next one is tried anew: what shows them may have been started meanwhile
        self._reasons.clear()
        self._notice = None
