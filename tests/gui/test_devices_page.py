"""Devices that were let in are listed, renamed in their place and removed."""

from __future__ import annotations

import pytest
from entrance_parts import Entered, Store, enter
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLineEdit

from desktop_share.core.approvals import Answer, Device
from desktop_share.core.errors import Problem, StorageError
from desktop_share.gui.devices_page import LONGEST_NAME, DevicesModel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

FULL = StorageError(Problem("storage-full", "The disk is full.", "Make room."))


def device(number: int, name: str = "") -> Device:
    name = name or f"Device {number}"
    return Device(bytes([number]) * 32, name, f"192.168.1.{number}", 1_700_000_000.0 + number, 1_700_000_000.0)


def opened(qtbot, *devices: Device) -> Entered:
    store = Store()
    store.devices = list(devices)
    entered = enter(qtbot, store, show_activity=True)
    entered.window.activity.tabs.setCurrentIndex(3)
    return entered


def typed(qtbot, page, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    """A new name for the first row, by keyboard."""
    page.view.setFocus()
    page.view.selectRow(0)
    qtbot.keyClick(page.view, Qt.Key.Key_F2)
    editor = page.view.findChild(QLineEdit, "nameEdit")
    assert editor.maxLength() == LONGEST_NAME
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, key)


def test_that_nobody_let_in_is_said(qtbot) -> None:
    page = opened(qtbot).window.doors.devices
    assert page.empty.isVisible()
    assert not page.rename_button.isEnabled()
    assert not page.remove_button.isEnabled()


def test_that_who_was_let_in_last_is_first_with_its_address(qtbot) -> None:
    page = opened(qtbot, device(1), device(2)).window.doors.devices
    first = [page.model.index(0, column).data() for column in range(2)]
    assert first == ["Device 2", "192.168.1.2"]


def test_that_who_is_let_in_appears(qtbot) -> None:
    entered = opened(qtbot)
    asking = entered.ask(9, device="Safari on iPhone")
    entered.entrance.approvals.answer(asking.id, Answer.ALLOW)
    page = entered.window.doors.devices
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert page.view.isVisible()
    assert page.model.index(0, 0).data() == "Safari on iPhone"


def test_that_it_is_renamed_in_its_place(qtbot) -> None:
    entered = opened(qtbot, device(1), device(2))
    page = entered.window.doors.devices
    with qtbot.assertNotEmitted(page.model.modelReset):
        typed(qtbot, page, "Ana's phone")
        qtbot.waitUntil(lambda: page.model.index(0, 0).data() == "Ana's phone")
    assert [each.name for each in entered.store.devices] == ["Device 1", "Ana's phone"]


@pytest.mark.parametrize(("text", "key"), [("  ", Qt.Key.Key_Return), ("Other", Qt.Key.Key_Escape)])
def test_that_no_name_and_escape_change_nothing(qtbot, text: str, key: Qt.Key) -> None:
    page = opened(qtbot, device(1)).window.doors.devices
    with qtbot.assertNotEmitted(page.model.renamed):
        typed(qtbot, page, text, key)
    assert page.model.index(0, 0).data() == "Device 1"


def test_that_removing_asks_in_its_place(qtbot) -> None:
    entered = opened(qtbot, device(1), device(2))
    page = entered.window.doors.devices
    page.view.setFocus()
    page.view.selectRow(0)
    qtbot.waitUntil(page.view.hasFocus)
    qtbot.keyClick(page.view, Qt.Key.Key_Delete)
    assert "Device 2" in page.question.whole
    assert page.keep_button.hasFocus()
    qtbot.keyClick(page.keep_button, Qt.Key.Key_Space)
    assert not page.question.isVisible()
    qtbot.mouseClick(page.remove_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(page.sure_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.model.rowCount() == 1)
    assert [each.name for each in entered.store.devices] == ["Device 1"]
    assert "Device 2" in entered.window.toast.text


def test_that_what_cannot_be_kept_is_told(qtbot) -> None:
    entered = opened(qtbot, device(1))
    entered.store.error = FULL
    page = entered.window.doors.devices
    typed(qtbot, page, "Other")
    qtbot.waitUntil(lambda: bool(entered.window.alerts.alerts))
    assert page.model.index(0, 0).data() == "Device 1"


def test_that_a_name_is_plain_text(qtbot) -> None:
    page = opened(qtbot, device(1, "<b>x</b>\n\u202ey")).window.doors.devices
    index = page.model.index(0, 0)
    assert index.data().isprintable()
    assert "<b>" not in index.data(Qt.ItemDataRole.ToolTipRole)
    page.view.selectRow(0)
    page.remove_button.click()
    assert page.question.textFormat() == Qt.TextFormat.PlainText


def test_that_the_model_is_one_that_qt_accepts(qapp) -> None:
    model = DevicesModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    for devices in ([], [device(1)], [device(1), device(2)], [device(1, "New"), device(2)], [device(2)], []):
        model.show_devices(devices)
        assert model.rowCount() == len(devices)
    assert tester.failureReportingMode() == QAbstractItemModelTester.FailureReportingMode.Fatal
