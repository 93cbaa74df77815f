"""The transfers of this run as Qt's model: the running ones on top, and only the cells that changed announced."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, QTimer, Signal

from desktop_share.core.transfers import Transfer, TransferState
from desktop_share.gui.transfer_words import Cell, TransferColumn, cancel_cell, device_cell, file_cell, state_cell

if TYPE_CHECKING:
    from desktop_share.gui.bridge import Bridge

Index = QModelIndex | QPersistentModelIndex

REPAINT_MS = 200  # progress is painted at most five times a second
MOST_ENDED = 200  # rows; older ones are in the history

CELL_ROLE = Qt.ItemDataRole.UserRole
_CELLS = (device_cell, file_cell, state_cell, cancel_cell)


class Transfers(Protocol):
    """What the window wants of the book of transfers."""

    def snapshot(self) -> tuple[Transfer, ...]: ...

    def cancel(self, transfer_id: str) -> bool: ...


class TransfersModel(QAbstractTableModel):
    """The running ones, then those that ended, the latest first in both. `counted` says that there may be more or fewer
    of either now."""

    counted = Signal()

    def __init__(self, transfers: Transfers, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Transfer] = []
        self._running: set[str] = set()
        self._news: dict[str, Transfer] = {}
        self.finished = 0
        self._repaint = QTimer(self, interval=REPAINT_MS, singleShot=True)
        self._repaint.timeout.connect(self._apply_news)
        # connected first: an event that the snapshot has already is recognised by its id
        bridge.transfer_changed.connect(self.apply)
        for transfer in transfers.snapshot():
            self.apply(transfer)

    # -- for the panel and the window

    @property
    def running(self) -> int:
        return len(self._running)

    def transfer_at(self, row: int) -> Transfer:
        return self._rows[row]

    # -- what Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(TransferColumn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        cell = _CELLS[index.column()](self.transfer_at(index.row()))
        return cell_data(cell, role, is_button=index.column() == TransferColumn.LAST)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Device"), self.tr("File"), self.tr("State"), self.tr("Cancel"))[section]
        return None

    # -- events

    def apply(self, transfer: Transfer) -> None:
        """A new transfer is a new row at once; what changes shows with the next turn of a timer."""
        if transfer.id in self._running:
            known = self._news.get(transfer.id)
            if known is None or _runs(known):
                self._news[transfer.id] = transfer
            if not self._repaint.isActive():
                self._repaint.start()
        elif not any(each.id == transfer.id for each in self._rows):  # else a snapshot was faster than the event
            self._insert(transfer)

    def _insert(self, transfer: Transfer) -> None:
        row = 0 if _runs(transfer) else len(self._running)
        self.beginInsertRows(QModelIndex(), row, row)
        self._rows.insert(row, transfer)
        self.endInsertRows()
        if _runs(transfer):
            self._running.add(transfer.id)
        self._count(transfer)

    def _apply_news(self) -> None:
        news, self._news = self._news, {}
        places = {each.id: row for row, each in enumerate(self._rows[: len(self._running)])}
        ended = []
        for transfer in news.values():
            row = places[transfer.id]
            old, self._rows[row] = self._rows[row], transfer
            changed = [column for column in TransferColumn if _CELLS[column](old) != _CELLS[column](transfer)]
            if changed:
                self.dataChanged.emit(self.index(row, changed[0]), self.index(row, changed[-1]))
            if not _runs(transfer):
                ended.append(transfer)
        for transfer in ended:
            self._move_down(transfer)
            self._count(transfer)

    def _move_down(self, transfer: Transfer) -> None:
        """To the top of those that have ended."""
        row = next(row for row, each in enumerate(self._rows) if each.id == transfer.id)
        self._running.discard(transfer.id)
        last = len(self._running)
        if row != last:
            self.beginMoveRows(QModelIndex(), row, row, QModelIndex(), last + 1)
            self._rows.insert(last, self._rows.pop(row))
            self.endMoveRows()

    def _count(self, transfer: Transfer) -> None:
        self.finished += transfer.state is TransferState.FINISHED
        most = len(self._running) + MOST_ENDED
        if len(self._rows) > most:
            self.beginRemoveRows(QModelIndex(), most, len(self._rows) - 1)
            del self._rows[most:]
            self.endRemoveRows()
        self.counted.emit()


def cell_data(cell: Cell, role: int, *, is_button: bool = False) -> Any:
    """What Qt gets for a cell. Tool tips are escaped: no name is taken for rich text."""
    roles = Qt.ItemDataRole
    if role == CELL_ROLE:
        return cell
    if role == roles.DisplayRole:
        return "" if is_button else cell.first
    if role in (roles.AccessibleTextRole, roles.AccessibleDescriptionRole):
        return cell.spoken
    if role == roles.ToolTipRole and cell.first:
        lines = "\n".join(each for each in (cell.first, cell.second) if each)
        return f"<p style='white-space: pre'>{lines.replace('&', '&amp;').replace('<', '&lt;')}</p>"
    return None


def _runs(transfer: Transfer) -> bool:
    return transfer.state is TransferState.STARTED
