"""Bodies whose pieces are made while they are sent: how far is read ahead, what is waited for, how it ends."""

from __future__ import annotations

import os
import threading

import pytest
from making import Gate, Making, changed, length_of
from serving import Recorder, wait_until

from desktop_share.core.reasons import Reason
from desktop_share.core.representation import MemorySegment
from desktop_share.core.sources import FileSource
from desktop_share.server.bodies import TAIL, SegmentBody
from desktop_share.server.outgoing import GATHERED, FileSlice, Outgoing
from desktop_share.server.pieces import BodyError, positioned

BLOCK = 100_000  # more than is gathered


class Wire:
    """A transport that takes `capacity` bytes, and counts its sends."""

    def __init__(self, *, sends_files: bool = True, capacity: int = 1 << 60) -> None:
        self.sends_files = sends_files
        self.capacity = capacity
        self.data = bytearray()
        self.sends = 0

    def transmit(self, data: bytes | memoryview | FileSlice) -> int | None:
        if not self.capacity:
            return None
        self.sends += 1
        if isinstance(data, FileSlice):
            data = os.pread(data.descriptor, data.count, data.offset)
        taken = bytes(data[: self.capacity])
        self.capacity -= len(taken)
        self.data += taken
        return len(taken)


def body_of(making: Making, *, length=-1, unchanged=lambda: True, start=0):
    closed: list[int] = []
    body = SegmentBody(
        positioned(iter(making), start),
        length=length_of(making.steps) if length == -1 else length,
        close=lambda: closed.append(1),
        unchanged=unchanged,
        delivery=Recorder(),
    )
    return body, closed


def send_all(outgoing: Outgoing, wire: Wire, budget: int = 1 << 20) -> None:
    while outgoing.remaining and outgoing.awaits is None:
        if not outgoing.send_some(wire, budget):
            return


@pytest.fixture
def files(tmp_path):
    """Segments of open files: three of 100 KB and one of 10 bytes."""
    found = []
    opened = []
    for number, size in enumerate([BLOCK, BLOCK, 10, BLOCK]):
        path = tmp_path / f"file{number}"
        path.write_bytes(os.urandom(size))
        representation = FileSource(path).representation()
        opened.append(representation)
        found += representation.segments
    yield found
    for representation in opened:
        representation.close()


@pytest.mark.parametrize("sends_files", [True, False])
@pytest.mark.parametrize("budget", [1, 999, 70_000, 1 << 30])
def test_that_all_bytes_go_out_in_order_with_their_positions(files, sends_files, budget):
    steps = (b"a" * 30, files[0], b"b", files[1], b"c" * 50_000, b"d" * 200_000, files[2], b"", files[3], b"end")
    making = Making(steps)
    body, closed = body_of(making, start=7)
    wire = Wire(sends_files=sends_files)
    expected = b"".join(
        step if isinstance(step, bytes) else os.pread(step.file.fileno(), step.length, 0) for step in steps
    )
    send_all(Outgoing(b"HEAD", body, None), wire, budget)
    assert bytes(wire.data) == b"HEAD" + expected
    at = 7
    for start, stop in body.delivery.spans:
        assert start == at
        at = stop
    assert at == 7 + len(expected)
    body.finish()
    assert (closed, making.closed, body.delivery.reasons) == ([1], 1, [""])


def test_that_no_segment_is_asked_for_before_the_one_before_was_accepted(files):
    making = Making((files[0], files[1], files[3]))
    body, _ = body_of(making)
    outgoing = Outgoing(b"HEAD", body, None)
    wire = Wire(capacity=0)
    assert outgoing.send_some(wire, 1 << 20) == 0
    assert making.handed == 1
    for accepted, handed in [(4, 1), (BLOCK - 1 - TAIL, 1), (TAIL, 2), (BLOCK, 3)]:
        wire.capacity += accepted
        outgoing.send_some(wire, 1 << 20)
        assert wire.capacity == 0
        assert making.handed == handed


def test_that_small_pieces_are_gathered_and_no_more_than_a_few(files):
    making = Making(tuple(b"%06d" % number * 20 for number in range(3000)))  # 120 bytes each
    body, _ = body_of(making)
    outgoing = Outgoing(b"HEAD", body, None)
    wire = Wire(capacity=1)
    outgoing.send_some(wire, 1 << 20)
    assert making.handed == pytest.approx(GATHERED / 120, abs=1)
    wire.capacity = 1 << 60
    send_all(outgoing, wire)
    assert wire.sends <= 3000 * 120 / GATHERED + 3
    assert making.handed == 3000


