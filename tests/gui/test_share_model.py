"""The model follows every event of the list; Qt's own tester watches that it keeps the rules, and ends the test run
where it does not."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from list_parts import GONE, ListParts, item, make_list, transfer
from PySide6.QtCore import QPersistentModelIndex, Qt
from PySide6.QtTest import QSignalSpy

from desktop_share.core.digests import ItemDigest
from desktop_share.core.items import Disposition
from desktop_share.core.share_list import ItemsInserted, ItemsRemoved, Removed
from desktop_share.core.transfers import TransferState
from desktop_share.gui.share_model import ITEM_ROLE, MANY_RUNS, PROBLEM_ROLE, STATE_ROLE, Column, runs

Roles = Qt.ItemDataRole


@pytest.fixture
def parts(qapp) -> Iterator[ListParts]:
    parts = make_list("a", "b", "c", "d", "e", "f")
    yield parts
    parts.close()


def deliver(qapp) -> None:
    """Let the queued events arrive."""
    qapp.processEvents()


def spans(spy: QSignalSpy) -> list[tuple[int, int]]:
    """(first, last) of each rowsInserted or rowsRemoved."""
    return [(spy.at(number)[1], spy.at(number)[2]) for number in range(spy.count())]


def changed_cells(spy: QSignalSpy) -> list[tuple[int, int, int, int]]:
    """(first row, first column, last row, last column) of each dataChanged."""
    signals = [spy.at(number) for number in range(spy.count())]
    return [(a.row(), a.column(), b.row(), b.column()) for a, b, *_ in signals]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], []),
        ([0], [(0, 0)]),
        ([0, 1, 2], [(0, 2)]),
        ([0, 2, 3, 7], [(0, 0), (2, 3), (7, 7)]),
    ],
)
def test_that_rows_without_a_gap_are_one_run(rows, expected) -> None:
    assert list(runs(rows)) == expected


def test_that_a_drop_is_one_insertion_however_many_files_it_has(parts: ListParts, qapp) -> None:
    spy = QSignalSpy(parts.model.rowsInserted)
    parts.share_list.add([item(f"new {number}") for number in range(500)])
    deliver(qapp)
    assert spans(spy) == [(6, 505)]
    assert parts.mirrors()


def test_that_rows_apart_are_removed_from_the_end_and_come_back_where_they_were(parts: ListParts, qapp) -> None:
    removals, insertions = QSignalSpy(parts.model.rowsRemoved), QSignalSpy(parts.model.rowsInserted)
    removed = parts.share_list.remove(["a", "c", "d", "f"])
    deliver(qapp)
    assert spans(removals) == [(5, 5), (2, 3), (0, 0)]
    assert parts.names() == ["b", "e"]
    parts.share_list.restore(removed)
    deliver(qapp)
    assert spans(insertions) == [(0, 0), (2, 3), (5, 5)]
    assert parts.names() == list("abcdef")


def test_that_an_edit_changes_its_rows_only(parts: ListParts, qapp) -> None:
    spy = QSignalSpy(parts.model.dataChanged)
    parts.share_list.update(["b", "c", "f"], lambda each: each.with_disposition(Disposition.INLINE))
    deliver(qapp)
    assert changed_cells(spy) == [(1, 0, 2, 3), (5, 0, 5, 3)]
    assert parts.mirrors()


def test_that_a_problem_shows_in_its_row_and_goes(parts: ListParts, qapp) -> None:
    spy = QSignalSpy(parts.model.dataChanged)
    parts.share_list.report("c", GONE)
    deliver(qapp)
    assert changed_cells(spy) == [(2, 0, 2, 3)]
    assert parts.model.index(2, 0).data(PROBLEM_ROLE) == GONE
    parts.share_list.report("c", None)
    deliver(qapp)
    assert parts.model.index(2, 0).data(PROBLEM_ROLE) is None


def test_that_what_is_known_of_an_item_is_painted_soon_and_not_for_every_byte(parts: ListParts, qapp, qtbot) -> None:
    spy = QSignalSpy(parts.model.dataChanged)
    for indexed in range(1000):
        parts.share_list.note("c", lambda state, n=indexed: replace(state, indexed=n, total=1000))
    qtbot.waitUntil(lambda: spy.count() > 0)
    assert set(changed_cells(spy)) == {(2, 0, 2, 0)}
    assert spy.count() < 100
    assert parts.model.index(2, 0).data(STATE_ROLE).indexed == 999
    assert "reading 100%" in parts.model.index(2, 0).data(Roles.AccessibleTextRole)


def test_that_held_indexes_follow_their_items_through_a_new_order(parts: ListParts, qapp) -> None:
    held = {name: QPersistentModelIndex(parts.model.index_of(name)) for name in "abcdef"}
    button = QPersistentModelIndex(parts.model.index_of("b").siblingAtColumn(Column.COPY))
    parts.share_list.move(["e", "b"], 0)
    deliver(qapp)
    assert parts.names() == ["b", "e", "a", "c", "d", "f"]
    assert {name: parts.model.item_at(index.row()).id for name, index in held.items()} == {name: name for name in held}
    assert (button.row(), button.column()) == (0, Column.COPY)


def test_that_events_which_the_snapshot_has_already_change_nothing(qapp) -> None:
    """A change between the bridge's subscription and the model's snapshot arrives although the rows show it."""
    parts = make_list("a", "b", "c")
    inserted = QSignalSpy(parts.model.rowsInserted)
    removed = QSignalSpy(parts.model.rowsRemoved)
    first, gone = parts.model.item_at(0), item("gone")
    parts.model.apply(ItemsInserted((0,), (first,)))
    parts.model.apply(ItemsRemoved((7,), (gone,)))
    assert (inserted.count(), removed.count()) == (0, 0)
    parts.model.apply(ItemsInserted((1,), (gone,)))  # what came and went before the snapshot comes and goes again
    parts.model.apply(ItemsRemoved((1,), (gone,)))
    assert parts.mirrors()
    parts.close()


def test_that_changes_of_unknown_items_are_passed_over(parts: ListParts) -> None:
    spy = QSignalSpy(parts.model.dataChanged)
    parts.model.apply_transfer(transfer("nobody"))
    assert spy.count() == 0
    assert not parts.model._repaint.isActive()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), steps=st.integers(1, 25))
def test_that_any_changes_in_any_order_leave_the_model_as_the_list_is(qapp, seed: int, steps: int) -> None:
    chance = random.Random(seed)
    parts = make_list("a", "b", "c")
    removed: list[Removed] = []
    for number in range(steps):
        ids = [each.id for each in parts.share_list.snapshot()]
        some = chance.sample(ids, chance.randint(0, len(ids)))
        match chance.randrange(6):
            case 0:
                parts.share_list.add([item(f"{number}-{each}") for each in range(chance.randint(1, 4))])
            case 1:
                parts.share_list.update(some, lambda each, number=number: each.renamed(f"{number}.txt"))
            case 2:
                removed.append(parts.share_list.remove(some))
            case 3 if removed:
                parts.share_list.restore(removed.pop(chance.randrange(len(removed))))
            case 4:
                parts.share_list.move(some, chance.randint(0, len(ids)))
            case _:
                parts.share_list.arrange(some)
        if chance.random() < 0.4:  # else several changes arrive at once, when the list is further already
            deliver(qapp)
    deliver(qapp)
    assert parts.mirrors()
    assert [parts.model.index_of(each.id).row() for each in parts.share_list.snapshot()] == list(
        range(len(parts.share_list))
    )
    parts.close()


# -- many rows that are not side by side


@pytest.fixture
def many(qapp) -> Iterator[ListParts]:
    parts = make_list(*(f"{number:03}" for number in range(4 * MANY_RUNS)))
    yield parts
    parts.close()


def test_that_many_scattered_rows_go_and_come_back_in_one_step(many: ListParts, qapp) -> None:
    """Each removal by itself moves all rows below and the selection: 5,000 of 10,000 rows took minutes."""
    ids = [each.id for each in many.share_list.snapshot()]
    held = {item_id: QPersistentModelIndex(many.model.index_of(item_id)) for item_id in ids}
    removals, insertions = QSignalSpy(many.model.rowsRemoved), QSignalSpy(many.model.rowsInserted)
    removed = many.share_list.remove(ids[::2])
    deliver(qapp)
    assert many.mirrors()
    assert spans(removals) == [(2 * MANY_RUNS, 4 * MANY_RUNS - 1)]
    assert [held[each].row() for each in ids[1::2]] == list(range(2 * MANY_RUNS))
    assert not any(held[each].isValid() for each in ids[::2])
    many.share_list.restore(removed)
    deliver(qapp)
    assert many.mirrors()
    assert insertions.count() == 1
    assert [held[each].row() for each in ids[1::2]] == list(range(1, 4 * MANY_RUNS, 2))


def test_that_many_scattered_edits_are_announced_at_once(many: ListParts, qapp) -> None:
    spy = QSignalSpy(many.model.dataChanged)
    ids = [each.id for each in many.share_list.snapshot()]
    many.share_list.update(ids[1::2], lambda each: each.renamed("x"))
    deliver(qapp)
    assert changed_cells(spy) == [(1, 0, 4 * MANY_RUNS - 1, 3)]


def test_that_rows_are_found_in_the_order_asked_for(parts: ListParts) -> None:
    assert parts.model.rows_of(["e", "nobody", "a"]) == [4, 0]


# -- transfers


def test_that_a_burst_of_progress_is_painted_once_and_in_its_cells_only(parts: ListParts, qtbot) -> None:
    spy = QSignalSpy(parts.model.dataChanged)
    for sent in range(0, 1000, 10):
        parts.model.apply_transfer(transfer("b", sent=sent))
        parts.model.apply_transfer(transfer("e", "u", sent=sent))
    assert spy.count() == 0
    qtbot.waitUntil(lambda: spy.count() == 2)
    assert changed_cells(spy) == [(1, 0, 1, 0), (4, 0, 4, 0)]
    assert not parts.model._repaint.isActive()  # nothing runs while nothing moves
    assert parts.model.activity("b").fraction == 0.99


def test_that_digests_of_a_thousand_small_files_are_painted_together(parts: ListParts, qtbot) -> None:
    spy = QSignalSpy(parts.model.dataChanged)
    for item_id in "abc":
        parts.model.apply_digest(ItemDigest(item_id, None))
    parts.model.apply_digest(ItemDigest("nobody", None))
    assert spy.count() == 0
    qtbot.waitUntil(lambda: spy.count() == 1)
    assert changed_cells(spy) == [(0, 0, 2, 0)]


def test_that_transfers_arrive_through_the_bridge(parts: ListParts, qtbot) -> None:
    spy = QSignalSpy(parts.model.dataChanged)
    parts.transfers.changed.announce(transfer("a", sent=500))
    qtbot.waitUntil(lambda: spy.count() == 1)
    assert parts.model.activity("a").fraction == 0.5


def test_that_several_devices_count_as_one_progress_and_ends_are_counted(parts: ListParts) -> None:
    for event in (
        transfer("a", "1", sent=1000),
        transfer("a", "2", sent=0),
        transfer("b", "3", sent=500, total=None),
    ):
        parts.model.apply_transfer(event)
    assert parts.model.activity("a").fraction == 0.5
    assert parts.model.activity("b").fraction is None
    parts.model.apply_transfer(transfer("a", "1", sent=1000, state=TransferState.FINISHED))
    parts.model.apply_transfer(transfer("a", "2", sent=10, state=TransferState.ABORTED))
    assert (parts.model.activity("a").running, parts.model.activity("a").finished) == ({}, 1)


def test_that_what_went_on_with_a_removed_item_is_forgotten(parts: ListParts, qapp) -> None:
    parts.model.apply_transfer(transfer("a", sent=10))
    removed = parts.share_list.remove(["a"])
    deliver(qapp)
    parts.share_list.restore(removed)
    deliver(qapp)
    assert not parts.model.activity("a").running


# -- what it says, and what it is asked for


def test_that_every_cell_says_what_it_is_to_a_screen_reader(parts: ListParts) -> None:
    said = [parts.model.index(0, column).data(Roles.AccessibleTextRole) for column in Column]
    assert said == ["a, ready to share", "Download: the browser saves it", "Copy the link of “a”", "More for “a”"]
    assert parts.model.index(0, Column.DISPOSITION).data(Roles.CheckStateRole) == Qt.CheckState.Unchecked


def test_that_a_checked_box_is_open_and_an_edited_name_a_rename(parts: ListParts, qtbot) -> None:
    cell = parts.model.index(0, Column.DISPOSITION)
    assert parts.model.setData(cell, Qt.CheckState.Checked, Roles.CheckStateRole)
    assert parts.model.setData(parts.model.index(0, Column.NAME), "z.txt")
    qtbot.waitUntil(lambda: parts.names()[0] == "z.txt")
    assert parts.model.item_at(0).disposition is Disposition.INLINE
    assert cell.data(Roles.CheckStateRole) == Qt.CheckState.Checked


def test_that_a_name_which_stays_as_it_is_asks_for_nothing(parts: ListParts) -> None:
    saves = parts.store.saves
    assert not parts.model.setData(parts.model.index(0, Column.NAME), "a")
    parts.commands.close()
    assert parts.store.saves == saves


def test_that_a_path_in_a_tool_tip_is_never_markup(parts: ListParts, qapp) -> None:
    parts.share_list.add([item("x<b>bold</b>&amp;")])
    deliver(qapp)
    tip = parts.model.index(6, Column.NAME).data(Roles.ToolTipRole)
    assert "x&lt;b>bold" in tip
    assert "&amp;amp;" in tip


def test_that_the_roles_of_a_row_give_its_item(parts: ListParts) -> None:
    assert parts.model.index(3, Column.MENU).data(ITEM_ROLE) is parts.model.item_at(3)
