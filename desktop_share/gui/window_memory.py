"""What the window showed and how it looked, kept over restarts."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from desktop_share.core.errors import Problem
from desktop_share.gui.background import Background
from desktop_share.gui.look import Look

_QUIET_MS = 500  # after the last move, before it is saved
OPEN_AT_FIRST = frozenset({"link"})  # sections of the panel


class WindowState(Protocol):
    """Where the bytes are kept. Both raise StorageError or OSError."""

    def load_window(self) -> bytes | None: ...

    def save_window(self, state: bytes) -> None: ...


class WindowMemory(QObject):
    """Saves whether the panel is shown, what is open in it, and how the window looks, soon after one changed."""

    def __init__(
        self, content: QWidget, state: WindowState, background: Background, failed: Callable[[Problem], object]
    ) -> None:
        super().__init__(content)
        self._content = content
        self._state = state
        self._background = background
        self._failed = failed
        self._saved: bytes | None = None
        self._looked: Look | None = None
        self._look: Callable[[], Look] = Look
        self._keep_look: Callable[[Look], object] = lambda _: None
        self.panel_shown = False
        self.open_sections = OPEN_AT_FIRST
        self._timer = QTimer(self, singleShot=True, interval=_QUIET_MS)
        self._timer.timeout.connect(self.save)

    def keep_look(self, look: Callable[[], Look], keep: Callable[[Look], object]) -> None:
        """`look` says how the window looks; `keep` may take its time."""
        self._look, self._keep_look = look, keep

    def restore(self) -> None:
        """Call before the window is shown. What cannot be read is as if nothing had been kept."""
        self.panel_shown, self.open_sections = read_state(self._state.load_window())
        self._saved = self._now()
        self._content.installEventFilter(self)
        self._content.window().installEventFilter(self)

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
        now, look = self._now(), self._look()
        if now != self._saved:
            self._saved = now
            self._background.run(lambda: self._state.save_window(now), failed=self._failed)
        if look != self._looked:
            self._looked = look
            self._background.run(lambda: self._keep_look(look))

    def _now(self) -> bytes:
        return written_state(self.panel_shown, self.open_sections)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.WindowStateChange):
            self._timer.start()
        return super().eventFilter(watched, event)


def written_state(panel_shown: bool, open_sections: frozenset[str]) -> bytes:
    return json.dumps({"panel": panel_shown, "sections": sorted(open_sections)}).encode()


def read_state(state: bytes | None) -> tuple[bool, frozenset[str]]:
    """Whether the panel is shown, and which of its sections are open."""
    try:
        values = json.loads(state or b"{}")
        sections = values.get("sections")
        is_open = frozenset(map(str, sections)) if isinstance(sections, list) else OPEN_AT_FIRST
        return values.get("panel") is True, is_open
    except (ValueError, AttributeError):
        return False, OPEN_AT_FIRST
