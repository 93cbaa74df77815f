from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_share.core.intervals import Coverage, IntervalSet


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


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 5))))
def test_that_a_full_set_that_rounds_up_leaves_out_nothing(ranges):
    """Who asks for more pieces than are kept apart has them all the same."""
    covered, numbers = IntervalSet(most=3, rounds_up=True), set()
    for start, length in ranges:
        before = covered.total
        assert covered.add(start, start + length) == covered.total - before
        numbers.update(range(start, start + length))
        assert len(covered) <= 3
        assert covered.total >= len(numbers)
        assert covered.total <= (max(numbers) - min(numbers) + 1)
        assert all(covered.add(number, number + 1) == 0 for number in numbers)


def test_that_a_copy_is_of_one_version():
    coverage, other = Coverage(), Coverage()
    assert not coverage.is_complete
    coverage.of('"1"', 10).add(0, 6)
    coverage.of('"1"', 10).add(6, 9)
    other.of('"1"', 10).add(9, 10)
    coverage.join(other)
    assert coverage.is_complete
    coverage.of('"2"', 10).add(0, 9)
    assert not coverage.is_complete
    coverage.join(other)
    assert (coverage.is_complete, coverage.intervals.total) == (False, 1)
    coverage.clear()
    coverage.join(Coverage())
    assert not coverage.is_complete