def test_that_small_files_are_opened_a_few_at_a_time(files):
    making = Making((files[2],) * 1000)
    body, _ = body_of(making)
    outgoing = Outgoing(b"HEAD", body, None)
    wire = Wire()
    outgoing.send_some(wire, 1)
    assert making.handed <= 17
    outgoing.send_some(wire, 1 << 20)
    assert making.handed <= 100
    send_all(outgoing, wire)
    assert len(wire.data) == 4 + 10_000


def test_that_a_piece_of_memory_costs_what_the_files_cost_that_were_read_for_it():
    """They may have been on the disk alone, and nobody else is sent anything meanwhile."""
    making = Making([MemorySegment(b"x" * 1_000, files=16)] * 100)
    outgoing, wire = Outgoing(b"", body_of(making, length=None)[0], None), Wire()
    outgoing.send_some(wire, 1 << 20)
    assert 0 < making.handed * 16 <= 96


def test_that_a_large_piece_of_memory_is_neither_copied_nor_gathered():
    data = os.urandom(5_000_000)
    body, _ = body_of(Making((data,)))
    wire = Wire(capacity=0)
    outgoing = Outgoing(b"HEAD", body, None)
    outgoing.send_some(wire, 1 << 20)
    assert len(outgoing._memory) == 4
    wire.capacity = 1_000_000
    outgoing.send_some(wire, 1 << 20)
    assert outgoing._memory.obj == b""
    wire.capacity = 1 << 60
    send_all(outgoing, wire)
    assert wire.data[4:] == data


def test_that_what_comes_before_a_piece_that_is_not_known_goes_out_and_the_rest_later():
    first, second = Gate(), Gate()
    making = Making((b"one ", first, b"two ", second, b"three"))
    body, _ = body_of(making)
    wire = Wire()
    outgoing = Outgoing(b"HEAD ", body, None)
    for gate, sent in [(first, b"HEAD one "), (second, b"HEAD one two ")]:
        send_all(outgoing, wire)
        assert bytes(wire.data) == sent
        assert outgoing.awaits is gate.not_yet
        gate.open()
        outgoing.go_on()
    send_all(outgoing, wire)
    assert bytes(wire.data) == b"HEAD one two three"
    assert outgoing.remaining == 0


def test_that_the_last_bytes_wait_for_what_the_source_says_at_its_end():
    gate = Gate()
    body, _ = body_of(Making((b"all", gate)))
    wire = Wire()
    outgoing = Outgoing(b"HEAD", body, None)
    send_all(outgoing, wire)
    assert (bytes(wire.data), outgoing.awaits) == (b"", gate.not_yet)
    gate.open()
    outgoing.go_on()
    send_all(outgoing, wire)
    assert bytes(wire.data) == b"HEADall"


@pytest.mark.parametrize("first", [b"a", b"a" * BLOCK])
def test_that_what_the_source_says_late_still_comes_before_the_last_bytes(first):
    gate = Gate()
    body, _ = body_of(Making((first, gate, changed("late.txt"))), unchanged=lambda: False)
    wire = Wire()
    outgoing = Outgoing(b"HEAD", body, None)
    send_all(outgoing, wire)
    gate.open()
    outgoing.go_on()
    with pytest.raises(BodyError) as caught:
        send_all(outgoing, wire)
    assert caught.value.reason == "late.txt changed while it was being sent."
    assert len(wire.data) < len(first)


