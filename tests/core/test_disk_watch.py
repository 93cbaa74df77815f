"""The watch of the disk: told soon of what changed, of nothing that was only read, and no thread left."""

from __future__ import annotations

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.processes import wait_until

from desktop_share.core.disk_watch import DiskWatch, Watch
from desktop_share.core.notifier import FolderEvent, SystemNotifier

WAIT = 20


class Ear:
    """Counts the calls; `marker` tells that all before it came."""

    def __init__(self) -> None:
        self.calls = 0
        self._news = threading.Condition()

    def __call__(self) -> None:
        with self._news:
            self.calls += 1
            self._news.notify_all()

    def wait(self, calls: int = 1) -> None:
        with self._news:
            assert self._news.wait_for(lambda: self.calls >= calls, WAIT), "nobody called"

    def hears(self, change: Callable[[], object]) -> None:
        """The change is told of; later ones of the same burst are waited for by nobody."""
        before = self.calls
        change()
        self.wait(before + 1)


class FakeNotifier:
    """Tells what the test tells it; refuses the folders in `refused`."""

    def __init__(self, refused: tuple[str, ...] = ()) -> None:
        self.refused = refused
        self.told: dict[str, Callable[[FolderEvent], None]] = {}
        self.closed = False

    def watch(self, folder: str, whole_tree: bool, tell: Callable[[FolderEvent], None]) -> object:  # noqa: ARG002
        if folder in self.refused:
            raise OSError(28, "inotify watch limit reached")
        self.told[folder] = tell
        return folder

    def unwatch(self, token: object) -> None:
        del self.told[str(token)]

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def watch() -> Iterator[DiskWatch]:
    made = DiskWatch(settle=0.02)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "shared"
    made.mkdir()
    return made


def write(path: Path, text: str = "x") -> Path:
    path.write_text(text, "utf-8")
    return path


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


def after_marker(watch: DiskWatch, folder: Path) -> None:
    """All changes in the folder before this have been told of: events of one folder come in their order."""
    ear = Ear()
    mark = watch.watch(folder / "marker", ear)
    ear.hears(lambda: write(folder / "marker"))
    mark.close()


