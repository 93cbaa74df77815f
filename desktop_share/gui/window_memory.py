"""Where the window was and what it showed, kept over restarts."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QByteArray, QEvent, QObject, QRect, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from desktop_share.core.errors import Problem
from desktop_share.gui.background import Background

_QUIET_MS = 500  # after the last move, before it is saved
OPEN_AT_FIRST = frozenset({"link"})  # sections of the panel
_REACHABLE = 80  # pixels of a window that have to be on a screen for it to be dragged back


class WindowState(Protocol):
    """Where the bytes are kept. Both raise StorageError or OSError."""

    def load_window(self) -> bytes | None: ...

    def save_window(self, state: bytes) -> None: ...


class WindowMemory(QObject):
    """Saves the geometry of `window`, whether the panel is shown and what is open in it, soon after one changed."""

    def __init__(
        self,
        window: QMainWindow,
        state: WindowState,
        background: Background,
        failed: Callable[[Problem], object],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._state = state
        self._background = background
        self._failed = failed
        self._saved: bytes | None = None
        self.panel_shown = False
        self.open_sections = OPEN_AT_FIRST
        self._timer = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._timer.timeout.connect(self.save)

    def restore(self) -> None:
        """Call before the window is shown. What cannot be read is as if nothing had been kept."""
        geometry, self.panel_shown, self.open_sections = read_state(self._state.load_window())
        if geometry:
            self._window.restoreGeometry(QByteArray(geometry))
            self._bring_on_screen()
        self._saved = self._now()
        self._window.installEventFilter(self)

    def set_panel_shown(self, shown: bool) -> None:
        self.panel_shown = shown
        self._timer.start()

    def set_open_sections(self, keys: frozenset[str]) -> None:
        if keys != self.open_sections:
            self.open_sections = keys
            self._timer.start()

    def save(self) -> None:
        """Save now what has changed."""
        self._timer.stop()
        now = self._now()
        if now != self._saved:
            self._saved = now
            self._background.run(lambda: self._state.save_window(now), failed=self._failed)

    def _now(self) -> bytes:
        return written_state(bytes(self._window.saveGeometry().data()), self.panel_shown, self.open_sections)

    def _bring_on_screen(self) -> None:
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        self._window.setGeometry(on_screen(self._window.geometry(), screens))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.WindowStateChange):
            self._timer.start()
        return super().eventFilter(watched, event)


def on_screen(window: QRect, screens: Sequence[QRect]) -> QRect:
    """`window` as it is where enough of its upper edge is on one of `screens`; else inside the first of them."""
    title = QRect(window.x(), window.y(), window.width(), _REACHABLE)
    for screen in screens:
        seen = title.intersected(screen)
        if seen.width() >= min(_REACHABLE, window.width()) and seen.height() >= _REACHABLE // 2:
            return window
    if not screens:
        return window
    inside = QRect(0, 0, min(window.width(), screens[0].width()), min(window.height(), screens[0].height()))
    inside.moveCenter(screens[0].center())
    return inside


def written_state(geometry: bytes, panel_shown: bool, open_sections: frozenset[str]) -> bytes:
    state = {
        "geometry": base64.b64encode(geometry).decode("ascii"),
        "panel": panel_shown,
        "sections": sorted(open_sections),
    }
    return json.dumps(state).encode()


def read_state(state: bytes | None) -> tuple[bytes, bool, frozenset[str]]:
    """The geometry (b'' for none), whether the panel is shown, and which of its sections are open."""
    try:
        values = json.loads(state or b"{}")
        sections = values.get("sections")
        is_open = frozenset(map(str, sections)) if isinstance(sections, list) else OPEN_AT_FIRST
        return base64.b64decode(str(values.get("geometry", "")), validate=True), values.get("panel") is True, is_open
    except (ValueError, AttributeError, binascii.Error):
        return b"", False, OPEN_AT_FIRST
