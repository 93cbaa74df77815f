"""The session bus of a Linux desktop, spoken over a socket of Qt's: nothing here ever waits.

Not by QtDBus: PySide6 (6.11) writes every number as an int32 or a uint16, and notifications take a uint32; and it
waits for the bus with Python's lock held, so that a bus that hangs would stop every thread. jeepney makes and reads
the bytes.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Callable, Mapping
from typing import Any

from jeepney import DBusAddress, HeaderFields, Message, MessageFlag, MessageType, Parser, new_method_call
from jeepney.auth import BEGIN, Authenticator
from jeepney.bus import get_connectable_addresses
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtNetwork import QLocalSocket

ANSWER_MS = 30_000  # the bus starts some programs when somebody calls them
BUS = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")

Body = tuple[Any, ...]


def bus_path(environ: Mapping[str, str] = os.environ) -> str:
    """The socket of the session's bus; an abstract one begins with NUL. Raises LookupError: none that is known."""
    given = environ.get("DBUS_SESSION_BUS_ADDRESS")
    if given:
        try:
            return str(next(get_connectable_addresses(given)))
        except (RuntimeError, ValueError):
            raise LookupError(f"the session bus cannot be reached at {given}") from None
    usual = os.path.join(environ.get("XDG_RUNTIME_DIR") or "/nowhere", "bus")
    if not os.path.exists(usual):
        raise LookupError("there is no session bus")
    return usual


class SessionBus(QObject):
    """One connection, opened by `open`. `failed` says once why it is over, also when it never began; then open again.

    heard   str, tuple: a signal's name and its arguments, of those that were asked for by `listen`
    failed  str, bool: and whether it is because the bus hangs
    """

    opened = Signal()
    heard = Signal(str, tuple)
    failed = Signal(str, bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._socket: QLocalSocket | None = None
        self._authenticator = Authenticator()
        self._parser = Parser()
        self._serial = 0
        self._calls: dict[int, tuple[Callable[[Body], object], Callable[[str], object]]] = {}
        self._patience = QTimer(self, singleShot=True, interval=ANSWER_MS)  # runs while an answer is due
        self._patience.timeout.connect(lambda: self._fail("the session bus does not answer", hangs=True))

    def open(self) -> None:
        """Connect; `opened` or `failed` comes, never before this returns."""
        self.close()
        self._authenticator, self._parser, self._serial = Authenticator(), Parser(), 0
        socket = self._socket = QLocalSocket(self)
        queued = Qt.ConnectionType.QueuedConnection
        socket.connected.connect(self._authenticate, queued)
        socket.readyRead.connect(self._read, queued)
        socket.errorOccurred.connect(self._broken, queued)
        self._patience.start()
        try:
            path = bus_path()
        except LookupError as error:
            reason = str(error)
            QTimer.singleShot(0, socket, lambda: self._fail(reason))
            return
        if path.startswith("\0"):
            socket.setSocketOptions(QLocalSocket.SocketOption.AbstractNamespaceOption)
        socket.connectToServer(path.removeprefix("\0"))

    def close(self) -> None:
        """What was sent is still written, as far as the socket takes it at once."""
        self._patience.stop()
        self._calls.clear()
        socket, self._socket = self._socket, None
        if socket is not None:
            socket.flush()
            socket.abort()
            socket.deleteLater()

    def call(
        self,
        to: DBusAddress,
        method: str,
        signature: str,
        body: Body,
        done: Callable[[Body], object],
        refused: Callable[[str], object],
    ) -> None:
        """`done` gets what came back, `refused` the name of the error."""
        message = new_method_call(to, method, signature or None, body)
        self._calls[self._send(message)] = done, refused
        self._patience.start()

    def tell(self, to: DBusAddress, method: str, signature: str, body: Body) -> None:
        """A call whose answer nobody waits for."""
        message = new_method_call(to, method, signature or None, body)
        message.header.flags |= MessageFlag.no_reply_expected
        self._send(message)

    def listen(self, to: DBusAddress) -> None:
        """Hear every signal of this object and interface."""
        rule = f"type='signal',path='{to.object_path}',interface='{to.interface}'"
        self.tell(BUS, "AddMatch", "s", (rule,))

    def _send(self, message: Message) -> int:
        self._serial += 1
        if self._socket is not None:
            self._socket.write(message.serialise(serial=self._serial))
        return self._serial

    def _authenticate(self) -> None:
        """Send the next line of the conversation in which the bus comes to know whose program this is."""
        if self._socket is None:
            return
        if not self._authenticator.authenticated:
            self._socket.write(self._authenticator.data_to_send() or b"")
        else:
            self._socket.write(BEGIN)
            self.call(BUS, "Hello", "", (), lambda _name: self.opened.emit(), self._fail)

    def _read(self) -> None:
        if self._socket is None:
            return
        data = self._socket.readAll().data()
        try:
            if not self._authenticator.authenticated:
                self._authenticator.feed(data)
                self._authenticate()
                return
            messages = self._parser.feed(data)
        except (ValueError, LookupError, struct.error) as error:  # what came is none of the protocol
            self._fail(f"the session bus says what is not understood: {error!r}")
            return
        for message in messages:
            self._take(message)

    def _take(self, message: Message) -> None:
        kind, fields = message.header.message_type, message.header.fields
        if kind is MessageType.signal:
            self.heard.emit(fields.get(HeaderFields.member, ""), tuple(message.body))
            return
        done, refused = self._calls.pop(fields.get(HeaderFields.reply_serial, 0), (None, None))
        if not self._calls:
            self._patience.stop()
        if kind is MessageType.method_return and done is not None:
            done(tuple(message.body))
        elif kind is MessageType.error and refused is not None:
            refused(fields.get(HeaderFields.error_name, ""))

    def _broken(self) -> None:
        if self._socket is not None:
            self._fail(f"the session bus is not there: {self._socket.errorString()}")

    def _fail(self, why: str, *, hangs: bool = False) -> None:
        if self._socket is not None:
            self.close()
            self.failed.emit(why, hangs)