CHANGES: dict[str, Callable[[Path], object]] = {
    "written": lambda path: write(path, "longer than before"),
    "appended to": lambda path: append(path, "more"),
    "cut": lambda path: os.truncate(path, 0),
    "replaced by a rename": lambda path: os.replace(write(path.with_name("new")), path),
    "renamed": lambda path: path.rename(path.with_name("other")),
    "moved out": lambda path: path.rename(path.parent.parent / "out"),
    "removed": lambda path: path.unlink(),
    "given another date": lambda path: os.utime(path, (1, 1)),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_that_a_change_of_a_file_is_told(watch, folder, change):
    ear = Ear()
    path = write(folder / "a")
    assert watch.watch(path, ear).is_active
    ear.hears(lambda: change(path))


def test_that_a_file_that_comes_and_goes_and_comes_back_is_told_each_time(watch, folder):
    ear = Ear()
    path = folder / "a"
    watch.watch(path, ear)
    ear.hears(lambda: write(path))
    ear.hears(path.unlink)
    ear.hears(lambda: write(path))


def test_that_reading_a_file_and_changing_its_neighbour_are_not_told(watch, folder):
    ear = Ear()
    path = write(folder / "a")
    watch.watch(path, ear)
    after_marker(watch, folder)
    path.read_bytes()
    write(folder / "b")
    os.listdir(folder)
    after_marker(watch, folder)
    assert ear.calls == 0


def test_that_a_burst_is_few_calls_and_a_later_change_another(folder):
    notifier, ear = FakeNotifier(), Ear()
    watch = DiskWatch(lambda: notifier)
    watch.watch(folder / "a", ear)
    for _ in range(5_000):
        notifier.told[str(folder)](FolderEvent((str(folder / "a"),)))
    ear.wait()
    ear.hears(lambda: notifier.told[str(folder)](FolderEvent((str(folder / "a"),))))
    watch.close()
    assert ear.calls < 50


def test_that_a_watch_is_not_current_between_the_systems_word_and_its_own(folder):
    notifier, told = FakeNotifier(), list[bool]()
    watch = DiskWatch(lambda: notifier, settle=0.02)
    interest = watch.watch(folder / "a", lambda: told.append(interest.is_current))
    assert interest.is_current
    notifier.told[str(folder)](FolderEvent((str(folder / "a"),)))
    wait_until(lambda: told, "the word of the watch")
    assert told == [False]
    wait_until(lambda: interest.is_current, "everybody has been told")
    notifier.told[str(folder)](FolderEvent((str(folder / "c"),)))  # nobody's
    wait_until(lambda: interest.is_current, "there is nobody to tell")
    watch.close()


def test_that_anything_below_a_tree_is_told(watch, folder):
    ear = Ear()
    (folder / "deep" / "er").mkdir(parents=True)
    watch.watch(folder, ear, whole_tree=True)
    ear.hears(lambda: write(folder / "deep" / "er" / "a"))
    ear.hears(lambda: (folder / "new").mkdir())
    ear.hears(lambda: write(folder / "new" / "b"))


def test_that_ten_thousand_files_of_one_folder_are_one_watch_of_the_system(folder):
    notifier = FakeNotifier()
    watch = DiskWatch(lambda: notifier)
    interests = [watch.watch(folder / str(number), Ear()) for number in range(10_000)]
    assert set(notifier.told) == {str(folder), str(folder.parent)}  # and one that guards the folder itself
    assert all(each.is_active for each in interests)
    last = Ear()
    watch.watch(folder.parent / "last", last)
    for each in interests:
        each.close()
        each.close()
        assert not each.is_active
    last.hears(lambda: notifier.told[str(folder.parent)](FolderEvent((str(folder.parent / "last"),))))
    assert str(folder) not in notifier.told
    watch.close()


def test_that_a_folder_that_goes_is_told_and_no_longer_watched_and_watched_again_when_it_comes_back(watch, folder):
    ear = Ear()
    path = write(folder / "a")
    interest = watch.watch(path, ear)
    ear.hears(lambda: shutil.rmtree(folder))
    after_marker(watch, folder.parent)
    assert not interest.is_active
    ear.hears(folder.mkdir)
    after_marker(watch, folder.parent)
    assert interest.is_active
    ear.hears(lambda: write(path))


@pytest.mark.parametrize("whole_tree", [False, True])
def test_that_a_folder_that_is_renamed_and_back_is_told(watch, folder, whole_tree):
    ear = Ear()
    write(folder / "a")
    interest = watch.watch(folder, ear, whole_tree=whole_tree)
    ear.hears(lambda: folder.rename(folder.with_name("other")))
    after_marker(watch, folder.parent)
    assert not interest.is_active
    ear.hears(lambda: folder.with_name("other").rename(folder))
    after_marker(watch, folder.parent)
    assert interest.is_active
    ear.hears(lambda: write(folder / "a"))


def test_that_a_tree_that_was_not_there_is_watched_when_it_comes(watch, folder):
    ear = Ear()
    interest = watch.watch(folder / "tree", ear, whole_tree=True)
    ear.hears((folder / "tree").mkdir)
    after_marker(watch, folder)
    assert interest.is_active
    ear.hears(lambda: write(folder / "tree" / "a"))


@pytest.mark.skipif(sys.platform == "win32", reason="Links need a right on Windows.")
def test_that_links_are_followed_to_the_file_and_seen_when_they_lead_elsewhere(watch, folder, tmp_path):
    (tmp_path / "link").symlink_to(folder)
    (folder / "one").mkdir()
    (folder / "two").mkdir()
    (folder / "latest").symlink_to(write(folder / "one" / "a"))
    ear = Ear()
    watch.watch(tmp_path / "link" / "latest", ear)
    ear.hears(lambda: write(folder / "one" / "a", "changed"))
    (folder / "next").symlink_to(write(folder / "two" / "b"))
    ear.hears(lambda: os.replace(folder / "next", folder / "latest"))
    after_marker(watch, folder)
    ear.hears(lambda: write(folder / "two" / "b", "changed"))


def test_that_a_tree_with_more_folders_than_the_system_watches_is_not_active(folder):
    (folder / "a" / "b").mkdir(parents=True)
    for most, is_active in ((2, False), (3, True), (None, True)):
        watch = DiskWatch(lambda most=most: SystemNotifier(lambda: most))
        assert watch.watch(folder, Ear(), whole_tree=True).is_active is is_active
        watch.close()


def test_that_watches_of_one_folder_in_several_ways_do_not_end_each_other(watch, folder):
    (folder / "sub").mkdir()
    path = write(folder / "sub" / "a")
    ears = [Ear() for _ in range(4)]
    interests = [
        watch.watch(path, ears[0]),
        watch.watch(folder / "sub", ears[1], whole_tree=True),
        watch.watch(folder, ears[2], whole_tree=True),
        watch.watch(folder / "sub", ears[3]),
    ]
    for number, interest in enumerate(interests):
        before = [ear.calls for ear in ears]
        write(path, "changed")
        for ear, calls in list(zip(ears, before, strict=True))[number:]:
            ear.wait(calls + 1)
        interest.close()
        after_marker(watch, folder.parent)
    assert [interest.is_active for interest in interests] == [False] * 4


def test_that_names_that_are_no_text_are_told(watch, undecodable):
    ear = Ear()
    watch.watch(undecodable, ear)
    ear.hears(lambda: undecodable.write_bytes(b"tea\n"))
    ear.hears(lambda: undecodable.rename(undecodable.with_name("a")))


def test_that_nothing_is_made_before_the_first_watch():
    made = []
    watch = DiskWatch(lambda: made.append(1) or FakeNotifier())
    watch.close()
    watch.close()
    assert not made


def no_notifier() -> FakeNotifier:
    raise OSError(24, "inotify instance limit reached")


def test_that_what_the_system_refuses_is_not_active_and_breaks_nothing(folder):
    watch = DiskWatch(no_notifier)
    interest = watch.watch(folder / "a", Ear())
    assert not interest.is_active
    interest.close()
    assert not watch._folders
    watch.close()
    notifier = FakeNotifier((str(folder),))
    watch = DiskWatch(lambda: notifier)
    assert not watch.watch(folder / "a", Ear()).is_active
    assert watch.watch(folder.parent / "b", Ear()).is_active
    watch.close()
    assert notifier.closed


def test_that_there_is_a_most_of_folders_and_room_again_when_one_is_no_longer_watched(tmp_path):
    notifier = FakeNotifier()
    for name in "abc":
        (tmp_path / name).mkdir()
    watch = DiskWatch(lambda: notifier, most_folders=3)  # two, and the one above both
    first, second, third = (watch.watch(tmp_path / name / "file", Ear()) for name in "abc")
    assert (first.is_active, second.is_active, third.is_active) == (True, True, False)
    first.close()
    ear = Ear()
    watch.watch(tmp_path / "b" / "other", ear)
    ear.hears(lambda: notifier.told[str(tmp_path / "b")](FolderEvent((str(tmp_path / "b" / "other"),))))
    assert watch.watch(tmp_path / "c" / "other", Ear()).is_active
    watch.close()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="Root may read everything.")
