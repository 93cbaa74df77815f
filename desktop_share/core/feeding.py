"""Standard input, or another stream of bytes, read into a spool on a thread of its own."""

from __future__ import annotations

import contextlib
import io
import logging
import os
import select
import threading
from typing import BinaryIO

from desktop_share.core.errors import Problem
from desktop_share.core.names import shown
from desktop_share.core.spool import Spool

log = logging.getLogger(__name__)

CHUNK = 256 << 10


class Feeder:
    """Fills a spool from a stream until its end. Nothing may have been read of the stream before.

    Where `select` knows pipes, the thread waits for the stream or for `close`. On Windows it may stand in a read when
    `close` is called: it is left to end with that read, or with the program.
    """

    def __init__(self, spool: Spool, stream: BinaryIO, name: str) -> None:
        self._spool = spool
        self._stream = stream
        self._name = name
        self._descriptor = -1
        self._stop_read, self._stop_write = -1, -1
        self._is_stopped = False
        with contextlib.suppress(io.UnsupportedOperation):
            self._descriptor = os.dup(stream.fileno())
        if self._descriptor >= 0 and os.name != "nt":
            self._stop_read, self._stop_write = os.pipe()
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop reading. May be called more than once, not on two threads at once."""
        self._is_stopped = True
        if self._stop_write >= 0:
            os.close(self._stop_write)
            self._stop_write = -1
            self._thread.join()

    def _run(self) -> None:
        try:
            while data := self._read():
                self._spool.append(data)
            self._spool.finish()
        except (OSError, ValueError) as error:  # the disk is full; the stream was closed
            log.info("a stream ended early: %s", error)
            self._spool.finish(_broken(self._name, error))
        finally:
            for descriptor in (self._descriptor, self._stop_read):
                if descriptor >= 0:
                    os.close(descriptor)

    def _read(self) -> bytes:
        """What comes next; nothing at the end and when stopped."""
        if self._descriptor < 0:
            return b"" if self._is_stopped else self._stream.read(CHUNK)
        if self._stop_read >= 0:
            ready, _, _ = select.select([self._descriptor, self._stop_read], [], [])
            if self._stop_read in ready:
                return b""
        return b"" if self._is_stopped else os.read(self._descriptor, CHUNK)


def _broken(name: str, error: Exception) -> Problem:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return Problem(
        "stream-broken",
        "“{name}” broke off: {reason}.",
        "Look whether the disk is full, and start it again.",
        (("name", shown(name)), ("reason", reason)),
    )
