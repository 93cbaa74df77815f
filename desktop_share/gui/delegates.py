"""One painted delegate for every column of the list, and the editor of names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetrics, QKeyEvent, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.names import split_extension
from desktop_share.core.share_list import ItemState
from desktop_share.core.sources import FolderSource, LiveSource
from desktop_share.gui.activity import Activity
from desktop_share.gui.icons import icon_renderer
from desktop_share.gui.link_words import LinkSign
from desktop_share.gui.row_colours import RowColours
from desktop_share.gui.row_geometry import ROW_HEIGHT, NameCell, control, editor_rect, halves, name_cell
from desktop_share.gui.row_words import Tone, row_status
from desktop_share.gui.share_model import ACTIVITY_ROLE, ITEM_ROLE, PROBLEM_ROLE, SIGN_ROLE, STATE_ROLE, Column, Index

State = QStyle.StateFlag
_SIGN = 13  # pixels of the icon that says how an item's link is limited
_CENTER = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the mouse is, in the view's coordinates, and whether its button is down; None: elsewhere."""

    position: QPoint | None = None
    pressed: bool = False

    def over(self, rect: QRect) -> bool:
        return self.position is not None and rect.contains(self.position)


@dataclass(frozen=True, slots=True)
class Marks:
    """Rows that are set off, -1 for none: under the mouse, with the keyboard, with its name being edited."""

    hovered: int = -1
    focused: int = -1
    edited: int = -1


