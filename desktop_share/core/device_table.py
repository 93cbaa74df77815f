"""The table of approved devices."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from desktop_share.core.approvals import Device
from desktop_share.core.kept_text import kept, text_of


def load(database: sqlite3.Connection) -> list[Device]:
    rows = database.execute("SELECT digest, name, client, approved, seen FROM devices ORDER BY approved").fetchall()
    return [
        Device(bytes(digest), text_of(name), client, approved, seen) for digest, name, client, approved, seen in rows
    ]


def save(database: sqlite3.Connection, devices: Sequence[Device]) -> None:
    """All of them, in the place of those that are kept. Expects a transaction."""
    database.execute("DELETE FROM devices")
    database.executemany(
        "INSERT INTO devices (digest, name, client, approved, seen) VALUES (?, ?, ?, ?, ?)",
        ((each.digest, kept(each.name), each.client, each.approved, each.seen) for each in devices),
    )
