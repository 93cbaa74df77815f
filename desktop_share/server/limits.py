"""What the server bears: every bound on clients in one place."""

from __future__ import annotations

import os
from dataclasses import dataclass

_SPARE_DESCRIPTORS = 128  # the window, the database, the loop itself
_PER_CONNECTION = 2  # its socket and the file that it is sent
_SELECT_SOCKETS = 500  # Windows: `select` takes 512 sockets


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, bytes and counts.

    connections        open at once, in all; fewer where the system gives fewer descriptors
    reserved           of these, kept for clients that hold no more than `few` connections
    per_client         open at once from one address; this computer's own addresses are not counted, because a tunnel
                       or a proxy on it carries many people
    header_seconds     from the first byte of a request (or the connection) to the end of its head
    idle_seconds       between two requests
    stall_seconds      a client that takes no byte for so long is cut
    crowded            the part of `connections` from which on the next two are in force
    crowded_stall_seconds, crowded_rate   a client that takes less than this rate (bytes a second) over so long is cut
    linger_seconds     for a client to read why its request was refused
    turn_bytes         sent to one connection in one turn of the loop, at most; `least_turn_bytes` when many are ready
    round_bytes        sent in one turn in all, about: bounds how long a new request waits
    """

    connections: int = 2000
    reserved: int = 200
    few: int = 8
    per_client: int = 512
    request_line: int = 8192
    header_bytes: int = 32768
    header_lines: int = 100
    request_body: int = 1 << 20
    header_seconds: float = 15.0
    idle_seconds: float = 60.0
    stall_seconds: float = 300.0
    crowded: float = 0.75
    crowded_stall_seconds: float = 20.0
    crowded_rate: float = 1024.0
    linger_seconds: float = 2.0
    turn_bytes: int = 1 << 20
    least_turn_bytes: int = 64 << 10
    round_bytes: int = 16 << 20
    workers: int = 8
    backlog: int = 1024


def capacity(limits: Limits) -> int:
    """Connections that the system's descriptors allow, at most `limits.connections`."""
    if os.name == "nt":
        return min(limits.connections, _SELECT_SOCKETS)
    import resource

    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return limits.connections
    return max(min(limits.connections, (soft - _SPARE_DESCRIPTORS) // _PER_CONNECTION), 1)


def ask_for_descriptors(limits: Limits) -> None:
    """Raise this process's soft limit on descriptors to what `limits.connections` needs, as far as the hard one goes.

    Desktops start programs with 256 (macOS) or 1,024.
    """
    if os.name == "nt":
        return
    import resource

    wanted = limits.connections * _PER_CONNECTION + _SPARE_DESCRIPTORS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        except (ValueError, OSError):  # macOS refuses more than kern.maxfilesperproc, whatever the hard limit says
            return
