"""The pieces of a body: asked for one at a time, and only when the one before has been read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from desktop_share.core.errors import SourceError
from desktop_share.core.reasons import Reason
from desktop_share.core.representation import MemorySegment, NotYet, Pieces, Segment, read_at

# A segment with the position of its first byte in the representation; None for bytes that are not the item's
# (the part headers of multipart/byteranges, the framing of chunks)
Piece = tuple[Segment, int | None] | NotYet

# What a piece costs besides its bytes, in bytes that are sent in the same time: a file is opened, looked at, closed
MEMORY_WORK = 256
FILE_WORK = 16 << 10


class BodyError(Exception):
    """The body cannot be sent to its end; `reason` is for the owner: a `Reason`, or words of the source's own."""

    def __init__(self, reason: str) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Cursor:
    """How far a body has been read. One piece is held at a time; used by one thread at a time.

    unread    bytes that are still to be read; None where the length is not known
    segment   what is read now, from its byte `at` on; None before `find`
    not_yet   the next piece is not known yet: `find` gives nothing until `known` was called
    is_at_end every byte has been read, the source has nothing more and `unchanged` has been asked
    work      what the pieces so far have cost besides their bytes
    """

    def __init__(self, pieces: Iterator[Piece], length: int | None, unchanged: Callable[[], bool]) -> None:
        self.unread = length
        self.segment: Segment | None = None
        self.at = 0
        self.not_yet: NotYet | None = None
        self.is_at_end = False
        self.work = 0
        self._pieces = pieces
        self._position: int | None = None
        self._unchanged = unchanged

    def find(self) -> Segment | None:
        """The segment to read from; None where it is not known yet, or at the end.

        Raises BodyError where the pieces are not what was promised.
        """
        while self.segment is None and self.not_yet is None and not self.is_at_end:
            self._ask()
        return self.segment

    def known(self) -> None:
        """It is worth asking again."""
        self.not_yet = None

    @property
    def rest(self) -> int:
        """Bytes left of the segment."""
        return 0 if self.segment is None else self.segment.length - self.at

    def read(self, count: int) -> tuple[bytes, int | None]:
        """Take up to `count` bytes (at least one) of the segment, with the position of the first."""
        assert self.segment is not None
        try:
            data = read_segment(self.segment, self.at, count)
        except BodyError as error:
            raise self.blame(error.reason) from error
        return data, self.took(len(data))

    def took(self, count: int) -> int | None:
        """The next `count` bytes of the segment were read, or sent. Returns the position of the first."""
        position = None if self._position is None else self._position + self.at
        if self.unread is not None:
            self.unread -= count
        self.at += count
        if not self.rest:
            self.segment = None
        return position

    def blame(self, reason: str) -> BodyError:
        """Why the segment cannot be read: its source may say which file it was, and what happened to it."""
        try:
            next(self._pieces, None)
        except SourceError as error:
            return BodyError(error.problem.what_text())
        except OSError:
            return BodyError(Reason.FILE_UNREADABLE)
        return BodyError(reason)

    def close(self) -> None:
        close_pieces(self._pieces)
        self._pieces = iter(())

    def _ask(self) -> None:
        try:
            piece = next(self._pieces)
        except StopIteration:
            self._end()
            return
        except SourceError as error:
            raise BodyError(error.problem.what_text()) from error
        except OSError as error:
            raise BodyError(Reason.FILE_UNREADABLE) from error
        if isinstance(piece, NotYet):
            self.not_yet = piece
            return
        segment, self._position = piece
        if isinstance(segment, MemorySegment):
            self.work += MEMORY_WORK + segment.files * FILE_WORK
        else:
            self.work += FILE_WORK
        if self.unread is not None and segment.length > self.unread:
            raise BodyError(Reason.FILE_CHANGED)
        if segment.length:
            self.segment, self.at = segment, 0

    def _end(self) -> None:
        if self.unread:
            raise BodyError(Reason.FILE_SHORTER)
        if not self._unchanged():
            raise BodyError(Reason.FILE_CHANGED)
        self.is_at_end = True


def read_segment(segment: Segment, start: int, count: int) -> bytes:
    """Up to `count` bytes (at least one) of a segment from its byte `start` on; BodyError where there is none."""
    count = min(count, segment.length - start)
    if isinstance(segment, MemorySegment):
        return segment.data[start : start + count]
    try:
        data = read_at(segment, start, count)
    except OSError as error:
        raise BodyError(Reason.FILE_UNREADABLE) from error
    if not data:
        raise BodyError(Reason.FILE_SHORTER)
    return data


def positioned(segments: Pieces, position: int) -> Iterator[Piece]:
    """Segments that follow one another in the representation, the first from byte `position` on."""
    try:
        for segment in segments:
            if isinstance(segment, NotYet):
                yield segment
            else:
                yield segment, position
                position += segment.length
    finally:
        close_pieces(segments)


def chunked(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """The pieces in the chunked transfer coding (RFC 9112 section 7.1), each a chunk."""
    try:
        for piece in pieces:
            if isinstance(piece, NotYet):
                yield piece
            elif piece[0].length:  # a chunk of no bytes would be the end
                yield MemorySegment(b"%x\r\n" % piece[0].length), None
                yield piece
                yield MemorySegment(b"\r\n"), None
        yield MemorySegment(b"0\r\n\r\n"), None
    finally:
        close_pieces(pieces)


def before_the_end(pieces: Iterator[Piece], ask: Callable[[], NotYet | None]) -> Iterator[Piece]:
    """The pieces; `ask` says what has to be known before the last bytes are sent, None for nothing."""
    try:
        yield from pieces
        not_yet = ask()
        if not_yet is not None:
            yield not_yet
    finally:
        close_pieces(pieces)


def close_pieces(pieces: Iterator[object]) -> None:
    """End a generator, so that it closes the file that it is at."""
    close = getattr(pieces, "close", None)
    if close is not None:
        close()
