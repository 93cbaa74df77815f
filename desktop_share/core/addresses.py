"""Which of this computer's addresses another device can reach, best first.

`adapters` asks the system, `ranked` decides, from plain values. Nothing is sent to anyone.
"""

from __future__ import annotations

import ipaddress
import re
import socket
import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from desktop_share.core.errors import Problem, ShareError, Translate, untranslated

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


class Reach(StrEnum):
    """Who can reach an address, best first."""

    LAN = "lan"
    VPN = "vpn"
    VIRTUAL = "virtual"  # containers and virtual machines
    LINK_LOCAL = "link-local"
    LOOPBACK = "loopback"


_REASONS = {
    Reach.LAN: "Reachable from other devices on the same network ({interface}).",
    Reach.VPN: "Only reachable by devices in the same VPN ({interface}).",
    Reach.VIRTUAL: "Only reachable by containers and virtual machines on this computer ({interface}).",
    Reach.LINK_LOCAL: "Only reachable by devices that are connected to this computer directly ({interface}).",
    Reach.LOOPBACK: "Only reachable by other programs on this computer ({interface}).",
}


@dataclass(frozen=True, slots=True)
class HostAddress:
    """One address of this computer.

    ip         '192.168.1.20', 'fd00::1', 'fe80::1%eth0' (the scope only for link-local)
    interface  the adapter's name as the system shows it, '' for an address that was typed
    """

    ip: str
    interface: str
    reach: Reach

    @property
    def is_ipv6(self) -> bool:
        return ":" in self.ip

    def url(self, port: int) -> str:
        """'http://192.168.1.20:8765', 'http://[fd00::1]:8765'; no port when it is 80.

        The '%' before a scope is '%25' in a URL (RFC 6874).
        """
        host = f"[{self.ip.replace('%', '%25')}]" if self.is_ipv6 else self.ip
        return f"http://{host}" if port == 80 else f"http://{host}:{port}"

    def reason(self, translate: Translate = untranslated) -> str:
        """Who can reach it, in words for people."""
        return translate(_REASONS[self.reach]).format(interface=self.interface or self.ip)


@dataclass(frozen=True, slots=True)
class Adapter:
    """A network adapter as the system tells of it.

    name            'eth0', 'Wi-Fi': what a person knows it by
    ips             link-local IPv6 ones with their scope
    description     what its driver calls it, on Windows; '' elsewhere
    up              whether it is on and connected
    point_to_point  whether there is one other end only: a tunnel
    prefixes        bits of the network part of each of `ips`
    """

    name: str
    ips: tuple[str, ...]
    description: str = ""
    up: bool = True
    point_to_point: bool = False
    prefixes: tuple[int, ...] = ()


# By the names that the programs which make them give, on Linux, macOS and Windows; matched without regard to case.
_VIRTUAL = re.compile(
    r"^(docker|br-[0-9a-f]{12}$|veth|virbr|vmnet|vboxnet|vnet\d|lxc|lxd|incusbr|podman|cni|flannel|cali|kube|"
    r"vmenet|bridge1\d\d$|waydroid|hassio|vethernet)|virtualbox|vmware|hyper-v|parallels|docker|wsl\b|default switch",
    re.IGNORECASE,
)
_VPN = re.compile(
    r"^(tun|tap|utun|wg|ipsec|ppp|gif|stf|zt|feth\d|tailscale|nordlynx|proton|mullvad|cscotun|gpd\d)|vpn|"
    r"tailscale|zerotier|wireguard|wintun|tap-windows|tunnel|teredo|isatap|6to4|anyconnect|globalprotect|pangp|fortinet",
    re.IGNORECASE,
)
_DIRECT = re.compile(r"^(awdl|llw|bnep)\d|bluetooth", re.IGNORECASE)

_CGNAT = ipaddress.ip_network("100.64.0.0/10")  # what Tailscale gives; a router at home never does
_TAILSCALE = ipaddress.ip_network("fd7a:115c:a1e0::/48")
_TUNNELS = (ipaddress.ip_network("2001::/32"), ipaddress.ip_network("2002::/16"))  # Teredo, 6to4

_LOOPBACK_V4 = "127.0.0.1"


def host_addresses(
    adapters: Callable[[], Iterable[Adapter]] | None = None,
    default_route: Callable[[], Collection[str]] | None = None,
) -> tuple[HostAddress, ...]:
    """The addresses of this computer now, best first, loopback last. Never empty."""
    return ranked((adapters or system_adapters)(), (default_route or default_route_ips)())


def ranked(adapters: Iterable[Adapter], default_ips: Collection[str] = ()) -> tuple[HostAddress, ...]:
    """The addresses of the adapters that are up, best first: by reach, IPv4 before IPv6, then the adapter that
    has one of `default_ips` (the default route), then as they come."""
    found: list[tuple[tuple[int, bool, bool], HostAddress]] = []
    for adapter in (*(each for each in adapters if each.up), Adapter("localhost", (_LOOPBACK_V4,))):
        has_default_route = any(ip in default_ips for ip in adapter.ips)
        for ip in adapter.ips:
            address = _parsed(ip)
            if address is None or address.is_unspecified or address.is_multicast:
                continue
            reach = _reach(adapter, address, has_default_route)
            rank = (list(Reach).index(reach), address.version == 6, not has_default_route)
            found.append((rank, HostAddress(ip, adapter.name, reach)))
    found.sort(key=lambda pair: pair[0])  # stable: the system's order where nothing else decides
    best: dict[str, HostAddress] = {}
    for _, host in found:
        best.setdefault(host.ip, host)
    return tuple(best.values())


