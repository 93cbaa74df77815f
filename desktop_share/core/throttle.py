"""Who asks too often is slowed down: requests of one client, and guesses at a password."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

from desktop_share.core.late import Late

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.strategies import FixedWindowRateLimiter


class Kind(StrEnum):
    """What is counted apart."""

    BYTES = "bytes"  # ranges of a video, the files of a folder: many, and cheap
    PAGE = "page"
    CHANGE = "change"  # a POST
    MISS = "miss"  # an address that opens nothing: a guess at a token


RATES: Mapping[Kind, str] = {
    Kind.BYTES: "6000/minute",
    Kind.PAGE: "600/minute",
    Kind.CHANGE: "60/minute",
    Kind.MISS: "60/minute",
}
# This computer's own addresses: the owner's tools, and a tunnel or a proxy that carries many people. Reading is free;
# changes and guesses are not, because a page in the owner's browser and the strangers behind a tunnel come from here.
OWN_RATES: Mapping[Kind, str] = {Kind.CHANGE: "600/minute", Kind.MISS: "600/minute"}


class Throttle:
    """How often one client may ask, in a window for each kind that begins with its first request. Thread-safe; in
    memory, for this run. `clock` is monotonic.

    A fixed window lets through twice its rate around its end, which is no harm here; it costs half of a moving one and
    keeps a number where that keeps every request (600 KB for a client at full rate).
    """

    def __init__(
        self,
        rates: Mapping[Kind, str] = RATES,
        own: Mapping[Kind, str] = OWN_RATES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._rates = rates
        self._own = own
        self._clock = clock
        self._limiter = Late(lambda: _limiter(clock))

    def load(self) -> None:
        """What the first request waits for otherwise: a library that takes 70 ms."""
        self._limiter()

    def wait(self, kind: Kind, client: str) -> int | None:
        """Count a request: None when it may be answered; else the whole seconds until it is worth trying again."""
        return self._judge(kind, client, self._limiter().hit)

    def is_over(self, kind: Kind, client: str) -> int | None:
        """As `wait`, without counting."""
        return self._judge(kind, client, self._limiter().test)

    def _judge(self, kind: Kind, client: str, allows: Callable[..., bool]) -> int | None:
        network = network_of(client)
        text = (self._own if is_own(client) else self._rates).get(kind)
        if text is None:
            return None
        rate = _rate(text)
        if allows(rate, kind, network):
            return None
        return max(int(self._limiter().get_window_stats(rate, kind, network).reset_time - self._clock()) + 1, 1)


FREE_GUESSES = 3
LONGEST_DELAY = 300.0
FORGOTTEN_AFTER = 3600.0  # seconds without a guess
LINK_GUESSES = "100/hour"  # wrong ones of all clients together: then each waits its turn
MOST_KNOWN = 10_000  # pairs of client and link


@dataclass(slots=True)
class _Guesses:
    wrong: int = 0
    last: float = 0.0


class GuessDelay:
    """How long a client waits between guesses at the password of a link: the first few are free, then each wrong one
    doubles the delay. Who gave the password before (a cookie) is not asked here and never waits.

    Thread-safe; in memory. `clock` is monotonic.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[tuple[str, bytes], _Guesses] = OrderedDict()
        self._of_links = Late(lambda: _limiter(clock))

    def wait(self, client: str, link: bytes) -> int | None:
        """None when a guess may be made now; else whole seconds until then."""
        with self._lock:
            known = self._known.get((network_of(client), link))
            if known is None:
                return None
            left = known.last + self._delay(known.wrong, link) - self._clock()
            return int(left) + 1 if left > 0 else None

    def wrong(self, client: str, link: bytes) -> None:
        key = (network_of(client), link)
        with self._lock:
            now = self._clock()
            known = self._known.pop(key, None)
            if known is None or now - known.last > FORGOTTEN_AFTER:
                known = _Guesses()
            self._known[key] = known
            known.wrong += 1
            known.last = now
            self._of_links().hit(_rate(LINK_GUESSES), link.hex())
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)

    def right(self, client: str, link: bytes) -> None:
        with self._lock:
            self._known.pop((network_of(client), link), None)

    def _delay(self, wrong: int, link: bytes) -> float:
        free = FREE_GUESSES if self._of_links().test(_rate(LINK_GUESSES), link.hex()) else 0
        return min(2.0 ** (wrong - free), LONGEST_DELAY) if wrong >= free else 0.0


def _limiter(clock: Callable[[], float]) -> FixedWindowRateLimiter:
    # with what it brings along, `limits` takes as long to import as the rest of the core: not before the window
    from limits.strategies import FixedWindowRateLimiter

    from desktop_share.core.counters import Counters

    return FixedWindowRateLimiter(Counters(clock))


@lru_cache(maxsize=64)
def _rate(text: str) -> RateLimitItem:
    """'600/minute'."""
    from limits import parse  # see `_limiter`

    return parse(text)


@lru_cache(maxsize=1024)
def is_own(client: str) -> bool:
    """Whether an address is loopback."""
    network = network_of(client)
    return network.startswith("127.") or network == network_of("::1")


@lru_cache(maxsize=1024)
def network_of(client: str) -> str:
    """What counts as one client: an IPv4 address, or the /64 that one IPv6 host may take its addresses from."""
    try:
        address = ip_address(client.partition("%")[0])
    except ValueError:
        return client
    if isinstance(address, IPv6Address):
        return str(address.ipv4_mapped or address.exploded[:19])
    return str(address)
