"""The archive as a list of segments: every slice of it, sums that come late, another thread that closes it."""

from __future__ import annotations

import gc
import io
import os
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from archives import (
    SUMMER,
    KnownSums,
    archive_of,
    file_entry,
    folder_entry,
    in_memory,
    no_descriptor_left,
    open_descriptors,
    read_all,
    segment_bytes,
    written,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_share.core import archive
from desktop_share.core.archive import ArchiveRepresentation, Layout, archive_length, entry_representation
from desktop_share.core.entry_files import open_entry
from desktop_share.core.errors import SourceError
from desktop_share.core.files import OpenFile
from desktop_share.core.representation import FileSegment, MemorySegment, NotYet
from desktop_share.core.tree import Entry, Tree

LARGE = archive.SMALL + 1


@pytest.fixture(autouse=True)
def no_leaked_descriptors() -> Iterator[None]:
    with no_descriptor_left():
        yield


@pytest.fixture
def entries(tmp_path: Path) -> tuple[Entry, ...]:
    """Small and large, empty, in memory and on disk, with folders between."""
    return (
        folder_entry("Trip/"),
        written(tmp_path, "Trip/a.txt", b"alpha"),
        written(tmp_path, "Trip/large.bin", os.urandom(LARGE)),
        written(tmp_path, "Trip/日程🗻.txt", b"plan"),
        folder_entry("Trip/empty folder/"),
        written(tmp_path, "Trip/empty", b""),
        in_memory("note.txt", b"A note"),
        in_memory("large note.txt", os.urandom(LARGE)),
        written(tmp_path, "z.bin", os.urandom(2 * LARGE)),
    )


def names(data: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert opened.testzip() is None
        return opened.namelist()


def test_that_an_archive_has_what_the_tree_has(entries: tuple[Entry, ...]) -> None:
    made = archive_of(*entries)
    data = read_all(made)
    assert len(data) == made.length == archive_length(entries)
    assert names(data) == [entry.name for entry in entries]
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        for entry in entries:
            content = b"" if entry.is_folder else entry.data or Path(entry.path).read_bytes()
            assert opened.read(entry.name) == content
            assert opened.getinfo(entry.name).compress_type == zipfile.ZIP_STORED
    assert made.media_type == "application/zip"
    assert made.unchanged()
    made.close()
    assert not made.unchanged()


def test_that_two_downloads_are_the_same_bytes(entries: tuple[Entry, ...]) -> None:
    assert read_all(archive_of(*entries)) == read_all(archive_of(*entries))


def test_that_an_archive_of_nothing_is_an_archive() -> None:
    made = archive_of()
    assert made.last_modified is None
    assert names(read_all(made)) == []
    assert made.length == archive_length(()) == 22


def test_that_its_time_is_the_newest_in_it(tmp_path: Path) -> None:
    newest = SUMMER + 10**9
    made = archive_of(folder_entry("a/"), in_memory("b", b"", mtime_ns=newest), folder_entry("c/"))
    assert made.last_modified == newest / 10**9


def test_that_large_files_stay_segments_of_their_own_and_small_ones_are_joined(tmp_path: Path) -> None:
    small = [written(tmp_path, f"{number}", b"x" * 1_000) for number in range(600)]
    large = written(tmp_path, "large", bytes(LARGE))
    made = archive_of(*small, large, *small[:3])
    sizes = []
    for segment in made.slice(0, made.length):
        assert not isinstance(segment, NotYet)
        sizes.append((type(segment), segment.length))
    assert sizes.count((FileSegment, LARGE)) == 1
    assert 18 < len(sizes) < 30
    assert max(length for _, length in sizes) < archive.JOINED + archive.SMALL


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_that_a_slice_of_the_archive_is_a_slice_of_the_whole(entries: tuple[Entry, ...], data: st.DataObject) -> None:
    made = archive_of(*entries)
    whole = read_all(made)
    layout = Layout(Tree(entries, '"tree"'))
    edges = [layout.directory, *(offset for _, offset, _ in layout.places(0, layout.directory))]
    position = st.integers(0, made.length) | st.tuples(st.sampled_from(edges), st.integers(-40, 80)).map(
        lambda pair: min(max(sum(pair), 0), made.length)
    )
    start, stop = sorted((data.draw(position), data.draw(position)))
    assert read_all(made, start, stop) == whole[start:stop]


def test_that_any_two_slices_meet(tmp_path: Path) -> None:
    made = archive_of(folder_entry("a/"), written(tmp_path, "a/b", b"12345"), in_memory("c", b""))
    whole = read_all(made)
    for cut in range(made.length + 1):
        assert read_all(made, 0, cut) + read_all(made, cut) == whole


def test_that_no_more_than_one_file_is_open(tmp_path: Path) -> None:
    made = archive_of(*(written(tmp_path, f"{number}", bytes(LARGE * (number % 2))) for number in range(20)))
    gc.collect()  # what earlier tests left to it may hold descriptors
    before = open_descriptors()
    seen = {open_descriptors() - before for _ in made.slice(0, made.length)}
    assert seen == {0, 1}
    assert open_descriptors() == before


def test_that_the_central_directory_comes_in_chunks() -> None:
    many = [in_memory(f"{number:05}.txt", b"") for number in range(1_700)]
    layout = Layout(Tree(tuple(many), '"many"'))
    made = ArchiveRepresentation(layout, KnownSums())
    assert [len(indexes) for indexes, _ in layout.chunks(0, layout.length)] == [500, 500, 500, 200]
    whole = read_all(made)
    assert names(whole) == [entry.name for entry in many]
    for start in range(layout.directory - 3, layout.length, 7_919):
        assert read_all(made, start, start + 100) == whole[start : start + 100]


def test_that_slices_of_one_archive_do_not_disturb_each_other(entries: tuple[Entry, ...]) -> None:
    made = archive_of(*entries)
    whole = read_all(made)
    slices = [(made.slice(start, made.length), [], start) for start in (0, 3, 50_000, 100_000)]
    waiting = list(slices)
    while waiting:
        for each in list(waiting):
            segment = next(each[0], None)
            if segment is None:
                waiting.remove(each)
            else:
                assert not isinstance(segment, NotYet)
                each[1].append(segment_bytes(segment))
    for _, parts, start in slices:
        assert b"".join(parts) == whole[start:]


def test_that_the_data_of_a_file_needs_no_sum(tmp_path: Path) -> None:
    sums = KnownSums()
    content = os.urandom(LARGE)
    made = archive_of(written(tmp_path, "a", content), sums=sums)
    start = 30 + 1 + 9
    assert read_all(made, start, start + LARGE) == content
    assert sums.asked == []


def test_that_the_end_of_the_directory_needs_the_sums_of_its_last_chunk_only(tmp_path: Path) -> None:
    entry = written(tmp_path, "", b"x")
    many = tuple(entry._replace(name=f"{number}") for number in range(1_200))
    sums = KnownSums({each.name: 1 for each in many})
    made = archive_of(*many, sums=sums)
    read_all(made, made.length - 100, made.length)
    assert sums.asked == [each.name for each in many[1_000:]]


class LateSums:
    """The sums come when the test says so, from another thread."""

    def __init__(self) -> None:
        self.known: dict[str, int | SourceError] = {}
        self.learnt: list[tuple[str, bytes]] = []
        self._waiting: list[tuple[str, Callable[[], None]]] = []

    def of(self, entry: Entry) -> int | None:
        found = self.known.get(entry.name)
        if isinstance(found, SourceError):
            raise found
        return found

    def of_data(self, entry: Entry, data: bytes) -> int:
        self.known[entry.name] = found = zlib.crc32(data)
        self.learnt.append((entry.name, data))
        return found

    def when_known(self, entry: Entry, wake: Callable[[], None]) -> None:
        self._waiting.append((entry.name, wake))

    def tell(self, name: str, found: int | SourceError) -> None:
        def run() -> None:
            self.known[name] = found
            for wake in [wake for waiting, wake in self._waiting if waiting == name]:
                wake()

        threading.Thread(target=run).start()


def test_that_a_sum_which_is_not_known_is_waited_for_without_a_thread(tmp_path: Path) -> None:
    first, second = os.urandom(LARGE), os.urandom(LARGE)
    entries = (in_memory("note", b"n"), written(tmp_path, "first", first), written(tmp_path, "second", second))
    sums = LateSums()
    made = ArchiveRepresentation(Layout(Tree(entries, '"tree"')), sums)
    contents = {"first": first, "second": second}
    parts: list[bytes] = []
    waited = []
    for segment in made.slice(0, made.length):
        if isinstance(segment, NotYet):
            woken = threading.Event()
            segment.when_known(woken.set)
            name = next(name for name in contents if name not in sums.known)
            waited.append((name, sum(map(len, parts))))
            sums.tell(name, zlib.crc32(contents[name]))
            assert woken.wait(30)
        else:
            parts.append(segment_bytes(segment))
    assert names(b"".join(parts)) == ["note", "first", "second"]
    # What comes before is not held back meanwhile
    assert waited == [("first", 30 + 4 + 9 + 1), ("second", 30 + 4 + 9 + 1 + 30 + 5 + 9 + LARGE)]


def test_that_the_sum_of_a_small_file_is_made_while_it_is_sent(tmp_path: Path) -> None:
    contents = {f"file{number}": os.urandom(1_000 + number) for number in range(50)}
    contents["limit"] = os.urandom(archive.SMALL)
    tree = Tree(tuple(written(tmp_path, name, data) for name, data in contents.items()), '"tree"')
    sums = LateSums()
    made = ArchiveRepresentation(Layout(tree), sums)
    segments = list(made.slice(0, made.length))
    assert all(isinstance(segment, MemorySegment) for segment in segments)
    assert zipfile.ZipFile(io.BytesIO(read_all(made))).testzip() is None
    assert sums.learnt == list(contents.items())
    # They may not be in memory: nobody else is sent anything while many are read
    assert len(segments) > len(contents) // archive.JOINED_READ


def test_that_a_segment_says_how_many_files_were_read_for_it(tmp_path: Path) -> None:
    entries = tuple(written(tmp_path, f"file{number}", bytes(1_000 + number)) for number in range(50))
    for sums in (LateSums(), KnownSums()):
        made = ArchiveRepresentation(Layout(Tree((*entries, in_memory("note", b"A note")), '"tree"')), sums)
        segments = list(made.slice(0, made.length))
        assert sum(segment.files for segment in segments if isinstance(segment, MemorySegment)) == 50


@pytest.mark.parametrize("start", [1, 40, 1_000])
def test_that_a_part_that_begins_in_a_small_file_which_nobody_read_is_the_same_bytes(
    tmp_path: Path, start: int
) -> None:
    tree = Tree((written(tmp_path, "a", b"a" * 1_000), written(tmp_path, "b", b"b")), '"tree"')
    whole = Layout(tree)
    expected = read_all(ArchiveRepresentation(whole, KnownSums()))
    for stop in (start + 1, whole.directory - 1):
        assert read_all(ArchiveRepresentation(whole, LateSums()), start, stop) == expected[start:stop]


def test_that_a_wake_for_nothing_is_answered_with_another_wait(tmp_path: Path) -> None:
    made = ArchiveRepresentation(Layout(Tree((written(tmp_path, "a", bytes(LARGE)),), '"tree"')), LateSums())
    pieces = made.slice(0, made.length)
    assert isinstance(next(pieces), NotYet)
    assert isinstance(next(pieces), NotYet)


def test_that_a_sum_which_cannot_be_had_ends_the_download(tmp_path: Path) -> None:
    entry = written(tmp_path, "a", bytes(LARGE))
    sums = LateSums()
    made = ArchiveRepresentation(Layout(Tree((entry,), '"tree"')), sums)
    pieces = made.slice(0, made.length)
    waiting = next(pieces)
    assert isinstance(waiting, NotYet)
    woken = threading.Event()
    waiting.when_known(woken.set)
    problem = SourceError(archive.entry_changed(entry))
    sums.tell("a", problem)
    assert woken.wait(30)
    with pytest.raises(SourceError) as raised:
        next(pieces)
    assert raised.value is problem


def test_that_closing_from_another_thread_closes_the_file_that_is_open(tmp_path: Path) -> None:
    made = archive_of(written(tmp_path, "a", bytes(LARGE)), written(tmp_path, "b", bytes(LARGE)))
    pieces = made.slice(0, made.length)
    assert isinstance(next(pieces), MemorySegment)
    segment = next(pieces)
    assert isinstance(segment, FileSegment)
    closing = threading.Thread(target=made.close)
    closing.start()
    closing.join()
    assert segment.file.fileno() == -1
    assert list(pieces) == []
    assert list(made.slice(0, made.length)) == []
    made.close()


def test_that_closing_while_a_file_is_being_opened_closes_it_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = archive_of(written(tmp_path, "a", bytes(LARGE)))
    opened = []

    def closed_meanwhile(entry: Entry) -> OpenFile:
        opened.append(open_entry(entry))
        made.close()
        return opened[0]

    monkeypatch.setattr(archive, "open_entry", closed_meanwhile)
    assert [type(segment) for segment in made.slice(0, made.length)] == [MemorySegment]
    assert opened[0].fileno() == -1


def test_that_a_slice_which_is_given_up_closes_its_file(tmp_path: Path) -> None:
    made = archive_of(written(tmp_path, "a", bytes(LARGE)))
    pieces = made.slice(100, 200)
    segment = next(pieces)
    assert isinstance(segment, FileSegment)
    assert (segment.offset, segment.length) == (100 - 40, 100)
    pieces.close()  # type: ignore[attr-defined]
    assert segment.file.fileno() == -1


@pytest.mark.skipif(os.name == "nt", reason="Windows tells no time of a change that is not the file's date")
def test_that_an_entry_is_a_file_of_its_own(tmp_path: Path) -> None:
    content = os.urandom(1_000)
    entry = written(tmp_path, "Trip/a.bin", content)
    single = entry_representation(entry)
    assert read_all(single) == content
    assert read_all(single, 10, 20) == content[10:20]
    assert single.last_modified == SUMMER / 10**9
    assert single.unchanged()
    etag = single.etag
    single.close()
    Path(entry.path).write_bytes(content[::-1])
    os.utime(entry.path, ns=(SUMMER, SUMMER))
    again = entry_representation(file_entry(Path(entry.path), entry.name))
    assert etag != again.etag
    again.close()


def test_that_an_entry_in_memory_is_a_file_of_its_own() -> None:
    one, other = entry_representation(in_memory("a", b"one")), entry_representation(in_memory("a", b"two"))
    assert read_all(one) == b"one"
    assert one.etag != other.etag
    assert one.etag == entry_representation(in_memory("b", b"one")).etag


@pytest.fixture
def in_zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Puts the computer into another time zone."""
    if not hasattr(time, "tzset"):
        pytest.skip("Windows has one zone for all programs.")

    def put(zone: str) -> None:
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield put
    monkeypatch.undo()
    time.tzset()


def test_that_explorer_sees_local_times_and_the_version_is_another_in_another_zone(
    in_zone: Callable[[str], None],
) -> None:
    seen = {}
    for zone in ("UTC0", "JST-9", "CET-1CEST,M3.5.0,M10.5.0"):
        in_zone(zone)
        made = archive_of(in_memory("a", b"a"))
        with zipfile.ZipFile(io.BytesIO(read_all(made))) as opened:
            seen[made.etag] = opened.getinfo("a").date_time[2:4]
    assert list(seen.values()) == [(15, 12), (15, 21), (15, 14)]


def test_that_a_layout_stays_in_the_zone_that_it_was_made_in(in_zone: Callable[[str], None]) -> None:
    in_zone("UTC0")
    made = archive_of(in_memory("a", b"a"))
    before = read_all(made)
    in_zone("JST-9")
    assert read_all(made) == before


@pytest.mark.parametrize("mtime", [-(2**62), -1, 0, 4_354_819_199, 2**40, 2**62])
def test_that_no_time_is_too_strange(mtime: int) -> None:
    data = read_all(archive_of(in_memory("a", b"a", mtime_ns=mtime * 10**9)))
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert 1980 <= opened.getinfo("a").date_time[0] <= 2107