def _reach(adapter: Adapter, address: IpAddress, has_default_route: bool) -> Reach:
    if address.is_loopback:
        return Reach.LOOPBACK
    if address.is_link_local:
        return Reach.LINK_LOCAL
    if address in _CGNAT or address in _TAILSCALE or any(address in network for network in _TUNNELS):
        return Reach.VPN
    labels = (adapter.name, adapter.description)
    if any(_VPN.search(label) for label in labels):
        return Reach.VPN
    # a virtual switch that has the default route is how the computer itself is connected (Hyper-V, bridges)
    if any(_VIRTUAL.search(label) for label in labels) and not has_default_route:
        return Reach.VIRTUAL
    if any(_DIRECT.search(label) for label in labels):
        return Reach.LINK_LOCAL
    return Reach.VPN if adapter.point_to_point else Reach.LAN


def system_adapters() -> Iterator[Adapter]:
    """The adapters of this computer that have addresses; none where the system does not tell."""
    # asked on the server's thread: their import need not keep the window waiting
    import ifaddr
    import psutil

    try:
        states, reported = psutil.net_if_stats(), list(ifaddr.get_adapters())
    except OSError:
        return
    for each in reported:
        # on Windows the address has the name that people know, the adapter has a GUID and the driver's name
        name = each.ips[0].nice_name if each.ips else each.nice_name
        state = states.get(name) or states.get(name.partition(":")[0])  # 'eth0:1' is a second name of eth0
        yield Adapter(
            name=name,
            ips=tuple(_with_scope(ip.ip, name) for ip in each.ips),
            description="" if each.nice_name == name else each.nice_name,
            up=state is None or state.isup,
            point_to_point=state is not None and "pointopoint" in state.flags.split(","),
            prefixes=tuple(ip.network_prefix for ip in each.ips),
        )


def _with_scope(ip: str | tuple[str, int, int], interface: str) -> str:
    if isinstance(ip, str):
        return ip
    text, _, scope = ip
    if not ipaddress.IPv6Address(text.partition("%")[0]).is_link_local or "%" in text:
        return text
    return f"{text}%{scope}" if sys.platform == "win32" else f"{text}%{interface}"


def default_route_ips() -> tuple[str, ...]:
    """The addresses that this computer would use towards the internet, IPv4 and IPv6, where it has a way there.

    Connecting a UDP socket looks the way up and sends nothing; the other ends are reserved for documentation.
    """
    found = []
    for family, target in ((socket.AF_INET, "203.0.113.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as looking:
                looking.connect((target, 9))
                found.append(str(looking.getsockname()[0]))
        except OSError:  # no such way, or no IPv6 at all
            continue
    return tuple(found)


def is_ours(ip: str, addresses: Iterable[HostAddress] | None = None) -> bool:
    """Whether this computer has that address now; `addresses` are its own where they are known already."""
    return _own(ip, host_addresses() if addresses is None else addresses) is not None


def parse_address(text: str, addresses: Iterable[HostAddress] | None = None) -> str:
    """An address that someone typed, as the system writes it: '[::1]' is '::1', 'localhost' is '127.0.0.1'.

    Raises ShareError for what is no address, or none of this computer.
    """
    typed = text.strip()
    bare = typed[1:-1] if typed.startswith("[") and typed.endswith("]") else typed
    if bare.lower() == "localhost":
        return _LOOPBACK_V4
    address = _parsed(bare)
    if address is None:
        raise ShareError(_problem("address-malformed", "“{address}” is not an address.", typed))
    if address.is_unspecified:
        raise ShareError(
            Problem(
                "address-unspecified",
                "“{address}” stands for every address of this computer.",
                "Choose none to use every address.",
                (("address", typed),),
            )
        )
    own = _own(bare, host_addresses() if addresses is None else addresses)
    if own is None:
        raise ShareError(_problem("address-not-ours", "{address} is not an address of this computer.", typed))
    return own


def _problem(kind: str, what: str, typed: str) -> Problem:
    return Problem(
        kind, what, "Choose one from the list of addresses, 192.168.1.20 for example.", (("address", typed),)
    )


def _own(text: str, addresses: Iterable[HostAddress]) -> str | None:
    """The address as it stands in `addresses`; one that was typed without its scope is any that has one."""
    wanted = _parsed(text)
    if wanted is None:
        return None
    if wanted.version == 4 and wanted.is_loopback:
        return str(wanted)  # all of 127.0.0.0/8
    for host in addresses:
        if wanted == _parsed(host.ip) or ("%" not in text and wanted == _parsed(host.ip.partition("%")[0])):
            return host.ip
    return None


def _parsed(text: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
