"""Opening the file that everything is kept in, and carrying on when that cannot be done.

Nothing that was kept is ever deleted or overwritten: a damaged file is put aside under a name of its own, a file
of a newer version stays where it is, untouched, for the newer program.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from desktop_share.core.errors import Problem, StorageError
from desktop_share.core.migrations import (
    MIGRATIONS,
    ForeignDatabaseError,
    Migration,
    NewerDatabaseError,
    check_origin,
    migrate,
)
from desktop_share.core.names import shown
from desktop_share.core.sqlite_store import Storage, primary_code

__all__ = ["DATABASE_NAME", "OpenedStorage", "Storage", "connect", "open_storage"]

DATABASE_NAME = "desktop-share.sqlite3"
_SIDECARS = ("-wal", "-shm", "-journal")
_BUSY_SECONDS = 2.0  # an earlier run of the program may still be closing

Connect = Callable[[str], sqlite3.Connection]

_HELD = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_UNUSABLE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_NOMEM,
}


@dataclass(frozen=True, slots=True)
class OpenedStorage:
    """A storage that works, and what a person has to be told about it."""

    storage: Storage
    problems: tuple[Problem, ...] = ()


def connect(address: str) -> sqlite3.Connection:
    """A connection to a path or a `file:` URI, for any thread at a time, that begins no transaction of its own."""
    return sqlite3.connect(
        address, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False, cached_statements=32
    )


def open_storage(
    data_dir: Path, *, connect: Connect = connect, migrations: Sequence[Migration] = MIGRATIONS
) -> OpenedStorage:
    """Open what is kept in `data_dir`, made where it is missing, for its owner only.

    Raises nothing that a person can meet: where the file is damaged, held by another program, of a newer version
    or in a place that takes nothing, the storage works all the same, on a new file or in memory, and a Problem
    tells so.
    """
    file = data_dir.absolute() / DATABASE_NAME
    aside: tuple[Problem, ...] = ()
    try:
        _make_private(file)
        try:
            opened = _open(file, connect, migrations)
        except _DamagedError:
            aside = (_put_aside(file),)
            _make_private(file)
            opened = _open(file, connect, migrations)
    except NewerDatabaseError:
        return OpenedStorage(_in_memory(None, connect, migrations), (*aside, _newer(file)))
    except (OSError, sqlite3.Error, _DamagedError) as error:
        held = isinstance(error, sqlite3.Error) and primary_code(error) in _HELD
        storage = _in_memory(None if held or aside else file, connect, migrations)
        return OpenedStorage(storage, (*aside, _held(file) if held else _not_kept(file, error)))
    return OpenedStorage(opened, aside)


class _DamagedError(Exception):
    pass


def _make_private(file: Path) -> None:
    """The folder, with those above it that are missing, and the file: the tokens in it are nobody else's business."""
    missing = [each for each in (file.parent, *file.parent.parents) if not each.exists()]
    for folder in reversed(missing):
        folder.mkdir(mode=0o700, exist_ok=True)
    try:
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        with contextlib.suppress(OSError):
            file.chmod(0o600)


def _open(file: Path, connect: Connect, migrations: Sequence[Migration]) -> Storage:
    """Raises sqlite3.Error (the place is unusable or held), NewerDatabaseError, or _DamagedError."""
    if file.is_file() and file.stat().st_size == 0 and _has_content(_sidecar(file, "-wal")):
        raise _DamagedError("cut off at its beginning")  # SQLite would delete the changes that are still in the -wal
    database = connect(str(file))
    try:
        # The list in memory is the truth while the program runs: a second program must not write beside it.
        database.execute("PRAGMA locking_mode = EXCLUSIVE")
        check_origin(database, migrations)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("PRAGMA secure_delete = ON")  # what was removed is not left in free pages
        return _ready(database, migrations)
    except (sqlite3.DatabaseError, ForeignDatabaseError, ValueError, TypeError) as error:
        database.close()
        if isinstance(error, sqlite3.Error) and primary_code(error) in _HELD | _UNUSABLE:
            raise
        raise _DamagedError(str(error)) from error
    except BaseException:
        database.close()
        raise