def test_that_a_folder_that_may_not_be_read_is_not_active(watch, folder):
    folder.chmod(0o300)
    assert not watch.watch(folder / "a", Ear()).is_active
    folder.chmod(0o700)


def test_that_a_path_that_is_none_is_not_active(watch, folder):
    assert not watch.watch(folder / "gone" / "a", Ear()).is_active
    assert not watch.watch(folder / "a\0b" / "c", Ear()).is_active


def test_that_one_that_raises_keeps_no_other_from_hearing(watch, folder, expected_logs):
    ear, path = Ear(), folder / "a"
    failed = Ear()

    def fail() -> None:
        failed()
        raise RuntimeError("a mistake")

    watch.watch(path, fail)
    watch.watch(path, ear)
    with expected_logs("could not be told", logger="desktop_share.core.disk_watch"):
        write(path)
        ear.wait()
        failed.wait()
        after_marker(watch, folder)
    ear.hears(path.unlink)
    expected_logs.allow("could not be told")


def test_that_who_closed_is_not_told_and_may_close_and_watch_while_told(watch, folder):
    path, ear, told = folder / "a", Ear(), []
    watch.watch(path, lambda: told.append(1)).close()
    interests: list[Watch] = []

    def once() -> None:
        interests[0].close()
        interests.append(watch.watch(folder / "b", ear))
        ear()

    interests.append(watch.watch(path, once))
    ear.hears(lambda: write(path))
    ear.hears(lambda: write(folder / "b"))
    after_marker(watch, folder)
    assert not told
    assert not interests[0].is_active


def test_that_nobody_is_active_after_the_end(folder):
    watch = DiskWatch()
    interest = watch.watch(folder / "a", Ear())
    watch.close()
    assert not interest.is_active
    assert not watch.watch(folder / "b", Ear()).is_active
    interest.close()
