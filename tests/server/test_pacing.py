from __future__ import annotations

import pytest

from desktop_share.server.pacing import LEAST_BURST, Pacing, Rates, TokenBucket


def run(pacing, transfers, seconds, step=0.01):
    """Bytes that each transfer sends when all want to send all the time."""
    sent = dict.fromkeys(transfers, 0)
    for number in range(int(seconds / step)):
        now = number * step
        for each in transfers[number % len(transfers) :] + transfers[: number % len(transfers)]:
            count = pacing.allowance(each, 4 << 20, now)
            pacing.spend(each, count, now)
            sent[each] += count
    return sent


def test_that_without_a_cap_the_whole_budget_is_allowed():
    pacing = Pacing(Rates(), 0.0)
    assert not pacing.is_on
    assert pacing.allowance("a", 4 << 20, 0.0) == 4 << 20


@pytest.mark.parametrize("rate", [10_000, 1_000_000, 100_000_000])
def test_that_the_cap_for_all_is_kept_and_used(rate):
    sent = run(Pacing(Rates(total=rate), 0.0), ["a", "b", "c"], 10)
    assert rate * 9 <= sum(sent.values()) <= rate * 10 + max(rate * 0.05, LEAST_BURST)
    assert min(sent.values()) > 0.8 * max(sent.values())


def test_that_each_transfer_has_a_cap_of_its_own():
    sent = run(Pacing(Rates(per_transfer=1_000_000), 0.0), ["a", "b"], 10)
    for count in sent.values():
        assert 9_000_000 <= count <= 10_100_000


def test_that_both_caps_hold_together():
    sent = run(Pacing(Rates(total=1_500_000, per_transfer=1_000_000), 0.0), ["a"], 10)
    assert 9_000_000 <= sent["a"] <= 10_100_000
    sent = run(Pacing(Rates(total=1_500_000, per_transfer=1_000_000), 0.0), ["a", "b"], 10)
    assert 13_500_000 <= sum(sent.values()) <= 15_200_000


def test_that_waiting_as_long_as_told_gives_something_worth_while():
    bucket = TokenBucket(1000, 0.0)
    bucket.spend(bucket.available(0.0))
    wait = bucket.wait(0.0)
    assert bucket.available(wait) >= LEAST_BURST // 2 - 1


def test_that_time_that_goes_backwards_gives_nothing():
    bucket = TokenBucket(1000, 10.0)
    bucket.spend(bucket.available(10.0))
    assert bucket.available(5.0) == 0


def test_that_buckets_of_transfers_that_left_are_dropped():
    pacing = Pacing(Rates(per_transfer=1000), 0.0)
    pacing.spend("a", pacing.allowance("a", 1 << 20, 0.0), 0.0)
    assert pacing.allowance("a", 1 << 20, 0.0) == 0
    pacing.forget(set())
    assert pacing.allowance("a", 1 << 20, 0.0) > 0
