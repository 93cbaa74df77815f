"""Response bodies that the channel sends itself: memory and slices of open files, made while they are sent."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator

from desktop_share.core.reasons import Reason
from desktop_share.core.transfer_book import Delivery
from desktop_share.server.pieces import BodyError, Cursor, Piece, chunked

CHUNK = 256 << 10
TAIL = 32 << 10  # as much of a body's end, and of any segment, is read rather than sent from its file


def _always() -> bool:
    return True


class SegmentBody:
    """The body of a response, for `Response(body, direct_passthrough=True)`.

    pieces      segments in the order in which they are sent, each with its position in the representation. The next
                one is asked for when the one before was accepted by the kernel, or read; an iterator with `close` has
                it called in the end
    length      bytes of all pieces, sent as Content-Length; where the pieces add up to something else, the connection
                is cut. None: not known, it ends with the pieces (chunked, or with the connection in HTTP/1.0)
    close       called exactly once, whatever happens, on any thread
    unchanged   asked when every byte has been read and the last ones have not been sent: where it says no, the
                connection is cut instead of completing a mixture of two versions. Cheap: asked again of stalled bodies
    delivery    told of each byte that was accepted, and of the end

    The channel takes the pieces and frees the worker. To any other WSGI server, and to Flask's test client, this is
    an iterable of chunks that raises BodyError where the bytes are not what was promised, and waits for what is not
    known yet.
    """

    def __init__(
        self,
        pieces: Iterable[Piece],
        *,
        length: int | None,
        close: Callable[[], None],
        unchanged: Callable[[], bool] = _always,
        delivery: Delivery | None = None,
    ) -> None:
        self.length = length
        self.unchanged = unchanged
        self.delivery = delivery
        self._pieces = iter(pieces)
        self.cursor = Cursor(self._pieces, length, unchanged)
        self._close = close
        self._open = True
        self._lock = threading.Lock()
        self._is_complete = length == 0

    def in_chunks(self) -> None:
        """Frame a body of unknown length for HTTP/1.1; before anything was read."""
        self.cursor = Cursor(chunked(self._pieces), None, self.unchanged)

    def and_then(self, call: Callable[[], None]) -> None:
        """Have `call` called too when it is closed; before it is handed over."""
        before = self._close

        def both() -> None:
            try:
                before()
            finally:
                call()

        self._close = both

    def finish(self, reason: str | None = None) -> None:
        """Free what the body holds. `reason` says why it ends early; None: every byte went out.

        By the thread that sends it, or after that.
        """
        with self._lock:
            first, self._open = self._open, False
        if not first:
            return
        try:
            if self.delivery is not None:
                self.delivery.end("" if reason is None else str(reason))
        finally:
            try:
                self.cursor.close()
            finally:
                self._close()

    def close(self) -> None:
        """PEP 3333: the server is done with it, at the end or before."""
        self.finish(None if self._is_complete else Reason.CLIENT_LEFT)

    def __iter__(self) -> Iterator[bytes]:
        cursor = self.cursor
        try:
            while self._found():
                data, position = cursor.read(CHUNK)
                if cursor.unread == 0:
                    # Counted before it is handed over: nobody asks an iterator that has come to its end
                    self._found()
                    self._passed(len(data), position)
                    self._is_complete = True
                    yield data
                else:
                    yield data
                    self._passed(len(data), position)
        except BodyError as error:
            self.finish(error.reason)
            raise
        self._is_complete = True

    def _found(self) -> bool:
        """Whether there is something to read, waiting for it where it is not known yet."""
        cursor = self.cursor
        while cursor.find() is None and cursor.not_yet is not None:
            known = threading.Event()
            cursor.not_yet.when_known(known.set)
            known.wait()
            cursor.known()
        return not cursor.is_at_end

    def _passed(self, count: int, position: int | None) -> None:
        if self.delivery is not None and position is not None:
            self.delivery.progress(position, position + count)
