"""The window: what is dropped or pasted becomes a link on the clipboard, and everything that happens is told."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage, QKeySequence
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QWidget
from window_parts import NO_NETWORK, SHARING, STARTING, Parts, make_window

from desktop_share.core.errors import Problem
from desktop_share.core.files import gone
from desktop_share.core.items import SharedItem
from desktop_share.core.share_list import Added
from desktop_share.core.sources import FileSource, MemorySource
from desktop_share.gui.frame import Frame
from desktop_share.gui.look import Look
from desktop_share.gui.offers import Offer
from desktop_share.gui.text_editor import TextEditor
from desktop_share.gui.window_memory import written_state

# the offscreen platform says so of windows that are shown, raised or limited in size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

COPY, MOVE, LINK = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction, Qt.DropAction.LinkAction


def urls(*paths: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    return data


def text(words: str) -> QMimeData:
    data = QMimeData()
    data.setText(words)
    return data


def drag(target: QWidget, data: QMimeData, possible: Qt.DropAction = COPY) -> None:
    event = QDragEnterEvent(QPoint(50, 50), possible, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(target, event)


def drop(target: QWidget, data: QMimeData, possible: Qt.DropAction = COPY) -> tuple[bool, Qt.DropAction]:
    """Whether it was taken, and as what."""
    drag(target, data, possible)
    event = QDropEvent(QPointF(50, 50), possible, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(target, event)
    return event.isAccepted(), event.dropAction()


def clipboard() -> str:
    return QApplication.clipboard().text()


@pytest.fixture(autouse=True)
def _empty_clipboard(qapp: QApplication) -> None:
    qapp.clipboard().clear()


@pytest.fixture
def parts(qtbot) -> Parts:
    return make_window(qtbot)


# -- in its frame


@pytest.fixture
def frame(qtbot) -> Frame:
    frame = Frame(QApplication.instance(), Look())  # closed with what is in it
    frame.resize(500, 600)
    frame.show()
    qtbot.waitExposed(frame)
    return frame


def test_that_it_is_noticed_in_the_frame_that_the_owner_comes_back(frame: Frame, qtbot) -> None:
    window = make_window(qtbot, frame=frame).window
    elsewhere = QWidget()
    qtbot.addWidget(elsewhere)
    elsewhere.show()
    elsewhere.activateWindow()
    qtbot.waitUntil(elsewhere.isActiveWindow)
    with qtbot.waitSignal(window.activated):
        frame.activateWindow()


def test_that_the_frame_has_room_for_one_of_the_panels_where_it_is_narrow(frame: Frame, qtbot) -> None:
    window = make_window(qtbot, frame=frame, kept=written_state(True, frozenset()), show_activity=True).window
    assert window.activity.isVisible()
    assert window.panel.isHidden()


def test_that_what_is_dragged_out_of_a_field_in_it_is_not_offered(frame: Frame, qtbot) -> None:
    window = make_window(qtbot, frame=frame).window
    field = QLineEdit(window)
    entering = SimpleNamespace(source=lambda: field, mimeData=lambda: text("words"))
    window.dragEnterEvent(entering)
    assert window.overlay.isHidden()


# -- dropping


def test_that_a_dropped_file_is_a_link_on_the_clipboard_and_the_window_says_so(parts: Parts, qtbot) -> None:
    drop(parts.window, urls("/home/anna/a b.txt"))
    qtbot.waitUntil(lambda: clipboard() != "")
    assert clipboard() == parts.link(0)
    assert clipboard().endswith("/a%20b.txt")
    assert parts.window.toast.text == "Link copied"
    assert parts.commands.asked == [("/home/anna/a b.txt",)]


def test_that_several_dropped_files_are_a_link_each_on_a_line_of_its_own(parts: Parts, qtbot) -> None:
    drop(parts.window, urls("/a", "/b", "/c"))
    qtbot.waitUntil(lambda: clipboard() != "")
    assert clipboard().splitlines() == [parts.link(row) for row in range(3)]
    assert parts.window.toast.text == "3 links copied"


def test_that_a_file_that_is_in_the_list_is_selected_and_its_link_copied(parts: Parts, qtbot) -> None:
    parts.commands.add_paths(["/a", "/b"])
    drop(parts.window, urls("/a"))
    qtbot.waitUntil(lambda: parts.window.toast.text == "Already shared: link copied")
    assert clipboard() == parts.link(0)
    assert [index.row() for index in parts.view.selectionModel().selectedRows()] == [0]
    assert len(parts.items()) == 2


def test_that_nothing_is_copied_where_the_owner_does_not_want_it(qtbot) -> None:
    parts = make_window(qtbot, copy_link_on_drop=False)
    parts.commands.add_paths(["/a"])
    assert parts.window.toast.text == ""
    parts.commands.add_paths(["/a"])
    assert parts.window.toast.text == "Already shared"
    assert clipboard() == ""


def test_that_the_copy_waits_for_an_address(qtbot) -> None:
    parts = make_window(qtbot, state=STARTING)
    parts.commands.add_paths(["/a"])
    assert clipboard() == ""
    parts.sharing.become(SHARING)
    assert clipboard() == parts.link(0)
    assert parts.window.toast.text == "Link copied"
    QApplication.clipboard().setText("something else")
    parts.sharing.become(NO_NETWORK)
    assert clipboard() == "something else"  # once


def test_that_ten_thousand_links_are_put_together_off_the_windows_thread(parts: Parts, qtbot) -> None:
    parts.commands.add_paths([f"/pictures/{number}" for number in range(10_000)])
    qtbot.waitUntil(lambda: parts.window.toast.text == "10000 links copied")
    assert len(clipboard().splitlines()) == 10_000


@pytest.mark.parametrize(
    ("possible", "outcome"),
    [(COPY, COPY), (COPY | MOVE, COPY), (LINK | COPY, COPY), (LINK | MOVE, LINK), (LINK, LINK)],
)
def test_that_a_drop_is_never_a_move_or_the_program_it_came_from_would_delete_the_file(
    parts: Parts, possible: Qt.DropAction, outcome: Qt.DropAction
) -> None:
    assert drop(parts.window, urls("/a"), possible) == (True, outcome)


def test_that_what_can_only_be_moved_is_left_alone(parts: Parts) -> None:
    assert drop(parts.window, urls("/a"), MOVE)[0] is False
    assert parts.window.overlay.isHidden()


def test_that_something_over_the_window_covers_all_of_it_with_what_would_happen(parts: Parts) -> None:
    drag(parts.window, urls("/a", "/b", "/c"))
    overlay = parts.window.overlay
    assert overlay.isVisible()
    assert overlay.geometry() == parts.window.rect()
    assert overlay.title.text() == "Share 3 items"
    assert overlay.subtitle.text() == "Release to get links"
    QApplication.sendEvent(parts.window, QDragLeaveEvent())
    assert overlay.isHidden()


def test_that_the_overlay_goes_with_the_drop(parts: Parts) -> None:
    drop(parts.window, urls("/a"))
    assert parts.window.overlay.isHidden()


def test_that_no_part_of_the_window_keeps_a_drop_to_itself(parts: Parts) -> None:
    parts.window.commands.qr.trigger()
    for child in parts.window.findChildren(QWidget):
        if child.window() is parts.window and child.isVisible():
            assert not child.acceptDrops(), child


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (text(" \n"), "There is nothing but white space in the text."),
        (QMimeData(), "There is nothing in it that can be shared."),
    ],
)
def test_that_a_refused_drop_says_why_before_and_after(parts: Parts, qtbot, data: QMimeData, what: str) -> None:
    drag(parts.window, data)
    assert parts.window.overlay.title.text() == "This cannot be shared"
    assert parts.window.overlay.subtitle.text() == what
    drop(parts.window, data)
    qtbot.waitUntil(parts.window.alerts.isVisible)
    assert parts.window.alerts.alerts[-1].what == what
    assert parts.commands.asked == []


def test_that_refused_paths_are_counted_among_those_of_their_own_drop(parts: Parts, monkeypatch) -> None:
    monkeypatch.setattr(parts.commands, "add_paths", lambda *_, **__: None)
    window, told = parts.window, lambda: parts.window.alerts.alerts[-1].what
    for count in (3, 2, 5):
        window.adding.take(Offer(tuple(f"/{number}" for number in range(count))))
    a, b = gone(Path("/a")), gone(Path("/b"))
    parts.commands.refused.emit((a, b))
    assert told() == "2 of 3 could not be shared."
    parts.commands.added.emit(Added((), ()))
    parts.commands.refused.emit((a, b))  # all of the second
    assert told() == "2 of 2 could not be shared."
    parts.commands.refused.emit((a, b))
    assert told() == "2 of 5 could not be shared."


def rich(words: str) -> QMimeData:
    data = text(words)
    data.setHtml(f"<b>{words}</b>")
    return data


def image() -> QMimeData:
    data = QMimeData()
    data.setImageData(QImage(4, 4, QImage.Format.Format_RGB32))
    return data


def from_browser(address: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl(address)])
    data.setHtml(f"<a href='{address}'>")
    return data


@pytest.mark.parametrize(
    ("data", "title", "texts", "pictures"),
    [
        (text("hello"), "Share this text", [("hello", "")], 0),
        (rich("hello"), "Share this text", [("hello", "<b>hello</b>")], 0),
        (text("https://example.org/"), "Share this link", [("https://example.org/", "")], 0),
        (from_browser("https://example.org/"), "Share this link", [("https://example.org/", "")], 0),
        (image(), "Share this picture", [], 1),
    ],
)
def test_that_text_links_and_pictures_are_announced_and_taken(
    parts: Parts, qtbot, data: QMimeData, title: str, texts: list, pictures: int
) -> None:
    drag(parts.window, data)
    assert parts.window.overlay.title.text() == title
    assert parts.window.overlay.subtitle.text() == "Release to get a link"
    drop(parts.window, data)
    qtbot.waitUntil(lambda: bool(parts.commands.texts or parts.commands.pictures))
    assert [(words, markup) for words, markup in parts.commands.texts] == texts
    assert len(parts.commands.pictures) == pictures
    assert parts.window.alerts.alerts == ()


def test_that_a_temporary_file_of_a_browser_is_handed_over_as_passing(parts: Parts, qtbot, tmp_path: Path) -> None:
    data = urls(str(tmp_path / "a.png"))
    data.setData("text/x-moz-url", b"x")
    drop(parts.window, data)
    qtbot.waitUntil(lambda: parts.commands.asked != [])
    assert parts.commands.passing == {str(tmp_path / "a.png")}


def test_that_formatting_is_offered_in_the_words_that_say_that_the_link_is_copied(parts: Parts, qtbot) -> None:
    parts.commands.add_paths(["/a"])
    parts.commands.plain_shared.emit("an id", "<b>hello</b>")
    assert parts.window.toast.text == "Link copied · Shared as plain text"
    assert parts.window.toast.button.text() == "Share with formatting"
    qtbot.mouseClick(parts.window.toast.button, Qt.MouseButton.LeftButton)
    assert parts.commands.formatted == [("an id", "<b>hello</b>")]


def test_that_who_has_scripts_opened_is_told_that_they_do_not_run(parts: Parts) -> None:
    parts.commands.sandboxed.emit()
    assert parts.window.toast.text == "Opens in a locked box: no script in it runs"


def test_that_everything_is_one_zip_once_there_are_two_items(parts: Parts) -> None:
    action = parts.window.commands.zip_all
    assert not action.isEnabled()
    parts.commands.add_paths(["/a"])
    assert not action.isEnabled()
    parts.commands.add_paths(["/b"])
    action.trigger()
    assert parts.commands.zipped == [tuple(item.id for item in parts.items())]


def test_that_the_window_stays_while_a_text_that_was_typed_is_not_saved(parts: Parts, qtbot) -> None:
    note = SharedItem(MemorySource(b"", 5, "Note.txt", "text/plain"), 0.0)
    parts.commands.text_read.emit(note, "hello")
    editor = parts.window.findChild(TextEditor)
    qtbot.keyClicks(editor.text, "!")
    parts.window.close()
    assert parts.window.isVisible()
    (asking,) = editor.findChildren(QMessageBox)
    asking.button(QMessageBox.StandardButton.Save).click()
    assert parts.commands.written == [(note.id, "hello!")]
    parts.commands.text_saved.emit(note.id)
    parts.window.close()
    assert parts.window.isHidden()


# -- the clipboard and the dialogs


@pytest.mark.parametrize(
    ("data", "asked"),
    [
        (urls("/home/anna/a.txt", "/b"), ("/home/anna/a.txt", "/b")),
        (text("/home/anna/a.txt\n/b"), ("/home/anna/a.txt", "/b")),
    ],
    ids=["files", "paths"],
)
def test_that_ctrl_v_adds_files_and_paths(parts: Parts, qtbot, data: QMimeData, asked: tuple[str, ...]) -> None:
    QApplication.clipboard().setMimeData(data)
    qtbot.keyClick(parts.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: parts.commands.asked == [asked])


def test_that_pasting_nothing_says_so(parts: Parts, qtbot) -> None:
    QApplication.clipboard().setText(" ")
    parts.window.commands.paste.trigger()
    qtbot.waitUntil(parts.window.alerts.isVisible)


def test_that_files_are_chosen_in_a_dialog(parts: Parts, qtbot, tmp_path: Path) -> None:
    parts.window.commands.add_files.trigger()
    dialog = parts.window.findChild(QFileDialog)
    dialog.filesSelected.emit([str(tmp_path / "a"), str(tmp_path / "b")])
    assert parts.commands.asked == [(str(tmp_path / "a"), str(tmp_path / "b"))]
    dialog.reject()


def test_that_a_folder_is_chosen_in_a_dialog_and_is_one_item(parts: Parts, qtbot, tmp_path: Path) -> None:
    parts.window.commands.add_folder.trigger()
    dialog = parts.window.findChild(QFileDialog)
    assert dialog.fileMode() == QFileDialog.FileMode.Directory
    dialog.filesSelected.emit([str(tmp_path)])
    assert parts.commands.asked == [(str(tmp_path),)]
    dialog.reject()


# -- what happened


def test_that_the_invitation_gives_way_to_the_list_and_comes_back(parts: Parts) -> None:
    window = parts.window
    assert window.empty.isVisible()
    assert window.status.whole == "Nothing is shared yet"
    parts.commands.add_paths(["/a", "/b"])
    assert window.empty.isHidden()
    assert parts.view.isVisible()
    assert window.status.whole == "2 items · anyone on this network with a link can open them"
    parts.commands.remove([item.id for item in parts.items()])
    assert window.empty.isVisible()


def test_that_the_invitation_has_a_button_for_each_way_in(parts: Parts, qtbot) -> None:
    QApplication.clipboard().setMimeData(urls("/a"))
    assert [button.text() for button in parts.window.empty.buttons] == ["Add files…", "Add folder…", "Paste"]
    qtbot.mouseClick(parts.window.empty.buttons[2], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: parts.commands.asked == [("/a",)])


def test_that_removing_can_be_undone_from_the_toast(parts: Parts, qtbot) -> None:
    parts.commands.add_paths(["/home/anna/report.pdf"])
    parts.commands.remove([parts.items()[0].id])
    toast = parts.window.toast
    assert toast.text == "Removed report.pdf"
    qtbot.mouseClick(toast.button, Qt.MouseButton.LeftButton)
    assert parts.commands.undone == 1


def test_that_removing_several_is_told_in_one(parts: Parts) -> None:
    parts.commands.add_paths(["/a", "/b"])
    parts.commands.remove([item.id for item in parts.items()])
    assert parts.window.toast.text == "Removed 2 items"


def test_that_the_offer_to_undo_goes_when_it_was_undone_by_key(parts: Parts, qtbot) -> None:
    parts.commands.add_paths(["/a"])
    parts.commands.remove([parts.items()[0].id])
    qtbot.keyClick(parts.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert parts.commands.undone == 1
    parts.commands.undo_changed.emit("")
    assert parts.window.toast.text == ""
    assert not parts.window.commands.undo.isEnabled()


def test_that_what_was_undone_is_said_no_longer(parts: Parts) -> None:
    parts.window.toast.say("Link revoked")
    parts.commands.undo_changed.emit("Revoke link")
    parts.window.commands.undo.trigger()
    assert parts.commands.undone == 1
    assert parts.window.toast.text == ""


def test_that_the_offer_to_undo_goes_when_it_would_undo_something_else(parts: Parts) -> None:
    parts.commands.add_paths(["/a"])
    parts.commands.remove([parts.items()[0].id])
    parts.commands.undo_changed.emit("Rename b")
    assert parts.window.toast.text == ""


@pytest.mark.parametrize(("typed", "told"), [("new.txt", False), (" new.txt ", False), ("", False), ("a/b.txt", True)])
def test_that_a_name_that_had_to_be_changed_is_told(parts: Parts, typed: str, told: bool) -> None:
    item = SharedItem(FileSource(Path("/a.txt")), 0.0).renamed(typed)
    parts.commands.renamed.emit(item, typed)
    assert bool(parts.window.alerts.alerts) == told
    if told:
        assert parts.window.alerts.alerts[-1].what == f"The name is “{item.download_name}” now."


def test_that_a_failed_command_and_problems_of_the_start_are_told(qtbot) -> None:
    start = Problem("storage-damaged", "The list was damaged.", "It was set aside.")
    parts = make_window(qtbot, problems=(start,))
    assert parts.window.alerts.alerts[-1].what == "The list was damaged."
    parts.commands.failed.emit(Problem("disk-full", "The disk is full.", "Make room."))
    assert [alert.key for alert in parts.window.alerts.alerts] == ["storage-damaged", "disk-full"]


def test_that_progress_is_told_while_many_are_added(parts: Parts) -> None:
    parts.commands.add_paths(["/a"])
    parts.commands.progress.emit(120, 10_000)
    assert parts.window.status.whole == "Adding 120 of 10000…"
    parts.commands.progress.emit(10_000, 10_000)
    assert parts.window.status.whole.startswith("1 item")


def test_that_the_list_asks_the_window_to_copy(parts: Parts) -> None:
    parts.commands.add_paths(["/a", "/b"])
    parts.view.copy_requested.emit([parts.items()[1].id])
    assert clipboard() == parts.link(1)


# -- keys and the end


@pytest.mark.parametrize(
    ("name", "keys"),
    [("add_files", "Ctrl+O"), ("add_folder", "Ctrl+Shift+O"), ("paste", "Ctrl+V"), ("undo", "Ctrl+Z"),
     ("settings", "Ctrl+,"), ("quit", "Ctrl+Q"), ("help", "F1")],
)  # fmt: skip
def test_that_the_keys_are_the_usual_ones(parts: Parts, name: str, keys: str) -> None:
    assert getattr(parts.window.commands, name).shortcut() == QKeySequence(keys)


def test_that_no_two_actions_share_a_key(parts: Parts) -> None:
    actions = [action for group in parts.window.commands.groups for action in group]
    keys = [action.shortcut().toString() for action in actions if not action.shortcut().isEmpty()]
    assert len(keys) == len(set(keys))


def test_that_help_lists_the_keys(parts: Parts, qtbot) -> None:
    qtbot.keyClick(parts.window, Qt.Key.Key_F1)
    assert parts.window.help_dialog().isVisible()
    assert not parts.window.help_dialog().isModal()


def test_that_ctrl_v_in_a_text_field_pastes_there(parts: Parts, qtbot) -> None:
    field = QLineEdit(parts.window)
    field.show()
    field.setFocus()
    QApplication.clipboard().setText("a new name")
    qtbot.keyClick(field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == "a new name"
    assert parts.window.alerts.isHidden()


def test_that_closing_is_announced_and_leaves_no_thread(parts: Parts, qtbot) -> None:
    parts.window.adding.paste()
    with qtbot.waitSignal(parts.window.closing):
        parts.window.commands.quit.trigger()
    assert parts.window.isHidden()