class RowDelegate(QStyledItemDelegate):
    """Paints the rows from the model's roles. `pointer`, `picture` and `marks` are asked while it paints.

    picture   the thumbnail of an item at so many device pixels, if there is one
    """

    def __init__(
        self,
        pointer: Callable[[], Pointer],
        picture: Callable[[SharedItem, int], QPixmap | None],
        marks: Callable[[], Marks],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._pointer = pointer
        self._picture = picture
        self._marks = marks
        self._icons: dict[tuple[str, str], QSvgRenderer] = {}

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours = RowColours.of(option.palette)
        item: SharedItem = index.data(ITEM_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(option.rect)
        self._background(painter, option, colours, index)
        cell = option.rect
        match index.column():
            case Column.NAME:
                self._name(painter, option, colours, index, item)
            case Column.DISPOSITION:
                self._two_way(painter, option.font, colours, cell, item)
            case Column.COPY:
                self._copy(painter, option.font, colours, cell, str(index.data()))
            case Column.MENU:
                self._menu(painter, colours, cell)
        painter.restore()

    # -- the parts

    def _background(self, painter: QPainter, option: QStyleOptionViewItem, colours: RowColours, index: Index) -> None:
        """One rounded band across the columns: each paints its piece of it, the ends beyond its own edges."""
        marks, column = self._marks(), index.column()
        selected = bool(option.state & State.State_Selected)
        focused = index.row() == marks.focused
        if not selected and not focused and index.row() != marks.hovered:
            return
        band = option.rect.adjusted(4, 2, -4, -2)
        if column != Column.NAME:
            band.setLeft(option.rect.left() - 20)
        if column != Column.MENU:
            band.setRight(option.rect.right() + 20)
        painter.setPen(QPen(colours.active, 1) if focused else Qt.PenStyle.NoPen)
        ground = colours.selected if selected else colours.hover if index.row() == marks.hovered else colours.base
        painter.setBrush(ground)
        painter.drawRoundedRect(QRectF(band).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)

    def _name(
        self, painter: QPainter, option: QStyleOptionViewItem, colours: RowColours, index: Index, item: SharedItem
    ) -> None:
        parts = name_cell(option.rect)
        self._tile(painter, option, colours, parts.tile, item)
        activity: Activity = index.data(ACTIVITY_ROLE)
        state: ItemState = index.data(STATE_ROLE)
        sign: LinkSign = index.data(SIGN_ROLE)
        problem = index.data(PROBLEM_ROLE)
        tone, words = row_status(item, problem, activity, state, sign)
        icon = sign.icon if problem is None and not activity.running else ""
        if index.row() == self._marks().edited:
            whole = self.tr("Enter saves this name for the link. The file on this computer keeps its own.")
            tone, words, icon = Tone.QUIET, (whole, self.tr("The file on disk keeps its name.")), ""
        else:
            name, bold = item.download_name, demi_bold(option.font)
            _text(painter, bold, colours.text, parts.name, name, Qt.TextElideMode.ElideMiddle)
        colour = colours.words(tone)
        small = _smaller(option.font)
        metrics = QFontMetrics(small, painter.device())
        line = parts.status
        if icon and metrics.horizontalAdvance(words[-1]) + _SIGN + 4 <= line.width():
            side = min(_SIGN, line.height())
            place = QRectF(line.left(), line.center().y() - side / 2 + 0.5, side, side)
            self._icon(icon, colour.name()).render(painter, place)
            line = line.adjusted(side + 4, 0, 0, 0)
        fitting = next((each for each in words if metrics.horizontalAdvance(each) <= line.width()), words[-1])
        _text(painter, small, colour, line, fitting, Qt.TextElideMode.ElideRight)
        if activity.running:
            self._progress(painter, colours, parts, activity.fraction)
        elif state.is_indexing and state.total:
            self._progress(painter, colours, parts, state.indexed / state.total)

    def _icon(self, name: str, colour: str) -> QSvgRenderer:
        if (name, colour) not in self._icons:
            self._icons[name, colour] = icon_renderer(name, colour)
        return self._icons[name, colour]

    def _tile(
        self, painter: QPainter, option: QStyleOptionViewItem, colours: RowColours, tile: QRect, item: SharedItem
    ) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(tile), 7, 7)
        side = round(tile.width() * painter.device().devicePixelRatio())
        picture = self._picture(item, side)
        if picture is not None:
            painter.save()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setClipPath(shape, Qt.ClipOperation.IntersectClip)
            painter.drawPixmap(tile, picture)
            painter.restore()
            return
        background, foreground = colours.tile(item.content_type)
        painter.fillPath(shape, background)
        if isinstance(item.source, FolderSource):
            _folder(painter, foreground, QRectF(tile).center())
            return
        kind = kind_of(item)
        font = QFont(option.font)
        font.setWeight(QFont.Weight.Bold)
        font.setPixelSize(12 if len(kind) < 4 else 10)
        _text(painter, font, foreground, tile, kind, Qt.TextElideMode.ElideNone, _CENTER)

    def _progress(self, painter: QPainter, colours: RowColours, parts: NameCell, fraction: float | None) -> None:
        line = QRectF(parts.progress)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.line)
        painter.drawRoundedRect(line, 1.5, 1.5)
        line.setWidth(line.width() * (0.15 if fraction is None else fraction))
        painter.setBrush(colours.active)
        painter.drawRoundedRect(line, 1.5, 1.5)

    def _two_way(self, painter: QPainter, font: QFont, colours: RowColours, cell: QRect, item: SharedItem) -> None:
        painter.setPen(QPen(colours.line, 1))
        painter.setBrush(colours.control)
        painter.drawRoundedRect(_crisp(control(cell)), 8, 8)
        labels = (self.tr("Download"), self.tr("Open"))
        for half, label, disposition in zip(halves(cell), labels, Disposition, strict=True):
            chosen = item.disposition is disposition
            if chosen:
                painter.setPen(QPen(colours.line, 1))
                painter.setBrush(colours.raised)
                painter.drawRoundedRect(_crisp(half), 6, 6)
            over = not chosen and self._pointer().over(half)
            colour = colours.text if chosen or over else colours.quiet
            weighted = demi_bold(font) if chosen else font
            _text(painter, weighted, colour, half, label, Qt.TextElideMode.ElideRight, _CENTER)

    def _copy(self, painter: QPainter, font: QFont, colours: RowColours, cell: QRect, label: str) -> None:
        button = control(cell)
        painter.setPen(QPen(colours.line, 1))
        painter.setBrush(self._button_colour(colours, button))
        painter.drawRoundedRect(_crisp(button), 8, 8)
        if QFontMetrics(font).horizontalAdvance(label) + 12 <= button.width():
            _text(painter, font, colours.active, button, label, Qt.TextElideMode.ElideRight, _CENTER)
        else:
            _two_sheets(painter, colours.active, button, self._button_colour(colours, button))

    def _menu(self, painter: QPainter, colours: RowColours, cell: QRect) -> None:
        button = control(cell)
        if self._pointer().over(button):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._button_colour(colours, button))
            painter.drawRoundedRect(QRectF(button), 8, 8)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours.quiet)
        middle = QRectF(button).center()
        for shift in (-5.5, 0, 5.5):
            painter.drawEllipse(QRectF(middle.x() + shift - 1.5, middle.y() - 1.5, 3, 3))

    def _button_colour(self, colours: RowColours, button: QRect) -> QColor:
        pointer = self._pointer()
        if not pointer.over(button):
            return colours.button
        return colours.pressed if pointer.pressed else colours.control

    # -- editing the name

    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        editor = NameEdit(parent)
        editor.setAccessibleName(self.tr("Name that the recipient saves"))
        editor.setFont(demi_bold(editor.font()))
        return editor

    def setEditorData(self, editor: QWidget, index: Index) -> None:
        assert isinstance(editor, NameEdit)
        name = str(index.data(Qt.ItemDataRole.EditRole))
        # Qt calls this at every change of the cell, so for every step of a download too: what was typed, and the
        # selected stem, stay
        if not editor.isModified() and editor.text() != name:
            editor.setText(name)

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        editor.setGeometry(editor_rect(option.rect))

    def editorEvent(self, _event: QEvent, *_: object) -> bool:
        return False  # the view handles the mouse and the space bar, also for several rows


