"""Who waits is shown with a name and an address, and let in or not by one press."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from entrance_parts import Entered, Store, enter
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop_share.core.approvals import Answer
from desktop_share.core.errors import Problem, StorageError
from desktop_share.gui.theme import NARROW

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

FULL = StorageError(Problem("storage-full", "The disk is full.", "Make room."))


@pytest.fixture
def entered(qtbot) -> Entered:
    return enter(qtbot)


def shown(qtbot, entered: Entered, *numbers: int):
    """The bar, once it shows who asked first and takes answers."""
    for number in numbers:
        entered.ask(number)
    bar = entered.window.approval
    qtbot.waitUntil(lambda: bar.isVisible() and bar.is_steady)
    return bar


def test_that_nobody_who_waits_is_no_bar(entered: Entered) -> None:
    assert entered.window.approval.isHidden()


def test_that_it_says_who_wants_what(qtbot, entered: Entered) -> None:
    bar = shown(qtbot, entered, 7)
    assert bar.who.whole == "Chrome on Android (192.168.1.7)"
    assert bar.wish.whole.startswith("wants “report.pdf”")
    assert "report.pdf" in bar.allow.accessibleDescription()
    assert bar.more.isHidden()


@pytest.mark.parametrize(
    ("name", "allowed", "listed"),
    [("allow", True, 1), ("once", True, 0), ("deny", False, 0)],
)
def test_that_each_answer_does_what_it_says(qtbot, entered: Entered, name: str, allowed: bool, listed: int) -> None:
    bar = shown(qtbot, entered, 7)
    answers = []
    bar.answered.connect(lambda _id, answer: answers.append(answer))
    qtbot.mouseClick(getattr(bar, name), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not entered.entrance.approvals.state.asking)
    assert bar.isHidden()
    assert (answers == [Answer.DENY]) is not allowed
    assert len(entered.entrance.approvals.state.devices) == listed


def test_that_who_waits_longest_is_first_and_the_others_are_counted(qtbot, entered: Entered) -> None:
    bar = shown(qtbot, entered, 1, 2, 3)
    assert "192.168.1.1" in bar.who.whole
    assert bar.more.text() == "2 more"
    qtbot.mouseClick(bar.deny, Qt.MouseButton.LeftButton)
    assert "192.168.1.2" in bar.who.whole
    assert bar.more.text() == "1 more"


def test_that_a_second_press_does_not_answer_who_comes_up_under_it(qtbot, entered: Entered) -> None:
    bar = shown(qtbot, entered, 1, 2)
    with qtbot.waitSignal(bar.answered):
        qtbot.mouseClick(bar.allow, Qt.MouseButton.LeftButton)
    with qtbot.assertNotEmitted(bar.answered):
        qtbot.mouseClick(bar.allow, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(entered.entrance.approvals.state.devices) == 1)
    assert [each.client for each in entered.entrance.approvals.state.asking] == ["192.168.1.2"]


def test_that_it_leaves_the_focus_where_it_is_and_is_reached_by_keyboard(qtbot, entered: Entered) -> None:
    entered.window.activateWindow()
    empty = entered.window.empty
    focused = QApplication.focusWidget()
    bar = shown(qtbot, entered, 7)
    assert QApplication.focusWidget() is focused
    assert empty.isVisible()
    for button in (bar.allow, bar.once, bar.deny):
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    bar.once.setFocus()
    qtbot.keyClick(bar.once, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not entered.entrance.approvals.state.asking)


def test_that_the_taskbar_is_alerted_once_for_each(qtbot, entered: Entered, monkeypatch: pytest.MonkeyPatch) -> None:
    alerts: list[object] = []
    monkeypatch.setattr(QApplication, "alert", lambda *args: alerts.append(args))
    bar = shown(qtbot, entered, 1)
    assert len(alerts) == 1
    entered.ask(2)
    qtbot.waitUntil(lambda: bar.more.text() == "1 more")
    qtbot.mouseClick(bar.deny, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(entered.entrance.approvals.state.asking) == 1)
    assert len(alerts) == 2


def test_that_an_answer_that_cannot_be_kept_is_told_and_can_be_given_again(qtbot) -> None:
    store = Store()
    store.error = FULL
    entered = enter(qtbot, store)
    bar = shown(qtbot, entered, 7)
    qtbot.mouseClick(bar.allow, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(entered.window.alerts.alerts))
    assert entered.window.alerts.alerts[-1].what == "The disk is full."
    assert bar.isVisible()


def test_that_it_goes_away_when_who_waits_gives_up(qtbot, entered: Entered, monkeypatch: pytest.MonkeyPatch) -> None:
    bar = shown(qtbot, entered, 7)
    ticks = entered.window.doors.admission._ticks
    assert ticks.isActive()
    monkeypatch.setattr(entered.entrance.approvals, "_clock", _in_an_hour(entered.entrance.approvals._clock))
    ticks.timeout.emit()
    qtbot.waitUntil(bar.isHidden)
    assert not ticks.isActive()


def _in_an_hour(clock: Callable[[], float]) -> Callable[[], float]:
    return lambda: clock() + 3600


@pytest.mark.parametrize("what", ["<b>bold</b>", "a\nb\u202ec", "x" * 300])
def test_that_a_name_is_plain_text_on_one_line(qtbot, entered: Entered, what: str) -> None:
    entered.window.resize(420, 500)
    entered.ask(7, what, device="<i>x</i>")
    bar = entered.window.approval
    qtbot.waitUntil(bar.isVisible)
    assert bar.wish.textFormat() == bar.who.textFormat() == Qt.TextFormat.PlainText
    assert "\n" not in bar.wish.whole
    assert "\u202e" not in bar.wish.whole
    assert "<b>" not in bar.wish.toolTip()
    assert entered.window.width() == 420 < NARROW


def test_that_a_window_that_closes_asks_no_more_whether_somebody_gave_up(qtbot, entered: Entered) -> None:
    shown(qtbot, entered, 7)
    ticks = entered.window.doors.admission._ticks
    entered.window.close()
    assert not ticks.isActive()
