"""The sticky port: chosen once and kept, so that a link that was copied yesterday works today."""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from desktop_share.core.errors import Problem

FIRST_PORT = 8765
LAST_PORT = 8864
_LAST_STABLE_PORT = 32767  # from here on systems hand ports out to outgoing connections

# Ports that browsers refuse to open, since other protocols live there (the Fetch standard's "bad ports").
BLOCKED_PORTS = frozenset(
    {
        *(0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104),
        *(109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515),
        *(526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049),
        *(3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080),
    }
)

# Other programs' homes near ours: RStudio, Dask, Nessus.
_NEVER_OFFERED = BLOCKED_PORTS | {8786, 8787, 8834}


@dataclass(frozen=True, slots=True)
class PortChoice:
    """port  to listen on now; 0: whichever the system gives. keep  to remember in the settings."""

    port: int
    keep: int

    @property
    def moved(self) -> bool:
        """Whether the port that should be used is taken, and another one stands in for it."""
        return self.port != self.keep


def choose_port(wanted: int | None, is_free: Callable[[int], bool]) -> PortChoice:
    """The port to listen on. None: the first start, so the first free one is chosen and kept.

    Where the wanted one is taken, the next free one stands in and the wanted one is kept for the next start.
    """
    if wanted is not None:
        if wanted == 0 or is_free(wanted):
            return PortChoice(wanted, wanted)
        return PortChoice(next(filter(is_free, _candidates(wanted)), 0), wanted)
    first = next(filter(is_free, _candidates(FIRST_PORT - 1)), None)
    return PortChoice(0, FIRST_PORT) if first is None else PortChoice(first, first)


def _candidates(after: int) -> Iterator[int]:
    """Ports to try instead of `after`: the ones that follow it, then the program's own."""
    following = range(after + 1, after + 21)
    for port in dict.fromkeys((*following, *range(FIRST_PORT, LAST_PORT + 1))):
        if port != after and 1024 <= port <= _LAST_STABLE_PORT and port not in _NEVER_OFFERED:
            yield port


def can_listen(port: int, ip: str = "") -> bool:
    """Whether a server could listen on that port now, on one address or on every one ('')."""
    try:
        try_to_listen(port, ip)
    except OSError:
        return False
    return True


def try_to_listen(port: int, ip: str = "") -> None:
    """Listen for a moment, and let go. Raises the OSError that a server would meet: what `port_problem` explains."""
    for host in (ip,) if ip else ("0.0.0.0", "::"):
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(
                host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST
            )[0]
            listening = socket.socket(family, kind, protocol)
        except OSError:
            if host == "::":
                continue  # a computer without IPv6
            raise
        with listening:
            if family == socket.AF_INET6:
                listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            if sys.platform == "win32":  # where SO_REUSEADDR would take the port from under another program
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            else:
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listening.bind(address)
                listening.listen(1)
            except OSError as error:
                if host == "::" and error.errno == errno.EADDRNOTAVAIL:
                    continue  # IPv6 is compiled in and switched off
                raise


def unusable_port(port: int) -> Problem | None:
    """Why a port that someone typed cannot be used, however free it is; None when it can. 0 is 'any free one'."""
    values = (("port", str(port)), ("example", str(FIRST_PORT)))
    if not 0 <= port <= 65535:
        return Problem(
            "port-out-of-range", "There is no port {port}.", "Choose one from 1024 to 65535, {example} for one.", values
        )
    if port in BLOCKED_PORTS - {0}:
        return Problem(
            "port-blocked",
            "Browsers refuse to open port {port}: it belongs to another service.",
            "Choose another one, {example} for one.",
            values,
        )
    return None


def port_problem(port: int, error: OSError, owner: str | None) -> Problem:
    """Why the server cannot listen on `port`, and what to do; `owner` as `port_owner` gives it."""
    no_rights = isinstance(error, PermissionError)
    if error.errno == errno.EADDRINUSE or (no_rights and owner):  # Windows says 'no rights' of a port held alone
        what = "Port {port} is in use by {owner}." if owner else "Port {port} is in use by another program."
        kind, next_step = "port-in-use", "Close that program and try again, or choose another port."
    elif no_rights:
        what = (
            "The system keeps port {port} for its own services."
            if port < 1024
            else "The system does not let programs use port {port} now."
        )
        kind, next_step = "port-forbidden", "Choose a port above 1023, {example} for one."
    elif isinstance(error, socket.gaierror) or error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
        kind, what = "address-gone", "The address chosen for sharing is not one of this computer's any more."
        next_step = "Choose another address, or every address, in the settings."
    else:
        kind, what = "port-error", "Sharing on port {port} could not start: {reason}."
        next_step = "Try again, or choose another port."
    values = {"port": str(port), "owner": owner or "", "example": str(FIRST_PORT)}
    return Problem(kind, what, next_step, (*values.items(), ("reason", error.strerror or str(error))))
