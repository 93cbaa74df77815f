"""The links' tables: rows in and out of SQLite."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any

from desktop_share.core.kept_text import kept, text_of
from desktop_share.core.links import Link, ListLink

_COLUMNS = "token, note, expires, download_limit, used, password_hash, ask, revoked, created"


def load_of_items(database: sqlite3.Connection) -> dict[str, list[Link]]:
    """By the item's id, in their order."""
    links: dict[str, list[Link]] = {}
    rows = database.execute(
        f"SELECT item_id, {_COLUMNS} FROM links WHERE item_id IS NOT NULL ORDER BY item_id, ordinal"
    )
    for row in rows.fetchall():
        links.setdefault(row[0], []).append(_link(row[1:]))
    return links


def load_lists(database: sqlite3.Connection) -> list[ListLink]:
    """In their order. Raises ValueError for rows that no version of the program writes."""
    rows = database.execute(
        f"SELECT name, item_ids, {_COLUMNS} FROM list_links JOIN links USING (token) ORDER BY ordinal, token"
    ).fetchall()
    return [
        ListLink(
            _link(row[2:]), text_of(row[0] or b""), None if row[1] is None else tuple(map(str, json.loads(row[1])))
        )
        for row in rows
    ]


# Each of the following expects a transaction.


def save_of_item(database: sqlite3.Connection, item_id: str, links: Sequence[Link]) -> None:
    _insert(database, [(item_id, ordinal, link) for ordinal, link in enumerate(links)])


def remove_of_items(database: sqlite3.Connection, ids: Sequence[str]) -> None:
    database.executemany("DELETE FROM links WHERE item_id = ?", ((each,) for each in ids))


def save_lists(database: sqlite3.Connection, lists: Sequence[ListLink]) -> None:
    """All of them, in the place of those that are kept."""
    database.execute("DELETE FROM list_links")
    database.execute("DELETE FROM links WHERE item_id IS NULL")
    _insert(database, [(None, ordinal, each.link) for ordinal, each in enumerate(lists)])
    database.executemany(
        "INSERT INTO list_links (token, name, item_ids) VALUES (?, ?, ?)",
        (
            (each.link.token, kept(each.name), None if each.item_ids is None else json.dumps(each.item_ids))
            for each in lists
        ),
    )


def _insert(database: sqlite3.Connection, rows: Sequence[tuple[str | None, int, Link]]) -> None:
    database.executemany(
        f"INSERT INTO links (item_id, ordinal, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                item_id,
                ordinal,
                link.token,
                kept(link.note),
                link.expires,
                link.limit,
                link.used,
                link.password_hash,
                link.ask,
                link.revoked,
                link.created,
            )
            for item_id, ordinal, link in rows
        ),
    )


def _link(row: Sequence[Any]) -> Link:
    token, note, expires, limit, used, password_hash, ask, revoked, created = row
    return Link(token, text_of(note or b""), expires, limit, used, password_hash, bool(ask), bool(revoked), created)
