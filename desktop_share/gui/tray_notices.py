"""Notifications by an icon in the tray, which is there only while there is one."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QSystemTrayIcon

from desktop_share.gui.icons import app_icon
from desktop_share.gui.notice_words import Notice


class TrayNotices(QObject):
    """`clicked`, `failed`: see `desktop_notices.Way`."""

    clicked = Signal(str)
    failed = Signal(str, bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.icon = QSystemTrayIcon(app_icon(), self)
        self.icon.setToolTip("Desktop Share")
        self.icon.messageClicked.connect(lambda: self.clicked.emit(""))
        self.icon.activated.connect(lambda _reason: self.clicked.emit(""))

    def show_notice(self, notice: Notice) -> None:
        if not QSystemTrayIcon.isSystemTrayAvailable():
            self.failed.emit("there is no tray", False)
            return
        self.icon.show()
        self.icon.showMessage(notice.title, without_marks(notice.body), app_icon())

    def withdraw(self) -> None:
        self.icon.hide()

    def close(self) -> None:
        self.icon.hide()


def without_marks(text: str, platform: str = sys.platform) -> str:
    """On Linux, Qt may hand it to who reads it as marked up, and does not say whether it will."""
    return text.replace("&", "+").replace("<", "(").replace(">", ")") if platform == "linux" else text
