"""Live streams: what has come so far and then the rest as it comes, to any number of recipients."""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable
from typing import BinaryIO, Protocol

from desktop_share.core.disk_watch import DiskWatch
from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.feeding import Feeder
from desktop_share.core.following import FilePlace
from desktop_share.core.names import shown
from desktop_share.core.representation import NotYet, Pieces, Segment
from desktop_share.core.sources import LiveSource
from desktop_share.core.spool import IN_MEMORY, Spool, SpoolPlace
from desktop_share.core.ticking import Ticker

TICK = 1.0  # seconds between looks at followed files: drives that do not tell of growth, and files that stopped growing


class Place(Protocol):
    """Where one recipient is in a stream. Used by one thread at a time."""

    def take(self) -> Segment | None:
        """The next bytes that are there; None: no more now. Raises SourceError where the stream broke."""

    def is_over(self) -> bool:
        """Whether no more will come than is there now."""

    def has_more(self) -> bool:
        """Whether `take` would give something."""

    def close(self) -> None: ...


class LiveStream:
    """What one request gets of a stream: it begins at its beginning and has no length. Closed by whoever got it.

    Thread-safe, but for the iterator: that is for one thread at a time.
    """

    def __init__(self, place: Place, has_ended: Callable[[], bool], media_type: str = "") -> None:
        self.media_type = media_type
        self._place = place
        self._has_ended = has_ended
        self._lock = threading.Lock()
        self._wake: Callable[[], None] | None = None
        self._closed = False
        self._is_finished = False
        self._ends = contextlib.ExitStack()

    def segments(self) -> Pieces:
        """What is there, `NotYet` where the rest has not come, and the end of the iterator at the stream's end.

        Raises SourceError where the stream broke off: what was given is not the whole.
        """
        while True:
            with self._lock:
                if self._closed:
                    return
                is_over = self._is_over()  # asked first: what is there when it is over is given too
                segment = self._place.take()
            if segment is not None:
                yield segment
            elif is_over:
                return
            else:
                yield NotYet(self._when_known)

    def look(self) -> None:
        """Wake who waits, if there is something to wake for."""
        with self._lock:
            if self._wake is None or not self._has_news():
                return
            wake, self._wake = self._wake, None
        wake()

    def finish(self) -> None:
        """What is there now is all, whatever its source is later. Whoever waits is to be woken with `look`."""
        self._is_finished = True

    def at_close(self, end: Callable[[], None]) -> None:
        """Have `end` called when it is closed."""
        self._ends.callback(end)

    def close(self) -> None:
        """May be called more than once, on any thread; who waits for the next segment is woken."""
        with self._lock:
            wake, self._wake = self._wake, None
            was_closed, self._closed = self._closed, True
            if not was_closed:
                self._place.close()
        if not was_closed:
            self._ends.close()
        if wake is not None:
            wake()

    def _when_known(self, wake: Callable[[], None]) -> None:
        with self._lock:
            if not self._has_news():
                self._wake = wake
                return
        wake()

    def _has_news(self) -> bool:
        return self._closed or self._place.has_more() or self._is_over()

    def _is_over(self) -> bool:
        return self._is_finished or self._has_ended() or self._place.is_over()


