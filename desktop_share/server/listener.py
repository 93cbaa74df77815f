"""A listening socket."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import socket
from collections.abc import Sequence

from desktop_share.server.channel import Channel
from desktop_share.server.hub import Hub

logger = logging.getLogger(__name__)

AT_ONCE = 64  # connections accepted in one turn
DRY_SECONDS = 0.5
PORT_TRIES = 20

_DRY = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM, getattr(errno, "WSAEMFILE", errno.EMFILE)})
_TURNED_AWAY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\nRetry-After: 5\r\n\r\n"


class Listener:
    """Accepts connections and makes channels of them. For the loop's thread."""

    def __init__(self, hub: Hub, sock: socket.socket) -> None:
        self._hub = hub
        self._socket = sock
        self._is_dry = False

    def descriptor(self) -> int | None:
        return self._socket.fileno() if self._socket.fileno() >= 0 else None

    def readable(self) -> bool:
        return not self._is_dry

    def writable(self) -> bool:
        return False

    def handle_read_event(self) -> None:
        for _ in range(AT_ONCE):
            try:
                connection, address = self._socket.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in _DRY:
                    self._pause(error)
                    return
                continue  # the client has gone already
            self._welcome(connection, address)

    def handle_write_event(self) -> None:
        return

    def handle_error(self) -> None:
        """An exception in accepting one connection ends that one only; the loop has logged it."""

    def close(self) -> None:
        descriptor = self.descriptor()
        if descriptor is not None:
            self._hub.loop.forget(descriptor)
        self._socket.close()

    def _welcome(self, connection: socket.socket, address: tuple[object, ...]) -> None:
        if not self._hub.admits(str(address[0])):
            with contextlib.suppress(OSError), connection:
                connection.setblocking(False)
                connection.send(_TURNED_AWAY)
            return
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError:  # macOS, when the client has gone already
            connection.close()
            return
        self._hub.loop.refresh(Channel(self._hub, connection, address))

    def _pause(self, error: OSError) -> None:
        """Without descriptors the socket stays ready and accept fails: look again in a while."""
        self._is_dry = True
        self._hub.out_of_descriptors(error)
        self._hub.loop.at(self._hub.loop.clock() + DRY_SECONDS, self._resume)

    def _resume(self, _: float) -> None:
        self._is_dry = False
        self._hub.loop.refresh(self)


def listen(hosts: Sequence[str], port: int, backlog: int) -> list[socket.socket]:
    """Listening sockets on one port for all of `hosts` (numeric addresses; '::' is IPv6 only). Port 0: a free one.

    Raises OSError: port in use, address gone, no rights. Where the system has no IPv6, '::' beside another host is
    passed over.
    """
    for remaining in reversed(range(PORT_TRIES)):
        try:
            return _listen(hosts, port, backlog)
        except OSError as error:
            # the free port of the first host may be taken at another: draw again
            if port or error.errno != errno.EADDRINUSE or len(hosts) < 2 or not remaining:
                raise
    raise AssertionError("unreachable")


def _listen(hosts: Sequence[str], port: int, backlog: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for host in hosts:
            try:
                sock = _bound(host, port)
            except OSError as error:
                if sockets and host == "::" and error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL):
                    continue
                raise
            sockets.append(sock)
            sock.listen(backlog)
            port = sock.getsockname()[1]
        if not sockets:
            raise OSError(errno.EADDRNOTAVAIL, "no address to listen on")
    except BaseException:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def _bound(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    sock = socket.socket(family, kind, protocol)
    try:
        if os.name == "nt":  # there, SO_REUSEADDR lets two programs share a port
            sock.setsockopt(socket.SOL_SOCKET, getattr(socket, "SO_EXCLUSIVEADDRUSE"), 1)  # noqa: B009
        else:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setblocking(False)
        sock.bind(address)
    except BaseException:
        sock.close()
        raise
    return sock
