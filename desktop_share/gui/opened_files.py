"""Files that macOS hands to the running program: it sends an event, and starts no second one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QFileOpenEvent


class OpenedFiles(QObject):
    """To be installed as an event filter of the application, on macOS only: it is asked about every event."""

    opened = Signal(str)  # an absolute path

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002  Qt's signature
        if isinstance(event, QFileOpenEvent) and event.file():
            self.opened.emit(event.file())
            return True
        return False
