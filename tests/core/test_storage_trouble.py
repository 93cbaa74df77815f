"""Opening and saving where something is wrong: nothing is lost, and a person is told what to do."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from desktop_share.core.errors import StorageError
from desktop_share.core.items import SharedItem
from desktop_share.core.migrations import APPLICATION_ID, MIGRATIONS
from desktop_share.core.sources import FileSource
from desktop_share.core.storage import DATABASE_NAME, OpenedStorage, connect, open_storage


def an_item(on_disk: str) -> SharedItem:
    return SharedItem(FileSource(Path(f"/files/{on_disk}")), 1.0)


@pytest.fixture
def opening(tmp_path: Path) -> Iterator[Callable[..., OpenedStorage]]:
    """`open_storage` on `tmp_path`; what it opened is closed at the end."""
    opened: list[OpenedStorage] = []

    def open_one(folder: Path = tmp_path, **how: object) -> OpenedStorage:
        opened.append(open_storage(folder, **how))  # type: ignore[arg-type]
        return opened[-1]

    yield open_one
    for each in opened:
        each.storage.close()


@pytest.fixture
def kept(tmp_path: Path) -> tuple[Path, list[SharedItem]]:
    """A closed database with some hundred items in `tmp_path`."""
    items = [an_item(f"{number}") for number in range(300)]
    storage = open_storage(tmp_path).storage
    storage.insert(items, None)
    storage.save_settings({"port": 8765})
    storage.save_window(b"there")
    storage.close()
    return tmp_path / DATABASE_NAME, items


def kinds(opened: OpenedStorage) -> list[str]:
    return [problem.kind for problem in opened.problems]


def does_work(opened: OpenedStorage) -> bool:
    """Whether everything can be saved and read back, wherever it is kept."""
    before, more = opened.storage.load(), [an_item("more"), an_item("and more")]
    opened.storage.insert(more, None)
    opened.storage.update([replace(more[0], size=7)])
    opened.storage.remove([more[1].id])
    opened.storage.save_settings({"theme": "dark"})
    opened.storage.save_window(b"here")
    return (
        opened.storage.load() == [*before, replace(more[0], size=7)]
        and opened.storage.load_settings()["theme"] == "dark"
        and opened.storage.load_window() == b"here"
    )


# -- damaged files

HEADER = 100  # bytes in which SQLite counts how often a file was opened for writing


def not_a_database(file: Path) -> None:
    file.write_bytes(b"This is a letter, not a list." * 500)


def shorter_than_a_header(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:50])


def cut_in_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def zeroed_in_the_middle(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096 : len(content) - 4096] = bytes(len(content) - 8192)
    file.write_bytes(content)


def noise_in_every_page_but_the_first(file: Path) -> None:
    content = bytearray(file.read_bytes())
    for page in range(4096, len(content), 4096):
        content[page : page + 64] = b"\xa5" * 64
    file.write_bytes(content)


def cut_to_nothing_beside_unmerged_changes(file: Path) -> None:
    file.write_bytes(b"")
    file.with_name(file.name + "-wal").write_bytes(b"changes that were never merged")


def a_database_of_another_program(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE recipes (name TEXT)")


def a_table_gone(file: Path) -> None:
    sql(file, "DROP TABLE links")


def links_gone(file: Path) -> None:
    sql(file, "DELETE FROM links WHERE ordinal = 0")


def a_setting_that_is_no_json(file: Path) -> None:
    sql(file, "UPDATE settings SET value = '{'")


def text_where_bytes_belong(file: Path) -> None:
    sql(file, "UPDATE items SET path = 17")


def sql(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.execute(statement)


DAMAGES = [
    not_a_database,
    shorter_than_a_header,
    cut_in_half,
    zeroed_in_the_middle,
    noise_in_every_page_but_the_first,
    cut_to_nothing_beside_unmerged_changes,
    a_database_of_another_program,
    a_table_gone,
    links_gone,
    a_setting_that_is_no_json,
    text_where_bytes_belong,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_that_a_damaged_file_is_put_aside_and_a_new_one_begun(
    kept: tuple[Path, list[SharedItem]], damage: Callable[[Path], None], opening: Callable[..., OpenedStorage]
) -> None:
    file, _ = kept
    damage(file)
    damaged = {each.name.removeprefix(file.name): each.read_bytes()[HEADER:] for each in file.parent.iterdir()}
    opened = opening()
    assert kinds(opened) == ["storage-damaged"]
    target = Path(dict(opened.problems[0].values)["file"])
    assert target.name.startswith(f"{DATABASE_NAME}.damaged-20")
    assert str(target) in str(opened.problems[0])
    aside = {each.name.removeprefix(target.name): each for each in file.parent.glob(f"{target.name}*")}
    assert {name: each.read_bytes()[HEADER:] for name, each in aside.items()} == damaged
    assert opened.storage.load() == []
    assert does_work(opened)
    opened.storage.close()
    again = opening()
    assert kinds(again) == []
    assert len(again.storage.load()) == 1


def test_that_the_database_of_another_program_is_not_written_to(
    tmp_path: Path, opening: Callable[..., OpenedStorage]
) -> None:
    file = tmp_path / DATABASE_NAME
    file.touch()
    a_database_of_another_program(file)
    before = file.read_bytes()
    target = Path(dict(opening().problems[0].values)["file"])
    assert target.read_bytes() == before


def test_that_two_files_damaged_in_the_same_second_are_both_kept(
    tmp_path: Path, opening: Callable[..., OpenedStorage]
) -> None:
    for content in (b"one" * 1000, b"two" * 1000, b"three" * 1000):
        (tmp_path / DATABASE_NAME).write_bytes(content)
        opening().storage.close()
    assert {each.read_bytes()[:3] for each in tmp_path.glob("*.damaged-*")} == {b"one", b"two", b"thr"}


def test_that_an_empty_file_is_a_new_list_and_not_a_damaged_one(
    tmp_path: Path, opening: Callable[..., OpenedStorage]
) -> None:
    (tmp_path / DATABASE_NAME).touch()
    assert kinds(opening()) == []


def test_that_damage_met_while_running_is_told(
    kept: tuple[Path, list[SharedItem]], opening: Callable[..., OpenedStorage]
) -> None:
    storage = opening().storage
    storage._database.execute("PRAGMA cache_size = 0")
    noise_in_every_page_but_the_first(kept[0])
    with pytest.raises(StorageError) as raised:
        storage.load()
    assert raised.value.problem.kind == "storage-damaged"


# -- another version


def test_that_the_list_of_a_newer_version_is_left_as_it_is(
    kept: tuple[Path, list[SharedItem]], opening: Callable[..., OpenedStorage]
) -> None:
    file, items = kept
    sql(file, f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    before = file.read_bytes()
    opened = opening()
    assert kinds(opened) == ["storage-newer"]
    assert does_work(opened)
    opened.storage.close()
    assert file.read_bytes() == before
    sql(file, f"PRAGMA user_version = {len(MIGRATIONS)}")
    assert opening().storage.load() == items


SECOND = ("ALTER TABLE items ADD COLUMN note TEXT", "UPDATE items SET note = 'old'", "CREATE TABLE boxes (id TEXT)")


def made_by_version(file: Path, version: int) -> None:
    """What version `version` of the layout looked like with one item in it."""
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        for statements in MIGRATIONS[:version]:
            for statement in statements:
                database.execute(statement)
        if version:
            database.execute(f"PRAGMA user_version = {version}")
            database.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            database.execute(
                "INSERT INTO items (id, kind, path, disposition, added, position)"
                " VALUES ('i', 'file', x'2f61', 'inline', 1.0, 0)"
            )
            database.execute("INSERT INTO links (token, item_id, ordinal) VALUES ('t', 'i', 0)")


@pytest.mark.parametrize("version", range(len(MIGRATIONS) + 1))
def test_that_a_list_of_every_older_version_is_brought_up_to_date(
    tmp_path: Path, version: int, opening: Callable[..., OpenedStorage]
) -> None:
    made_by_version(tmp_path / DATABASE_NAME, version)
    opened = opening(migrations=(*MIGRATIONS, SECOND))
    assert kinds(opened) == []
    assert [item.id for item in opened.storage.load()] == ["i"] * bool(version)
    assert does_work(opened)
    opened.storage.close()
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as database:
        assert database.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
        assert database.execute("SELECT note FROM items WHERE id = 'i'").fetchall() == [("old",)] * bool(version)
        assert database.execute("SELECT count(*) FROM boxes").fetchone() == (0,)


def test_that_an_interrupted_step_leaves_the_older_version_whole(
    kept: tuple[Path, list[SharedItem]], opening: Callable[..., OpenedStorage]
) -> None:
    file, items = kept
    address_of_full_disk = full_after(file, pages_more=0)
    big = ("CREATE TABLE big (data BLOB)", "INSERT INTO big VALUES (zeroblob(1000000))")
    opened = opening(migrations=(*MIGRATIONS, SECOND, big), connect=address_of_full_disk)
    assert kinds(opened) == ["storage-not-kept"]
    assert opened.storage.load() == items  # in memory, as far as the newest layout
    opened.storage.close()
    with closing(sqlite3.connect(file)) as database:
        assert database.execute("PRAGMA user_version").fetchone()[0] <= len(MIGRATIONS) + 1
        assert database.execute("SELECT count(*) FROM items").fetchone() == (300,)
        assert database.execute("SELECT count(*) FROM sqlite_master WHERE name = 'big'").fetchone() == (0,)


# -- no room, no rights


def full_after(file: Path, pages_more: int) -> Callable[[str], sqlite3.Connection]:
    """Connects to files that cannot grow by more than some pages of 4096 bytes."""
    pages = -(-file.stat().st_size // 4096) if file.exists() else 0

    def connect_limited(address: str) -> sqlite3.Connection:
        database = connect(address)
        if address != ":memory:":
            database.execute(f"PRAGMA max_page_count = {max(pages + pages_more, 1)}")
        return database

    return connect_limited


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Callable[[], Path]]:
    """Mounts a disk of 512 KiB; returns its folder. The caller fills it."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(folder)]
    if (
        sys.platform != "linux"
        or os.geteuid() != 0
        or subprocess.run(command, check=False, capture_output=True).returncode
    ):
        pytest.skip("only root of Linux can mount a small disk; max_page_count tests the same everywhere")
    yield lambda: folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(folder: Path) -> Path:
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file, suppress(OSError):  # no space left on device
        while file.write(bytes(4096)):
            pass
    return filler


