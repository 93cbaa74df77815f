"""The records of a ZIP archive whose members are STORED: values in, bytes out (PKWARE APPNOTE.TXT 6.3.10).

Sizes and CRC-32 stand in the local header, never in a data descriptor behind the data: readers of a stream (Java's
ZipInputStream, bsdtar from a pipe) do not find the end of what is STORED otherwise. Zip64 fields are there only where a
number does not fit: some readers know nothing of them.
"""

from __future__ import annotations

import stat
import struct
from typing import NamedTuple

FORMAT = 1  # of what is written here: another number makes every archive another version

_LOCAL = struct.Struct("<4s5H3I2H")  # 4.3.7
_CENTRAL = struct.Struct("<4s6H3I5H2I")  # 4.3.12
_END = struct.Struct("<4s4H2IH")  # 4.3.16
_END64 = struct.Struct("<4sQ2H2I4Q")  # 4.3.14
_LOCATOR64 = struct.Struct("<4sIQI")  # 4.3.15
_TIMESTAMP = struct.Struct("<2HBI")  # 0x5455, Info-ZIP's extended timestamp

_MOST_16 = 0xFFFF  # these say: look in the zip64 field
_MOST_32 = 0xFFFFFFFF
_UTF8 = 1 << 11  # 4.4.4
_UNIX = 3 << 8  # 4.4.2: who made the archive, hence what the external attributes mean
_SPECIFICATION = 63
_PLAIN, _FOLDER, _ZIP64 = 10, 20, 45  # 4.4.3.2: what a reader has to know
_DOS_DIRECTORY = 0x10


class Member(NamedTuple):
    """One member as its headers say it.

    name      UTF-8, at most 65,535 bytes; a folder's ends with `/`
    size      bytes
    mode      st_mode; its kind and the bits that run a program as somebody else are not taken over
    mtime     whole seconds since the epoch
    dos_time  from `dos_time`
    """

    name: bytes
    size: int
    mode: int
    mtime: int
    dos_time: int


def dos_time(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    """Date (upper half) and time (lower half) in steps of two seconds, from 1980 to 2107 (4.4.6)."""
    if year < 1980:
        return 1 << 21 | 1 << 16
    if year > 2107:
        year, month, day, hour, minute, second = 2107, 12, 31, 23, 59, 58
    date = (year - 1980) << 9 | month << 5 | day
    return date << 16 | hour << 11 | minute << 5 | min(second, 59) // 2


def local_header(member: Member, crc: int) -> bytes:
    large = member.size >= _MOST_32
    size = _MOST_32 if large else member.size
    # 4.5.3: in a local header both sizes have to be there
    extra = (_zip64(member.size, member.size) if large else b"") + _timestamp(member.mtime)
    return b"".join(
        (
            _LOCAL.pack(
                b"PK\3\4",
                _needed(member, zip64=large),
                _flags(member.name),
                0,
                member.dos_time & _MOST_16,
                member.dos_time >> 16,
                crc,
                size,
                size,
                len(member.name),
                len(extra),
            ),
            member.name,
            extra,
        )
    )


def local_length(name_length: int, size: int, mtime: int) -> int:
    """Bytes of the local header."""
    return _LOCAL.size + name_length + (20 if size >= _MOST_32 else 0) + _timestamp_length(mtime)


def central_record(member: Member, crc: int, offset: int) -> bytes:
    """`offset`: of the local header, from the beginning of the archive."""
    large, far = member.size >= _MOST_32, offset >= _MOST_32
    size = _MOST_32 if large else member.size
    numbers = (*((member.size, member.size) if large else ()), *((offset,) if far else ()))
    extra = (_zip64(*numbers) if numbers else b"") + _timestamp(member.mtime)
    kind, attributes = (stat.S_IFDIR, _DOS_DIRECTORY) if _is_folder(member.name) else (stat.S_IFREG, 0)
    return b"".join(
        (
            _CENTRAL.pack(
                b"PK\1\2",
                _UNIX | _SPECIFICATION,
                _needed(member, zip64=large or far),
                _flags(member.name),
                0,
                member.dos_time & _MOST_16,
                member.dos_time >> 16,
                crc,
                size,
                size,
                len(member.name),
                len(extra),
                0,
                0,
                0,
                (kind | member.mode & 0o777) << 16 | attributes,
                min(offset, _MOST_32),
            ),
            member.name,
            extra,
        )
    )


def central_length(name_length: int, size: int, mtime: int, offset: int) -> int:
    """Bytes of the record in the central directory."""
    numbers = (2 if size >= _MOST_32 else 0) + (1 if offset >= _MOST_32 else 0)
    return _CENTRAL.size + name_length + (4 + 8 * numbers if numbers else 0) + _timestamp_length(mtime)


def end_records(count: int, size: int, offset: int) -> bytes:
    """What follows the central directory of `count` records, `size` bytes long, that begins at `offset`."""
    end = _END.pack(
        b"PK\5\6",
        0,
        0,
        min(count, _MOST_16),
        min(count, _MOST_16),
        min(size, _MOST_32),
        min(offset, _MOST_32),
        0,
    )
    if count < _MOST_16 and size < _MOST_32 and offset < _MOST_32:
        return end
    # 4.3.14.1: its own size without the signature and this number
    end64 = _END64.pack(b"PK\6\6", _END64.size - 12, _UNIX | _SPECIFICATION, _ZIP64, 0, 0, count, count, size, offset)
    return end64 + _LOCATOR64.pack(b"PK\6\7", 0, offset + size, 1) + end


def end_length(count: int, size: int, offset: int) -> int:
    return len(end_records(count, size, offset))


def _is_folder(name: bytes) -> bool:
    return name.endswith(b"/")


def _needed(member: Member, *, zip64: bool) -> int:
    if zip64:
        return _ZIP64
    return _FOLDER if _is_folder(member.name) else _PLAIN


def _flags(name: bytes) -> int:
    return 0 if name.isascii() else _UTF8


def _zip64(*numbers: int) -> bytes:
    return struct.pack(f"<2H{len(numbers)}Q", 1, 8 * len(numbers), *numbers)


def _timestamp(mtime: int) -> bytes:
    return _TIMESTAMP.pack(0x5455, 5, 1, mtime) if _timestamp_length(mtime) else b""


def _timestamp_length(mtime: int) -> int:
    # Four bytes, which some readers take with a sign and some without: only what both read the same
    return _TIMESTAMP.size if 0 <= mtime < 1 << 31 else 0
