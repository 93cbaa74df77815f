"""A stream that comes once: kept in memory, then on disk, and read by each at its own pace."""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator

import pytest

from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.feeding import Feeder
from desktop_share.core.representation import FileSegment, MemorySegment, read_at
from desktop_share.core.spool import PIECE, Spool, SpoolPlace, spool_folder

WAIT = 20
PROBLEM = Problem("broken", "It broke.", "Mend it.")


@pytest.fixture(params=sorted({hasattr(os, "pread"), False}), ids="reads at {}".format)
def spool(request) -> Iterator[Spool]:
    made = Spool(1000, reads_at=request.param)
    yield made
    made.close()


def taken(place: SpoolPlace) -> bytes:
    """All that is there."""
    out = b""
    while (segment := place.take()) is not None:
        if isinstance(segment, MemorySegment):
            assert segment.length <= PIECE
            out += segment.data
        else:
            start = 0
            while start < segment.length:
                data = read_at(segment, start, segment.length - start)
                assert data
                out += data
                start += len(data)
    return out


@pytest.mark.parametrize(
    "sizes", [(), (1,), (1000,), (999, 1, 1), (1001,), (400, 400, 400, 5000), (1 << 20, 3, 1 << 20)]
)
def test_that_each_gets_all_from_the_beginning_whenever_it_comes(spool, sizes):
    data = [os.urandom(size) for size in sizes]
    early = SpoolPlace(spool, "a")
    got = taken(early)
    for each in data:
        spool.append(each)
        got += taken(early)
    late = SpoolPlace(spool, "a")
    assert got == taken(late) == b"".join(data)
    assert spool.length == sum(sizes)
    assert not late.has_more()
    assert not late.is_over()
    spool.finish()
    assert late.is_over()
    early.close()
    late.close()


def test_that_memory_is_bounded_and_the_rest_is_on_disk(spool):
    spool.append(os.urandom(1_000_000))
    assert len(spool._memory) == 1000
    place = SpoolPlace(spool, "a")
    assert place.take().length == 1000
    assert isinstance(place.take(), FileSegment if spool._reads_at else MemorySegment)
    place.close()


def test_that_what_is_given_can_be_read_after_the_spool_was_closed(spool):
    spool.append(b"a" * 3000)
    place = SpoolPlace(spool, "a")
    segments = [place.take(), place.take()]
    spool.close()
    spool.close()
    if isinstance(segments[1], FileSegment):
        assert read_at(segments[1], 0, 2000) == b"a" * 2000
    place.close()
    place.close()


def test_that_nothing_stays_on_disk(spool, tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    spool.append(b"a" * 3000)
    spool.close()
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not os.path.isdir("/var/tmp"), reason="There is no such folder.")
def test_that_a_long_stream_goes_to_a_disk_where_the_folder_for_temporary_files_is_in_memory(spool, monkeypatch):
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    spool.append(b"a" * 3000)
    assert os.fstat(spool._file.fileno()).st_dev == os.stat("/var/tmp").st_dev
    assert spool_folder() == "/var/tmp"


def test_that_a_chosen_folder_for_temporary_files_is_taken(monkeypatch, tmp_path):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert spool_folder() is None


def test_that_where_there_is_no_such_folder_the_system_s_own_is_taken(monkeypatch):
    for name in ("TMPDIR", "TEMP", "TMP"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("desktop_share.core.spool._ON_DISK", "/no such folder")
    assert spool_folder() is None


def test_that_who_listens_is_told_of_each_piece_and_of_the_end(spool):
    told = []
    end = spool.listen(lambda: told.append(spool.is_over))
    spool.append(b"a")
    spool.append(b"b")
    spool.finish()
    spool.finish()
    spool.append(b"passed over")
    end()
    assert told == [False, False, True]
    assert spool.length == 2


def test_that_a_stream_that_broke_is_not_taken_for_the_whole(spool):
    spool.append(b"a")
    spool.finish(PROBLEM)
    place = SpoolPlace(spool, "a")
    assert place.take() == MemorySegment(b"a")
    with pytest.raises(SourceError) as caught:
        place.take()
    assert caught.value.problem == PROBLEM


def until_over(spool: Spool) -> None:
    over = threading.Event()
    spool.listen(lambda: over.set() if spool.is_over else None)
    assert spool.is_over or over.wait(WAIT)


@pytest.fixture
def pipe() -> Iterator[tuple[io.FileIO, io.FileIO]]:
    read, write = os.pipe()
    with open(read, "rb", 0) as reader, open(write, "wb", 0) as writer:
        yield reader, writer


def test_that_a_pipe_is_read_to_its_end(spool, pipe):
    reader, writer = pipe
    feeder = Feeder(spool, reader, "a")
    data = os.urandom(300_000)
    rest = memoryview(data)
    while rest:
        rest = rest[writer.write(rest) :]
    writer.close()
    until_over(spool)
    place = SpoolPlace(spool, "a")
    assert taken(place) == data
    assert spool.problem is None
    place.close()
    feeder.close()
    feeder.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows leaves the thread to end with its read.")
def test_that_a_feeder_that_waits_for_a_pipe_is_stopped(spool, pipe):
    feeder = Feeder(spool, pipe[0], "a")
    feeder.close()
    assert spool.is_over


def test_that_a_file_and_a_stream_without_a_descriptor_are_read(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"x" * 5000)
    with path.open("rb", 0) as file:
        for stream in (file, io.BytesIO(b"x" * 5000)):
            spool = Spool(1000)
            feeder = Feeder(spool, stream, "a")
            until_over(spool)
            assert spool.length == 5000
            feeder.close()
            spool.close()


def test_that_a_full_disk_ends_the_stream_with_a_problem(spool, monkeypatch):
    class Full(io.BytesIO):
        def write(self, _data):
            raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: Full())
    feeder = Feeder(spool, io.BytesIO(b"x" * 5000), "back\nup.tar")
    until_over(spool)
    assert spool.problem is not None
    assert "No space left" in str(spool.problem)
    assert "\n" not in str(spool.problem)
    feeder.close()
