"""A file that is followed while it grows: one recipient's place in it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from desktop_share.core.files import OpenFile, open_file
from desktop_share.core.representation import FileSegment

# What is handed out at once: a file that is cut off while it is sent costs its connection only within this
LARGEST = 4 << 20


class GrowingFile:
    """An open file of which nothing was promised but the bytes that are there."""

    def __init__(self, opened: OpenFile) -> None:
        self._opened = opened
        self.name = opened.name

    def fileno(self) -> int:
        return self._opened.fileno()

    def unchanged(self) -> bool:
        return True

    def close(self) -> None:
        self._opened.close()


class FilePlace:
    """See `live.Place`. Over when the file has not grown for `idle` seconds since this recipient last saw it grow,
    when it became shorter than what was read of it, or when another file, or none, is at its path. `clock` is
    monotonic. Raises SourceError when it cannot be opened."""

    def __init__(self, path: Path, idle: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._file = GrowingFile(open_file(path))
        self._path = path
        self._idle = idle
        self._clock = clock
        self._position = 0
        self._size = 0
        self._grown = clock()

    def take(self) -> FileSegment | None:
        first = self._position
        self._position = min(self._look(), first + LARGEST)
        if self._position <= first:
            self._position = first
            return None
        return FileSegment(self._file, first, self._position - first)

    def is_over(self) -> bool:
        return self._is_replaced() or self._look() < self._position or self._clock() - self._grown >= self._idle

    def has_more(self) -> bool:
        return self._look() > self._position

    def close(self) -> None:
        self._file.close()

    def _look(self) -> int:
        """The size now; 0 where the file cannot be asked any more: a drive that was taken away."""
        try:
            size = os.fstat(self._file.fileno()).st_size
        except OSError:
            return 0
        if size > self._size:
            self._grown = self._clock()
        self._size = size
        return size

    def _is_replaced(self) -> bool:
        try:
            there, ours = os.stat(self._path), os.fstat(self._file.fileno())
        except (FileNotFoundError, NotADirectoryError):
            return True
        except OSError:  # nothing is known: no growth ends it
            return False
        return there.st_ino != 0 != ours.st_ino and not os.path.samestat(there, ours)  # 0: a drive without such numbers
