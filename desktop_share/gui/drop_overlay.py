"""What the window shows while something is dragged over it, and while the list is empty."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFont, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop_share.gui.offers import Glance
from desktop_share.gui.theme import GAP, ICON, MARGIN, Theme
from desktop_share.gui.wording import share_items, what_happened


class DropOverlay(QWidget):
    """Covers `window`, without taking part in the drag: the window itself takes the drop."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._theme = theme
        self._refused = False
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.title = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.title.setFont(large_font(self.title.font()))
        self.subtitle = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        self.subtitle.setObjectName("muted")
        self.subtitle.setTextFormat(Qt.TextFormat.PlainText)
        self.subtitle.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * MARGIN, MARGIN, 3 * MARGIN, MARGIN)
        column.setSpacing(GAP)
        column.addStretch(1)
        column.addWidget(self.title)
        column.addWidget(self.subtitle)
        column.addStretch(1)
        window.installEventFilter(self)
        self.hide()

    def show_offer(self, glance: Glance) -> None:
        """How many items a drop would add, and of what kind; or why it would add none."""
        refused, count = glance.refused, glance.count
        self._refused = refused is not None
        if refused is not None:
            self.title.setText(self.tr("This cannot be shared"))
            self.subtitle.setText(what_happened(refused))
        else:
            self.title.setText(share_items(count, glance.kind))
            self.subtitle.setText(self.tr("Release to get a link") if count == 1 else self.tr("Release to get links"))
        self.setGeometry(self._window.rect())
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        colours = self._theme.colours
        # opaque: large words behind it, such as those of the empty list, would mix with its own
        ground = QColor(colours.danger_soft if self._refused else colours.accent_soft)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), ground)
        pen = QPen(QColor(colours.danger if self._refused else colours.accent), 2, Qt.PenStyle.DashLine)
        draw_frame(painter, QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN), pen)
        painter.end()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._window and self.isVisible():
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)


class EmptyState(QWidget):
    """The invitation in place of an empty list; a button for each of `actions`, the first the main one."""

    def __init__(self, theme: Theme, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        # hidden behind the list it still counts in the stack of both: it takes the height that there is
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # a place for the focus to start from, without a ring
        self._picture = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        title = QLabel(self.tr("Drop files or folders here to share them"), alignment=Qt.AlignmentFlag.AlignCenter)
        title.setWordWrap(True)
        title.setFont(large_font(title.font()))
        explanation = QLabel(
            self.tr(
                "Or paste them, or text, or a picture. The link is copied at once, for anyone on your network.\n"
                "The files stay on this computer."
            ),
            alignment=Qt.AlignmentFlag.AlignCenter,
        )
        explanation.setObjectName("muted")
        explanation.setWordWrap(True)
        self._buttons = [_button_for(action) for action in actions]
        self._buttons[0].setProperty("primary", True)
        self._row = QHBoxLayout()
        self._row.setSpacing(GAP)
        self._row.addStretch(1)
        for button in self._buttons:
            self._row.addWidget(button)
        self._row.addStretch(1)
        self._lay_out(title, explanation)
        theme.changed.connect(self._colour)
        self._colour()

    def _lay_out(self, title: QLabel, explanation: QLabel) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * MARGIN, 2 * MARGIN, 2 * MARGIN, 2 * MARGIN)
        column.addStretch(3)
        column.addWidget(self._picture)
        column.addSpacing(MARGIN)
        column.addWidget(title)
        column.addSpacing(GAP)
        column.addWidget(explanation)
        column.addSpacing(MARGIN)
        column.addLayout(self._row)
        column.addStretch(4)

    @property
    def buttons(self) -> tuple[QPushButton, ...]:
        return tuple(self._buttons)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            needed = sum(button.sizeHint().width() + GAP for button in self._buttons) + 4 * MARGIN
            narrow = self.width() < needed
            directions = QBoxLayout.Direction
            self._row.setDirection(directions.TopToBottom if narrow else directions.LeftToRight)
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(self._theme.colours.line), 2, Qt.PenStyle.DashLine)
        draw_frame(painter, QRectF(self.rect()).adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN), pen)
        painter.end()

    def _colour(self) -> None:
        size = QSize(3 * ICON - 6, 3 * ICON - 6)
        self._picture.setPixmap(self._theme.icon("share", "accent").pixmap(size, self.devicePixelRatioF()))
        self.update()


def draw_frame(painter: QPainter, around: QRectF, pen: QPen) -> None:
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(around, MARGIN - 4, MARGIN - 4)


def large_font(font: QFont) -> QFont:
    font.setPointSizeF(font.pointSizeF() * 1.6)
    font.setWeight(QFont.Weight.DemiBold)
    return font


def _button_for(action: QAction) -> QPushButton:
    button = QPushButton(action.text())
    button.setToolTip(action.shortcut().toString(action.shortcut().SequenceFormat.NativeText))
    button.clicked.connect(action.trigger)
    button.setAutoDefault(True)  # Enter presses it, as people expect
    return button
