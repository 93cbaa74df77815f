"""The database's layout and its history: version 1 is the first, and each later one is a step from the one before.

A step that was ever released is never edited: another one is added at the end.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

APPLICATION_ID = 0x44536872  # 'DShr' in the file's header: a database of another program is never written to

Migration = tuple[str, ...]

_VERSION_1: Migration = (
    # path, name and media_type are bytes: text as SQLite knows it cannot hold what is not valid Unicode
    """CREATE TABLE items (
        id TEXT PRIMARY KEY NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('file')),
        path BLOB NOT NULL,
        name BLOB,
        disposition TEXT NOT NULL CHECK (disposition IN ('attachment', 'inline')),
        media_type BLOB,
        size INTEGER,
        added REAL NOT NULL,
        position INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX items_in_order ON items (position)",
    """CREATE TABLE links (
        token TEXT PRIMARY KEY NOT NULL,
        item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL
    ) WITHOUT ROWID""",
    "CREATE INDEX links_of_item ON links (item_id, ordinal)",
    "CREATE TABLE settings (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE window (id INTEGER PRIMARY KEY CHECK (id = 1), state BLOB NOT NULL)",
)

_VERSION_2: Migration = (
    # words: what a search looks in, folded as `history_table.folded` does
    """CREATE TABLE history (
        number INTEGER PRIMARY KEY,
        transfer TEXT NOT NULL,
        item_id TEXT NOT NULL,
        item_name TEXT NOT NULL,
        client TEXT NOT NULL,
        device TEXT NOT NULL,
        sent INTEGER NOT NULL,
        total INTEGER,
        started REAL NOT NULL,
        ended REAL NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('finished', 'aborted')),
        reason TEXT NOT NULL,
        words TEXT NOT NULL
    )""",
)

_VERSION_3: Migration = (
    # details: what the kind of source needs beside the path, as JSON. cache_seconds: NULL for 'ask every time'
    """CREATE TABLE new_items (
        id TEXT PRIMARY KEY NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('file', 'folder', 'memory', 'live', 'selection')),
        path BLOB,
        details TEXT,
        name BLOB,
        disposition TEXT NOT NULL CHECK (disposition IN ('attachment', 'inline')),
        media_type BLOB,
        size INTEGER,
        added REAL NOT NULL,
        cache_seconds INTEGER,
        until_quit INTEGER NOT NULL DEFAULT 0,
        seen TEXT,
        position INTEGER NOT NULL
    ) WITHOUT ROWID""",
    """INSERT INTO new_items (id, kind, path, name, disposition, media_type, size, added, position)
        SELECT id, kind, path, name, disposition, media_type, size, added, position FROM items""",
    "DROP TABLE items",
    "ALTER TABLE new_items RENAME TO items",
    "CREATE INDEX items_in_order ON items (position)",
    # what was pasted, by its SHA-256
    "CREATE TABLE contents (digest BLOB PRIMARY KEY NOT NULL, data BLOB NOT NULL)",
    # CRC-32 of files in shared folders, so that a restart does not read them again
    """CREATE TABLE checksums (
        path BLOB PRIMARY KEY NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        inode INTEGER NOT NULL,
        crc INTEGER NOT NULL
    ) WITHOUT ROWID""",
)

_VERSION_4: Migration = (
    # a link belongs to one item (item_id) or is one to a list (then it has a row in list_links)
    """CREATE TABLE new_links (
        token TEXT PRIMARY KEY NOT NULL,
        item_id TEXT REFERENCES items (id) ON DELETE CASCADE,
        ordinal INTEGER NOT NULL,
        note BLOB,
        expires REAL,
        download_limit INTEGER,
        used INTEGER NOT NULL DEFAULT 0,
        password_hash TEXT NOT NULL DEFAULT '',
        ask INTEGER NOT NULL DEFAULT 0,
        revoked INTEGER NOT NULL DEFAULT 0,
        created REAL NOT NULL DEFAULT 0
    ) WITHOUT ROWID""",
    "INSERT INTO new_links (token, item_id, ordinal) SELECT token, item_id, ordinal FROM links",
    "DROP TABLE links",
    "ALTER TABLE new_links RENAME TO links",
    "CREATE INDEX links_of_item ON links (item_id, ordinal)",
    # item_ids: JSON; NULL for every item
    """CREATE TABLE list_links (
        token TEXT PRIMARY KEY NOT NULL REFERENCES links (token) ON DELETE CASCADE,
        name BLOB,
        item_ids TEXT
    ) WITHOUT ROWID""",
    "ALTER TABLE items ADD COLUMN key_turn INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE history ADD COLUMN link_id TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX history_of_link ON history (link_id, number)",
    # digest: of the secret that an approved device shows
    """CREATE TABLE devices (
        digest BLOB PRIMARY KEY NOT NULL,
        name BLOB NOT NULL,
        client TEXT NOT NULL,
        approved REAL NOT NULL,
        seen REAL NOT NULL
    ) WITHOUT ROWID""",
    # secrets of this installation, by name
    "CREATE TABLE secrets (name TEXT PRIMARY KEY NOT NULL, value BLOB NOT NULL) WITHOUT ROWID",
)

MIGRATIONS: tuple[Migration, ...] = (_VERSION_1, _VERSION_2, _VERSION_3, _VERSION_4)


class NewerDatabaseError(Exception):
    """The file was written by a newer version of the program."""


class ForeignDatabaseError(Exception):
    """A sound database, but not one of this program's."""


def check_origin(database: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Raises ForeignDatabaseError or NewerDatabaseError for a database that must not be written to."""
    application = database.execute("PRAGMA application_id").fetchone()[0]
    tables = database.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if application != APPLICATION_ID and (application, tables, layout_version(database)) != (0, 0, 0):
        raise ForeignDatabaseError
    if layout_version(database) > len(migrations):
        raise NewerDatabaseError


def migrate(database: sqlite3.Connection, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Bring the layout up to date, one transaction for each step; the last one that was finished stays.

    Expects a connection that begins no transactions of its own, with foreign keys off. Writes to the file in
    any case, so that a disk that takes nothing is known now. Raises sqlite3.Error.
    """
    version = layout_version(database)
    for number, statements in enumerate(migrations[version:], version + 1):
        _apply(database, statements, number)
    _apply(database, (), len(migrations))


def layout_version(database: sqlite3.Connection) -> int:
    """The number of the last step that was applied; 0 for a new file."""
    return int(database.execute("PRAGMA user_version").fetchone()[0])


def _apply(database: sqlite3.Connection, statements: Migration, version: int) -> None:
    database.execute("BEGIN IMMEDIATE")
    try:
        for statement in statements:
            database.execute(statement)
        broken = database.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise sqlite3.IntegrityError(
                f"version {version} of the layout leaves a reference of {broken[0]} in the air"
            )
        database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        database.execute(f"PRAGMA user_version = {version}")
        database.execute("COMMIT")
    except BaseException:
        if database.in_transaction:
            database.execute("ROLLBACK")
        raise
