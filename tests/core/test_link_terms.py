"""What a link is good for, in words for the terminal."""

from __future__ import annotations

from datetime import datetime

import pytest

from desktop_share.core.link_terms import good_for
from desktop_share.core.links import Link

NOW = datetime(2026, 11, 22, 14, 5).timestamp()  # noqa: DTZ001  this computer's time, as people read it


def at(*moment: int) -> float:
    return datetime(2026, *moment).timestamp()  # type: ignore[arg-type]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("link", "words"),
    [
        (Link("t"), ""),
        (Link("t", expires=at(11, 22, 18, 0)), "until today 18:00"),
        (Link("t", expires=at(11, 23, 18, 0, 7)), "until tomorrow 18:00"),
        (Link("t", expires=at(12, 24, 9, 30)), "until 2026-12-24 09:30"),
        (Link("t", expires=at(11, 22, 14, 5, 20)), "until today 14:05:20"),
        (Link("t", expires=at(11, 21, 9, 30)), "opens nothing: expired yesterday 09:30"),
        (Link("t", limit=1), "1 download"),
        (Link("t", limit=3), "3 downloads"),
        (Link("t", limit=3, used=2), "1 of 3 downloads left"),
        (Link("t", limit=3, used=3, password_hash="hash"), "opens nothing: 3 downloads used up"),
        (Link("t", expires=at(11, 22, 15, 4, 59)), "until today 15:04"),
        (Link("t", password_hash="hash"), "password"),
        (Link("t", ask=True, limit=2, password_hash="hash"), "2 downloads · password · asks you"),
        (Link("t", revoked=True, limit=2), "opens nothing: you took it back"),
    ],
)
def test_that_what_a_link_is_good_for_is_one_line(link: Link, words: str) -> None:
    assert good_for(link, NOW) == words
