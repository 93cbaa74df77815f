"""The list as Qt's model: it follows the list's events and is never rebuilt."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer

from desktop_share.core.digests import ItemDigest
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.share_list import (
    ItemsInserted,
    ItemsRemoved,
    ItemsReordered,
    ItemState,
    ItemsUpdated,
    ListEvent,
    ProblemChanged,
    ShareList,
    StateChanged,
)
from desktop_share.core.transfers import Transfer
from desktop_share.gui.activity import QUIET, Activity
from desktop_share.gui.bridge import Bridge
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.link_clock import LinkClock
from desktop_share.gui.link_words import sign_of
from desktop_share.gui.row_words import control_words, row_summary, tool_tip

Index = QModelIndex | QPersistentModelIndex

# Beyond so many pieces rows are brought together first: each insertion and removal moves all that is below it, and
# Qt's selection with it.
MANY_RUNS = 64

REPAINT_MS = 200  # progress is painted at most five times a second


class Column(IntEnum):
    NAME = 0
    DISPOSITION = 1
    COPY = 2
    MENU = 3


ITEM_ROLE = Qt.ItemDataRole.UserRole
PROBLEM_ROLE = Qt.ItemDataRole.UserRole + 1
ACTIVITY_ROLE = Qt.ItemDataRole.UserRole + 2
STATE_ROLE = Qt.ItemDataRole.UserRole + 3
SIGN_ROLE = Qt.ItemDataRole.UserRole + 4


class ShareModel(QAbstractTableModel):
    """One row an item. Edits go to the commands; the rows change when the list says so."""

    def __init__(
        self,
        share_list: ShareList,
        bridge: Bridge,
        commands: ShareCommands,
        digest_of: Callable[[str], bytes | None] = lambda _: None,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._list = share_list
        self._commands = commands
        self._digest_of = digest_of
        self._activity: dict[str, Activity] = {}
        self._stale: set[str] = set()
        self._repaint = QTimer(self, interval=REPAINT_MS, singleShot=True)
        self._repaint.timeout.connect(self._announce_activity)
        # connected first: what changes after the snapshot is not lost, what it holds already is recognised by its id
        bridge.list_changed.connect(self.apply)
        bridge.transfer_changed.connect(self.apply_transfer)
        bridge.digest_changed.connect(self.apply_digest)
        self._items: list[SharedItem] = list(share_list.snapshot())
        self._rows: dict[str, int] = {}
        self._number(0)
        self._links = LinkClock(clock, self)
        self._links.changed.connect(lambda ids: self._changed(ids, (Column.NAME,)))
        self._links.follow(self._items)

    # -- for the view and the window

    def item_at(self, row: int) -> SharedItem:
        return self._items[row]

    def index_of(self, item_id: str) -> QModelIndex:
        """The first cell of an item's row; an invalid index when it is not in the list."""
        row = self._rows.get(item_id)
        return QModelIndex() if row is None else self.index(row, Column.NAME)

    def rows_of(self, ids: Iterable[str]) -> list[int]:
        """In the order of `ids`, without those that are not in the list."""
        return [self._rows[each] for each in ids if each in self._rows]

    def activity(self, item_id: str) -> Activity:
        return self._activity.get(item_id, QUIET)

    def state(self, item_id: str) -> ItemState:
        return self._list.state(item_id)

    # -- what Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self._items)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(Column)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if index.isValid() and index.column() == Column.NAME:
            flags |= Qt.ItemFlag.ItemIsEditable
        if index.isValid() and index.column() == Column.DISPOSITION:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._items):
            return None
        item = self._items[index.row()]
        problem = self._list.problem(item.id)
        roles = Qt.ItemDataRole
        if role == ITEM_ROLE:
            return item
        if role == PROBLEM_ROLE:
            return problem
        if role == ACTIVITY_ROLE:
            return self.activity(item.id)
        state = self._list.state(item.id)
        if role == STATE_ROLE:
            return state
        if role == SIGN_ROLE:
            return sign_of(item, self._links.clock())
        if index.column() == Column.NAME:
            if role in (roles.DisplayRole, roles.EditRole):
                return item.download_name
            if role in (roles.AccessibleTextRole, roles.AccessibleDescriptionRole):
                sign = sign_of(item, self._links.clock())
                return f"{item.download_name}, {row_summary(item, problem, self.activity(item.id), state, sign)}"
            if role == roles.ToolTipRole:
                return tool_tip(item, problem, self._digest_of(item.id), state)
            return None
        if index.column() == Column.DISPOSITION and role == roles.CheckStateRole:
            return Qt.CheckState.Checked if item.disposition is Disposition.INLINE else Qt.CheckState.Unchecked
        if role in (roles.DisplayRole, roles.AccessibleTextRole, roles.ToolTipRole):
            return control_words(item, Column(index.column()).name, role == roles.DisplayRole)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Ask for the change; the row shows it when it is made."""
        if not index.isValid():
            return False
        item = self._items[index.row()]
        if index.column() == Column.NAME and role == Qt.ItemDataRole.EditRole:
            if value == item.download_name:
                return False
            self._commands.rename(item.id, str(value))
            return True
        if index.column() == Column.DISPOSITION and role == Qt.ItemDataRole.CheckStateRole:
            inline = Qt.CheckState(value) == Qt.CheckState.Checked
            self._commands.set_disposition((item.id,), Disposition.INLINE if inline else Disposition.ATTACHMENT)
            return True
        return False

    # -- the list's events

    def apply(self, event: ListEvent) -> None:
        match event:
            case ItemsInserted():
                self._insert(event)
            case ItemsRemoved():
                self._remove(event.items)
            case ItemsUpdated():
                self._update(event.items)
            case ItemsReordered():
                self._reorder(event.order)
            case ProblemChanged():
                self._changed([event.item_id], range(len(Column)))
            case StateChanged() if event.item_id in self._rows:
                self._paint_soon(event.item_id)  # an index counts its bytes many times a second

    def _insert(self, event: ItemsInserted) -> None:
        new = [pair for pair in zip(event.indexes, event.items, strict=True) if pair[1].id not in self._rows]
        together = list(_insertion_runs(new))
        if len(together) <= MANY_RUNS:
            for first, items in together:
                self._insert_run(first, items)
            return
        wanted = [item.id for item in self._items]
        for first, items in together:
            wanted[first:first] = [item.id for item in items]
        self._insert_run(len(self._items), [item for _, item in new])
        self._reorder(wanted)

    def _insert_run(self, first: int, items: Sequence[SharedItem]) -> None:
        row = min(first, len(self._items))
        self.beginInsertRows(QModelIndex(), row, row + len(items) - 1)
        self._items[row:row] = items
        self._links.follow(items)
        self._number(row)
        self.endInsertRows()

    def _remove(self, items: Sequence[SharedItem]) -> None:
        rows = sorted(self.rows_of(item.id for item in items))
        if len(list(runs(rows))) > MANY_RUNS:
            leaving = set(rows)
            self._reorder([item.id for row, item in enumerate(self._items) if row not in leaving])
            rows = list(range(len(self._items) - len(rows), len(self._items)))
        for first, last in reversed(list(runs(rows))):
            self.beginRemoveRows(QModelIndex(), first, last)
            for item in self._items[first : last + 1]:
                del self._rows[item.id]
                self._activity.pop(item.id, None)
                self._links.forget(item.id)
            del self._items[first : last + 1]
            self._number(first)
            self.endRemoveRows()

    def _update(self, items: Sequence[SharedItem]) -> None:
        known = [item for item in items if item.id in self._rows]
        for item in known:
            self._items[self._rows[item.id]] = item
        self._links.follow(known)
        self._changed((item.id for item in known), range(len(Column)))

    def _reorder(self, order: Sequence[str]) -> None:
        wanted = {item_id: number for number, item_id in enumerate(order)}
        self.layoutAboutToBeChanged.emit()
        persistent = self.persistentIndexList()
        held = [self._items[index.row()].id for index in persistent]
        self._items.sort(key=lambda item: wanted.get(item.id, len(wanted)))
        self._number(0)
        moved = [self.index(self._rows[each], index.column()) for each, index in zip(held, persistent, strict=True)]
        self.changePersistentIndexList(persistent, moved)
        self.layoutChanged.emit()

    # -- transfers and digests

    def apply_transfer(self, transfer: Transfer) -> None:
        """Remember what is going on; paint it with the next turn of a timer that runs only while something moves."""
        if transfer.item_id not in self._rows:
            return
        self._activity[transfer.item_id] = self.activity(transfer.item_id).after(transfer)
        self._paint_soon(transfer.item_id)

    def apply_digest(self, digest: ItemDigest) -> None:
        if digest.item_id in self._rows:
            self._paint_soon(digest.item_id)

    def _paint_soon(self, item_id: str) -> None:
        self._stale.add(item_id)
        if not self._repaint.isActive():
            self._repaint.start()

    def _announce_activity(self) -> None:
        stale, self._stale = self._stale, set()
        self._changed(stale, (Column.NAME,))

    # -- numbering

    def _number(self, first: int) -> None:
        for row in range(first, len(self._items)):
            self._rows[self._items[row].id] = row

    def _changed(self, ids: Iterable[str], columns: Sequence[int]) -> None:
        pieces = list(runs(sorted(self.rows_of(ids))))
        if len(pieces) > MANY_RUNS:
            pieces = [(pieces[0][0], pieces[-1][1])]
        for first, last in pieces:
            self.dataChanged.emit(self.index(first, columns[0]), self.index(last, columns[-1]))


def runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Ascending row numbers as (first, last) of what is without a gap."""
    start = 0
    for place in range(1, len(rows) + 1):
        if place == len(rows) or rows[place] != rows[place - 1] + 1:
            yield rows[start], rows[place - 1]
            start = place


def _insertion_runs(pairs: Sequence[tuple[int, SharedItem]]) -> Iterator[tuple[int, list[SharedItem]]]:
    """(row, items) of what goes in side by side, from the top down: each run finds the ones above it in place."""
    items = dict(pairs)
    for first, last in runs([row for row, _ in pairs]):
        yield first, [items[row] for row in range(first, last + 1)]
