"""What a row's menu and keys do to the bytes behind it, and the editor of texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from list_parts import ListParts, make_list, make_view
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPlainTextEdit, QWidget

from desktop_share.core.items import SharedItem
from desktop_share.core.share_list import ItemState
from desktop_share.core.sources import FileSource, FolderSource, LiveSource, MemorySource, SelectionSource
from desktop_share.core.tree import LeftOut, WhyLeftOut
from desktop_share.gui import row_geometry as geometry
from desktop_share.gui.left_out_dialog import SHOWN, LeftOutDialog
from desktop_share.gui.row_actions import Choice
from desktop_share.gui.share_model import Column
from desktop_share.gui.share_view import ShareView
from desktop_share.gui.text_editor import TextEditor, TextEditors

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key, Modifier = Qt.Key, Qt.KeyboardModifier
NOTE = MemorySource(b"0" * 32, 5, "Note.txt", "text/plain; charset=utf-8")


class Rows:
    def __init__(self, qtbot, folder: Path) -> None:
        self.qtbot = qtbot
        self.parts: ListParts = make_list()
        self.view: ShareView = make_view(qtbot, self.parts)
        self.editors = TextEditors(self.parts.commands, self.view)
        self.log = folder / "a.log"
        self.log.write_text("line\n")
        (folder / "Photos").mkdir()
        self.parts.commands.add_paths([str(folder / "Photos"), str(self.log)])
        self.parts.commands.add_text("hello")
        self.done()
        self.folder, self.file, self.note = (item.id for item in self.parts.share_list.snapshot())

    def done(self) -> None:
        self.parts.commands._worker.submit(lambda: None).result()
        QApplication.processEvents()

    def press(self, key: Key, keys: Modifier = Modifier.ControlModifier) -> None:
        self.qtbot.keyClick(self.view, key, keys)
        self.done()

    def item(self, item_id: str) -> SharedItem:
        item = self.parts.share_list.get(item_id)
        assert item is not None
        return item

    def menu(self) -> list[str]:
        QApplication.processEvents()
        menu = self.view._actions.menu()
        texts = [each.text() for each in menu.actions() if not each.isSeparator() and each.isEnabled()]
        menu.deleteLater()
        return texts

    def editor(self) -> TextEditor:
        (editor,) = self.editors._open.values()
        return editor


@pytest.fixture
def rows(qtbot, tmp_path: Path) -> Iterator[Rows]:
    rows = Rows(qtbot, tmp_path)
    yield rows
    rows.parts.close()


ALWAYS = ["Copy link", "Show QR code", "Rename…", "Browsers save it (Download)", "Browsers show it (Open)"]


def test_that_a_row_offers_what_makes_sense_for_it(rows: Rows) -> None:
    always = {*ALWAYS, "New link to these items", "Only until I quit", "Remove from the list"}
    for item_id, more in (
        (rows.folder, {"Locate…"}),
        (rows.file, {"Locate…", "Follow while it grows"}),
        (rows.note, {"Edit text…"}),
    ):
        rows.view.select_ids([item_id])
        assert set(rows.menu()) == always | more
    rows.view.select_ids([rows.file, rows.note])
    assert "Share as one ZIP" in rows.menu()
    rows.view.select_ids([rows.folder])
    state = ItemState(changed=True, left_out=(LeftOut("x", WhyLeftOut.BROKEN_LINK),), left_out_count=1)
    rows.parts.share_list.note(rows.folder, lambda _: state)
    rows.qtbot.waitUntil(lambda: {"Share as it is now", "What was left out…"} <= set(rows.menu()))


@pytest.mark.parametrize(
    ("sources", "true"),
    [
        ([FileSource(Path("/a"))], {"has_place", "can_follow"}),
        ([LiveSource(Path("/a"))], {"has_place", "can_follow", "follows", "streams"}),
        ([LiveSource(None, name="a")], {"follows", "streams"}),
        ([FolderSource(Path("/a"))], {"has_place"}),
        ([NOTE], {"editable"}),
        ([MemorySource(b"", 1, "a.png", "image/png")], set()),
        ([SelectionSource((), "a.zip")], set()),
        ([FileSource(Path("/a")), LiveSource(Path("/b"))], {"can_follow"}),
        ([FileSource(Path("/a")), NOTE], set()),
        ([], set()),
    ],
)
def test_that_what_is_selected_says_what_can_be_done(sources: list, true: set[str]) -> None:
    choice = Choice.of([SharedItem(each, 1.0) for each in sources], lambda _: ItemState())
    assert choice.count == len(sources)
    assert {name for name in Choice.__slots__ if getattr(choice, name) is True} == true


def test_that_ctrl_g_follows_a_file_and_shows_that_it_does(rows: Rows) -> None:
    rows.view.select_ids([rows.file])
    rows.press(Key.Key_G)
    assert rows.item(rows.file).source == LiveSource(rows.log)
    assert rows.view.action_follow.isChecked()
    rows.press(Key.Key_G)
    assert rows.item(rows.file).source == FileSource(rows.log)
    assert not rows.view.action_follow.isChecked()


def test_that_ctrl_u_keeps_an_item_for_this_run_only(rows: Rows) -> None:
    rows.view.select_ids([rows.note, rows.file])
    rows.press(Key.Key_U)
    assert [item.until_quit for item in rows.parts.share_list.snapshot()] == [False, True, True]
    assert rows.view.action_until_quit.isChecked()
    rows.press(Key.Key_U)
    assert not any(item.until_quit for item in rows.parts.share_list.snapshot())


def test_that_ctrl_j_shares_what_is_selected_as_one_zip(rows: Rows) -> None:
    rows.view.select_ids([rows.note, rows.file])
    rows.press(Key.Key_J)
    assert isinstance(rows.parts.share_list.snapshot()[-1].source, SelectionSource)


def test_that_a_changed_folder_is_shared_as_it_is_now(rows: Rows) -> None:
    rows.view.select_ids([rows.folder])
    rows.parts.share_list.update([rows.folder], lambda item: replace(item, seen='"1"'))
    rows.parts.share_list.note(rows.folder, lambda state: replace(state, changed=True))
    rows.qtbot.waitUntil(rows.view._actions.accept.isEnabled)
    rows.press(Key.Key_U, Modifier.ControlModifier | Modifier.ShiftModifier)
    assert rows.item(rows.folder).seen is None
    assert not rows.parts.share_list.state(rows.folder).changed


def test_that_a_folder_that_went_is_looked_for_among_folders(rows: Rows, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "open", lambda _: None)
    rows.view.select_ids([rows.folder])
    rows.view.action_locate.trigger()
    dialog = rows.view.findChild(QFileDialog)
    assert dialog.fileMode() == QFileDialog.FileMode.Directory
    dialog.done(0)


def test_that_what_was_left_out_is_listed_with_its_reasons(rows: Rows, qtbot) -> None:
    left_out = tuple(LeftOut(f"<b>{number}", WhyLeftOut.NOT_A_FILE) for number in range(SHOWN + 50))
    rows.parts.share_list.note(rows.folder, lambda state: replace(state, left_out=left_out, left_out_count=5000))
    rows.view.select_ids([rows.folder])
    rows.view._actions.left_out.trigger()
    dialog = rows.view.findChild(LeftOutDialog)
    assert dialog.headline.text() == "5000 things are not in “Photos.zip”:"
    lines = dialog.lines.toPlainText().splitlines()
    assert lines[0] == "<b>0: It is no file but a device, a socket or a pipe."
    assert (len(lines), lines[-1]) == (SHOWN + 1, "… and 4900 more")
    assert not dialog.isModal()
    dialog.close()


# -- the editor


@pytest.mark.parametrize("way", ["Ctrl+E", "Enter", "double click"])
def test_that_a_text_is_edited_and_saved_with_the_keyboard(rows: Rows, qtbot, way: str) -> None:
    rows.view.select_ids([rows.note])
    copied = QSignalSpy(rows.view.copy_requested)
    if way == "Ctrl+E":
        rows.press(Key.Key_E)
    elif way == "Enter":
        rows.press(Key.Key_Return, Modifier.NoModifier)
    else:
        where = rows.view.visualRect(rows.parts.model.index(2, Column.NAME))
        name = geometry.name_cell(where).name.center()
        qtbot.mouseDClick(rows.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(name))
        rows.done()
    assert copied.count() == 0
    editor = rows.editor()
    assert not editor.isModal()
    assert not editor.save_button.isEnabled()
    qtbot.keyClicks(editor.text, " and more")
    assert editor.isWindowModified()
    qtbot.keyClick(editor.text, Key.Key_S, Modifier.ControlModifier)
    rows.done()
    assert rows.item(rows.note).size == len("hello and more")
    assert rows.editors._open == {}


def test_that_an_editor_is_opened_once_and_closes_without_a_word_when_nothing_was_typed(rows: Rows, qtbot) -> None:
    for _ in range(2):
        rows.parts.commands.read_text(rows.note)
        rows.done()
    editor = rows.editor()
    qtbot.keyClick(editor.text, Key.Key_Escape)
    assert rows.editors._open == {}


ANSWERS = QMessageBox.StandardButton


@pytest.mark.parametrize(
    ("answer", "text", "stays"),
    [(ANSWERS.Save, "hello!", False), (ANSWERS.Discard, "hello", False), (ANSWERS.Cancel, "hello", True)],
)
def test_that_what_was_typed_is_asked_about_before_it_goes(rows: Rows, qtbot, answer, text: str, stays: bool) -> None:
    rows.parts.commands.read_text(rows.note)
    rows.done()
    editor = rows.editor()
    qtbot.keyClicks(editor.text, "!")
    assert not rows.editors.may_close()
    editor.close()
    (asking,) = editor.findChildren(QMessageBox)
    assert editor.isVisible()
    asking.button(answer).click()
    rows.done()
    assert bool(rows.editors._open) == stays
    source = rows.item(rows.note).source
    assert isinstance(source, MemorySource)
    assert rows.parts.commands.content_of(source).decode() == text
    assert rows.editors.may_close() != stays
    if stays:
        assert editor.isVisible()
        editor.text.document().setModified(False)
        editor.close()


def test_that_a_text_that_cannot_be_saved_stays_in_its_editor(rows: Rows, qtbot) -> None:
    rows.parts.commands.read_text(rows.note)
    rows.done()
    editor = rows.editor()
    qtbot.keyClicks(editor.text, "!")
    rows.parts.commands.remove([rows.note])
    with qtbot.waitSignal(rows.parts.commands.failed):
        editor.save_button.click()
    assert editor.isVisible()
    assert editor.text.toPlainText() == "hello!"
    rows.parts.commands.undo()
    with qtbot.waitSignal(rows.parts.commands.text_saved):
        editor.save_button.click()
    assert rows.editors._open == {}


def test_that_an_empty_text_cannot_be_saved(qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    editor = TextEditor(SharedItem(NOTE, 1.0), "a", window)
    qtbot.keyClick(editor.text, Key.Key_Backspace)
    assert editor.is_changed
    assert not editor.save_button.isEnabled()
    assert isinstance(editor.text, QPlainTextEdit)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
