"""The settings: applied as they are changed, kept off the window's thread, never modal."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from window_parts import NO_NETWORK, SHARING, Parts, make_window

from desktop_share.core.errors import Problem, StorageError
from desktop_share.gui.colours import DARK

# the offscreen platform says so of windows that are shown, raised or limited in size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def opened(parts: Parts):
    parts.window.commands.settings.trigger()
    return parts.window.preferences.dialog()


def test_that_it_shows_the_settings_as_they_are(qtbot) -> None:
    dialog = opened(make_window(qtbot, port=9000, copy_link_on_drop=False, theme="dark", address="10.8.0.3"))
    assert dialog.isVisible()
    assert not dialog.isModal()
    assert dialog.port.value() == 9000
    assert not dialog.copy_on_drop.isChecked()
    assert dialog.theme.currentData() == "dark"
    assert dialog.address.currentData() == "10.8.0.3"


def test_that_the_port_is_the_one_that_answers_while_none_was_chosen(qtbot) -> None:
    assert opened(make_window(qtbot)).port.value() == 8765


def test_that_showing_the_settings_changes_none(qtbot) -> None:
    parts = make_window(qtbot)
    dialog = opened(parts)
    with qtbot.assertNotEmitted(dialog.changed):
        dialog.show_settings(replace(parts.settings.value, port=4711, theme="dark", address="10.0.0.1"), NO_NETWORK)
    assert dialog.address.currentText() == "10.0.0.1   not here now"


def test_that_a_new_port_is_kept_and_sharing_starts_anew(qtbot) -> None:
    parts = make_window(qtbot)
    dialog = opened(parts)
    dialog.port.selectAll()
    qtbot.keyClicks(dialog.port, "9001")
    assert parts.settings_store.values == {}  # a port that is being typed is none yet
    qtbot.keyClick(dialog.port, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: parts.sharing.calls == ["restart"])
    assert parts.settings_store.values == {"port": 9001}


@pytest.mark.parametrize("typed", ["0", "99999", "-1", "eighty"])
def test_that_no_impossible_port_can_be_typed(qtbot, typed: str) -> None:
    parts = make_window(qtbot, port=8765)
    dialog = opened(parts)
    dialog.port.selectAll()
    qtbot.keyClicks(dialog.port, typed)
    qtbot.keyClick(dialog.port, Qt.Key.Key_Return)
    assert 1 <= dialog.port.value() <= 65535


@pytest.mark.parametrize(
    ("port", "part"),
    [("80", "administrator" if os.name != "nt" else "stop working"), ("9000", "stop working"), ("", "stop working")],
)
def test_that_a_port_is_explained_while_it_is_typed(qtbot, port: str, part: str) -> None:
    dialog = opened(make_window(qtbot))
    dialog.port.lineEdit().setText(port)
    assert part in dialog.port_note.text()


def test_that_an_address_is_chosen_by_keyboard_and_sharing_starts_anew(qtbot) -> None:
    parts = make_window(qtbot)
    dialog = opened(parts)
    qtbot.keyClick(dialog.address, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: parts.sharing.calls == ["restart"])
    assert parts.settings.value.address == "192.168.1.20"
    qtbot.waitUntil(lambda: dialog.address_note.text().startswith("Only this address works"))


def test_that_the_look_changes_at_once(qtbot) -> None:
    parts = make_window(qtbot, theme="light")
    dialog = opened(parts)
    with qtbot.waitSignal(parts.window.theme.changed):
        qtbot.keyClick(dialog.theme, Qt.Key.Key_Down)
    assert parts.window.theme.colours is DARK
    assert parts.settings.value.theme == "dark"
    assert parts.sharing.calls == []


def test_that_what_cannot_be_kept_is_told_and_shown_as_it_was(qtbot) -> None:
    parts = make_window(qtbot)
    parts.settings_store.error = StorageError(Problem("disk-full", "The disk is full.", "Make room."))
    dialog = opened(parts)
    dialog.copy_on_drop.click()
    qtbot.waitUntil(lambda: bool(parts.window.alerts.alerts))
    assert parts.window.alerts.alerts[-1].what == "The disk is full."
    assert dialog.copy_on_drop.isChecked()


def test_that_new_addresses_appear_while_it_is_open(qtbot) -> None:
    parts = make_window(qtbot, state=NO_NETWORK)
    dialog = opened(parts)
    parts.sharing.become(SHARING)
    assert dialog.address.findData("192.168.1.20") > 0


def test_that_escape_closes_it_and_closing_the_window_does_too(qtbot) -> None:
    parts = make_window(qtbot)
    dialog = opened(parts)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isHidden()
    opened(parts)
    parts.window.close()
    assert dialog.isHidden()
    assert not QApplication.activeModalWidget()
