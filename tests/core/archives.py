"""Trees made by hand and their archives: what the tests of the archive share."""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

from desktop_share.core.archive import ArchiveRepresentation, Layout
from desktop_share.core.representation import MemorySegment, NotYet, Representation, Segment, read_at
from desktop_share.core.tree import Entry, Tree

SUMMER = 1_784_116_800 * 10**9  # 2026-07-15 12:00 UTC


class KnownSums:
    """Every CRC-32 is known: of what the file holds, or what the test says."""

    def __init__(self, known: Mapping[str, int] | None = None) -> None:
        self.known = known or {}
        self.asked: list[str] = []

    def of(self, entry: Entry) -> int | None:
        self.asked.append(entry.name)
        if entry.name in self.known:
            return self.known[entry.name]
        return zlib.crc32(Path(entry.path).read_bytes())

    def of_data(self, entry: Entry, data: bytes) -> int:
        raise AssertionError(f"{entry.name} was read anew, {len(data)} bytes")

    def when_known(self, entry: Entry, wake: Callable[[], None]) -> None:  # noqa: ARG002
        wake()


def file_entry(path: Path, name: str) -> Entry:
    """A file on disk as it is now."""
    status = os.stat(path)
    return Entry(
        name,
        str(path),
        status.st_size,
        status.st_mtime_ns,
        status.st_mode,
        status.st_ino,
        status.st_dev,
        status.st_ctime_ns,
    )


def written(folder: Path, name: str, content: bytes, *, mtime_ns: int = SUMMER, mode: int = 0o644) -> Entry:
    """An entry of a new file on disk. Its name there is a number: what is in the archive need not be legal here."""
    path = folder / f"{len(os.listdir(folder))}.bin"
    path.write_bytes(content)
    path.chmod(mode)
    os.utime(path, ns=(mtime_ns, mtime_ns))
    return file_entry(path, name)


def in_memory(name: str, content: bytes, *, mtime_ns: int = SUMMER) -> Entry:
    return Entry(name, "", len(content), mtime_ns, 0o100644, data=content)


def folder_entry(name: str, *, mtime_ns: int = SUMMER, mode: int = 0o755) -> Entry:
    return Entry(name, "", 0, mtime_ns, 0o40000 | mode)


def archive_of(*entries: Entry, sums: KnownSums | None = None) -> ArchiveRepresentation:
    return ArchiveRepresentation(Layout(Tree(entries, '"tree"')), sums or KnownSums())


def read_all(representation: Representation, start: int = 0, stop: int | None = None) -> bytes:
    """The bytes of a slice of which everything is known, read as the server does: before the next is asked for."""
    parts = []
    for segment in representation.slice(start, representation.length if stop is None else stop):
        assert not isinstance(segment, NotYet)
        parts.append(segment_bytes(segment))
    return b"".join(parts)


def segment_bytes(segment: Segment) -> bytes:
    return segment.data if isinstance(segment, MemorySegment) else read_at(segment, 0, segment.length)


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    """What is opened within is closed within."""
    before = open_descriptors()
    yield
    assert open_descriptors() <= before


def open_descriptors() -> int:
    process = psutil.Process()
    return process.num_fds() if os.name == "posix" else process.num_handles()


class SlicedFile(io.RawIOBase):
    """An archive as a file with a position, each read of which is a slice: for `io.BufferedReader`."""

    def __init__(self, representation: Representation) -> None:
        self._representation = representation
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._position = offset + (0, self._position, self._representation.length)[whence]
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        stop = min(self._representation.length, self._position + len(buffer))
        data = read_all(self._representation, self._position, stop)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