@pytest.mark.parametrize(
    ("steps", "length", "reason"),
    [
        pytest.param((b"a" * BLOCK, changed("notes.txt"), b"z"), None, "notes.txt changed while it was being sent."),
        pytest.param((b"a" * BLOCK, changed("a {b}.txt")), None, "a {b}.txt changed while it was being sent."),
        pytest.param((b"a" * BLOCK, OSError(5, "no")), BLOCK + 1, Reason.FILE_UNREADABLE),
        pytest.param((b"a" * BLOCK,), BLOCK + 1, Reason.FILE_SHORTER),
        pytest.param((b"a" * BLOCK, b"more"), BLOCK, Reason.FILE_CHANGED),
        pytest.param((b"a" * 10, changed("short.txt")), None, "short.txt changed while it was being sent."),
    ],
)
def test_that_a_body_that_breaks_never_gives_its_last_bytes_and_says_why(steps, length, reason):
    length = length_of(steps) if length is None else length
    body, _ = body_of(Making(steps), length=length)
    wire = Wire()
    outgoing = Outgoing(b"HEAD", body, None)
    for _ in range(2):  # it stays broken
        with pytest.raises(BodyError) as caught:
            send_all(outgoing, wire)
        assert caught.value.reason == reason
    assert len(wire.data) < 4 + length

    body, closed = body_of(Making(steps), length=length)
    received: list[bytes] = []
    with pytest.raises(BodyError):
        received.extend(body)
    assert sum(map(len, received)) < length
    assert (body.delivery.reasons, closed) == ([reason], [1])


def test_that_a_file_that_got_shorter_is_named_by_its_source(files, tmp_path):
    for sends_files in (True, False):
        making = Making((files[0], changed("file0")))
        body, _ = body_of(making)
        os.truncate(tmp_path / "file0", 0)
        with pytest.raises(BodyError) as caught:
            send_all(Outgoing(b"HEAD", body, None), Wire(sends_files=sends_files))
        assert caught.value.reason == "file0 changed while it was being sent."


def test_that_the_end_of_the_source_and_the_state_of_the_file_are_asked_before_the_last_bytes(files):
    asked = []
    body, _ = body_of(Making((files[0],)), unchanged=lambda: asked.append(len(wire.data)) or False)
    wire = Wire()
    with pytest.raises(BodyError):
        send_all(Outgoing(b"HEAD", body, None), wire)
    assert asked == [len(wire.data)] == [4 + BLOCK - TAIL]


@pytest.mark.parametrize("is_chunked", [True, False])
def test_that_a_body_of_unknown_length_ends_with_its_pieces(files, is_chunked):
    making = Making((b"one", b"", files[0], b"two"))
    body, _ = body_of(making, length=None)
    if is_chunked:
        body.in_chunks()
    wire = Wire()
    outgoing = Outgoing(b"", body, None)
    send_all(outgoing, wire, 10_000)
    block = os.pread(files[0].file.fileno(), BLOCK, 0)
    plain = b"one" + block + b"two"
    framed = b"3\r\none\r\n" + b"%x\r\n" % BLOCK + block + b"\r\n3\r\ntwo\r\n0\r\n\r\n"
    assert bytes(wire.data) == (framed if is_chunked else plain)
    assert outgoing.remaining == 0
    assert sum(stop - start for start, stop in body.delivery.spans) == len(plain)
    assert body.delivery.spans[-1][1] == len(plain)
    body.finish()
    assert making.closed == 1


def test_that_a_plain_iteration_waits_for_what_is_not_known_yet():
    gates = [Gate(), Gate()]
    gates[1].open()
    making = Making((b"one", gates[0], b"two", gates[1], b"three"))
    body, closed = body_of(making)
    received: list[bytes] = []
    reader = threading.Thread(target=lambda: received.extend(body))
    reader.start()
    wait_until(lambda: bool(gates[0].waiting))
    assert received == [b"one"]
    gates[0].open()
    reader.join()
    body.close()
    assert b"".join(received) == b"onetwothree"
    assert (body.delivery.reasons, closed, making.closed) == ([""], [1], 1)


def test_that_a_stream_that_is_left_in_the_middle_is_closed_and_says_so():
    making = Making((b"one", b"two"))
    body, closed = body_of(making, length=None)
    assert next(iter(body)) == b"one"
    body.close()
    assert (body.delivery.reasons, closed, making.closed) == ([Reason.CLIENT_LEFT], [1], 1)


def test_that_the_source_is_closed_even_where_nothing_was_read_and_once():
    calls = []

    class Pieces:
        def __iter__(self):
            return self

        def __next__(self):
            return MemorySegment(b"a"), 0

        def close(self):
            calls.append("pieces")

    body = SegmentBody(Pieces(), length=1, close=lambda: calls.append("body"))
    body.finish(Reason.REMOVED)
    body.finish()
    assert calls == ["pieces", "body"]