def _ready(database: sqlite3.Connection, migrations: Sequence[Migration]) -> Storage:
    """Check everything that is in the database and bring its layout up to date."""
    findings = database.execute("PRAGMA quick_check(1)").fetchone()
    if findings != ("ok",):
        raise ValueError(str(findings))
    migrate(database, migrations)
    database.execute("PRAGMA foreign_keys = ON")
    storage = Storage(database)
    try:
        storage.load()
        storage.load_settings()
        storage.load_window()
    except StorageError as error:
        raise error.__cause__ or error from None
    return storage


def _in_memory(file: Path | None, connect: Connect, migrations: Sequence[Migration]) -> Storage:
    """A storage that lasts until the program ends, with what can be read of `file`: its links work today, too."""
    # a folder that nothing can be written to has no room for a lock either; `immutable` does without, but sees
    # only what is in the main file
    readable_as = [] if file is None else [f"{_uri(file)}?mode=ro", f"{_uri(file)}?mode=ro&immutable=1"]
    for address in readable_as:
        memory = connect(":memory:")
        try:
            with contextlib.closing(connect(address)) as readable:
                check_origin(readable, migrations)
                readable.backup(memory)
            return _ready(memory, migrations)
        except (sqlite3.Error, ForeignDatabaseError, NewerDatabaseError, ValueError, TypeError):
            memory.close()
    return _ready(connect(":memory:"), migrations)


def _put_aside(file: Path) -> Problem:
    """Rename the file, and what belongs to it. Raises OSError."""
    stamp = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (f"{file.name}.damaged-{stamp}{suffix}" for suffix in ("", *(f"-{number}" for number in range(2, 1000))))
    target = next(path for path in map(file.with_name, names) if not path.exists())
    for suffix in _SIDECARS:
        with contextlib.suppress(FileNotFoundError):
            _sidecar(file, suffix).rename(_sidecar(target, suffix))
    file.rename(target)
    return Problem(
        "storage-damaged",
        "The file that your list and settings are kept in was damaged. A new, empty list was begun.",
        "The damaged file was not deleted: it is now {file}.",
        (("file", shown(str(target))),),
    )


def _newer(file: Path) -> Problem:
    return Problem(
        "storage-newer",
        "Your list was last saved by a newer version of this program, so it was left untouched.",
        "Install the newer version to see it again. What you share now works until you quit.",
        (("file", shown(str(file))),),
    )


def _held(file: Path) -> Problem:
    return Problem(
        "storage-in-use",
        "Another program, perhaps a second Desktop Share, is using your list in {folder}.",
        "Close the other one and start again. What you share now works until you quit.",
        (("folder", shown(str(file.parent))),),
    )


def _not_kept(file: Path, error: Exception) -> Problem:
    folder = ("folder", shown(str(file.parent)))
    if isinstance(error, sqlite3.Error) and primary_code(error) == sqlite3.SQLITE_FULL:
        return Problem(
            "storage-not-kept",
            "Nothing can be kept in {folder}, since the disk is full: links work until you quit.",
            "Make some room on it, then start again.",
            (folder,),
        )
    return Problem(
        "storage-not-kept",
        "Nothing can be kept in {folder} ({reason}): links work until you quit.",
        "Give yourself permission to write there, then start again.",
        (folder, ("reason", shown(getattr(error, "strerror", None) or str(error)))),
    )


def _uri(file: Path) -> str:
    uri = file.as_uri()
    # SQLite knows no host in a URI: a folder of the Windows network is a path with two more slashes
    return uri if uri.startswith("file:///") else uri.replace("file://", "file:////", 1)


def _sidecar(file: Path, suffix: str) -> Path:
    return file.with_name(file.name + suffix)


def _has_content(file: Path) -> bool:
    return file.is_file() and file.stat().st_size > 0
