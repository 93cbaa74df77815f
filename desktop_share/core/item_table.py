"""The list's tables: items and their links, rows in and out of SQLite."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from desktop_share.core import link_table
from desktop_share.core.items import CachePolicy, Disposition, SharedItem
from desktop_share.core.kept_text import kept, text_of
from desktop_share.core.links import Link
from desktop_share.core.source_rows import source_from_row, source_row

_COLUMNS = (
    "id, kind, path, details, name, disposition, media_type, size, added, cache_seconds, until_quit, seen, key_turn"
)
_PLACES = ", ".join("?" * (_COLUMNS.count(",") + 1))
_SETTING = ", ".join(f"{column} = ?" for column in _COLUMNS.split(", ")[1:])


def load(database: sqlite3.Connection) -> list[SharedItem]:
    """The items in their order, but for those that were to last until the program ended. Raises ValueError."""
    links = link_table.load_of_items(database)
    rows = database.execute(f"SELECT {_COLUMNS} FROM items WHERE NOT until_quit ORDER BY position, id").fetchall()
    return [_item(row, tuple(links.get(row[0], ()))) for row in rows]


# Each of the following expects a transaction.


def insert(database: sqlite3.Connection, items: Sequence[SharedItem], order: Sequence[str] | None) -> None:
    """At the end in their order, or, with `order` (every id of the list), as it says."""
    first = database.execute("SELECT coalesce(max(position), -1) + 1 FROM items").fetchone()[0]
    database.executemany(
        f"INSERT INTO items ({_COLUMNS}, position) VALUES ({_PLACES}, ?)",
        ((*_row(item), first + number) for number, item in enumerate(items)),
    )
    _save_links(database, items)
    if order is not None:
        set_order(database, order)


def update(database: sqlite3.Connection, items: Sequence[SharedItem]) -> None:
    database.executemany(f"UPDATE items SET {_SETTING} WHERE id = ?", ((*_row(item)[1:], item.id) for item in items))
    # all old links go before the first new one comes: a token may have changed its item
    link_table.remove_of_items(database, [item.id for item in items])
    _save_links(database, items)


def remove(database: sqlite3.Connection, ids: Sequence[str]) -> None:
    database.executemany("DELETE FROM items WHERE id = ?", ((each,) for each in ids))


def set_order(database: sqlite3.Connection, order: Sequence[str]) -> None:
    database.executemany(
        "UPDATE items SET position = ? WHERE id = ? AND position <> ?",
        ((position, each, position) for position, each in enumerate(order)),
    )


def forget_passing(database: sqlite3.Connection) -> None:
    """The items that were to last until the program ended."""
    database.execute("DELETE FROM items WHERE until_quit")


def _row(item: SharedItem) -> tuple[Any, ...]:
    return (
        item.id,
        *source_row(item.source),
        None if item.name is None else kept(item.name),
        item.disposition.value,
        None if item.media_type is None else kept(item.media_type),
        item.size,
        item.added,
        item.cache.seconds,
        item.until_quit,
        item.seen,
        item.key_turn,
    )


def _item(row: Sequence[Any], links: tuple[Link, ...]) -> SharedItem:
    (
        item_id,
        kind,
        path,
        details,
        name,
        disposition,
        media_type,
        size,
        added,
        cache_seconds,
        until_quit,
        seen,
        key_turn,
    ) = row
    if not links:
        raise ValueError("an item without a link")
    return SharedItem(
        source=source_from_row(kind, path, details),
        added=added,
        disposition=Disposition(disposition),
        name=None if name is None else text_of(name),
        media_type=None if media_type is None else text_of(media_type),
        size=size,
        id=item_id,
        links=links,
        cache=CachePolicy(cache_seconds),
        until_quit=bool(until_quit),
        seen=seen,
        key_turn=key_turn,
    )


def _save_links(database: sqlite3.Connection, items: Sequence[SharedItem]) -> None:
    for item in items:
        link_table.save_of_item(database, item.id, item.links)
