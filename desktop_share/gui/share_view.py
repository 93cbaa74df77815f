"""The list on the screen: mouse, keys and menus of its rows."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    QTimer,
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
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QHeaderView, QTableView, QWidget

from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.sources import source_path
from desktop_share.gui import row_geometry as geometry
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.delegates import Marks, Pointer, RowDelegate
from desktop_share.gui.row_actions import Choice, RowActions
from desktop_share.gui.selected import Selected
from desktop_share.gui.share_model import ITEM_ROLE, PROBLEM_ROLE, Column, Index, ShareModel, runs
from desktop_share.gui.source_commands import is_editable
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
    list_link_requested = Signal(object)

    def __init__(self, model: ShareModel, commands: ShareCommands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._commands = commands
        self._pointer = Pointer()
        self._pressed: tuple[QPersistentModelIndex, str] | None = None
        self._thumbnails = Thumbnails(commands.content_of, self)
        self._thumbnails.arrived.connect(self._repaint_tile)
        self.setModel(model)
        self.setItemDelegate(RowDelegate(lambda: self._pointer, self._thumbnails.of, self._marks, self))
        self._do = Selected(self, model, commands)
        self._actions = RowActions(self, self._do)
        self.action_copy, self.action_qr = self._actions.copy, self._actions.qr
        self.action_rename, self.action_locate = self._actions.rename, self._actions.locate
        self.action_download, self.action_open = self._actions.download, self._actions.open
        self.action_remove, self.action_edit = self._actions.remove, self._actions.edit
        self.action_zip, self.action_follow = self._actions.zip, self._actions.follow
        self.action_until_quit, self.action_list_link = self._actions.until_quit, self._actions.list_link
        self._dress()
        self.locate_requested.connect(self._do.ask_where)
        self.selectionModel().selectionChanged.connect(self._enable_actions)
        self._enabling = QTimer(self, interval=0, singleShot=True)  # one look for a burst of changes
        self._enabling.timeout.connect(self._enable_actions)
        model.dataChanged.connect(self._enabling.start)
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
            item = self._model.item_at(index.row())
            if is_editable(item):
                self._commands.read_text(item.id)
            else:
                self.rename(index)

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
                locatable = (
                    index.data(PROBLEM_ROLE) is not None and source_path(index.data(ITEM_ROLE).source) is not None
                )
                if locatable and geometry.name_cell(cell).status.contains(position):
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
            self._do.toggle_selected()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain and self.selected_items():
            (self.action_edit if self.action_edit.isEnabled() else self.action_copy).trigger()
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
        self._actions.enable(Choice.of(self.selected_items(), self._model.state))

    # -- editing a name

    def rename(self, index: QModelIndex) -> None:
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
