"""The history in the activity panel: search, export, clear. All disk work is off the window's thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QCoreApplication, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from desktop_share.core.errors import Problem, Translate
from desktop_share.gui.background import Background
from desktop_share.gui.history_model import HistoryModel, PastTransfers
from desktop_share.gui.small_widgets import ElidedLabel, announce, quiet_note
from desktop_share.gui.theme import GAP
from desktop_share.gui.transfers_view import TransferView
from desktop_share.gui.wording import what_happened, what_next

SEARCH_MS = 150  # after the last key


class KeptHistory(PastTransfers, Protocol):
    """What the window wants of `core.history.History`."""

    @property
    def problem(self) -> Problem | None: ...

    def clear(self) -> None: ...

    def export(self, file: Path, text: str, translate: Translate) -> int: ...


class HistoryPage(QWidget):
    """`controls` is the search field with its buttons, for the panel to place. `said` is news for a toast."""

    said = Signal(str)
    failed = Signal(object)

    def __init__(self, history: KeptHistory, is_on: Callable[[], bool], background: Background) -> None:
        super().__init__()
        self._history = history
        self._is_on = is_on
        self._background = background
        self.model = HistoryModel(history, background, self)
        self.view = TransferView(self.model, self.tr("Past downloads"))
        self.note = ElidedLabel()
        self.note.setObjectName("muted")
        self.note.hide()
        self.empty = quiet_note()
        self.search = QLineEdit()
        self.search.setObjectName("search")
        self.search.setPlaceholderText(self.tr("Search file, device or address"))
        self.search.setAccessibleName(self.tr("Search the history"))
        self.search.setClearButtonEnabled(True)
        self.export_button = QPushButton(self.tr("Export as CSV…"))
        self.clear_button = QPushButton(self.tr("Clear…"))
        self.question = ElidedLabel()
        self.question.set_whole(self.tr("Forget all past downloads? This cannot be undone."))
        self.sure_button = QPushButton(self.tr("Clear the history"))
        self.keep_button = QPushButton(self.tr("Keep it"))
        self.controls = QWidget()
        self._lay_out()
        self._typing = QTimer(self, singleShot=True, interval=SEARCH_MS)
        self._typing.timeout.connect(lambda: self.model.look_for(self.search.text()))
        self._connect()
        self._show_state()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP // 2)
        column.addWidget(self.note)
        self._body = QStackedLayout()
        column.addLayout(self._body, 1)  # before its pages: without a parent it would show the first as a window
        self._body.addWidget(self.view)
        self._body.addWidget(self.empty)
        asking, usual = QWidget(), QWidget()
        for row, widgets in (
            (usual, (self.search, self.export_button, self.clear_button)),
            (asking, (self.question, self.sure_button, self.keep_button)),
        ):
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(GAP)
            for each in widgets:
                line.addWidget(each, 1 if each in (self.search, self.question) else 0)
        self._rows = QStackedLayout(self.controls)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.addWidget(usual)
        self._rows.addWidget(asking)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda: self._typing.start())
        self.export_button.clicked.connect(self._ask_where)
        self.clear_button.clicked.connect(lambda: self._ask(True))
        self.keep_button.clicked.connect(lambda: self._ask(False))
        self.sure_button.clicked.connect(self._clear)
        self.model.loaded.connect(self._show_state)
        self.model.failed.connect(self._show_trouble)

    # -- what changed

    def history_changed(self, _problem: Problem | None = None) -> None:
        """There are other entries now, or it is on or off. While nobody looks, it waits for `showEvent`."""
        if self.isVisible():
            self.model.refresh()
            self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.history_changed()

    def _show_state(self) -> None:
        self._show_trouble(self._history.problem)
        filled = self.model.rowCount() > 0
        self._body.setCurrentWidget(self.view if filled else self.empty)
        self.export_button.setEnabled(filled)
        self.clear_button.setEnabled(filled or bool(self.model.text))
        if self.model.text.strip():
            self.empty.setText(self.tr("No past download matches “{text}”.").format(text=self.model.text.strip()))
        elif self._is_on():
            self.empty.setText(self.tr("No downloads yet. Each one that ends is listed here, also after a restart."))
        else:
            self.empty.setText(self.tr("The history is off. You can switch it on in the settings."))

    def _show_trouble(self, problem: Problem | None) -> None:
        self.note.setVisible(problem is not None)
        if problem is not None:
            self.note.set_whole(f"{what_happened(problem)} {what_next(problem)}")

    # -- export and clear

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, self.tr("Export the history"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Tables (*.csv)"))
        dialog.setDefaultSuffix("csv")
        dialog.selectFile(self.tr("Downloads.csv"))
        dialog.fileSelected.connect(self.export_to)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def export_to(self, path: str) -> None:
        """Write what the search shows, all of it, to `path`."""
        text, history = self.model.text, self._history
        self._background.run(
            lambda: history.export(Path(path), text, _translated),
            lambda count: self.said.emit(self.tr("{count} downloads exported").format(count=count)),
            self.failed.emit,
        )

    def _ask(self, asking: bool) -> None:
        self._rows.setCurrentIndex(int(asking))
        (self.keep_button if asking else self.clear_button).setFocus()
        if asking:
            announce(self.question, self.question.whole)

    def _clear(self) -> None:
        self._rows.setCurrentIndex(0)
        self.search.setFocus()
        self._background.run(
            self._history.clear, lambda _: self.said.emit(self.tr("The history is empty now")), self.failed.emit
        )


def _translated(text: str) -> str:
    return QCoreApplication.translate("History", text)
