"""The history's table: rows in and out of SQLite, and what a search finds."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from desktop_share.core.transfers import Transfer, TransferState

MOST_WORDS = 8  # of a search: what is typed after them does not count

_COLUMNS = "transfer, item_id, item_name, client, device, sent, total, started, ended, state, reason, link_id"


_MARKS = ", ".join("?" for _ in f"{_COLUMNS}, words".split(","))


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A transfer that has ended (its rate is the mean). A later entry has a higher `number`."""

    number: int
    transfer: Transfer


def insert(database: sqlite3.Connection, ended: Sequence[Transfer], bound: int) -> None:
    """Append transfers, oldest first; of all, the latest `bound` stay. Expects a transaction."""
    database.executemany(f"INSERT INTO history ({_COLUMNS}, words) VALUES ({_MARKS})", map(_row, ended))
    # numbers have no gaps but the one below the oldest: rows leave in their order, or all at once
    database.execute("DELETE FROM history WHERE number <= (SELECT max(number) FROM history) - ?", (bound,))


def search(database: sqlite3.Connection, text: str, before: int | None, limit: int) -> list[HistoryEntry]:
    """The latest `limit` entries, newest first, numbered below `before` where that is given, that have every word of
    `text` in the file's name, the device or the address."""
    words = folded(text).split()[:MOST_WORDS]
    conditions = ["instr(words, ?) > 0" for _ in words]
    values: list[object] = [*words]
    if before is not None:
        conditions.append("number < ?")
        values.append(before)
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    rows = database.execute(
        f"SELECT number, {_COLUMNS} FROM history {where}ORDER BY number DESC LIMIT ?", (*values, limit)
    )
    return [_entry(row) for row in rows]


def of_link(database: sqlite3.Connection, link_id: str, limit: int) -> list[HistoryEntry]:
    """The latest `limit` entries of what came through a link, newest first."""
    rows = database.execute(
        f"SELECT number, {_COLUMNS} FROM history WHERE link_id = ? ORDER BY number DESC LIMIT ?", (link_id, limit)
    )
    return [_entry(row) for row in rows]


def folded(text: str) -> str:
    """Without the differences that a search passes over: case, and the several ways to write one letter."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _storable(text)).casefold())


def _storable(text: str) -> str:
    """SQLite's text is valid Unicode, which a name on disk need not be."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _row(transfer: Transfer) -> tuple[object, ...]:
    name, client, device = map(_storable, (transfer.item_name, transfer.client, transfer.device))
    return (
        transfer.id,
        transfer.item_id,
        name,
        client,
        device,
        transfer.sent,
        transfer.total,
        transfer.started,
        transfer.started if transfer.ended is None else transfer.ended,
        transfer.state.value,
        str(transfer.reason),
        transfer.link_id,
        folded(f"{name}\n{device}\n{client}"),
    )


def _entry(row: Sequence[Any]) -> HistoryEntry:
    number, transfer, item_id, item_name, client, device, sent, total, started, ended, state, reason, link_id = row
    return HistoryEntry(
        number,
        Transfer(
            id=transfer,
            item_id=item_id,
            item_name=item_name,
            client=client,
            device=device,
            total=total,
            started=started,
            sent=sent,
            rate=sent / max(ended - started, 1e-3),
            state=TransferState(state),
            ended=ended,
            reason=reason,
            link_id=link_id,
        ),
    )
