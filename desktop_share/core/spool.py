"""A stream that comes once, kept so that each recipient gets it from its beginning and at its own pace."""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Callable
from typing import IO

from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.representation import FileSegment, MemorySegment, Segment

IN_MEMORY = 16 << 20  # bytes of a stream; what comes after them is on disk
PIECE = 256 << 10  # the largest piece of memory handed out at once
LARGEST = 4 << 20  # of the file


_ON_DISK = "/var/tmp"  # FHS 3.0, 5.15. /tmp is in memory itself on many Linux systems, and small there


def spool_folder() -> str | None:
    """Where what does not fit into memory goes; None: where Python says, as the person chose, and on Windows."""
    chosen = any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP"))
    return None if chosen or not os.access(_ON_DISK, os.W_OK | os.X_OK) else _ON_DISK


class Spool:
    """Thread-safe: one writes, any number read. The first `in_memory` bytes stay in memory, the rest go to a
    temporary file that is gone with the program, however it ends. `reads_at`: whether a descriptor can be read at any
    position by several; else what is on disk is handed out as memory too."""

    def __init__(self, in_memory: int = IN_MEMORY, *, reads_at: bool = hasattr(os, "pread")) -> None:
        self._in_memory = in_memory
        self._reads_at = reads_at
        self._lock = threading.Lock()
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._on_disk = 0
        self._listeners: tuple[Callable[[], None], ...] = ()
        self.is_over = False
        self.problem: Problem | None = None  # why it ended before its end

    @property
    def length(self) -> int:
        """Bytes so far."""
        return len(self._memory) + self._on_disk

    # -- writing

    def append(self, data: bytes) -> None:
        """Raises OSError when the disk is full. Passed over after the end."""
        with self._lock:
            if self.is_over:
                return
            room = self._in_memory - len(self._memory)
            self._memory += data[:room]
            if len(data) > room:
                self._write(data[room:])
        self._tell()

    def finish(self, problem: Problem | None = None) -> None:
        """The end. With a problem, recipients are not given what came for the whole."""
        with self._lock:
            if self.is_over:
                return
            self.problem = problem
            self.is_over = True
        self._tell()

    def close(self) -> None:
        """The end, and what is on disk is removed once the last recipient closed its place."""
        self.finish()
        with self._lock:
            if self._file is not None:
                self._file.close()

    def _write(self, data: bytes) -> None:
        if self._file is None:
            self._file = tempfile.TemporaryFile(  # noqa: SIM115
                prefix="desktop-share-", buffering=0, dir=spool_folder()
            )
        self._file.seek(self._on_disk)  # where the system has no pread, readers move it
        view = memoryview(data)
        while view:
            written = self._file.write(view)
            self._on_disk += written
            view = view[written:]

    # -- reading

    def listen(self, told: Callable[[], None]) -> Callable[[], None]:
        """Have `told` called, on the writer's thread, when something came and at the end; returns how to end that."""
        with self._lock:
            self._listeners = (*self._listeners, told)

        def end() -> None:
            with self._lock:
                self._listeners = tuple(each for each in self._listeners if each is not told)

        return end

    def read(self, position: int) -> MemorySegment | None:
        """A piece from `position` on, if it is in memory or cannot be handed out as a part of the file."""
        with self._lock:
            if position < len(self._memory):
                return MemorySegment(bytes(memoryview(self._memory)[position : position + PIECE]))
            start = position - len(self._memory)
            if self._file is None or self._file.closed or start >= self._on_disk or self._reads_at:
                return None
            self._file.seek(start)
            return MemorySegment(self._file.read(min(PIECE, self._on_disk - start)))

    def part(self, position: int) -> tuple[int, int]:
        """Where `position` is in the file, and how many bytes are there from it on; 0 where `read` gives them."""
        with self._lock:
            start = position - len(self._memory)
            return start, max(self._on_disk - start, 0) if start >= 0 and self._reads_at else 0

    def open_file(self, name: str) -> SpoolFile | None:
        """A descriptor of the reader's own; None while nothing is on disk."""
        with self._lock:
            if self._file is None or self._file.closed:
                return None
            return SpoolFile(os.dup(self._file.fileno()), name)

    def _tell(self) -> None:
        for told in self._listeners:
            told()


class SpoolFile:
    """What of a stream is on disk. `close` may be called more than once."""

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        self.name = name

    def fileno(self) -> int:
        return self._descriptor

    def unchanged(self) -> bool:
        return True

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(descriptor)


class SpoolPlace:
    """See `live.Place`: one recipient's place in a spool, with a descriptor of its own."""

    def __init__(self, spool: Spool, name: str) -> None:
        self._spool = spool
        self._name = name
        self._position = 0
        self._file: SpoolFile | None = None

    def take(self) -> Segment | None:
        segment = self._spool.read(self._position) or self._from_file()
        if segment is not None:
            self._position += segment.length
        elif self._spool.problem is not None:
            raise SourceError(self._spool.problem)
        return segment

    def is_over(self) -> bool:
        return self._spool.is_over

    def has_more(self) -> bool:
        return self._spool.length > self._position

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _from_file(self) -> FileSegment | None:
        start, count = self._spool.part(self._position)
        if not count:
            return None
        if self._file is None:
            self._file = self._spool.open_file(self._name)
        return None if self._file is None else FileSegment(self._file, start, min(count, LARGEST))
