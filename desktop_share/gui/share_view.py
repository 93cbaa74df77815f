"""The list on the screen: mouse, keys and menus of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QFileDialog, QHeaderView, QTableView, QWidget

from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.sources import source_path
from desktop_share.gui import row_geometry as geometry
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.delegates import Marks, Pointer, RowDelegate
from desktop_share.gui.row_actions import RowActions
from desktop_share.gui.share_model import ITEM_ROLE, PROBLEM_ROLE, Column, Index, ShareModel, runs
from desktop_share.gui.thumbnails import Thumbnails

_MOST_RANGES = 500  # of selected rows: Qt takes time in the square of their number, 1 s for 5,000

_Flag = QItemSelectionModel.SelectionFlag


class ShareView(QTableView):
    """Edits go to the commands. What the window does is asked for by signals.

    copy_requested   list[str]: copy the links of these items
    qr_requested     str: show the QR code of this item's link
    locate_requested str: the owner is asked where the file of this item is now
    """

    copy_requested = Signal(object)
    qr_requested = Signal(str)
    locate_requested = Signal(str)

    def __init__(self, model: ShareModel, commands: ShareCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._commands = commands
        self._pointer = Pointer()
        self._pressed: tuple[QPersistentModelIndex, str] | None = None
        self._thumbnails = Thumbnails(self)
        self._thumbnails.arrived.connect(self._repaint_tile)
        self.setModel(model)
        self.setItemDelegate(RowDelegate(lambda: self._pointer, self._thumbnails.of, self._marks, self))
        self._actions = RowActions(self, self)
        self.action_copy, self.action_qr = self._actions.copy, self._actions.qr
        self.action_rename, self.action_locate = self._actions.rename, self._actions.locate
        self.action_download, self.action_open = self._actions.download, self._actions.open
        self.action_remove = self._actions.remove
        self._dress()
        self.locate_requested.connect(self._ask_where)
        self.selectionModel().selectionChanged.connect(self._enable_actions)
        self._enable_actions()

    # -- for the window

    def selected_items(self) -> list[SharedItem]:
        """From the top down."""
        return [self._model.item_at(row) for row in self._selected_rows()]

    def selected_ids(self) -> list[str]:
        return [item.id for item in self.selected_items()]

    def _selected_rows(self) -> list[int]:
        """Ascending. From the ranges: an index for each of 10,000 rows takes its time."""
        ranges = self.selectionModel().selection().toList()
        return sorted({row for each in ranges for row in range(each.top(), each.bottom() + 1)})

    def select_ids(self, ids: Iterable[str]) -> None:
        """Select these rows, show the first of them, and take the keyboard there."""
        rows = self._model.rows_of(ids)
        if not rows:
            return
        selection = QItemSelection()
        for first, last in islice(runs(sorted(set(rows))), _MOST_RANGES):
            selection.append(QItemSelectionRange(self._model.index(first, 0), self._model.index(last, Column.MENU)))
        current = self._model.index(rows[0], Column.NAME)
        self.selectionModel().setCurrentIndex(current, _Flag.NoUpdate)
        self.selectionModel().select(selection, _Flag.ClearAndSelect | _Flag.Rows)
        self.scrollTo(current)

    def close_thumbnails(self) -> None:
        """End the thread that reads pictures."""
        self._thumbnails.close()

    # -- set-up

    def _dress(self) -> None:
        self.setAccessibleName(self.tr("Shared files"))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        rows = self.verticalHeader()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(geometry.ROW_HEIGHT)
        rows.setDefaultSectionSize(geometry.ROW_HEIGHT)
        columns = self.horizontalHeader()
        columns.setMinimumSectionSize(1)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        columns.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        quiet = self.palette()
        quiet.setColor(QPalette.ColorRole.Highlight, QColor(0, 0, 0, 0))  # the delegate paints what is selected
        self.setPalette(quiet)
        self._fit_columns()

    def _fit_columns(self) -> None:
        narrow = self.viewport().width() < geometry.NARROW_LIST
        self.setColumnWidth(Column.DISPOSITION, geometry.DISPOSITION_WIDTHS[narrow])
        self.setColumnWidth(Column.COPY, geometry.COPY_WIDTHS[narrow])
        self.setColumnWidth(Column.MENU, geometry.MENU_WIDTHS[narrow])

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit_columns()
        super().resizeEvent(event)

    # -- the mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._point(event.position().toPoint(), event.buttons() & Qt.MouseButton.LeftButton)
        index = self.indexAt(event.position().toPoint())
        target = self._target(index, event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and target:
            # a control acts on its own row and leaves what is selected as it is
            self._pressed = (QPersistentModelIndex(index), target)
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            return
        self._pressed = None
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._point(event.position().toPoint(), False)
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            super().mouseReleaseEvent(event)
            return
        index = self.indexAt(event.position().toPoint())
        if pressed[0] == index and self._target(index, event.position().toPoint()) == pressed[1]:
            self._act(index, pressed[1])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if self._target(index, event.position().toPoint()):
            self.mousePressEvent(event)  # two quick clicks on a control are two clicks
        elif index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            self._rename(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        position = event.position().toPoint()
        self._point(position, bool(event.buttons() & Qt.MouseButton.LeftButton))
        over = bool(self._target(self.indexAt(position), position))
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor)
        if self._pressed is None:
            super().mouseMoveEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._point(None, False)
        return super().viewportEvent(event)

    def _point(self, position: QPoint | None, pressed: object) -> None:
        """Note where the mouse is, and paint the row that it left, or the controls that it is over."""
        before, self._pointer = self._pointer, Pointer(position, bool(pressed))
        old, new = self._row_at(before.position), self._row_at(position)
        if old != new:
            self._paint_row(old)
        if old != new or before.pressed != self._pointer.pressed or self._over_controls(before, self._pointer):
            self._paint_row(new)

    def _over_controls(self, *pointers: Pointer) -> bool:
        first = self.columnViewportPosition(Column.DISPOSITION)
        return any(each.position is not None and each.position.x() >= first for each in pointers)

    def _row_at(self, position: QPoint | None) -> int:
        return -1 if position is None else self.rowAt(position.y())

    def _paint_row(self, row: int) -> None:
        if row >= 0:
            self.viewport().update(0, self.rowViewportPosition(row), self.viewport().width(), geometry.ROW_HEIGHT)

    def _target(self, index: QModelIndex, position: QPoint) -> str:
        """Which control is there; '' for none."""
        if not index.isValid():
            return ""
        cell = self.visualRect(index)
        match index.column():
            case Column.DISPOSITION:
                for half, disposition in zip(geometry.halves(cell), Disposition, strict=True):
                    if half.contains(position):
                        return str(disposition)
            case Column.COPY if geometry.control(cell).contains(position):
                return "copy"
            case Column.MENU if geometry.control(cell).contains(position):
                return "menu"
            case Column.NAME:
                if index.data(PROBLEM_ROLE) is not None and geometry.name_cell(cell).status.contains(position):
                    return "locate"
        return ""

    def _act(self, index: QModelIndex, target: str) -> None:
        item: SharedItem = index.data(ITEM_ROLE)
        match target:
            case "copy":
                self.copy_requested.emit([item.id])
            case "locate":
                self.locate_requested.emit(item.id)
            case "menu":
                if not self.selectionModel().isRowSelected(index.row()):
                    self.select_ids([item.id])  # the menu is for what is selected
                self._actions.menu().popup(
                    self.viewport().mapToGlobal(geometry.control(self.visualRect(index)).bottomLeft())
                )
            case _:
                self._commands.set_disposition([item.id], Disposition(target))

    # -- keys and menus

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if event.key() == Qt.Key.Key_Space and plain and self.selected_items():
            self._toggle_selected()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain and self.selected_items():
            self.copy_selected()
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and plain and self._model.rowCount():
            # Qt goes to the first or last column of the row: rows are what people go through here
            row = 0 if event.key() == Qt.Key.Key_Home else self._model.rowCount() - 1
            self.select_ids([self._model.item_at(row).id])
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            self._actions.menu().popup(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center()))
        elif self.indexAt(event.pos()).isValid():
            self._actions.menu().popup(event.globalPos())

    def _enable_actions(self) -> None:
        self._actions.enable(len(self._selected_rows()))

    # -- the actions

    def copy_selected(self) -> None:
        self.copy_requested.emit(self.selected_ids())

    def qr_selected(self) -> None:
        self.qr_requested.emit(self.selected_ids()[0])

    def rename_selected(self) -> None:
        self._rename(self._model.index(self._selected_rows()[0], Column.NAME))

    def _rename(self, index: QModelIndex) -> None:
        name = index.siblingAtColumn(Column.NAME)
        if self.state() == QAbstractItemView.State.EditingState:
            return
        self.selectionModel().setCurrentIndex(name, _Flag.NoUpdate)
        self.edit(name)
        self._paint_row(name.row())

    def closeEditor(self, editor: QWidget, _hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Whatever ends it, Tab as well: no other cell is opened, and the line that spoke of the editor goes."""
        super().closeEditor(editor, QAbstractItemDelegate.EndEditHint.NoHint)
        self._paint_row(self.currentIndex().row())

    def save_selected(self) -> None:
        self._commands.set_disposition(self.selected_ids(), Disposition.ATTACHMENT)

    def show_selected(self) -> None:
        self._commands.set_disposition(self.selected_ids(), Disposition.INLINE)

    def _toggle_selected(self) -> None:
        """All the same: Open, unless all are Open already."""
        items = self.selected_items()
        inline = all(item.disposition is Disposition.INLINE for item in items)
        wanted = Disposition.ATTACHMENT if inline else Disposition.INLINE
        self._commands.set_disposition([item.id for item in items], wanted)

    def remove_selected(self) -> None:
        """The row after the last removed one, at the end the one before, is selected next: the keyboard goes on."""
        ids = self.selected_ids()
        row = self._model.index_of(ids[-1]).row() + 1
        if row == self._model.rowCount():
            chosen = set(ids)
            row = next((each for each in range(row - 1, -1, -1) if self._model.item_at(each).id not in chosen), -1)
        following = () if row < 0 else (self._model.item_at(row).id,)
        self._commands.remove(ids)
        self.select_ids(following)

    def locate_selected(self) -> None:
        self.locate_requested.emit(self.selected_ids()[0])

    def _ask_where(self, item_id: str) -> None:
        index = self._model.index_of(item_id)
        if not index.isValid():
            return
        item = self._model.item_at(index.row())
        path = source_path(item.source)
        folder = str(Path.home() if path is None else path.parent)
        title = self.tr("Where is “{name}” now?").format(name=item.download_name)
        dialog = QFileDialog(self.window(), title, folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._commands.locate(item_id, path))
        dialog.open()

    # -- painting

    def _marks(self) -> Marks:
        row = self.currentIndex().row()
        edited = row if self.state() == QAbstractItemView.State.EditingState else -1
        return Marks(self._row_at(self._pointer.position), row if self.hasFocus() else -1, edited)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        for index in (previous, current):
            self._paint_row(index.row())

    def _repaint_tile(self, item_id: str) -> None:
        index = self._model.index_of(item_id)
        if index.isValid():
            self.viewport().update(self.visualRect(index))
