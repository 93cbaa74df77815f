"""Telling the running program what this start was asked for. Loads QtCore and QtNetwork only."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from PySide6.QtNetwork import QLocalSocket

from desktop_share.core import handover as messages
from desktop_share.core.errors import Problem, ShareError
from desktop_share.core.handover import Handover, HandoverError
from desktop_share.core.options import Options

ANSWER_LIMIT = 2.5  # seconds for an answer of who listens: a loop that runs takes milliseconds
_STEP_MS = 20  # PySide keeps Python's lock while it waits: other threads get their turn between two steps

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


def opening(options: Options, token: str) -> bytes:
    """Raises ShareError for what cannot be handed over."""
    return _encoded(Handover(options, token=token))


def quitting(data_dir: Path) -> bytes:
    return _encoded(Handover(Options(data_dir), messages.QUIT))


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
