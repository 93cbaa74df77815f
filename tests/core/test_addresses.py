"""Which addresses come first, and why the others come last: tables of adapters of every system."""

from __future__ import annotations

import ipaddress
import socket

import psutil
import pytest

from desktop_share.core import addresses as addresses_module
from desktop_share.core.addresses import (
    Adapter,
    HostAddress,
    Reach,
    default_route_ips,
    host_addresses,
    is_ours,
    parse_address,
    ranked,
    system_adapters,
)
from desktop_share.core.errors import ShareError

LAN, VPN, VIRTUAL, DIRECT, LOOPBACK = Reach.LAN, Reach.VPN, Reach.VIRTUAL, Reach.LINK_LOCAL, Reach.LOOPBACK


@pytest.mark.parametrize(
    ("adapter", "reach"),
    [
        # Linux
        (Adapter("eth0", ("192.168.1.20",)), LAN),
        (Adapter("eth0:1", ("192.168.1.21",)), LAN),
        (Adapter("enp3s0", ("10.0.0.5",)), LAN),
        (Adapter("enx001122334455", ("172.16.0.9",)), LAN),
        (Adapter("wlan0", ("192.168.178.44",)), LAN),
        (Adapter("wlp2s0", ("192.168.178.44",)), LAN),
        (Adapter("br0", ("192.168.1.20",)), LAN),
        (Adapter("br-lan", ("192.168.1.1",)), LAN),
        (Adapter("vmbr0", ("192.168.1.20",)), LAN),
        (Adapter("bond0", ("192.168.1.20",)), LAN),
        (Adapter("eth0", ("198.51.100.7",)), LAN),
        (Adapter("docker0", ("172.17.0.1",)), VIRTUAL),
        (Adapter("docker_gwbridge", ("172.18.0.1",)), VIRTUAL),
        (Adapter("br-0123456789ab", ("172.19.0.1",)), VIRTUAL),
        (Adapter("veth1a2b3c4", ("172.17.0.2",)), VIRTUAL),
        (Adapter("virbr0", ("192.168.122.1",)), VIRTUAL),
        (Adapter("vmnet8", ("192.168.60.1",)), VIRTUAL),
        (Adapter("vboxnet0", ("192.168.56.1",)), VIRTUAL),
        (Adapter("lxdbr0", ("10.10.0.1",)), VIRTUAL),
        (Adapter("lxcbr0", ("10.0.3.1",)), VIRTUAL),
        (Adapter("podman1", ("10.89.0.1",)), VIRTUAL),
        (Adapter("cni0", ("10.244.0.1",)), VIRTUAL),
        (Adapter("tun0", ("10.8.0.2",)), VPN),
        (Adapter("tap0", ("10.8.0.2",)), VPN),
        (Adapter("wg0", ("10.6.0.2",)), VPN),
        (Adapter("tailscale0", ("100.101.102.103",)), VPN),
        (Adapter("tailscale0", ("fd7a:115c:a1e0::1",)), VPN),
        (Adapter("ztabcdefgh", ("10.147.17.3",)), VPN),
        (Adapter("nordlynx", ("10.5.0.2",)), VPN),
        (Adapter("office", ("10.6.0.2",), point_to_point=True), VPN),
        (Adapter("ppp0", ("10.64.64.64",), point_to_point=True), VPN),
        (Adapter("eth0", ("100.64.0.9",)), VPN),
        (Adapter("eth0", ("169.254.7.7",)), DIRECT),
        (Adapter("eth0", ("fe80::1%eth0",)), DIRECT),
        (Adapter("docker0", ("fe80::1%docker0",)), DIRECT),
        (Adapter("bnep0", ("192.168.44.2",)), DIRECT),
        (Adapter("eth0", ("fd00::20",)), LAN),
        (Adapter("eth0", ("2003:a:b::20",)), LAN),
        (Adapter("docker0", ("fd00:17::1",)), VIRTUAL),
        (Adapter("lo", ("127.0.0.1",)), LOOPBACK),
        (Adapter("lo", ("::1",)), LOOPBACK),
        # macOS
        (Adapter("en0", ("192.168.1.20",)), LAN),
        (Adapter("en1", ("192.168.1.20",)), LAN),
        (Adapter("utun3", ("10.8.0.2",), point_to_point=True), VPN),
        (Adapter("awdl0", ("fe80::1%awdl0",)), DIRECT),
        (Adapter("llw0", ("fe80::1%llw0",)), DIRECT),
        (Adapter("bridge100", ("192.168.64.1",)), VIRTUAL),
        (Adapter("vmenet0", ("192.168.64.1",)), VIRTUAL),
        (Adapter("lo0", ("127.0.0.1",)), LOOPBACK),
        # Windows
        (Adapter("Wi-Fi", ("192.168.1.20",), "Intel(R) Wi-Fi 6 AX201 160MHz"), LAN),
        (Adapter("Ethernet", ("192.168.1.20",), "Realtek PCIe GbE Family Controller"), LAN),
        (Adapter("WLAN", ("192.168.1.20",), "Qualcomm Atheros"), LAN),
        (Adapter("LAN-Verbindung* 2", ("192.168.137.1",), "Microsoft Wi-Fi Direct Virtual Adapter"), LAN),
        (Adapter("vEthernet (WSL)", ("172.20.0.1",), "Hyper-V Virtual Ethernet Adapter"), VIRTUAL),
        (Adapter("vEthernet (Default Switch)", ("172.21.0.1",)), VIRTUAL),
        (Adapter("VirtualBox Host-Only Network", ("192.168.56.1",)), VIRTUAL),
        (Adapter("Ethernet 3", ("192.168.56.1",), "VirtualBox Host-Only Ethernet Adapter"), VIRTUAL),
        (Adapter("VMware Network Adapter VMnet8", ("192.168.60.1",)), VIRTUAL),
        (Adapter("Hyper-V", ("192.168.60.1",)), VIRTUAL),
        (Adapter("Tailscale", ("100.101.102.103",), "Tailscale Tunnel"), VPN),
        (Adapter("OpenVPN TAP", ("10.8.0.2",)), VPN),
        (Adapter("Ethernet 4", ("10.8.0.2",), "TAP-Windows Adapter V9"), VPN),
        (Adapter("Teredo", ("2001:0:1::1",)), VPN),
        (Adapter("Bluetooth", ("192.168.44.2",)), DIRECT),
        (Adapter("Bluetooth Network Connection", ("169.254.1.2",)), DIRECT),
        (Adapter("Loopback Pseudo-Interface 1", ("127.0.0.1",)), LOOPBACK),
    ],
    ids=lambda value: f"{value.name} {value.ips[0]}" if isinstance(value, Adapter) else str(value),
)
def test_that_each_adapter_has_the_reach_it_has(adapter: Adapter, reach: Reach) -> None:
    address = next(each for each in ranked([adapter]) if each.ip == adapter.ips[0])
    assert (address.ip, address.interface, address.reach) == (adapter.ips[0], adapter.name, reach)
    assert adapter.name in address.reason()


