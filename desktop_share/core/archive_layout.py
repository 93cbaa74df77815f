"""Where everything stands in the archive of a tree, before a byte of it is read."""

from __future__ import annotations

import time
import zlib
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from desktop_share.core import zip_format
from desktop_share.core.tree import Entry, Tree
from desktop_share.core.zip_format import Member

CHUNK = 500  # records of the central directory that are made at once
_SECOND = 10**9  # in nanoseconds
# What DOS times can say, with a day on both sides for the zone: elsewhere some systems' localtime fails
_FIRST, _LAST = 315_532_800 - 86_400, 4_354_819_199 + 86_400


class Layout:
    """Immutable, so that all downloads of a tree share it. Twelve bytes an entry beside the tree itself.

    length         bytes of the archive
    last_modified  the newest time in it, in seconds since the epoch; None where it is empty
    etag           the tree's, and other too where the archive of the same tree is: in another time zone
    directory      where the central directory begins
    """

    # DOS times are local ones, because Windows Explorer shows them as they stand; others take the extended timestamp,
    # which is UTC. So the zone is part of the bytes: it is asked once, here, and the ETag covers it.

    def __init__(self, tree: Tree) -> None:
        self.entries = tree.entries
        self._dos_times = array("I", (local_dos_time(entry.mtime_ns) for entry in tree.entries))
        self._offsets = array("Q")  # of each local header, and of the central directory
        self._chunks = array("Q")  # of each chunk of the central directory, and of the records behind it
        self._sums: dict[int, int] = {}
        offset = size = 0
        sizes = array("Q", (0,))
        for index, (local, central) in enumerate(_lengths(tree.entries)):
            if index and not index % CHUNK:
                sizes.append(size)
            self._offsets.append(offset)
            offset += local
            size += central
        sizes.append(size)
        self._offsets.append(offset)
        self._chunks.extend(offset + before for before in sizes)
        self.directory = offset
        self.length = offset + size + zip_format.end_length(len(tree.entries), size, offset)
        newest = max((entry.mtime_ns for entry in tree.entries), default=None)
        self.last_modified = None if newest is None else newest / _SECOND
        self.etag = f'{tree.etag[:-1]}-{zlib.crc32(self._dos_times.tobytes(), zip_format.FORMAT):x}"'

    def member(self, index: int) -> Member:
        entry = self.entries[index]
        return Member(entry.name.encode(), entry.size, entry.mode, entry.mtime_ns // _SECOND, self._dos_times[index])

    def places(self, start: int, stop: int) -> Iterator[tuple[int, int, int]]:
        """The entries of which the local header or the data has bytes from `start` to `stop`.

        Of each: its index, where its header begins, and where its data begins.
        """
        first = max(bisect_right(self._offsets, start) - 1, 0)
        for index in range(first, len(self.entries)):
            offset = self._offsets[index]
            if offset >= stop:
                return
            yield index, offset, self._offsets[index + 1] - self.entries[index].size

    def local_header(self, index: int, crc: int) -> bytes:
        return zip_format.local_header(self.member(index), crc)

    def chunks(self, start: int, stop: int) -> Iterator[tuple[range, int]]:
        """The chunks of the central directory with bytes from `start` to `stop`: the indexes in it, where it begins."""
        first = max(bisect_right(self._chunks, start) - 1, 0)
        for number in range(first, len(self._chunks) - 1):
            if self._chunks[number] >= stop:
                return
            yield range(number * CHUNK, min((number + 1) * CHUNK, len(self.entries))), self._chunks[number]

    def central_record(self, index: int, crc: int) -> bytes:
        return zip_format.central_record(self.member(index), crc, self._offsets[index])

    def end(self) -> tuple[bytes, int]:
        """What follows the central directory, and where it begins."""
        behind = self._chunks[-1]
        return zip_format.end_records(len(self.entries), behind - self.directory, self.directory), behind

    def own_sum(self, index: int) -> int | None:
        """The CRC-32 of what needs no reading: folders, empty files, what is in memory."""
        entry = self.entries[index]
        if not entry.size:
            return 0
        if entry.data is None:
            return None
        if index not in self._sums:
            self._sums[index] = zlib.crc32(entry.data)
        return self._sums[index]


def archive_length(entries: Iterable[Entry]) -> int:
    """Bytes of the archive of these entries."""
    offset = size = count = 0
    for local, central in _lengths(entries):
        offset += local
        size += central
        count += 1
    return offset + size + zip_format.end_length(count, size, offset)


def local_dos_time(mtime_ns: int) -> int:
    """As DOS writes it, in this computer's zone."""
    return zip_format.dos_time(*time.localtime(min(max(mtime_ns // _SECOND, _FIRST), _LAST))[:6])


def _lengths(entries: Iterable[Entry]) -> Iterator[tuple[int, int]]:
    """Of each entry: the bytes of its local header and data together, and of its record in the directory."""
    offset = 0
    for entry in entries:
        name_length, mtime = len(entry.name.encode()), entry.mtime_ns // _SECOND
        local = zip_format.local_length(name_length, entry.size, mtime) + entry.size
        yield local, zip_format.central_length(name_length, entry.size, mtime, offset)
        offset += local
