"""Counters of requests: bounded, without a thread."""

from __future__ import annotations

from desktop_share.core.counters import Counters


class Time:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_that_a_count_is_over_after_its_time() -> None:
    time = Time()
    counters = Counters(time)
    assert [counters.incr("a", 10) for _ in range(3)] == [1, 2, 3]
    assert counters.incr("a", 10, 5) == 8
    assert (counters.get("a"), counters.get("b")) == (8, 0)
    assert (counters.get_expiry("a"), counters.get_expiry("b")) == (10.0, 0.0)
    time.now = 10.0
    assert counters.get("a") == 0
    assert counters.incr("a", 10) == 1
    assert counters.get_expiry("a") == 20.0


def test_that_what_is_over_goes_when_something_new_comes() -> None:
    time = Time()
    counters = Counters(time)
    for number in range(100):
        counters.incr(str(number), 10)
    time.now = 5.0
    counters.incr("later", 10)
    time.now = 10.0
    counters.incr("new", 10)
    assert len(counters) == 2
    assert counters.get("later") == 1


def test_that_a_flood_is_bounded_and_the_oldest_go() -> None:
    counters = Counters(Time(), most=50)
    for number in range(500):
        counters.incr(str(number), 10)
    assert len(counters) == 50
    assert counters.get("499") == 1
    assert counters.get("449") == 0


def test_that_they_can_be_forgotten() -> None:
    counters = Counters(Time())
    counters.incr("a", 10)
    counters.incr("b", 10)
    counters.clear("a")
    assert (counters.get("a"), counters.get("b")) == (0, 1)
    assert counters.reset() == 1
    assert len(counters) == 0
    assert counters.check()
