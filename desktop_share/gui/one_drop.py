"""Files that arrive one by one and are meant as one drop: Explorer starts the program once for each selected file, and
macOS sends one event for each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer

from desktop_share.core.options import Options

PAUSE_MS = 300 if sys.platform in ("win32", "darwin") else 0  # other file managers start it once, with all files


class OneDrop(QObject):
    """Puts paths together that are to be presented alike, until none has come for a while: then `use` gets them."""

    def __init__(self, use: Callable[[Options], object], parent: QObject, pause_ms: int = PAUSE_MS) -> None:
        super().__init__(parent)
        self._use = use
        self._waiting: Options | None = None
        self._timer = QTimer(self, singleShot=True, interval=pause_ms)
        self._timer.timeout.connect(self.pass_on)

    def take(self, asked: Options) -> None:
        if not asked.paths:
            return
        before = self._waiting
        alike = before is not None and replace(before, paths=()) == replace(asked, paths=()) and asked.name is None
        if before is not None and alike:
            asked = replace(asked, paths=before.paths + asked.paths)
        else:
            self.pass_on()
        self._waiting = asked
        self._timer.start()

    def pass_on(self) -> None:
        """Now, without waiting for more."""
        asked, self._waiting = self._waiting, None
        self._timer.stop()
        if asked is not None:
            self._use(asked)
