"""One link in the list of an item's links: whom it is for, what it allows, and copying it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout

from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link
from desktop_share.gui.link_words import Standing, allows, standing, title
from desktop_share.gui.small_widgets import flat_button, plain_note, restyle
from desktop_share.gui.theme import GAP, Theme


class LinkHead(QPushButton):
    """The title as a button that chooses the link; shortened in the middle where it does not fit."""

    def __init__(self) -> None:
        super().__init__()
        self._whole = ""
        self.setObjectName("linkHead")
        self.setCheckable(True)
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_words(self, whole: str, more: str) -> None:
        """`more` is what a screen reader says after the title."""
        self._whole = whole
        self.setAccessibleName(f"{whole}, {more}")
        self._shorten()

    @property
    def whole(self) -> str:
        return self._whole

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def _shorten(self) -> None:
        room = max(self.width() - 2 * GAP, 0)
        shown = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideMiddle, room)
        self.setText(shown.replace("&", "&&"))
        self.setToolTip(self._whole.replace("&", "&amp;").replace("<", "&lt;") if shown != self._whole else "")


class LinkRow(QFrame):
    """`chosen`, `copy_requested` and `back_requested` carry the token of the link that is shown."""

    chosen = Signal(str)
    copy_requested = Signal(str)
    back_requested = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.token = ""
        self.setObjectName("linkRow")
        self.head = LinkHead()
        self.words = plain_note()
        self.words.setContentsMargins(GAP, 0, 0, 0)  # an indent would be one at the top too
        self.copy_button = flat_button("")
        self.back_button = QPushButton(self.tr("Undo"))
        self.back_button.setAutoDefault(False)
        first = QHBoxLayout()
        first.setSpacing(GAP // 2)
        first.addWidget(self.head, 1)
        first.addWidget(self.copy_button)
        first.addWidget(self.back_button)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(3, 3, 3, 5)
        self.column.setSpacing(2)
        self.column.addLayout(first)
        self.column.addWidget(self.words)
        self.head.clicked.connect(self._choose)
        self.copy_button.clicked.connect(lambda: self.copy_requested.emit(self.token))
        self.back_button.clicked.connect(lambda: self.back_requested.emit(self.token))
        theme.changed.connect(self._colour)
        self._colour()

    def show_link(self, item: SharedItem, link: Link, now: float, *, chosen: bool) -> None:
        self.token = link.token
        name, words = title(item, link), allows(link, now)
        self.head.set_words(name, words)
        self.head.setChecked(chosen)
        self.words.setText(words)
        self.copy_button.setVisible(not link.revoked)
        self.back_button.setVisible(link.revoked)
        for button, text in (
            (self.copy_button, self.tr("Copy the link “{name}”")),
            (self.back_button, self.tr("Let the link “{name}” open again")),
        ):
            button.setAccessibleName(text.format(name=name))
        self.copy_button.setToolTip(self.tr("Copy this link"))
        self.back_button.setToolTip(self.tr("Let this link open again"))
        restyle(self, chosen=chosen)
        restyle(self.head, revoked=link.revoked)
        state = standing(link, now)
        self.words.setObjectName("muted" if state in (Standing.OPEN, Standing.REVOKED) else "advice")
        restyle(self.words, standing=state.value)

    def _choose(self) -> None:
        self.head.setChecked(True)
        self.chosen.emit(self.token)

    def _colour(self) -> None:
        self.copy_button.setIcon(self._theme.icon("copy"))
