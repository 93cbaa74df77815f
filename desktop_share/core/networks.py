"""From which addresses the owner lets anybody in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_interface, ip_network
from typing import Protocol

from desktop_share.core.addresses import Adapter, system_adapters
from desktop_share.core.errors import Problem, ShareError

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


KNOWN_FOR = 5.0  # seconds
_MAPPED_BITS = 96  # in front of an IPv4 address in IPv6


class From(StrEnum):
    """From where anybody may come in."""

    EVERYONE = "everyone"
    THIS_NETWORK = "this-network"  # the networks that this computer's adapters are in
    THIS_COMPUTER = "this-computer"


class NetworkSettings(Protocol):
    """The part of `settings.Settings` that says from where anybody may come in."""

    @property
    def reach(self) -> str: ...
    @property
    def interfaces(self) -> tuple[str, ...]: ...
    @property
    def allow(self) -> tuple[str, ...]: ...
    @property
    def deny(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """Who may come in at all: what is denied never, else what is allowed; everyone where nothing is allowed by name.

    This computer itself always may: its owner is not locked out by a mistake, and the program asks itself whether its
    addresses answer.

    own     this computer's addresses, beside loopback
    scopes  adapters, as an address names them behind '%': with any, a link-local IPv6 address has to come through one
    """

    allow: tuple[Network, ...] = ()
    deny: tuple[Network, ...] = ()
    own: frozenset[Address] = frozenset()
    scopes: frozenset[str] = frozenset()

    def admits(self, client: str) -> bool:
        """Whether an address as the system gives it ('192.168.1.7', 'fe80::1%eth0', '::ffff:10.0.0.1') may come in."""
        if not self.allow and not self.deny:
            return True
        address = plain_address(client)
        if address is None:
            return False
        if address.is_loopback or address in self.own:
            return True
        if _within(address, self.deny):
            return False
        if self.scopes and address.version == 6 and address.is_link_local:
            return client.partition("%")[2] in self.scopes
        return not self.allow or _within(address, self.allow)


EVERYONE = NetworkPolicy()
_LOOPBACK: tuple[Network, ...] = (IPv4Network("127.0.0.0/8"), IPv6Network("::1/128"))
_LINK_LOCAL: tuple[Network, ...] = (IPv4Network("169.254.0.0/16"), IPv6Network("fe80::/10"))


class Networks:
    """The policy now. The adapters are looked up at most once in KNOWN_FOR seconds, so that asking costs a stranger's
    requests nothing; a change of the settings counts at once. `clock` is monotonic."""

    def __init__(
        self,
        settings: Callable[[], NetworkSettings],
        adapters: Callable[[], Iterable[Adapter]] = system_adapters,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._adapters = adapters
        self._clock = clock
        self._known: tuple[tuple[object, ...], float, NetworkPolicy] = ((), 0.0, EVERYONE)

    def __call__(self) -> NetworkPolicy:
        settings = self._settings()
        chosen = (settings.reach, settings.interfaces, settings.allow, settings.deny)
        if chosen == (From.EVERYONE, (), (), ()):
            return EVERYONE
        known, until, policy = self._known
        now = self._clock()
        if chosen != known or now >= until:
            policy = policy_of(settings, tuple(self._adapters()))
            self._known = (chosen, now + KNOWN_FOR, policy)
        return policy


def policy_of(settings: NetworkSettings, adapters: Iterable[Adapter]) -> NetworkPolicy:
    """What the settings mean on a computer with these adapters. Raises ShareError for a range that is none.

    What is allowed by address is let in beside the networks. With adapters chosen, 'everyone' is everyone in their
    networks. An adapter that is not there any more lets nobody in.
    """
    adapters = [each for each in adapters if each.up]
    allow, deny = parse_networks(settings.allow), parse_networks(settings.deny)
    own = frozenset(address for each in adapters for ip in each.ips if (address := plain_address(ip)) is not None)
    if settings.reach == From.EVERYONE and not settings.interfaces:
        return NetworkPolicy(allow, deny, own)
    if settings.reach not in (From.EVERYONE, From.THIS_NETWORK):
        return NetworkPolicy((*_LOOPBACK, *allow), deny, own)
    chosen = [each for each in adapters if not settings.interfaces or each.name in settings.interfaces]
    near = tuple(network for each in chosen for network in _networks_of(each))
    if settings.interfaces:
        scopes = frozenset(scope for each in chosen for ip in each.ips if (scope := ip.partition("%")[2]))
        return NetworkPolicy((*_LOOPBACK, *near, *allow), deny, own, scopes)
    return NetworkPolicy((*_LOOPBACK, *_LINK_LOCAL, *near, *allow), deny, own)


def _networks_of(adapter: Adapter) -> Iterator[Network]:
    for ip, prefix in zip(adapter.ips, adapter.prefixes, strict=False):
        address = plain_address(ip)
        if address is not None and prefix > 0:  # 0 would be everyone
            yield ip_interface(f"{address}/{prefix}").network


def plain_address(text: str) -> Address | None:
    """Without a scope, and IPv4 as IPv4 where it came through an IPv6 socket; None for what is no address."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def parse_network(text: str) -> Network:
    """'192.168.1.0/24', '10.0.0.7', 'fd00::/8'; bits behind the prefix do not count. IPv4 as IPv6 writes it
    ('::ffff:10.0.0.0/104') is IPv4, as clients are. Raises ShareError."""
    try:
        network = ip_network(text.strip(), strict=False)
        mapped = network.network_address.ipv4_mapped if isinstance(network, IPv6Network) else None
        return network if mapped is None else IPv4Network((mapped, network.prefixlen - _MAPPED_BITS))
    except ValueError as error:
        raise ShareError(
            Problem(
                "no-network-range",
                "“{text}” is no address and no range of addresses.",
                "Write it like 192.168.1.20 or 192.168.1.0/24.",
                (("text", text.strip()),),
            )
        ) from error


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Raises ShareError for the first that is none."""
    return tuple(parse_network(text) for text in texts if text.strip())


def _within(address: Address, networks: Sequence[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)
