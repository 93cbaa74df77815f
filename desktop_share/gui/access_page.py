"""The access log in the activity panel: who asked for what in this run, and what they were told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QStackedLayout, QWidget

from desktop_share.gui.small_widgets import quiet_note
from desktop_share.gui.theme import GAP
from desktop_share.gui.transfers_view import TransferView
from desktop_share.gui.visits_model import Visits, VisitsModel

if TYPE_CHECKING:
    from desktop_share.gui.bridge import Bridge


class AccessPage(QWidget):
    """`controls` stand beside the tabs. `said` is news for a toast. While nobody looks, it waits for `showEvent`."""

    said = Signal(str)

    def __init__(self, visits: Visits, bridge: Bridge, is_on: Callable[[], bool]) -> None:
        super().__init__()
        self._visits = visits
        self._is_on = is_on
        self.model = VisitsModel(visits, self)
        self.view = TransferView(self.model, self.tr("Who asked for what"))
        self.empty = quiet_note()
        self.only_refused = QCheckBox(self.tr("Only refused"))
        self.clear_button = QPushButton(self.tr("Clear"))
        self.clear_button.setToolTip(self.tr("Forget who asked for what"))
        self.controls = QWidget()
        row = QHBoxLayout(self.controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addStretch(1)
        row.addWidget(self.only_refused)
        row.addWidget(self.clear_button)
        self._body = QStackedLayout(self)
        self._body.addWidget(self.view)
        self._body.addWidget(self.empty)
        self.model.looked.connect(self._show_state)
        self.only_refused.toggled.connect(self.model.show_only_refused)
        self.clear_button.clicked.connect(self._clear)
        bridge.visit_noted.connect(self._noted)
        bridge.settings_changed.connect(lambda _settings: self._show_state())
        self._show_state()

    def _noted(self) -> None:
        if self.isVisible():
            self.model.look_soon()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.model.look()

    def _show_state(self) -> None:
        filled = self.model.rowCount() > 0
        self._body.setCurrentWidget(self.view if filled else self.empty)
        self.clear_button.setEnabled(filled)
        if not self._is_on():
            self.empty.setText(self.tr("The access log is off. You can switch it on in the settings."))
        elif self.only_refused.isChecked():
            self.empty.setText(self.tr("Nobody was refused anything."))
        else:
            self.empty.setText(self.tr("Nobody has come yet. Whoever opens a link, or tries one, is listed here."))

    def _clear(self) -> None:
        self._visits.clear()
        self.model.look()
        self.only_refused.setFocus()
        self.said.emit(self.tr("The access log is empty now"))
