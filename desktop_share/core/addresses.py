"""Which of this computer's addresses another device can reach, best first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reach(StrEnum):
    """Who can reach an address, best first."""

    LAN = "lan"
    VPN = "vpn"
    VIRTUAL = "virtual"  # containers and virtual machines
    LINK_LOCAL = "link-local"
    LOOPBACK = "loopback"


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
        """'http://192.168.1.20:8765', 'http://[fd00::1]:8765'; no port when it is 80."""
        host = f"[{self.ip}]" if self.is_ipv6 else self.ip
        return f"http://{host}" if port == 80 else f"http://{host}:{port}"
