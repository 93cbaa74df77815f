"""The file in which the owner reads who asked for what."""

from __future__ import annotations

import os
import re
import stat
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_share.core import access_file
from desktop_share.core.access import Refusal
from desktop_share.core.access_file import FILE_NAME, AccessFile, line_of
from desktop_share.core.access_log import AccessLog, Barred, Visit

AT = time.mktime((2026, 11, 22, 14, 5, 9, 0, 0, -1))
VISIT = Visit(AT, "192.168.1.7", "Chrome on Android", "GET", "report.pdf", 200)
WRONG = replace(VISIT, status=401, why="password-wrong")


@pytest.mark.parametrize(
    ("visit", "line"),
    [
        (VISIT, "2026-11-22 14:05:09  192.168.1.7 Chrome on Android  got  report.pdf (200)"),
        (
            WRONG,
            "2026-11-22 14:05:09  192.168.1.7 Chrome on Android  was refused report.pdf: wrong password (401)",
        ),
        (replace(VISIT, device=""), "2026-11-22 14:05:09  192.168.1.7  got  report.pdf (200)"),
        (
            replace(VISIT, method="HEAD", device="", count=10),
            "2026-11-22 14:05:09  192.168.1.7  looked at  report.pdf (200)  10 times",
        ),
        (
            replace(VISIT, device="", what="a\n2026-11-22 14:05:09  forged\x1b[2K\u2028"),
            r"2026-11-22 14:05:09  192.168.1.7  got  a\n2026-11-22 14:05:09  forged\x1b[2K\u2028 (200)",
        ),
        (
            replace(VISIT, device="", what="/d/2Ycs_cJhhriUKHXNyM421Q"),
            "2026-11-22 14:05:09  192.168.1.7  got  /d/[hidden] (200)",
        ),
    ],
)
def test_that_a_visit_is_a_line_that_a_person_can_read(visit: Visit, line: str) -> None:
    assert line_of(visit) == line


@pytest.mark.parametrize("why", [*Refusal, *Barred])
def test_that_every_reason_has_words(why: str) -> None:
    assert str(why) in access_file._REASONS
    assert re.search(r"was refused report.pdf: [a-z][a-z' ]+ \(401\)$", line_of(replace(WRONG, why=str(why))))


def test_that_visits_are_written_by_another_thread_to_a_file_for_the_owner_only(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_text("before\n", "utf-8")
    (tmp_path / FILE_NAME).chmod(0o644)
    visits = AccessLog()
    file = AccessFile(tmp_path, visits, lambda: True)
    for visit in (VISIT, WRONG):
        visits.note(visit)
    file.close()
    visits.note(VISIT)
    assert (tmp_path / FILE_NAME).read_text("utf-8").splitlines() == ["before", line_of(VISIT), line_of(WRONG)]
    if os.name != "nt":
        assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


@pytest.mark.skipif(os.name == "nt", reason="the user's profile is private")
def test_that_nobody_else_can_open_it_even_as_it_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fchmod", lambda *_: None)
    visits = AccessLog()
    file = AccessFile(tmp_path, visits, lambda: True)
    visits.note(VISIT)
    file.close()
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_that_what_repeats_is_written_now_and_then(tmp_path: Path) -> None:
    visits = AccessLog()
    file = AccessFile(tmp_path, visits, lambda: True)
    for _ in range(150):
        visits.note(VISIT)
    file.close()
    lines = (tmp_path / FILE_NAME).read_text("utf-8").splitlines()
    assert [line.partition("(200)")[2] for line in lines] == ["", "  10 times", "  100 times"]


def test_that_it_is_written_only_while_it_is_on_and_not_made_before(tmp_path: Path) -> None:
    is_on = False
    visits = AccessLog(is_on=lambda: is_on)
    file = AccessFile(tmp_path, visits, lambda: is_on)
    visits.note(VISIT)
    assert visits.snapshot() == ()
    assert list(tmp_path.iterdir()) == []
    is_on = True
    visits.note(WRONG)
    file.close()
    assert (tmp_path / FILE_NAME).read_text("utf-8") == f"{line_of(WRONG)}\n"
    assert visits.snapshot() == (WRONG,)


def test_that_it_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access_file, "MOST_BYTES", 1_000)
    visits = AccessLog()
    file = AccessFile(tmp_path, visits, lambda: True)
    for number in range(200):
        visits.note(replace(VISIT, what=f"{number}"))
    file.close()
    sizes = {each.name: each.stat().st_size for each in tmp_path.iterdir()}
    assert set(sizes) == {FILE_NAME, f"{FILE_NAME}.1"}
    assert max(sizes.values()) <= 1_000
    assert "199 (200)" in (tmp_path / FILE_NAME).read_text("utf-8")
    if os.name != "nt":
        assert {stat.S_IMODE(each.stat().st_mode) for each in tmp_path.iterdir()} == {0o600}


def test_that_a_slow_disk_holds_nobody_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_on = threading.Event()
    monkeypatch.setattr(access_file, "MOST_WAITING", 5)
    monkeypatch.setattr(access_file._PrivateFile, "emit", lambda *_: go_on.wait(20))
    visits = AccessLog()
    file = AccessFile(tmp_path, visits, lambda: True)
    for number in range(50):
        visits.note(replace(VISIT, what=f"{number}"))
    go_on.set()
    file.close()


def test_that_a_place_that_takes_nothing_is_told_once(tmp_path: Path, expected_logs: Callable[..., object]) -> None:
    visits = AccessLog()
    file = AccessFile(tmp_path / "not there", visits, lambda: True)
    with expected_logs("the access log cannot be written"):  # type: ignore[attr-defined]
        for number in range(5):
            visits.note(replace(VISIT, what=f"{number}"))
        file.close()
    assert len(visits.snapshot()) == 5
