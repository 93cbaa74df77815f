"""The links to lists, and what the chosen one allows: its fields, its address and code. Not modal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, QSize, QTimer, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from desktop_share.core.items import SharedItem
from desktop_share.core.links import ListLink
from desktop_share.core.sharing import SharingState
from desktop_share.gui.link_words import until_other_words
from desktop_share.gui.list_link_details import ListLinkDetails
from desktop_share.gui.list_links_model import ListLinksModel, ListLinksView
from desktop_share.gui.small_widgets import close_buttons, quiet_note
from desktop_share.gui.theme import MARGIN, Theme
from desktop_share.gui.toast import Toast

_SIZE = (680, 720)
_FRAME = QSize(16, 48)  # around a window, at most
_LEAST_LIST = 108  # two rows
_LONGEST_WAIT = 3_600.0  # seconds: a computer that slept is not believed for longer


class ListLinksDialog(QDialog):
    """Shows the links; `details` edits the chosen one.

    wanted  a new link to the whole list
    shown   other links are shown, or another one is chosen, or the dialog is closed
    """

    wanted = Signal()
    shown = Signal()

    def __init__(
        self,
        theme: Theme,
        present: Callable[[ListLink], Sequence[SharedItem]],
        clock: Callable[[], float],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Links to lists"))
        self.setModal(False)
        self.resize(QSize(*_SIZE).boundedTo(self.screen().availableSize() - _FRAME))
        self._present = present
        self._clock = clock
        self._state: SharingState | None = None
        self.model = ListLinksModel(lambda listed: len(present(listed)), clock, self)
        self.view = ListLinksView(self.model, self.tr("Links to lists"))
        self.view.setMinimumHeight(_LEAST_LIST)
        self.empty = quiet_note(
            self.tr(
                "There is no link to a list yet. Such a link opens a page with several items: all of them, or those "
                "that you select in the list before you choose “New link to these items”."
            )
        )
        self.new_button = QPushButton(self.tr("New link to the whole list"))
        self.details = ListLinkDetails(theme, clock)
        self._timer = QTimer(self, singleShot=True)
        self._lay_out()
        self.toast = Toast(theme, self)
        self.new_button.clicked.connect(self.wanted)
        self.view.selectionModel().selectionChanged.connect(self._show_chosen)
        self._timer.timeout.connect(self._tell_the_time)

    def _lay_out(self) -> None:
        card = QFrame()
        card.setObjectName("card")
        self._body = QStackedLayout(card)
        self._body.setContentsMargins(4, 4, 4, 4)
        self._body.addWidget(self.view)
        self._body.addWidget(self.empty)
        foot = QHBoxLayout()
        foot.addWidget(self.new_button)
        foot.addWidget(close_buttons(self), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(MARGIN)
        column.addWidget(card, 1)
        column.addWidget(self.details, 3)
        column.addLayout(foot)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Return in a field ends typing there, and does nothing else

    # -- for the window

    def show_links(self, links: Sequence[ListLink], state: SharingState) -> None:
        self._state = state
        self.model.show_links(links)
        filled = self.model.rowCount() > 0
        self._body.setCurrentWidget(self.view if filled else self.empty)
        if filled and not self.view.selectionModel().hasSelection():
            self.view.selectRow(0)
        self._show_chosen()
        self._wait()

    def choose(self, token: str) -> None:
        row = self.model.row_of(token)
        if row >= 0:
            index = self.model.index(row, 0)
            flags = QItemSelectionModel.SelectionFlag
            self.view.selectionModel().setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self.view.scrollTo(index)

    @property
    def chosen(self) -> ListLink | None:
        rows = self.view.selectionModel().selectedRows()
        return self.model.link_at(rows[0].row()) if rows else None

    # -- inside

    def _show_chosen(self) -> None:
        if self._state is not None:
            listed = self.chosen
            self.details.show_link(listed, self._state, () if listed is None else self._present(listed))
            self.shown.emit()

    def _wait(self) -> None:
        """Wake up when something else has to be said; never while nothing expires."""
        now = self._clock()
        expiries = [each.link.expires for each in self.model.links if each.link.expires is not None]
        waits = [wait for expires in expiries if (wait := until_other_words(expires, now)) is not None]
        if waits:
            self._timer.start(int(min(*waits, _LONGEST_WAIT) * 1000))
        else:
            self._timer.stop()

    def _tell_the_time(self) -> None:
        self.model.look_again()
        self._show_chosen()
        self._wait()

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():  # closed, not minimised
            self._timer.stop()
            self.shown.emit()
        super().hideEvent(event)
