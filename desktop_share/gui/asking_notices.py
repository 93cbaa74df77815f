"""When the desktop is to notify the owner that somebody asks to be let in: while they are elsewhere, and not often.

The bar and the task bar tell of everybody at once. A neighbour who asks over and over gets one notification, then one
after 20 seconds, 40 seconds and so on, at last one in ten minutes, until the owner comes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, SignalInstance
from PySide6.QtGui import QGuiApplication, QWindow
from PySide6.QtWidgets import QWidget

from desktop_share.core.approvals import Asking
from desktop_share.gui.notice_words import Notice, notice_of
from desktop_share.gui.raising import bring_to_front
from desktop_share.gui.theme import running_application

GATHER = 1.0  # seconds in which those who come are told of together
FIRST_PAUSE = 20.0  # seconds after a notification; each further one doubles it
LONGEST_PAUSE = 600.0


class Notices(Protocol):
    """What shows them, one at a time: see `desktop_notices.py`. Nothing here waits."""

    @property
    def clicked(self) -> SignalInstance:
        """str: what Wayland lets a window be raised with, or ''."""

    def show_notice(self, notice: Notice) -> None:
        """In the place of the one before."""

    def withdraw(self) -> None: ...

    def close(self) -> None:
        """Withdraw, and show nothing more."""


class Pace:
    """How long the next notification has to wait. `clock` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.start_anew()

    def start_anew(self) -> None:
        self._free = self._clock()  # from when on the next one may come
        self._pause = FIRST_PAUSE

    @property
    def wait(self) -> float:
        return max(GATHER, self._free - self._clock())

    def note_shown(self) -> None:
        now = self._clock()
        if now - self._free > LONGEST_PAUSE:  # it was quiet for so long
            self._pause = FIRST_PAUSE
        self._free = now + self._pause
        self._pause = min(2 * self._pause, LONGEST_PAUSE)


class AskingNotices(QObject):
    def __init__(self, window: QWidget, notices: Notices, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(window)
        self._window = window
        self._notices = notices
        self._pace = Pace(clock)
        self._waiting: tuple[Asking, ...] = ()
        self._told: frozenset[str] = frozenset()  # of whom the owner knows, by id
        self.timer = QTimer(self, singleShot=True)
        self.timer.timeout.connect(self._tell)
        notices.clicked.connect(self._raise)
        running_application().focusWindowChanged.connect(self._focus_changed)

    def show_asking(self, waiting: Sequence[Asking]) -> None:
        """Those who wait, who waits longest first."""
        self._waiting = tuple(waiting)
        if not waiting:
            self._told = frozenset()
            self.timer.stop()
            self._notices.withdraw()
        elif self._ids() - self._told and not self.timer.isActive():
            self.timer.start(round(self._pace.wait * 1000))

    def close(self) -> None:
        self.timer.stop()
        running_application().focusWindowChanged.disconnect(self._focus_changed)
        self._notices.close()

    def _ids(self) -> frozenset[str]:
        return frozenset(each.id for each in self._waiting)

    def _tell(self) -> None:
        new = self._ids() - self._told
        self._told = self._ids()
        # asked now, not when they came: X11 tells half a second late that the window is active no more
        if new and QGuiApplication.focusWindow() is None:
            self._pace.note_shown()
            self._notices.show_notice(notice_of(self._waiting))

    def _focus_changed(self, window: QWindow | None) -> None:
        if window is not None:  # the owner is here, and the bar says it
            self._told = self._ids()
            self.timer.stop()
            self._pace.start_anew()
            self._notices.withdraw()

    def _raise(self, token: str) -> None:
        bring_to_front(self._window.window(), token)
