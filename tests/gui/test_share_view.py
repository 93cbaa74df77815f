"""Every control of a row by mouse and by keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from list_parts import GONE, ListParts, item, make_list, make_view, transfer
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu

from desktop_share.core.items import Disposition
from desktop_share.gui import row_geometry as geometry
from desktop_share.gui.share_model import Column
from desktop_share.gui.share_view import ShareView

Key, Button, Modifier = Qt.Key, Qt.MouseButton, Qt.KeyboardModifier


@dataclass
class Rows:
    """The view, as a person uses it."""

    qtbot: object
    parts: ListParts
    view: ShareView

    def cell(self, row: int, column: Column) -> QRect:
        return self.view.visualRect(self.parts.model.index(row, column))

    def half(self, row: int, disposition: Disposition) -> QPoint:
        halves = geometry.halves(self.cell(row, Column.DISPOSITION))
        return halves[list(Disposition).index(disposition)].center()

    def control(self, row: int, column: Column) -> QPoint:
        return geometry.control(self.cell(row, column)).center()

    def name(self, row: int) -> QPoint:
        return geometry.name_cell(self.cell(row, Column.NAME)).name.center()

    def status(self, row: int) -> QPoint:
        return geometry.name_cell(self.cell(row, Column.NAME)).status.center()

    def click(self, where: QPoint, button: Button = Button.LeftButton, keys: Modifier = Modifier.NoModifier) -> None:
        self.qtbot.mouseClick(self.view.viewport(), button, keys, where)

    def press(self, key: Key, keys: Modifier = Modifier.NoModifier) -> None:
        self.qtbot.keyClick(QApplication.focusWidget() or self.view, key, keys)

    def dispositions(self) -> list[str]:
        """As they are once every command is done."""
        self.parts.commands._worker.submit(lambda: None).result()
        QApplication.processEvents()
        return [str(each.disposition) for each in self.parts.share_list.snapshot()]

    def editor(self) -> QLineEdit | None:
        return self.view.findChild(QLineEdit, "nameEdit")


@pytest.fixture
def rows(qtbot) -> Iterator[Rows]:
    parts = make_list("report.pdf", "photos.tar.gz", "c.txt", "d.txt")
    yield Rows(qtbot, parts, make_view(qtbot, parts))
    parts.close()


# -- the mouse


def test_that_each_half_of_the_two_way_control_is_one_click(rows: Rows) -> None:
    rows.click(rows.half(1, Disposition.INLINE))
    assert rows.dispositions() == ["attachment", "inline", "attachment", "attachment"]
    rows.click(rows.half(1, Disposition.INLINE))  # what is chosen stays chosen
    assert rows.dispositions()[1] == "inline"
    rows.click(rows.half(1, Disposition.ATTACHMENT))
    assert rows.dispositions()[1] == "attachment"


def test_that_two_quick_clicks_are_two_clicks(rows: Rows) -> None:
    rows.click(rows.half(0, Disposition.INLINE))
    assert rows.dispositions()[0] == "inline"
    viewport, where = rows.view.viewport(), rows.half(0, Disposition.ATTACHMENT)
    rows.qtbot.mouseDClick(viewport, Button.LeftButton, pos=where)  # what Qt makes of a second press
    rows.qtbot.mouseRelease(viewport, Button.LeftButton, pos=where)
    assert rows.dispositions()[0] == "attachment"
    assert rows.editor() is None


def test_that_the_copy_button_copies_its_row_whatever_is_selected(rows: Rows) -> None:
    rows.view.select_ids(["c.txt", "d.txt"])
    with rows.qtbot.waitSignal(rows.view.copy_requested) as asked:
        rows.click(rows.control(0, Column.COPY))
    assert asked.args == [["report.pdf"]]
    assert rows.view.selected_ids() == ["c.txt", "d.txt"]


def test_that_a_click_on_a_control_leaves_the_selection_and_takes_the_keyboard(rows: Rows) -> None:
    rows.view.select_ids(["c.txt"])
    rows.view.clearFocus()
    rows.click(rows.half(0, Disposition.INLINE))
    assert rows.view.selected_ids() == ["c.txt"]
    assert rows.view.hasFocus()


def test_that_a_press_which_is_dragged_off_its_control_does_nothing(rows: Rows) -> None:
    spy = QSignalSpy(rows.view.copy_requested)
    viewport = rows.view.viewport()
    rows.qtbot.mousePress(viewport, Button.LeftButton, pos=rows.control(0, Column.COPY))
    rows.qtbot.mouseMove(viewport, rows.control(1, Column.COPY))
    rows.qtbot.mouseRelease(viewport, Button.LeftButton, pos=rows.control(1, Column.COPY))
    assert spy.count() == 0


def test_that_a_press_counts_for_its_item_even_when_the_row_moved_on(rows: Rows) -> None:
    """Files may come and go between press and release: never the link of another file."""
    spy = QSignalSpy(rows.view.copy_requested)
    where = rows.control(1, Column.COPY)
    rows.qtbot.mousePress(rows.view.viewport(), Button.LeftButton, pos=where)
    rows.parts.share_list.remove(["report.pdf"])
    QApplication.processEvents()
    rows.qtbot.mouseRelease(rows.view.viewport(), Button.LeftButton, pos=where)
    assert spy.count() == 0


@pytest.mark.parametrize("button", [Button.RightButton, Button.MiddleButton])
def test_that_other_mouse_buttons_do_not_press_controls(rows: Rows, button: Button) -> None:
    rows.click(rows.half(0, Disposition.INLINE), button)
    assert rows.dispositions()[0] == "attachment"


def test_that_a_click_beside_the_controls_selects_the_row(rows: Rows) -> None:
    rows.click(rows.name(1))
    rows.click(rows.name(3), keys=Modifier.ControlModifier)
    assert rows.view.selected_ids() == ["photos.tar.gz", "d.txt"]


def open_menu() -> QMenu:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def test_that_the_menu_button_opens_the_menu_for_its_row(rows: Rows) -> None:
    rows.view.select_ids(["c.txt"])
    rows.click(rows.control(0, Column.MENU))
    menu = open_menu()
    assert rows.view.selected_ids() == ["report.pdf"]
    assert [each.text() for each in menu.actions() if not each.isSeparator()][:2] == ["Copy link", "Show QR code"]
    menu.close()


def test_that_the_menu_of_a_selected_row_is_for_all_that_are_selected(rows: Rows) -> None:
    rows.view.select_ids(["report.pdf", "c.txt"])
    rows.click(rows.control(0, Column.MENU))
    open_menu().close()
    assert rows.view.selected_ids() == ["report.pdf", "c.txt"]


def test_that_a_click_on_the_red_line_asks_where_the_file_is(rows: Rows, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "open", lambda _: None)
    asked = QSignalSpy(rows.view.locate_requested)
    rows.click(rows.status(0))  # nothing is wrong yet: a click on the row
    assert asked.count() == 0
    rows.parts.share_list.report("report.pdf", GONE)
    QApplication.processEvents()
    rows.click(rows.status(0))
    assert [asked.at(0), asked.count()] == [["report.pdf"], 1]
    dialog = rows.view.findChild(QFileDialog)
    assert "report.pdf" in dialog.windowTitle()
    (tmp_path / "found.pdf").write_bytes(b"found")
    dialog.fileSelected.emit(str(tmp_path / "found.pdf"))
    rows.qtbot.waitUntil(lambda: rows.parts.share_list.problem("report.pdf") is None)
    assert rows.parts.share_list.get("report.pdf").source.path == tmp_path / "found.pdf"
    dialog.done(0)


def test_that_a_double_click_on_a_name_edits_it(rows: Rows) -> None:
    rows.click(rows.name(1))
    rows.qtbot.mouseDClick(rows.view.viewport(), Button.LeftButton, pos=rows.name(1))
    assert rows.editor().text() == "photos.tar.gz"


def test_that_the_pointer_says_what_can_be_pressed(rows: Rows) -> None:
    viewport = rows.view.viewport()
    rows.qtbot.mouseMove(viewport, rows.control(0, Column.COPY))
    assert viewport.cursor().shape() == Qt.CursorShape.PointingHandCursor
    rows.qtbot.mouseMove(viewport, rows.name(0))
    assert viewport.cursor().shape() == Qt.CursorShape.ArrowCursor


# -- renaming


def test_that_f2_selects_the_stem_only_and_escape_keeps_the_name(rows: Rows) -> None:
    rows.view.select_ids(["photos.tar.gz"])
    rows.press(Key.Key_F2)
    assert rows.editor().selectedText() == "photos"
    rows.qtbot.keyClicks(rows.editor(), "other")
    rows.press(Key.Key_Escape)
    rows.qtbot.waitUntil(lambda: rows.editor() is None)
    assert rows.parts.store.saves == 1  # the items of the start
    assert rows.view.hasFocus()


@pytest.mark.parametrize("end", [Key.Key_Return, Key.Key_Enter, Key.Key_Tab])
def test_that_enter_renames_and_the_keyboard_is_back_in_the_row(rows: Rows, end: Key) -> None:
    rows.view.select_ids(["photos.tar.gz"])
    rows.press(Key.Key_F2)
    rows.editor().insert("Summer 日本")
    copied = QSignalSpy(rows.view.copy_requested)
    rows.press(end)
    rows.qtbot.waitUntil(lambda: rows.parts.names()[1] == "Summer 日本.tar.gz" and rows.editor() is None)
    assert rows.view.selected_ids() == ["photos.tar.gz"]
    assert rows.view.hasFocus()
    assert copied.count() == 0  # Enter was for the editor


def test_that_a_click_elsewhere_keeps_what_was_typed(rows: Rows) -> None:
    rows.view.select_ids(["c.txt"])
    rows.press(Key.Key_F2)
    rows.qtbot.keyClicks(rows.editor(), "kept")
    rows.click(rows.name(0))
    rows.qtbot.waitUntil(lambda: rows.parts.names()[2] == "kept.txt")


def test_that_the_selected_row_is_renamed_wherever_the_keyboard_was(rows: Rows) -> None:
    rows.click(rows.name(1))
    rows.click(rows.name(3), keys=Modifier.ControlModifier)
    rows.click(rows.name(3), keys=Modifier.ControlModifier)  # selected no more, but the keyboard is there
    rows.press(Key.Key_F2)
    assert rows.editor().text() == "photos.tar.gz"
    assert rows.view._marks().edited == 1


def test_that_keys_for_rows_belong_to_the_editor_while_it_is_open(rows: Rows) -> None:
    rows.view.select_ids(["c.txt"])
    rows.press(Key.Key_F2)
    for key in (Key.Key_Backspace, Key.Key_Delete, Key.Key_Space, Key.Key_F2, Key.Key_Up):
        rows.press(key)
    assert rows.editor().text() == " txt"
    assert rows.dispositions() == ["attachment"] * 4


# what happens to a row while its name is being typed
HAPPENS = {
    "a device fetches it": lambda parts: parts.transfers.changed.announce(transfer("c.txt", sent=5)),
    "its file goes": lambda parts: parts.share_list.report("c.txt", GONE),
    "it is edited": lambda parts: parts.share_list.update(
        ["c.txt"], lambda it: it.with_disposition(Disposition.INLINE)
    ),
    "so are all": lambda parts: parts.share_list.update(
        parts.names(), lambda it: it.with_disposition(Disposition.INLINE)
    ),
}


@pytest.mark.parametrize("what", HAPPENS)
def test_that_what_is_typed_stays_whatever_happens_to_the_row(rows: Rows, what: str) -> None:
    rows.view.select_ids(["c.txt"])
    rows.press(Key.Key_F2)
    rows.qtbot.keyClicks(rows.editor(), "half")
    with rows.qtbot.waitSignal(rows.parts.model.dataChanged):
        HAPPENS[what](rows.parts)
    rows.qtbot.keyClicks(rows.editor(), " done")
    assert rows.editor().text() == "half done.txt"


def test_that_the_stem_stays_selected_while_a_device_fetches_the_file(rows: Rows) -> None:
    rows.view.select_ids(["c.txt"])
    rows.press(Key.Key_F2)
    with rows.qtbot.waitSignal(rows.parts.model.dataChanged):
        rows.parts.transfers.changed.announce(transfer("c.txt", sent=5))
    assert rows.editor().selectedText() == "c"


def test_that_a_new_name_shows_in_an_editor_in_which_nothing_was_typed(rows: Rows) -> None:
    rows.view.select_ids(["c.txt"])
    rows.press(Key.Key_F2)
    rows.parts.commands.rename("c.txt", "other.txt")
    rows.qtbot.waitUntil(lambda: rows.editor().text() == "other.txt")


def test_that_an_item_which_goes_while_it_is_renamed_takes_the_editor_along(rows: Rows) -> None:
    rows.view.select_ids(["c.txt"])
    rows.press(Key.Key_F2)
    rows.parts.share_list.remove(["c.txt"])
    rows.qtbot.waitUntil(lambda: rows.editor() is None)
    assert rows.view._marks().edited == -1


def test_that_the_editor_stays_with_its_item_when_rows_come_and_go(rows: Rows) -> None:
    rows.view.select_ids(["c.txt"])
    rows.press(Key.Key_F2)
    rows.qtbot.keyClicks(rows.editor(), "kept")
    rows.parts.share_list.remove(["report.pdf"])
    rows.parts.share_list.add([item("new.txt")])
    QApplication.processEvents()
    rows.press(Key.Key_Return)
    rows.qtbot.waitUntil(lambda: "kept.txt" in rows.parts.names())
    assert rows.parts.share_list.get("c.txt").name == "kept.txt"


# -- keys


def test_that_space_turns_all_selected_rows_the_same_way(rows: Rows) -> None:
    rows.parts.share_list.update(["c.txt"], lambda each: each.with_disposition(Disposition.INLINE))
    QApplication.processEvents()
    rows.view.select_ids(["c.txt", "d.txt"])
    rows.press(Key.Key_Space)
    assert rows.dispositions() == ["attachment", "attachment", "inline", "inline"]
    rows.press(Key.Key_Space)
    assert rows.dispositions() == ["attachment"] * 4


@pytest.mark.parametrize(
    ("key", "keys"),
    [
        (Key.Key_Return, Modifier.NoModifier),
        (Key.Key_Enter, Modifier.KeypadModifier),
        (Key.Key_C, Modifier.ControlModifier),
    ],
)
def test_that_enter_and_copy_copy_all_selected_links_from_the_top_down(rows: Rows, key: Key, keys: Modifier) -> None:
    rows.view.select_ids(["d.txt", "report.pdf"])
    with rows.qtbot.waitSignal(rows.view.copy_requested) as asked:
        rows.press(key, keys)
    assert asked.args == [["report.pdf", "d.txt"]]


@pytest.mark.parametrize(
    ("removed", "next_selected"),
    [
        (["report.pdf"], ["photos.tar.gz"]),
        (["report.pdf", "c.txt"], ["d.txt"]),
        (["d.txt"], ["c.txt"]),
        (["c.txt", "d.txt"], ["photos.tar.gz"]),
        (["report.pdf", "photos.tar.gz", "c.txt", "d.txt"], []),
    ],
)
def test_that_delete_removes_and_goes_on_to_the_next_row(
    rows: Rows, removed: list[str], next_selected: list[str]
) -> None:
    rows.view.select_ids(removed)
    with rows.qtbot.waitSignal(rows.parts.commands.removed):
        rows.press(Key.Key_Delete)
    rows.qtbot.waitUntil(rows.parts.mirrors)
    assert rows.view.selected_ids() == next_selected
    assert len(rows.parts.share_list) == 4 - len(removed)


def test_that_home_and_end_go_to_the_first_and_last_row_and_shift_extends(rows: Rows) -> None:
    rows.press(Key.Key_End)
    assert rows.view.selected_ids() == ["d.txt"]
    rows.press(Key.Key_Home)
    assert rows.view.selected_ids() == ["report.pdf"]
    rows.press(Key.Key_Down, Modifier.ShiftModifier)
    assert rows.view.selected_ids() == ["report.pdf", "photos.tar.gz"]


def test_that_ctrl_1_and_ctrl_2_choose_for_all_selected(rows: Rows) -> None:
    rows.view.select_ids(["report.pdf", "c.txt"])
    rows.press(Key.Key_2, Modifier.ControlModifier)
    assert rows.dispositions() == ["inline", "attachment", "inline", "attachment"]
    rows.press(Key.Key_1, Modifier.ControlModifier)
    assert rows.dispositions() == ["attachment"] * 4


def test_that_keys_in_an_empty_list_do_nothing(qtbot) -> None:
    parts = make_list()
    view = make_view(qtbot, parts)
    for key in (Key.Key_Space, Key.Key_Return, Key.Key_Delete, Key.Key_F2, Key.Key_Home, Key.Key_End, Key.Key_Menu):
        qtbot.keyClick(view, key)
    assert view.selected_ids() == []
    parts.close()


def test_that_the_actions_fit_what_is_selected(rows: Rows) -> None:
    def enabled() -> list[bool]:
        return [each.isEnabled() for each in (rows.view.action_copy, rows.view.action_rename, rows.view.action_qr)]

    assert enabled() == [False, False, False]
    rows.view.select_ids(["c.txt"])
    assert enabled() == [True, True, True]
    rows.view.select_ids(["c.txt", "report.pdf"])
    assert enabled() == [True, False, False]


# -- selecting from elsewhere, and the layout


def test_that_new_files_are_selected_shown_and_have_the_keyboard(rows: Rows) -> None:
    rows.parts.share_list.add([item(f"new {number}") for number in range(100)])
    QApplication.processEvents()
    rows.view.select_ids(["new 98", "new 99", "nobody", "new 5"])
    assert rows.view.selected_ids() == ["new 5", "new 98", "new 99"]
    assert rows.view.currentIndex().row() == 4 + 98
    assert rows.view.viewport().rect().intersects(rows.cell(4 + 98, Column.NAME))


@pytest.mark.parametrize("width", [400, 559, 561, 1200])
def test_that_the_columns_fill_the_list_at_any_width_and_leave_room_for_a_name(rows: Rows, width: int) -> None:
    rows.view.resize(width, 420)
    cells = [rows.cell(0, column) for column in Column]
    assert cells[-1].right() + 1 == rows.view.viewport().width()
    assert geometry.name_cell(cells[0]).name.width() >= 80


def test_that_every_row_has_its_own_height_in_one_step(rows: Rows) -> None:
    assert [rows.cell(row, Column.NAME).top() for row in range(3)] == [0, geometry.ROW_HEIGHT, 2 * geometry.ROW_HEIGHT]