def test_that_a_change_that_does_not_fit_is_refused_whole_and_works_once_there_is_room(
    kept: tuple[Path, list[SharedItem]], opening: Callable[..., OpenedStorage]
) -> None:
    file, items = kept
    opened = opening(connect=full_after(file, pages_more=2))
    assert kinds(opened) == []
    more = [an_item(f"more {number}") for number in range(2000)]
    with pytest.raises(StorageError) as raised:
        opened.storage.insert(more, None)
    assert raised.value.problem.kind == "storage-full"
    assert str(raised.value) == ("The change was not saved: the disk is full. Make some room on it and try again.")
    assert opened.storage.load() == items
    opened.storage.remove([items[0].id])
    opened.storage._database.execute("PRAGMA max_page_count = 100000")
    opened.storage.insert(more, None)
    opened.storage.close()
    assert opening().storage.load() == [*items[1:], *more]


def test_that_a_really_full_disk_refuses_changes_and_loses_nothing(
    full_disk: Callable[[], Path], opening: Callable[..., OpenedStorage]
) -> None:
    folder = full_disk()
    storage = opening(folder).storage
    items = [an_item(str(number)) for number in range(100)]
    storage.insert(items, None)
    filler = fill(folder)
    refused = 0
    for number in range(3):
        with pytest.raises(StorageError) as raised:
            storage.insert([an_item(f"{number}-{each}") for each in range(2000)], None)
        refused += raised.value.problem.kind == "storage-full"
        assert storage.load() == items
    assert refused == 3
    filler.unlink()
    storage.insert([an_item("room again")], None)
    storage.close()
    assert len(opening(folder).storage.load()) == 101


