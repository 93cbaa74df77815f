"""Live streams: what is there and then the rest as it comes, to its end, to each at its own pace."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.processes import wait_until

from desktop_share.core.disk_watch import DiskWatch
from desktop_share.core.errors import SourceError
from desktop_share.core.live import LiveStream, LiveStreams
from desktop_share.core.representation import MemorySegment, NotYet, read_at
from desktop_share.core.sources import LiveSource

WAIT = 20
INPUT = LiveSource(None, name="backup.tar")


class Reader:
    """A recipient that reads what there is and says when it has to wait."""

    def __init__(self, stream: LiveStream) -> None:
        self.stream = stream
        self.got = b""
        self.is_over = False
        self.pieces = stream.segments()
        self.wakes = 0
        self._woken = threading.Event()

    def read(self) -> bytes:
        """All that is there now."""
        self._woken.clear()
        for piece in self.pieces:
            if isinstance(piece, NotYet):
                piece.when_known(self._wake)
                return self.got
            self.got += self.bytes_of(piece)
        self.is_over = True
        return self.got

    def bytes_of(self, piece) -> bytes:
        if isinstance(piece, MemorySegment):
            return piece.data
        data = b""
        while len(data) < piece.length:
            data += read_at(piece, len(data), piece.length - len(data))
        return data

    def wait(self) -> None:
        assert self._woken.wait(WAIT), "nobody woke it"

    def until(self, condition: Callable[[], object]) -> None:
        self.read()
        while not condition():
            self.wait()
            self.read()

    def until_got(self, data: bytes) -> None:
        self.until(lambda: self.got == data)

    def to_the_end(self) -> bytes:
        self.until(lambda: self.is_over)
        self.stream.close()
        return self.got

    def _wake(self) -> None:
        self.wakes += 1
        self._woken.set()


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def streams(clock) -> Iterator[LiveStreams]:
    watch = DiskWatch(settle=0.01)
    made = LiveStreams(watch, clock=clock, tick=0.02, in_memory=1000)
    yield made
    made.close()
    made.close()
    watch.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "recording.log"
    made.write_bytes(b"first ")
    return made


def append(path: Path, data: bytes) -> None:
    with path.open("ab") as file:
        file.write(data)


def test_that_what_is_there_comes_and_then_the_rest_until_the_owner_ends_it(streams, path):
    source = LiveSource(path)
    reader = Reader(streams.open(source))
    assert reader.read() == b"first "
    for word in (b"second ", b"third "):
        append(path, word)
        reader.until(lambda word=word: reader.got.endswith(word))
    assert streams.size_now(source) == 19
    assert not streams.has_ended(source)
    append(path, b"last")
    streams.end(source)
    assert reader.to_the_end() == b"first second third last"
    assert streams.has_ended(source)


def test_that_after_the_end_a_later_request_gets_what_is_there_until_it_is_followed_again(streams, path):
    source = LiveSource(path)
    streams.end(source)
    assert streams.has_ended(source)
    assert Reader(streams.open(source)).to_the_end() == b"first "
    streams.resume(source)
    assert not streams.has_ended(source)
    reader = Reader(streams.open(source))
    reader.read()
    assert not reader.is_over
    reader.stream.close()


def test_that_who_gets_it_when_it_ends_is_not_followed_again(streams, path):
    source = LiveSource(path)
    reader = Reader(streams.open(source))
    reader.until_got(b"first ")
    streams.end(source)
    streams.resume(source)
    assert reader.to_the_end() == b"first "


def test_that_a_file_that_does_not_grow_for_the_set_time_has_come_to_its_end(streams, path, clock):
    reader = Reader(streams.open(LiveSource(path, 30.0)))
    clock.now += 29
    append(path, b"second")
    reader.until_got(b"first second")
    clock.now += 29
    reader.read()
    assert not reader.is_over
    clock.now += 1
    assert reader.to_the_end() == b"first second"


def test_that_a_system_that_tells_of_nothing_is_asked_while_somebody_is_connected(clock, path):
    def refused():
        raise OSError(24, "inotify instance limit reached")

    streams = LiveStreams(DiskWatch(refused), clock=clock, tick=0.01)
    reader = Reader(streams.open(LiveSource(path)))
    reader.read()
    assert "ticker" in {thread.name for thread in threading.enumerate()}
    append(path, b"second")
    reader.until_got(b"first second")
    (ticker,) = (thread for thread in threading.enumerate() if thread.name == "ticker")
    reader.stream.close()
    ticker.join(WAIT)
    assert not ticker.is_alive()
    again = Reader(streams.open(LiveSource(path)))
    again.read()
    append(path, b" third")
    again.until_got(b"first second third")
    again.stream.close()
    streams.close()


def rename_over(path: Path) -> None:
    path.with_name("new").write_bytes(b"another file")
    os.replace(path.with_name("new"), path)


def rotate(path: Path) -> None:
    append(path, b"rest")
    path.rename(path.with_name("recording.log.1"))
    path.write_bytes(b"another file")


ENDINGS: dict[str, tuple[Callable[[Path], object], bytes]] = {
    "truncated": (lambda path: os.truncate(path, 3), b"first "),
    "emptied": (lambda path: os.truncate(path, 0), b"first "),
    "rotated": (rotate, b"first rest"),
    "replaced": (rename_over, b"first "),
    "removed": (Path.unlink, b"first "),
}


@pytest.mark.skipif(os.name == "nt", reason="Windows renames and removes no open file.")
@pytest.mark.parametrize(("ending", "expected"), ENDINGS.values(), ids=ENDINGS)
def test_that_a_file_that_is_cut_or_replaced_ends_cleanly_with_what_was_left(streams, path, ending, expected):
    reader = Reader(streams.open(LiveSource(path)))
    reader.read()
    ending(path)
    assert reader.to_the_end() == expected


def test_that_a_file_that_is_gone_cannot_be_opened(streams, path):
    path.unlink()
    with pytest.raises(SourceError) as caught:
        streams.open(LiveSource(path))
    assert caught.value.problem.kind == "file-gone"
    assert streams.size_now(LiveSource(path)) is None


def test_that_a_long_file_comes_in_several_pieces(streams, path):
    data = os.urandom(10 << 20)
    path.write_bytes(data)
    source = LiveSource(path)
    streams.end(source)
    assert Reader(streams.open(source)).to_the_end() == data


def test_that_closing_wakes_who_waits_and_frees_the_descriptor(streams, path):
    reader = Reader(streams.open(LiveSource(path)))
    piece = next(reader.pieces)
    reader.read()
    reader.stream.close()
    reader.stream.close()
    reader.wait()
    reader.read()
    assert reader.is_over
    assert reader.wakes == 1
    assert piece.file.fileno() == -1


def test_that_who_asks_when_something_came_already_is_woken_at_once(streams, path):
    stream = streams.open(LiveSource(path))
    pieces = stream.segments()
    next(pieces)
    not_yet = next(pieces)
    assert isinstance(not_yet, NotYet)
    append(path, b"second")
    woken = []
    not_yet.when_known(lambda: woken.append(1))
    assert woken == [1]
    stream.close()


def test_that_the_end_of_everything_ends_all_and_nothing_is_opened_any_more(streams, path):
    readers = [Reader(streams.open(LiveSource(path))) for _ in range(3)]
    for reader in readers:
        reader.read()
    streams.close()
    assert [reader.to_the_end() for reader in readers] == [b"first "] * 3
    with pytest.raises(SourceError):
        streams.open(LiveSource(path))


@pytest.fixture
def pipe() -> Iterator[tuple[io.FileIO, io.FileIO]]:
    read, write = os.pipe()
    with open(read, "rb", 0) as reader, open(write, "wb", 0) as writer:
        yield reader, writer


def test_that_standard_input_comes_to_a_quick_one_a_slow_one_and_a_late_one(streams, pipe):
    source, sink = pipe
    streams.feed(INPUT, source)
    quick, slow = Reader(streams.open(INPUT)), Reader(streams.open(INPUT))
    blocks = [os.urandom(777) for _ in range(20)]
    sink.write(blocks[0])
    quick.until_got(blocks[0])
    first = slow.bytes_of(next(slow.pieces))  # and nothing more until the end
    for number, block in enumerate(blocks[1:], 2):
        sink.write(block)
        quick.until_got(b"".join(blocks[:number]))
    data = b"".join(blocks)
    assert streams.size_now(INPUT) == len(data)
    late = Reader(streams.open(INPUT))
    assert late.read() == data
    assert not streams.has_ended(INPUT)
    sink.close()
    wait_until(lambda: streams.has_ended(INPUT), "standard input has ended")
    assert quick.to_the_end() == late.to_the_end() == first + slow.to_the_end() == data
    assert streams.has_ended(INPUT)
    assert Reader(streams.open(INPUT)).to_the_end() == data


def test_that_the_owner_may_end_standard_input_before_its_end(streams, pipe):
    source, sink = pipe
    streams.feed(INPUT, source)
    reader = Reader(streams.open(INPUT))
    sink.write(b"so far")
    reader.until_got(b"so far")
    streams.end(INPUT)
    assert reader.to_the_end() == b"so far"


def test_that_what_broke_off_at_the_end_of_the_program_is_not_taken_for_the_whole(streams, pipe):
    source, sink = pipe
    streams.feed(INPUT, source)
    reader = Reader(streams.open(INPUT))
    sink.write(b"so far")
    reader.until_got(b"so far")
    streams.close()
    reader.wait()
    with pytest.raises(SourceError):
        reader.read()
    reader.stream.close()


def test_that_a_source_is_fed_once_and_one_that_is_not_has_no_stream(streams):
    with pytest.raises(SourceError) as caught:
        streams.open(INPUT)
    assert caught.value.problem.kind == "no-stream"
    assert streams.size_now(INPUT) is None
    streams.feed(INPUT, io.BytesIO(b"all"))
    with pytest.raises(ValueError, match="has its stream"):
        streams.feed(INPUT, io.BytesIO())
    assert Reader(streams.open(INPUT)).to_the_end() == b"all"


def test_that_nothing_runs_while_nobody_is_connected(path):
    before = set(threading.enumerate())
    streams = LiveStreams()
    assert set(threading.enumerate()) <= before
    Reader(streams.open(LiveSource(path))).stream.close()
    streams.close()
