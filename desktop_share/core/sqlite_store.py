"""What is kept: the list, the settings, the window's place and the history, in one SQLite file.

A method that changes something is one transaction: on disk when it returns, or StorageError and not done at all.
How the file is opened, and what happens when it cannot be, is in `storage.py`.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from desktop_share.core import checksum_table, content_table, device_table, history_table, item_table, link_table
from desktop_share.core.approvals import Device
from desktop_share.core.checksum_table import Checksum
from desktop_share.core.errors import Problem, StorageError
from desktop_share.core.history_table import HistoryEntry
from desktop_share.core.items import SharedItem
from desktop_share.core.links import ListLink
from desktop_share.core.transfers import Transfer


class Storage:
    """Implements ItemStore, SettingsStore and HistoryStore, for every thread.

    Raises StorageError from every method but `close`.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        """Take over a connection that `storage.py` has made ready; it is closed by `close`."""
        self._database = database
        self._lock = threading.Lock()

    # -- the list

    def load(self) -> list[SharedItem]:
        """The items in their order. Raises ValueError for rows that no version of the program writes."""
        with self._reading() as database:
            return item_table.load(database)

    def insert(self, items: Sequence[SharedItem], order: Sequence[str] | None) -> None:
        with self._changing() as database:
            item_table.insert(database, items, order)

    def update(self, items: Sequence[SharedItem]) -> None:
        with self._changing() as database:
            item_table.update(database, items)

    def remove(self, ids: Sequence[str]) -> None:
        with self._changing() as database:
            item_table.remove(database, ids)

    def reorder(self, order: Sequence[str]) -> None:
        with self._changing() as database:
            item_table.set_order(database, order)

    def load_lists(self) -> list[ListLink]:
        with self._reading() as database:
            return link_table.load_lists(database)

    def save_lists(self, lists: Sequence[ListLink]) -> None:
        with self._changing() as database:
            link_table.save_lists(database, lists)

    def load_devices(self) -> list[Device]:
        with self._reading() as database:
            return device_table.load(database)

    def save_devices(self, devices: Sequence[Device]) -> None:
        with self._changing() as database:
            device_table.save(database, devices)

    def secret(self, name: str) -> bytes:
        """32 random bytes of this installation, made when they are first asked for and the same ever after."""
        with self._changing() as database:
            database.execute("INSERT OR IGNORE INTO secrets (name, value) VALUES (?, ?)", (name, os.urandom(32)))
            row = database.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()
        return bytes(row[0])

    def tidy(self) -> None:
        """Forget what was to last until the program ends, and what no item needs any more."""
        with self._changing() as database:
            item_table.forget_passing(database)
            content_table.forget_unused(database)
            checksum_table.forget_unused(database)

    # -- what the program keeps of the items' bytes

    def load_content(self, digest: bytes) -> bytes | None:
        with self._reading() as database:
            return content_table.load(database, digest)

    def save_content(self, digest: bytes, data: bytes) -> None:
        with self._changing() as database:
            content_table.save(database, digest, data)

    def remove_content(self, digest: bytes) -> None:
        with self._changing() as database:
            content_table.remove(database, digest)

    def load_checksums(self, folder: str) -> dict[str, Checksum]:
        """By absolute path, of the files in a folder and below it."""
        with self._reading() as database:
            return checksum_table.load(database, folder)

    def save_checksums(self, checksums: Mapping[str, Checksum]) -> None:
        with self._changing() as database:
            checksum_table.save(database, checksums)

    # -- settings and window

    def load_settings(self) -> dict[str, Any]:
        """Every setting that was ever saved. Raises ValueError for a value that is not JSON."""
        with self._reading() as database:
            rows = database.execute("SELECT name, value FROM settings").fetchall()
        return {name: json.loads(value) for name, value in rows}

    def save_settings(self, values: Mapping[str, Any]) -> None:
        rows = [(name, json.dumps(value)) for name, value in values.items()]
        with self._changing() as database:
            database.executemany("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", rows)

    def load_window(self) -> bytes | None:
        """The window's place and size as `save_window` got it; None before that."""
        with self._reading() as database:
            row = database.execute("SELECT state FROM window").fetchone()
        return None if row is None else bytes(row[0])

    def save_window(self, state: bytes) -> None:
        with self._changing() as database:
            database.execute("INSERT OR REPLACE INTO window (id, state) VALUES (1, ?)", (state,))

    # -- the history

    def add_history(self, ended: Sequence[Transfer], bound: int) -> None:
        with self._changing() as database:
            history_table.insert(database, ended, bound)

    def history_of_link(self, link_id: str, limit: int) -> list[HistoryEntry]:
        with self._reading() as database:
            return history_table.of_link(database, link_id, limit)

    def search_history(self, text: str, before: int | None, limit: int) -> list[HistoryEntry]:
        with self._reading() as database:
            return history_table.search(database, text, before, limit)

    def clear_history(self) -> None:
        with self._changing() as database:
            database.execute("DELETE FROM history")

    # -- the file

    def close(self) -> None:
        """Let go of the file. May be called more than once; every other method raises StorageError afterwards."""
        with self._lock:
            self._database.close()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._database
            except sqlite3.Error as error:
                raise StorageError(storage_problem(error)) from error

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    yield self._database
                    self._database.execute("COMMIT")
                except BaseException:
                    if self._database.in_transaction:  # on some errors SQLite has rolled back already
                        self._database.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise StorageError(storage_problem(error)) from error


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's result code without its extension; SQLITE_MISUSE where Python itself raised, on a closed database."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_MISUSE) & 0xFF


_FULL = Problem("storage-full", "The change was not saved: the disk is full.", "Make some room on it and try again.")
_READ_ONLY = Problem(
    "storage-read-only",
    "The change was not saved: the folder that the list is kept in cannot be written to.",
    "Give yourself permission to write there and try again.",
)
_LOCKED = Problem(
    "storage-locked",
    "The change was not saved: another program is holding the list's file.",
    "Close the other program, a backup for example, and try again.",
)
_DAMAGED = Problem(
    "storage-damaged",
    "The change was not saved: the list's file is damaged.",
    "Quit and start again: the damaged file is put aside then, and a new list begun.",
)
_CLOSED = Problem(
    "storage-closed",
    "The change was not saved: the program is closing.",
    "Start it again and repeat the change.",
)
_PROBLEMS = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
    sqlite3.SQLITE_MISUSE: _CLOSED,
}


def storage_problem(error: sqlite3.Error) -> Problem:
    """Why a change was not saved, and what to do about it."""
    return _PROBLEMS.get(primary_code(error)) or Problem(
        "storage-error",
        "The change was not saved: {reason}.",
        "Check that the disk is connected and works, then try again.",
        (("reason", str(error)),),
    )
