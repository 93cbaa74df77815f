"""Who may come in: chosen in the settings, kept as it is chosen, and wrong addresses named where they stand."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from window_parts import NO_NETWORK, SHARING, Parts, make_window

from desktop_share.core.errors import Problem, StorageError
from desktop_share.gui.entrance_settings import EntranceSettings

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def opened(parts: Parts) -> EntranceSettings:
    parts.window.commands.settings.trigger()
    dialog = parts.window.preferences.dialog()
    dialog.tabs.setCurrentIndex(1)
    dialog.activateWindow()
    return dialog.entrance


def typed(qtbot, field, text: str, *, leave: bool = True) -> None:
    field.lines.setFocus()
    qtbot.waitUntil(field.lines.hasFocus)
    field.lines.selectAll()
    field.lines.insertPlainText(text)
    if leave:
        qtbot.keyClick(field.lines, Qt.Key.Key_Tab)


def test_that_it_shows_the_settings_as_they_are(qtbot) -> None:
    page = opened(
        make_window(
            qtbot,
            reach="this-network",
            interfaces=["tun0", "eth9"],
            allow=["10.0.0.0/8"],
            deny=["10.0.0.7", "fd00::/8"],
            keep_access_log=False,
            ask_always=True,
        )
    )
    assert page.isVisible()
    assert page.reach.currentData() == "this-network"
    assert {name: box.isChecked() for name, box in page.adapters.items()} == {
        "wlan0": False,
        "tun0": True,
        "eth9": True,
    }
    assert page.adapters["eth9"].text() == "eth9   not here now"
    assert page.allow.lines.toPlainText() == "10.0.0.0/8"
    assert page.deny.lines.toPlainText() == "10.0.0.7\nfd00::/8"
    assert page.ask.isChecked()
    assert not page.log.isChecked()


def test_that_looking_at_it_changes_nothing(qtbot) -> None:
    parts = make_window(qtbot, allow=["10.0.0.7"], interfaces=["eth9"])
    with qtbot.assertNotEmitted(parts.window.preferences.dialog().changed):
        opened(parts)
        parts.window.preferences.dialog().close()


def test_that_who_may_come_in_is_chosen_by_keyboard(qtbot) -> None:
    parts = make_window(qtbot)
    page = opened(parts)
    for value in ("this-network", "this-computer"):
        qtbot.keyClick(page.reach, Qt.Key.Key_Down)
        qtbot.waitUntil(lambda value=value: parts.settings.value.reach == value)
    qtbot.waitUntil(lambda: "this computer" in page.reach_note.text())
    assert parts.sharing.calls == []


@pytest.mark.parametrize(("name", "field", "value"), [("ask_always", "ask", True), ("keep_access_log", "log", False)])
def test_that_a_tick_is_kept_at_once(qtbot, name: str, field: str, value: bool) -> None:
    parts = make_window(qtbot)
    getattr(opened(parts), field).click()
    qtbot.waitUntil(lambda: parts.settings_store.values == {name: value})


def test_that_adapters_are_chosen_and_come_and_go(qtbot) -> None:
    parts = make_window(qtbot)
    page = opened(parts)
    assert "every network adapter" in page.adapter_note.text()
    page.adapters["wlan0"].click()
    qtbot.waitUntil(lambda: parts.settings.value.interfaces == ("wlan0",))
    qtbot.waitUntil(lambda: "refused" in page.adapter_note.text())
    parts.sharing.become(NO_NETWORK)
    assert list(page.adapters) == ["wlan0"]
    assert "not here now" in page.adapters["wlan0"].text()
    parts.sharing.become(SHARING)
    assert list(page.adapters) == ["wlan0", "tun0"]


def test_that_addresses_are_kept_when_the_keyboard_leaves(qtbot) -> None:
    parts = make_window(qtbot)
    page = opened(parts)
    typed(qtbot, page.allow, "  192.168.1.0/24\n\nfd00::1 ", leave=False)
    assert parts.settings_store.values == {}
    qtbot.keyClick(page.allow.lines, Qt.Key.Key_Tab)
    qtbot.waitUntil(lambda: parts.settings.value.allow == ("192.168.1.0/24", "fd00::1"))
    typed(qtbot, page.deny, "192.168.1.7")
    qtbot.waitUntil(lambda: parts.settings.value.deny == ("192.168.1.7",))
    typed(qtbot, page.allow, "")
    qtbot.waitUntil(lambda: parts.settings.value.allow == ())


def test_that_what_is_no_address_is_named_and_not_kept(qtbot) -> None:
    parts = make_window(qtbot)
    page = opened(parts)
    typed(qtbot, page.deny, "10.0.0.7\n<b>me</b>")
    assert page.deny.problem.isVisible()
    assert page.deny.problem.text().startswith("“<b>me</b>” is no address")
    assert page.deny.problem.textFormat() == Qt.TextFormat.PlainText
    parts.window.preferences.show_again()
    assert page.deny.lines.toPlainText() == "10.0.0.7\n<b>me</b>"  # it waits to be corrected
    assert parts.settings.value.deny == ()
    typed(qtbot, page.deny, "10.0.0.7")
    assert page.deny.problem.isHidden()
    qtbot.waitUntil(lambda: parts.settings.value.deny == ("10.0.0.7",))


def test_that_the_line_that_is_being_typed_is_not_judged_yet(qtbot) -> None:
    page = opened(make_window(qtbot))
    typed(qtbot, page.allow, "192.", leave=False)
    assert page.allow.problem.isHidden()
    qtbot.keyClick(page.allow.lines, Qt.Key.Key_Return)
    assert page.allow.problem.isVisible()


def test_that_closing_the_dialog_keeps_what_was_typed(qtbot) -> None:
    parts = make_window(qtbot)
    page = opened(parts)
    typed(qtbot, page.allow, "10.0.0.7", leave=False)
    parts.window.preferences.dialog().close()
    qtbot.waitUntil(lambda: parts.settings.value.allow == ("10.0.0.7",))


def test_that_what_cannot_be_kept_is_told_and_shown_as_it_was(qtbot) -> None:
    parts = make_window(qtbot)
    parts.settings_store.error = StorageError(Problem("disk-full", "The disk is full.", "Make room."))
    page = opened(parts)
    typed(qtbot, page.allow, "10.0.0.7")
    qtbot.waitUntil(lambda: bool(parts.window.alerts.alerts))
    assert page.allow.lines.toPlainText() == ""


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "anyone on this network with the link can open it"),
        ({"reach": "this-computer"}, "only this computer can open it"),
        ({"ask_always": True}, "you are asked about each new device"),
        ({"allow": ("10.0.0.7",)}, "only the addresses that you chose can open it"),
    ],
)
def test_that_the_status_line_says_who_can_open_what_is_shared(qtbot, settings: dict[str, object], words: str) -> None:
    parts = make_window(qtbot)
    parts.commands.add_paths(["/a.txt"])
    with qtbot.waitSignal(parts.bridge.settings_changed):
        parts.window.preferences.change("theme", "dark")
    for name, value in settings.items():
        with qtbot.waitSignal(parts.bridge.settings_changed):
            parts.window.preferences.change(name, value)
    assert words in parts.window.status.whole
