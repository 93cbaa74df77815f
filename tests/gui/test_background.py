"""Work off the window's thread: in order, answered on the window's thread, errors told or raised, never lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from desktop_share.core.errors import Problem, ShareError
from desktop_share.gui.background import Background


@pytest.fixture
def background(qtbot) -> Iterator[Background]:
    background = Background()
    yield background
    background.close()


def test_that_work_is_done_elsewhere_and_answered_here_in_order(background: Background, qtbot) -> None:
    answers: list[tuple[int, bool]] = []

    def done(number: int) -> None:
        answers.append((number, threading.current_thread() is threading.main_thread()))

    names: set[bool] = set()
    for number in range(5):
        background.run(lambda n=number: (names.add(threading.current_thread() is threading.main_thread()), n)[1], done)
    qtbot.waitUntil(lambda: len(answers) == 5)
    assert answers == [(number, True) for number in range(5)]
    assert names == {False}


@pytest.mark.parametrize(
    ("error", "what"),
    [
        (ShareError(Problem("disk-full", "The disk is full.", "Make room.")), "The disk is full."),
        (PermissionError(13, "Permission denied"), "That did not work: Permission denied."),
    ],
)
def test_that_an_expected_error_is_handed_over_as_a_problem(
    background: Background, qtbot, error: Exception, what: str
) -> None:
    problems: list[Problem] = []

    def fail() -> None:
        raise error

    background.run(fail, failed=problems.append)
    qtbot.waitUntil(lambda: problems != [])
    assert problems[0].what_text() == what


def test_that_a_mistake_in_the_program_is_not_swallowed(background: Background, qtbot) -> None:
    with qtbot.captureExceptions() as caught:
        background.run(lambda: 1 / 0)
        qtbot.waitUntil(lambda: caught != [])
    assert caught[0][0] is ZeroDivisionError


def test_that_closing_waits_for_what_was_given(qtbot) -> None:
    background = Background()
    done: list[int] = []
    for number in range(20):
        background.run(lambda n=number: done.append(n))
    background.close()
    assert done == list(range(20))
