"""Sizes, rates and times in three figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_share.core.sizes import human_duration, human_rate, human_size


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1, "1 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (1049, "1.0 kB"),
        (1050, "1.1 kB"),
        (61_000, "61.0 kB"),
        (99_940, "99.9 kB"),
        (99_950, "100 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),  # never '1000 kB'
        (2_936_012, "2.9 MB"),
        (107_000_000_000, "107 GB"),
        (999_999_999_999, "1.0 TB"),
        (10**15, "1.0 PB"),
        (2**63, "9.2 EB"),
        (10**21, "1000 EB"),
    ],
)
def test_that_sizes_read_as_people_write_them(count: int, text: str) -> None:
    assert human_size(count) == text


@given(st.integers(0, 10**18))
def test_that_a_size_is_short_and_near_what_it_says(count: int) -> None:
    number, unit = human_size(count).split(" ")
    assert len(number) <= 4
    assert float(number) < 1000
    factor = 1000 ** ("B", "kB", "MB", "GB", "TB", "PB", "EB").index(unit)
    assert abs(float(number) * factor - count) <= count * 0.05 + 0.5


@given(st.integers(0, 10**18), st.integers(0, 10**18))
def test_that_a_larger_size_never_reads_as_a_smaller_one(one: int, other: int) -> None:
    def read(text: str) -> float:
        number, unit = text.split(" ")
        return float(number) * 1000.0 ** ("B", "kB", "MB", "GB", "TB", "PB", "EB").index(unit)

    low, high = sorted((one, other))
    assert read(human_size(low)) <= read(human_size(high))


@pytest.mark.parametrize(("rate", "text"), [(0.0, "0 B/s"), (0.6, "1 B/s"), (2_900_000.4, "2.9 MB/s")])
def test_that_a_rate_is_a_size_a_second(rate: float, text: str) -> None:
    assert human_rate(rate) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0 s"),
        (0, "0 s"),
        (0.2, "1 s"),
        (59, "59 s"),
        (59.1, "1 min"),
        (60, "1 min"),
        (61, "2 min"),
        (3540, "59 min"),
        (3541, "1 h"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (90_000, "25 h"),
    ],
)
def test_that_a_time_to_wait_is_rounded_up(seconds: float, text: str) -> None:
    assert human_duration(seconds) == text
