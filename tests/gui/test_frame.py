"""The window before anything is in it: where it was, takes drops, loses none, and is closed when that is wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QEvent, QMimeData, QPoint, QPointF, QRect, Qt, QUrl
from PySide6.QtGui import QCloseEvent, QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage, QPalette
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from desktop_share.gui.colours import DARK, LIGHT, palette_of
from desktop_share.gui.frame import SIZE, Frame
from desktop_share.gui.look import Look, look_of, on_screen, read_look, write_look

# the offscreen platform says so of windows that are shown, raised or limited in size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

SCREEN = QRect(0, 25, 1280, 775)
SECOND = QRect(1280, 0, 1920, 1080)
HELD = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
COPY, MOVE = Qt.DropAction.CopyAction, Qt.DropAction.MoveAction


class Content(QWidget):
    """`may_close`: what it answers."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.may_close = True

    def closeEvent(self, event: QCloseEvent) -> None:
        event.setAccepted(self.may_close)


@pytest.fixture
def framed(qtbot) -> Callable[..., Frame]:
    def make(look: Look = Look()) -> Frame:  # noqa: B008  a value
        frame = Frame(QApplication.instance(), look)
        qtbot.addWidget(frame)
        frame.show()
        qtbot.waitExposed(frame)
        return frame

    return make


def files(*paths: str) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(each) for each in paths])
    return data


def drop(frame: Frame, data: QMimeData, actions: Qt.DropAction = COPY) -> bool:
    """Whether it is taken; the data is gone afterwards, as that of a real drag."""
    enter = QDragEnterEvent(QPoint(50, 90), actions, data, *HELD)
    QApplication.sendEvent(frame, enter)
    event = QDropEvent(QPointF(50, 90), actions, data, *HELD)
    QApplication.sendEvent(frame, event)
    data.clear()
    return enter.isAccepted() and event.isAccepted()


def test_that_what_is_dropped_before_there_is_anything_in_it_is_kept_whole(framed) -> None:
    frame = framed()
    picture = QMimeData()
    image = QImage(3, 2, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    picture.setImageData(image)
    words = QMimeData()
    words.setText("日本")
    words.setHtml("<b>日本</b>")
    words.setData("application/x-own", QByteArray(b"\0\xff"))
    for each in (files("/a b", "/c"), picture, words):
        assert drop(frame, each)
    kept = frame.move_in(Content(frame))
    assert [url.toLocalFile() for url in kept[0].urls()] == ["/a b", "/c"]
    assert QImage(kept[1].imageData()).pixelColor(1, 1) == QColor("red")
    assert (kept[2].text(), kept[2].html()) == ("日本", "<b>日本</b>")
    assert kept[2].data("application/x-own").data() == b"\0\xff"


def test_that_a_move_is_not_taken_from_who_would_delete_the_file(framed) -> None:
    frame = framed()
    assert not drop(frame, files("/a"), MOVE)
    assert frame.move_in(Content(frame)) == []


class Taking(Content):
    """Takes drops."""

    def __init__(self, frame: Frame) -> None:
        super().__init__(frame)
        self.setAcceptDrops(True)
        self.got: list[str] = []

    def dropEvent(self, event: QDropEvent) -> None:
        self.got += [url.toLocalFile() for url in event.mimeData().urls()]
        event.acceptProposedAction()


def began_before(frame: Frame) -> tuple[Taking, QMimeData]:
    """What is in the frame by the time the drag that began over it comes to its end, and what it carries."""
    data = files("/a")
    QApplication.sendEvent(frame, QDragEnterEvent(QPoint(50, 90), COPY, data, *HELD))
    content = Taking(frame)
    frame.move_in(content)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the card
    return content, data


def test_that_a_drop_is_taken_that_began_before_there_was_anything_in_it(framed) -> None:
    frame = framed()
    content, data = began_before(frame)
    event = QDropEvent(QPointF(50, 90), COPY, data, *HELD)
    QApplication.sendEvent(frame, event)
    assert event.isAccepted()
    assert content.got == ["/a"]


def test_that_a_drag_that_began_before_there_was_anything_in_it_may_leave(framed) -> None:
    frame = framed()
    content, _data = began_before(frame)
    QApplication.sendEvent(frame, QDragLeaveEvent())
    assert content.got == []


def test_that_where_the_card_was_in_a_larger_window_makes_none_larger(framed) -> None:
    assert framed(Look(card=(400, 900, 600, 900))).size().toTuple() == SIZE


def test_that_the_card_shows_that_a_drop_is_taken(framed) -> None:
    frame = framed()
    centre = frame.rect().center()

    def ground() -> QColor:
        return frame.grab().toImage().pixelColor(centre)

    assert ground() == QColor(LIGHT.surface)
    data = files("/a")
    QApplication.sendEvent(frame, QDragEnterEvent(centre, COPY, data, *HELD))
    assert ground() == QColor(LIGHT.accent_soft)
    QApplication.sendEvent(frame, QDragLeaveEvent())
    assert ground() == QColor(LIGHT.surface)


def test_that_it_looks_as_it_did_when_it_was_closed(framed, tmp_path: Path) -> None:
    first = framed()
    content = Content(first)
    card = QWidget()
    column = QVBoxLayout(content)
    column.setContentsMargins(20, 30, 40, 50)
    column.addWidget(card)
    first.move_in(content)
    first.setGeometry(30, 40, 700, 500)
    QApplication.processEvents()
    write_look(tmp_path / "look.ini", look_of(first, card, "dark"))
    look = read_look(tmp_path / "look.ini")
    assert look.card == (20, 30, 40, 50)
    second = framed(look)
    assert second.geometry() == QRect(30, 40, 700, 500)
    image = second.grab().toImage()
    assert image.pixelColor(10, 10) == QColor(DARK.window)
    assert image.pixelColor(image.rect().center()) == QColor(DARK.surface)
    QApplication.setPalette(palette_of(LIGHT))


def test_that_a_dark_system_gets_a_dark_window_at_the_first_start(framed) -> None:
    QApplication.setPalette(QPalette(QColor("#303030")))
    assert framed().grab().toImage().pixelColor(3, 3) == QColor(DARK.window)
    QApplication.setPalette(palette_of(LIGHT))


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "[General]\ngeometry=7\ntheme=pink\ncard=1", "[General]\ncard=a, b, c, d\n",
     "[General]\ncard=1, 2, 3, 99999999\n", "[General]\ncard=-1, 2, 3, 4\n"],
)  # fmt: skip
def test_that_what_cannot_be_read_is_as_at_first(tmp_path: Path, text: str) -> None:
    path = tmp_path / "look.ini"
    path.write_text(text, "utf-8")
    assert read_look(path) == Look()
    assert read_look(tmp_path / "none" / "look.ini") == Look()


