"""The archive of a folder that is still being looked through: what was found is sent, while the rest is found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

from desktop_share.core.archive import MEDIA_TYPE, ArchiveRepresentation
from desktop_share.core.archive_layout import CHUNK, Layout
from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.looking import Look
from desktop_share.core.representation import NotYet, Pieces
from desktop_share.core.tree import Tree


class ArchiveStream:
    """The same bytes as of the `ArchiveRepresentation` of that look, but without a length and validators: those are
    known when all was found. The iterator is for one thread at a time; whoever got the stream closes it.

    `went_wrong` is called where a file turns out to be another than was looked at. `ending`: what is said of a look
    that was stopped.
    """

    def __init__(self, look: Look, went_wrong: Callable[[], None], ending: Problem) -> None:
        self.media_type = MEDIA_TYPE
        self._look = look
        self._went_wrong = went_wrong
        self._ending = ending
        self._lock = threading.Lock()
        self._part: ArchiveRepresentation | None = None
        self._closed = False

    def segments(self) -> Pieces:
        """Raises SourceError where the rest cannot be had: what was given is no archive then."""
        look = self._look
        count = length = 0
        try:
            while True:
                if self._closed:
                    raise SourceError(self._ending)
                layout = look.layout  # asked first: what was found by then is sent before the end
                found = tuple(look.entries[count : count + CHUNK])
                if found:
                    # Nothing in front of the central directory depends on where it stands
                    part = Layout(Tree(found, '""'))
                    yield from self._slice(part, 0, part.directory)
                    count += len(found)
                    length += part.directory
                elif layout is not None:
                    yield from self._slice(layout, length, layout.length)
                    return
                elif look.error is not None:
                    raise self._broken(look.error)
                else:
                    yield NotYet(partial(look.when_more, count))
        except SourceError:
            self._went_wrong()
            raise

    def close(self) -> None:
        """On any thread, more than once too."""
        with self._lock:
            self._closed = True
            part = self._part
        self._look.is_left = True
        if part is not None:
            part.close()

    def _slice(self, layout: Layout, start: int, stop: int) -> Pieces:
        part = ArchiveRepresentation(layout, self._look.sums)
        with self._lock:
            self._part = part
            if self._closed:
                part.close()
        yield from part.slice(start, stop)
        if self._closed:  # then it came to its end before `stop`
            raise SourceError(self._ending)

    def _broken(self, error: BaseException) -> SourceError:
        return error if isinstance(error, SourceError) else SourceError(self._ending)
