"""Files that macOS hands to the running program: it sends an event, and starts no second one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent


class OpenedFiles(QObject):
    """To be installed as an event filter of the application, on macOS only: it is asked about every event. The files
    that the program is started with come as soon as its loop runs: they are kept until somebody takes them."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._kept: list[str] = []
        self._take: Callable[[str], object] = self._kept.append

    def pass_to(self, take: Callable[[str], object]) -> None:
        """`take` gets the absolute path of each, also of those that came already."""
        self._take = take
        for each in self._kept:
            take(each)
        self._kept.clear()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: ARG002  Qt's signature
        if isinstance(event, QFileOpenEvent) and event.file():
            self._take(event.file())
            return True
        return False
