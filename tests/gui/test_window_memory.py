"""The window shows what it showed, and says how it looks for the next start."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QFrame
from window_parts import make_window

from desktop_share.core.errors import Problem, StorageError
from desktop_share.gui import window_memory
from desktop_share.gui.window_memory import read_state, written_state

# the offscreen platform says so of windows that are shown, raised or limited in size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.mark.parametrize("kept", [None, b"", b"nonsense", b"[]", b'{"sections": 7}', b'{"sections": "\xff"}', b"\xff"])
def test_that_what_cannot_be_read_is_as_if_nothing_had_been_kept(qtbot, kept: bytes | None) -> None:
    window = make_window(qtbot, kept=kept).window
    assert window.panel.isHidden()
    assert window.panel.open_sections == {"link"}


def test_that_what_was_written_can_be_read() -> None:
    kept = (True, frozenset({"link", "answer"}))
    assert read_state(written_state(*kept)) == kept


def test_that_what_an_older_version_kept_opens_the_link() -> None:
    assert read_state(b'{"geometry": "", "panel": true}') == (True, frozenset({"link"}))


def test_that_the_panel_comes_back(qtbot) -> None:
    first = make_window(qtbot)
    first.window.commands.qr.trigger()
    first.window.panel.set_open_sections({"sending", "answer"})
    first.window.close()
    second = make_window(qtbot, kept=first.window_state.saves[-1])
    assert second.window.panel.isVisible()
    assert second.window.commands.qr.isChecked()
    assert second.window.panel.open_sections == {"sending", "answer"}


def test_that_the_look_is_saved_once_it_is_still_and_not_at_every_step(qtbot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(window_memory, "_QUIET_MS", 600_000)
    parts = make_window(qtbot, theme="dark")
    for width in range(700, 760, 10):
        parts.window.resize(width, 500)
        QApplication.processEvents()
    assert parts.looks == []
    parts.window.memory._timer.setInterval(0)  # the time is over
    qtbot.waitUntil(lambda: len(parts.looks) == 1)
    (look,) = parts.looks
    assert look.theme == "dark"
    assert look.geometry == bytes(parts.window.saveGeometry().data())


def test_that_the_look_says_where_the_card_is(qtbot) -> None:
    parts = make_window(qtbot)
    card = next(each for each in parts.window.findChildren(QFrame, "card") if each.isAncestorOf(parts.view))
    parts.window.memory.save()
    qtbot.waitUntil(lambda: bool(parts.looks))
    left, top, right, bottom = parts.looks[0].card
    whole = parts.window.rect()
    assert card.mapTo(parts.window, QPoint()) == QPoint(left, top)
    assert (card.width(), card.height()) == (whole.width() - left - right, whole.height() - top - bottom)


def test_that_nothing_is_saved_where_nothing_changed(qtbot) -> None:
    parts = make_window(qtbot)
    for _ in range(3):
        parts.window.memory.save()
    parts.window.background.close()  # everything that was given to it is done
    assert len(parts.window_state.saves) == 0
    assert len(parts.looks) == 1


class FullDisk(list[bytes]):
    def append(self, _state: bytes) -> None:
        raise StorageError(Problem("disk-full", "The disk is full.", "Make room."))


def test_that_a_failed_save_is_told(qtbot) -> None:
    parts = make_window(qtbot)
    parts.window_state.saves = FullDisk()
    parts.window.commands.qr.trigger()
    qtbot.waitUntil(parts.window.alerts.isVisible)
    assert parts.window.alerts.alerts[-1].what == "The disk is full."
