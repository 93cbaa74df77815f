"""A response on its way: its head and the pieces of its body, and how far the kernel has taken them."""

from __future__ import annotations

import errno
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from desktop_share.core.reasons import Reason
from desktop_share.core.representation import FileSegment
from desktop_share.server.bodies import CHUNK, TAIL, BodyError, SegmentBody, read_segment

DISCONNECTED = frozenset(
    {errno.ECONNRESET, errno.ENOTCONN, errno.ESHUTDOWN, errno.ECONNABORTED, errno.EPIPE, errno.ETIMEDOUT}
)


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

    Whatever is short (TAIL bytes) goes out in one piece with the head. The last bytes of a longer body are read
    before `unchanged` is asked, so no byte that was read later than the question is sent. What the kernel was given
    by sendfile and has not put on the wire is still the file's memory: a file that is overwritten in place in that
    moment is the one change that cannot be seen.
    """

    def __init__(self, head: bytes, body: SegmentBody, request: object) -> None:
        self.body = body
        self.request = request
        self._pieces = deque(body.pieces)
        self._at = 0  # in the first piece
        self._unread = body.length
        self._memory = memoryview(head)
        self._spans: deque[tuple[int, int | None]] = deque([(len(head), None)])
        self._spans.extend((segment.length, position) for segment, position in body.pieces)
        self._file_by_reading = False
        self._error: BodyError | None = None

    @property
    def is_short(self) -> bool:
        """Whether all of it goes out in one piece."""
        return self._unread <= TAIL

    @property
    def remaining(self) -> int:
        """Bytes that the kernel has not accepted yet, the head's included."""
        return len(self._memory) + self._unread

    def send_some(self, transport: Transport, budget: int) -> int:
        """Send until `budget` bytes were accepted or no more are. Returns how many.

        Raises BodyError where the body cannot be completed, OSError where the client has gone.
        """
        sent = 0
        while sent < budget and self.remaining:
            count = self._send_next(transport, budget - sent)
            if not count:
                break
            self._account(count)
            sent += count
        return sent

    def _send_next(self, transport: Transport, budget: int) -> int:
        if self._error is not None or 0 < self._unread <= TAIL:
            self._read_tail()
        if self._memory:
            return self._send_memory(transport, budget)
        segment, _ = self._pieces[0]
        count = min(segment.length - self._at, budget, self._unread - TAIL)
        if isinstance(segment, FileSegment) and transport.sends_files and not self._file_by_reading:
            return self._send_file(transport, segment, count)
        # What is not accepted is read again: a thousand stalled clients hold no memory
        count = transport.transmit(read_segment(segment, self._at, min(count, CHUNK))) or 0
        self._took(count)
        return count

    def _send_memory(self, transport: Transport, budget: int) -> int:
        count = transport.transmit(self._memory[:budget]) or 0
        self._memory = self._memory[count:]
        return count

    def _send_file(self, transport: Transport, segment: FileSegment, count: int) -> int:
        try:
            sent = transport.transmit(FileSlice(segment.file.fileno(), segment.offset + self._at, count))
        except OSError as error:
            if error.errno in DISCONNECTED:
                raise
            # The file system cannot do it, or the file cannot be read: reading tells which
            self._file_by_reading = True
            return self._send_next(transport, count)
        if sent == 0:
            raise BodyError(Reason.FILE_SHORTER)
        if sent is None:
            return 0
        self._took(sent)
        return sent

    def _read_tail(self) -> None:
        if self._error is not None:
            raise self._error
        try:
            self._memory = memoryview(self._whole_rest())
        except BodyError as error:
            self._error = error  # what was read is lost: it stays an error
            raise

    def _whole_rest(self) -> bytes:
        chunks = [bytes(self._memory)]
        while self._unread:
            segment, _ = self._pieces[0]
            data = read_segment(segment, self._at, segment.length - self._at)
            chunks.append(data)
            self._took(len(data))
        if not self.body.unchanged():
            raise BodyError(Reason.FILE_CHANGED)
        return b"".join(chunks)

    def _took(self, count: int) -> None:
        """Bytes of the first piece went to memory or to the kernel."""
        self._unread -= count
        self._at += count
        if count and self._at == self._pieces[0][0].length:
            self._pieces.popleft()
            self._at = 0

    def _account(self, count: int) -> None:
        """Tell the delivery which bytes of the representation were accepted."""
        delivery = self.body.delivery
        while count:
            length, position = self._spans[0]
            part = min(length, count)
            if delivery is not None and position is not None:
                delivery.progress(position, position + part)
            if part == length:
                self._spans.popleft()
            else:
                self._spans[0] = (length - part, None if position is None else position + part)
            count -= part
