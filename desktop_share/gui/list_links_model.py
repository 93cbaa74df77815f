"""The links to lists as Qt's model: those that open something, who was made last first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QResizeEvent

from desktop_share.core.links import ListLink
from desktop_share.gui.list_link_words import contents_cell, made_cell, name_cell
from desktop_share.gui.transfers_model import cell_data
from desktop_share.gui.transfers_view import TIME_WIDTH, TransferDelegate, TransferView

Index = QModelIndex | QPersistentModelIndex

_COLUMNS = 3


class ListLinksModel(QAbstractTableModel):
    """`present`: how many of a link's items are in the list now. `clock`: seconds since the epoch."""

    def __init__(
        self, present: Callable[[ListLink], int], clock: Callable[[], float], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._present = present
        self._links: list[ListLink] = []

    def show_links(self, links: Sequence[ListLink]) -> None:
        """One that was edited stays where it is, and so does the selection."""
        latest = [each for each in reversed(links) if not each.link.revoked]
        tokens = [each.link.token for each in latest]
        for row in range(len(self._links) - 1, -1, -1):
            if self._links[row].link.token not in tokens:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._links[row]
                self.endRemoveRows()
        for row, each in enumerate(latest):
            if row < len(self._links) and self._links[row].link.token == each.link.token:
                self._links[row] = each
            else:
                self.beginInsertRows(QModelIndex(), row, row)
                self._links.insert(row, each)
                self.endInsertRows()
        self.look_again()

    def look_again(self) -> None:
        """What is said of the links may have changed."""
        if self._links:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._links) - 1, _COLUMNS - 1))

    @property
    def links(self) -> Sequence[ListLink]:
        return self._links

    def link_at(self, row: int) -> ListLink:
        return self._links[row]

    def row_of(self, token: str) -> int:
        """-1 where it is not shown."""
        return next((row for row, each in enumerate(self._links) if each.link.token == token), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self._links)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else _COLUMNS

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._links):
            return None
        listed = self._links[index.row()]
        match index.column():
            case 0:
                return cell_data(name_cell(listed, self._clock()), role)
            case 1:
                return cell_data(contents_cell(listed, self._present(listed)), role)
        return cell_data(made_cell(listed), role)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Name"), self.tr("Items"), self.tr("Made"))[section]
        return None


class ListLinksView(TransferView):
    def __init__(self, model: ListLinksModel, name: str) -> None:
        super().__init__(model, name)
        self.setItemDelegate(TransferDelegate(self, button=False, names=0, last=_COLUMNS - 1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.viewport().width()
        items = round(width * 0.3)
        self.setColumnWidth(0, max(width - items - TIME_WIDTH, 0))
        self.setColumnWidth(1, items)
        self.setColumnWidth(2, TIME_WIDTH)
