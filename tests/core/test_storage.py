"""What is kept comes back: after a restart, after any sequence of changes, and after the program was killed."""

from __future__ import annotations

import os
import random
import runpy
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from desktop_share.core.errors import StorageError
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.links import Link, new_link
from desktop_share.core.settings import SettingsBook
from desktop_share.core.share_list import Removed, ShareList
from desktop_share.core.sources import FileSource
from desktop_share.core.storage import DATABASE_NAME, OpenedStorage, Storage, open_storage

Open = Callable[[], Storage]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Opens the storage in `tmp_path`; an earlier one is closed first, as a restart does."""
    held: list[Storage] = []

    def reopen() -> Storage:
        for each in held:
            each.close()
        outcome = open_storage(tmp_path)
        assert outcome.problems == ()
        held.append(outcome.storage)
        return outcome.storage

    yield reopen
    for each in held:
        each.close()


def an_item(on_disk: str = "photo.jpg", **fields: object) -> SharedItem:
    return replace(SharedItem(FileSource(Path(f"/files/{on_disk}")), 1.0), **fields)


ITEMS = {
    "as it was dropped": an_item(),
    "with everything chosen": an_item(
        name="Ferien 2024.jpg",
        disposition=Disposition.INLINE,
        media_type="image/jpeg",
        size=3_000_000_000_000,
        added=1_700_000_000.123456,
    ),
    "of zero bytes": an_item(size=0),
    "with three links": an_item(links=(new_link(), new_link(), new_link())),
    "with a Japanese name and an emoji": an_item("写真 🏖️👨‍👩‍👧.jpg", name="休み🏝.jpg"),
    "with a name that is not UTF-8 on disk": an_item("caf\udce9 \udcff\udcfe.txt"),
    "with half an emoji for a name": an_item(name="\ud83d.txt"),
    "with NUL and quotes in its name": an_item(name="a\0b'c\"d.txt"),
    "with a very long path": an_item("x" * 3000),
}


@pytest.mark.parametrize("item", ITEMS.values(), ids=ITEMS)
def test_that_an_item_comes_back_as_it_was(opened: Open, item: SharedItem) -> None:
    opened().insert([item], None)
    assert opened().load() == [item]


@pytest.mark.skipif(os.name == "nt", reason="names of files are UTF-16 there")
def test_that_the_bytes_of_an_undecodable_path_are_kept(opened: Open) -> None:
    raw = b"/files/\xff\xfe caf\xe9"
    opened().insert([an_item(os.fsdecode(raw))], None)
    assert os.fsencode(opened().load()[0].source.path).endswith(raw.rsplit(b"/", 1)[1])


def test_that_many_come_back_in_their_order_after_insert_reorder_update_and_remove(opened: Open) -> None:
    one, two, three, four = (an_item(name) for name in "1234")
    storage = opened()
    storage.insert([one, two], None)
    storage.insert([three], None)
    storage.insert([four], [four.id, one.id, two.id, three.id])
    assert opened().load() == [four, one, two, three]
    storage = opened()
    storage.reorder([three.id, two.id, one.id, four.id])
    storage.remove([two.id])
    two_links = replace(one, links=(new_link(), *one.links))
    storage.update([two_links])
    assert opened().load() == [three, two_links, four]
    opened().insert([two], None)
    assert opened().load() == [three, two_links, four, two]


def test_that_one_update_can_hand_a_link_from_one_item_to_another(opened: Open) -> None:
    one, two = an_item("1"), an_item("2")
    storage = opened()
    storage.insert([one, two], None)
    storage.update([replace(one, links=two.links), replace(two, links=one.links)])
    assert [item.links for item in opened().load()] == [two.links, one.links]


def test_that_a_change_that_fails_halfway_changes_nothing(opened: Open) -> None:
    one, two = an_item("1"), an_item("2")
    storage = opened()
    storage.insert([one], None)
    with pytest.raises(StorageError):
        storage.insert([two, an_item("3", links=one.links)], None)
    assert storage.load() == [one]
    storage.insert([two], None)
    assert opened().load() == [one, two]


def test_that_settings_and_the_windows_place_come_back(opened: Open) -> None:
    storage = opened()
    assert storage.load_settings() == {}
    assert storage.load_window() is None
    storage.save_settings({"port": 8765, "address": None, "copy_link_on_drop": False})
    storage.save_settings({"port": 8766, "theme": "dark\udcff"})
    storage.save_window(b"\x00first")
    storage.save_window(b"\x00\xffsecond")
    storage = opened()
    assert storage.load_settings() == {
        "port": 8766,
        "address": None,
        "copy_link_on_drop": False,
        "theme": "dark\udcff",
    }
    assert storage.load_window() == b"\x00\xffsecond"


def test_that_the_settings_book_remembers_its_changes(opened: Open) -> None:
    SettingsBook(opened()).update(port=9000, theme="light")
    assert (SettingsBook(opened()).value.port, SettingsBook(opened()).value.theme) == (9000, "light")


def test_that_a_link_copied_yesterday_opens_the_same_item_today(opened: Open) -> None:
    added = ShareList(opened()).add([an_item()])
    token = added.new[0].link.token
    found = ShareList(opened()).find(token)
    assert found is not None
    assert found == (added.new[0], added.new[0].link)


def test_that_ten_thousand_items_are_one_transaction(opened: Open) -> None:
    storage = opened()
    statements: list[str] = []
    storage._database.set_trace_callback(statements.append)
    many = [an_item(str(number)) for number in range(10_000)]
    storage.insert(many, None)
    assert [each for each in statements if each.startswith(("BEGIN", "COMMIT"))] == ["BEGIN IMMEDIATE", "COMMIT"]
    assert storage.load() == many


def test_that_every_thread_may_save(opened: Open) -> None:
    storage = opened()
    threads = [
        threading.Thread(target=lambda n=n: [storage.insert([an_item(f"{n}-{each}")], None) for each in range(20)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(opened().load()) == 80


def test_that_a_closed_storage_says_so_and_closes_twice(opened: Open) -> None:
    storage = opened()
    storage.close()
    storage.close()
    for change in (lambda: storage.save_window(b""), storage.load, storage.load_settings):
        with pytest.raises(StorageError) as raised:
            change()
        assert raised.value.problem.kind == "storage-closed"


def test_that_closing_leaves_one_file_and_no_connection(tmp_path: Path, opened: Open) -> None:
    opened().insert([an_item()], None)
    opened().close()
    assert [each.name for each in tmp_path.iterdir()] == [DATABASE_NAME]


def test_that_commits_wait_for_the_disk(opened: Open) -> None:
    database = opened()._database
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert database.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL
    assert database.execute("PRAGMA foreign_keys").fetchone() == (1,)


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps the user's data folder private by itself")
def test_that_nobody_else_can_read_the_links(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there yet"
    before = os.umask(0)
    try:
        storage = open_storage(folder).storage
        storage.insert([an_item()], None)
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (folder, folder.parent, *folder.iterdir())}
        storage.close()
    finally:
        os.umask(before)
    assert modes == {
        "not": 0o700,
        "there yet": 0o700,
        DATABASE_NAME: 0o600,
        f"{DATABASE_NAME}-wal": 0o600,
    }


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps the user's data folder private by itself")
def test_that_a_file_others_could_read_is_made_private_and_a_folder_of_the_owners_stays_as_it_is(
    tmp_path: Path,
) -> None:
    open_storage(tmp_path).storage.close()
    (tmp_path / DATABASE_NAME).chmod(0o644)
    tmp_path.chmod(0o755)
    open_storage(tmp_path).storage.close()
    assert stat.S_IMODE((tmp_path / DATABASE_NAME).stat().st_mode) == 0o600
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


class KeptList(RuleBasedStateMachine):
    """Whatever is done to the list, a restart brings back exactly what it was."""

    numbers = st.lists(st.integers(0, 9), max_size=5)

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.storage = open_storage(Path(self.folder.name)).storage
        self.shared = ShareList(self.storage)
        self.removed: list[Removed] = []
        self.edited: list[tuple[SharedItem, ...]] = []

    def ids(self, numbers: list[int]) -> list[str]:
        present = self.shared.snapshot()
        return [present[number].id for number in numbers if number < len(present)]

    @rule(numbers=numbers)
    def add(self, numbers: list[int]) -> None:
        self.shared.add([an_item(str(number)) for number in numbers])

    @rule(numbers=numbers, name=st.none() | st.text(st.characters(exclude_categories=()), max_size=5))
    def rename(self, numbers: list[int], name: str | None) -> None:
        self.edited.append(self.shared.update(self.ids(numbers), lambda item: replace(item, name=name)))

    @rule(numbers=numbers, file=st.integers(0, 9))
    def locate(self, numbers: list[int], file: int) -> None:
        """Give items another file, which may be in the list already."""
        source = an_item(str(file)).source
        self.edited.append(self.shared.update(self.ids(numbers), lambda item: replace(item, source=source)))

    @rule(numbers=numbers)
    def new_links(self, numbers: list[int]) -> None:
        self.shared.update(self.ids(numbers), lambda item: replace(item, links=(Link(new_link().token), *item.links)))

    @rule(which=st.integers(0, 5))
    def undo_edit(self, which: int) -> None:
        if self.edited:
            old = {item.id: item for item in self.edited[which % len(self.edited)]}
            self.shared.update(
                old, lambda item: replace(item, name=old[item.id].name, disposition=old[item.id].disposition)
            )

    @rule(numbers=numbers)
    def remove(self, numbers: list[int]) -> None:
        self.removed.append(self.shared.remove(self.ids(numbers)))

    @rule(which=st.integers(0, 5))
    def restore(self, which: int) -> None:
        if self.removed:
            self.shared.restore(self.removed[which % len(self.removed)])

    @rule(numbers=numbers, before=st.integers(0, 12))
    def move(self, numbers: list[int], before: int) -> None:
        self.shared.move(self.ids(numbers), before)

    @rule()
    def restart(self) -> None:
        self.storage.close()
        self.storage = open_storage(Path(self.folder.name)).storage
        before = self.shared.snapshot()
        self.shared = ShareList(self.storage)
        assert self.shared.snapshot() == before

    @invariant()
    def kept_as_it_is_shown(self) -> None:
        if hasattr(self, "storage"):
            assert tuple(self.storage.load()) == self.shared.snapshot()

    @invariant()
    def every_link_opens_the_item_that_has_it(self) -> None:
        if hasattr(self, "storage"):
            for item in self.shared.snapshot():
                assert item.links
                assert all(self.shared.find(link.token) == (item, link) for link in item.links)

    def teardown(self) -> None:
        self.storage.close()
        self.folder.cleanup()


KeptList.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestThatAnySequenceOfChangesIsKept = KeptList.TestCase


def test_that_a_kill_at_any_moment_loses_no_finished_change(tmp_path: Path) -> None:
    script = Path(__file__).with_name("kept_changes.py")
    change = runpy.run_path(str(script))["change"]
    sizes = set()
    for seed in range(12):
        before = contents(open_storage(tmp_path))
        after_finished, finished = killed_while_changing(script, tmp_path, seed)
        expected = ShareList(ListStore(before))
        removed: list[Removed] = []
        for number in range(finished + 1):
            change(expected, seed, number, removed)
        last_finished = expected.snapshot()
        change(expected, seed, finished + 1, removed)
        assert after_finished in (last_finished, expected.snapshot())
        sizes.add(len(after_finished))
    assert len(sizes) > 3  # the rounds did change things


CHANGES: dict[str, Callable[[Storage, list[SharedItem]], None]] = {
    "insert": lambda storage, _: storage.insert([an_item("x"), an_item("y")], None),
    "insert in between": lambda storage, items: storage.insert(
        [new := an_item("x")], [items[2].id, new.id, items[0].id, items[1].id]
    ),
    "update": lambda storage, items: storage.update(
        [replace(item, size=7, links=(new_link(), *item.links)) for item in items]
    ),
    "remove": lambda storage, items: storage.remove([items[0].id, items[2].id]),
    "reorder": lambda storage, items: storage.reorder([items[2].id, items[1].id, items[0].id]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_that_at_every_step_of_a_change_the_disk_has_the_list_before_or_after_it(
    tmp_path: Path, opened: Open, change: Callable[[Storage, list[SharedItem]], None]
) -> None:
    storage = opened()
    before = [an_item("a"), an_item("b"), an_item("c")]
    storage.insert(before, None)
    on_disk: list[dict[str, bytes]] = []

    def look(*_: object) -> None:
        on_disk.append({each.name: each.read_bytes() for each in tmp_path.iterdir()})

    storage._database.set_trace_callback(look)  # called before each statement, as if the program were killed there
    change(storage, before)
    storage._database.set_trace_callback(None)
    look()
    after = storage.load()
    storage.close()
    kept = []
    for number, files in enumerate(on_disk):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        kept.append(list(contents(open_storage(folder))))
    assert before != after
    assert len(kept) > 4
    assert kept == [before] * (len(kept) - 1) + [after]


def killed_while_changing(script: Path, folder: Path, seed: int) -> tuple[tuple[SharedItem, ...], int]:
    """Let a program change the list in `folder` and kill it: what is kept then, and the last change it finished."""
    chance = random.Random(seed)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, str(script), str(folder), str(seed)], stdout=subprocess.PIPE, text=True, env=environment
    ) as child:
        assert child.stdout is not None
        finished = [child.stdout.readline() for _ in range(chance.randrange(1, 40))]
        for _ in range(chance.randrange(20_000)):  # into the middle of the next change
            pass
        child.kill()
        finished += child.stdout.read().splitlines()
        child.wait()
    return contents(open_storage(folder)), int(finished[-1])


def contents(opened: OpenedStorage) -> tuple[SharedItem, ...]:
    assert opened.problems == ()
    items = tuple(opened.storage.load())
    opened.storage.close()
    return items


class ListStore:
    """Keeps nothing."""

    def __init__(self, items: tuple[SharedItem, ...]) -> None:
        self.items = items

    def load(self) -> list[SharedItem]:
        return list(self.items)

    def insert(self, *arguments: object) -> None: ...

    update = remove = reorder = insert
