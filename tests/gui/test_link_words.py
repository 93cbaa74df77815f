"""What is said of links: in one line, in a row of the list, and for how long that is so."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from list_parts import item
from PySide6.QtCore import QDateTime
from window_parts import SHARING, STARTING

from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link, new_link
from desktop_share.gui.activity import QUIET
from desktop_share.gui.link_clock import LinkClock
from desktop_share.gui.link_words import (
    NO_SIGN,
    allows,
    in_order,
    moment,
    sign_of,
    time_left,
    title,
    until_other_words,
)
from desktop_share.gui.row_words import Tone, row_status

pytestmark = pytest.mark.usefixtures("qapp")

NOON = QDateTime.fromString("2026-06-15T12:00:00", "yyyy-MM-ddTHH:mm:ss").toMSecsSinceEpoch() / 1000
HOUR, DAY = 3_600, 86_400


def with_links(*links: Link) -> SharedItem:
    return replace(item("report.pdf"), links=links)


def a_link(**fields: Any) -> Link:
    return replace(new_link(), **fields)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.5, "less than a minute"),
        (60, "1 min"),
        (HOUR - 1, "59 min"),
        (HOUR, "1 h"),
        (2 * HOUR + 5, "2 h"),
        (2 * DAY - 1, "47 h"),
        (2 * DAY, "2 days"),
        (400 * DAY, "400 days"),
    ],
)
def test_that_the_time_left_is_rounded_down(seconds: float, words: str) -> None:
    assert time_left(seconds) == words


@pytest.mark.parametrize("left", [1, 59, 61, 1_800, HOUR - 1, HOUR + 1, 90_000, 2 * DAY + 1, 9 * DAY - 1])
def test_that_the_words_stay_as_they_are_until_they_are_said_to_change(left: float) -> None:
    wait = until_other_words(NOON + left, NOON)
    assert wait is not None
    before = time_left(left)
    assert left - (wait - 0.1) <= 0 or time_left(left - (wait - 0.1)) == before
    assert left - wait <= 0 or time_left(left - wait) != before
    assert until_other_words(NOON, NOON) is None


@pytest.mark.parametrize(
    ("days", "begins"), [(-1, "yesterday "), (0, "today "), (1, "tomorrow "), (2, "17 "), (-10, "5 "), (300, "")]
)
def test_that_a_moment_is_named_as_people_name_it(days: int, begins: str) -> None:
    assert moment(NOON + days * DAY, NOON).startswith(begins)


LINES = {
    "nothing": ({}, "for whoever has it"),
    "all": (
        {"expires": NOON + DAY, "limit": 3, "used": 1, "password_hash": "x", "ask": True},
        f"until {moment(NOON + DAY, NOON)} · 2 of 3 downloads left · password · asks you",
    ),
    "once": ({"limit": 1}, "1 download left"),
    "used up": ({"limit": 3, "used": 3, "password_hash": "x"}, "used up · password"),
    "expired": ({"expires": NOON - HOUR}, f"expired · {moment(NOON - HOUR, NOON)}"),
    "revoked": ({"expires": NOON - HOUR, "limit": 2, "revoked": True}, "revoked"),
}


@pytest.mark.parametrize(("fields", "line"), LINES.values(), ids=LINES)
def test_that_what_a_link_allows_is_one_line(fields: dict, line: str) -> None:
    assert allows(a_link(**fields), NOON) == line


SIGNS = {
    "no limits": ((a_link(),), "", "", False),
    "expires": ((a_link(expires=NOON + 2 * HOUR),), "clock", "expires in 2 h", False),
    "counted": ((a_link(limit=3, used=2),), "count", "1 of 3 left", False),
    "once": ((a_link(limit=1),), "count", "1 download left", False),
    "password": ((a_link(password_hash="x"),), "lock", "password", False),
    "asks": ((a_link(ask=True),), "lock", "asks you", False),
    "two": ((a_link(expires=NOON + 90, password_hash="x"),), "clock", "expires in 1 min · password", False),
    "expired": ((a_link(expires=NOON),), "warning", "Link expired: make a new one", True),
    "used up": ((a_link(limit=1, used=1),), "warning", "Link used up: make a new one", True),
    "revoked": ((a_link(revoked=True), a_link(revoked=True)), "warning", "Link revoked: make a new one", True),
    "revoked, the next one is the default": ((a_link(revoked=True), a_link()), "", "", False),
    "another opens": ((a_link(expires=NOON), a_link(note="for Ana")), "clock", "default link expired", False),
}


@pytest.mark.parametrize(("links", "icon", "words", "dead"), SIGNS.values(), ids=SIGNS)
def test_that_a_row_says_how_its_default_link_is_limited(links: tuple, icon: str, words: str, dead: bool) -> None:
    sign = sign_of(with_links(*links), NOON)
    assert (sign.icon, sign.words[0] if sign.words else "", sign.dead) == (icon, words, dead)
    assert list(sign.words) == sorted(sign.words, key=len, reverse=True)


def test_that_an_item_that_nobody_can_open_stands_out_in_the_list() -> None:
    dead = replace(with_links(a_link(expires=NOON)), size=61_000)
    tone, words = row_status(dead, None, QUIET, sign=sign_of(dead, NOON))
    assert (tone, words[0]) == (Tone.NOTICE, "61.0 kB · Link expired: make a new one")
    assert words[1:] == ("Link expired: make a new one", "expired: new link", "expired")
    fine = replace(with_links(a_link(limit=3)), size=61_000)
    tone, words = row_status(fine, None, QUIET, sign=sign_of(fine, NOON))
    assert (tone, words) == (Tone.QUIET, ("61.0 kB · 3 of 3 left", "3 of 3 left", "3/3"))
    assert row_status(fine, None, QUIET, sign=NO_SIGN)[1][0] == "61.0 kB · ready to share"


def test_that_links_are_named_and_ordered() -> None:
    first, ana, gone = a_link(), a_link(note=" for\u202eAna "), a_link(revoked=True)
    shared = with_links(gone, ana, first)
    assert in_order(shared) == (ana, first, gone)
    assert [title(shared, each) for each in (first, gone)] == ["Link 3", "Link 1"]
    assert "\u202e" not in title(shared, ana)
    assert title(with_links(first, gone), first) == "Default link"


def test_that_the_address_of_a_link_is_that_of_the_item_with_its_token() -> None:
    shared = with_links(a_link(), Link("x" * 22))
    assert SHARING.link_with(shared, shared.links[0]) == SHARING.link_for(shared)
    assert SHARING.link_with(shared, shared.links[1]) == f"{SHARING.base_url}/d/{'x' * 22}/report.pdf"
    assert STARTING.link_with(shared, shared.links[0]) is None


def test_that_rows_are_told_of_an_expiry_and_no_timer_runs_where_nothing_expires(qapp, qtbot) -> None:
    now = [NOON]
    clock = LinkClock(lambda: now[0], qapp)
    clock.follow([with_links(a_link())])
    assert not clock.is_waiting
    short = with_links(a_link(expires=NOON + 0.01))
    with qtbot.waitSignal(clock.changed) as told:
        clock.follow([short])
        assert clock.is_waiting
        now[0] += 1
    assert told.args == [(short.id,)]
    assert not clock.is_waiting
    clock.follow([with_links(a_link(expires=NOON + DAY))])
    assert clock.is_waiting
    clock.follow([with_links(a_link())])
    assert not clock.is_waiting