def test_that_a_disk_that_is_full_from_the_start_means_nothing_is_kept(
    full_disk: Callable[[], Path], opening: Callable[..., OpenedStorage]
) -> None:
    folder = full_disk()
    fill(folder)
    opened = opening(folder)
    assert kinds(opened) == ["storage-not-kept"]
    assert "the disk is full" in str(opened.problems[0]) or "No space left" in str(opened.problems[0])
    assert does_work(opened)


def test_that_on_a_disk_that_became_full_yesterdays_links_still_work(
    full_disk: Callable[[], Path], opening: Callable[..., OpenedStorage]
) -> None:
    folder = full_disk()
    items = [an_item(str(number)) for number in range(100)]
    storage = opening(folder).storage
    storage.insert(items, None)
    storage.close()
    fill(folder)
    opened = opening(folder)
    assert kinds(opened) == ["storage-not-kept"]
    assert opened.storage.load() == items
    assert does_work(opened)


def test_that_no_room_for_a_first_page_means_nothing_is_kept(
    tmp_path: Path, opening: Callable[..., OpenedStorage]
) -> None:
    opened = opening(connect=full_after(tmp_path / DATABASE_NAME, pages_more=1))
    assert kinds(opened) == ["storage-not-kept"]
    assert "the disk is full" in str(opened.problems[0])
    assert does_work(opened)