class NameEdit(QLineEdit):
    """Selects the stem when it gets the focus: what is typed replaces the name and keeps the extension."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("nameEdit")
        self.setMaxLength(1000)
        self._fresh = True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        super().keyPressEvent(event)
        event.accept()  # Enter and the arrows, which it leaves to its parent, mean other things to a row

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._fresh:
            self._fresh = False
            self.setSelection(0, len(split_extension(self.text())[0]))


def kind_of(item: SharedItem) -> str:
    """What the tile says: 'PDF', 'ZIP', 'GZ', 'LIVE', 'FILE'."""
    if isinstance(item.source, LiveSource):
        return "LIVE"
    extension = split_extension(item.download_name)[1].rsplit(".", 1)[-1]
    return extension.upper() if 0 < len(extension) <= 4 and extension.isascii() else "FILE"


def _text(
    painter: QPainter,
    font: QFont,
    colour: QColor,
    rect: QRect,
    text: str,
    elide: Qt.TextElideMode,
    align: Qt.AlignmentFlag = _LEFT,
) -> None:
    painter.setFont(font)
    painter.setPen(colour)
    fitting = QFontMetrics(font, painter.device()).elidedText(text, elide, rect.width())
    painter.drawText(rect, align | Qt.TextFlag.TextSingleLine, fitting)


def demi_bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold


def _smaller(font: QFont) -> QFont:
    small = QFont(font)
    if font.pointSizeF() > 0:
        small.setPointSizeF(font.pointSizeF() * 0.93)
    return small


def _crisp(rect: QRect) -> QRectF:
    """A one-pixel line along the edge falls on whole pixels."""
    return QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5)


def _folder(painter: QPainter, colour: QColor, middle: QPointF) -> None:
    """The same drawing as `resources/icons/folder.svg`, 24 units square."""
    outline = QPainterPath(QPointF(3, 18))
    for x, y in ((3, 5.5), (9, 5.5), (11.5, 8.2), (21, 8.2), (21, 19), (3, 19)):
        outline.lineTo(x, y)
    outline.closeSubpath()
    pen = QPen(colour, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(outline.translated(middle.x() - 12, middle.y() - 12.2))


def _two_sheets(painter: QPainter, colour: QColor, button: QRect, ground: QColor) -> None:
    """The picture for 'copy', where there is no room for the words."""
    middle = QRectF(button).center()
    painter.setPen(QPen(colour, 1.5))
    painter.setBrush(ground)
    painter.drawRoundedRect(QRectF(middle.x() - 2, middle.y() - 7, 9, 10), 2, 2)
    painter.drawRoundedRect(QRectF(middle.x() - 7, middle.y() - 3, 9, 10), 2, 2)
