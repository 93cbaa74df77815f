"""The links to lists: each with its name, its note, its address and code, and the way to take it back. Not modal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QItemSelectionModel, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from desktop_share.core.items import SharedItem
from desktop_share.core.links import ListLink
from desktop_share.core.sharing import SharingState
from desktop_share.gui.list_link_words import list_address, opens
from desktop_share.gui.list_links_model import ListLinksModel, ListLinksView
from desktop_share.gui.qr_section import QrCode
from desktop_share.gui.sharing_words import hint_for_code
from desktop_share.gui.small_widgets import close_buttons, plain_note, quiet_note
from desktop_share.gui.theme import GAP, MARGIN, Theme
from desktop_share.gui.toast import Toast

_SIZE = (620, 470)
_FRAME = QSize(16, 48)  # around a window, at most
_LEAST_LIST = 108  # two rows
_CODE = 150
_LONGEST = 200  # characters of a name, of a note


class ListLinksDialog(QDialog):
    """Shows the links; what is asked for is carried by the signals, the text is a token.

    wanted          a new link to the whole list
    copy_requested, revoke_requested   str
    renamed, noted  str, str: the name or the note that was typed
    """

    wanted = Signal()
    copy_requested = Signal(str)
    revoke_requested = Signal(str)
    renamed = Signal(str, str)
    noted = Signal(str, str)

    def __init__(
        self, theme: Theme, present: Callable[[ListLink], Sequence[SharedItem]], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Links to lists"))
        self.setModal(False)
        self.resize(QSize(*_SIZE).boundedTo(self.screen().availableSize() - _FRAME))
        self._present = present
        self._state: SharingState | None = None
        self._token = ""  # of the link that is shown
        self.model = ListLinksModel(lambda listed: len(present(listed)), self)
        self.view = ListLinksView(self.model, self.tr("Links to lists"))
        self.view.setMinimumHeight(_LEAST_LIST)
        self.empty = quiet_note(
            self.tr(
                "There is no link to a list yet. Such a link opens a page with several items: all of them, or those "
                "that you select in the list before you choose “New link to these items”."
            )
        )
        self.new_button = QPushButton(self.tr("New link to the whole list"))
        self.name = self._field(self.tr("Name of the page"), self.tr("What recipients see on top of the page"))
        self.note = self._field(self.tr("Note"), self.tr("Only for you: ‘for Ana’"))
        self.opens = plain_note()
        self.link = self._field(self.tr("Link"), "")
        self.link.setReadOnly(True)
        self.hint = plain_note()
        self.copy_button = QPushButton(self.tr("Copy link"))
        self.revoke_button = QPushButton(self.tr("Revoke"))
        self.revoke_button.setToolTip(self.tr("Whoever has this link is told that it was taken back"))
        self.code = QrCode()
        self.code.set_side(_CODE)
        self._lay_out()
        self.toast = Toast(theme, self)
        self._connect()

    def _field(self, name: str, hint: str) -> QLineEdit:
        field = QLineEdit()
        field.setObjectName("field")
        field.setAccessibleName(name)
        field.setPlaceholderText(hint)
        field.setMaxLength(_LONGEST)
        return field

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setHorizontalSpacing(MARGIN)
        form.setVerticalSpacing(GAP)
        form.addRow(self.tr("&Name"), self.name)
        form.addRow(self.tr("No&te"), self.note)
        form.addRow(self.tr("&Link"), self.link)
        buttons = QHBoxLayout()
        buttons.setSpacing(GAP)
        buttons.addWidget(self.copy_button)
        buttons.addWidget(self.revoke_button)
        buttons.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(GAP)
        words.addLayout(form)
        words.addWidget(self.opens)
        words.addWidget(self.hint)
        words.addLayout(buttons)
        words.addStretch(1)
        self.details = QWidget()
        beside = QHBoxLayout(self.details)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.setSpacing(MARGIN)
        beside.addLayout(words, 1)
        beside.addWidget(self.code, 0, Qt.AlignmentFlag.AlignTop)
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
        column.addWidget(self.details)
        column.addLayout(foot)
        for button in self.findChildren(QPushButton):
            button.setAutoDefault(False)  # Return in a field ends typing there, and does nothing else

    def _connect(self) -> None:
        self.new_button.clicked.connect(self.wanted)
        self.copy_button.clicked.connect(lambda: self.copy_requested.emit(self._token))
        self.revoke_button.clicked.connect(lambda: self.revoke_requested.emit(self._token))
        self.name.editingFinished.connect(lambda: self._typed(self.name, self.renamed))
        self.note.editingFinished.connect(lambda: self._typed(self.note, self.noted))
        self.view.selectionModel().selectionChanged.connect(self._show_chosen)

    # -- for the window

    def show_links(self, links: Sequence[ListLink], state: SharingState) -> None:
        self._state = state
        self.model.show_links(links)
        filled = self.model.rowCount() > 0
        self._body.setCurrentWidget(self.view if filled else self.empty)
        if filled and not self.view.selectionModel().hasSelection():
            self.view.selectRow(0)
        self._show_chosen()

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

    def _typed(self, field: QLineEdit, signal: object) -> None:
        if field.isModified() and self._token:
            field.setModified(False)
            signal.emit(self._token, field.text())  # type: ignore[attr-defined]  # a bound Signal

    def _show_chosen(self) -> None:
        listed = self.chosen
        self.details.setVisible(listed is not None)
        if listed is None or self._state is None:
            self._token = ""
            return
        other = listed.link.token != self._token
        if other:  # what was typed for the one before is its own
            self._typed(self.name, self.renamed)
            self._typed(self.note, self.noted)
        self._token = listed.link.token
        for field, text in ((self.name, listed.name), (self.note, listed.link.note)):
            if other or not field.isModified():
                self._fill(field, text)
        address = list_address(listed, self._state)
        self.opens.setText(opens(listed, self._present(listed)))
        hint = hint_for_code(self._state, address)
        self.hint.setText("" if address is not None and self._state.problem is None else hint)
        self.hint.setVisible(bool(self.hint.text()))
        self.copy_button.setEnabled(address is not None)
        self.code.setVisible(address is not None)
        if (address or "") != self.link.text():
            self._fill(self.link, address or "")
            if address is not None:
                self.code.set_text(address)
                self.code.set_side(_CODE)
        self.code.setAccessibleName(self.tr("QR code of the link"))

    def _fill(self, field: QLineEdit, text: str) -> None:
        if field.text() != text:
            field.setText(text)
            field.setCursorPosition(0)
        field.setModified(False)
