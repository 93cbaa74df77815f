"""What a link allows, as fields: each edit at once, for one link or for the default links of several items."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_share.core.history_table import HistoryEntry
from desktop_share.core.links import Link
from desktop_share.gui.link_fields import ExpiryField, LimitField, NoteEdit
from desktop_share.gui.password_field import PasswordField
from desktop_share.gui.small_widgets import plain_note
from desktop_share.gui.theme import GAP, Theme
from desktop_share.gui.transfer_words import device_cell, state_cell, time_cell


class LinkForm(QWidget):
    """Each signal is an edit of all links that are shown.

    note_typed       str
    expiry_chosen    float | None, seconds since the epoch
    limit_chosen     int | None
    password_chosen  str; '' for none
    ask_chosen       bool
    """

    note_typed = Signal(str)
    expiry_chosen = Signal(object)
    limit_chosen = Signal(object)
    password_chosen = Signal(str)
    ask_chosen = Signal(bool)
    revoke_chosen = Signal()

    def __init__(self, theme: Theme, clock: Callable[[], float]) -> None:
        super().__init__()
        self.note = NoteEdit()
        self.note.setAccessibleName(self.tr("Note of the link"))
        self.note.setAccessibleDescription(self.tr("Only you see it."))
        self.expiry = ExpiryField(clock)
        self.limit = LimitField()
        self.password = PasswordField(theme)
        self.ask = QCheckBox(self.tr("Ask me for each new device"))
        self.revoke = QPushButton(self.tr("Revoke this link"))
        self.revoke.setAutoDefault(False)
        self.receipts = plain_note()
        self._lay_out()
        self.note.finished.connect(self.note_typed)
        self.expiry.chosen.connect(self.expiry_chosen)
        self.limit.chosen.connect(self.limit_chosen)
        self.password.chosen.connect(self.password_chosen)
        self.ask.clicked.connect(self._ask)
        self.revoke.clicked.connect(self.revoke_chosen)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP // 2)
        self.fields = QWidget()
        fields = QVBoxLayout(self.fields)
        fields.setContentsMargins(0, 0, 0, 0)
        fields.setSpacing(GAP // 2)
        for caption, field, first in (
            (self.tr("N&ote, for yourself"), self.note, self.note),
            (self.tr("E&xpires"), self.expiry, self.expiry.choice),
            (self.tr("&Downloads"), self.limit, self.limit.choice),
            (self.tr("&Password"), self.password, self.password.line),
        ):
            label = QLabel(caption)
            label.setBuddy(first)
            fields.addWidget(label)
            fields.addWidget(field)
            fields.addSpacing(GAP // 2)
        fields.addWidget(self.ask)
        fields.addWidget(self.revoke)
        column.addWidget(self.fields)
        column.addWidget(self.receipts)
        self.receipts.hide()

    def show_links(self, links: Sequence[Link], now: float, *, anew: bool) -> None:
        """`links`: at least one. `anew`: they are others than before, so nothing that was typed stays."""
        self.fields.setVisible(any(not link.revoked for link in links))
        notes = {link.note for link in links}
        self.note.setPlaceholderText(self.tr("for Ana") if len(notes) == 1 else self.tr("Different"))
        self.note.show_note(notes.pop() if len(notes) == 1 else "", anew=anew)
        self.expiry.show_expiries({link.expires for link in links}, now, anew=anew)
        self.limit.show_limits({link.limit for link in links}, links[0].used if len(links) == 1 else None, anew=anew)
        self.password.show_passwords({bool(link.password_hash) for link in links}, anew=anew)
        asks = {link.ask for link in links}
        states = Qt.CheckState
        self.ask.setCheckState(
            states.PartiallyChecked if len(asks) > 1 else states.Checked if asks.pop() else states.Unchecked
        )
        count = len(links)
        self.revoke.setText(
            self.tr("Revoke this link") if count == 1 else self.tr("Revoke {count} links").format(count=count)
        )

    @property
    def in_order(self) -> tuple[QWidget, ...]:
        """As the keyboard goes through them."""
        expiry, limit, word = self.expiry, self.limit, self.password
        boxes = (self.note, expiry.choice, expiry.moment, limit.choice, limit.number, word.line)
        buttons = (word.eye, word.copy_button, word.make_button, word.set_button, word.remove_button)
        return (*boxes, *buttons, self.ask, self.revoke)

    def flush(self) -> None:
        """What was stepped to a moment ago, and what was typed, is meant for the links that are shown now."""
        self.expiry.settling.flush()
        self.limit.settling.flush()

    def show_receipts(self, entries: Sequence[HistoryEntry]) -> None:
        """The last downloads of the link, newest first; nothing for none."""
        lines = []
        for each in entries:
            when, device = time_cell(each.transfer), device_cell(each.transfer)
            time = f"{when.second} {when.first}"
            lines.append(f"{device.first} ({device.second}) · {time} · {state_cell(each.transfer).first}")
        text = "\n".join([self.tr("Last downloads:"), *lines]) if lines else ""
        self.receipts.setText(text)
        self.receipts.setVisible(bool(text))

    def _ask(self) -> None:
        # from 'some ask' the first click is 'all of them'
        self.ask.setTristate(False)
        self.ask_chosen.emit(self.ask.isChecked())
