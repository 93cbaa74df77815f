"""Bodies that are made while they are sent, under the control of a test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.live import LiveStream
from desktop_share.core.representation import MemorySegment, NotYet, Representation, Segment


def changed(name: str) -> SourceError:
    return SourceError(Problem("changed", "{name} changed while it was being sent.", "", (("name", name),)))


class Gate:
    """A piece that is not known until `open`; `waiting` counts who asked to be woken."""

    def __init__(self) -> None:
        self.is_open = False
        self.waiting: list[Callable[[], None]] = []
        self._lock = threading.Lock()
        self.not_yet = NotYet(self._when_known)

    def _when_known(self, wake: Callable[[], None]) -> None:
        with self._lock:
            self.waiting.append(wake)
            if not self.is_open:
                return
        wake()

    def open(self) -> None:
        with self._lock:
            self.is_open = True
            waiting = list(self.waiting)
        for wake in waiting:
            wake()


Step = Segment | Gate | bytes | Exception


@dataclass
class Making:
    """An iterator over steps that counts how far it was asked: `handed` segments, `asked` times, `closed`."""

    steps: tuple[Step, ...]
    handed: int = 0
    closed: int = 0
    threads: set[str] = field(default_factory=set)

    def __iter__(self) -> Iterator[Segment | NotYet]:
        try:
            for step in self.steps:
                if isinstance(step, Gate):
                    if not step.is_open:
                        yield step.not_yet
                    continue
                if isinstance(step, Exception):
                    raise step
                self.handed += 1
                yield MemorySegment(step) if isinstance(step, bytes) else step
        finally:
            self.closed += 1


def length_of(steps: tuple[Step, ...]) -> int:
    return sum(len(step) if isinstance(step, bytes) else getattr(step, "length", 0) for step in steps)


class MadeRepresentation(Representation):
    """Like an archive: no segments of its own, `slice` makes them. `makings` has one entry for each slice."""

    def __init__(self, *steps: Step, etag: str | None = '"made"', length: int | None = None) -> None:
        super().__init__(length_of(steps) if length is None else length, etag, None, ())
        self.steps = steps
        self.makings: list[Making] = []
        self.closes = 0
        self.media_type = ""

    def slice(self, start: int, stop: int) -> Iterator[Segment | NotYet]:
        making = Making(tuple(_cut(self.steps, start, stop)))
        self.makings.append(making)
        return iter(making)

    def close(self) -> None:
        self.closes += 1


def _cut(steps: tuple[Step, ...], start: int, stop: int) -> Iterator[Step]:
    at = 0
    for step in steps:
        if isinstance(step, bytes):
            part = step[max(start - at, 0) : max(stop - at, 0)]
            at += len(step)
            if part:
                yield part
        elif start <= at <= stop:
            yield step


class MadeStream(LiveStream):
    def __init__(self, *steps: Step) -> None:
        self.making = Making(steps)
        self.closes = 0
        self.media_type = ""

    def segments(self) -> Iterator[Segment | NotYet]:
        return iter(self.making)

    def close(self) -> None:
        self.closes += 1
