"""The activity panel under the list: who is downloading what now, and who did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QSizePolicy, QStackedLayout, QTabBar, QVBoxLayout, QWidget

from desktop_share.core.settings import SettingsBook
from desktop_share.gui.background import Background
from desktop_share.gui.history_page import HistoryPage, KeptHistory
from desktop_share.gui.small_widgets import flat_button, quiet_note
from desktop_share.gui.theme import GAP, NARROW, Theme
from desktop_share.gui.transfers_model import Transfers, TransfersModel
from desktop_share.gui.transfers_view import TransferView

if TYPE_CHECKING:
    from desktop_share.gui.bridge import Bridge

_HEIGHT = 230
_LEAST_HEIGHT = 124


class ActivityPanel(QFrame):
    """`said` and `failed` are news for the window."""

    closed = Signal()
    said = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        transfers: Transfers,
        history: KeptHistory,
        bridge: Bridge,
        background: Background,
        settings: SettingsBook,
    ) -> None:
        super().__init__()
        self._theme = theme
        self.setObjectName("card")
        self.setAccessibleName(self.tr("Activity"))
        self.model = TransfersModel(transfers, bridge, self)
        self.view = TransferView(self.model, self.tr("Downloads of this session"))
        self.empty = quiet_note(self.tr("Nobody has downloaded anything yet. Whoever opens a link shows up here."))
        self.history = HistoryPage(history, lambda: settings.value.keep_history, background)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.setAccessibleName(self.tr("Activity"))
        self._controls: list[QWidget | None] = []  # of each page
        self.close_button = flat_button(self.tr("Hide the activity"))
        self._lay_out()
        self.tabs.currentChanged.connect(self._show_page)
        self.close_button.clicked.connect(self.closed)
        self.view.cancelled.connect(transfers.cancel)
        self.model.counted.connect(self._show_count)
        self.history.said.connect(self.said)
        self.history.failed.connect(self.failed)
        bridge.history_changed.connect(self.history.history_changed)
        bridge.settings_changed.connect(lambda _settings: self.history.history_changed())
        theme.changed.connect(self._colour)
        self._colour()
        self._show_count()
        self._show_page(0)

    def _lay_out(self) -> None:
        live = QWidget()
        self._live = QStackedLayout(live)
        self._live.addWidget(self.view)
        self._live.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP, GAP - 2, GAP, GAP - 2)
        column.setSpacing(GAP // 2)
        self._pages = QStackedLayout()
        self._head = QGridLayout()
        self._head.setSpacing(GAP)
        self._head.setColumnStretch(1, 1)
        self._head.addWidget(self.tabs, 0, 0)
        self._head.addWidget(self.close_button, 0, 2)
        self._under = False
        column.addLayout(self._head)
        column.addLayout(self._pages, 1)  # before its pages: without a parent it would show the first as a window
        self.add_page(self.tr("Downloads"), live)
        self.add_page(self.tr("History"), self.history, self.history.controls)
        self.setMinimumHeight(_LEAST_HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def add_page(self, title: str, page: QWidget, controls: QWidget | None = None) -> None:
        """Behind the others; `controls` stand beside the tabs while it is shown."""
        self._controls.append(controls)
        self._pages.addWidget(page)
        self.tabs.addTab(title)
        self._place_controls(under=self._under)
        if controls is not None:
            controls.hide()

    def _place_controls(self, *, under: bool) -> None:
        """Beside the tabs, or under them where the panel is narrow."""
        self._under = under
        place = (1, 0, 1, 3) if under else (0, 1, 1, 1)
        for controls in filter(None, self._controls):
            self._head.removeWidget(controls)
            self._head.addWidget(controls, *place)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, _LEAST_HEIGHT)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        under = self.width() < NARROW
        if under != self._under:
            self._place_controls(under=under)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def _show_page(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        for number, controls in enumerate(self._controls):
            if controls is not None:
                controls.setVisible(number == page)

    def _show_count(self) -> None:
        self._live.setCurrentWidget(self.view if self.model.rowCount() else self.empty)

    def _colour(self) -> None:
        self.close_button.setIcon(self._theme.icon("close"))
