"""The window opens where it was, and never where nobody can reach it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication
from window_parts import make_window

from desktop_share.core.errors import Problem, StorageError
from desktop_share.gui import window_memory
from desktop_share.gui.window_memory import on_screen, read_state, written_state

# the offscreen platform says so of windows that are shown, raised or limited in size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SCREEN = QRect(0, 25, 1280, 775)
SECOND = QRect(1280, 0, 1920, 1080)


@pytest.mark.parametrize(
    ("window", "screens", "stays"),
    [
        (QRect(100, 100, 900, 560), [SCREEN], True),
        (QRect(1500, 100, 900, 560), [SCREEN, SECOND], True),
        (QRect(1500, 100, 900, 560), [SCREEN], False),
        (QRect(-850, 100, 900, 560), [SCREEN], False),
        (QRect(-800, 100, 900, 560), [SCREEN], True),
        (QRect(100, -500, 900, 560), [SCREEN], False),
        (QRect(100, 790, 900, 560), [SCREEN], False),
        (QRect(5000, 5000, 4000, 4000), [SCREEN], False),
        (QRect(5000, 5000, 900, 560), [], True),
    ],
)
def test_that_a_window_stays_only_where_it_can_be_reached(window: QRect, screens: list[QRect], stays: bool) -> None:
    placed = on_screen(window, screens)
    assert (placed == window) == stays
    assert stays or screens[0].contains(placed)


@pytest.mark.parametrize("kept", [None, b"", b"nonsense", b"[]", b'{"geometry": 7}', b'{"geometry": "\xff"}', b"\xff"])
def test_that_what_cannot_be_read_is_as_if_nothing_had_been_kept(qtbot, kept: bytes | None) -> None:
    window = make_window(qtbot, kept=kept).window
    assert (window.width(), window.height()) == (900, 560)
    assert window.panel.isHidden()


def test_that_what_was_written_can_be_read() -> None:
    kept = (b"\x00\xff", True, frozenset({"link", "answer"}))
    assert read_state(written_state(*kept)) == kept


def test_that_what_an_older_version_kept_opens_the_link() -> None:
    assert read_state(b'{"geometry": "", "panel": true}') == (b"", True, frozenset({"link"}))


def test_that_size_place_and_panel_come_back(qtbot) -> None:
    first = make_window(qtbot)
    first.window.resize(700, 500)
    first.window.commands.qr.trigger()
    first.window.panel.set_open_sections({"sending", "answer"})
    first.window.close()
    second = make_window(qtbot, kept=first.window_state.saves[-1])
    assert (second.window.width(), second.window.height()) == (700, 500)
    assert second.window.panel.isVisible()
    assert second.window.commands.qr.isChecked()
    assert second.window.panel.open_sections == {"sending", "answer"}


def test_that_it_is_saved_once_it_is_still_and_not_at_every_step(qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_memory, "_QUIET_MS", 600_000)
    parts = make_window(qtbot)
    for width in range(700, 760, 10):
        parts.window.resize(width, 500)
        QApplication.processEvents()
    assert parts.window_state.saves == []
    parts.window.memory._timer.setInterval(0)  # the time is over
    qtbot.waitUntil(lambda: len(parts.window_state.saves) == 1)


def test_that_nothing_is_saved_where_nothing_changed(qtbot) -> None:
    parts = make_window(qtbot)
    parts.window.memory.save()
    saves = len(parts.window_state.saves)
    parts.window.memory.save()
    parts.window.close()
    assert len(parts.window_state.saves) <= saves + 1


class FullDisk(list[bytes]):
    def append(self, _state: bytes) -> None:
        raise StorageError(Problem("disk-full", "The disk is full.", "Make room."))


def test_that_a_failed_save_is_told(qtbot) -> None:
    parts = make_window(qtbot)
    parts.window_state.saves = FullDisk()
    parts.window.commands.qr.trigger()
    qtbot.waitUntil(parts.window.alerts.isVisible)
    assert parts.window.alerts.alerts[-1].what == "The disk is full."
