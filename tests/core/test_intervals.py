from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_share.core.intervals import IntervalSet


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20))))
def test_that_it_counts_as_a_set_of_numbers_does(ranges):
    covered, numbers = IntervalSet(), set()
    for start, length in ranges:
        before = len(numbers)
        numbers.update(range(start, start + length))
        assert covered.add(start, start + length) == len(numbers) - before
        assert covered.total == len(numbers)


@pytest.mark.parametrize(
    ("ranges", "separate"),
    [([(0, 5), (5, 9)], 1), ([(0, 5), (6, 9)], 2), ([(0, 5), (6, 9), (4, 7)], 1), ([(3, 3)], 0), ([(9, 3)], 0)],
)
def test_that_ranges_that_touch_become_one(ranges, separate):
    covered = IntervalSet()
    for start, stop in ranges:
        covered.add(start, stop)
    assert len(covered) == separate


def test_that_its_size_is_bounded():
    covered = IntervalSet(most=10)
    for start in range(0, 1000, 2):
        covered.add(start, start + 1)
    assert (len(covered), covered.total) == (10, 10)
    assert covered.add(1, 2) == 1
    assert covered.add(0, 1000) == 989
