"""One socket in the event loop: what the kernel is given, and how the connection ends."""

from __future__ import annotations

import contextlib
import os
import socket
import struct
from socket import socket as Socket  # noqa: N812  # the class has an attribute `socket`
from typing import TYPE_CHECKING, Any

from waitress.channel import HTTPChannel

from desktop_share.server.deadlines import Patience
from desktop_share.server.outgoing import DISCONNECTED, FileSlice

if TYPE_CHECKING:
    from desktop_share.server.hub import Hub

_NO_LINGER = struct.pack("hh", 1, 0) if os.name == "nt" else struct.pack("ii", 1, 0)


class Connection(HTTPChannel):
    """What `Channel` is built on. Everything leaves through `transmit`.

    patience        how long it has been waited for, and what the client has taken
    lingers         a client is to be given time to read why it was refused
    is_half_closed  nothing is sent any more, and what comes is thrown away
    """

    socket: Socket
    if TYPE_CHECKING:  # what the stubs leave out
        _fileno: int | None

    def __init__(self, hub: Hub, sock: Socket, address: tuple[Any, ...]) -> None:
        self.hub = hub
        self.loop = hub.loop
        self.client = str(address[0])
        self.sends_files = hub.sendfile
        self.patience = Patience(hub.loop.clock())
        self.lingers = False
        self.is_half_closed = False
        super().__init__(hub, sock, address, hub.adj, map=hub.map)  # type: ignore[arg-type]  # any 'server', any map

    def descriptor(self) -> int | None:
        return self._fileno

    def transmit(self, data: bytes | memoryview | FileSlice) -> int | None:
        """Give bytes to the kernel; how many it took, None when none now. The one place where a connection sends.

        Raises OSError. For TLS: `sends_files` False, and a record layer here.
        """
        try:
            if isinstance(data, FileSlice):
                return os.sendfile(self.socket.fileno(), data.descriptor, data.offset, data.count)
            return self.socket.send(data)
        except (BlockingIOError, InterruptedError):
            return None

    def send(self, data: bytes, do_close: bool = True) -> int:
        """waitress's way to send what is in its buffers; in a worker `do_close` is False."""
        try:
            count = self.transmit(data) or 0
        except OSError as error:
            if error.errno not in DISCONNECTED:
                raise
            if do_close:
                self.handle_close()
            return 0
        self.patience.taken += count
        return count

    def wait_anew(self) -> None:
        """It waits for something else from now on."""
        self.patience.begin(self.loop.clock())

    def reset_on_close(self) -> None:
        """Let the client see an error, never the end of something complete: a reset, not a FIN."""
        if self.socket is not None:
            with contextlib.suppress(OSError):
                self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)

    def close_politely(self) -> None:
        """Close at once; after a refusal, first let the client read it: unread requests would turn FIN into reset."""
        self.will_close = True
        if self.lingers and self.socket is not None:
            with contextlib.suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
                self.is_half_closed = True
                self.will_close = False
                self.wait_anew()

    def drain(self) -> None:
        """Throw away what a half-closed client still sends; close when it has done so too."""
        try:
            if self.socket.recv(65536):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.handle_close()

    def add_channel(self, map: Any = None) -> None:
        super(HTTPChannel, self).add_channel(map)
        self.hub.enter(self)  # type: ignore[arg-type]  # a Channel

    def del_channel(self, map: Any = None) -> None:
        descriptor = self._fileno
        if descriptor is not None:
            self.loop.forget(descriptor)
            self.hub.leave(self)  # type: ignore[arg-type]
        super(HTTPChannel, self).del_channel(map)
