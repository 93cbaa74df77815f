"""A part of a panel that folds away under its heading."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop_share.gui.theme import GAP, Theme

_ARROW = 16


class Section(QWidget):
    """`body` under a heading that opens and closes it. `key` is its name for code and for what is remembered."""

    toggled = Signal(bool)

    def __init__(self, theme: Theme, key: str, title: str, body: QWidget) -> None:
        super().__init__()
        self._theme = theme
        self.key = key
        self.body = body
        self.head = QPushButton(title)
        self.head.setObjectName("sectionHead")
        self.head.setCheckable(True)
        self.head.setAutoDefault(False)
        self.head.setIconSize(QSize(_ARROW, _ARROW))
        body.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP // 2)
        column.addWidget(self.head)
        column.addWidget(body)
        self.head.toggled.connect(self._fold)
        theme.changed.connect(self._colour)
        self._colour()

    @property
    def is_open(self) -> bool:
        return self.head.isChecked()

    def set_open(self, is_open: bool) -> None:
        self.head.setChecked(is_open)

    def _fold(self, is_open: bool) -> None:
        self.body.setVisible(is_open)
        self._colour()
        self.toggled.emit(is_open)

    def _colour(self) -> None:
        self.head.setIcon(self._theme.icon("fold" if self.is_open else "unfold"))
