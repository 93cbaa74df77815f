"""The window of its real parts, composed as the program composes them: what is dropped is shared."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QLineEdit

from desktop_share.core.options import Options
from desktop_share.core.sharing import SharingStatus
from desktop_share.gui.bridge import Bridge
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.main_window import MainWindow
from desktop_share.gui.share_model import ShareModel
from desktop_share.gui.share_view import ShareView
from desktop_share.parts import Parts, connected_parts

Actions = Qt.DropAction


@dataclass
class Program:
    parts: Parts
    model: ShareModel
    view: ShareView
    window: MainWindow

    def drop(self, *paths: Path) -> None:
        """As a file manager's drag does, over the middle of the window."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        self.drop_data(data)

    def drop_data(self, data: QMimeData) -> None:
        where = QPointF(self.window.rect().center())
        offered = Actions.CopyAction | Actions.MoveAction | Actions.LinkAction
        button, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        entering = QDragEnterEvent(where.toPoint(), offered, data, button, keys)
        QApplication.sendEvent(self.window, entering)
        assert entering.isAccepted()
        dropping = QDropEvent(where, offered, data, button, keys)
        QApplication.sendEvent(self.window, dropping)
        assert dropping.dropAction() == Actions.CopyAction

    def names(self) -> list[str]:
        return [self.model.item_at(row).download_name for row in range(self.model.rowCount())]


@pytest.fixture
def program(qtbot, tmp_path: Path) -> Iterator[Program]:
    QGuiApplication.clipboard().clear()
    with connected_parts(Options(tmp_path / "data", bind="127.0.0.1", port=0)) as parts:
        bridge = Bridge(
            parts.share_list, parts.sharing, parts.settings, parts.transfers, parts.digests, history=parts.history
        )
        commands = ShareCommands(parts.share_list, parts.opener)
        model = ShareModel(parts.share_list, bridge, commands, parts.digests.latest)
        view = ShareView(model, commands)
        window = MainWindow(
            share_list=parts.share_list,
            sharing=parts.sharing,
            settings=parts.settings,
            bridge=bridge,
            digests=parts.digests,
            commands=commands,
            view=view,
            model=model,
            transfers=parts.transfers,
            history=parts.history,
            window_state=parts.opened.storage,
        )
        window.show()
        qtbot.waitExposed(window)
        parts.start()
        qtbot.waitUntil(lambda: parts.sharing.state.status is SharingStatus.SHARING)
        yield Program(parts, model, view, window)
        window.close()
        view.close_thumbnails()
        commands.close()
        bridge.close()
        qtbot.addWidget(window)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / name for name in ("report.pdf", "日本の夏 🌻.txt")]
    for path in paths:
        path.write_bytes(path.name.encode() * 100)
    return paths


def copied() -> list[str]:
    return QGuiApplication.clipboard().text().splitlines()


def test_that_what_is_dropped_is_a_row_a_link_on_the_clipboard_and_served(program: Program, files, qtbot) -> None:
    program.drop(*files)
    qtbot.waitUntil(lambda: len(copied()) == 2)
    assert program.names() == [path.name for path in files]
    assert [unquote(urlsplit(link).path.rsplit("/", 1)[1]) for link in copied()] == program.names()
    assert program.view.selected_ids() == [each.id for each in program.parts.share_list.snapshot()]
    assert program.window.toast.text == "2 links copied"
    for link, path in zip(copied(), files, strict=True):
        with urllib.request.urlopen(link, timeout=20) as answer:
            assert answer.read() == path.read_bytes()


def fetched(link: str) -> tuple[bytes, str, str]:
    """The bytes, the media type, and what the browser is asked to do with them."""
    with urllib.request.urlopen(link, timeout=20) as answer:
        return answer.read(), answer.headers["Content-Type"], answer.headers.get_content_disposition()


@pytest.mark.parametrize("paste", [False, True], ids=["dropped", "pasted"])
def test_that_text_and_pictures_are_served_as_soon_as_they_are_here(program: Program, qtbot, paste: bool) -> None:
    def give(data: QMimeData) -> str:
        QGuiApplication.clipboard().clear()
        if paste:
            QGuiApplication.clipboard().setMimeData(data)
            program.window.commands.paste.trigger()
        else:
            program.drop_data(data)
        qtbot.waitUntil(lambda: len(copied()) == 1 and copied()[0].startswith("http://127.0.0.1"))
        return copied()[0]

    words = QMimeData()
    words.setText("Grüße 🌻")
    link = give(words)
    assert fetched(link) == ("Grüße 🌻".encode(), "text/plain; charset=utf-8", "inline")
    picture = QMimeData()
    image = QImage(20, 10, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    picture.setImageData(image)
    data, kind, disposition = fetched(give(picture))
    assert (kind, disposition, QImage.fromData(data).width()) == ("image/png", "inline", 20)
    note = program.parts.share_list.snapshot()[0]
    program.window._view._commands.write_text(note.id, "changed")
    qtbot.waitUntil(lambda: program.parts.share_list.get(note.id).size == 7)
    assert fetched(link)[0] == b"changed"


def test_that_a_rename_in_place_is_what_the_recipient_saves(program: Program, files, qtbot) -> None:
    program.drop(files[0])
    qtbot.waitUntil(lambda: program.names() == ["report.pdf"] and program.view.selected_ids() != [])
    program.view.setFocus()
    qtbot.keyClick(program.view, Qt.Key.Key_F2)
    editor = program.view.findChild(QLineEdit, "nameEdit")
    qtbot.keyClicks(editor, "Results 2026")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: program.names() == ["Results 2026.pdf"])
    program.view.copy_requested.emit(program.view.selected_ids())
    qtbot.waitUntil(lambda: bool(copied()) and copied()[0].endswith("/Results%202026.pdf"))
    with urllib.request.urlopen(copied()[0], timeout=20) as answer:
        assert answer.headers.get_filename() == "Results 2026.pdf"
    assert files[0].exists()


def test_that_a_removed_row_comes_back_with_its_link_by_the_button_in_the_toast(program: Program, files, qtbot) -> None:
    program.drop(*files)
    qtbot.waitUntil(lambda: len(copied()) == 2)
    qtbot.waitUntil(lambda: all(item.seen for item in program.parts.share_list.snapshot()))
    links, before = copied(), program.parts.share_list.snapshot()
    program.view.select_ids([before[0].id])
    program.view.action_remove.trigger()
    qtbot.waitUntil(lambda: program.window.toast.text == "Removed report.pdf")
    assert program.names() == [files[1].name]
    program.window.toast.button.click()
    qtbot.waitUntil(lambda: program.names() == [path.name for path in files])
    assert program.parts.share_list.snapshot() == before
    with urllib.request.urlopen(links[0], timeout=20) as answer:
        assert answer.read() == files[0].read_bytes()


def test_that_a_file_which_is_gone_shows_in_its_row_when_the_list_is_looked_through(
    program: Program, files, qtbot
) -> None:
    program.drop(*files)
    qtbot.waitUntil(lambda: program.model.rowCount() == 2)
    files[0].unlink()
    first = program.parts.share_list.snapshot()[0]
    program.view._commands.recheck([first.id])
    qtbot.waitUntil(lambda: program.parts.share_list.problem(first.id) is not None)
    said = program.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "report.pdf, Moved or deleted: Locate…"