def a_file_in_the_way(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"mine")
    return tmp_path / "file" / "data"


def a_file_for_a_folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"mine")
    return tmp_path / "file"


def a_folder_for_the_database(tmp_path: Path) -> Path:
    (tmp_path / DATABASE_NAME / "full").mkdir(parents=True)
    return tmp_path


def a_name_that_cannot_be(tmp_path: Path) -> Path:
    return tmp_path / ("x" * 300)


@pytest.mark.parametrize(
    "place", [a_file_in_the_way, a_file_for_a_folder, a_folder_for_the_database, a_name_that_cannot_be]
)
def test_that_where_no_folder_can_be_made_it_works_in_memory(
    tmp_path: Path, place: Callable[[Path], Path], opening: Callable[..., OpenedStorage]
) -> None:
    folder = place(tmp_path)
    opened = opening(folder)
    assert kinds(opened) == ["storage-not-kept"]
    assert str(opened.problems[0]).startswith(f"Nothing can be kept in {folder} (")
    assert opened.storage.load() == []
    assert does_work(opened)
    assert not (tmp_path / "file").exists() or (tmp_path / "file").read_bytes() == b"mine"


def test_that_a_folder_of_the_system_that_takes_no_files_is_told() -> None:
    if sys.platform != "linux":
        pytest.skip("/proc is Linux's")
    opened = open_storage(Path("/proc/desktop-share"))
    assert kinds(opened) == ["storage-not-kept"]
    assert does_work(opened)
    opened.storage.close()


