"""What changes the list: done on a thread of its own, told by signals, and taken back by undo."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from list_parts import FailingItems, item
from PySide6.QtTest import QSignalSpy

from desktop_share.core.errors import Problem
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.links import new_link
from desktop_share.core.opening import Opener
from desktop_share.core.share_list import Added, ItemsReordered, Removed, ShareList
from desktop_share.core.sources import FileSource
from desktop_share.gui.commands import BATCH, ShareCommands
from desktop_share.gui.undo import Step, UndoSteps


@dataclass
class Told:
    """What the signals said, in order."""

    added: list[Added] = field(default_factory=list)
    refused: list[tuple[Problem, ...]] = field(default_factory=list)
    removed: list[Removed] = field(default_factory=list)
    renamed: list[tuple[SharedItem, str]] = field(default_factory=list)
    failed: list[Problem] = field(default_factory=list)
    undo: list[str] = field(default_factory=list)
    progress: list[tuple[int, int]] = field(default_factory=list)


class Setting:
    def __init__(self, *names: str) -> None:
        self.store = FailingItems()
        self.list = ShareList(self.store)
        self.list.add([item(name) for name in names])
        self.commands = ShareCommands(self.list, Opener(self.list, self.store))
        self.told = Told()
        for name in ("added", "refused", "removed", "failed"):
            getattr(self.commands, name).connect(getattr(self.told, name).append)
        self.commands.undo_changed.connect(self.told.undo.append)
        self.commands.renamed.connect(lambda each, typed: self.told.renamed.append((each, typed)))
        self.commands.progress.connect(lambda done, total: self.told.progress.append((done, total)))

    def done(self) -> None:
        """Wait until everything that was asked for is done and said."""
        self.commands._worker.submit(lambda: None).result()
        _application().processEvents()

    def ids(self) -> list[str]:
        return [each.id for each in self.list.snapshot()]


def _application() -> Any:
    from PySide6.QtWidgets import QApplication

    return QApplication.instance()


@pytest.fixture
def make(qapp) -> Iterator[Callable[..., Setting]]:
    made: list[Setting] = []

    def make(*names: str) -> Setting:
        made.append(Setting(*names))
        return made[-1]

    yield make
    for each in made:
        each.commands.close()


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., list[str]]:
    def files(*names: str) -> list[str]:
        for name in names:
            (tmp_path / name).write_bytes(b"x" * len(name))
        return [str(tmp_path / name) for name in names]

    return files


# -- adding


def test_that_files_come_in_at_the_end_with_their_sizes(make, files) -> None:
    setting = make("a")
    setting.commands.add_paths(files("one.txt", "three.txt"))
    setting.done()
    assert [(each.download_name, each.size) for each in setting.list.snapshot()[1:]] == [
        ("one.txt", 7),
        ("three.txt", 9),
    ]
    (added,) = setting.told.added
    assert added.items == added.new == setting.list.snapshot()[1:]
    assert setting.told.refused == setting.told.progress == []


def test_that_what_cannot_be_shared_says_why_and_the_rest_comes_in(make, files, tmp_path: Path) -> None:
    setting = make()
    (good,) = files("good.txt")
    wrong = {str(tmp_path / "missing"): "file-gone", "nul\0byte": "file-gone"}
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        wrong[str(tmp_path / "pipe")] = "not-a-file"
    setting.commands.add_paths([*wrong, good])
    setting.done()
    (refused,) = setting.told.refused
    assert len(refused) == len(wrong)
    assert {problem.kind for problem in refused} <= {"no-such-file", "not-a-file"}
    assert [each.download_name for each in setting.list.snapshot()] == ["good.txt"]


def test_that_a_drop_of_nothing_that_can_be_shared_adds_nothing(make, tmp_path: Path) -> None:
    setting = make()
    setting.commands.add_paths([str(tmp_path / "missing")])
    setting.commands.add_paths([])
    setting.done()
    assert (setting.told.added, len(setting.told.refused)) == ([], 1)


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="names on disk are text there")
def test_that_a_file_whose_name_is_no_text_is_shared(make, tmp_path: Path) -> None:
    path = os.path.join(os.fsencode(tmp_path), b"caf\xe9.txt")
    Path(os.fsdecode(path)).write_bytes(b"coffee")
    setting = make()
    setting.commands.add_paths([os.fsdecode(path)])
    setting.done()
    (only,) = setting.list.snapshot()
    assert os.fsencode(only.source.path) == path
    assert only.size == 6


def test_that_a_file_which_is_there_already_is_told_but_not_doubled(make, files) -> None:
    setting = make()
    paths = files("a.txt", "b.txt")
    setting.commands.add_paths(paths[:1])
    setting.commands.add_paths([*paths, *paths])
    setting.done()
    second = setting.told.added[1]
    assert [each.download_name for each in second.items] == ["a.txt", "b.txt"] * 2
    assert [each.download_name for each in second.new] == ["b.txt"]
    assert len(setting.list) == 2


def test_that_a_thousand_files_come_in_batches_and_say_how_far_they_are(make, files) -> None:
    setting = make()
    before = setting.store.saves
    setting.commands.add_paths(files(*(f"{number:04}.txt" for number in range(1000))))
    setting.done()
    assert setting.store.saves - before == 1000 / BATCH
    assert setting.told.progress == [(done, 1000) for done in range(BATCH, 1001, BATCH)]
    assert [each.download_name for each in setting.list.snapshot()] == [f"{number:04}.txt" for number in range(1000)]
    assert len(setting.told.added) == 1


def test_that_files_are_added_as_they_are_to_be_presented(make, files) -> None:
    setting = make()
    setting.commands.add_paths(files("a.txt"), lambda each: each.with_disposition(Disposition.INLINE))
    setting.done()
    assert setting.list.snapshot()[0].disposition is Disposition.INLINE


def test_that_a_full_disk_refuses_a_drop_in_words_and_ends_its_progress(make, files) -> None:
    setting = make()
    setting.store.fail()
    setting.commands.add_paths(files(*(f"{number}.txt" for number in range(BATCH + 1))))
    setting.done()
    assert [problem.kind for problem in setting.told.failed] == ["storage-full"]
    assert setting.told.progress == [(BATCH + 1, BATCH + 1)]
    assert (len(setting.list), setting.told.added) == (0, [])


# -- edits and taking them back


def test_that_each_change_is_undone_in_reverse_order(make, files, tmp_path: Path) -> None:
    setting = make("a", "b", "c", "d")
    (elsewhere,) = files("elsewhere.bin")
    commands = setting.commands
    states = [setting.list.snapshot()]
    for change in (
        lambda: commands.rename("a", "Report.pdf"),
        lambda: commands.set_disposition(["a", "b"], Disposition.INLINE),
        lambda: commands.locate("c", elsewhere),
        lambda: commands.move(["d", "c"], 0),
        lambda: commands.remove(["a", "d"]),
    ):
        change()
        setting.done()
        states.append(setting.list.snapshot())
    assert len(set(states)) == len(states)
    assert setting.told.undo == [
        "Rename a",
        "“Open” for 2 items",
        "Locate c",
        "Move 2 items",
        "Remove 2 items",
    ]
    for state in reversed(states[:-1]):
        commands.undo()
        setting.done()
        assert setting.list.snapshot() == state
    assert setting.told.undo[-1] == ""
    commands.undo()  # nothing is left
    setting.done()
    assert setting.list.snapshot() == states[0]
    assert setting.told.failed == []


@pytest.mark.parametrize(("moving", "before"), [(["c"], 0), (["a"], 4), (["a", "c"], 4), (["d", "b"], 0)])
def test_that_any_move_is_taken_back_in_one_change(make, moving: list[str], before: int) -> None:
    setting = make("a", "b", "c", "d")
    events: list[Any] = []
    setting.commands.move(moving, before)
    setting.done()
    assert setting.ids() != list("abcd")
    setting.list.changed.subscribe(events.append)
    setting.commands.undo()
    setting.done()
    assert setting.ids() == list("abcd")
    assert events == [ItemsReordered(tuple("abcd"))]


def test_that_a_move_is_undone_around_what_came_and_went_since(make) -> None:
    setting = make("a", "b", "c")
    setting.commands.move(["c"], 0)
    setting.done()
    setting.list.add([item("new")])
    setting.list.remove(["a"])
    setting.commands.undo()
    setting.done()
    assert setting.ids() == ["b", "c", "new"]


def test_that_undo_takes_back_its_own_change_and_keeps_later_ones(make) -> None:
    setting = make("a")
    extra = new_link()
    setting.commands.rename("a", "first.txt")
    setting.done()
    setting.list.update(["a"], lambda each: replace(each, links=(*each.links, extra)))
    setting.list.update(["a"], lambda each: each.with_disposition(Disposition.INLINE))
    setting.commands.undo()
    setting.done()
    (only,) = setting.list.snapshot()
    assert (only.name, only.disposition) == (None, Disposition.INLINE)
    assert only.links[1:] == (extra,)


def test_that_an_undo_which_cannot_be_saved_can_be_tried_again(make) -> None:
    setting = make("a", "b")
    setting.commands.remove(["a"])
    setting.done()
    setting.store.fail()
    setting.commands.undo()
    setting.done()
    assert [problem.kind for problem in setting.told.failed] == ["storage-full"]
    assert setting.told.undo[-1] == "Remove a"
    setting.store.error = None
    setting.commands.undo()
    setting.done()
    assert setting.ids() == ["a", "b"]


@pytest.mark.parametrize(
    "change",
    [
        lambda commands: commands.rename("a", "b.txt"),
        lambda commands: commands.set_disposition(["a"], Disposition.INLINE),
        lambda commands: commands.remove(["a"]),
        lambda commands: commands.move(["a"], 2),
        lambda commands: commands.locate("a", __file__),
    ],
)
def test_that_a_change_which_cannot_be_saved_leaves_no_step_to_undo(make, change) -> None:
    setting = make("a", "b")
    before = setting.list.snapshot()
    setting.store.fail()
    change(setting.commands)
    setting.done()
    assert setting.list.snapshot() == before
    assert [problem.kind for problem in setting.told.failed] == ["storage-full"]
    assert (setting.told.undo, setting.told.removed) == ([], [])


def test_that_a_change_of_nothing_leaves_no_step(make) -> None:
    setting = make("a")
    setting.commands.rename("a", "a")
    setting.commands.rename("nobody", "a")
    setting.commands.set_disposition(["a"], Disposition.ATTACHMENT)
    setting.commands.move(["a"], 0)
    setting.commands.remove(["nobody"])
    setting.done()
    assert setting.told.undo in ([], ["Rename a"])  # from 'the name on disk' to that very name
    assert setting.told.removed == setting.told.failed == []


@pytest.mark.parametrize(("name", "told"), [("a.html", 1), ("b.svg", 1), ("c.png", 0), ("d.txt", 0)])
def test_that_to_open_what_can_hold_scripts_comes_with_advice(make, name: str, told: int) -> None:
    setting = make("other.zip", name)
    spy = QSignalSpy(setting.commands.sandboxed)
    both = ["other.zip", name]
    for disposition in (Disposition.ATTACHMENT, Disposition.INLINE, Disposition.INLINE, Disposition.ATTACHMENT):
        setting.commands.set_disposition(both, disposition)
    setting.done()
    assert spy.count() == told


def test_that_a_rename_tells_what_became_of_what_was_typed(make) -> None:
    setting = make("a")
    setting.commands.rename("a", "Q3/Q4?.txt")
    setting.commands.rename("a", "  ")
    setting.done()
    assert [(each.download_name, typed) for each, typed in setting.told.renamed] == [
        ("Q3_Q4_.txt", "Q3/Q4?.txt"),
        ("a", "  "),
    ]


def test_that_locating_a_file_which_is_none_fails_in_words(make, tmp_path: Path) -> None:
    setting = make("a")
    setting.commands.locate("a", str(tmp_path))
    setting.done()
    assert [problem.kind for problem in setting.told.failed] == ["is-folder"]
    assert setting.told.undo == []


def test_that_located_means_no_problem_any_more_until_it_is_undone(make, files) -> None:
    setting = make("a")
    setting.commands.recheck(["a"])
    setting.done()
    assert setting.list.problem("a") is not None
    setting.commands.locate("a", *files("found.txt"))
    setting.done()
    assert setting.list.problem("a") is None
    assert setting.list.get("a").size == len("found.txt")
    setting.commands.undo()
    setting.done()
    assert setting.list.problem("a").kind == "file-gone"


def test_that_a_recheck_finds_what_changed_on_disk(make, files, tmp_path: Path) -> None:
    setting = make()
    setting.commands.add_paths(files("grows", "goes", "stays"))
    setting.done()
    (tmp_path / "grows").write_bytes(b"x" * 100)
    (tmp_path / "goes").unlink()
    ids = setting.ids()
    events: list[Any] = []
    setting.list.changed.subscribe(events.append)
    setting.commands.recheck([*ids, "nobody"])
    setting.done()
    assert [each.size for each in setting.list.snapshot()] == [100, 4, 5]
    assert [setting.list.problem(each) is not None for each in ids] == [False, True, False]
    assert len(events) == 2
    assert setting.told.undo == []


def test_that_an_item_without_a_size_is_looked_at_and_kept(make, files) -> None:
    setting = make()
    (path,) = files("a.txt")
    setting.list.add([SharedItem(FileSource(Path(path)), 1.0)])
    setting.commands.recheck(setting.ids())
    setting.done()
    assert setting.list.snapshot()[0].size == 5


# -- the thread


def test_that_a_mistake_in_the_program_is_told_and_the_next_command_runs(make, caplog, monkeypatch) -> None:
    setting = make("a")
    monkeypatch.setattr(setting.list, "remove", lambda _: 1 / 0)
    setting.commands.remove(["a"])
    setting.commands.rename("a", "b.txt")
    setting.done()
    assert [problem.kind for problem in setting.told.failed] == ["change-failed"]
    assert "a change of the list failed" in caplog.text
    assert setting.list.get("a").name == "b.txt"


def test_that_close_does_what_was_asked_for_and_leaves_no_thread(qapp) -> None:
    before = set(threading.enumerate())
    setting = Setting("a", "b")
    setting.commands.rename("a", "kept.txt")
    setting.commands.close()
    assert setting.list.get("a").name == "kept.txt"
    assert set(threading.enumerate()) <= before
    setting.commands.close()


def test_that_close_does_not_wait_for_a_thousand_files(qapp, files) -> None:
    setting = Setting()
    paths = files(*(f"{number}.txt" for number in range(5 * BATCH)))
    looking, go_on = threading.Event(), threading.Event()

    def edit(each: SharedItem) -> SharedItem:
        looking.set()
        go_on.wait(30)
        return each

    setting.commands.add_paths(paths, edit)
    assert looking.wait(30)
    setting.commands._closing.set()
    go_on.set()
    setting.commands.close()
    assert len(setting.list) == BATCH


def test_that_the_oldest_steps_are_forgotten() -> None:
    steps = UndoSteps(depth=2)
    for name in "abc":
        steps.push(Step(name, lambda: None))
    assert steps.text == "c"
    assert [step.text for step in (steps.pop(), steps.pop())] == ["c", "b"]
    assert (steps.pop(), steps.text) == (None, "")