class LiveStreams:
    """Thread-safe. Files are followed with `disk_watch`, or one of its own; nothing runs while nobody is connected.

    `clock` is monotonic; `tick`: seconds between looks at the followed files while somebody is connected; `in_memory`:
    bytes of a stream that are not put on disk.
    """

    def __init__(
        self,
        disk_watch: DiskWatch | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        tick: float = TICK,
        in_memory: int = IN_MEMORY,
    ) -> None:
        self._owns_watch = disk_watch is None
        self._disk_watch = disk_watch or DiskWatch()
        self._clock = clock
        self._in_memory = in_memory
        self._lock = threading.Lock()  # never held while a stream or a spool is asked
        self._ticker = Ticker(tick, self._look_at_all)
        self._streams: dict[LiveStream, LiveSource] = {}
        self._spools: dict[LiveSource, tuple[Spool, Feeder]] = {}
        self._ended: frozenset[LiveSource] = frozenset()
        self._closed = False

    def open(self, source: LiveSource) -> LiveStream:
        """Raises SourceError."""
        if self._closed:
            raise SourceError(_no_stream(source))
        return self._follow(source) if source.path is not None else self._replay(source)

    def feed(self, source: LiveSource, stream: BinaryIO) -> None:
        """Give a source without a path its bytes: `stream` is read from now on, whether or not anybody is connected.
        Nothing may have been read of it before. Once for each source."""
        spool = Spool(self._in_memory)
        with self._lock:
            if self._closed or source in self._spools:
                raise ValueError("the source has its stream")
            self._spools[source] = spool, Feeder(spool, stream, source.own_name)

    def end(self, source: LiveSource) -> None:
        """The owner says that it has come to its end: recipients get what is there, now and, until `resume`, later."""
        with self._lock:
            self._ended |= {source}
            fed = self._spools.get(source)
            for stream, its_source in self._streams.items():
                if its_source == source:
                    stream.finish()
        if fed is not None:
            fed[0].finish()
            fed[1].close()
        self._look_at_all()

    def resume(self, source: LiveSource) -> None:
        """Follow a file again that `end` was said of: who comes from now on. Who got it then is not."""
        with self._lock:
            self._ended -= {source}

    def has_ended(self, source: LiveSource) -> bool:
        """Whether the owner said so, or the stream that fed it has come to its end."""
        fed = self._spools.get(source)
        return source in self._ended or (fed is not None and fed[0].is_over)

    def final_size(self, source: LiveSource) -> int | None:
        """Bytes of a stream that has ended; None while it goes on, and where that cannot be known."""
        return self.size_now(source) if self.has_ended(source) else None

    def size_now(self, source: LiveSource) -> int | None:
        """Bytes so far; None where that cannot be known."""
        if source.path is None:
            fed = self._spools.get(source)
            return None if fed is None else fed[0].length
        try:
            return os.stat(source.path).st_size
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        """End all streams, wake who waits, and wait for the threads. What is fed from a stream that has not come to
        its end breaks off. A stream's descriptors stay until whoever has it closes it."""
        with self._lock:
            self._closed = True
            fed = list(self._spools.items())
        for source, (spool, feeder) in fed:
            spool.finish(_no_stream(source))
            feeder.close()
            spool.close()
        self._look_at_all()
        self._ticker.close()
        if self._owns_watch:
            self._disk_watch.close()

    # -- one recipient more

    def _follow(self, source: LiveSource) -> LiveStream:
        assert source.path is not None
        stream = self._stream(source, FilePlace(source.path, source.idle, self._clock))
        stream.at_close(self._disk_watch.watch(source.path, stream.look).close)
        self._ticker.add(stream)
        stream.at_close(lambda: self._ticker.remove(stream))
        return stream

    def _replay(self, source: LiveSource) -> LiveStream:
        fed = self._spools.get(source)
        if fed is None:
            raise SourceError(_no_stream(source))
        stream = self._stream(source, SpoolPlace(fed[0], source.own_name))
        stream.at_close(fed[0].listen(stream.look))
        return stream

    def _stream(self, source: LiveSource, place: Place) -> LiveStream:
        stream = LiveStream(place, lambda: self._closed or source in self._ended)
        with self._lock:
            self._streams[stream] = source
        stream.at_close(lambda: self._forget(stream))
        return stream

    def _forget(self, stream: LiveStream) -> None:
        with self._lock:
            self._streams.pop(stream, None)

    def _look_at_all(self) -> None:
        with self._lock:
            streams = list(self._streams)
        for stream in streams:
            stream.look()


def _no_stream(source: LiveSource) -> Problem:
    return Problem(
        "no-stream",
        "What “{name}” was read from has ended with the program.",
        "Start it again, or remove it from the list.",
        (("name", shown(source.own_name)),),
    )