def test_that_the_best_comes_first_on_a_busy_linux_computer() -> None:
    found = ranked(
        [
            Adapter("lo", ("127.0.0.1", "::1")),
            Adapter("docker0", ("172.17.0.1", "fe80::42%docker0")),
            Adapter("eth1", ("169.254.3.4",)),
            Adapter("tun0", ("10.8.0.2",), point_to_point=True),
            Adapter("wlan0", ("192.168.1.31", "2003:a:b::31", "fe80::31%wlan0")),
            Adapter("enp3s0", ("192.168.1.20", "fd00::20", "fe80::20%enp3s0")),
            Adapter("eth9", ("192.168.9.9",), up=False),
        ],
        default_ips=("192.168.1.20",),
    )
    assert [address.ip for address in found] == [
        "192.168.1.20",
        "192.168.1.31",
        "fd00::20",
        "2003:a:b::31",
        "10.8.0.2",
        "172.17.0.1",
        "169.254.3.4",
        "fe80::20%enp3s0",
        "fe80::42%docker0",
        "fe80::31%wlan0",
        "127.0.0.1",
        "::1",
    ]


def test_that_a_vpn_with_the_default_route_stays_behind_the_lan() -> None:
    found = ranked([Adapter("tun0", ("10.8.0.2",)), Adapter("wlan0", ("192.168.1.31",))], ("10.8.0.2",))
    assert [address.reach for address in found] == [LAN, VPN, LOOPBACK]


def test_that_a_virtual_switch_with_the_default_route_is_the_computers_own_connection() -> None:
    external = Adapter("vEthernet (External)", ("192.168.1.20",), "Hyper-V Virtual Ethernet Adapter #2")
    inner = Adapter("vEthernet (WSL)", ("172.20.0.1",))
    assert [each.reach for each in ranked([inner, external], ("192.168.1.20",))] == [LAN, VIRTUAL, LOOPBACK]


def test_that_loopback_is_there_when_nothing_else_is() -> None:
    assert ranked([]) == (HostAddress("127.0.0.1", "localhost", LOOPBACK),)


def test_that_an_address_on_two_adapters_is_there_once_as_the_better_one() -> None:
    found = ranked([Adapter("docker0", ("192.168.1.20",)), Adapter("eth0", ("192.168.1.20", "192.168.1.20"))])
    assert found[:-1] == (HostAddress("192.168.1.20", "eth0", LAN),)


def test_that_what_nobody_can_connect_to_is_left_out() -> None:
    found = ranked([Adapter("eth0", ("0.0.0.0", "::", "224.0.0.1", "ff02::1", "nonsense", ""))])
    assert [address.reach for address in found] == [LOOPBACK]


def test_that_a_reason_can_be_translated_and_its_adapter_cannot_break_it() -> None:
    address = HostAddress("10.0.0.1", "{weird}", LAN)
    assert address.reason(lambda _: "Im selben Netz ({interface})") == ("Im selben Netz ({weird})")
    assert HostAddress("10.0.0.1", "", LAN).reason().endswith("(10.0.0.1).")


