"""Which program has a TCP port. Imported when one is taken: until then nothing of it is needed."""

from __future__ import annotations

from typing import Any

import psutil

from desktop_share.core.names import shown


def port_owner(port: int) -> str | None:
    """The program that listens on that TCP port, 'nginx (pid 123)'; None where the system does not tell."""
    try:
        pid = _listener(port)
        return None if pid is None else f"{shown(psutil.Process(pid).name())} (pid {pid})"
    except (psutil.Error, OSError, NotImplementedError, RuntimeError):
        return None


def _listener(port: int) -> int | None:
    try:
        connections = psutil.net_connections("tcp")
    except psutil.AccessDenied:  # macOS tells everything to root only, and of one's own programs one by one
        return next((process.pid for process in psutil.process_iter() if _listens(process, port)), None)
    return next((each.pid for each in connections if each.pid and _is_listener(each, port)), None)


def _listens(process: psutil.Process, port: int) -> bool:
    try:
        return any(_is_listener(each, port) for each in process.net_connections("tcp"))
    except psutil.Error:
        return False


def _is_listener(connection: Any, port: int) -> bool:
    return bool(connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port)
