"""The access log as a file that a person can read, written off the threads that serve."""

from __future__ import annotations

import logging
import os
import queue
import time
from collections.abc import Callable
from io import TextIOWrapper
from logging.handlers import QueueListener, RotatingFileHandler
from pathlib import Path

from desktop_share.core.access_log import AccessLog, Visit
from desktop_share.core.log_words import one_line, redacted

log = logging.getLogger(__name__)

FILE_NAME = "access.log"
MOST_BYTES = 1_000_000  # of each of two files: this one and the one before, '.1'
MOST_WAITING = 1_000  # visits while the disk is slow; what is more is not written, nor is it kept in memory

_DID = {"GET": "got", "HEAD": "looked at", "POST": "asked for"}
_REASONS = {
    "unknown": "no such link",
    "revoked": "the link was taken back",
    "expired": "its time is over",
    "used-up": "its downloads are used up",
    "all-taken": "all its downloads are under way",
    "password-needed": "no password",
    "password-wrong": "wrong password",
    "signature-wrong": "a link that was changed",
    "not-approved": "not let in",
    "waiting": "waits to be let in",
    "too-many-requests": "too many requests",
    "wrong-network": "from another network",
    "paused": "sharing is paused",
    "changed": "the file has changed",
    "source-missing": "the file is missing",
    "wrong-host": "asked for another server",
    "other-site": "sent by another site's page",
    "not-possible": "not possible here",
    "failed": "a mistake of the program",
}


def line_of(visit: Visit) -> str:
    """'2026-11-22 14:05:09  192.168.1.7 Chrome on Android  got  report.pdf (200)', in the time of this computer."""
    who = f"{visit.client} {visit.device}".strip()
    if visit.why:
        reason = _REASONS.get(visit.why, visit.why)
        did = f"was refused {visit.what}: {reason} ({visit.status})"
    else:
        did = f"{_DID.get(visit.method, visit.method)}  {visit.what} ({visit.status})"
    again = f"  {visit.count} times" if visit.count > 1 else ""
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(visit.at))
    return one_line(redacted(f"{when}  {who}  {did}{again}"))


class AccessFile:
    """Writes the visits of an access log while `is_on` says so. What repeats is written at its first, tenth,
    hundredth time, and so on. `close` waits until what came is written."""

    def __init__(self, folder: Path, visits: AccessLog, is_on: Callable[[], bool]) -> None:
        self._is_on = is_on
        self._waiting: queue.Queue[logging.LogRecord] = queue.Queue(MOST_WAITING)
        self._file = _PrivateFile(folder / FILE_NAME)
        self._listener = QueueListener(self._waiting, self._file)
        self._listener.start()
        self._deaf = visits.changed.subscribe(self._heard)

    def close(self) -> None:
        self._deaf()
        # the listener's own end does not wait for room in the queue
        self._waiting.join()
        self._listener.stop()
        self._file.close()

    def _heard(self, visit: Visit) -> None:
        if not self._is_on() or not _is_power_of_ten(visit.count):
            return
        try:
            self._waiting.put_nowait(logging.makeLogRecord({"msg": line_of(visit)}))
        except queue.Full:
            return


class _PrivateFile(RotatingFileHandler):
    """For its owner only. A file that cannot be written to is told once, and keeps nobody from being served."""

    def __init__(self, path: Path) -> None:
        self._is_told = False
        super().__init__(path, maxBytes=MOST_BYTES, backupCount=1, encoding="utf-8", delay=True)

    def _open(self) -> TextIOWrapper:
        stream = open(self.baseFilename, "a", encoding="utf-8", opener=_private)  # noqa: SIM115  the handler's
        if os.name != "nt":
            os.fchmod(stream.fileno(), 0o600)  # one that was there before
        return stream

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: ARG002
        if not self._is_told:
            self._is_told = True
            log.warning("the access log cannot be written", exc_info=True)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _is_power_of_ten(count: int) -> bool:
    return str(count).rstrip("0") == "1"
