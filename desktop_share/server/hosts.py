"""Which Host values are ours: the guard against DNS rebinding (RFC 9110 sections 7.2 and 7.4, RFC 9112 section 3.2).

A page elsewhere can point a name of its own at this computer and then read answers as if they were its own. The
browser still says in Host which name it asked for, so names that are not ours get no answer.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_LENGTH = 1024

# RFC 3986 section 3.2.2: no userinfo, no white space, nothing beyond ASCII
_HOST = re.compile(
    r"(?:\[(?P<ip6>[^\[\]]+)\]|(?P<name>(?:[-._~!$&'()*+,;=0-9A-Za-z]|%[0-9A-Fa-f]{2})+))(?::(?P<port>[0-9]*))?"
)
_ABSOLUTE = re.compile(r"(?P<scheme>[A-Za-z][-+.0-9A-Za-z]*)://(?P<authority>[^/?#]*)")
_NOT_IN_A_TARGET = re.compile(r"[\x00-\x20\x7f]")
_PORT_AT_THE_END = re.compile(r"(?<!:):([0-9]{1,5})\Z")


class HostVerdict(IntEnum):
    """The status to answer with, when it is not OK."""

    OK = 200
    BAD_REQUEST = 400
    MISDIRECTED = 421


def no_other_address(ip: str) -> bool:  # noqa: ARG001
    return False


@dataclass(frozen=True, slots=True)
class HostPolicy:
    """What this server is called.

    names         normal forms, see `normal_host`; 'name' goes with `port`, 'name:81' with a port of its own
    port          the port that a Host has to name; it may leave out 80 (443 for https)
    scheme        'http' or 'https': what an absolute target has to say
    is_own_ip     asked, with the normal form, about an address that is not among the names
    """

    names: frozenset[str]
    port: int
    scheme: str = "http"
    is_own_ip: Callable[[str], bool] = no_other_address


def policy_for(
    addresses: Iterable[str],
    hostname: str,
    port: int,
    extra: Iterable[str] = (),
    *,
    is_own_ip: Callable[[str], bool] = no_other_address,
) -> HostPolicy:
    """The policy of a server on these addresses: they, loopback, the computer's name alone and under `.local`.

    `extra` are the owner's names, each with or without ':port'. What is no host at all is left out.
    """
    short = hostname.rstrip(".").removesuffix(".local")
    own = ["localhost", "127.0.0.1", "::1", hostname, short, short.partition(".")[0], *addresses]
    own += [f"{name}.local" for name in (short, short.partition(".")[0]) if name]
    names = {normal for name in own if (normal := normal_host(name))}
    for entry in extra:
        entry = entry.strip()
        bare = entry[1:-1] if entry.startswith("[") and entry.endswith("]") else entry
        with_port = None if normal_ip(bare) else _PORT_AT_THE_END.search(entry)
        normal = normal_host(entry[: with_port.start()].strip("[]") if with_port else bare)
        if normal:
            names.add(f"{_bracketed(normal)}:{int(with_port[1])}" if with_port else normal)
    return HostPolicy(frozenset(names), port, is_own_ip=is_own_ip)


def judge_host(host_values: Sequence[str], target: str, policy: HostPolicy) -> HostVerdict:
    """Whether a request is for us: its Host lines, and its request target as it stands in the request line.

    Exactly one well-formed Host, even where an absolute target overrules it (RFC 9112 sections 3.2 and 3.2.2).
    """
    if len(host_values) != 1 or not target or _NOT_IN_A_TARGET.search(target):
        return HostVerdict.BAD_REQUEST
    verdict = _judge(host_values[0].strip(" \t"), policy.scheme, policy)
    if verdict is HostVerdict.BAD_REQUEST or target.startswith("/") or target == "*":
        return verdict
    absolute = _ABSOLUTE.match(target)
    if absolute is None:  # 'host:port' is for CONNECT, which is for proxies
        return HostVerdict.BAD_REQUEST
    return _judge(absolute["authority"], absolute["scheme"].lower(), policy)


def _judge(authority: str, scheme: str, policy: HostPolicy) -> HostVerdict:
    found = _HOST.fullmatch(authority) if len(authority) <= _MAX_LENGTH else None
    if found is None:
        return HostVerdict.BAD_REQUEST
    host = normal_ip(found["ip6"]) if found["ip6"] else normal_host(found["name"])
    if not host or (found["ip6"] and ":" not in found["ip6"]):
        return HostVerdict.BAD_REQUEST
    digits = (found["port"] or "").lstrip("0")
    if scheme != policy.scheme or len(digits) > 5:
        return HostVerdict.MISDIRECTED
    port = int(digits or "0") if found["port"] else _DEFAULT_PORTS[scheme]
    is_ip = normal_ip(host) is not None
    # wget2 1.99 (Debian 12) leaves every port out. No browser does, and an address is no name to point elsewhere
    is_right_port = port == policy.port or (is_ip and found["port"] is None)
    ours = is_right_port and (host in policy.names or (is_ip and policy.is_own_ip(host)))
    return HostVerdict.OK if ours or f"{_bracketed(host)}:{port}" in policy.names else HostVerdict.MISDIRECTED


@lru_cache(maxsize=256)  # asked for each request, nearly always the same
def normal_host(host: str) -> str | None:
    """One spelling for each host: lower case, no dot at the end, IDNA in ASCII, addresses as `ipaddress` writes them,
    without a scope. None for what is no host.

    >>> normal_host("FE80::0:1%eth0"), normal_host("Büro.local.")
    ('fe80::1', 'xn--bro-hoa.local')
    """
    ip = normal_ip(host)
    if ip is not None:
        return ip
    name = host.lower()
    name = name[:-1] if name.endswith(".") else name
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii")  # what a browser makes of it before it asks
        except UnicodeError:
            return None
    return normal_ip(name) or (name if _HOST.fullmatch(name) and ":" not in name else None)


def normal_ip(text: str) -> str | None:
    """The usual spelling of an IP address without its scope, an IPv4 one for `::ffff:` forms; None for other text.

    Octal, hexadecimal and shortened IPv4 is other text: a browser has rewritten it before it asks.
    """
    address, percent, scope = text.partition("%")
    if percent and not scope:
        return None
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return None
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or ip)
    return None if percent else str(ip)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
