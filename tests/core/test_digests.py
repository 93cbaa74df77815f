"""Digests: known for exactly the bytes that they were made from, in the background, and stopped at once."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.stores import MemoryStore

from desktop_share.core import digests as digests_module
from desktop_share.core.digests import AT_ONCE, Digests, ItemDigest
from desktop_share.core.hashing import CHUNK, sha256_of
from desktop_share.core.items import SharedItem
from desktop_share.core.opening import Opener
from desktop_share.core.reasons import Reason
from desktop_share.core.representation import FileSegment, MemorySegment, Representation
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import FileSource
from desktop_share.core.transfer_book import TransferBook

LONG_AGO = 1_700_000_000
WAIT = 20


class Parts:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        store = MemoryStore()
        self.share_list = ShareList(store)
        self.transfers = TransferBook()
        opener = Opener(self.share_list, store)
        self.now = LONG_AGO + 3600.0
        self.digests = Digests(self.share_list, self.transfers, opener, wall=lambda: self.now)
        self.heard: list[ItemDigest] = []
        self._news = threading.Condition()
        self.digests.changed.subscribe(self._hear)

    def _hear(self, event: ItemDigest) -> None:
        with self._news:
            self.heard.append(event)
            self._news.notify_all()

    def wait_for(self, count: int) -> list[ItemDigest]:
        with self._news:
            assert self._news.wait_for(lambda: len(self.heard) >= count, WAIT), f"heard only {self.heard}"
        return self.heard

    def write(self, name: str, data: bytes, modified: float = LONG_AGO) -> Path:
        path = self.folder / name
        path.write_bytes(data)
        os.utime(path, (modified, modified))
        return path

    def share(self, *paths: Path) -> list[SharedItem]:
        return list(self.share_list.add([SharedItem(FileSource(path), 0.0) for path in paths]).items)

    def etag(self, item: SharedItem) -> str | None:
        representation = item.source.representation()
        representation.close()
        return representation.etag


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = Parts(tmp_path)
    yield made
    made.digests.close()


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_that_an_added_file_is_hashed_and_announced(parts, size):
    data = os.urandom(size)
    (item,) = parts.share(parts.write("a", data))
    parts.digests.start()
    assert parts.wait_for(1) == [ItemDigest(item.id, sha256(data))]
    assert parts.digests.of(item.id, parts.etag(item)) == sha256(data)
    assert parts.digests.latest(item.id) == sha256(data)


@pytest.mark.skipif(os.name == "nt", reason="Windows tells no time of a change that is not the file's date")
def test_that_a_changed_file_is_never_described_by_the_old_hash(parts):
    (item,) = parts.share(parts.write("a", b"old"))
    parts.digests.start()
    parts.wait_for(1)
    parts.write("a", b"new")  # of the same size and date
    assert parts.digests.of(item.id, parts.etag(item)) is None
    parts.digests.want(item.id)
    assert parts.wait_for(3)[1:] == [ItemDigest(item.id, None), ItemDigest(item.id, sha256(b"new"))]


@pytest.mark.parametrize("etag", [None, 'W/"x"', '"other"'])
def test_that_nothing_is_known_of_another_tag(parts, etag):
    (item,) = parts.share(parts.write("a", b"a"))
    parts.digests.start()
    parts.wait_for(1)
    assert parts.digests.of(item.id, etag) is None


def test_that_a_file_that_is_gone_loses_its_hash(parts):
    (item,) = parts.share(parts.write("a", b"a"))
    parts.digests.start()
    parts.wait_for(1)
    (parts.folder / "a").unlink()
    parts.digests.want(item.id)
    assert parts.wait_for(2)[1] == ItemDigest(item.id, None)
    assert parts.digests.latest(item.id) is None


def test_that_a_removed_item_is_forgotten_and_hashed_again_when_it_comes_back(parts):
    (item,) = parts.share(parts.write("a", b"a"))
    parts.digests.start()
    parts.wait_for(1)
    removed = parts.share_list.remove([item.id])
    assert parts.digests.latest(item.id) is None
    parts.share_list.restore(removed)
    assert parts.wait_for(2)[1] == ItemDigest(item.id, sha256(b"a"))


class Gate:
    """Holds the hashing thread in the middle of a file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.reached, self.go_on, self.done = threading.Event(), threading.Event(), threading.Event()
        self.order: list[int] = []
        self.stopped: list[bool] = []
        monkeypatch.setattr(digests_module, "sha256_of", self._hash)

    def _hash(self, representation, stopped=lambda: False):
        self.order.append(representation.length)
        self.reached.set()
        assert self.go_on.wait(WAIT)
        self.stopped.append(stopped())
        found = sha256_of(representation, stopped)
        self.done.set()
        return found


def test_that_removing_the_item_stops_its_hashing(parts, monkeypatch):
    gate = Gate(monkeypatch)
    item, _other = parts.share(parts.write("a", b"a" * 10), parts.write("b", b"bb"))
    parts.digests.start()
    assert gate.reached.wait(WAIT)
    parts.share_list.remove([item.id])
    gate.go_on.set()
    assert [each.sha256 for each in parts.wait_for(1)] == [sha256(b"bb")]
    assert gate.stopped == [True, False]


