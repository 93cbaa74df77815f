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
LONGEST_HEADER = 1 << 17  # a name has 16 bits
JOINED_READ = 16  # the same, of files that nobody has read lately: they may still be on the disk alone


class Checksums(Protocol):
    """The CRC-32 of the files of a tree. Not asked for folders, empty files, and what is in memory."""

    def of(self, entry: Entry) -> int | None:
        """None: not known yet. Raises SourceError when the file cannot be read or has changed."""

    def of_data(self, entry: Entry, data: memoryview) -> int:
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
            if self._layout.entries[index].size <= SMALL:
                self._add_small(index, offset, data_offset, joined)
            else:
                if start < data_offset:
                    crc = yield from self._awaited(index, joined)
                    joined.add(self._layout.local_header(index, crc), offset)
                yield from self._data(self._layout.entries[index], data_offset, joined)
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

    def _add_small(self, index: int, offset: int, data_offset: int, joined: _Joined) -> None:
        """Header and data. An empty file is looked at too, where the slice has what stands before its end."""
        entry = self._layout.entries[index]
        first, last = joined.cut(data_offset, entry.size)
        is_read = not entry.is_folder and (first < last or first == last == entry.size)
        crc = self._known(index) if joined.start < data_offset else 0
        data: bytes | memoryview = entry.data or b""
        if entry.data is None and (is_read or crc is None):
            data = joined.space(data_offset - offset, entry.size)
            read_entry(entry, data)
            if crc is None:
                crc = self._checksums.of_data(entry, data)
                joined.has_read()
        if joined.start < data_offset:
            joined.add(self._layout.local_header(index, crc or 0), offset)
        joined.add(data, data_offset)

    def _data(self, entry: Entry, offset: int, joined: _Joined) -> Iterator[Segment]:
        first, last = joined.cut(offset, entry.size)
        if first >= last:
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
            yield from joined.put(b"".join(records), offset)
            if joined.full:
                yield from joined.take()
        yield from joined.put(*self._layout.end())


class _Joined:
    """Neighbouring bytes of the archive, cut to the slice `start` to `stop`, until they are worth a segment.

    They are put into one room of memory that every segment uses again: files are read into it, nothing is joined.
    """

    def __init__(self, start: int, stop: int) -> None:
        self.start = start
        self.stop = stop
        self._room = memoryview(bytearray(JOINED + LONGEST_HEADER + SMALL))
        self._length = 0
        self._parts = 0
        self._reads = 0

    @property
    def full(self) -> bool:
        return self._length >= JOINED or self._parts >= JOINED_PARTS or self._reads >= JOINED_READ

    def has_read(self) -> None:
        """A file that nobody had read lately."""
        self._reads += 1

    def space(self, before: int, length: int) -> memoryview:
        """Where the bytes behind the next `before` ones will stand, unless those are cut. Not where it is full."""
        return self._room[self._length + before :][:length]

    def cut(self, offset: int, length: int) -> tuple[int, int]:
        """Which part, counted from `offset`, of `length` bytes at `offset` is in the slice; last < first: none."""
        return max(self.start - offset, 0), min(self.stop - offset, length)

    def add(self, data: bytes | memoryview, offset: int) -> None:
        """A header or a small file. Not where it is full."""
        first, last = self.cut(offset, len(data))
        if first < last:
            self._room[self._length : self._length + last - first] = data[first:last]
            self._length += last - first
            self._parts += 1

    def put(self, data: bytes, offset: int) -> Iterator[Segment]:
        """As `add`, for any length."""
        if len(data) > len(self._room) - self._length:
            yield from self.take()
        if len(data) <= len(self._room):
            self.add(data, offset)
            return
        first, last = self.cut(offset, len(data))
        yield MemorySegment(data[first:last])

    def take(self) -> Iterator[Segment]:
        """What there is, as a segment; nothing where there is nothing."""
        if self._length:
            data = self._room[: self._length]
            self._length = self._parts = self._reads = 0
            yield MemorySegment(data)


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
