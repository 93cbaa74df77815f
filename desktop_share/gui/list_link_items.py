"""The items that a link to some of the list opens, and what changes which they are."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout, QWidget

from desktop_share.core.items import SharedItem
from desktop_share.core.names import shown
from desktop_share.gui.theme import GAP

_ROWS = 4  # that are seen at once


class _Names(QListWidget):
    """One name a row, as large as a few of them; the rest is scrolled to."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("names")
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setUniformItemSizes(True)
        self.setTabKeyNavigation(False)

    def sizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), _ROWS * (self.fontMetrics().lineSpacing() + 6) + GAP)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class ListLinkItems(QWidget):
    """add_requested     the items that are selected in the window shall be opened too
    remove_requested  tuple[str, ...]: the ids of items that shall not be opened any more
    """

    add_requested = Signal()
    remove_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[tuple[str, str]] = []  # ids and names
        self.names = _Names()
        self.names.setAccessibleName(self.tr("Items that the link opens"))
        self.add_button = QPushButton(self.tr("Add the selected items"))
        self.add_button.setToolTip(self.tr("Those that are selected in the list of the window"))
        self.remove_button = QPushButton(self.tr("Remove from the link"))
        self.remove_button.setToolTip(self.tr("It stays in the list, and its other links go on opening it"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP // 2)
        for each in (self.names, self.add_button, self.remove_button):
            column.addWidget(each)
        self.add_button.clicked.connect(self.add_requested)
        self.remove_button.clicked.connect(self._remove)
        self.names.itemSelectionChanged.connect(self._fit)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.names, self._remove)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        self._fit()

    def show_items(self, items: Sequence[SharedItem]) -> None:
        """In the order of the page. What is selected stays so."""
        wanted = [(item.id, shown(item.download_name)) for item in items]
        if wanted == self._shown:
            return
        chosen, place = set(self.chosen), self.names.currentRow()
        self._shown = wanted
        self.names.clear()
        for item_id, name in wanted:
            row = QListWidgetItem(name, self.names)
            row.setData(Qt.ItemDataRole.UserRole, item_id)
            row.setSelected(item_id in chosen)
        if wanted:
            flag = self.names.selectionModel().SelectionFlag.NoUpdate
            self.names.setCurrentRow(max(min(place, len(wanted) - 1), 0), flag)
        self._fit()

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the items that are selected here."""
        return tuple(row.data(Qt.ItemDataRole.UserRole) for row in self.names.selectedItems())

    def _remove(self) -> None:
        if self.chosen:
            self.remove_requested.emit(self.chosen)

    def _fit(self) -> None:
        self.remove_button.setEnabled(bool(self.names.selectedItems()))
