"""Records of a ZIP archive, field by field."""

from __future__ import annotations

import struct

import pytest

from desktop_share.core.zip_format import (
    Member,
    central_length,
    central_record,
    dos_time,
    end_length,
    end_records,
    local_header,
    local_length,
)

MOST_32 = 0xFFFFFFFF
MTIME = 1_784_116_800
TIMESTAMP = bytes.fromhex("55540500 01") + struct.pack("<I", MTIME)


def member(name: bytes = b"a.txt", size: int = 3, mode: int = 0o100644, mtime: int = MTIME) -> Member:
    return Member(name, size, mode, mtime, dos_time(2026, 7, 15, 12, 0, 0))


@pytest.mark.parametrize(
    ("moment", "date", "time"),
    [
        ((2026, 7, 15, 13, 14, 17), (46, 7, 15), (13, 14, 16)),
        ((1980, 1, 1, 0, 0, 0), (0, 1, 1), (0, 0, 0)),
        ((2107, 12, 31, 23, 59, 59), (127, 12, 31), (23, 59, 58)),
        ((1979, 12, 31, 23, 59, 59), (0, 1, 1), (0, 0, 0)),
        ((1601, 1, 1, 0, 0, 0), (0, 1, 1), (0, 0, 0)),
        ((2108, 1, 1, 0, 0, 0), (127, 12, 31), (23, 59, 58)),
        ((2016, 12, 31, 23, 59, 60), (36, 12, 31), (23, 59, 58)),  # a leap second
    ],
)
def test_that_dos_times_have_two_seconds_and_128_years(
    moment: tuple[int, ...], date: tuple[int, ...], time: tuple[int, ...]
) -> None:
    value = dos_time(*moment)
    assert (value >> 25, value >> 21 & 15, value >> 16 & 31) == date
    assert (value >> 11 & 31, value >> 5 & 63, (value & 31) * 2) == time


def test_that_a_local_header_says_sizes_and_sum() -> None:
    assert local_header(member(), 0x12345678) == (
        bytes.fromhex("504b0304 0a00 0000 0000 0060 ef5c 78563412 03000000 03000000 0500 0900") + b"a.txt" + TIMESTAMP
    )


def test_that_a_record_of_the_directory_says_system_mode_and_place() -> None:
    assert central_record(member(), 0x12345678, 0x99) == (
        bytes.fromhex("504b0102 3f03 0a00 0000 0000 0060 ef5c 78563412 03000000 03000000 0500 0900")
        + bytes.fromhex("0000 0000 0000 0000a481 99000000")
        + b"a.txt"
        + TIMESTAMP
    )


@pytest.mark.parametrize(
    ("name", "mode", "attributes"),
    [
        (b"run", 0o100755, 0o100755 << 16),
        (b"folder/", 0o40700, 0o40700 << 16 | 0x10),
        (b"as root", 0o104755, 0o100755 << 16),  # set-user-id is not handed on
        (b"shared/", 0o42775, 0o40775 << 16 | 0x10),
        (b"was a link", 0o120777, 0o100777 << 16),  # followed: what it led to is in the archive
        (b"a note", 0o600, 0o100600 << 16),
    ],
)
def test_that_the_mode_is_a_file_s_or_a_folder_s(name: bytes, mode: int, attributes: int) -> None:
    record = central_record(member(name, 0, mode), 0, 0)
    assert struct.unpack_from("<I", record, 38) == (attributes,)


@pytest.mark.parametrize(
    ("name", "flag"), [("plain.txt", 0), ("é.txt", 0x800), ("日本語/", 0x800), ("e\u0301", 0x800), ("~ {}", 0)]
)
def test_that_names_beyond_ascii_are_marked_as_utf_8(name: str, flag: int) -> None:
    assert struct.unpack_from("<H", local_header(member(name.encode()), 0), 6) == (flag,)
    assert struct.unpack_from("<H", central_record(member(name.encode()), 0, 0), 8) == (flag,)


