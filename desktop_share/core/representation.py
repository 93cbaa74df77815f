"""What one request can be given: validators, an exact length and the bytes as segments (RFC 9110 section 3.2)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol


class SegmentFile(Protocol):
    """An open file that segments point into."""

    @property
    def name(self) -> str:
        """What the owner is told when it cannot be read; never sent to a recipient."""

    def fileno(self) -> int: ...

    def unchanged(self) -> bool:
        """Whether the file still has the state that its validators were made from."""

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class MemorySegment:
    """`files`: how many were read for it just now."""

    data: bytes
    files: int = 0

    @property
    def length(self) -> int:
        return len(self.data)


@dataclass(frozen=True, slots=True)
class FileSegment:
    """`length` bytes of `file` from `offset` on. Read with `pread` or `sendfile`: the file has no position."""

    file: SegmentFile
    offset: int
    length: int


Segment = MemorySegment | FileSegment


@dataclass(frozen=True, slots=True)
class NotYet:
    """In place of the next segment: it is not known yet. No thread waits for it.

    `when_known(wake)` has `wake` called once, on any thread, when it is worth asking for the next segment again; at
    once where it is already.
    """

    when_known: Callable[[Callable[[], None]], None]


Pieces = Iterator[Segment | NotYet]


if hasattr(os, "pread"):

    def read_at(segment: FileSegment, start: int, count: int) -> bytes:
        """Up to `count` bytes of a segment's file from the segment's byte `start` on. Raises OSError."""
        return os.pread(segment.file.fileno(), count, segment.offset + start)

else:  # Windows. A representation's descriptors are its own, and one thread at a time reads it: nothing to lock

    def read_at(segment: FileSegment, start: int, count: int) -> bytes:
        descriptor = segment.file.fileno()
        os.lseek(descriptor, segment.offset + start, os.SEEK_SET)
        return os.read(descriptor, count)


@dataclass(slots=True)
class Representation:
    """The bytes of an item as they are now. Whoever gets one closes it, exactly once or more.

    length          bytes, exact
    etag            an opaque strong validator with its quotes, as it stands in the header; None where there is none
    last_modified   seconds since the epoch; None where there is none
    segments        their lengths add up to `length`
    media_type      what it is sent as, with its parameters; '' where nobody has looked yet (see `opening.py`)

    What is made while it is sent (an archive) is a subclass with a `slice` of its own and no segments.
    """

    length: int
    etag: str | None
    last_modified: float | None
    segments: tuple[Segment, ...]
    files: tuple[SegmentFile, ...] = field(default=())
    media_type: str = ""

    def slice(self, start: int, stop: int) -> Pieces:
        """The segments of bytes `start` to `stop` (half open), 0 <= start <= stop <= length.

        Asking for the next segment says that the one before has been read. An iterator may raise SourceError where
        the bytes cannot be given as promised; `close` ends it.
        """
        yield from _cut(self.segments, start, stop)

    def unchanged(self) -> bool:
        """Whether every file is still what the validators say: asked again at the end of a delivery."""
        return all(file.unchanged() for file in self.files)

    def close(self) -> None:
        for file in self.files:
            file.close()


def _cut(segments: tuple[Segment, ...], start: int, stop: int) -> Iterator[Segment]:
    position = 0
    for segment in segments:
        first = max(start - position, 0)
        last = min(stop - position, segment.length)
        if first < last:
            if isinstance(segment, MemorySegment):
                yield MemorySegment(segment.data[first:last])
            else:
                yield FileSegment(segment.file, segment.offset + first, last - first)
        position += segment.length
        if position >= stop:
            return


def strong_etag(stat: os.stat_result) -> str:
    """A strong validator from device, inode, size, mtime and ctime: a swap of equal size and mtime changes it."""
    parts = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)
    return '"' + "-".join(f"{part:x}" for part in parts) + '"'
