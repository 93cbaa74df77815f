"""Widgets too small for a module of their own."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QIcon,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from desktop_share.gui.theme import ICON


class ElidedLabel(QLabel):
    """One line of plain text that is shortened in the middle where it does not fit; the whole is its tooltip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def set_whole(self, text: str) -> None:
        if text != self._whole:
            self._whole = text
            self.setAccessibleName(text)
            self._shorten()
            self.updateGeometry()

    @property
    def whole(self) -> str:
        return self._whole

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), self.fontMetrics().averageCharWidth() * 6), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, self.width())
        self.setText(shown)
        self.setToolTip(plain_tip(self._whole) if shown != self._whole else "")


def plain_tip(text: str) -> str:
    """A tool tip that shows `text` as it is, where Qt might take it for rich text."""
    return f"<p>{text.replace('&', '&amp;').replace('<', '&lt;')}</p>" if "<" in text else text


class Dot(QWidget):
    """The coloured dot before the state. The words beside it say the same: colour is never alone."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colour = QColor()
        self.setFixedSize(12, 12)

    @property
    def colour(self) -> QColor:
        return self._colour

    def set_colour(self, colour: str) -> None:
        self._colour = QColor(colour)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._colour)
        painter.drawEllipse(self.rect())
        painter.end()


def quiet_note(text: str = "") -> QLabel:
    """Plain text in the middle of a place where nothing else is."""
    label = QLabel(text)
    label.setObjectName("muted")
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def plain_note(name: str = "muted") -> QLabel:
    """A paragraph of plain text in one of the stylesheet's kinds: 'muted', 'advice', 'problem'."""
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
    return label


class TwoWay(QFrame):
    """Two buttons of which one is down; neither, where what is shown differs. `chosen` carries the index."""

    chosen = Signal(int)

    def __init__(self, labels: tuple[str, str], name: str) -> None:
        super().__init__()
        self.setObjectName("twoWay")
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(2)
        self.buttons = tuple(QPushButton(label) for label in labels)
        for index, button in enumerate(self.buttons):
            button.setCheckable(True)
            button.setAccessibleDescription(name)
            button.clicked.connect(lambda _checked, index=index: self._choose(index))
            row.addWidget(button, 1)

    def show_choice(self, index: int | None) -> None:
        for number, button in enumerate(self.buttons):
            button.setChecked(number == index)

    def _choose(self, index: int) -> None:
        self.show_choice(index)
        self.chosen.emit(index)


class QuietCombo(QComboBox):
    """Does not change when a panel is scrolled by with the wheel."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def flat_button(name: str, parent: QWidget | None = None) -> QToolButton:
    """A borderless icon button; `name` is its tooltip and what a screen reader says."""
    button = QToolButton(parent)
    button.setObjectName("flatButton")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setIconSize(QSize(ICON, ICON))
    button.setToolTip(name)
    button.setAccessibleName(name)
    return button


def close_buttons(dialog: QDialog) -> QDialogButtonBox:
    """The row with 'Close' at the end of a dialog, without the system's icon, which is not in our colours."""
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.button(QDialogButtonBox.StandardButton.Close).setIcon(QIcon())
    buttons.rejected.connect(dialog.close)
    return buttons


def restyle(widget: QWidget, **properties: object) -> None:
    """Set properties that the stylesheet asks for, and have it look again where they changed."""
    if any(widget.property(name) != value for name, value in properties.items()):
        for name, value in properties.items():
            widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def announce(widget: QWidget, text: str, *, urgent: bool = False) -> None:
    """Have a screen reader say `text`."""
    event = QAccessibleAnnouncementEvent(widget, text)
    if urgent:
        event.setPoliteness(QAccessible.AnnouncementPoliteness.Assertive)
    QAccessible.updateAccessibility(event)
