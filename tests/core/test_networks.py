"""From which addresses anybody is let in."""

from __future__ import annotations

import pytest

from desktop_share.core.errors import ShareError
from desktop_share.core.networks import NetworkPolicy, parse_network, parse_networks


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
