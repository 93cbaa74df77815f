"""Who asks too often waits, and nobody else."""

from __future__ import annotations

import threading

import pytest

from desktop_share.core.throttle import (
    FORGOTTEN_AFTER,
    LONGEST_DELAY,
    OWN_RATES,
    RATES,
    GuessDelay,
    Kind,
    Throttle,
    network_of,
)

LINK, OTHER = b"link", b"other"


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_that_a_client_may_ask_so_often_and_is_then_told_when_again() -> None:
    throttle = Throttle({Kind.PAGE: "3/minute", Kind.BYTES: "2/minute"})
    assert [throttle.wait(Kind.PAGE, "10.0.0.1") for _ in range(3)] == [None] * 3
    waits = throttle.wait(Kind.PAGE, "10.0.0.1")
    assert waits is not None
    assert 1 <= waits <= 61
    assert throttle.wait(Kind.PAGE, "10.0.0.2") is None
    assert throttle.wait(Kind.BYTES, "10.0.0.1") is None


def test_that_a_window_ends_and_another_begins_with_the_next_request() -> None:
    time = Time()
    throttle = Throttle({Kind.PAGE: "2/minute"}, clock=time)
    assert [throttle.wait(Kind.PAGE, "10.0.0.1") for _ in range(3)] == [None, None, 61]
    time.now = 59.5
    assert throttle.is_over(Kind.PAGE, "10.0.0.1") == 1
    time.now = 60.0
    assert throttle.is_over(Kind.PAGE, "10.0.0.1") is None
    assert [throttle.wait(Kind.PAGE, "10.0.0.1") for _ in range(3)] == [None, None, 61]


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.0.1", "::1", "::ffff:127.0.0.1"])
def test_that_this_computer_reads_as_it_likes_but_does_not_guess(client: str) -> None:
    throttle = Throttle(dict.fromkeys(Kind, "1/minute"), {Kind.MISS: "2/minute", Kind.CHANGE: "2/minute"})
    for kind in (Kind.BYTES, Kind.PAGE):
        assert [throttle.wait(kind, client) for _ in range(50)] == [None] * 50
    for kind in (Kind.MISS, Kind.CHANGE):
        assert [throttle.wait(kind, client) is None for _ in range(3)] == [True, True, False]


def test_that_every_kind_has_a_rate_and_this_computer_is_bounded_in_guesses() -> None:
    assert set(RATES) == set(Kind)
    assert set(OWN_RATES) == {Kind.MISS, Kind.CHANGE}


def test_that_counting_starts_no_thread() -> None:
    before = set(threading.enumerate())
    throttle, guesses = Throttle(), GuessDelay()
    for number in range(200):
        throttle.wait(Kind.BYTES, f"10.0.0.{number}")
        guesses.wrong(f"10.0.0.{number}", LINK)
    assert set(threading.enumerate()) <= before


def test_that_looking_does_not_count() -> None:
    throttle = Throttle({Kind.MISS: "1/minute"})
    assert [throttle.is_over(Kind.MISS, "a") for _ in range(5)] == [None] * 5
    throttle.wait(Kind.MISS, "a")
    assert throttle.is_over(Kind.MISS, "a")


def test_that_the_first_guesses_are_free_and_then_each_waits_twice_as_long() -> None:
    time = Time()
    guesses = GuessDelay(time)
    waits = []
    for _ in range(14):
        guesses.wrong("10.0.0.1", LINK)
        waits.append(guesses.wait("10.0.0.1", LINK))
        time.now += (waits[-1] or 0) + 0.001
        assert guesses.wait("10.0.0.1", LINK) is None
    assert waits == [
        None,
        None,
        2,
        3,
        5,
        9,
        17,
        33,
        65,
        129,
        257,
        LONGEST_DELAY + 1,
        LONGEST_DELAY + 1,
        LONGEST_DELAY + 1,
    ]


def test_that_nobody_else_waits_and_the_right_one_ends_it() -> None:
    guesses = GuessDelay(Time())
    for _ in range(5):
        guesses.wrong("10.0.0.1", LINK)
    assert guesses.wait("10.0.0.1", LINK)
    assert guesses.wait("10.0.0.2", LINK) is None
    assert guesses.wait("10.0.0.1", OTHER) is None
    guesses.right("10.0.0.1", LINK)
    assert guesses.wait("10.0.0.1", LINK) is None


def test_that_wrong_guesses_are_forgotten_after_an_hour() -> None:
    time = Time()
    guesses = GuessDelay(time)
    for _ in range(5):
        guesses.wrong("10.0.0.1", LINK)
    time.now += FORGOTTEN_AFTER + 1
    guesses.wrong("10.0.0.1", LINK)
    assert guesses.wait("10.0.0.1", LINK) is None


def test_that_many_who_guess_together_have_no_free_guesses_left() -> None:
    guesses = GuessDelay(Time())
    for number in range(100):
        guesses.wrong(f"10.0.{number}.1", LINK)
    guesses.wrong("10.1.0.1", LINK)
    assert guesses.wait("10.1.0.1", LINK)
    assert guesses.wait("10.2.0.1", LINK) is None  # who has not guessed yet may


def test_that_a_flood_of_addresses_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("desktop_share.core.throttle.MOST_KNOWN", 50)
    guesses = GuessDelay(Time())
    for number in range(500):
        guesses.wrong(f"10.0.{number // 250}.{number % 250}", LINK)
    assert len(guesses._known) == 50


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("fe80::1%eth0", "fe80::1%eth1", True),
        ("", "", True),
        ("nonsense", "other nonsense", False),
    ],
)
def test_that_a_client_is_a_network(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same
