"""The history as Qt's model: read page by page, off the window's thread."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from desktop_share.core.history_table import HistoryEntry
from desktop_share.gui.background import Background
from desktop_share.gui.transfer_words import TransferColumn, device_cell, file_cell, state_cell, time_cell
from desktop_share.gui.transfers_model import cell_data

Index = QModelIndex | QPersistentModelIndex

PAGE = 200
_CELLS = (device_cell, file_cell, state_cell, time_cell)


class PastTransfers(Protocol):
    """What the window reads of the history. Waits for the disk; raises StorageError."""

    def search(self, text: str = "", before: int | None = None, limit: int = PAGE) -> list[HistoryEntry]: ...


class HistoryModel(QAbstractTableModel):
    """`loaded` after each answer of the disk, `failed` with a Problem. Answers to an older question are dropped."""

    loaded = Signal()
    failed = Signal(object)

    def __init__(self, history: PastTransfers, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._history = history
        self._background = background
        self._entries: list[HistoryEntry] = []
        self._asked = 0  # the number of the present question
        self._waiting = False
        self._more = False
        self.text = ""
        self._shown_text = ""

    # -- questions

    def look_for(self, text: str) -> None:
        """Show what has every word of `text`; '' is everything."""
        self.text = text
        self.refresh()

    def refresh(self) -> None:
        """Look again from the newest on. Rows that stay are not touched."""
        self._ask(None, self._show_first)

    def canFetchMore(self, parent: Index = QModelIndex()) -> bool:  # noqa: B008  Qt's signature
        return not parent.isValid() and self._more and not self._waiting

    def fetchMore(self, parent: Index = QModelIndex()) -> None:  # noqa: B008
        if self.canFetchMore(parent):
            self._ask(self._entries[-1].number, self._append)

    def _ask(self, before: int | None, show: Any) -> None:
        self._asked += 1
        self._waiting = True
        asked, text, history = self._asked, self.text, self._history

        def done(page: list[HistoryEntry]) -> None:
            if asked == self._asked:
                self._waiting = False
                show(page)
                self.loaded.emit()

        def failed(problem: object) -> None:
            if asked == self._asked:
                self._waiting = False
                self._more = False
                self.failed.emit(problem)

        self._background.run(lambda: history.search(text, before, PAGE), done, failed)

    # -- answers

    def _show_first(self, page: list[HistoryEntry]) -> None:
        latest = self._entries[0].number if self._entries else 0
        fresh = sum(entry.number > latest for entry in page)
        known = page[fresh:]
        goes_on = (
            bool(known)
            and self._shown_text == self.text
            and self._entries[: len(known)] == known
            and (len(page) == PAGE or len(self._entries) == len(known))
        )
        if not goes_on:
            self.beginResetModel()
            self._entries = list(page)
            self._shown_text = self.text
            self._more = len(page) == PAGE
            self.endResetModel()
        elif fresh:
            self.beginInsertRows(QModelIndex(), 0, fresh - 1)
            self._entries[:0] = page[:fresh]
            self.endInsertRows()

    def _append(self, page: list[HistoryEntry]) -> None:
        self._more = len(page) == PAGE
        if page:
            first = len(self._entries)
            self.beginInsertRows(QModelIndex(), first, first + len(page) - 1)
            self._entries += page
            self.endInsertRows()

    # -- what Qt asks

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(TransferColumn)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._entries):
            return None
        return cell_data(_CELLS[index.column()](self._entries[index.row()].transfer), role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Device"), self.tr("File"), self.tr("Result"), self.tr("Ended"))[section]
        return None
