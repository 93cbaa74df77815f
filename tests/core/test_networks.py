"""From which addresses anybody is let in."""

from __future__ import annotations

import pytest

from desktop_share.core.addresses import Adapter, system_adapters
from desktop_share.core.errors import ShareError
from desktop_share.core.networks import (
    EVERYONE,
    KNOWN_FOR,
    NetworkPolicy,
    Networks,
    parse_network,
    parse_networks,
    policy_of,
)
from desktop_share.core.settings import Settings

ADAPTERS = (
    Adapter("lo", ("127.0.0.1", "::1"), prefixes=(8, 128)),
    Adapter("eth0", ("192.168.1.20", "fd00:1::20", "fe80::20%eth0"), prefixes=(24, 64, 64)),
    Adapter("wlan0", ("10.0.0.20", "fe80::21%wlan0"), prefixes=(16, 64)),
    Adapter("off0", ("172.16.0.20",), up=False, prefixes=(16,)),
    Adapter("odd0", ("8.8.4.4",), prefixes=(0,)),
)


@pytest.mark.parametrize(
    ("allow", "deny", "client", "admitted"),
    [
        ([], [], "203.0.113.9", True),
        ([], [], "no address", True),
        (["192.168.1.0/24"], [], "192.168.1.255", True),
        (["192.168.1.0/24"], [], "192.168.2.0", False),
        (["192.168.1.77/24"], [], "192.168.1.1", True),
        (["192.168.1.0/24"], [], "::ffff:192.168.1.7", True),
        (["192.168.1.0/24"], [], "no address", False),
        (["fd00::/8"], [], "fd12::1", True),
        (["fe80::/10"], [], "fe80::1%eth0", True),
        (["fd00::/8"], [], "192.168.1.1", False),
        (["10.0.0.7"], [], "10.0.0.7", True),
        (["10.0.0.7"], [], "10.0.0.8", False),
        ([], ["10.0.0.7"], "10.0.0.7", False),
        ([], ["10.0.0.7"], "::ffff:10.0.0.7", False),
        ([], ["10.0.0.7"], "10.0.0.8", True),
        (["10.0.0.0/8"], ["10.0.0.0/24"], "10.0.0.1", False),
        (["10.0.0.0/8"], ["10.0.0.0/24"], "10.0.1.1", True),
        (["10.0.0.0/8"], ["0.0.0.0/0", "::/0"], "127.0.0.1", True),
        (["10.0.0.0/8"], ["0.0.0.0/0", "::/0"], "::1", True),
        ([], ["0.0.0.0/0"], "no address", False),
    ],
)
def test_that_an_address_is_let_in_or_not(allow: list[str], deny: list[str], client: str, admitted: bool) -> None:
    assert NetworkPolicy(parse_networks(allow), parse_networks(deny)).admits(client) is admitted


@pytest.mark.parametrize(
    "text", ["", "x", "1.2.3", "1.2.3.4/33", "fd00::/129", "1.2.3.4-9", "example.org", "1.2.3.4/a"]
)
def test_that_what_is_no_range_says_what_to_write(text: str) -> None:
    with pytest.raises(ShareError) as raised:
        parse_network(text)
    assert "192.168.1.0/24" in str(raised.value)


def test_that_empty_lines_do_not_count() -> None:
    assert parse_networks(["", "  ", " 10.0.0.1 "]) == (parse_network("10.0.0.1"),)


@pytest.mark.parametrize(
    ("settings", "admitted", "refused"),
    [
        (Settings(), ["203.0.113.9", "2001:db8::1", "no address"], []),
        (
            Settings(reach="this-network"),
            ["192.168.1.99", "10.0.77.1", "fd00:1::99", "fe80::99%eth0", "fe80::99%else", "169.254.3.4", "127.0.0.1"],
            ["203.0.113.9", "192.168.2.1", "fd00:2::1", "172.16.0.1", "8.8.8.8", "no address"],
        ),
        (
            Settings(reach="this-network", interfaces=("wlan0",)),
            ["10.0.77.1", "fe80::99%wlan0", "192.168.1.20"],
            ["192.168.1.99", "fe80::99%eth0", "fe80::99", "169.254.3.4"],
        ),
        (Settings(interfaces=("eth0",)), ["192.168.1.99", "fe80::99%eth0"], ["10.0.77.1", "203.0.113.9"]),
        (Settings(interfaces=("gone0",)), ["127.0.0.1", "10.0.0.20"], ["10.0.77.1", "192.168.1.99", "203.0.113.9"]),
        (
            Settings(reach="this-computer"),
            ["127.0.0.1", "::1", "192.168.1.20", "10.0.0.20", "fe80::20%eth0"],
            ["192.168.1.99", "10.0.77.1", "203.0.113.9", "fe80::99%eth0"],
        ),
        (Settings(reach="this-computer", allow=("10.0.0.7",)), ["10.0.0.7", "::1"], ["10.0.0.8"]),
        (Settings(allow=("10.0.0.7",)), ["10.0.0.7", "192.168.1.20", "127.0.0.1"], ["10.0.0.8", "192.168.1.99"]),
        (Settings(reach="this-network", allow=("203.0.113.0/24",)), ["203.0.113.9", "10.0.77.1"], ["203.0.114.9"]),
        (Settings(deny=("10.0.0.0/8",)), ["192.168.1.99", "10.0.0.20"], ["10.0.77.1"]),
        (Settings(reach="this-network", deny=("10.0.77.1",)), ["10.0.77.2"], ["10.0.77.1"]),
        (Settings(reach="this-network", interfaces=("eth0",), deny=("fe80::/10",)), ["fd00:1::9"], ["fe80::99%eth0"]),
    ],
)
def test_that_settings_mean_these_networks(settings: Settings, admitted: list[str], refused: list[str]) -> None:
    policy = policy_of(settings, ADAPTERS)
    assert [each for each in (*admitted, *refused) if policy.admits(each)] == admitted


def test_that_the_system_tells_the_networks_of_its_adapters() -> None:
    policy = policy_of(Settings(reach="this-network"), system_adapters())
    assert policy.admits("127.0.0.1")
    assert not policy.admits("203.0.113.9")
    assert all(len(each.ips) == len(each.prefixes) for each in system_adapters())


class Computer:
    def __init__(self) -> None:
        self.now = 0.0
        self.settings = Settings()
        self.adapters = ADAPTERS
        self.looked = 0
        self.networks = Networks(lambda: self.settings, self.look, lambda: self.now)

    def look(self) -> tuple[Adapter, ...]:
        self.looked += 1
        return self.adapters


def test_that_everyone_is_let_in_without_a_look_at_the_adapters() -> None:
    computer = Computer()
    assert computer.networks() is EVERYONE
    assert computer.looked == 0


def test_that_the_adapters_are_looked_up_now_and_then_and_a_change_of_the_settings_counts_at_once() -> None:
    computer = Computer()
    computer.settings = Settings(reach="this-network")
    assert [computer.networks().admits("192.168.1.99") for _ in range(3)] == [True] * 3
    assert computer.looked == 1
    computer.adapters = ADAPTERS[:1]
    assert computer.networks().admits("192.168.1.99")
    computer.now = KNOWN_FOR
    assert not computer.networks().admits("192.168.1.99")
    assert computer.looked == 2
    computer.settings = Settings(reach="this-network", allow=("192.168.1.99",))
    assert computer.networks().admits("192.168.1.99")
    computer.settings = Settings()
    assert computer.networks() is EVERYONE
