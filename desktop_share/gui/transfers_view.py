"""The table of the activity panel: two lines for each cell, a progress bar, a cancel button."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QFont, QFontMetrics, QKeySequence, QMouseEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from desktop_share.core.transfers import TransferState
from desktop_share.gui.row_colours import RowColours
from desktop_share.gui.row_words import Tone
from desktop_share.gui.transfer_words import Cell, TransferColumn
from desktop_share.gui.transfers_model import CELL_ROLE, TransfersModel

Index = QModelIndex | QPersistentModelIndex

ROW_HEIGHT = 50
BUTTON_WIDTH = 44
TIME_WIDTH = 96
_PAD = 8
_LINE = 19
_BAR = 3
_NARROW = 520
_LEAST_HEIGHT = 28  # part of a row: where height is scarce, what is over the table is not cut off
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class TransferDelegate(QStyledItemDelegate):
    """Paints a `Cell`. `button`: the last column is a cross in a circle where its cell has words. `names`: the column
    that stands out; `last`: where a row ends."""

    def __init__(
        self, parent: QWidget, *, button: bool, names: int = TransferColumn.FILE, last: int = TransferColumn.LAST
    ) -> None:
        super().__init__(parent)
        self._view = parent
        self._button = button
        self._names = names
        self._last = last

    def sizeHint(self, option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(option.rect.width(), ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours = RowColours.of(option.palette)
        cell: Cell = index.data(CELL_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(option.rect)
        self._background(painter, option, colours, index.column())
        if self._button and index.column() == TransferColumn.LAST:
            if cell.first:
                _cross(painter, option, colours)
        else:
            self._lines(painter, option, colours, cell, index.column())
        painter.restore()

    def _background(self, painter: QPainter, option: QStyleOptionViewItem, colours: RowColours, column: int) -> None:
        """One rounded band across the columns: each paints its piece of it, the ends beyond its own edges."""
        painter.fillRect(option.rect, option.palette.base())  # over the view's own band
        if not option.state & QStyle.StateFlag.State_Selected:
            return
        band = option.rect.adjusted(2, 1, -2, -1)
        band.setLeft(band.left() if column == TransferColumn.DEVICE else option.rect.left() - 20)
        band.setRight(band.right() if column == self._last else option.rect.right() + 20)
        painter.setPen(QPen(colours.active, 1) if self._view.hasFocus() else Qt.PenStyle.NoPen)
        painter.setBrush(colours.selected)
        painter.drawRoundedRect(QRectF(band).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _lines(
        self, painter: QPainter, option: QStyleOptionViewItem, colours: RowColours, cell: Cell, column: int
    ) -> None:
        inside = option.rect.adjusted(_PAD, 0, -_PAD, 0)
        bar = cell.fraction is not None
        top = inside.top() + (ROW_HEIGHT - 2 * _LINE) // 2 - (2 if bar else 0)
        tones = {Tone.QUIET: colours.text, Tone.ACTIVE: colours.active, Tone.PROBLEM: colours.problem}
        weighted = QFont(option.font)
        if column == self._names:
            weighted.setWeight(QFont.Weight.DemiBold)
        middle, right = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
        elide = middle if column == self._names else right
        painter.setPen(tones[cell.tone])
        _line(painter, weighted, QRect(inside.left(), top, inside.width(), _LINE), cell.first, elide)
        small = QFont(option.font)
        small.setPointSizeF(max(option.font.pointSizeF() * 0.93, 1.0))
        painter.setPen(colours.quiet)
        elide = middle if column == TransferColumn.DEVICE else right
        _line(painter, small, QRect(inside.left(), top + _LINE, inside.width(), _LINE), cell.second, elide)
        if cell.fraction is not None:
            line = QRectF(inside.left(), inside.top() + ROW_HEIGHT - _BAR - 4, inside.width(), _BAR)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colours.line)
            painter.drawRoundedRect(line, _BAR / 2, _BAR / 2)
            line.setWidth(line.width() * min(cell.fraction, 1.0))
            painter.setBrush(colours.active)
            painter.drawRoundedRect(line, _BAR / 2, _BAR / 2)


class TransferView(QTableView):
    """`cancelled` carries the id of the transfer whose button, or Delete key, was pressed."""

    cancelled = Signal(str)

    def __init__(self, model: QAbstractTableModel, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pressed: str | None = None
        self._transfers = model if isinstance(model, TransfersModel) else None
        self.setAccessibleName(name)
        self.setModel(model)
        self.setItemDelegate(TransferDelegate(self, button=self._transfers is not None))
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setMinimumHeight(_LEAST_HEIGHT)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().hide()
        self.horizontalHeader().setMinimumSectionSize(20)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        self.action_cancel = QAction(self.tr("Cancel this download"), self)
        self.action_cancel.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.action_cancel.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.action_cancel.setEnabled(False)
        if self._transfers is not None:
            self.addAction(self.action_cancel)
            self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
            self.action_cancel.triggered.connect(self._cancel_current)
            self.selectionModel().currentChanged.connect(self._offer)
            model.dataChanged.connect(self._offer)
            model.rowsRemoved.connect(self._offer)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The button neither selects its row nor gives it the focus."""
        self._pressed = self._button_at(event)
        if self._pressed is None:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            super().mouseReleaseEvent(event)
        elif pressed == self._button_at(event):
            self.cancelled.emit(pressed)

    def _button_at(self, event: QMouseEvent) -> str | None:
        """The id of the transfer whose button is under the mouse."""
        index = self.indexAt(event.position().toPoint())
        is_button = event.button() == Qt.MouseButton.LeftButton and index.column() == TransferColumn.LAST
        return self._running_at(index) if is_button else None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.viewport().width()
        narrow = width < _NARROW
        last = BUTTON_WIDTH if self._transfers is not None else TIME_WIDTH
        self.setColumnWidth(TransferColumn.LAST, last)
        device = round(width * (0.27 if narrow else 0.24))
        state = round(width * (0.27 if narrow else 0.3))
        self.setColumnWidth(TransferColumn.DEVICE, device)
        self.setColumnWidth(TransferColumn.STATE, state)
        self.setColumnWidth(TransferColumn.FILE, max(width - device - state - last, 0))

    def _running_at(self, index: QModelIndex) -> str | None:
        """The id of the transfer of this row while it runs."""
        if self._transfers is None or not index.isValid():
            return None
        transfer = self._transfers.transfer_at(index.row())
        return transfer.id if transfer.state is TransferState.STARTED else None

    def _offer(self) -> None:
        self.action_cancel.setEnabled(self._running_at(self.currentIndex()) is not None)

    def _cancel_current(self) -> None:
        running = self._running_at(self.currentIndex())
        if running is not None:
            self.cancelled.emit(running)


def _line(painter: QPainter, font: QFont, rect: QRect, text: str, elide: Qt.TextElideMode) -> None:
    painter.setFont(font)
    fitting = QFontMetrics(font, painter.device()).elidedText(text, elide, rect.width())
    painter.drawText(rect, _LEFT | Qt.TextFlag.TextSingleLine, fitting)


def _cross(painter: QPainter, option: QStyleOptionViewItem, colours: RowColours) -> None:
    middle = QRectF(option.rect).center()
    over = bool(option.state & QStyle.StateFlag.State_MouseOver)
    painter.setPen(QPen(colours.line, 1))
    painter.setBrush(colours.raised)
    if over:
        painter.drawEllipse(middle, 13, 13)
    pen = QPen(colours.text if over else colours.quiet, 1.8)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    for sign in (1, -1):
        painter.drawLine(middle + QPointF(-4.5, -4.5 * sign), middle + QPointF(4.5, 4.5 * sign))
