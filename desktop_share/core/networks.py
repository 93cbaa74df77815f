"""From which addresses the owner lets anybody in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from desktop_share.core.errors import Problem, ShareError

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """Who may come in at all: what is denied never, else what is allowed; everyone where nothing is allowed by name.

    This computer itself always may: its owner is not locked out by a mistake, and the program asks itself whether its
    addresses answer.
    """

    allow: tuple[Network, ...] = ()
    deny: tuple[Network, ...] = ()

    def admits(self, client: str) -> bool:
        """Whether an address as the system gives it ('192.168.1.7', 'fe80::1%eth0', '::ffff:10.0.0.1') may come in."""
        address = plain_address(client)
        if address is None:
            return not self.allow and not self.deny
        if address.is_loopback:
            return True
        if _within(address, self.deny):
            return False
        return not self.allow or _within(address, self.allow)


EVERYONE = NetworkPolicy()


def plain_address(text: str) -> Address | None:
    """Without a scope, and IPv4 as IPv4 where it came through an IPv6 socket; None for what is no address."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def parse_network(text: str) -> Network:
    """'192.168.1.0/24', '10.0.0.7', 'fd00::/8'; bits behind the prefix do not count. Raises ShareError."""
    try:
        return ip_network(text.strip(), strict=False)
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
