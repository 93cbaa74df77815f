"""The details of the selected item, in sections that fold: beside the list, or under it where the window is narrow."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from desktop_share.gui.explanation_section import ExplanationSection
from desktop_share.gui.links_section import LinksSection
from desktop_share.gui.qr_section import LEAST_SIDE, QrSection
from desktop_share.gui.section import Section
from desktop_share.gui.sending_section import SendingSection
from desktop_share.gui.small_widgets import ElidedLabel, flat_button, plain_note
from desktop_share.gui.theme import GAP, MARGIN, PANEL_WIDTH, Theme

_WIDEST = 380
_ROOMY = 900  # pixels of a window from which on the panel gets a part of every further one
_UNDER_HEIGHT = 320
_LEAST_HEIGHT = 72
_ANY = 16_777_215  # Qt's QWIDGETSIZE_MAX


class DetailsPanel(QFrame):
    """`sections_changed` when one was opened or closed; `closed` when the panel shall go."""

    closed = Signal()
    sections_changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(parent)
        self._theme = theme
        self._beside = True
        self.setObjectName("card")
        self.setAccessibleName(self.tr("Details"))
        self.name = ElidedLabel()
        self.name.setObjectName("headline")
        self.close_button = flat_button(self.tr("Hide the details"))
        self.close_button.clicked.connect(self.closed)
        self.problem = plain_note("problem")
        self.note = plain_note()
        self.qr = QrSection(theme)
        self.links = LinksSection(theme, clock)
        self.sending = SendingSection()
        self.explanation = ExplanationSection(theme)
        self.sections = (
            Section(theme, "link", self.tr("QR code"), self.qr),
            Section(theme, "links", self.tr("Links"), self.links),
            Section(theme, "sending", self.tr("How it is sent"), self.sending),
            Section(theme, "answer", self.tr("What the browser gets"), self.explanation),
        )
        self._lay_out()
        for section in self.sections:
            section.toggled.connect(self._section_toggled)
        theme.changed.connect(self._colour)
        self._colour()
        self.place(True, _ROOMY)
        self.show_head("", "", "")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(0, 0, MARGIN - 1, 0)
        head.addWidget(self.name, 1)
        head.addWidget(self.close_button)
        self._content = QWidget()
        self._inside = inside = QVBoxLayout(self._content)
        inside.setContentsMargins(0, 0, MARGIN - 1, 0)
        inside.setSpacing(GAP // 2)
        for each in (self.problem, self.note, *self.sections):
            inside.addWidget(each)
        inside.addStretch(1)
        self.scroller = QScrollArea()
        self.scroller.setFrameShape(QFrame.Shape.NoFrame)
        self.scroller.setWidgetResizable(True)
        self.scroller.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.scroller.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroller.setWidget(self._content)
        self._content.setAutoFillBackground(False)
        self.scroller.viewport().setAutoFillBackground(False)
        self.scroller.viewport().installEventFilter(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN - 1, GAP, 0, GAP)
        column.setSpacing(GAP // 2)
        column.addLayout(head)
        column.addWidget(self.scroller, 1)

    # -- what is shown

    def section(self, key: str) -> Section:
        return next(each for each in self.sections if each.key == key)

    @property
    def open_sections(self) -> frozenset[str]:
        return frozenset(each.key for each in self.sections if each.is_open)

    def set_open_sections(self, keys: Iterable[str]) -> None:
        wanted = frozenset(keys)
        for section in self.sections:
            section.set_open(section.key in wanted)

    def show_head(self, name: str, problem: str, note: str) -> None:
        """Name and trouble of the selected item; `note` in place of the sections, where nothing is selected."""
        self.name.set_whole(name or self.tr("Details"))
        for label, text in ((self.problem, problem), (self.note, note)):
            label.setText(text)
            label.setVisible(bool(text))
        for section in self.sections:
            section.setVisible(not note)

    # -- where it is

    def place(self, beside: bool, window_width: int) -> None:
        """Beside the list: tall and narrow, wider in a wide window; else under it: low and wide."""
        self._beside = beside
        width = min(PANEL_WIDTH + max(window_width - _ROOMY, 0) // 2, _WIDEST)
        self.qr.set_beside(beside)
        self.explanation.set_beside(beside)
        self.setMinimumWidth(width if beside else 0)
        self.setMaximumWidth(width if beside else _ANY)
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Preferred, policy.Preferred if beside else policy.Maximum)
        self.fit()

    def fit(self) -> None:
        """A low window leaves less room: the code gets smaller before anything has to be scrolled to."""
        link = self.section("link")
        with_code = link.is_open and not link.isHidden() and not self.qr.code.isHidden()
        head = link.head.sizeHint().height() + GAP
        self.scroller.setMinimumHeight(head + LEAST_SIDE if with_code else _LEAST_HEIGHT)
        if with_code:
            trouble = 0 if self.problem.isHidden() else self.problem.heightForWidth(self.problem.width()) + GAP
            bars = (len(self.sections) - 1) * head if self._beside else 0
            view = self.scroller.viewport()
            self.qr.fit(view.width() - self._margin(), view.height() - head - trouble, bars)

    def _margin(self) -> int:
        """To the right of the sections: as much as to the left, and the scroll bar takes its room from it."""
        bar = self.scroller.verticalScrollBar()
        return max(MARGIN - 1 - (bar.width() if bar.isVisible() else 0), 0)

    def sizeHint(self) -> QSize:
        height = super().sizeHint().height()
        return QSize(
            PANEL_WIDTH, height if self._beside else max(self._wanted_height(), self.minimumSizeHint().height())
        )

    def _wanted_height(self) -> int:
        around = self.minimumSizeHint().height() - self.scroller.minimumHeight()
        return min(around + self._content.sizeHint().height(), _UNDER_HEIGHT)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.scroller.viewport():
            self._inside.setContentsMargins(0, 0, self._margin(), 0)
            self.fit()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _section_toggled(self) -> None:
        self.fit()
        self.updateGeometry()
        self.sections_changed.emit()

    def _colour(self) -> None:
        self.close_button.setIcon(self._theme.icon("close"))
