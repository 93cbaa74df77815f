"""Sums of files: of exactly the file that was looked at, stopped at any megabyte, told to whoever waits."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest
from archives import file_entry, folder_entry, in_memory

from desktop_share.core import checksums
from desktop_share.core.checksum_table import Checksum
from desktop_share.core.checksums import CHUNK, TreeChecksums, crc_of
from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.tree import Entry

posix = pytest.mark.skipif(os.name != "posix", reason="what only POSIX systems have")
PROBLEM = Problem("entry-gone", "gone", "")


def goes_on(read: int) -> bool:
    return False


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "file"
    found.write_bytes(b"some bytes")
    return found


@pytest.mark.parametrize("size", [1, 4096, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_that_it_is_the_sum_that_zlib_makes(path, size):
    data = os.urandom(size)
    path.write_bytes(data)
    assert crc_of(file_entry(path, "x"), goes_on) == zlib.crc32(data)


@pytest.mark.parametrize("megabytes", [0, 1, 2])
def test_that_it_stops_before_any_megabyte(path, megabytes):
    path.write_bytes(b"x" * (3 * CHUNK))
    asked: list[int] = []
    read: list[int] = []

    def stopped(done: int) -> bool:
        asked.append(done)
        return done >= megabytes * CHUNK

    def crc(data: bytes, value: int) -> int:
        read.append(len(data))
        return zlib.crc32(data, value)

    assert crc_of(file_entry(path, "x"), stopped, crc) is None
    assert asked == [number * CHUNK for number in range(megabytes + 1)]
    assert read == [CHUNK] * megabytes


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda path: path.unlink(), "entry-gone"),
        (lambda path: path.write_bytes(b"other bytes"), "entry-changed"),
        (lambda path: os.utime(path, (1, 1)), "entry-changed"),
        pytest.param(lambda path: (path.unlink(), path.mkdir()), "entry-changed", marks=posix),
        pytest.param(lambda path: (path.unlink(), os.mkfifo(path)), "entry-changed", marks=posix),
        pytest.param(lambda path: (path.unlink(), path.symlink_to("/dev/zero")), "entry-changed", marks=posix),
    ],
)
def test_that_another_file_than_was_looked_at_has_no_sum(path, change, kind):
    entry = file_entry(path, "Photos/x")
    change(path)
    with pytest.raises(SourceError, match="“Photos/x”") as raised:
        crc_of(entry, goes_on)
    assert raised.value.problem.kind == kind


@pytest.mark.parametrize(
    "change", [lambda path: os.truncate(path, CHUNK), lambda path: os.truncate(path, 3 * CHUNK), os.utime]
)
def test_that_a_file_that_changes_while_it_is_read_has_no_sum(path, change):
    path.write_bytes(b"x" * (2 * CHUNK))
    os.utime(path, (1, 1))
    entry = file_entry(path, "x")

    def stopped(done: int) -> bool:
        if done == CHUNK:
            change(path)
        return False

    with pytest.raises(SourceError) as raised:
        crc_of(entry, stopped)
    assert raised.value.problem.kind == "entry-changed"


def test_that_a_file_that_grows_is_not_read_to_its_end_in_vain(path, monkeypatch):
    monkeypatch.setattr(checksums, "LOOK_AGAIN", CHUNK)
    path.write_bytes(b"x" * (5 * CHUNK))
    os.utime(path, (1, 1))
    entry = file_entry(path, "x")
    asked: list[int] = []

    def stopped(done: int) -> bool:
        asked.append(done)
        if done == CHUNK:
            os.utime(path)
        return False

    with pytest.raises(SourceError):
        crc_of(entry, stopped)
    assert asked == [0, CHUNK]


@pytest.fixture
def asked() -> list[str]:
    return []


@pytest.fixture
def sums(asked: list[str]) -> TreeChecksums:
    return TreeChecksums({}, lambda _, entry: asked.append(entry.name), lambda *_: None)


@pytest.mark.parametrize(
    ("entry", "crc"),
    [
        (folder_entry("a/"), 0),
        (Entry("empty", "/empty", 0, 0, 0o100644), 0),
        (in_memory("note", b"a note"), zlib.crc32(b"a note")),
    ],
)
def test_that_what_needs_no_reading_has_its_sum_at_once(sums, asked, entry, crc):
    assert sums.of(entry) == crc
    woken: list[int] = []
    sums.when_known(entry, lambda: woken.append(1))
    assert (woken, asked) == ([1], [])


@pytest.mark.parametrize(
    ("known", "fits"),
    [((5, 7, 9), True), ((6, 7, 9), False), ((5, 8, 9), False), ((5, 7, 8), False)],
)
def test_that_a_sum_is_valid_for_one_size_time_and_inode(known, fits):
    entry = Entry("x", "/x", 5, 7, 0o100644, inode=9)
    sums = TreeChecksums({"/x": Checksum(*known, 42)}, lambda *_: None, lambda *_: None)
    assert sums.of(entry) == (42 if fits else None)


def test_that_what_a_download_read_is_known_to_all_and_kept(asked):
    kept: list[tuple[Entry, Checksum]] = []
    sums = TreeChecksums({}, lambda _, entry: asked.append(entry.name), lambda *each: kept.append(each))
    entry = Entry("x", "/x", 5, 7, 0o100644, inode=9)
    woken: list[int] = []
    sums.when_known(entry, lambda: woken.append(1))
    assert sums.of_data(entry, b"hello") == sums.of(entry) == zlib.crc32(b"hello")
    assert (woken, asked, kept) == ([1], ["x"], [(entry, Checksum(5, 7, 9, zlib.crc32(b"hello")))])


def test_that_all_who_wait_are_woken_once_by_the_sum(sums, asked):
    entry = Entry("x", "/x", 5, 7, 0o100644, inode=9)
    woken: list[int] = []
    for number in range(3):
        sums.when_known(entry, lambda number=number: woken.append(number))
    assert asked == ["x"] * 3
    assert sums.is_awaited(entry)
    assert sums.learn(entry, 42) == Checksum(5, 7, 9, 42)
    assert (woken, sums.of(entry)) == ([0, 1, 2], 42)
    sums.give_up()
    assert woken == [0, 1, 2]
    assert sums.of(entry) == 42


@pytest.mark.parametrize(
    ("end", "message"),
    [(lambda sums, entry: sums.fail(entry, PROBLEM), "gone"), (lambda sums, _: sums.give_up(), "program is ending")],
)
def test_that_who_waits_in_vain_is_woken_to_an_error(sums, asked, end, message):
    entry = Entry("x", "/x", 5, 7, 0o100644, inode=9)
    woken: list[int] = []
    sums.when_known(entry, lambda: woken.append(1))
    end(sums, entry)
    sums.when_known(entry, lambda: woken.append(2))
    assert (woken, asked) == ([1, 2], ["x"])
    with pytest.raises(SourceError, match=message):
        sums.of(entry)
