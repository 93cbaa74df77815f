"""The links of the selected item, one row each, and what the chosen one allows; of several items, their default links
together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link
from desktop_share.gui.link_commands import Targets
from desktop_share.gui.link_form import LinkForm
from desktop_share.gui.link_row import LinkRow
from desktop_share.gui.link_words import in_order, until_other_words
from desktop_share.gui.small_widgets import plain_note
from desktop_share.gui.theme import GAP, Theme

_LONGEST_WAIT = 3_600.0  # seconds: a computer that slept is not believed for longer


class LinksSection(QWidget):
    """`form` edits the links in `targets`.

    chosen           another link is chosen, which others show too
    seen             the section has come into sight
    copy_requested   str: the token of the link; '' for the default links of all items that are shown
    back_requested   str: the token of a revoked link
    """

    chosen = Signal()
    seen = Signal()
    copy_requested = Signal(str)
    back_requested = Signal(str)
    new_requested = Signal()
    quick_requested = Signal()
    take_back_requested = Signal()

    def __init__(self, theme: Theme, clock: Callable[[], float]) -> None:
        super().__init__()
        self._theme = theme
        self._clock = clock
        self._items: tuple[SharedItem, ...] = ()
        self._token = ""  # of the chosen link; '' for the default one
        self._awaited = ""  # of a link that is about to be there
        self._shown: Targets = {}
        self.rows: list[LinkRow] = []
        self.several = plain_note()
        self.form = LinkForm(theme, clock)
        self.new_button = QPushButton(self.tr("New link…"))
        self.new_button.setToolTip(self.tr("Another link to the same item, with limits of its own"))
        self.quick_button = QPushButton(self.tr("Quick link for an hour"))
        self.quick_button.setToolTip(self.tr("Copies a link that stops by itself and needs no row here"))
        self.take_back_button = QPushButton(self.tr("Take back all quick links"))
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._tell_the_time)
        self._lay_out()
        self.new_button.clicked.connect(self.new_requested)
        self.quick_button.clicked.connect(self.quick_requested)
        self.take_back_button.clicked.connect(self.take_back_requested)

    def _lay_out(self) -> None:
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, GAP)
        self._column.setSpacing(GAP // 2)
        self._column.addWidget(self.several)
        self._column.addWidget(self.form)
        self._column.addSpacing(GAP // 2)
        for button in (self.new_button, self.quick_button, self.take_back_button):
            button.setAutoDefault(False)
            self._column.addWidget(button)

    # -- for who shows and edits links

    @property
    def targets(self) -> Targets:
        """The link of each item that an edit is for."""
        return {item.id: self.link_of(item).token for item in self._items}

    def link_of(self, item: SharedItem) -> Link:
        """The chosen link of an item that is shown; the default one of any other."""
        if len(self._items) == 1 and self._items[0].id == item.id:
            found = next((link for link in item.links if link.token == self._token), None)
            return item.link if found is None else found
        return item.link

    def choose(self, token: str) -> None:
        """Show this link's fields; '' for the default link."""
        if token != self._token:
            self.form.flush()
            self._token = token
            self._show()
            self.chosen.emit()

    def await_link(self, token: str) -> None:
        """Choose this link as soon as it is there, ready to have its note typed."""
        self._awaited = token
        self._welcome()

    def show_items(self, items: Sequence[SharedItem]) -> None:
        """Show the links of one item, or the default links of several."""
        if {item.id for item in items} != {item.id for item in self._items}:
            self.form.flush()  # of what was stepped to for those that were shown until now
            self._token = self._awaited = ""
        self._items = tuple(items)
        self._show()
        self._welcome()

    def _welcome(self) -> None:
        if self._awaited and any(link.token == self._awaited for item in self._items for link in item.links):
            token, self._awaited = self._awaited, ""
            self.choose(token)
            self.form.note.setFocus()

    # -- inside

    def _show(self) -> None:
        now, items = self._clock(), self._items
        one = items[0] if len(items) == 1 else None
        self._show_rows(one, now)
        self.several.setVisible(one is None)
        self.several.setText(self.tr("The default links of the {count} items:").format(count=len(items)))
        self.new_button.setVisible(one is not None)
        targets = self.targets
        anew, self._shown = targets != self._shown, targets
        if items:
            self.form.show_links([self.link_of(item) for item in items], now, anew=anew)
        self._wait(now)

    def _show_rows(self, item: SharedItem | None, now: float) -> None:
        links = () if item is None else in_order(item)
        known = len(self.rows)
        while len(self.rows) < len(links):
            row = LinkRow(self._theme)
            row.chosen.connect(self.choose)
            row.copy_requested.connect(self.copy_requested)
            row.back_requested.connect(self.back_requested)
            self._column.insertWidget(len(self.rows), row)
            self.rows.append(row)
        place = self._column.indexOf(self.form)
        for number, row in enumerate(self.rows):
            row.setVisible(number < len(links))
            if item is not None and number < len(links):
                is_chosen = links[number].token == self.link_of(item).token
                row.show_link(item, links[number], now, chosen=is_chosen)
                if is_chosen:
                    place = self._column.indexOf(row) + 1
        self._put_form(place, known < len(self.rows))

    def _put_form(self, place: int, more_rows: bool) -> None:
        """Under the row of the chosen link; the keyboard goes there from the row too."""
        here = self._column.indexOf(self.form)
        if here in (place, place - 1):
            if more_rows:
                self._put_in_order()
            return
        focused = self.form.focusWidget()
        self._column.removeWidget(self.form)
        self._column.insertWidget(place if place < here else place - 1, self.form)
        if focused is not None and focused.hasFocus():
            focused.setFocus()
        self._put_in_order()

    def _put_in_order(self) -> None:
        """The keyboard goes from the top down, whatever was made first."""
        order: list[QWidget] = []
        for place in range(self._column.count()):
            entry = self._column.itemAt(place)
            widget = None if entry is None else entry.widget()
            if isinstance(widget, LinkRow):
                order += [widget.head, widget.copy_button, widget.back_button]
            elif widget is self.form:
                order += self.form.in_order
            elif isinstance(widget, QPushButton):
                order.append(widget)
        for one, next_one in pairwise(order):
            QWidget.setTabOrder(one, next_one)

    def _wait(self, now: float) -> None:
        """Wake up when something else has to be said; never while nobody sees it, or nothing expires."""
        self._timer.stop()
        links = self._items[0].links if len(self._items) == 1 else [item.link for item in self._items]
        waits = [
            wait
            for link in links
            if not link.revoked and link.expires is not None
            if (wait := until_other_words(link.expires, now)) is not None
        ]
        if waits and self.isVisible():
            self._timer.start(int(min(*waits, _LONGEST_WAIT) * 1000))

    def _tell_the_time(self) -> None:
        self._show()
        self.chosen.emit()  # what is said of the chosen link elsewhere may have changed too

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._items:
            self._show()
        self.seen.emit()

    def hideEvent(self, event: QHideEvent) -> None:
        self._timer.stop()
        super().hideEvent(event)
