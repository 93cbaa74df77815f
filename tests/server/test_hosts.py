"""Hosts: what is ours, what is not, and what is no host at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_share.server.hosts import HostPolicy, HostVerdict, judge_host, normal_host, policy_for

OK, BAD, MISDIRECTED = HostVerdict.OK, HostVerdict.BAD_REQUEST, HostVerdict.MISDIRECTED
POLICY = policy_for(
    ["192.168.1.20", "fd00::1", "fe80::1234%eth0"],
    "Anna-PC",
    8765,
    ["share.example.org", "Büro.example", "proxy.example:80", "[fd00::9]:99", "10.9.9.9:81", "2001:db8::5"],
)


@pytest.mark.parametrize(
    "host",
    [
        "192.168.1.20:8765",
        "[fd00::1]:8765",
        "[FD00:0:0:0:0:0:0:1]:8765",
        "[fd00:0000::0001]:8765",
        "[::ffff:192.168.1.20]:8765",
        "[::ffff:c0a8:114]:8765",
        "[fe80::1234]:8765",
        "[fe80::1234%25eth0]:8765",
        "[fe80::1234%eth1]:8765",
        "192.168.1.20.:8765",
        "192.168.1.20",  # wget2 1.99 leaves every port out
        "[::1]",
        "127.0.0.1:8765",
        "[::1]:8765",
        "localhost:8765",
        "LocalHost.:8765",
        "anna-pc:8765",
        "ANNA-PC.local:8765",
        "anna-pc.local.:8765",
        "share.example.org:8765",
        "xn--bro-hoa.example:8765",
        "proxy.example",
        "proxy.example:80",
        "proxy.example:",  # RFC 3986 section 3.2.3: the port may be empty
        "[fd00::9]:99",
        "10.9.9.9:81",
        "[2001:db8::5]:8765",
        "localhost:08765",
        "  localhost:8765\t",
    ],
)
def test_that_every_spelling_of_what_is_ours_is_served(host: str) -> None:
    assert judge_host([host], "/d/token", POLICY) is OK


@pytest.mark.parametrize(
    "host",
    [
        # names that only look like ours
        "localhost.evil.com:8765",
        "127.0.0.1.evil:8765",
        "192.168.1.20.nip.io:8765",
        "evil.com:8765",
        "evil-localhost:8765",
        "xlocalhost:8765",
        "localhost..:8765",
        ".localhost:8765",
        "anna-pc.evil.local:8765",
        "anna-pc.localhost:8765",
        "local:8765",
        "localhost,evil.com:8765",
        # addresses that are not ours, or that no browser sends like this
        "192.168.1.21:8765",
        "[fd00::2]:8765",
        "0.0.0.0:8765",
        "[::]:8765",
        "127.0.0.2:8765",
        "2130706433:8765",
        "0x7f000001:8765",
        "0x7f.0.0.1:8765",
        "0177.0.0.1:8765",
        "127.1:8765",
        "127.0.0.01:8765",
        "127.0.0.1..:8765",
        "%31%32%37.0.0.1:8765",
        "localhost%00:8765",
        "localhost%2eevil.com:8765",
        # another port
        "localhost",
        "localhost:",
        "localhost:80",
        "localhost:8766",
        "localhost:0",
        "localhost:87650",
        "localhost:" + "9" * 900,
        "192.168.1.20:",
        "192.168.1.20:80",
        "[::1]:80",
        "10.9.9.9",
        "[fd00::9]",
        "proxy.example:8765",
        "[fd00::9]:8765",
        "10.9.9.9:8765",
    ],
)
def test_that_a_host_which_is_not_ours_is_misdirected(host: str) -> None:
    assert judge_host([host], "/d/token", POLICY) is MISDIRECTED  # RFC 9110 section 7.4


@pytest.mark.parametrize(
    "host_values",
    [
        [],
        ["localhost:8765", "localhost:8765"],
        ["localhost:8765", "evil.com"],
        [""],
        [" "],
        [":8765"],
        ["localhost:8765, localhost:8765"],  # joined by a gateway
        ["user@localhost:8765"],
        ["user:password@localhost:8765"],
        ["localhost:8765@evil.com"],
        ["evil.com#@localhost:8765"],
        ["http://localhost:8765"],
        ["localhost:8765/"],
        ["localhost:8765?x"],
        ["localhost\\:8765"],
        ["local host:8765"],
        ["localhost :8765"],
        ["localhost: 8765"],
        ["localhost:8765 evil.com"],
        ["localhost\x00:8765"],
        ["localhost:8765\r\nX: y"],
        ["localhost:8765\n"],
        ["local\thost:8765"],
        ["localhost:http"],
        ["localhost:+8765"],
        ["localhost:-1"],
        ["localhost:٨٧٦٥"],
        ["localhost:8765:8765"],
        ["::1"],
        ["fd00::1:8765"],
        ["[::1"],
        ["::1]:8765"],
        ["[::1]8765"],
        ["[[::1]]:8765"],
        ["[]:8765"],
        ["[127.0.0.1]:8765"],
        ["[localhost]:8765"],
        ["[::1::]:8765"],
        ["[fe80::1%]:8765"],
        ["b\xfcro.example:8765"],
        ["localh\u00f6st:8765"],
        ["localhost%:8765"],
        ["localhost%zz:8765"],
        ["l" * 2000 + ":8765"],
    ],
)
def test_that_no_host_two_hosts_and_malformed_ones_are_bad_requests(host_values: list[str]) -> None:
    assert judge_host(host_values, "/", POLICY) is BAD  # RFC 9112 section 3.2


@pytest.mark.parametrize(
    ("host", "target", "verdict"),
    [
        # RFC 9112 section 3.2.1: a path, whatever it looks like
        ("localhost:8765", "/", OK),
        ("localhost:8765", "//evil.com/x", OK),
        ("localhost:8765", "/http://evil.com/", OK),
        ("evil.com", "//localhost:8765/", MISDIRECTED),
        # 3.2.2: the target overrules Host
        ("localhost:8765", "http://localhost:8765/", OK),
        ("evil.com", "http://localhost:8765/", OK),
        ("localhost:8765", "HTTP://LOCALHOST:8765", OK),
        ("localhost:8765", "http://[::1]:8765?x", OK),
        ("localhost:8765", "http://proxy.example/", OK),
        ("localhost:8765", "http://evil.com/", MISDIRECTED),
        ("localhost:8765", "http://evil.com:8765/", MISDIRECTED),
        ("localhost:8765", "http://localhost/", MISDIRECTED),
        ("localhost:8765", "http://evil.com?@localhost:8765/", MISDIRECTED),
        ("localhost:8765", "https://localhost:8765/", MISDIRECTED),
        ("localhost:8765", "ftp://localhost:8765/", MISDIRECTED),
        ("user@evil.com", "http://localhost:8765/", BAD),  # Host has to be well-formed all the same
        ("localhost:8765", "http://user@localhost:8765/", BAD),  # RFC 9110 section 4.2.4
        ("localhost:8765", "http://localhost:8765@evil.com/", BAD),
        ("localhost:8765", "http://localhost:8765\\@evil.com/", BAD),
        ("localhost:8765", "http:///", BAD),
        ("localhost:8765", "http://", BAD),
        ("localhost:8765", "http://[::1/", BAD),
        # 3.2.3, 3.2.4
        ("localhost:8765", "localhost:8765", BAD),
        ("localhost:8765", "*", OK),
        ("evil.com", "*", MISDIRECTED),
        # none of the four forms
        ("localhost:8765", "", BAD),
        ("localhost:8765", "d/token", BAD),
        ("localhost:8765", "http:/localhost", BAD),
        ("localhost:8765", "/a b", BAD),
        ("localhost:8765", "/a\r\nX: y", BAD),
        ("localhost:8765", "/\x00", BAD),
        ("localhost:8765", "?x", BAD),
    ],
)
def test_that_an_absolute_target_is_judged_by_the_same_rule(host: str, target: str, verdict: HostVerdict) -> None:
    assert judge_host([host], target, POLICY) is verdict


def test_that_a_missing_port_means_the_schemes_own() -> None:
    plain = policy_for([], "pc", 80)
    assert judge_host(["localhost"], "/", plain) is OK
    assert judge_host(["localhost:443"], "/", plain) is MISDIRECTED
    secure = HostPolicy(frozenset({"localhost"}), 443, scheme="https")
    assert judge_host(["localhost"], "/", secure) is OK
    assert judge_host(["localhost:80"], "/", secure) is MISDIRECTED
    assert judge_host(["localhost"], "http://localhost/", secure) is MISDIRECTED


def test_that_an_address_of_this_computer_is_asked_for_in_its_normal_form() -> None:
    asked: list[str] = []

    def is_own(ip: str) -> bool:
        asked.append(ip)
        return ip in ("10.0.0.7", "fd00::7")

    policy = policy_for([], "pc", 8765, is_own_ip=is_own)
    assert judge_host(["10.0.0.7:8765"], "/", policy) is OK
    assert judge_host(["[FD00:0::7]:8765"], "/", policy) is OK
    assert judge_host(["10.0.0.8:8765"], "/", policy) is MISDIRECTED
    assert judge_host(["10.0.0.7:80"], "/", policy) is MISDIRECTED
    assert judge_host(["evil.com:8765"], "/", policy) is MISDIRECTED
    assert asked == ["10.0.0.7", "fd00::7", "10.0.0.8"]


@pytest.mark.parametrize(
    ("hostname", "known", "unknown"),
    [
        ("Johns-MacBook.local", ["johns-macbook", "johns-macbook.local"], ["johns-macbook.local.local"]),
        ("pc.fritz.box", ["pc.fritz.box", "pc", "pc.local"], ["fritz.box"]),
        ("DESKTOP_1", ["desktop_1", "desktop_1.local"], []),
        ("büro", ["xn--bro-hoa", "xn--bro-hoa.local"], []),
        ("my pc", [], ["my pc", "my", "my pc.local"]),
        ("", ["localhost"], ["", ".local", "local"]),
        ("localhost", ["localhost", "localhost.local"], []),
    ],
)
def test_that_the_computers_name_is_known_alone_and_under_local(
    hostname: str, known: list[str], unknown: list[str]
) -> None:
    names = policy_for([], hostname, 8765).names
    assert set(known) <= names
    assert not set(unknown) & names
    assert {"localhost", "127.0.0.1", "::1"} <= names


@pytest.mark.parametrize("entry", ["", " ", "a b", "a/b", "http://a", "user@a", "a:b", "a:99999999", "[::1", "b\xfc b"])
def test_that_an_extra_name_which_is_none_adds_nothing(entry: str) -> None:
    assert policy_for([], "pc", 8765, [entry]).names == policy_for([], "pc", 8765).names


@pytest.mark.parametrize(
    ("host", "normal"),
    [
        ("Example.ORG.", "example.org"),
        ("192.168.001.1", "192.168.001.1"),  # a name, though an odd one
        ("::FFFF:10.0.0.1", "10.0.0.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("10.0.0.1%eth0", None),
        ("", None),
        (".", None),
        ("a b", None),
        ("a:80", None),
        ("\xfc..b", None),
        ("\xfc" * 70, None),
        ("日本.jp", "xn--wgv71a.jp"),
    ],
)
def test_that_each_host_has_one_spelling(host: str, normal: str | None) -> None:
    assert normal_host(host) == normal


@given(st.lists(st.text(max_size=40) | st.just("localhost:8765"), max_size=3), st.text(max_size=40))
def test_that_every_request_gets_a_verdict(host_values: list[str], target: str) -> None:
    verdict = judge_host(host_values, target, POLICY)
    assert isinstance(verdict, HostVerdict)
    assert verdict is not OK or len(host_values) == 1


@given(st.from_regex(r"[a-z0-9.:\[\]@%-]{1,30}", fullmatch=True))
def test_that_only_known_names_are_served(host: str) -> None:
    if judge_host([host], "/", POLICY) is OK:
        assert host.endswith((":8765", ":80", ":99", ":81")) or host.startswith("proxy.example")
