from __future__ import annotations

import pytest

from desktop_share.server.admission import Admission, Verdict, is_own
from desktop_share.server.limits import Limits

LIMITS = Limits(connections=100, reserved=20, few=2, per_client=30)


def filled(**held):
    admission = Admission(LIMITS, 100)
    for name, count in held.items():
        for _ in range(count):
            admission.enter(f"192.0.2.{name[1:]}")
    return admission


@pytest.mark.parametrize(
    ("held", "client", "verdict"),
    [
        ({}, "192.0.2.1", Verdict.WELCOME),
        ({"c1": 29}, "192.0.2.1", Verdict.WELCOME),
        ({"c1": 30}, "192.0.2.1", Verdict.FULL_FOR_CLIENT),
        ({"c1": 30}, "192.0.2.2", Verdict.WELCOME),
        ({"c1": 30, "c2": 30, "c3": 20}, "192.0.2.3", Verdict.FULL),  # only the reserve is left
        ({"c1": 30, "c2": 30, "c3": 20}, "192.0.2.4", Verdict.WELCOME),
        ({"c1": 30, "c2": 30, "c3": 30, "c4": 10}, "192.0.2.5", Verdict.FULL),
    ],
)
def test_that_places_are_given_by_address(held, client, verdict):
    assert filled(**held).judge(client) is verdict


def test_that_this_computer_itself_is_not_counted_as_one_client():
    admission = Admission(LIMITS, 100)
    for _ in range(50):
        admission.enter("127.0.0.1")
    assert admission.judge("127.0.0.1") is Verdict.WELCOME


def test_that_leaving_gives_the_place_back():
    admission = filled(c1=30)
    admission.leave("192.0.2.1")
    assert admission.judge("192.0.2.1") is Verdict.WELCOME
    assert admission.count == 29


@pytest.mark.parametrize(
    ("address", "own"),
    [
        ("127.0.0.1", True),
        ("127.3.4.5", True),
        ("::1", True),
        ("fe80::1%eth0", False),
        ("192.168.1.2", False),
        ("", False),
    ],
)
def test_which_addresses_are_this_computers_own(address, own):
    assert is_own(address) is own