def test_that_close_stops_in_the_middle_of_a_file(parts, monkeypatch):
    gate = Gate(monkeypatch)
    parts.share(parts.write("a", b"a"), parts.write("b", b"bb"))
    parts.digests.start()
    assert gate.reached.wait(WAIT)
    closing = threading.Thread(target=parts.digests.close)
    closing.start()
    while not parts.digests._closed:  # it waits for the thread, which waits for the gate
        closing.join(0.01)
    gate.go_on.set()
    closing.join(WAIT)
    assert not closing.is_alive()
    assert (gate.stopped, gate.order, parts.heard) == ([True], [1], [])


def test_that_somebody_who_waits_goes_before_the_others(parts, monkeypatch):
    gate = Gate(monkeypatch)
    items = parts.share(*(parts.write(str(n), b"x" * n) for n in range(1, 5)))
    parts.digests.want(items[2].id, soon=True)
    parts.digests.want(items[2].id)  # once more, without haste: it stays in front
    gate.go_on.set()
    parts.digests.start()
    parts.wait_for(4)
    assert gate.order == [3, 1, 2, 4]


def test_that_hashing_waits_for_deliveries_unless_somebody_waits_for_it(parts):
    first, second = parts.share(parts.write("a", b"a"), parts.write("b", b"bb"))
    delivery = parts.transfers.open(first, "192.0.2.1", "curl/8", '"x"', 10, lambda: None)
    parts.digests.start()
    parts.digests.want(second.id, soon=True)
    assert parts.wait_for(1) == [ItemDigest(second.id, sha256(b"bb"))]
    delivery.end(Reason.CANCELLED)
    assert parts.wait_for(2)[1] == ItemDigest(first.id, sha256(b"a"))


def test_that_a_delivered_item_is_hashed(parts):
    (item,) = parts.share(parts.write("a", b"a"))
    parts.digests.start()
    parts.wait_for(1)
    parts.write("a", b"b")
    delivery = parts.transfers.open(item, "192.0.2.1", "curl/8", '"x"', 1, lambda: None)
    delivery.progress(0, 1)
    delivery.end()
    assert parts.wait_for(3)[-1] == ItemDigest(item.id, sha256(b"b"))


def test_that_a_small_file_is_hashed_at_once_for_who_asks(parts):
    (item,) = parts.share(parts.write("a", b"a"))
    representation = item.source.representation()
    assert parts.digests.want_now(item.id, representation) == sha256(b"a")
    representation.close()
    assert parts.digests.of(item.id, representation.etag) == sha256(b"a")


def test_that_a_large_file_jumps_the_queue_instead(parts, monkeypatch):
    gate = Gate(monkeypatch)
    small, large = parts.share(parts.write("a", b"a"), parts.write("b", bytes(AT_ONCE + 1)))
    representation = large.source.representation()
    assert parts.digests.want_now(large.id, representation) is None
    representation.close()
    gate.go_on.set()
    parts.digests.start()
    assert [each.item_id for each in parts.wait_for(2)] == [large.id, small.id]


def test_that_a_file_that_changed_just_now_is_told_but_not_remembered(parts):
    """Within the clock's grain it may change again and keep its tag."""
    (item,) = parts.share(parts.write("a", b"a", modified=parts.now - 0.5))
    representation = item.source.representation()
    assert parts.digests.want_now(item.id, representation) == sha256(b"a")
    representation.close()
    assert parts.digests.of(item.id, representation.etag) is None


def test_that_the_background_waits_until_a_file_has_settled(parts):
    (item,) = parts.share(parts.write("a", b"a", modified=parts.now - 1.95))
    looked = threading.Event()
    times = iter([parts.now, parts.now + 2])

    def wall() -> float:
        looked.set()
        return next(times)

    parts.digests._wall = wall
    parts.digests.start()
    assert looked.wait(WAIT)
    assert parts.wait_for(1) == [ItemDigest(item.id, sha256(b"a"))]
    assert list(times) == []


def test_that_a_date_ahead_of_the_clock_does_not_keep_a_file_waiting(parts):
    (item,) = parts.share(parts.write("a", b"a", modified=parts.now + 86400))
    parts.digests.start()
    assert parts.wait_for(1) == [ItemDigest(item.id, sha256(b"a"))]


@pytest.mark.parametrize("spoil", ["shorter", "longer", "touched", "stopped", "unreadable"])
def test_that_there_is_no_hash_of_a_mixture(tmp_path, spoil):
    path = tmp_path / "a"
    path.write_bytes(bytes(3 * CHUNK))
    representation = FileSource(path).representation()
    asked = iter(range(100))

    def stopped() -> bool:
        if next(asked) == 1:
            match spoil:
                case "shorter":
                    os.truncate(path, 10)
                case "longer":
                    os.truncate(path, 4 * CHUNK)
                case "touched":
                    os.utime(path, (1, 1))
                case "unreadable":
                    representation.close()
                case "stopped":
                    return True
        return False

    assert sha256_of(representation, stopped) is None
    representation.close()


def test_that_memory_and_slices_of_files_are_hashed_in_order(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    whole = FileSource(path).representation()
    (file,) = whole.files
    segments = (MemorySegment(b"head"), FileSegment(file, 2, 3), FileSegment(file, 9, 1), MemorySegment(b"tail"))
    assert sha256_of(Representation(12, '"x"', None, segments, (file,))) == sha256(b"head2349tail")
    whole.close()
