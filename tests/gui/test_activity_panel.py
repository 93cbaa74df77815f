"""The activity panel in the window: what runs can be cancelled, what ran can be found, exported and forgotten."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget
from test_transfers_model import finished, transfer
from window_parts import Parts, make_window

from desktop_share.core.errors import Problem, StorageError
from desktop_share.core.history_table import HistoryEntry
from desktop_share.gui.history_model import PAGE
from desktop_share.gui.settings_dialog import bytes_a_second
from desktop_share.gui.transfer_words import TransferColumn

FULL = Problem("storage-full", "The disk is full.", "Make room.")


def opened(qtbot, **settings: object) -> Parts:
    return make_window(qtbot, show_activity=True, **settings)


def entries(count: int) -> list[HistoryEntry]:
    return [HistoryEntry(number, finished(transfer(number))) for number in range(1, count + 1)]


def history_of(qtbot, parts: Parts, count: int):
    """The history's page, shown and filled."""
    parts.history.entries = entries(count)
    page = parts.window.activity.history
    with qtbot.waitSignal(page.model.loaded):
        parts.window.activity.tabs.setCurrentIndex(1)
    return page


def press(qtbot, button) -> None:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


class ShownWindows(QObject):
    """The names of the classes of what was shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.names.append(type(watched).__name__)
        return False


def test_that_nothing_flashes_beside_the_window_while_it_and_its_settings_are_made(qtbot, qapp) -> None:
    """A page that has no parent yet, in a stack of pages, is shown as a window for a moment."""
    shown = ShownWindows()
    qapp.installEventFilter(shown)
    try:
        parts = make_window(qtbot)
        parts.window.commands.settings.trigger()
    finally:
        qapp.removeEventFilter(shown)
    assert shown.names == [type(parts.window.window()).__name__, "SettingsDialog"]


def test_that_the_panel_opens_by_its_action_and_is_remembered(qtbot) -> None:
    parts = make_window(qtbot)
    panel = parts.window.activity
    assert panel.isHidden()
    with qtbot.waitSignal(parts.bridge.settings_changed):
        parts.window.commands.activity.trigger()
    assert panel.isVisible()
    assert parts.settings_store.values["show_activity"] is True
    assert opened(qtbot).window.activity.isVisible()


@pytest.mark.parametrize("how", ["button", "escape"])
def test_that_the_panel_closes(qtbot, how: str) -> None:
    parts = opened(qtbot)
    panel = parts.window.activity
    with qtbot.waitSignal(parts.bridge.settings_changed):
        if how == "button":
            press(qtbot, panel.close_button)
        else:
            qtbot.keyClick(panel.tabs, Qt.Key.Key_Escape)
    assert panel.isHidden()
    assert not parts.window.commands.activity.isChecked()


def test_that_an_empty_panel_says_what_it_is_for(qtbot) -> None:
    parts = opened(qtbot)
    panel = parts.window.activity
    assert panel.empty.isVisible()
    parts.bridge.transfer_changed.emit(transfer())
    assert panel.view.isVisible()
    assert not panel.empty.isVisible()


def test_that_the_status_line_counts_downloads(qtbot) -> None:
    parts = make_window(qtbot)
    parts.bridge.transfer_changed.emit(finished(transfer(1)))
    parts.bridge.transfer_changed.emit(transfer(2))
    assert "2 downloads, 1 now" in parts.window.status.whole


def test_that_the_button_of_a_running_row_cancels_it_and_no_other_cell_does(qtbot) -> None:
    parts = opened(qtbot)
    view = parts.window.activity.view
    parts.bridge.transfer_changed.emit(finished(transfer(1)))
    parts.bridge.transfer_changed.emit(transfer(2))
    for row in (0, 1):
        for column in TransferColumn:
            middle = view.visualRect(view.model().index(row, column)).center()
            qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert parts.transfers.cancelled == ["t2"]


def test_that_a_press_on_the_button_that_is_let_go_elsewhere_cancels_nothing(qtbot) -> None:
    parts = opened(qtbot)
    view = parts.window.activity.view
    parts.bridge.transfer_changed.emit(transfer(1))
    button = view.visualRect(view.model().index(0, TransferColumn.LAST)).center()
    elsewhere = view.visualRect(view.model().index(0, TransferColumn.FILE)).center()
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=button)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=elsewhere)
    assert parts.transfers.cancelled == []
    assert not view.currentIndex().isValid()


def test_that_delete_cancels_the_current_row_while_it_runs(qtbot) -> None:
    parts = opened(qtbot)
    view = parts.window.activity.view
    parts.bridge.transfer_changed.emit(transfer(1))
    view.setFocus()
    view.selectRow(0)
    qtbot.waitUntil(view.hasFocus)
    qtbot.keyClick(view, Qt.Key.Key_Delete)
    assert parts.transfers.cancelled == ["t1"]
    with qtbot.waitSignal(view.model().dataChanged):
        parts.bridge.transfer_changed.emit(finished(transfer(1)))
    assert not view.action_cancel.isEnabled()


def test_that_pausing_says_how_many_downloads_finish_first(qtbot) -> None:
    parts = make_window(qtbot)
    for number in (1, 2):
        parts.bridge.transfer_changed.emit(transfer(number))
    parts.window.commands.pause.trigger()
    assert parts.window.toast.text == "Paused. 2 downloads finish first."


def test_that_pausing_says_nothing_where_nothing_runs(qtbot) -> None:
    parts = make_window(qtbot)
    parts.window.commands.pause.trigger()
    assert parts.window.toast.text == ""


# -- the history


def test_that_the_disk_is_not_asked_before_somebody_looks(qtbot) -> None:
    parts = opened(qtbot)
    parts.bridge.history_changed.emit(None)
    assert parts.history.questions == []


def test_that_the_history_is_read_page_by_page(qtbot) -> None:
    parts = opened(qtbot)
    page = history_of(qtbot, parts, PAGE + 30)
    tester = QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    if page.model.canFetchMore():  # else the view has asked already
        page.model.fetchMore()
    qtbot.waitUntil(lambda: page.model.rowCount() == PAGE + 30)
    assert parts.history.questions == [("", None), ("", 31)]  # from the last of the first page on
    assert not page.model.canFetchMore()
    names = [page.model.index(row, TransferColumn.FILE).data() for row in range(page.model.rowCount())]
    assert names == [f"film {number}.mp4" for number in range(PAGE + 30, 0, -1)]
    del tester


def test_that_new_entries_appear_on_top_and_leave_the_others_alone(qtbot) -> None:
    parts = opened(qtbot)
    page = history_of(qtbot, parts, 3)
    tester = QAbstractItemModelTester(page.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    parts.history.entries = entries(5)
    with (
        qtbot.waitSignal(page.model.rowsInserted),
        qtbot.assertNotEmitted(page.model.modelReset),
        qtbot.waitSignal(page.model.loaded),
    ):
        parts.bridge.history_changed.emit(None)
    assert page.model.rowCount() == 5
    assert page.model.index(0, TransferColumn.FILE).data() == "film 5.mp4"
    del tester


def test_that_a_search_shows_what_it_finds_or_that_it_finds_nothing(qtbot) -> None:
    parts = opened(qtbot)
    page = history_of(qtbot, parts, 12)
    with qtbot.waitSignal(page.model.modelReset):
        page.search.setText("film 1")
    assert page.model.rowCount() == 4
    with qtbot.waitSignal(page.model.modelReset):
        page.search.setText("nothing <b>")
    qtbot.waitUntil(page.empty.isVisible)
    assert page.empty.text() == "No past download matches “nothing <b>”."
    assert page.empty.textFormat() == Qt.TextFormat.PlainText


def test_that_clearing_asks_in_its_place_and_can_be_declined(qtbot) -> None:
    parts = opened(qtbot)
    page = history_of(qtbot, parts, 3)
    press(qtbot, page.clear_button)
    assert page.question.isVisible()
    qtbot.waitUntil(page.keep_button.hasFocus)
    press(qtbot, page.keep_button)
    assert page.search.isVisible()
    assert len(parts.history.entries) == 3


def test_that_clearing_forgets_everything(qtbot) -> None:
    parts = opened(qtbot)
    page = history_of(qtbot, parts, 3)
    press(qtbot, page.clear_button)
    with qtbot.waitSignal(page.said):
        press(qtbot, page.sure_button)
    assert parts.history.entries == []
    with qtbot.waitSignal(page.model.modelReset):
        parts.bridge.history_changed.emit(None)
    qtbot.waitUntil(page.empty.isVisible)
    assert not page.export_button.isEnabled()


def test_that_an_export_is_of_what_the_search_shows(qtbot, tmp_path: Path) -> None:
    parts = opened(qtbot)
    page = history_of(qtbot, parts, 12)
    with qtbot.waitSignal(page.model.modelReset):
        page.search.setText("film 1")
    with qtbot.waitSignal(page.said) as said:
        page.export_to(str(tmp_path / "out.csv"))
    assert said.args == ["4 downloads exported"]
    assert parts.history.exports == [(tmp_path / "out.csv", "film 1")]


def test_that_a_disk_that_takes_nothing_is_told(qtbot, tmp_path: Path) -> None:
    parts = opened(qtbot)
    page = history_of(qtbot, parts, 1)
    parts.history.error = StorageError(FULL)
    with qtbot.waitSignal(page.failed) as failed:
        page.export_to(str(tmp_path / "out.csv"))
    assert failed.args == [FULL]
    parts.history.error = None
    parts.history.problem = FULL
    with qtbot.waitSignal(page.model.loaded):
        parts.bridge.history_changed.emit(FULL)
    assert page.note.isVisible()
    assert page.note.whole == "The disk is full. Make room."


def test_that_a_history_that_is_off_says_so(qtbot) -> None:
    parts = opened(qtbot, keep_history=False)
    page = history_of(qtbot, parts, 0)
    assert "off" in page.empty.text()
    with qtbot.waitSignal(page.model.loaded):
        parts.settings.update(keep_history=True)
    assert "off" not in page.empty.text()


# -- settings


def test_that_the_caps_are_set_in_megabytes_a_second(qtbot) -> None:
    parts = make_window(qtbot, bandwidth_total=2_500_000)
    parts.window.commands.settings.trigger()
    dialog = parts.window.preferences.dialog()
    assert (dialog.total.text(), dialog.each.text()) == ("2.5 MB/s", "No limit")
    with qtbot.waitSignal(parts.bridge.settings_changed):
        dialog.each.setValue(1.2)
    with qtbot.waitSignal(parts.bridge.settings_changed):
        dialog.total.setValue(0)
    with qtbot.waitSignal(parts.bridge.settings_changed):
        dialog.history.setChecked(False)
    value = parts.settings.value
    assert (value.bandwidth_total, value.bandwidth_per_transfer, value.keep_history) == (None, 1_200_000, False)
    assert parts.sharing.calls == []


@pytest.mark.parametrize(("megabytes", "rate"), [(0.0, None), (0.1, 100_000), (12.5, 12_500_000)])
def test_that_no_megabytes_are_no_limit(megabytes: float, rate: int | None) -> None:
    assert bytes_a_second(megabytes) == rate


def test_that_a_transfer_keeps_its_place_when_only_its_rate_changes(qtbot) -> None:
    parts = opened(qtbot)
    parts.bridge.transfer_changed.emit(transfer(1))
    parts.bridge.transfer_changed.emit(transfer(2))
    view = parts.window.activity.view
    view.selectRow(1)
    with qtbot.waitSignal(view.model().dataChanged):
        parts.bridge.transfer_changed.emit(replace(transfer(1), rate=5.0))
    assert view.currentIndex().row() == 1
