"""The table of what was pasted: bytes by their SHA-256."""

from __future__ import annotations

import sqlite3


def load(database: sqlite3.Connection, digest: bytes) -> bytes | None:
    row = database.execute("SELECT data FROM contents WHERE digest = ?", (digest,)).fetchone()
    return None if row is None else bytes(row[0])


# Each of the following expects a transaction.


def save(database: sqlite3.Connection, digest: bytes, data: bytes) -> None:
    database.execute("INSERT OR IGNORE INTO contents (digest, data) VALUES (?, ?)", (digest, data))


def remove(database: sqlite3.Connection, digest: bytes) -> None:
    database.execute("DELETE FROM contents WHERE digest = ?", (digest,))


def forget_unused(database: sqlite3.Connection) -> None:
    """What no item's details name."""
    database.execute(
        "DELETE FROM contents WHERE NOT EXISTS"
        " (SELECT 1 FROM items WHERE details IS NOT NULL AND instr(details, lower(hex(contents.digest))) > 0)"
    )
