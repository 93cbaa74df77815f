"""Who may connect: caps per address and in all, with a reserve for new clients."""

from __future__ import annotations

import ipaddress
from collections import Counter
from enum import Enum, auto

from desktop_share.server.limits import Limits


class Verdict(Enum):
    WELCOME = auto()
    FULL_FOR_CLIENT = auto()  # the address holds as many as one may
    FULL = auto()  # no place, or only the reserve is left and the address holds some already


class Admission:
    """Counts open connections by address. Values in, verdicts out."""

    def __init__(self, limits: Limits, places: int) -> None:
        self._limits = limits
        self.places = places
        self.count = 0
        self._held: Counter[str] = Counter()

    def judge(self, address: str) -> Verdict:
        held = self._held.get(address, 0)
        if held >= self._limits.per_client and not is_own(address):
            return Verdict.FULL_FOR_CLIENT
        reserved = min(self._limits.reserved, self.places // 4)
        places = self.places if held < self._limits.few else self.places - reserved
        return Verdict.WELCOME if self.count < places else Verdict.FULL

    def enter(self, address: str) -> None:
        self.count += 1
        self._held[address] += 1

    def leave(self, address: str) -> None:
        self.count -= 1
        self._held[address] -= 1
        if not self._held[address]:
            del self._held[address]

    @property
    def is_crowded(self) -> bool:
        return self.count >= self.places * self._limits.crowded


def is_own(address: str) -> bool:
    """Whether it is this computer's own: 127.0.0.0/8 or ::1."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False