def refusing(code: str, message: str, works_for: Callable[[str], bool]) -> Callable[[str], sqlite3.Connection]:
    """Connects like SQLite on a disk that refuses every write but to the addresses that `works_for`."""

    class Refusing(sqlite3.Connection):
        def execute(self, statement: str, *values: object) -> sqlite3.Cursor:  # type: ignore[override]
            if statement.startswith("BEGIN IMMEDIATE"):
                error = sqlite3.OperationalError(message)
                error.sqlite_errorcode = getattr(sqlite3, code)
                raise error
            return super().execute(statement, *values)

    def connect_refusing(address: str) -> sqlite3.Connection:
        if works_for(address):
            return connect(address)
        return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False, factory=Refusing)

    return connect_refusing


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("SQLITE_READONLY", "attempt to write a readonly database"),
        ("SQLITE_READONLY_DIRECTORY", "attempt to write a readonly database"),
        ("SQLITE_CANTOPEN", "unable to open database file"),
        ("SQLITE_IOERR_WRITE", "disk I/O error"),
        ("SQLITE_FULL", "database or disk is full"),
    ],
)
def test_that_a_list_that_can_only_be_read_is_shared_from_memory(
    kept: tuple[Path, list[SharedItem]], code: str, message: str, opening: Callable[..., OpenedStorage]
) -> None:
    file, items = kept
    before = file.read_bytes()
    opened = opening(connect=refusing(code, message, lambda address: address == ":memory:" or "mode=ro" in address))
    assert kinds(opened) == ["storage-not-kept"]
    assert opened.storage.load() == items
    assert opened.storage.load_settings() == {"port": 8765}
    assert does_work(opened)
    assert file.read_bytes() == before


def test_that_a_list_on_a_read_only_disk_is_shared_from_memory(
    full_disk: Callable[[], Path], opening: Callable[..., OpenedStorage]
) -> None:
    folder = full_disk()
    items = [an_item("a")]
    storage = opening(folder).storage
    storage.insert(items, None)
    storage.close()
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    opened = opening(folder)
    assert kinds(opened) == ["storage-not-kept"]
    assert opened.storage.load() == items
    assert does_work(opened)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("SQLITE_FULL", "storage-full"),
        ("SQLITE_READONLY", "storage-read-only"),
        ("SQLITE_CANTOPEN", "storage-read-only"),
        ("SQLITE_BUSY", "storage-locked"),
        ("SQLITE_LOCKED", "storage-locked"),
        ("SQLITE_IOERR", "storage-error"),
        ("SQLITE_IOERR_FSYNC", "storage-error"),
        ("SQLITE_CORRUPT", "storage-damaged"),
    ],
)
def test_that_a_change_that_cannot_be_saved_says_why_and_what_next(
    kept: tuple[Path, list[SharedItem]], code: str, kind: str, opening: Callable[..., OpenedStorage]
) -> None:
    storage = opening().storage
    working, storage._database = storage._database, refusing(code, "{braces}", lambda _: False)(":memory:")
    with pytest.raises(StorageError) as raised:
        storage.save_window(b"")
    storage._database.close()
    storage._database = working
    assert raised.value.problem.kind == kind
    assert raised.value.problem.what_text().startswith("The change was not saved: ")
    assert raised.value.problem.next_step_text()
    assert storage.load_window() == b"there"


# -- two programs


def test_that_a_second_program_leaves_the_list_to_the_first(
    kept: tuple[Path, list[SharedItem]], opening: Callable[..., OpenedStorage]
) -> None:
    _, items = kept
    first = opening()
    second = opening(connect=impatient)
    assert kinds(second) == ["storage-in-use"]
    assert second.storage.load() == []
    assert does_work(second)
    assert first.storage.load() == items
    first.storage.close()
    third = opening()
    assert kinds(third) == []
    assert third.storage.load() == items


def test_that_a_program_that_is_still_closing_is_waited_for(
    kept: tuple[Path, list[SharedItem]], opening: Callable[..., OpenedStorage]
) -> None:
    first = opening().storage
    tried = threading.Event()

    def connect_and_tell(address: str) -> sqlite3.Connection:
        tried.set()
        return connect(address)

    closing_one = threading.Thread(target=lambda: (tried.wait(), first.close()))
    closing_one.start()
    second = opening(connect=connect_and_tell)
    closing_one.join()
    assert kinds(second) == []
    assert len(second.storage.load()) == 300


def impatient(address: str) -> sqlite3.Connection:
    return sqlite3.connect(address, uri=True, timeout=0, isolation_level=None, check_same_thread=False)
