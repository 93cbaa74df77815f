"""One running program: a second start hands what it was asked for to the first, which raises its window.

The second start loads QtCore and QtNetwork only.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from desktop_share.core import handover as messages
from desktop_share.core.errors import Problem, ShareError
from desktop_share.core.handover import Handover, HandoverError
from desktop_share.core.only_one import Meeting, meeting, take
from desktop_share.core.options import Options

log = logging.getLogger(__name__)

ANSWER_LIMIT = 5.0  # seconds for an answer of who listens: a loop that runs takes milliseconds, one that begins more
# seconds until the first, which is just starting or ending, listens or is gone: the very first start, which may be for
# several files at once, takes long on a computer that has to read everything and look for viruses in it
START_LIMIT = 60.0
QUIT_LIMIT = 15.0  # seconds for its transfers and its storage to be closed
_STEP_MS = 20  # PySide keeps Python's lock while it waits: other threads get their turn between two steps
_PAUSE = 0.05  # nothing announces that another process listens or has given up a lock
_MESSAGE_LIMIT_MS = 5_000  # for a message once somebody has connected
_MOST_CALLERS = 32

NOT_ANSWERING = Problem(
    "not-answering",
    "Desktop Share is running already, but it does not answer.",
    "Wait a moment and try again. If it stays like this, end it in your system’s list of running programs, then start "
    "it again.",
)
REFUSED = Problem(
    "handover-refused",
    "The Desktop Share that is running did not take this: {reason}.",
    "It may be of another version: quit it, then start again.",
)
TOO_MANY = Problem(
    "handover-too-large",
    "These are too many files to hand over at once.",
    "Share the folder that they are in, or drag them onto the window.",
)


@dataclass(frozen=True, slots=True)
class First:
    """This start is the one program. `meeting`: where others are to be met; None where this system has no place for
    that. `give_up`: lets another one be the first."""

    meeting: Meeting | None
    give_up: Callable[[], None]


def given_token() -> str:
    """What the desktop gave this start, to raise one window with: on Wayland, on X11; '' where it gave nothing."""
    return os.environ.get("XDG_ACTIVATION_TOKEN") or os.environ.get("DESKTOP_STARTUP_ID") or ""


def first_or_hand_over(wanted: Handover, *, start_limit: float = START_LIMIT) -> First | None:
    """Be the first for this user and data folder, or hand over what is wanted: then None.

    Raises ShareError where there is a first one that does not take it.
    """
    try:
        place = meeting(wanted.options.data_dir)
    except OSError as error:
        log.warning("Starting the program a second time will not reach this window: %s", error)
        return First(None, lambda: None)
    message = _encoded(wanted)
    deadline = time.monotonic() + start_limit
    while True:
        give_up = _taken(place)
        # also asked for when the lock is ours: something may have tidied away the file that the other one locked
        if deliver(place.server, message):
            if give_up is not None:
                give_up()
            return None
        if give_up is not None:
            return First(place, give_up)
        if time.monotonic() > deadline:
            raise ShareError(NOT_ANSWERING)
        threading.Event().wait(_PAUSE)


def ask_to_quit(options: Options, *, limit: float = QUIT_LIMIT) -> None:
    """Have the running program of this data folder close its window, and wait until it is gone. Nothing to do where
    none runs. Raises ShareError where it stays."""
    try:
        place = meeting(options.data_dir)
    except OSError:
        return
    message = messages.encode(Handover(Options(options.data_dir), messages.QUIT))
    deadline = time.monotonic() + limit
    asked = False
    while (give_up := _taken(place)) is None:
        asked = asked or deliver(place.server, message)
        if time.monotonic() > deadline:
            raise ShareError(NOT_ANSWERING)
        threading.Event().wait(_PAUSE)
    give_up()


def _taken(place: Meeting) -> Callable[[], None] | None:
    try:
        return take(place.lock)
    except OSError as error:  # a file system without locks: who listens is the first
        log.warning("It is not sure that this is the only Desktop Share: %s", error)
        return lambda: None


def _encoded(wanted: Handover) -> bytes:
    try:
        return messages.encode(wanted)
    except HandoverError:
        raise ShareError(TOO_MANY) from None
    except OSError as error:  # relative paths, and the folder that they are relative to is gone
        why = Problem("no-folder", "The folder that you are in cannot be read: {reason}.", "Go to another one.")
        raise ShareError(Problem(why.kind, why.what, why.next_step, (("reason", error.strerror or ""),))) from error


def deliver(server: str, message: bytes, limit: float = ANSWER_LIMIT) -> bool:
    """Whether somebody took the message; False: nobody listens. Raises ShareError: not answering, or refused."""
    socket = QLocalSocket()
    deadline = time.monotonic() + limit

    def goes_on(done: bool) -> bool:
        """Whether there is still somebody to wait for, after a step that was done or took its time."""
        if not done and time.monotonic() > deadline:
            raise ShareError(NOT_ANSWERING)
        return done or socket.state() == QLocalSocket.LocalSocketState.ConnectedState

    socket.connectToServer(server)
    if not socket.waitForConnected(int(limit * 1000)):
        if socket.error() == QLocalSocket.LocalSocketError.SocketTimeoutError:
            raise ShareError(NOT_ANSWERING)
        return False
    _allow_raising()
    socket.write(message)
    while socket.bytesToWrite():
        if not goes_on(socket.waitForBytesWritten(_STEP_MS)):
            return False
    received = b""
    while len(received) < messages.HEADER or len(received) < messages.HEADER + messages.length(received):
        if not socket.bytesAvailable() and not goes_on(socket.waitForReadyRead(_STEP_MS)):
            return False  # it ended meanwhile
        received += socket.readAll().data()
    try:
        refused = messages.refusal(received[messages.HEADER :])
    except HandoverError as error:
        refused = str(error)
    if refused:
        raise ShareError(Problem(REFUSED.kind, REFUSED.what, REFUSED.next_step, (("reason", refused),)))
    return True


def _allow_raising() -> None:
    """Windows lets only the program that the person used last bring a window to the front: that is this one."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.user32.AllowSetForegroundWindow(-1)


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
