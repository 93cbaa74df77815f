"""A word over the lower edge that goes by itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop_share.gui.theme import Theme
from desktop_share.gui.toast import Toast

# the offscreen platform says so of windows that are shown, raised or limited in size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def window(qtbot) -> QWidget:
    window = QWidget()
    window.resize(600, 400)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def toast(qapp: QApplication, window: QWidget) -> Toast:
    return Toast(Theme(qapp), window)


def test_that_it_is_silent_and_its_timer_at_rest_until_something_is_said(toast: Toast) -> None:
    assert toast.text == ""
    assert not toast._timer.isActive()


def test_that_it_says_its_text_inside_the_window_and_above_its_edge(toast: Toast, window: QWidget) -> None:
    toast.say("Link copied")
    assert toast.text == "Link copied"
    assert window.rect().contains(toast.geometry())
    assert toast.button.isHidden()


def test_that_it_fades_away_when_its_time_is_over(toast: Toast, qtbot) -> None:
    toast.say("Link copied")
    toast._timer.start(0)
    qtbot.waitUntil(toast.isHidden)
    assert not toast._timer.isActive()


def test_that_it_stays_while_the_pointer_is_on_it(toast: Toast, qtbot) -> None:
    toast.say("Removed a", button="Undo", run=lambda: None)
    here = QPointF(5, 5)
    QApplication.sendEvent(toast, QEnterEvent(here, here, here))
    toast.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    with qtbot.waitSignal(toast._timer.timeout):
        toast._timer.start(0)
    assert not toast.isHidden()
    toast.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    assert toast._timer.isActive()


def test_that_its_button_runs_once_and_closes_it(toast: Toast, qtbot) -> None:
    done: list[int] = []
    toast.say("Removed a", button="Undo", run=lambda: done.append(1))
    qtbot.mouseClick(toast.button, Qt.MouseButton.LeftButton)
    assert done == [1]
    assert toast.isHidden()


def test_that_what_is_said_later_takes_its_place_button_and_all(toast: Toast) -> None:
    toast.say("Removed a", button="Undo", run=lambda: None)
    toast.say("Link copied")
    assert toast.text == "Link copied"
    assert toast.button.isHidden()


def test_that_a_name_that_looks_like_html_stays_plain_text(toast: Toast) -> None:
    toast.say("Removed <img src=x>")
    assert toast.label.textFormat() is Qt.TextFormat.PlainText
    assert toast.label.text() == "Removed <img src=x>"


def test_that_a_long_name_is_shortened_to_the_window(toast: Toast, window: QWidget) -> None:
    toast.say("Removed " + "long " * 200)
    assert window.rect().contains(toast.geometry())


def test_that_it_moves_along_when_the_window_changes_its_size(toast: Toast, window: QWidget, qtbot) -> None:
    toast.say("Link copied")
    window.resize(500, 300)
    qtbot.waitUntil(lambda: window.rect().contains(toast.geometry()))