@pytest.mark.parametrize(
    ("ip", "port", "url"),
    [
        ("192.168.1.20", 8765, "http://192.168.1.20:8765"),
        ("192.168.1.20", 80, "http://192.168.1.20"),
        ("fd00::1", 8765, "http://[fd00::1]:8765"),
        ("fd00::1", 80, "http://[fd00::1]"),
        ("fe80::1%eth0", 8765, "http://[fe80::1%25eth0]:8765"),
    ],
)
def test_that_an_address_makes_a_url(ip: str, port: int, url: str) -> None:
    assert HostAddress(ip, "", LAN).url(port) == url


# -- this computer


def test_that_this_computers_addresses_are_addresses() -> None:
    found = host_addresses()
    assert found
    assert any(address.reach is LOOPBACK for address in found)
    assert [list(Reach).index(address.reach) for address in found] == sorted(
        list(Reach).index(address.reach) for address in found
    )
    for address in found:
        assert ipaddress.ip_address(address.ip).version == (6 if address.is_ipv6 else 4)
        assert is_ours(address.ip)
        assert parse_address(address.ip) == address.ip


def test_that_the_adapters_and_the_default_route_can_be_handed_over() -> None:
    eth0, eth1 = Adapter("eth0", ("10.0.0.1",)), Adapter("eth1", ("10.0.0.2",))
    found = host_addresses(lambda: [eth0, eth1], lambda: ["10.0.0.2"])
    assert [address.ip for address in found] == ["10.0.0.2", "10.0.0.1", "127.0.0.1"]


def test_that_a_system_that_tells_nothing_leaves_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(psutil, "net_if_stats", refuse)
    assert list(system_adapters()) == []
    assert [address.reach for address in host_addresses()] == [LOOPBACK]


def test_that_the_default_route_is_looked_up_without_sending(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds: list[int] = []
    really = socket.socket

    def watched(family: int, kind: int) -> socket.socket:
        kinds.append(kind)
        return really(family, kind)

    monkeypatch.setattr(addresses_module.socket, "socket", watched)
    for ip in default_route_ips():
        ipaddress.ip_address(ip)
    assert kinds == [socket.SOCK_DGRAM, socket.SOCK_DGRAM]


def test_that_a_computer_without_a_network_has_no_default_route(monkeypatch: pytest.MonkeyPatch) -> None:
    class Unconnected(socket.socket):
        def connect(self, _: object) -> None:
            raise OSError(101, "Network is unreachable")

    monkeypatch.setattr(addresses_module.socket, "socket", Unconnected)
    assert default_route_ips() == ()


# -- typed addresses


OWN = ranked([Adapter("eth0", ("192.168.1.20", "fd00::20", "fe80::20%eth0")), Adapter("lo", ("127.0.0.1", "::1"))])


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("192.168.1.20", "192.168.1.20"),
        ("  192.168.1.20\n", "192.168.1.20"),
        ("fd00::20", "fd00::20"),
        ("FD00:0:0::0020", "fd00::20"),
        ("[fd00::20]", "fd00::20"),
        ("fe80::20%eth0", "fe80::20%eth0"),
        ("fe80::20", "fe80::20%eth0"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("localhost", "127.0.0.1"),
        ("LocalHost", "127.0.0.1"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.53", "127.0.0.53"),
    ],
)
def test_that_a_typed_address_of_ours_is_taken(typed: str, address: str) -> None:
    assert parse_address(typed, OWN) == address


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("", "address-malformed"),
        ("   ", "address-malformed"),
        ("hello", "address-malformed"),
        ("{address}", "address-malformed"),
        ("192.168.1", "address-malformed"),
        ("192.168.1.256", "address-malformed"),
        ("192.168.1.020", "address-malformed"),
        ("192.168.1.20:8765", "address-malformed"),
        ("http://192.168.1.20", "address-malformed"),
        ("192.168.1.20/24", "address-malformed"),
        ("１９２.168.1.20", "address-malformed"),
        ("[192.168.1.20", "address-malformed"),
        ("fd00::20::1", "address-malformed"),
        ("0.0.0.0", "address-unspecified"),
        ("::", "address-unspecified"),
        ("192.168.1.21", "address-not-ours"),
        ("8.8.8.8", "address-not-ours"),
        ("fe80::20%eth1", "address-not-ours"),
        ("fd00::21", "address-not-ours"),
        ("224.0.0.1", "address-not-ours"),
    ],
)
def test_that_any_other_is_refused_with_what_to_do(typed: str, kind: str) -> None:
    with pytest.raises(ShareError) as raised:
        parse_address(typed, OWN)
    assert raised.value.problem.kind == kind
    assert typed.strip() in raised.value.problem.what_text()
    assert raised.value.problem.next_step_text()
    assert not is_ours(typed, OWN)
