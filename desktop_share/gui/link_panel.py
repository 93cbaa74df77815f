"""The link of the selected item as a QR code, for the phone across the table."""

from __future__ import annotations

import io

import segno
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_share.gui.small_widgets import ElidedLabel, flat_button
from desktop_share.gui.theme import GAP, MARGIN, PANEL_WIDTH, Theme

QUIET_ZONE = 4  # modules of white around the code, ISO/IEC 18004 section 9.1
_SIDE = PANEL_WIDTH - 2 * MARGIN
_LOW_SIDE = 176  # under the list, where height is scarce
_LEAST_SIDE = 132  # three pixels a module for a link of ordinary length: a phone still reads it
_ANY = 16_777_215  # Qt's QWIDGETSIZE_MAX


def qr_image(text: str) -> QImage:
    """The QR code of `text`, dark on white with its quiet zone, one pixel for each module."""
    code = segno.make(text, error="m", micro=False)
    png = io.BytesIO()
    code.save(png, kind="png", scale=1, border=QUIET_ZONE)
    return QImage.fromData(png.getvalue())


class QrCode(QWidget):
    """Draws the code with whole device pixels for each module: crisp at any scale, and dark on white in any theme."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_side(_SIDE)

    def set_side(self, side: int) -> None:
        self.setFixedSize(side, side)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def set_text(self, text: str) -> None:
        self._image = qr_image(text)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(Qt.GlobalColor.white))
        modules = self._image.width()
        if modules:
            scale = self.devicePixelRatioF()
            module = int(min(self.width(), self.height()) * scale / modules)
            side = max(module, 1) * modules / scale
            # whole device pixels for the corner too, or every module would straddle two
            corner = int((self.width() * scale - side * scale) / 2) / scale
            painter.drawImage(QRectF(corner, corner, side, side), self._image, QRectF(self._image.rect()))
        painter.end()


class _Paragraph(QLabel):
    """Wraps, but has one height: with a height that follows the width, QBoxLayout takes every size hint in the
    panel for a minimum and, short of room, squeezes the code below its fixed size."""

    def hasHeightForWidth(self) -> bool:
        return False


class LinkPanel(QFrame):
    """Beside the list, or under it where the window is narrow. `copy_requested` when its link shall be copied."""

    copy_requested = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._beside = True
        self.setObjectName("card")
        self.name = ElidedLabel()
        self.name.setObjectName("headline")
        self.close_button = flat_button(self.tr("Hide the QR code"))
        self.close_button.clicked.connect(self.closed)
        self.code = QrCode()
        self.link = QPlainTextEdit()
        self.link.setReadOnly(True)
        self.link.setTabChangesFocus(True)
        self.link.setWordWrapMode(self.link.wordWrapMode().WrapAnywhere)
        self.link.setAccessibleName(self.tr("Link"))
        self.link.setMinimumHeight(2 * self.fontMetrics().lineSpacing() + 2 * GAP)
        self.link.setMaximumHeight(5 * self.fontMetrics().lineSpacing() + 2 * GAP)
        self.hint = _Paragraph()
        self.hint.setObjectName("muted")
        self.hint.setWordWrap(True)
        self.hint.setTextFormat(Qt.TextFormat.PlainText)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeading)
        self.hint.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.copy_button = QPushButton(self.tr("Copy link"))
        self.copy_button.clicked.connect(self.copy_requested)
        self.digest = QLineEdit()
        self.digest.setReadOnly(True)
        self.digest.setAccessibleName("SHA-256")
        self.digest_copy = flat_button(self.tr("Copy the SHA-256, which proves that a copy of the file is whole"))
        self.digest_copy.clicked.connect(self._copy_digest)
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._lay_out()
        theme.changed.connect(self._colour)
        self._colour()
        self.set_beside(True)
        self.show_link(None, "", "")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self.close_button)
        words = QVBoxLayout()
        words.setSpacing(GAP)
        for each in (self.hint, self.link, self.copy_button):
            words.addWidget(each)
        words.addWidget(self._digest_row())
        words.addStretch(1)
        self._body.setSpacing(MARGIN - 4)
        self._body.addWidget(self.code, 0, Qt.AlignmentFlag.AlignHCenter)
        self._body.addLayout(words, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN - 1, GAP, MARGIN - 1, MARGIN - 4)
        column.addLayout(head)
        column.addLayout(self._body, 1)

    def _digest_row(self) -> QWidget:
        self.digest_row = QWidget()
        row = QHBoxLayout(self.digest_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        caption = QLabel("SHA-256")
        caption.setObjectName("muted")
        for each in (caption, self.digest, self.digest_copy):
            row.addWidget(each)
        return self.digest_row

    def set_beside(self, beside: bool) -> None:
        """Beside the list: tall and narrow; else under it: low and wide."""
        self._body.setDirection(QBoxLayout.Direction.TopToBottom if beside else QBoxLayout.Direction.LeftToRight)
        self._beside = beside
        self._fit_code()
        self.setMinimumWidth(PANEL_WIDTH if beside else 0)
        self.setMaximumWidth(PANEL_WIDTH if beside else _ANY)
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Preferred if beside else policy.Maximum)

    def show_link(self, link: str | None, name: str, hint: str, sha256: str = "") -> None:
        """Show `link` to the file `name`; where there is none, only `hint`, which says why. `sha256` in hexadecimal,
        once it is known."""
        self.digest_row.setVisible(bool(sha256))
        if sha256 != self.digest.text():  # setting it takes a selection away
            self.digest.setText(sha256)
            self.digest.setCursorPosition(0)
        self.name.set_whole(name)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        for each in (self.code, self.link, self.copy_button):
            each.setVisible(link is not None)
        if link is not None and link != self.link.toPlainText():
            self.code.set_text(link)
            self.link.setPlainText(link)
        self.code.setAccessibleName(self.tr("QR code of the link to {name}").format(name=name))
        self._fit_code()  # what was hidden until now takes room

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_code()

    def _fit_code(self) -> None:
        """A low window leaves less room: the code gets smaller, is never cut off and covers nothing."""
        layout = self.layout()
        if layout is None:
            return
        body = self.code if self._beside else self._body  # under the list, the words stand beside the code
        others = layout.minimumSize().height() - body.minimumSize().height()
        side = _SIDE if self._beside else _LOW_SIDE
        self.code.set_side(min(max(self.height() - others, _LEAST_SIDE), side))

    def sizeHint(self) -> QSize:
        return QSize(PANEL_WIDTH, super().sizeHint().height())

    def _copy_digest(self) -> None:
        self.digest.selectAll()
        self.digest.copy()

    def _colour(self) -> None:
        self.digest_copy.setIcon(self._theme.icon("copy"))
        self.close_button.setIcon(self._theme.icon("close"))
