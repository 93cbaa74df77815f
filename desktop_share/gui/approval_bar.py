"""Somebody waits to be let in: who it is, what they want, and the answers, over the list."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from desktop_share.core.approvals import Answer, Asking
from desktop_share.gui.small_widgets import ElidedLabel, announce
from desktop_share.gui.theme import GAP, ICON, NARROW, Theme
from desktop_share.gui.visit_words import who_asks, who_wants

STEADY_MS = 500  # a click that was meant for what stood here before answers nothing


class ApprovalBar(QFrame):
    """Shows the first of those who wait; hidden while nobody does. It never takes the focus.

    answered   str, Answer: the id of who waits
    """

    answered = Signal(str, object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._shown: Asking | None = None
        self.setObjectName("alert")
        self.setProperty("kind", "info")
        self._icon = QLabel()
        self.who = ElidedLabel()
        self.who.setObjectName("headline")
        self.wish = ElidedLabel()
        self.more = QLabel()
        self.more.setObjectName("muted")
        self.more.setTextFormat(Qt.TextFormat.PlainText)
        self.allow = self._button(self.tr("Allow"), Answer.ALLOW, self.tr("Let this device in, now and later"))
        self.once = self._button(self.tr("Allow once"), Answer.ALLOW_ONCE, self.tr("Let it in for an hour"))
        self.deny = self._button(self.tr("Deny"), Answer.DENY, self.tr("Do not let it in, nor ask again for a while"))
        self._steady = QTimer(self, singleShot=True, interval=STEADY_MS)
        self._lay_out()
        theme.changed.connect(self._colour)
        self._colour()
        self.hide()

    def _button(self, text: str, answer: Answer, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.clicked.connect(lambda: self._answer(answer))
        return button

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self.who)
        texts.addWidget(self.wish)
        said = QHBoxLayout()
        said.setSpacing(GAP)
        said.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        said.addLayout(texts, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        buttons.addWidget(self.more, 1)
        for each in (self.allow, self.once, self.deny):
            buttons.addWidget(each)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._body.setContentsMargins(12, GAP, GAP, GAP)
        self._body.setSpacing(GAP)
        self._body.addLayout(said, 1)
        self._body.addLayout(buttons)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_asking(self, waiting: Sequence[Asking]) -> None:
        """Those who wait, who waits longest first."""
        first = waiting[0] if waiting else None
        others = len(waiting) - 1
        self.more.setText(self.tr("{count} more").format(count=others) if others > 0 else "")
        self.more.setVisible(others > 0)
        if first != self._shown:
            self._shown = first
            self._steady.start()
            if first is not None:
                self._present(first)
        self.setVisible(first is not None)

    @property
    def is_steady(self) -> bool:
        """Whether who is shown was shown for long enough to be meant by an answer."""
        return not self._steady.isActive()

    def _present(self, asking: Asking) -> None:
        who, wish = who_asks(asking), who_wants(asking)
        self.who.set_whole(who)
        self.wish.set_whole(wish)
        self.setAccessibleName(f"{who} {wish}")
        for button in (self.allow, self.once, self.deny):
            button.setAccessibleDescription(f"{who} {wish}")
        announce(self, f"{who} {wish}", urgent=True)

    def _answer(self, answer: Answer) -> None:
        if self._shown is not None and self.is_steady:
            self.answered.emit(self._shown.id, answer)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        directions = QBoxLayout.Direction
        self._body.setDirection(directions.LeftToRight if self.width() >= NARROW else directions.TopToBottom)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._colour()
        return super().event(event)

    def _colour(self) -> None:
        size = QSize(ICON + 2, ICON + 2)
        self._icon.setPixmap(self._theme.icon("info", "accent").pixmap(size, self.devicePixelRatioF()))
