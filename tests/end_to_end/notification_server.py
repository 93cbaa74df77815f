"""What shows notifications on a desktop, for tests: it says as JSON lines what it was asked for. `click <number>` on
its standard input clicks one. Run as a program, with a session bus of the test's own."""

from __future__ import annotations

import json
import os
import sys

from PySide6.QtCore import ClassInfo, QCoreApplication, QObject, QSocketNotifier, Signal, Slot
from PySide6.QtDBus import QDBusAbstractAdaptor, QDBusConnection

NAME = "org.freedesktop.Notifications"


def say(**what: object) -> None:
    print(json.dumps(what), flush=True)


@ClassInfo({"D-Bus Interface": NAME})
class Notifications(QDBusAbstractAdaptor):
    ActivationToken = Signal("uint", str)
    ActionInvoked = Signal("uint", str)
    NotificationClosed = Signal("uint", "uint")

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._last = 40
        self._notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._obey)

    def _obey(self) -> None:
        line = os.read(sys.stdin.fileno(), 100).split()
        if not line:
            QCoreApplication.quit()
            return
        number = int(line[1])
        self.ActivationToken.emit(number, "a token")
        self.ActionInvoked.emit(number, "default")
        self.NotificationClosed.emit(number, 2)

    @Slot(result="QStringList")
    def GetCapabilities(self) -> list[str]:
        return ["actions", "body", "body-markup"]

    @Slot(str, "uint", str, str, str, "QStringList", "QVariantMap", int, result="uint")
    def Notify(self, program, replaced, icon, title, body, actions, hints, lasts) -> int:  # type: ignore[no-untyped-def]
        number = replaced or self._last + 1
        self._last = max(self._last, number)
        what = {"program": program, "replaced": replaced, "icon": icon, "title": title, "body": body}
        say(call="Notify", number=number, actions=actions, hints=hints, lasts=lasts, **what)
        return number

    @Slot("uint")
    def CloseNotification(self, number: int) -> None:
        say(call="CloseNotification", number=number)


if __name__ == "__main__":
    application = QCoreApplication(sys.argv)
    served = QObject()
    notifications = Notifications(served)
    bus = QDBusConnection.sessionBus()
    registered = bus.registerObject("/org/freedesktop/Notifications", served) and bus.registerService(NAME)
    say(call="ready" if registered else "not registered")
    application.exec()
