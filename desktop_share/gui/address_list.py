"""Addresses and ranges of addresses, typed one a line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from desktop_share.core.errors import Problem, ShareError
from desktop_share.core.networks import parse_network
from desktop_share.gui.small_widgets import plain_note, restyle
from desktop_share.gui.theme import GAP
from desktop_share.gui.wording import what_happened, what_next

_LINES = 3


class _Lines(QPlainTextEdit):
    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:  # its own context menu
            self.left.emit()


class AddressList(QWidget):
    """`chosen` carries a tuple of texts that `parse_network` takes, once the keyboard leaves: an address that is half
    typed is one too, but not the one that is meant."""

    chosen = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self._kept: tuple[str, ...] = ()
        self.lines = _Lines()
        self.lines.setObjectName("lines")
        self.lines.setAccessibleName(name)
        self.lines.setTabChangesFocus(True)
        self.lines.setPlaceholderText(self.tr("192.168.1.20\n192.168.1.0/24"))
        self.lines.setFixedHeight(_LINES * self.fontMetrics().lineSpacing() + 2 * GAP + 2)
        self.problem = plain_note("problem")
        self.problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP // 2)
        column.addWidget(self.lines)
        column.addWidget(self.problem)
        self.lines.textChanged.connect(self._typed)
        self.lines.left.connect(self._finish)

    def show_addresses(self, addresses: Sequence[str]) -> None:
        """What is being typed, or is wrong and waits to be corrected, stays."""
        self._kept = tuple(addresses)
        if not self.lines.hasFocus() and self.problem.isHidden() and self._texts() != self._kept:
            self.lines.setPlainText("\n".join(addresses))

    def _texts(self) -> tuple[str, ...]:
        return tuple(text for line in self.lines.toPlainText().splitlines() if (text := line.strip()))

    def _typed(self) -> None:
        """A line that the cursor has left is judged at once, the one that is being typed is not."""
        present = self.lines.textCursor().block().text() if self.lines.hasFocus() else ""
        self._show(self._wrong(except_for=present.strip()))

    def _finish(self) -> None:
        wrong = self._wrong()
        self._show(wrong)
        if wrong is None and self._texts() != self._kept:
            self._kept = self._texts()
            self.chosen.emit(self._kept)

    def _wrong(self, except_for: str = "") -> Problem | None:
        for text in self._texts():
            try:
                parse_network(text)
            except ShareError as error:
                if text != except_for:
                    return error.problem
        return None

    def _show(self, wrong: Problem | None) -> None:
        text = "" if wrong is None else f"{what_happened(wrong)} {what_next(wrong)}"
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        self.lines.setAccessibleDescription(text)
        restyle(self.lines, wrong=bool(text))

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():
            self._finish()
