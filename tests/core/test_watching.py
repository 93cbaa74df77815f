"""The shared files are looked at when the disk says that they changed, and the list is told."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.stores import MemoryStore

from desktop_share.core import watching
from desktop_share.core.disk_watch import DiskWatch
from desktop_share.core.errors import Problem, StorageError
from desktop_share.core.items import SharedItem
from desktop_share.core.share_list import ItemsUpdated, ListEvent, ShareList
from desktop_share.core.sources import FileSource, MemorySource
from desktop_share.core.watching import ChangeWatch

WAIT = 20


class FullStore(MemoryStore):
    """Saves no edit while `is_full`."""

    is_full = False

    def update(self, items):  # noqa: ARG002
        if self.is_full:
            raise StorageError(Problem("full", "The disk is full.", ""))


class Parts:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = FullStore()
        self.share_list = ShareList(self.store)
        self.disk = DiskWatch(settle=0.02)
        self.looks: list[Path] = []
        self.changes = ChangeWatch(self.share_list, self.disk, look=self._look)
        self.events: list[ListEvent] = []
        self._news = threading.Condition()
        self.share_list.changed.subscribe(self._hear)
        self.changes.looked.subscribe(self._hear)

    def _look(self, source: FileSource) -> os.stat_result:
        self.looks.append(source.path)
        return watching.look(source)

    def _hear(self, event: object) -> None:
        with self._news:
            if isinstance(event, ItemsUpdated):
                self.events.append(event)
            self._news.notify_all()

    def until(self, condition: Callable[[], object]) -> None:
        with self._news:
            assert self._news.wait_for(condition, WAIT), "it did not come to this"

    def write(self, name: str, text: str = "first") -> Path:
        path = self.folder / name
        path.write_text(text, "utf-8")
        return path

    def share(self, *paths: Path) -> tuple[SharedItem, ...]:
        return self.share_list.add([SharedItem(FileSource(path), 0.0) for path in paths]).items

    def now(self, item: SharedItem) -> SharedItem:
        found = self.share_list.get(item.id)
        assert found is not None
        return found

    def seen(self, item: SharedItem) -> None:
        self.until(lambda: self.now(item).seen is not None)

    def changed(self, item: SharedItem) -> bool:
        return self.share_list.state(item.id).changed

    def problem(self, item: SharedItem) -> str:
        problem = self.share_list.problem(item.id)
        return "" if problem is None else problem.kind


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    (tmp_path / "shared").mkdir()
    made = Parts(tmp_path / "shared")
    yield made
    made.changes.close()
    made.disk.close()


def test_that_size_and_version_are_learned_of_what_was_there_and_of_what_comes(parts):
    (before,) = parts.share(parts.write("a", "12345"))
    parts.changes.start()
    parts.seen(before)
    (after,) = parts.share(parts.write("b", "123"))
    parts.seen(after)
    assert [parts.now(item).size for item in (before, after)] == [5, 3]
    status = (parts.folder / "b").stat()
    assert parts.now(after).seen == f"3-{status.st_mtime_ns}"
    assert not parts.changed(before)


@pytest.mark.parametrize("take_away", [Path.unlink, lambda path: path.rename(path.with_name("other"))])
def test_that_a_file_that_goes_is_reported_and_well_again_when_it_comes_back(parts, take_away):
    path = parts.write("a")
    (item,) = parts.share(path)
    parts.changes.start()
    parts.seen(item)
    take_away(path)
    parts.until(lambda: parts.problem(item) == "file-gone")
    parts.write("a", "another")
    parts.until(lambda: not parts.problem(item) and parts.changed(item))
    assert parts.now(item).size == 7


def test_that_the_folder_of_a_file_may_go_and_come_back(parts):
    path = parts.write("a")
    (item,) = parts.share(path)
    parts.changes.start()
    parts.seen(item)
    away = parts.folder.with_name("away")
    parts.folder.rename(away)
    parts.until(lambda: parts.problem(item) == "file-gone")
    away.rename(parts.folder)
    parts.until(lambda: not parts.problem(item))
    assert not parts.changed(item)
    shutil.rmtree(parts.folder)
    parts.until(lambda: parts.problem(item) == "file-gone")


def test_that_a_changed_file_says_so_until_it_is_as_shared_again(parts):
    path = parts.write("a")
    (item,) = parts.share(path)
    parts.changes.start()
    parts.seen(item)
    first = path.stat()
    parts.write("a", "other")
    parts.until(lambda: parts.changed(item))
    parts.write("a", "first")
    os.utime(path, ns=(first.st_atime_ns, first.st_mtime_ns))
    parts.until(lambda: not parts.changed(item))


def test_that_a_version_kept_from_an_earlier_run_is_compared(parts):
    path = parts.write("a")
    parts.share_list.add([SharedItem(FileSource(path), 0.0, id="old", seen="1-2")])
    parts.changes.start()
    parts.until(lambda: parts.share_list.state("old").changed)
    assert parts.share_list.get("old").seen == "1-2"


def test_that_an_owner_who_says_that_it_is_well_is_told_of_the_next_change_only(parts):
    (item,) = parts.share(parts.write("a"))
    parts.changes.start()
    parts.seen(item)
    parts.write("a", "changed")
    parts.until(lambda: parts.changed(item))
    parts.share_list.update([item.id], lambda each: replace(each, seen=None))
    parts.until(lambda: not parts.changed(item) and parts.now(item).seen)
    assert parts.now(item).seen.startswith("7-")


def test_that_a_located_item_is_watched_at_its_new_place_only(parts):
    old, new = parts.write("a"), parts.write("b", "elsewhere")
    (item,) = parts.share(old)
    parts.changes.start()
    parts.seen(item)
    parts.share_list.update([item.id], lambda each: replace(each, source=FileSource(new), seen=None))
    parts.until(lambda: parts.now(item).size == 9)
    looks = len(parts.looks)
    old.unlink()
    new.unlink()
    parts.until(lambda: parts.problem(item))
    assert set(parts.looks[looks:]) == {new}


def test_that_a_removed_item_is_not_looked_at_any_more_and_again_when_it_is_restored(parts):
    paths = [parts.write("a"), parts.write("b")]
    first, second = parts.share(*paths)
    parts.changes.start()
    parts.seen(second)
    done = threading.Event()
    parts.changes.looked.subscribe(lambda ids: done.set() if first.id in ids else None)
    removed = parts.share_list.remove([first.id])
    assert done.wait(WAIT)
    looks = len(parts.looks)
    for path in paths:
        path.unlink()
    parts.until(lambda: parts.problem(second))
    assert set(parts.looks[looks:]) == {paths[1]}
    parts.share_list.restore(removed)
    parts.until(lambda: parts.problem(first) == "file-gone")


def test_that_only_the_file_that_changed_is_looked_at(parts):
    items = parts.share(*(parts.write(str(number)) for number in range(50)))
    parts.changes.start()
    parts.until(lambda: all(parts.now(item).seen for item in items))
    looks = len(parts.looks)
    parts.write("7", "changed")
    parts.until(lambda: parts.changed(items[7]))
    assert set(parts.looks[looks:]) == {parts.folder / "7"}


def test_that_a_large_drop_is_few_updates_of_the_list(parts):
    parts.changes.start()
    items = parts.share(*(parts.write(str(number)) for number in range(1000)))
    parts.until(lambda: all(parts.now(item).seen for item in items))
    assert len(parts.looks) == 1000
    assert len(parts.events) == 1


def test_that_an_edit_of_the_name_and_other_kinds_of_items_are_not_looked_at(parts):
    (item,) = parts.share(parts.write("a"))
    note = SharedItem(MemorySource(b"0" * 32, 4, "Note.txt", "text/plain"), 0.0)
    parts.share_list.add([note])
    parts.changes.start()
    parts.seen(item)
    looks = len(parts.looks)
    parts.share_list.update([item.id, note.id], lambda each: each.renamed("other"))
    (last,) = parts.share(parts.write("b"))
    parts.seen(last)
    assert parts.looks[looks:] == [parts.folder / "b"]
    assert not parts.problem(note)


def test_that_a_store_that_is_full_keeps_no_problem_from_being_told(parts):
    path = parts.write("a")
    parts.store.is_full = True
    (item,) = parts.share(path)
    parts.changes.start()
    parts.until(lambda: parts.looks)
    path.unlink()
    parts.until(lambda: parts.problem(item) == "file-gone")
    assert parts.now(item).seen is None


def test_that_after_the_end_nothing_is_told_and_closing_twice_is_well(parts):
    path = parts.write("a")
    (item,) = parts.share(path)
    parts.changes.start()
    parts.seen(item)
    parts.changes.close()
    parts.changes.close()
    path.unlink()
    parts.share(parts.write("b"))
    assert not parts.problem(item)
