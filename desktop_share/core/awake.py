"""Keeps the computer from falling asleep while bytes flow, and only then."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
import sys
import threading
from types import TracebackType
from typing import Protocol, Self

from desktop_share.core.events import Announcer
from desktop_share.core.transfers import Transfer, TransferState

LINGER_SECONDS = 5.0  # many small downloads one after another are one hold
CHILD_SECONDS = 5.0

logger = logging.getLogger(__name__)


class Inhibitor(Protocol):
    """The system's way to stay awake. `hold` and `release` alternate, on one thread; both may raise OSError."""

    def hold(self) -> None: ...

    def release(self) -> None: ...


class ChildInhibitor:
    """A helper program that keeps the system awake for as long as it runs: until its standard input is closed.

    So it ends with this process, even where that is killed.
    """

    def __init__(self, command: tuple[str, ...]) -> None:
        self._command = command
        self._child: subprocess.Popen[bytes] | None = None

    def hold(self) -> None:
        self._child = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def release(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        with child:
            if child.stdin is not None:
                child.stdin.close()
            try:
                child.wait(CHILD_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()


class WindowsInhibitor:
    """SetThreadExecutionState: holds for as long as the thread that asked for it lives, or until it is asked again."""

    _CONTINUOUS = 0x80000000
    _SYSTEM_REQUIRED = 0x00000001

    def hold(self) -> None:
        self._set(self._CONTINUOUS | self._SYSTEM_REQUIRED)

    def release(self) -> None:
        self._set(self._CONTINUOUS)

    def _set(self, state: int) -> None:
        if sys.platform == "win32":
            import ctypes

            if not ctypes.windll.kernel32.SetThreadExecutionState(state):
                raise ctypes.WinError()


def system_inhibitor(who: str, why: str) -> Inhibitor | None:
    """What this system has, or None. `who` and `why` are shown where the system lists what keeps it awake."""
    if sys.platform == "win32":
        return WindowsInhibitor()
    if sys.platform == "darwin":
        # caffeinate runs for as long as the program that it starts: `cat` ends with its input
        return ChildInhibitor(("caffeinate", "-i", "cat")) if shutil.which("caffeinate") else None
    if shutil.which("systemd-inhibit") and os.path.isdir("/run/systemd/system"):
        return ChildInhibitor(("systemd-inhibit", "--what=sleep:idle", f"--who={who}", f"--why={why}", "cat"))
    return None


class KeepAwake:
    """Holds the inhibitor while a transfer moves. Its thread sleeps until one begins or stops to move."""

    def __init__(
        self, changed: Announcer[Transfer], inhibitor: Inhibitor | None, *, linger: float = LINGER_SECONDS
    ) -> None:
        self._changed = changed
        self._inhibitor = inhibitor
        self._linger = linger
        self._moving: set[str] = set()
        self._stopping = False
        self._condition = threading.Condition()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if self._thread is None and self._inhibitor is not None:
            self._stopping = False
            self._unsubscribe = self._changed.subscribe(self._heard)
            self._thread = threading.Thread(target=self._run, args=(self._inhibitor,), name="keep-awake", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._unsubscribe()
        with self._condition:
            self._stopping = True
            self._moving.clear()
            self._condition.notify_all()
        thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _heard(self, transfer: Transfer) -> None:
        moves = transfer.state is TransferState.STARTED and transfer.rate > 0
        with self._condition:
            if moves == (transfer.id in self._moving) or self._stopping:
                return
            if moves:
                self._moving.add(transfer.id)
            else:
                self._moving.discard(transfer.id)
            self._condition.notify_all()

    def _run(self, inhibitor: Inhibitor) -> None:
        while self._wait(moving=True):
            try:
                inhibitor.hold()
            except OSError as error:
                logger.debug("cannot keep the computer awake: %s", error)
            while self._wait(moving=False) and self._wait(moving=True, timeout=self._linger):
                pass
            try:
                inhibitor.release()
            except OSError as error:
                logger.debug("cannot let the computer sleep again: %s", error)

    def _wait(self, *, moving: bool, timeout: float | None = None) -> bool:
        """Until something moves, or nothing. False when that did not come in time, or it is to stop."""
        with self._condition:
            self._condition.wait_for(lambda: self._stopping or bool(self._moving) == moving, timeout)
            return not self._stopping and bool(self._moving) == moving
