"""How the selected items are sent: saved or shown, under which name, as what, and how long a copy may be kept."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from desktop_share.core.items import CachePolicy, Disposition, SharedItem
from desktop_share.core.names import shown, split_extension
from desktop_share.gui.media_type_field import MediaTypeField
from desktop_share.gui.presentation_words import (
    CACHE_POLICIES,
    advice,
    cache_hint,
    cache_words,
    name_note,
    type_placeholder,
)
from desktop_share.gui.small_widgets import QuietCombo, TwoWay, plain_note
from desktop_share.gui.theme import GAP


class SendingSection(QWidget):
    """Each signal is an edit of all items that are shown.

    disposition_chosen   Disposition
    renamed              str: the name that was typed; '' for the item's own
    type_chosen          str: a valid media type; '' for the one by itself
    cache_chosen         CachePolicy
    """

    disposition_chosen = Signal(object)
    renamed = Signal(str)
    type_chosen = Signal(str)
    cache_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._ids: tuple[str, ...] = ()
        self.disposition = TwoWay((self.tr("Download"), self.tr("Open")), self.tr("What a browser does with it"))
        self.disposition.buttons[0].setToolTip(self.tr("The browser saves it"))
        self.disposition.buttons[1].setToolTip(self.tr("The browser shows it, where it can"))
        self.advice = plain_note("advice")
        self.name = StemEdit()
        self.name.setAccessibleDescription(self.tr("The file on disk keeps its name."))
        self.name.setAccessibleName(self.tr("Name that the recipient saves"))
        self.name_note = plain_note()
        self.media_type = MediaTypeField()
        self.cache = QuietCombo(self.tr("Copies in browsers"))
        self.cache.setPlaceholderText(self.tr("Different"))
        self.cache_note = plain_note()
        self._lay_out()
        self.disposition.chosen.connect(lambda index: self.disposition_chosen.emit(tuple(Disposition)[index]))
        self.name.finished.connect(self.renamed)
        self.media_type.chosen.connect(self.type_chosen)
        self.cache.activated.connect(lambda _index: self.cache_chosen.emit(self.cache.currentData()))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, GAP)
        column.setSpacing(GAP // 2)
        column.addWidget(self.disposition)
        column.addWidget(self.advice)
        for caption, field, note in (
            (self.tr("&Name"), self.name, self.name_note),
            (self.tr("Media &type"), self.media_type, None),
            (self.tr("&Copies in browsers"), self.cache, self.cache_note),
        ):
            column.addSpacing(GAP // 2)
            label = QLabel(caption)
            label.setBuddy(field)
            column.addWidget(label)
            column.addWidget(field)
            if note is not None:
                column.addWidget(note)

    def show_items(self, items: Sequence[SharedItem], *, anew: bool = False) -> None:
        """Show one item or several; what differs among them is shown as such. What is being typed stays while the
        items are the same, unless it shall be shown `anew`."""
        ids = tuple(item.id for item in items)
        anew, self._ids = anew or ids != self._ids, ids
        dispositions = {item.disposition for item in items}
        self.disposition.show_choice(tuple(Disposition).index(dispositions.pop()) if len(dispositions) == 1 else None)
        _say(self.advice, advice(items))
        self._show_name(items, anew=anew)
        types = {item.media_type or "" for item in items}
        self.media_type.show_type(types.pop() if len(types) == 1 else "", type_placeholder(items), anew=anew)
        self._show_cache({item.cache for item in items})

    def _show_name(self, items: Sequence[SharedItem], *, anew: bool) -> None:
        one = items[0] if len(items) == 1 else None
        self.name.setEnabled(one is not None)
        self.name.setPlaceholderText(shown(one.source.own_name) if one else self.tr("Each has its own"))
        self.name.show_name(one.download_name if one else "", anew=anew)
        _say(self.name_note, name_note(items))

    def _show_cache(self, policies: set[CachePolicy]) -> None:
        policy = next(iter(policies)) if len(policies) == 1 else None
        offered = list(CACHE_POLICIES)
        if policy is not None and policy not in offered:
            offered.append(policy)
        if [self.cache.itemData(row) for row in range(self.cache.count())] != offered:
            self.cache.clear()
            for each in offered:
                self.cache.addItem(cache_words(each), each)
        self.cache.setCurrentIndex(-1 if policy is None else offered.index(policy))
        _say(self.cache_note, "" if policy is None else cache_hint(policy))


class StemEdit(QLineEdit):
    """A name whose stem is selected when it is gone to: what is typed replaces it and keeps the extension."""

    finished = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown = ""
        self._came_by_mouse = False
        self.setObjectName("field")
        self.setMaxLength(1000)
        self.setAcceptDrops(False)
        self.editingFinished.connect(self._finish)

    def show_name(self, name: str, *, anew: bool) -> None:
        """Show it; what is being typed stays, unless it is for another item: `anew`."""
        self.setToolTip(name)
        if anew or name != self._shown:
            self._shown = name
            self.revert()

    def revert(self) -> None:
        self.setText(self._shown)
        self.setCursorPosition(0)

    def select_stem(self) -> None:
        self.setSelection(0, len(split_extension(self.text())[0]))

    def _finish(self) -> None:
        if self.text() != self._shown and self.isEnabled():
            self.finished.emit(self.text())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._came_by_mouse = event.reason() == Qt.FocusReason.MouseFocusReason
        if not self._came_by_mouse and event.reason() != Qt.FocusReason.PopupFocusReason:
            self.select_stem()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self._came_by_mouse and not self.hasSelectedText():
            self.select_stem()
        self._came_by_mouse = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._shown:
            self.revert()
        else:
            super().keyPressEvent(event)


def _say(note: QLabel, text: str) -> None:
    note.setText(text)
    note.setVisible(bool(text))
