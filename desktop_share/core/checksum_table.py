"""The table of CRC-32 sums of files in shared folders."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from typing import NamedTuple


class Checksum(NamedTuple):
    """The CRC-32 of a file that had this size, time and inode."""

    size: int
    mtime_ns: int
    inode: int
    crc: int


def load(database: sqlite3.Connection, folder: str) -> dict[str, Checksum]:
    """By absolute path, of the files in a folder and below it."""
    first, behind = _bounds(folder)
    rows = database.execute(
        "SELECT path, size, mtime_ns, inode, crc FROM checksums WHERE path >= ? AND path < ?", (first, behind)
    )
    # SQLite's integers have a sign, an inode has none
    return {os.fsdecode(row[0]): Checksum(row[1], row[2], row[3] % 2**64, row[4]) for row in rows}


# Each of the following expects a transaction.


def save(database: sqlite3.Connection, checksums: Mapping[str, Checksum]) -> None:
    database.executemany(
        "INSERT OR REPLACE INTO checksums (path, size, mtime_ns, inode, crc) VALUES (?, ?, ?, ?, ?)",
        (
            (os.fsencode(path), each.size, each.mtime_ns, (each.inode + 2**63) % 2**64 - 2**63, each.crc)
            for path, each in checksums.items()
        ),
    )


def forget_unused(database: sqlite3.Connection) -> None:
    """What is below no folder of the list; nothing while there is a selection."""
    if database.execute("SELECT 1 FROM items WHERE kind = 'selection' LIMIT 1").fetchone():
        return  # its paths are in JSON: kept whole rather than read
    folders = database.execute("SELECT path FROM items WHERE kind = 'folder'").fetchall()
    gap = b""
    for first, behind in sorted(_bounds(os.fsdecode(row[0])) for row in folders):
        database.execute("DELETE FROM checksums WHERE path >= ? AND path < ?", (gap, first))
        gap = max(gap, behind)
    database.execute("DELETE FROM checksums WHERE path >= ?", (gap,))


def _bounds(folder: str) -> tuple[bytes, bytes]:
    """Of the paths below it, byte by byte: from `folder/` to what follows the last of them."""
    prefix = os.fsencode(folder.rstrip(os.sep)) + os.fsencode(os.sep)
    return prefix, prefix[:-1] + bytes([prefix[-1] + 1])
