"""The link of the selected item, as a QR code for the phone across the table too."""

from __future__ import annotations

import io
import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_share.gui.small_widgets import flat_button, plain_note
from desktop_share.gui.theme import GAP, MARGIN, PANEL_WIDTH, Theme
from desktop_share.gui.wording import copy_links

QUIET_ZONE = 4  # modules of white around the code, ISO/IEC 18004 section 9.1
_SIDE = PANEL_WIDTH - 2 * MARGIN
_LOW_SIDE = 176  # under the list, where height is scarce
_EASY_SIDE = 208  # whatever else has to be scrolled to
LEAST_SIDE = 132  # three pixels a module for a link of ordinary length: a phone still reads it


def qr_image(text: str) -> QImage:
    """The QR code of `text`, dark on white with its quiet zone, one pixel for each module."""
    import segno  # needed once something is selected, not before the window is shown

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

    def set_side(self, most: int) -> None:
        """As large as whole modules make it in so many pixels: what is left over would only be white."""
        modules, scale = self._image.width(), self.devicePixelRatioF()
        module = int(most * scale / modules) if modules else 0
        side = math.ceil(module * modules / scale) if module else most
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


class QrSection(QWidget):
    """The link as a code, as text, and the SHA-256 of what it leads to. `copy_requested` when it shall be copied."""

    copy_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._beside = True
        self.code = QrCode()
        self.link = QPlainTextEdit()
        self.link.setReadOnly(True)
        self.link.setAcceptDrops(False)
        self.link.setTabChangesFocus(True)
        self.link.setWordWrapMode(self.link.wordWrapMode().WrapAnywhere)
        self.link.setAccessibleName(self.tr("Link"))
        self.link.setFixedHeight(3 * self.fontMetrics().lineSpacing() + 2 * GAP)
        self.hint = plain_note()
        self.copy_button = QPushButton()
        self.copy_button.clicked.connect(self.copy_requested)
        self.digest = QLineEdit()
        self.digest.setObjectName("digest")
        self.digest.setReadOnly(True)
        self.digest.setAcceptDrops(False)
        self.digest.setAccessibleName("SHA-256")
        self.digest_copy = flat_button(self.tr("Copy the SHA-256, which proves that a copy of the file is whole"))
        self.digest_copy.clicked.connect(self._copy_digest)
        self._lay_out()
        theme.changed.connect(self._colour)
        self._colour()
        self.show_link(None, "", "")

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(GAP)
        for each in (self.hint, self.link, self.copy_button):
            words.addWidget(each)
        words.addWidget(self._digest_row())
        words.addStretch(1)
        self._body = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._body.setContentsMargins(0, 0, 0, GAP)
        self._body.setSpacing(MARGIN - 4)
        self._body.addWidget(self.code, 0, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop)
        self._body.addLayout(words, 1)

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
        """In a panel beside the list, tall and narrow; else under it, low and wide: the words beside the code."""
        self._beside = beside
        self._body.setDirection(QBoxLayout.Direction.TopToBottom if beside else QBoxLayout.Direction.LeftToRight)

    def fit(self, width: int, height: int, others: int) -> None:
        """Make the code as large as fits in so many pixels, and leave room for the words, and for `others` under
        them, as long as it stays easy to read."""
        words = others
        if self._beside:
            hint = self._body.heightForWidth(width) if self._body.hasHeightForWidth() else 0
            words += max(hint, self._body.sizeHint().height()) - self.code.height()
        most = min(_SIDE if self._beside else _LOW_SIDE, width)
        side = min(max(height - words, _EASY_SIDE), most, height)
        self.code.set_side(max(side, LEAST_SIDE))

    def show_link(self, link: str | None, name: str, hint: str, sha256: str = "", count: int = 1) -> None:
        """Show `link` to the file `name`; where there is none, only `hint`, which says why. `sha256` in hexadecimal,
        once it is known; `count` items have links that can be copied."""
        self.digest_row.setVisible(bool(sha256))
        if sha256 != self.digest.text():  # setting it takes a selection away
            self.digest.setText(sha256)
            self.digest.setCursorPosition(0)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        for each in (self.code, self.link):
            each.setVisible(link is not None)
        self.copy_button.setVisible(link is not None or count > 1)
        self.copy_button.setText(copy_links(count))
        if link is not None and link != self.link.toPlainText():
            self.code.set_text(link)
            self.link.setPlainText(link)
        self.code.setAccessibleName(self.tr("QR code of the link to {name}").format(name=name))

    def _copy_digest(self) -> None:
        self.digest.selectAll()
        self.digest.copy()

    def _colour(self) -> None:
        self.digest_copy.setIcon(self._theme.icon("copy"))
