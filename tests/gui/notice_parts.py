"""Stand-ins for what shows notifications."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from desktop_share.gui.notice_words import Notice


class StandInNotices(QObject):
    """`told`: every notification so far; `now`: the one that is to be seen. With `fails`, it is none."""

    clicked = Signal(str)
    failed = Signal(str, bool)

    def __init__(self, parent: QObject | None = None, fails: str = "") -> None:
        super().__init__(parent)
        self.fails = fails
        self.told: list[Notice] = []
        self.now: Notice | None = None
        self.closed = False

    def show_notice(self, notice: Notice) -> None:
        self.told.append(notice)
        if self.fails:
            self.failed.emit(self.fails, "hangs" in self.fails)
        else:
            self.now = notice

    def withdraw(self) -> None:
        self.now = None

    def close(self) -> None:
        self.now = None
        self.closed = True
