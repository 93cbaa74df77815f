"""Notifications over the session bus: the Desktop Notifications Specification 1.2 of freedesktop.org."""

from __future__ import annotations

import html
from typing import Any, TypeVar

from jeepney import DBusAddress
from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QGuiApplication

from desktop_share.gui.notice_words import Notice
from desktop_share.gui.session_bus import Body, SessionBus

T = TypeVar("T")

NOTIFICATIONS = DBusAddress(
    "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "org.freedesktop.Notifications"
)
DEFAULT = "default"  # the action that a click anywhere on a notification is
NORMAL = 1  # its urgency: it goes away by itself
AS_THE_SYSTEM_DOES = -1  # milliseconds until then


class BusNotices(QObject):
    """`clicked`, `failed`: see `desktop_notices.Way`."""

    clicked = Signal(str)
    failed = Signal(str, bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._bus = SessionBus(self)
        self._bus.opened.connect(self._ask_what_it_can)
        self._bus.heard.connect(self._hear)
        self._bus.failed.connect(self._lost)
        self._capabilities: frozenset[str] | None = None  # None: not connected
        self._connecting = False
        self._notice: Notice | None = None  # what is to be seen
        self._sent: Notice | None = None  # what was asked for last
        self._asked = False  # and whether that has no answer yet
        self._number = 0  # of the notification that is there; 0: none
        self._token = ""

    def show_notice(self, notice: Notice) -> None:
        self._notice, self._sent = notice, None
        self._bring_about()

    def withdraw(self) -> None:
        self._notice = self._sent = None
        self._bring_about()

    def close(self) -> None:
        self.withdraw()
        self._bus.close()
        self._capabilities, self._connecting = None, False

    def _bring_about(self) -> None:
        """What is to be seen, one call after the other."""
        if self._asked or self._connecting:
            return  # done when the answer comes
        if self._notice is None:
            if self._number:
                self._bus.tell(NOTIFICATIONS, "CloseNotification", "u", (self._number,))
                self._number = 0
        elif self._capabilities is None:
            self._connecting = True
            self._bus.open()
        elif self._sent is not self._notice:
            self._sent, self._asked = self._notice, True
            body = self._arguments(self._notice, self._capabilities)
            self._bus.call(NOTIFICATIONS, "Notify", "susssasa{sv}i", body, self._is_shown, self._refused)

    def _arguments(self, notice: Notice, capabilities: frozenset[str]) -> Body:
        program = QGuiApplication.desktopFileName()  # its icon has the same name
        actions = [DEFAULT, QCoreApplication.translate("Notice", "Show the window")]
        text = html.escape(notice.body, quote=False) if "body-markup" in capabilities else notice.body
        return (
            *(QGuiApplication.applicationDisplayName(), self._number, program, notice.title, text),
            actions if "actions" in capabilities else [],
            {"desktop-entry": ("s", program), "urgency": ("y", NORMAL)},
            AS_THE_SYSTEM_DOES,
        )

    def _ask_what_it_can(self) -> None:
        self._bus.listen(NOTIFICATIONS)
        self._bus.call(NOTIFICATIONS, "GetCapabilities", "", (), self._is_ready, self._refused)

    def _is_ready(self, answer: Body) -> None:
        self._connecting = False
        self._capabilities = frozenset(_first(answer, list) or ())
        self._bring_about()

    def _is_shown(self, answer: Body) -> None:
        self._asked = False
        self._number = _first(answer, int) or 0
        self._bring_about()

    def _hear(self, signal: str, arguments: tuple[Any, ...]) -> None:
        if not self._number:
            return
        match signal, arguments:
            case "ActivationToken", (self._number, str(token)):  # comes before the action
                self._token = token
            case "ActionInvoked", (self._number, str(action)) if action == DEFAULT:
                token, self._token = self._token, ""
                self.clicked.emit(token)
            case "NotificationClosed", (self._number, _):
                self._number = 0

    def _refused(self, error: str) -> None:
        self._bus.close()
        self._lost(f"nothing on the session bus shows notifications ({error})", hangs=False)

    def _lost(self, why: str, hangs: bool) -> None:
        self._capabilities, self._connecting, self._asked, self._number = None, False, False, 0
        self._sent = None
        if self._notice is not None:
            self.failed.emit(why, hangs)


def _first(answer: Body, kind: type[T]) -> T | None:
    return answer[0] if answer and isinstance(answer[0], kind) else None
