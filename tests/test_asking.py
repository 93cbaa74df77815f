"""`--approve`: the terminal asks, and is answered."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

import pytest
from support.processes import wait_until
from support.stores import MemoryStore

from desktop_share.asking import Newcomers, answer_line, read_answers
from desktop_share.core.access import Refusal
from desktop_share.core.approvals import Answer, Approval, Approvals, Asking
from desktop_share.core.links import Link

FIRST = Asking("aa11", "10.0.0.1", "Chrome on Android", "a.pdf", 1.0)
SECOND = Asking("bb22", "10.0.0.2", "curl", "a.pdf", 2.0)
LINK = Link("token")


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("y", ("aa11", Answer.ALLOW)),
        (" YES \r", ("aa11", Answer.ALLOW)),
        ("o", ("aa11", Answer.ALLOW_ONCE)),
        ("once bb22", ("bb22", Answer.ALLOW_ONCE)),
        ("deny bb22", ("bb22", Answer.DENY)),
        ("n", ("aa11", Answer.DENY)),
        ("y cc33", None),
        ("maybe", None),
        ("", None),
        ("aa11", None),
    ],
)
def test_that_a_line_answers_who_waits_longest_or_who_it_names(line: str, wanted: tuple[str, Answer] | None) -> None:
    assert answer_line(line, (FIRST, SECOND)) == wanted
    assert answer_line(line, ()) is None


def test_that_everybody_is_told_of_once() -> None:
    told: list[Asking] = []
    newcomers = Newcomers(told.append)
    for waiting in ((FIRST,), (FIRST,), (FIRST, SECOND), (SECOND,), ()):
        newcomers.heard(Approval(waiting))
    assert told == [FIRST, SECOND]


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    os.close(ends[0])


def test_that_lines_are_answers_however_they_come(pipe: tuple[int, int]) -> None:
    approvals, unclear = Approvals(MemoryStore()), list[str]()
    assert approvals.ask("s", LINK, "10.0.0.1", "curl", "a.pdf") is Refusal.WAITING
    read_answers(approvals, pipe[0], unclear.append)
    for part in (b"what\n\ny", b"e", b"s\n"):
        os.write(pipe[1], part)
    wait_until(lambda: approvals.state.devices, "the answer")
    assert unclear == ["what"]
    assert approvals.ask("s", LINK, "10.0.0.1", "curl", "a.pdf") is None
    os.close(pipe[1])
    wait_until(lambda: not any(each.name == "answers" for each in threading.enumerate()), "the end")
