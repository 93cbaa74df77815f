"""Response bodies that the channel sends itself: memory and slices of open files, with an exact length."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence

from desktop_share.core.reasons import Reason
from desktop_share.core.representation import MemorySegment, Segment, read_at
from desktop_share.core.transfer_book import Delivery

CHUNK = 256 << 10
TAIL = 32 << 10

Piece = tuple[Segment, int | None]


class BodyError(Exception):
    """The body cannot be sent to its end; `reason` is for the owner."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _always() -> bool:
    return True


class SegmentBody:
    """The body of a response, for `Response(body, direct_passthrough=True)` with `Content-Length: length`.

    pieces      segments in the order in which they are sent, each with the position of its first byte in the
                representation; None for bytes that are not the item's (the part headers of multipart/byteranges)
    length      bytes of all pieces; ValueError where they add up to something else
    close       called exactly once, whatever happens, on any thread
    unchanged   asked when every byte has been read and the last ones have not been sent: where it says no, the
                connection is cut instead of completing a mixture of two versions. Cheap: asked again of stalled bodies
    delivery    told of each byte that was accepted, and of the end

    The channel takes the pieces and frees the worker. To any other WSGI server, and to Flask's test client, this is
    an iterable of chunks that raises BodyError where the file is not what was promised.
    """

    def __init__(
        self,
        pieces: Sequence[Piece],
        *,
        length: int,
        close: Callable[[], None],
        unchanged: Callable[[], bool] = _always,
        delivery: Delivery | None = None,
    ) -> None:
        self.pieces = tuple(piece for piece in pieces if piece[0].length)
        self.length = length
        self.unchanged = unchanged
        self.delivery = delivery
        self._close = close
        self._open = True
        self._lock = threading.Lock()
        self._left = length
        if sum(segment.length for segment, _ in self.pieces) != length:
            raise ValueError("the pieces of the body do not add up to its length")

    def finish(self, reason: Reason | None = None) -> None:
        """Free what the body holds. `reason` says why it ends early; None: every byte went out."""
        with self._lock:
            first, self._open = self._open, False
        if not first:
            return
        try:
            if self.delivery is not None:
                self.delivery.end("" if reason is None else str(reason))
        finally:
            self._close()

    def close(self) -> None:
        """PEP 3333: the server is done with it, at the end or before."""
        self.finish(Reason.CLIENT_LEFT if self._left else None)

    def __iter__(self) -> Iterator[bytes]:
        held, span = b"", None
        for data, position in self._chunks():
            if held:
                yield held
                self._passed(len(held), span)
            held, span = data, position
        if not self.unchanged():
            raise self._broken(Reason.FILE_CHANGED)
        if held:
            # Counted before it is handed over: nobody asks an iterator that has come to its end
            self._passed(len(held), span)
            yield held

    def _chunks(self) -> Iterator[tuple[bytes, int | None]]:
        for segment, position in self.pieces:
            done = 0
            while done < segment.length:
                try:
                    data = read_segment(segment, done, min(CHUNK, segment.length - done))
                except BodyError as error:
                    raise self._broken(error.reason) from error
                yield data, None if position is None else position + done
                done += len(data)

    def _passed(self, count: int, position: int | None) -> None:
        self._left -= count
        if self.delivery is not None and position is not None:
            self.delivery.progress(position, position + count)

    def _broken(self, reason: Reason) -> BodyError:
        self.finish(reason)
        return BodyError(reason)


def read_segment(segment: Segment, start: int, count: int) -> bytes:
    """Up to `count` (at least one) bytes of a segment from its byte `start` on; BodyError where there is none."""
    if isinstance(segment, MemorySegment):
        return segment.data[start : start + count]
    try:
        data = read_at(segment, start, count)
    except OSError as error:
        raise BodyError(Reason.FILE_UNREADABLE) from error
    if not data:
        raise BodyError(Reason.FILE_SHORTER)
    return data
