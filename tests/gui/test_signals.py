"""A signal closes the window, and asks once."""

from __future__ import annotations

import signal

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_share.app import _quitting_on_signals


class Refusing:
    """An application whose window stays: what was typed in it is not saved."""

    def __init__(self) -> None:
        self.asked = 0

    def quit(self) -> None:
        self.asked += 1


def rounds(count: int) -> None:
    """Of the loop, each with all that it watches for."""
    for _ in range(count):
        turned: list[bool] = []
        QTimer.singleShot(0, lambda turned=turned: turned.append(True))
        while not turned:
            QApplication.processEvents()


def test_that_each_signal_asks_once_whether_the_window_may_close(qtbot) -> None:
    application = Refusing()
    with _quitting_on_signals(application):
        for count in (1, 2):
            signal.raise_signal(signal.SIGINT)
            qtbot.waitUntil(lambda count=count: application.asked >= count)
            rounds(5)
            assert application.asked == count
