"""The ZIP archive of a tree, made while it is sent: nothing is compressed, nothing is written to disk."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Generator, Iterator
from functools import partial
from typing import Protocol

from desktop_share.core.archive_layout import Layout, archive_length
from desktop_share.core.entry_files import entry_changed, open_entry, read_entry
from desktop_share.core.errors import SourceError
from desktop_share.core.files import OpenFile
from desktop_share.core.representation import (
    FileSegment,
    MemorySegment,
    NotYet,
    Pieces,
    Representation,
    Segment,
    strong_etag,
)
from desktop_share.core.tree import Entry

__all__ = ["ArchiveRepresentation", "Checksums", "Layout", "archive_length", "entry_representation"]

MEDIA_TYPE = "application/zip"
SMALL = 128 << 10  # bytes of a file that is read and joined with its neighbours: a system call costs more than a copy
JOINED = 256 << 10  # bytes in one segment of what is joined, or a little more
# Headers and files in it: whoever asks for the segment waits until all are read, which a slow disk takes long for
JOINED_PARTS = 64
JOINED_READ = 16  # the same, of files that nobody has read lately: they may still be on the disk alone


class Checksums(Protocol):
    """The CRC-32 of the files of a tree. Not asked for folders, empty files, and what is in memory."""

    def of(self, entry: Entry) -> int | None:
        """None: not known yet. Raises SourceError when the file cannot be read or has changed."""

    def of_data(self, entry: Entry, data: bytes) -> int:
        """Of what was just read of it, from its beginning to its end; known from now on."""

    def when_known(self, entry: Entry, wake: Callable[[], None]) -> None:
        """Have `wake` called once, on any thread, when asking again is worth it: after a failure too."""


class ArchiveRepresentation(Representation):
    """The archive. Its slices may be read one after another, or several at once, on one thread at a time.

    A slice raises SourceError where a file is not what was looked at any more: what was sent is then no whole archive.
    Each slice has at most one file open. A slice of a closed archive comes to its end.
    """

    __slots__ = ("_checksums", "_closed", "_layout", "_lock", "_open")

    def __init__(self, layout: Layout, checksums: Checksums) -> None:
        super().__init__(
            length=layout.length,
            etag=layout.etag,
            last_modified=layout.last_modified,
            segments=(),
            media_type=MEDIA_TYPE,
        )
        self._layout = layout
        self._checksums = checksums
        self._lock = threading.Lock()
        self._open: set[OpenFile] = set()
        self._closed = False

    def slice(self, start: int, stop: int) -> Pieces:
        if start >= stop:
            return
        joined = _Joined(start, stop)
        for index, offset, data_offset in self._layout.places(start, min(stop, self._layout.directory)):
            if self._closed:
                return
            entry, data = self._layout.entries[index], None
            if start < data_offset:
                crc = self._known(index)
                if crc is None and entry.size <= SMALL:
                    data = read_entry(entry)
                    crc = self._checksums.of_data(entry, data)
                    joined.has_read()
                elif crc is None:
                    crc = yield from self._awaited(index, joined)
                joined.add(self._layout.local_header(index, crc), offset)
            yield from self._data(entry, data_offset, joined, data)
            if joined.full:
                yield from joined.take()
        yield from self._directory(joined)
        yield from joined.take()

    def unchanged(self) -> bool:
        """Of the files that are being read. Those before were looked at when they had been read."""
        with self._lock:
            return not self._closed and all(file.unchanged() for file in self._open)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            files, self._open = self._open, set()
        for file in files:
            file.close()

    def _known(self, index: int) -> int | None:
        crc = self._layout.own_sum(index)
        return self._checksums.of(self._layout.entries[index]) if crc is None else crc

    def _awaited(self, index: int, joined: _Joined) -> Generator[Segment | NotYet, None, int]:
        while (crc := self._known(index)) is None:
            yield from joined.take()
            yield NotYet(partial(self._checksums.when_known, self._layout.entries[index]))
        return crc

    def _data(self, entry: Entry, offset: int, joined: _Joined, data: bytes | None) -> Iterator[Segment]:
        """`data`: the whole of it, where it was read already."""
        if entry.is_folder:
            return
        first, last = joined.cut(offset, entry.size)
        if first > last or first == last < entry.size:
            return
        if entry.size <= SMALL:
            data = entry.data if data is None else data
            if data is None:
                data = read_entry(entry)
                joined.files += 1
            joined.add(data, offset)
            return
        yield from joined.take()
        if entry.data is None:
            yield from self._file(entry, first, last - first)
        else:
            yield MemorySegment(entry.data[first:last])

    def _file(self, entry: Entry, offset: int, length: int) -> Iterator[Segment]:
        file = open_entry(entry)
        try:
            with self._lock:
                if self._closed:
                    return
                self._open.add(file)
            yield FileSegment(file, offset, length)
            if not self._closed and not file.unchanged():
                raise SourceError(entry_changed(entry))
        finally:
            with self._lock:
                self._open.discard(file)
            file.close()

    def _directory(self, joined: _Joined) -> Pieces:
        for indexes, offset in self._layout.chunks(joined.start, joined.stop):
            if self._closed:
                return
            records = []
            for index in indexes:
                crc = yield from self._awaited(index, joined)
                records.append(self._layout.central_record(index, crc))
            joined.add(b"".join(records), offset)
            if joined.full:
                yield from joined.take()
        joined.add(*self._layout.end())


class _Joined:
    """Neighbouring bytes of the archive, cut to the slice `start` to `stop`, until they are worth a segment."""

    def __init__(self, start: int, stop: int) -> None:
        self.start = start
        self.stop = stop
        self._parts: list[bytes] = []
        self._length = 0
        self._reads = 0
        self.files = 0  # read for what is in it

    @property
    def full(self) -> bool:
        return self._length >= JOINED or len(self._parts) >= JOINED_PARTS or self._reads >= JOINED_READ

    def has_read(self) -> None:
        """A file that nobody had read lately."""
        self._reads += 1
        self.files += 1

    def cut(self, offset: int, length: int) -> tuple[int, int]:
        """Which part, counted from `offset`, of `length` bytes at `offset` is in the slice; last < first: none."""
        return max(self.start - offset, 0), min(self.stop - offset, length)

    def add(self, data: bytes, offset: int) -> None:
        first, last = self.cut(offset, len(data))
        if first < last:
            self._parts.append(data[first:last])
            self._length += last - first

    def take(self) -> Iterator[Segment]:
        """What there is, as a segment; nothing where there is nothing."""
        if self._parts:
            parts, self._parts, self._length, self._reads = self._parts, [], 0, 0
            files, self.files = self.files, 0
            yield MemorySegment(b"".join(parts), files)


def entry_representation(entry: Entry) -> Representation:
    """A file of a tree as a file of its own; not for folders. Raises SourceError where it is not what was looked at."""
    last_modified = entry.mtime_ns / 10**9
    if entry.data is not None:
        etag = f'"{hashlib.sha256(entry.data).hexdigest()}"'
        return Representation(entry.size, etag, last_modified, (MemorySegment(entry.data),))
    file = open_entry(entry)
    return Representation(
        entry.size, strong_etag(file.stat), last_modified, (FileSegment(file, 0, entry.size),), files=(file,)
    )