@pytest.mark.parametrize(
    ("size", "offset", "local", "central"),
    [
        (MOST_32 - 1, MOST_32 - 1, None, None),
        (MOST_32, 0, (MOST_32, MOST_32), (MOST_32, MOST_32)),
        (5 << 30, 7 << 30, (5 << 30, 5 << 30), (5 << 30, 5 << 30, 7 << 30)),
        (3, MOST_32, None, (MOST_32,)),
    ],
)
def test_that_zip64_fields_are_there_only_where_a_number_does_not_fit(
    size: int, offset: int, local: tuple[int, ...] | None, central: tuple[int, ...] | None
) -> None:
    header, record = local_header(member(size=size), 1), central_record(member(size=size), 1, offset)
    assert zip64(header[30 + 5 :]) == local
    assert zip64(record[46 + 5 :]) == central
    assert struct.unpack_from("<2I", header, 18) == (min(size, MOST_32),) * 2
    assert struct.unpack_from("<2I", record, 20) == (min(size, MOST_32),) * 2
    assert struct.unpack_from("<I", record, 42) == (min(offset, MOST_32),)
    assert struct.unpack_from("<H", header, 4) == (45 if local else 10,)
    assert struct.unpack_from("<H", record, 6) == (45 if central else 10,)
    assert header.endswith(TIMESTAMP)
    assert record.endswith(TIMESTAMP)


def zip64(extra: bytes) -> tuple[int, ...] | None:
    kind, length = struct.unpack_from("<2H", extra)
    return struct.unpack_from(f"<{length // 8}Q", extra, 4) if kind == 1 else None


@pytest.mark.parametrize(
    ("mtime", "there"), [(0, True), (2**31 - 1, True), (-1, False), (2**31, False), (-(10**10), False), (10**11, False)]
)
def test_that_times_which_readers_take_differently_are_left_to_the_dos_time(mtime: int, there: bool) -> None:
    assert (b"UT\5\0\1" in local_header(member(mtime=mtime), 0)) is there
    assert (b"UT\5\0\1" in central_record(member(mtime=mtime), 0, 0)) is there


@pytest.mark.parametrize(
    ("count", "size", "offset", "zip64"),
    [
        (0, 0, 0, False),
        (65_534, MOST_32 - 1, MOST_32 - 1, False),
        (65_535, 100, 100, True),
        (1, MOST_32, 100, True),
        (1, 100, MOST_32, True),
        (100_000, 5 << 30, 7 << 30, True),
    ],
)
def test_that_the_end_has_zip64_records_only_where_a_number_does_not_fit(
    count: int, size: int, offset: int, zip64: bool
) -> None:
    end = end_records(count, size, offset)
    assert len(end) == (98 if zip64 else 22)
    counts = min(count, 0xFFFF)
    assert struct.unpack("<4s4H2IH", end[-22:]) == (
        *(b"PK\5\6", 0, 0, counts, counts),
        *(min(size, MOST_32), min(offset, MOST_32), 0),
    )
    if zip64:
        record = (b"PK\6\6", 44, 0x33F, 45, 0, 0, count, count, size, offset)
        assert struct.unpack_from("<4sQ2H2I4Q", end) == record
        assert struct.unpack_from("<4sIQI", end, 56) == (b"PK\6\7", 0, offset + size, 1)


@pytest.mark.parametrize("name", [b"a", b"folder/", "日本語.txt".encode(), b"n" * 65_535])
@pytest.mark.parametrize("size", [0, 1, MOST_32 - 1, MOST_32, 1 << 40])
@pytest.mark.parametrize("mtime", [-1, 0, MTIME, 2**31])
@pytest.mark.parametrize("offset", [0, MOST_32 - 1, MOST_32, 1 << 40])
def test_that_lengths_are_known_without_a_sum(name: bytes, size: int, mtime: int, offset: int) -> None:
    one = member(name, size, mtime=mtime)
    assert local_length(len(name), size, mtime) == len(local_header(one, 1))
    assert central_length(len(name), size, mtime, offset) == len(central_record(one, 1, offset))
    assert end_length(1, size, offset) == len(end_records(1, size, offset))
