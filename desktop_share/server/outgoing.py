"""A response on its way: its head and the pieces of its body, and how far the kernel has taken them."""

from __future__ import annotations

import errno
import sys
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from desktop_share.core.reasons import Reason
from desktop_share.core.representation import FileSegment, MemorySegment, NotYet
from desktop_share.server.bodies import CHUNK, TAIL, SegmentBody
from desktop_share.server.pieces import BodyError, read_segment

DISCONNECTED = frozenset(
    {errno.ECONNRESET, errno.ENOTCONN, errno.ESHUTDOWN, errno.ECONNABORTED, errno.EPIPE, errno.ETIMEDOUT}
)
GATHERED = 64 << 10  # what is read of small pieces for one send, about
GATHER_WORK = 256 << 10  # sixteen files, or a thousand pieces of memory: no turn takes long


@dataclass(frozen=True, slots=True)
class FileSlice:
    """`count` bytes (at least one) of an open file from `offset` on."""

    descriptor: int
    offset: int
    count: int


class Transport(Protocol):
    """What sends: a socket, or TLS over one."""

    @property
    def sends_files(self) -> bool:
        """Whether `transmit` takes a FileSlice."""

    def transmit(self, data: bytes | memoryview | FileSlice) -> int | None:
        """How many bytes were accepted; None when none can be now. A FileSlice: 0 at the end of the file."""


class Outgoing:
    """Used by one thread at a time. `request` is what it answers.

    Whatever is short (TAIL bytes) goes out in one piece with the head, small pieces in a row in one send. The last
    bytes of a longer body are read before `unchanged` is asked, so no byte that was read later than the question is
    sent. What the kernel was given by sendfile and has not put on the wire is still the file's memory: a file that is
    overwritten in place in that moment is the one change that cannot be seen.
    """

    def __init__(self, head: bytes, body: SegmentBody, request: object) -> None:
        self.body = body
        self.request = request
        self._cursor = body.cursor
        self._memory = memoryview(head)  # what was read and has not been accepted
        self._spans: deque[tuple[int, int | None]] = deque([(len(head), None)])  # of it
        self._has_begun = False
        self._file_by_reading = False
        self._error: BodyError | None = None

    @property
    def is_short(self) -> bool:
        """Whether all of it goes out in one piece."""
        return self._cursor.unread is not None and self._cursor.unread <= TAIL

    @property
    def remaining(self) -> int:
        """Bytes that the kernel has not accepted yet, the head's included; very many where that is not known. 0 only
        where the body has come to its proper end."""
        if self._cursor.is_at_end:
            return len(self._memory)
        return sys.maxsize if self._cursor.unread is None else max(len(self._memory) + self._cursor.unread, 1)

    @property
    def awaits(self) -> NotYet | None:
        """What has to be known before anything more can be sent; then `go_on`."""
        not_yet = self._cursor.not_yet
        # The last bytes are not given away before the source has said that it has no more
        return not_yet if not self._memory or self._cursor.unread == 0 else None

    def go_on(self) -> None:
        self._cursor.known()

    def send_some(self, transport: Transport, budget: int) -> int:
        """Send until `budget` bytes were accepted or no more are. Returns how many.

        Raises BodyError where the body cannot be completed, OSError where the client has gone.
        """
        if self._error is not None:
            raise self._error
        sent, before = 0, self._cursor.work
        try:
            while sent + self._cursor.work - before < budget and self.remaining:
                count = self._send_next(transport, budget - sent)
                if not count:
                    break
                sent += count
        except BodyError as error:
            self._error = error  # what was read is lost: it stays an error
            raise
        return sent

    def _send_next(self, transport: Transport, budget: int) -> int:
        cursor = self._cursor
        if not self._has_begun or (cursor.rest <= TAIL and self._has_to_read):
            self._has_begun = True
            self._gather()
            if self.awaits is not None:
                return 0
        if self._memory:
            return self._send_memory(transport, budget)
        segment = cursor.segment
        if segment is None:
            return 0
        count = min(cursor.rest, budget)
        if cursor.unread is not None:
            count = min(count, cursor.unread - TAIL)
        if isinstance(segment, FileSegment) and transport.sends_files and not self._file_by_reading:
            return self._send_file(transport, segment, count)
        return self._send_read(transport, segment, count)

    @property
    def _has_to_read(self) -> bool:
        """Whether nothing is left to send, or nothing but the end is left to read."""
        return not self._memory or (self._cursor.unread == 0 and not self._cursor.is_at_end)

    def _gather(self) -> None:
        """Read the small pieces that come next, and the end of the body."""
        cursor = self._cursor
        chunks = [bytes(self._memory)]
        size, work = 0, cursor.work
        while size < GATHERED and cursor.work - work < GATHER_WORK:
            if cursor.find() is None or cursor.rest > TAIL:
                break
            data, position = cursor.read(TAIL)
            chunks.append(data)
            self._spans.append((len(data), position))
            size += len(data)
        if cursor.unread == 0:
            cursor.find()
        self._memory = memoryview(b"".join(chunks))

    def _send_memory(self, transport: Transport, budget: int) -> int:
        count = transport.transmit(self._memory[:budget]) or 0
        # Nothing is kept of what has gone: an empty view would hold all of it
        self._memory = self._memory[count:] if count < len(self._memory) else memoryview(b"")
        left = count
        while left:
            length, position = self._spans[0]
            part = min(length, left)
            self._accepted(part, position)
            if part == length:
                self._spans.popleft()
            else:
                self._spans[0] = (length - part, None if position is None else position + part)
            left -= part
        return count

    def _send_read(self, transport: Transport, segment: FileSegment | MemorySegment, count: int) -> int:
        at = self._cursor.at
        if isinstance(segment, MemorySegment):
            accepted = transport.transmit(memoryview(segment.data)[at : at + count]) or 0
        else:
            # What is not accepted is read again: a thousand stalled clients hold no memory
            try:
                data = read_segment(segment, at, min(count, CHUNK))
            except BodyError as error:
                raise self._cursor.blame(error.reason) from error
            accepted = transport.transmit(data) or 0
        if accepted:
            self._accepted(accepted, self._cursor.took(accepted))
        return accepted

    def _send_file(self, transport: Transport, segment: FileSegment, count: int) -> int:
        try:
            sent = transport.transmit(FileSlice(segment.file.fileno(), segment.offset + self._cursor.at, count))
        except OSError as error:
            if error.errno in DISCONNECTED:
                raise
            # The file system cannot do it, or the file cannot be read: reading tells which
            self._file_by_reading = True
            return self._send_read(transport, segment, count)
        if sent == 0:
            raise self._cursor.blame(Reason.FILE_SHORTER)
        if sent is None:
            return 0
        self._accepted(sent, self._cursor.took(sent))
        return sent

    def _accepted(self, count: int, position: int | None) -> None:
        """Tell the delivery which bytes of the representation were accepted."""
        delivery = self.body.delivery
        if delivery is not None and position is not None:
            delivery.progress(position, position + count)
