"""One quiet bar: what happened, what to do next, and never a pile."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from desktop_share.core.errors import Problem
from desktop_share.core.files import gone
from desktop_share.gui.alerts import Alert, AlertAction, AlertBar, AlertKind
from desktop_share.gui.theme import Theme

# the offscreen platform says so of windows that are shown, raised or limited in size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

DISK_FULL = Problem("disk-full", "The disk is full.", "Make room, then try again.")


@pytest.fixture
def bar(qapp: QApplication, qtbot) -> AlertBar:
    bar = AlertBar(Theme(qapp))
    qtbot.addWidget(bar)
    return bar


def missing(name: str) -> Problem:
    return gone(Path("/home/anna") / name)


def test_that_the_bar_is_hidden_until_there_is_something_to_say(bar: AlertBar) -> None:
    assert bar.isHidden()
    bar.show_problem(DISK_FULL)
    assert not bar.isHidden()


def test_that_it_says_what_happened_and_what_to_do_next(bar: AlertBar) -> None:
    bar.show_problem(missing("report.pdf"))
    assert bar.accessibleName() == "“report.pdf” was moved or deleted. Locate it, or remove it from the list."


def test_that_a_name_that_looks_like_html_stays_plain_text(bar: AlertBar) -> None:
    bar.show_problem(missing("<b>bold {name}.txt"))
    labels = [label for label in bar.findChildren(type(bar._what)) if "<b>" in label.text()]
    assert [label.textFormat() for label in labels] == [Qt.TextFormat.PlainText]


def test_that_closing_shows_the_one_before_and_then_nothing(bar: AlertBar, qtbot) -> None:
    bar.show_problem(DISK_FULL)
    bar.show_problem(missing("a"))
    assert bar.accessibleName().startswith("“a”")
    qtbot.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)
    assert bar.accessibleName().startswith("The disk is full.")
    qtbot.mouseClick(bar.close_button, Qt.MouseButton.LeftButton)
    assert bar.isHidden()


def test_that_the_same_problem_again_does_not_pile_up(bar: AlertBar) -> None:
    for _ in range(50):
        bar.show_problem(DISK_FULL)
        bar.show_problem(missing("a"))
    assert [alert.key for alert in bar.alerts] == ["disk-full", "file-gone"]


@pytest.mark.parametrize("kind", list(AlertKind))
def test_that_each_kind_is_shown_as_what_it_is(bar: AlertBar, kind: AlertKind) -> None:
    bar.show_problem(DISK_FULL, kind)
    assert bar.property("kind") == kind.value


def test_that_its_button_closes_the_alert_and_does_its_work(bar: AlertBar, qtbot) -> None:
    done: list[str] = []
    bar.show_problem(DISK_FULL, action=AlertAction("Try again", lambda: done.append("tried")))
    assert bar.action_button.text() == "Try again"
    qtbot.mouseClick(bar.action_button, Qt.MouseButton.LeftButton)
    assert done == ["tried"]
    assert bar.isHidden()


def test_that_an_action_may_show_the_next_alert(bar: AlertBar, qtbot) -> None:
    bar.show_problem(DISK_FULL, action=AlertAction("Try again", lambda: bar.show_problem(DISK_FULL)))
    qtbot.mouseClick(bar.action_button, Qt.MouseButton.LeftButton)
    assert not bar.isHidden()
    assert bar.action_button.isHidden()


def test_that_one_refused_path_is_told_in_its_own_words(bar: AlertBar) -> None:
    bar.show_refused([missing("a")], 12)
    assert bar.alerts[-1].what == "“a” was moved or deleted."
    assert bar.details_button.isHidden()


@pytest.mark.parametrize(
    ("asked", "what"),
    [(12, "3 of 12 could not be shared."), (None, "3 items could not be shared.")],
)
def test_that_many_refused_paths_are_counted_with_the_reasons_to_unfold(
    bar: AlertBar, qtbot, asked: int | None, what: str
) -> None:
    bar.show_refused([missing("a"), missing("b"), missing("c")], asked)
    assert bar.alerts[-1].what == what
    assert bar.details.isHidden()
    qtbot.mouseClick(bar.details_button, Qt.MouseButton.LeftButton)
    assert not bar.details.isHidden()
    assert [line[:3] for line in bar.details.toPlainText().splitlines()] == ["“a”", "“b”", "“c”"]


def test_that_no_refusal_shows_nothing(bar: AlertBar) -> None:
    bar.show_refused([], 3)
    assert bar.isHidden()


def test_that_an_alert_that_no_longer_holds_is_taken_back(bar: AlertBar) -> None:
    bar.show_alert(Alert("sharing", AlertKind.WARNING, "Port 80 is taken."))
    bar.show_problem(DISK_FULL)
    bar.withdraw("sharing")
    assert [alert.key for alert in bar.alerts] == ["disk-full"]
    bar.withdraw("never shown")
    assert not bar.isHidden()


def test_that_all_its_buttons_can_be_reached_and_are_named(bar: AlertBar) -> None:
    bar.show_refused([missing("a"), missing("b")])
    for button in (bar.close_button, bar.details_button, bar.action_button):
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
    assert bar.close_button.accessibleName() == "Close this message"