def test_that_geometry_that_is_none_does_no_harm(framed) -> None:
    assert framed(Look(b"nonsense")).size().toTuple() == (900, 560)


def test_that_a_look_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    write_look(tmp_path / "file" / "look.ini", Look())
    assert read_look(tmp_path / "file" / "look.ini") == Look()


def test_that_it_closes_before_there_is_anything_in_it(framed) -> None:
    frame = framed()
    assert frame.close()


def test_that_what_was_dropped_is_taken_in_before_it_closes(framed) -> None:
    frame = framed()
    drop(frame, files("/a"))
    assert not frame.close()
    frame.move_in(Content(frame))
    assert frame.isVisible()
    frame.leave()
    assert frame.isHidden()


def test_that_what_is_in_it_may_refuse_to_close(framed) -> None:
    frame = framed()
    content = Content(frame)
    frame.move_in(content)
    content.may_close = False
    assert not frame.close()
    assert content.isVisible()
    content.may_close = True
    assert frame.close()


@pytest.mark.parametrize(
    ("window", "screens", "stays"),
    [
        (QRect(100, 100, 900, 560), [SCREEN], True),
        (QRect(1500, 100, 900, 560), [SCREEN, SECOND], True),
        (QRect(1500, 100, 900, 560), [SCREEN], False),
        (QRect(-850, 100, 900, 560), [SCREEN], False),
        (QRect(-800, 100, 900, 560), [SCREEN], True),
        (QRect(100, -500, 900, 560), [SCREEN], False),
        (QRect(100, 790, 900, 560), [SCREEN], False),
        (QRect(5000, 5000, 4000, 4000), [SCREEN], False),
        (QRect(5000, 5000, 900, 560), [], True),
    ],
)
def test_that_a_window_stays_only_where_it_can_be_reached(window: QRect, screens: list[QRect], stays: bool) -> None:
    placed = on_screen(window, screens)
    assert (placed == window) == stays
    assert stays or screens[0].contains(placed)
