"""The window itself: there, and taking drops, before what is in it has been loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFrame, QMainWindow, QVBoxLayout, QWidget

from desktop_share.gui.colours import colours_of, palette_of
from desktop_share.gui.dropping import copied, take_unmoved
from desktop_share.gui.look import Look, on_screen

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData
    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent

SIZE = (900, 560)
_HALF = 128  # of the lightness that a colour can have


class Frame(QMainWindow):
    """Empty at first, as it looked last; `move_in` fills it. What is dropped until then is kept, whole."""

    def __init__(self, application: QApplication, look: Look) -> None:
        system_is_dark = application.palette().window().color().lightness() < _HALF
        colours = colours_of(look.theme, system_is_dark=system_is_dark)
        application.setPalette(palette_of(colours))  # which widgets that are there already are told of later
        super().__init__()
        self._colours = colours
        self._card = QFrame()
        self._content: QWidget | None = None
        self._kept: list[QMimeData] = []
        self._ends = False
        self._lay_out(look.card)
        self._show_over(False)
        self.setWindowTitle("Desktop Share")
        self.setAcceptDrops(True)
        self.resize(*SIZE)
        if look.geometry and self.restoreGeometry(QByteArray(look.geometry)):
            screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
            self.setGeometry(on_screen(self.geometry(), screens))

    def move_in(self, content: QWidget) -> list[QMimeData]:
        """Show `content`, which takes drops from now on. What was dropped before is returned. `content` is closed
        before the frame is, and may refuse it; call `leave` when it is ready for that."""
        self._content = content
        self.setAcceptDrops(False)
        self.setCentralWidget(content)
        content.show()
        kept, self._kept = self._kept, []
        return kept

    def leave(self) -> None:
        """Close it where somebody wanted that before there was anything in it."""
        if self._ends:
            self.close()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._content is None and self._kept:
            self._ends = True  # what was dropped is put into the list first
            event.ignore()
        elif self._content is not None and not self._content.close():
            event.ignore()
        else:
            super().closeEvent(event)

    # -- before there is anything in it, and the end of a drag that began then

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._show_over(take_unmoved(event))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        take_unmoved(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._show_over(False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self._show_over(False)
        if self._content is not None:
            self._content.dropEvent(event)  # sent, it would come back: Qt gives it to whom the drag entered
        elif take_unmoved(event):
            self._kept.append(copied(event.mimeData()))

    def _show_over(self, over: bool) -> None:
        """As the list's card in style_sheet.py; over it, in the colours of the overlay."""
        if self._content is not None:
            return  # the card is gone
        ground, line = (
            (self._colours.accent_soft, self._colours.accent) if over else (self._colours.surface, self._colours.line)
        )
        self._card.setStyleSheet(f"background: {ground}; border: 1px solid {line}; border-radius: 10px;")

    def _lay_out(self, card: tuple[int, int, int, int]) -> None:
        waiting = QWidget(self)
        waiting.setMinimumSize(1, 1)  # else the card's distances in a larger window would make this one larger
        column = QVBoxLayout(waiting)
        column.setContentsMargins(*card)
        column.addWidget(self._card)
        self.setCentralWidget(waiting)
