"""The list on the screen: mouse, keys and menus of its rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFileDialog, QHeaderView, QMenu, QTableView, QWidget

from desktop_share.core.items import Disposition, SharedItem
from desktop_share.gui import row_geometry as geometry
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.delegates import Pointer, RowDelegate
from desktop_share.gui.share_model import ITEM_ROLE, PROBLEM_ROLE, Column, ShareModel
from desktop_share.gui.thumbnails import Thumbnails

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
        self.setItemDelegate(RowDelegate(lambda: self._pointer, self._thumbnails.of, self._edited_row, self))
        self._make_actions()
        self._dress()
        self.locate_requested.connect(self._ask_where)
        self.selectionModel().selectionChanged.connect(self._enable_actions)
        self._enable_actions()

    # -- for the window

    def selected_items(self) -> list[SharedItem]:
        """From the top down."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._model.item_at(row) for row in rows]

    def selected_ids(self) -> list[str]:
        return [item.id for item in self.selected_items()]

    def select_ids(self, ids: Iterable[str]) -> None:
        """Select these rows, show the first of them, and take the keyboard there."""
        indexes = [index for each in ids if (index := self._model.index_of(each)).isValid()]
        if not indexes:
            return
        selection = QItemSelection()
        for index in indexes:
            selection.select(index, index)
        flags = _Flag.ClearAndSelect | _Flag.Rows
        self.selectionModel().setCurrentIndex(indexes[0], _Flag.NoUpdate)
        self.selectionModel().select(selection, flags)
        self.scrollTo(indexes[0])

    def close_thumbnails(self) -> None:
        """End the thread that reads pictures."""
        self._thumbnails.close()

    # -- set-up

    def _make_actions(self) -> None:
        delete = [QKeySequence(Qt.Key.Key_Delete), QKeySequence(Qt.Key.Key_Backspace)]
        self.action_copy = self._action(self.tr("Copy link"), self._copy_selected, [QKeySequence.StandardKey.Copy])
        self.action_qr = self._action(self.tr("Show QR code"), self._qr_selected, [QKeySequence("Ctrl+R")])
        self.action_rename = self._action(self.tr("Rename…"), self._rename_selected, [QKeySequence(Qt.Key.Key_F2)])
        self.action_download = self._action(self.tr("Browsers save it (Download)"), self._set_attachment, ["Ctrl+1"])
        self.action_open = self._action(self.tr("Browsers show it (Open)"), self._set_inline, ["Ctrl+2"])
        self.action_locate = self._action(self.tr("Locate the file…"), self._locate_selected, ["Ctrl+L"])
        self.action_remove = self._action(self.tr("Remove from the list"), self._remove_selected, delete)

    def _action(
        self, text: str, do: Callable[[], None], keys: Sequence[QKeySequence | QKeySequence.StandardKey | str]
    ) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(do)
        self.addAction(action)
        return action

    @property
    def actions_of_rows(self) -> tuple[tuple[QAction, ...], ...]:
        """In the groups of the context menu."""
        return (
            (self.action_copy, self.action_qr),
            (self.action_rename, self.action_download, self.action_open),
            (self.action_locate, self.action_remove),
        )

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
        self.setColumnWidth(Column.DISPOSITION, geometry.DISPOSITION_WIDTH)
        self.setColumnWidth(Column.COPY, geometry.COPY_WIDTH_NARROW if narrow else geometry.COPY_WIDTH)
        self.setColumnWidth(Column.MENU, geometry.MENU_WIDTH)

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
        """Note where the mouse is, and paint the controls that it left and that it came to."""
        before, self._pointer = self._pointer, Pointer(position, bool(pressed))
        for each in {self._controls_at(before.position), self._controls_at(position)}:
            if each is not None:
                self.viewport().update(QRect(*each))

    def _controls_at(self, position: QPoint | None) -> tuple[int, int, int, int] | None:
        index = QModelIndex() if position is None else self.indexAt(position)
        if not index.isValid() or index.column() == Column.NAME:
            return None
        rect = self.visualRect(index)
        return rect.x(), rect.y(), rect.width(), rect.height()

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
                self.select_ids([item.id])
                self._row_menu().popup(
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
            self._copy_selected()
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and plain and self._model.rowCount():
            # Qt goes to the first or last column of the row: rows are what people go through here
            row = 0 if event.key() == Qt.Key.Key_Home else self._model.rowCount() - 1
            self.select_ids([self._model.item_at(row).id])
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard and self.currentIndex().isValid():
            self._row_menu().popup(self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center()))
        elif self.indexAt(event.pos()).isValid():
            self._row_menu().popup(event.globalPos())

    def _row_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, group in enumerate(self.actions_of_rows):
            if number:
                menu.addSeparator()
            menu.addActions(list(group))
        return menu

    def _enable_actions(self) -> None:
        count = len(self.selectionModel().selectedRows())
        for group in self.actions_of_rows:
            for action in group:
                action.setEnabled(count > 0)
        for action in (self.action_qr, self.action_rename, self.action_locate):
            action.setEnabled(count == 1)

    # -- the actions

    def _copy_selected(self) -> None:
        self.copy_requested.emit(self.selected_ids())

    def _qr_selected(self) -> None:
        self.qr_requested.emit(self.selected_ids()[0])

    def _rename_selected(self) -> None:
        self._rename(self.selectionModel().selectedRows()[0])

    def _rename(self, index: QModelIndex) -> None:
        self.edit(index.siblingAtColumn(Column.NAME))
        self.viewport().update(self.visualRect(index.siblingAtColumn(Column.NAME)))

    def _set_attachment(self) -> None:
        self._commands.set_disposition(self.selected_ids(), Disposition.ATTACHMENT)

    def _set_inline(self) -> None:
        self._commands.set_disposition(self.selected_ids(), Disposition.INLINE)

    def _toggle_selected(self) -> None:
        """All the same: Open, unless all are Open already."""
        items = self.selected_items()
        inline = all(item.disposition is Disposition.INLINE for item in items)
        wanted = Disposition.ATTACHMENT if inline else Disposition.INLINE
        self._commands.set_disposition([item.id for item in items], wanted)

    def _remove_selected(self) -> None:
        """The row that comes after the last removed one is selected next, so that the keyboard goes on."""
        items = self.selected_items()
        last = self._model.index_of(items[-1].id).row()
        after = min(last + 1, self._model.rowCount() - 1)
        following = self._model.item_at(after).id
        self._commands.remove([item.id for item in items])
        if following not in {item.id for item in items}:
            self.select_ids([following])

    def _locate_selected(self) -> None:
        self.locate_requested.emit(self.selected_ids()[0])

    def _ask_where(self, item_id: str) -> None:
        index = self._model.index_of(item_id)
        if not index.isValid():
            return
        item = self._model.item_at(index.row())
        folder = str(item.source.path.parent)
        title = self.tr("Where is “{name}” now?").format(name=item.download_name)
        dialog = QFileDialog(self.window(), title, folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._commands.locate(item_id, path))
        dialog.open()

    # -- painting

    def _edited_row(self) -> int:
        return self.currentIndex().row() if self.state() == QAbstractItemView.State.EditingState else -1

    def _repaint_tile(self, item_id: str) -> None:
        index = self._model.index_of(item_id)
        if index.isValid():
            self.viewport().update(self.visualRect(index))
