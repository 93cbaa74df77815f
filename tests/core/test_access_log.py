"""The owner's log of who asked for what."""

from __future__ import annotations

from dataclasses import replace

from desktop_share.core.access_log import TOGETHER_SECONDS, AccessLog, Visit

VISIT = Visit(100.0, "10.0.0.1", "Chrome on Android", "GET", "a.pdf", 200, link_id="ab")


def test_that_the_same_again_is_one_line_with_a_count() -> None:
    log, heard = AccessLog(), list[Visit]()
    log.changed.subscribe(heard.append)
    for seconds in (0.0, 1.0, 1.0 + TOGETHER_SECONDS):
        log.note(replace(VISIT, at=100.0 + seconds))
    assert log.snapshot() == (replace(VISIT, at=101.0 + TOGETHER_SECONDS, count=3),)
    assert [visit.count for visit in heard] == [1, 2, 3]


def test_that_what_differs_or_is_later_has_its_own_line() -> None:
    log = AccessLog()
    visits = [
        VISIT,
        replace(VISIT, status=404, why="unknown"),
        replace(VISIT, client="10.0.0.2"),
        replace(VISIT, client="10.0.0.2", at=VISIT.at + TOGETHER_SECONDS + 1),
    ]
    for visit in visits:
        log.note(visit)
    assert list(log.snapshot()) == visits


def test_that_it_is_bounded_and_can_be_cleared() -> None:
    log = AccessLog(bound=3)
    for number in range(10):
        log.note(replace(VISIT, what=str(number)))
    assert [visit.what for visit in log.snapshot()] == ["7", "8", "9"]
    log.clear()
    assert log.snapshot() == ()
