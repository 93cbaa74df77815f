"""Links to lists: made from what is selected, on the clipboard at once, edited in their dialog, revoked with undo."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from entrance_parts import Entered, Store, enter
from list_parts import item, make_list, make_view
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from window_parts import SHARING, STARTING

from desktop_share.core.errors import Problem, StorageError
from desktop_share.core.links import ListLink, new_link
from desktop_share.core.list_links import ListLinks
from desktop_share.core.opening import Opener
from desktop_share.core.share_list import ShareList
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.list_link_commands import ListLinkCommands
from desktop_share.gui.list_link_words import contents_cell, name_cell, opens
from desktop_share.gui.list_links_model import ListLinksModel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NOW = 1_800_000_000.0
FULL = StorageError(Problem("storage-full", "The disk is full.", "Make room."))


# -- the commands, on the real thread of changes


@dataclass
class Edits:
    store: Store
    lists: ListLinks
    share: ShareCommands
    do: ListLinkCommands

    @property
    def only(self) -> ListLink:
        (listed,) = self.lists.snapshot()
        return listed


@pytest.fixture
def edits(qapp) -> Iterator[Edits]:
    store = Store()
    share_list = ShareList(store)
    share = ShareCommands(share_list, Opener(share_list, store))
    lists = ListLinks(store, share_list)
    yield Edits(store, lists, share, ListLinkCommands(lists, share))
    share.close()


def test_that_a_new_link_is_kept_told_and_taken_back(qtbot, edits: Edits) -> None:
    said: list[object] = []
    edits.share.undo_changed.connect(said.append)
    edits.do.made.connect(said.append)
    with qtbot.waitSignal(edits.do.made):
        edits.do.new(["a", "b"])
    assert said == ["New link to 2 items", edits.only]  # in this order: else Undo would take away the toast's button
    assert edits.only.item_ids == ("a", "b")
    assert edits.only.link.created > 0
    edits.share.undo()
    qtbot.waitUntil(lambda: edits.lists.snapshot() == ())


def test_that_a_link_to_everything_names_no_items(qtbot, edits: Edits) -> None:
    with qtbot.waitSignal(edits.do.made):
        edits.do.new()
    assert edits.only.item_ids is None


def test_that_each_edit_is_undone_alone(qtbot, edits: Edits) -> None:
    with qtbot.waitSignal(edits.do.made):
        edits.do.new()
    token = edits.only.link.token
    edits.do.rename(token, " Holiday ")
    edits.do.set_note(token, "for Ana")
    with qtbot.waitSignal(edits.do.revoked):
        edits.do.revoke(token)
    assert (edits.only.name, edits.only.link.note, edits.only.link.revoked) == ("Holiday", "for Ana", True)
    for expected in (("Holiday", "for Ana", False), ("Holiday", "", False), ("", "", False)):
        with qtbot.waitSignal(edits.share.undo_changed):
            edits.share.undo()
        assert (edits.only.name, edits.only.link.note, edits.only.link.revoked) == expected
    assert edits.only.link.token == token


def test_that_an_edit_that_changes_nothing_is_no_step(qtbot, edits: Edits) -> None:
    with qtbot.waitSignal(edits.do.made):
        edits.do.new()
    token = edits.only.link.token
    with qtbot.assertNotEmitted(edits.share.undo_changed), qtbot.assertNotEmitted(edits.do.revoked):
        edits.do.rename(token, " ")
        edits.do.revoke("no such link")
        edits.share.close()


def test_that_what_cannot_be_kept_is_told_and_not_made(qtbot, edits: Edits) -> None:
    edits.store.error = FULL
    with qtbot.waitSignal(edits.share.failed), qtbot.assertNotEmitted(edits.do.made):
        edits.do.new()
    assert edits.lists.snapshot() == ()


# -- words and model


@pytest.mark.parametrize(
    ("ids", "present", "first", "second", "sentence"),
    [
        (None, 2, "everything", "2 items", "those that come later too"),
        (("0", "1"), 2, "2 items", "", "Opens “0”, “1”."),
        (tuple("01234"), 5, "5 items", "", "Opens “0”, “1”, “2” and 2 more."),
        (("0", "x"), 1, "1 item", "1 not in the list now", "Opens “0”."),
        (("x",), 0, "0 items", "1 not in the list now", "None of its items"),
    ],
)
def test_that_what_a_link_opens_is_said(ids, present: int, first: str, second: str, sentence: str) -> None:
    listed = ListLink(new_link(), item_ids=ids)
    cell = contents_cell(listed, present)
    assert (cell.first, cell.second) == (first, second)
    assert sentence in opens(listed, [item(str(number)) for number in range(present)])


def test_that_names_and_notes_are_one_line_of_plain_text() -> None:
    cell = name_cell(ListLink(new_link(), "a\nb\u202e"), NOW)
    assert cell.first.isprintable()


def test_that_the_model_keeps_rows_that_stay(qtbot) -> None:
    model = ListLinksModel(lambda _: 0, lambda: NOW)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    links = [ListLink(new_link(), name) for name in "abcd"]
    with qtbot.assertNotEmitted(model.modelReset):
        for shown in (links[:2], links, links[1:], [links[0], links[3]], [], links[2:]):
            model.show_links(shown)
            assert [model.link_at(row) for row in range(model.rowCount())] == list(reversed(shown))
    assert tester.failureReportingMode() == QAbstractItemModelTester.FailureReportingMode.Fatal


# -- the window


@pytest.fixture
def entered(qtbot) -> Entered:
    entered = enter(qtbot)
    entered.parts.commands.add_paths(["/a.txt", "/b.txt", "/c.txt"])
    return entered


def address(entered: Entered, number: int = -1) -> str:
    return f"http://192.168.1.20:8765/l/{entered.entrance.lists.snapshot()[number].link.token}"


def opened(qtbot, entered: Entered, links: int = 1):
    """The dialog, with so many links to everything."""
    for _ in range(links):
        entered.window.commands.list_all.trigger()
    entered.window.commands.list_links.trigger()
    dialog = entered.window.doors.lists.dialog()
    qtbot.waitExposed(dialog)
    dialog.activateWindow()
    qtbot.waitUntil(lambda: dialog.isActiveWindow() and dialog.model.rowCount() == links)
    return dialog


def test_that_a_link_to_everything_is_one_press_and_on_the_clipboard(entered: Entered) -> None:
    entered.window.commands.list_all.trigger()
    assert QGuiApplication.clipboard().text() == address(entered)
    assert entered.window.toast.text == "Link to the whole list copied"


def test_that_a_link_to_the_selected_items_names_them_in_the_order_of_the_list(entered: Entered) -> None:
    ids = [each.id for each in entered.parts.items()][1:]
    entered.parts.view.list_link_requested.emit(ids)
    assert entered.entrance.lists.snapshot()[0].item_ids == tuple(ids)
    assert QGuiApplication.clipboard().text() == address(entered)


def test_that_a_link_made_before_there_is_an_address_is_copied_later(qtbot, entered: Entered) -> None:
    QGuiApplication.clipboard().setText("before")
    entered.parts.sharing.become(STARTING)
    dialog = opened(qtbot, entered)
    assert QGuiApplication.clipboard().text() == "before"
    assert not dialog.details.copy_button.isEnabled()
    assert dialog.details.hint.isVisible()
    entered.parts.sharing.become(SHARING)
    assert dialog.details.copy_button.isEnabled()
    assert dialog.details.link.text() == address(entered)


def test_that_the_toast_leads_to_the_link(qtbot, entered: Entered) -> None:
    entered.window.commands.list_all.trigger()
    entered.window.commands.list_all.trigger()
    entered.window.toast.button.click()
    dialog = entered.window.doors.lists.dialog()
    qtbot.waitExposed(dialog)
    assert dialog.details.link.text() == address(entered)


def test_that_a_dialog_without_links_says_what_they_are(qtbot, entered: Entered) -> None:
    dialog = opened(qtbot, entered, 0)
    assert dialog.empty.isVisible()
    assert dialog.details.isHidden()
    qtbot.mouseClick(dialog.new_button, Qt.MouseButton.LeftButton)
    assert dialog.details.isVisible()
    assert dialog.details.link.text() == QGuiApplication.clipboard().text() == address(entered)
    assert dialog.toast.text == "Link to the whole list copied"


def test_that_name_and_note_are_kept_when_typing_ends(qtbot, entered: Entered) -> None:
    dialog = opened(qtbot, entered)
    for field, text in ((dialog.details.name, "Holiday"), (dialog.details.form.note, "for Ana")):
        field.setFocus()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    listed = entered.entrance.lists.snapshot()[0]
    assert (listed.name, listed.link.note) == ("Holiday", "for Ana")
    qtbot.waitUntil(lambda: dialog.model.index(0, 0).data() == "Holiday")
    assert dialog.isVisible()


def test_that_what_was_typed_for_one_link_is_not_given_to_another(qtbot, entered: Entered) -> None:
    dialog = opened(qtbot, entered, 2)
    dialog.view.selectRow(0)
    qtbot.keyClicks(dialog.details.name, "First")
    dialog.view.selectRow(1)
    assert [each.name for each in entered.entrance.lists.snapshot()] == ["", "First"]
    assert dialog.details.name.text() == ""


def test_that_news_do_not_take_away_what_is_being_typed(qtbot, entered: Entered) -> None:
    dialog = opened(qtbot, entered)
    qtbot.keyClicks(dialog.details.name, "Holi")
    with qtbot.waitSignal(entered.parts.bridge.lists_changed):
        entered.entrance.lists.update(lambda links: (*links, ListLink(new_link())))
    assert dialog.details.name.text() == "Holi"


def test_that_a_link_is_copied_and_revoked_with_undo(qtbot, entered: Entered) -> None:
    dialog = opened(qtbot, entered, 2)
    dialog.view.selectRow(1)
    qtbot.mouseClick(dialog.details.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == address(entered, 0)
    qtbot.mouseClick(dialog.details.form.revoke, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 1)
    assert entered.entrance.lists.snapshot()[0].link.revoked  # kept: who has it is told so
    assert dialog.toast.text == "Link revoked"
    dialog.toast.button.click()
    qtbot.waitUntil(lambda: dialog.model.rowCount() == 2)


def test_that_the_items_of_a_link_follow_the_list(qtbot, entered: Entered) -> None:
    ids = [each.id for each in entered.parts.items()][:2]
    entered.parts.view.list_link_requested.emit(ids)
    entered.window.commands.list_links.trigger()
    dialog = entered.window.doors.lists.dialog()
    qtbot.waitExposed(dialog)
    assert dialog.details.opens.text() == "Opens “a.txt”, “b.txt”."
    entered.parts.commands.remove(ids[:1])
    entered.parts.bridge.list_changed.emit(None)
    assert dialog.details.opens.text() == "Opens “b.txt”."


def test_that_the_dialog_closes_with_the_window(qtbot, entered: Entered) -> None:
    dialog = opened(qtbot, entered)
    entered.window.close()
    assert dialog.isHidden()


def test_that_the_rows_that_are_selected_get_a_link_by_key_and_by_menu(qtbot) -> None:
    parts = make_list("a.txt", "b.txt", "c.txt")
    view = make_view(qtbot, parts)
    asked: list[list[str]] = []
    view.list_link_requested.connect(asked.append)
    assert not view.action_list_link.isEnabled()
    view.select_ids(["c.txt", "a.txt"])
    qtbot.waitUntil(view.hasFocus)
    qtbot.keyClick(view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    view.action_list_link.trigger()
    parts.close()
    assert asked == [["a.txt", "c.txt"]] * 2
