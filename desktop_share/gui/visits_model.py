"""The access log as Qt's model: the newest first, looked at again at most five times a second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from desktop_share.core.access_log import Visit
from desktop_share.gui.transfer_words import TransferColumn
from desktop_share.gui.transfers_model import REPAINT_MS, cell_data
from desktop_share.gui.visit_words import is_refused, told_cell, visit_time_cell, visitor_cell, wish_cell

Index = QModelIndex | QPersistentModelIndex

_CELLS = (visitor_cell, wish_cell, told_cell, visit_time_cell)


class Visits(Protocol):
    """What the window wants of the access log."""

    def snapshot(self) -> tuple[Visit, ...]: ...

    def clear(self) -> None: ...


class VisitsModel(QAbstractTableModel):
    """`looked` after each look at the log. Rows that stay are not touched: they are the log's own values."""

    looked = Signal()

    def __init__(self, visits: Visits, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._visits = visits
        self._rows: list[Visit] = []
        self._only_refused = False
        self._looking = QTimer(self, interval=REPAINT_MS, singleShot=True)
        self._looking.timeout.connect(self.look)

    def look_soon(self) -> None:
        """Something was noted."""
        if not self._looking.isActive():
            self._looking.start()

    def show_only_refused(self, only: bool) -> None:
        self._only_refused = only
        self._replace(self._wanted())
        self.looked.emit()

    def look(self) -> None:
        """Show the log as it is now."""
        self._looking.stop()
        self._follow(self._wanted())
        self.looked.emit()

    def _wanted(self) -> list[Visit]:
        seen: Callable[[Visit], bool] = is_refused if self._only_refused else lambda _: True
        return [visit for visit in reversed(self._visits.snapshot()) if seen(visit)]

    def _follow(self, wanted: list[Visit]) -> None:
        """Become `wanted`: new rows on top, old ones gone at the end; the newest may have been counted on."""
        known = {id(visit): row for row, visit in enumerate(self._rows)}
        fresh = next((row for row, visit in enumerate(wanted) if id(visit) in known), None)
        if fresh is None or known[id(wanted[fresh])] > 1:
            self._replace(wanted)
            return
        counted = known[id(wanted[fresh])]  # 1: what was the newest has become another one
        if counted > fresh:
            self._replace(wanted)
            return
        if counted:
            self._rows[0] = wanted[fresh - 1]
            self.dataChanged.emit(self.index(0, 0), self.index(0, len(TransferColumn) - 1))
        new = wanted[: fresh - counted]
        if new:
            self.beginInsertRows(QModelIndex(), 0, len(new) - 1)
            self._rows[:0] = new
            self.endInsertRows()
        if len(self._rows) > len(wanted):
            self.beginRemoveRows(QModelIndex(), len(wanted), len(self._rows) - 1)
            del self._rows[len(wanted) :]
            self.endRemoveRows()

    def _replace(self, wanted: list[Visit]) -> None:
        self.beginResetModel()
        self._rows = wanted
        self.endResetModel()

    # -- what Qt asks

    def visit_at(self, row: int) -> Visit:
        return self._rows[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(TransferColumn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        return cell_data(_CELLS[index.column()](self._rows[index.row()]), role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Device"), self.tr("Wanted"), self.tr("Was told"), self.tr("Time"))[section]
        return None
