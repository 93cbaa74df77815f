"""The CRC-32 sums of the files of a tree: how one is made, and who waits for which."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

from zlib_ng import zlib_ng

from desktop_share.core.checksum_table import Checksum
from desktop_share.core.entry_files import entry_changed, entry_problem, open_entry
from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.files import OpenFile
from desktop_share.core.names import shown
from desktop_share.core.tree import Entry

CHUNK = 1 << 20
LOOK_AGAIN = 64 << 20  # bytes

Crc = Callable[[bytes, int], int]
Wake = Callable[[], None]


def crc_of(entry: Entry, stopped: Callable[[int], bool], crc: Crc = zlib_ng.crc32) -> int | None:
    """The CRC-32 of an entry's file; None when it was stopped.

    `stopped` is asked before every megabyte, with the bytes read so far. Raises SourceError: the file cannot be
    read, or is not what the entry says, before or after.
    """
    file = open_entry(entry)
    try:
        value = _read(file, entry, stopped, crc)
        if value is not None and not file.unchanged():
            raise SourceError(entry_changed(entry))
        return value
    except OSError as error:
        raise SourceError(entry_problem(entry, error)) from error
    finally:
        file.close()


def _read(file: OpenFile, entry: Entry, stopped: Callable[[int], bool], crc: Crc) -> int | None:
    if entry.size > CHUNK and hasattr(os, "posix_fadvise"):
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
    value = done = 0
    while done < entry.size:
        if stopped(done):
            return None
        data = os.read(file.fileno(), min(CHUNK, entry.size - done))
        if not data:
            raise SourceError(entry_changed(entry))
        value = crc(data, value)
        done += len(data)
        if not done % LOOK_AGAIN and not file.unchanged():  # it grows: reading on would be in vain
            raise SourceError(entry_changed(entry))
    return value


def needs_reading(entry: Entry) -> bool:
    return entry.size > 0 and entry.data is None and not entry.is_folder


def fits(known: Checksum | None, entry: Entry) -> bool:
    return known is not None and known[:3] == (entry.size, entry.mtime_ns, entry.inode)


class TreeChecksums:
    """The sums of one tree as the archive asks for them (`archive.Checksums`). Thread-safe.

    `known` is by path, valid for a size, a time and an inode; the trees of one folder share it. `ask` is called with
    an entry that somebody waits for, `keep` with what a download itself learnt. A file that failed stays failed: it was
    looked at for this tree, and it takes another look at the folder to have another.
    """

    def __init__(
        self,
        known: dict[str, Checksum],
        ask: Callable[[TreeChecksums, Entry], None],
        keep: Callable[[Entry, Checksum], None],
    ) -> None:
        self._known = known
        self._ask = ask
        self._keep = keep
        self._lock = threading.Lock()
        self._failed: dict[str, Problem] = {}
        self._waiting: dict[str, list[Wake]] = {}
        self._given_up = False

    def of(self, entry: Entry) -> int | None:
        if not needs_reading(entry):
            return zlib_ng.crc32(entry.data) if entry.data else 0
        known = self._known.get(entry.path)
        if known is not None and fits(known, entry):
            return known.crc
        problem = self._failed.get(entry.path)
        if problem is None and self._given_up:
            problem = _nobody_reads(entry)
        if problem is not None:
            raise SourceError(problem)
        return None

    def of_data(self, entry: Entry, data: bytes) -> int:
        known = self.learn(entry, zlib_ng.crc32(data))
        self._keep(entry, known)
        return known.crc

    def when_known(self, entry: Entry, wake: Wake) -> None:
        with self._lock:
            waits = not self.is_settled(entry)
            if waits:
                self._waiting.setdefault(entry.path, []).append(wake)
        if waits:
            self._ask(self, entry)
        else:
            wake()

    # -- for whoever reads

    def is_settled(self, entry: Entry) -> bool:
        """Whether `of` has an answer, if only an error."""
        return (
            self._given_up
            or not needs_reading(entry)
            or entry.path in self._failed
            or fits(self._known.get(entry.path), entry)
        )

    def is_awaited(self, entry: Entry) -> bool:
        with self._lock:
            return entry.path in self._waiting

    @property
    def has_failed(self) -> bool:
        return bool(self._failed)

    def wake(self, entry: Entry) -> None:
        """Call who waits for an entry that is settled: a tree before or after this one may have learnt of it."""
        with self._lock:
            woken = self._waiting.pop(entry.path, [])
        _wake(woken)

    def learn(self, entry: Entry, crc: int) -> Checksum:
        known = Checksum(entry.size, entry.mtime_ns, entry.inode, crc)
        with self._lock:
            self._known[entry.path] = known
            woken = self._waiting.pop(entry.path, [])
        _wake(woken)
        return known

    def fail(self, entry: Entry, problem: Problem) -> None:
        with self._lock:
            self._failed[entry.path] = problem
            woken = self._waiting.pop(entry.path, [])
        _wake(woken)

    def give_up(self) -> None:
        """Nobody reads any more: what is not known now fails."""
        with self._lock:
            self._given_up = True
            woken = [wake for each in self._waiting.values() for wake in each]
            self._waiting.clear()
        _wake(woken)


def _wake(woken: list[Wake]) -> None:
    for wake in woken:
        wake()


def _nobody_reads(entry: Entry) -> Problem:
    return Problem(
        "entry-unreadable",
        "“{name}” is not read any more: the program is ending.",
        "Start it again, then download again.",
        (("name", shown(entry.name)),),
    )
