"""The list: what a change does to it, what it announces, and that undo brings everything back."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_share.core.errors import Problem, StorageError
from desktop_share.core.events import Announcer
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.links import new_link
from desktop_share.core.share_list import (
    ItemsInserted,
    ItemsRemoved,
    ItemsReordered,
    ItemsUpdated,
    ListEvent,
    ProblemChanged,
    Removed,
    ShareList,
)
from desktop_share.core.sources import FileSource

PROBLEM = Problem("file-gone", "“{name}” is gone.", "", (("name", "a"),))


class Memory:
    """Keeps the items of a list in memory, as a database would; refuses while `broken`."""

    def __init__(self, *items: SharedItem) -> None:
        self.items = {item.id: item for item in items}
        self.broken = False

    def load(self) -> list[SharedItem]:
        return list(self.items.values())

    def insert(self, items: Sequence[SharedItem], order: Sequence[str] | None) -> None:
        self._check()
        self.items |= {item.id: item for item in items}
        if order is not None:
            self.reorder(order)

    def update(self, items: Sequence[SharedItem]) -> None:
        self._check()
        self.items |= {item.id: item for item in items}

    def remove(self, ids: Sequence[str]) -> None:
        self._check()
        for each in ids:
            del self.items[each]

    def reorder(self, order: Sequence[str]) -> None:
        self._check()
        assert set(order) == set(self.items)
        self.items = {each: self.items[each] for each in order}

    def _check(self) -> None:
        if self.broken:
            raise StorageError(Problem("storage-full", "Full.", "Make room."))


class Mirror:
    """A view of a list that knows nothing but its events: how a table model follows it."""

    def __init__(self, shared: ShareList) -> None:
        self.rows = list(shared.snapshot())
        self.events: list[ListEvent] = []
        self.after_each: list[tuple[SharedItem, ...]] = []
        self.shared = shared
        self.unsubscribe = shared.changed.subscribe(self.hear)

    def hear(self, event: ListEvent) -> None:
        self.events.append(event)
        if isinstance(event, ItemsInserted):
            assert list(event.indexes) == sorted(set(event.indexes))
            for index, item in zip(event.indexes, event.items, strict=True):
                assert 0 <= index <= len(self.rows)
                self.rows.insert(index, item)
        elif isinstance(event, ItemsRemoved):
            assert list(event.indexes) == sorted(set(event.indexes))
            for index, item in reversed(list(zip(event.indexes, event.items, strict=True))):
                assert self.rows.pop(index) == item
        elif isinstance(event, ItemsUpdated):
            assert list(event.indexes) == sorted(set(event.indexes))
            for index, item in zip(event.indexes, event.items, strict=True):
                assert self.rows[index].id == item.id
                self.rows[index] = item
        elif isinstance(event, ItemsReordered):
            by_id = {item.id: item for item in self.rows}
            assert len(event.order) == len(self.rows)
            self.rows = [by_id[each] for each in event.order]
        assert tuple(self.rows) == self.shared.snapshot()


def an_item(on_disk: str) -> SharedItem:
    return SharedItem(FileSource(Path(f"/files/{on_disk}")), 1.0)


@pytest.fixture
def abc() -> tuple[ShareList, list[SharedItem]]:
    items = [an_item(name) for name in "abcde"]
    return ShareList(Memory(*items)), items


def names(shared: ShareList) -> str:
    return "".join(item.source.own_name for item in shared.snapshot())


# -- adding


def test_that_adding_appends_and_answers_in_the_order_asked(abc: tuple[ShareList, list[SharedItem]]) -> None:
    shared, (a, *_) = abc
    x, y = an_item("x"), an_item("y")
    added = shared.add([x, an_item("a"), y, an_item("x")])
    assert added.items == (x, a, y, x)
    assert added.new == (x, y)
    assert names(shared) == "abcdexy"


def test_that_adding_what_is_there_announces_and_saves_nothing(abc: tuple[ShareList, list[SharedItem]]) -> None:
    shared, (a, *_) = abc
    mirror = Mirror(shared)
    assert shared.add([an_item("a")]).items == (a,)
    assert shared.add([]).items == ()
    assert mirror.events == []


def test_that_every_thread_may_add_at_once_and_each_file_is_there_once() -> None:
    store = Memory()
    shared = ShareList(store)
    mirror = Mirror(shared)
    together = threading.Barrier(8)

    def add_some(number: int) -> None:
        together.wait()
        for each in range(100):
            shared.add([an_item(f"shared {each}"), an_item(f"{number} {each}")])

    threads = [threading.Thread(target=add_some, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shared) == 900
    assert len({item.source for item in shared.snapshot()}) == 900
    assert tuple(mirror.rows) == shared.snapshot() == tuple(store.load())


def test_that_threads_that_add_edit_move_and_remove_at_once_leave_mirror_list_and_store_alike() -> None:
    store = Memory()
    shared = ShareList(store)
    mirror = Mirror(shared)
    together = threading.Barrier(4)

    def change(number: int) -> None:
        together.wait()
        for each in range(60):
            new = shared.add([an_item(f"{number} {each} {part}") for part in range(3)]).new
            shared.update([new[0].id], lambda item: item.renamed("other"))
            shared.report(new[0].id, PROBLEM)
            shared.move([new[1].id], 0)
            shared.restore(shared.remove([new[0].id, new[1].id]))
            shared.remove([new[2].id])

    threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(shared) == 4 * 60 * 2
    assert tuple(mirror.rows) == shared.snapshot() == tuple(store.load())


# -- editing, removing, moving


def test_that_an_edit_keeps_place_and_id_and_tells_the_old(abc: tuple[ShareList, list[SharedItem]]) -> None:
    shared, items = abc
    mirror = Mirror(shared)
    old = shared.update([items[3].id, "unknown", items[1].id], lambda item: item.renamed("new"))
    assert old == (items[1], items[3])
    (event,) = mirror.events
    assert isinstance(event, ItemsUpdated)
    assert event.indexes == (1, 3)
    assert [item.name for item in shared.snapshot()] == [None, "new", None, "new", None]
    before = {item.id: item for item in old}
    shared.update(before, lambda item: before[item.id])
    assert shared.snapshot() == tuple(items)


def test_that_an_edit_that_changes_nothing_is_no_event(abc: tuple[ShareList, list[SharedItem]]) -> None:
    shared, items = abc
    mirror = Mirror(shared)
    assert shared.update([items[0].id], lambda item: item.with_disposition(Disposition.ATTACHMENT)) == ()
    assert shared.update(["unknown"], lambda item: item.renamed("x")) == ()
    assert mirror.events == []


def test_that_an_edit_that_fails_halfway_changes_none_of_them(abc: tuple[ShareList, list[SharedItem]]) -> None:
    shared, items = abc

    def edit(item: SharedItem) -> SharedItem:
        if item.id == items[1].id:
            raise ValueError("no")
        return item.renamed("x")

    with pytest.raises(ValueError, match="no"):
        shared.update([item.id for item in items], edit)
    assert shared.snapshot() == tuple(items)


def test_that_a_file_that_was_located_elsewhere_is_known_by_its_new_place(
    abc: tuple[ShareList, list[SharedItem]],
) -> None:
    shared, (a, *_) = abc
    shared.update([a.id], lambda item: replace(item, source=an_item("new place").source))
    assert shared.add([an_item("new place")]).new == ()
    assert len(shared.add([an_item("a")]).new) == 1


def test_that_removing_and_restoring_brings_back_places_links_and_edits(
    abc: tuple[ShareList, list[SharedItem]],
) -> None:
    shared, items = abc
    mirror = Mirror(shared)
    removed = shared.remove([items[4].id, "unknown", items[0].id, items[2].id])
    assert removed == Removed((0, 2, 4), (items[0], items[2], items[4]))
    assert names(shared) == "bd"
    assert shared.find(items[0].link.token) is None
    shared.restore(removed)
    assert shared.snapshot() == tuple(items)
    assert shared.find(items[0].link.token) == (items[0], items[0].link)
    assert [type(event) for event in mirror.events] == [ItemsRemoved, ItemsInserted]


def test_that_removing_nothing_is_no_event_and_restoring_it_neither(abc: tuple[ShareList, list[SharedItem]]) -> None:
    shared, _ = abc
    mirror = Mirror(shared)
    shared.restore(shared.remove([]))
    shared.restore(shared.remove(["unknown"]))
    assert mirror.events == []


def test_that_restoring_twice_doubles_nothing(abc: tuple[ShareList, list[SharedItem]]) -> None:
    shared, items = abc
    removed = shared.remove([items[1].id])
    shared.restore(removed)
    shared.restore(removed)
    assert shared.snapshot() == tuple(items)


def test_that_what_was_added_anew_meanwhile_gets_the_old_links_too(abc: tuple[ShareList, list[SharedItem]]) -> None:
    shared, (a, b, *_) = abc
    mirror = Mirror(shared)
    removed = shared.remove([a.id, b.id])
    new_b, new_a = shared.add([an_item("b"), an_item("a")]).new
    shared.restore(removed)
    assert names(shared) == "cdeba"
    for old, new in ((a, new_a), (b, new_b)):
        found = shared.find(old.link.token)
        assert found is not None
        assert found[0].id == new.id
        assert found[0].links == (new.link, old.link)
    assert [type(event) for event in mirror.events] == [ItemsRemoved, ItemsInserted, ItemsUpdated]


def test_that_a_link_is_never_on_two_items(abc: tuple[ShareList, list[SharedItem]]) -> None:
    shared, (a, *_) = abc
    removed = shared.remove([a.id])
    (anew,) = shared.add([an_item("a")]).new
    shared.restore(removed)  # the old link is on the new item now
    shared.update([anew.id], lambda item: replace(item, source=an_item("elsewhere").source))
    shared.restore(removed)
    tokens = [link.token for item in shared.snapshot() for link in item.links]
    assert len(tokens) == len(set(tokens))
    found = shared.find(a.link.token)
    assert found is not None
    assert found[0].id == anew.id
    back = shared.get(a.id)
    assert back is not None
    assert len(back.links) == 1


@pytest.mark.parametrize(
    ("moving", "before", "outcome"),
    [
        ("a", 0, "abcde"),
        ("a", 1, "abcde"),
        ("a", 2, "bacde"),
        ("a", 5, "bcdea"),
        ("e", 0, "eabcd"),
        ("ca", 5, "bdeac"),
        ("bd", 2, "abdce"),
        ("be", 0, "beacd"),
        ("abcde", 3, "abcde"),
        ("", 3, "abcde"),
        ("c", 99, "abdec"),
    ],
)
def test_that_rows_move_together_to_where_they_are_dropped(
    abc: tuple[ShareList, list[SharedItem]], moving: str, before: int, outcome: str
) -> None:
    shared, items = abc
    mirror = Mirror(shared)
    shared.move([items["abcde".index(name)].id for name in moving], before)
    assert names(shared) == outcome
    assert len(mirror.events) == (outcome != "abcde")


@pytest.mark.parametrize(
    ("order", "outcome"), [("edcba", "edcba"), ("abcde", "abcde"), ("dx", "dabce"), ("", "abcde"), ("ca", "cabde")]
)
def test_that_rows_are_put_into_an_order_and_those_it_leaves_out_come_last(
    abc: tuple[ShareList, list[SharedItem]], order: str, outcome: str
) -> None:
    shared, items = abc
    mirror = Mirror(shared)
    shared.arrange([items["abcde".index(name)].id if name in "abcde" else name for name in order])
    assert names(shared) == outcome
    assert len(mirror.events) == (outcome != "abcde")


# -- what goes wrong


def test_that_a_change_that_cannot_be_saved_is_not_made_and_not_announced() -> None:
    items = [an_item(name) for name in "abc"]
    store = Memory(*items)
    shared = ShareList(store)
    removed = shared.remove([items[2].id])
    mirror = Mirror(shared)
    store.broken = True
    for change in (
        lambda: shared.add([an_item("x")]),
        lambda: shared.update([items[0].id], lambda item: item.renamed("x")),
        lambda: shared.remove([items[0].id]),
        lambda: shared.move([items[0].id], 2),
        lambda: shared.restore(removed),
    ):
        with pytest.raises(StorageError):
            change()
    assert shared.snapshot() == tuple(items[:2])
    assert mirror.events == []
    store.broken = False
    shared.restore(removed)
    assert shared.snapshot() == tuple(items)


def test_that_a_problem_is_told_once_and_goes_with_its_item(abc: tuple[ShareList, list[SharedItem]]) -> None:
    shared, (a, *_) = abc
    mirror = Mirror(shared)
    shared.report(a.id, None)
    shared.report("unknown", PROBLEM)
    assert mirror.events == []
    shared.report(a.id, PROBLEM)
    shared.report(a.id, PROBLEM._replace())
    assert shared.problem(a.id) == PROBLEM
    assert mirror.events == [ProblemChanged(a.id, PROBLEM)]
    shared.report(a.id, None)
    assert shared.problem(a.id) is None
    assert mirror.events[1:] == [ProblemChanged(a.id, None)]
    shared.report(a.id, PROBLEM)
    shared.restore(shared.remove([a.id]))
    assert shared.problem(a.id) is None


def test_that_unknown_tokens_of_every_kind_open_nothing(abc: tuple[ShareList, list[SharedItem]]) -> None:
    shared, (a, *_) = abc
    token = a.link.token
    for wrong in ("", token[:-1], token + "A", token.swapcase(), "é", "\ud800", "\0", "x" * 100_000):
        assert shared.find(wrong) is None
    assert shared.find(token) == (a, a.link)


def test_that_every_link_of_an_item_opens_it(abc: tuple[ShareList, list[SharedItem]]) -> None:
    shared, (a, *_) = abc
    shared.update([a.id], lambda item: replace(item, links=(*item.links, new_link())))
    item = shared.get(a.id)
    assert item is not None
    assert [shared.find(link.token) for link in item.links] == [(item, link) for link in item.links]
    shared.update([a.id], lambda item: replace(item, links=item.links[1:]))
    assert shared.find(a.link.token) is None


# -- events


numbers = st.lists(st.integers(0, 7), max_size=4)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "remove", "restore", "rename", "locate", "move", "arrange"]),
            numbers,
            st.integers(0, 9),
        ),
        max_size=25,
    )
)
def test_that_a_mirror_that_applies_the_events_one_by_one_always_has_the_snapshot(
    steps: list[tuple[str, list[int], int]],
) -> None:
    store = Memory()
    shared = ShareList(store)
    mirror = Mirror(shared)  # compares itself with the snapshot after each event
    removed: list[Removed] = []
    for what, chosen, number in steps:
        present = shared.snapshot()
        ids = [present[each].id for each in chosen if each < len(present)]
        if what == "add":
            shared.add([an_item(str(each)) for each in chosen])
        elif what == "remove":
            removed.append(shared.remove(ids))
        elif what == "restore" and removed:
            shared.restore(removed[number % len(removed)])
        elif what == "rename":
            shared.update(ids, lambda item: item.renamed(str(number)))  # noqa: B023
        elif what == "locate":
            shared.update(ids[:1], lambda item: replace(item, source=an_item(str(number)).source))  # noqa: B023
        elif what == "move":
            shared.move(ids, number)
        elif what == "arrange":
            shared.arrange(ids)
        assert all(shared.get(item.id) is item for item in shared.snapshot())
        assert all(shared.find(link.token) == (item, link) for item in shared.snapshot() for link in item.links)
        assert tuple(mirror.rows) == shared.snapshot()
        assert tuple(store.load()) == shared.snapshot()
        links = [link for item in shared.snapshot() for link in item.links]
        assert len(links) == len(set(links))


def test_that_a_subscriber_hears_until_it_ends_its_own_subscription() -> None:
    announcer: Announcer[int] = Announcer()
    heard: list[int] = []
    end_first = announcer.subscribe(heard.append)
    end_second = announcer.subscribe(heard.append)
    announcer.announce(1)
    end_first()
    end_first()
    announcer.announce(2)
    end_second()
    announcer.announce(3)
    assert heard == [1, 1, 2]


def test_that_subscribers_hear_in_the_order_of_their_subscription() -> None:
    announcer: Announcer[int] = Announcer()
    heard: list[str] = []
    for name in "abc":
        announcer.subscribe(lambda _, name=name: heard.append(name))
    announcer.announce(1)
    assert heard == ["a", "b", "c"]


def test_that_one_subscribers_mistake_keeps_no_other_from_hearing() -> None:
    announcer: Announcer[int] = Announcer()
    heard: list[int] = []

    def fail(event: int) -> None:
        raise RuntimeError("the window is gone")

    announcer.subscribe(fail)
    announcer.subscribe(heard.append)
    with pytest.raises(RuntimeError, match="the window is gone"):
        announcer.announce(1)
    assert heard == [1]


def test_that_a_subscriber_may_end_its_subscription_while_it_hears() -> None:
    announcer: Announcer[int] = Announcer()
    heard: list[int] = []

    def once(event: int) -> None:
        heard.append(event)
        end()

    end = announcer.subscribe(once)
    announcer.announce(1)
    announcer.announce(2)
    assert heard == [1]
