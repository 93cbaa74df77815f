"""Where the running program takes what further starts hand over."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desktop_share.core import handover as messages
from desktop_share.core.handover import HandoverError
from desktop_share.core.only_one import Meeting
from desktop_share.core.options import Options

log = logging.getLogger(__name__)

_MESSAGE_LIMIT_MS = 5_000  # for a message once somebody has connected
_MOST_CALLERS = 32


class Reception(QObject):
    """Takes what second starts hand over. `asked` carries a Handover."""

    asked = Signal(object)

    def __init__(self, place: Meeting, own: Options, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._place = place
        self._own = own
        self._callers: set[_Caller] = set()
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._welcome)

    def listen(self) -> None:
        """Only as the first one: a socket that lies there is what a crashed one left."""
        QLocalServer.removeServer(self._place.server)
        if not self._server.listen(self._place.server):
            why = self._server.errorString()
            log.warning("Starting the program a second time will not reach this window: %s", why)

    def close(self) -> None:
        self._server.close()
        for caller in tuple(self._callers):
            caller.hang_up()

    def _welcome(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            if len(self._callers) >= _MOST_CALLERS:
                socket.abort()
                socket.deleteLater()
                continue
            caller = _Caller(socket, self._own, self)
            self._callers.add(caller)
            caller.said.connect(self.asked)
            caller.gone.connect(self._callers.discard)
            caller.read()


class _Caller(QObject):
    """One connection: a message in, an answer out."""

    said = Signal(object)
    gone = Signal(object)

    def __init__(self, socket: QLocalSocket, own: Options, parent: QObject) -> None:
        super().__init__(parent)
        self._socket = socket
        self._own = own
        self._received = bytearray()
        socket.setParent(self)
        socket.setReadBufferSize(messages.HEADER + messages.MOST_BYTES)
        socket.readyRead.connect(self.read)
        socket.disconnected.connect(self._leave)
        self._timer = QTimer(self, singleShot=True, interval=_MESSAGE_LIMIT_MS)
        self._timer.timeout.connect(self.hang_up)
        self._timer.start()

    def hang_up(self) -> None:
        self._socket.abort()
        self._leave()

    def read(self) -> None:
        self._received += self._socket.readAll().data()
        if len(self._received) < messages.HEADER:
            return
        try:
            missing = messages.HEADER + messages.length(self._received) - len(self._received)
            if missing > 0:
                return
            handover = messages.decode(bytes(self._received[messages.HEADER :]), self._own)
        except HandoverError as error:
            log.info("refused what another program sent: %s", error)
            self._answer(str(error))
        else:
            self._answer("")
            self.said.emit(handover)

    def _answer(self, refused: str) -> None:
        self._socket.readyRead.disconnect(self.read)
        self._socket.write(messages.answer(refused))
        self._socket.flush()
        self._socket.disconnectFromServer()

    def _leave(self) -> None:
        self._timer.stop()
        self.gone.emit(self)
        self.deleteLater()
