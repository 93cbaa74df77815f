"""A link to a list: its name, what it allows, its address and code. Each edit at once, as for the links of items."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from desktop_share.core.items import SharedItem
from desktop_share.core.links import ListLink
from desktop_share.core.sharing import SharingState
from desktop_share.gui.link_fields import NoteEdit
from desktop_share.gui.link_form import LinkForm
from desktop_share.gui.link_words import Standing, allows, hint_for_dead, standing
from desktop_share.gui.list_link_items import ListLinkItems
from desktop_share.gui.list_link_words import opens
from desktop_share.gui.qr_section import QrCode
from desktop_share.gui.sharing_words import hint_for_code
from desktop_share.gui.small_widgets import plain_note, restyle
from desktop_share.gui.theme import GAP, MARGIN, Theme

_CODE = 176
_LEAST_HEIGHT = 120


class ListLinkDetails(QScrollArea):
    """`form` and `name_typed` edit the link of `token`: '' while none is shown. `copy_requested` is for it too."""

    name_typed = Signal(str)
    copy_requested = Signal()

    def __init__(self, theme: Theme, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self.token = ""
        self.name = NoteEdit()
        self.name.setAccessibleName(self.tr("Name of the page"))
        self.name.setPlaceholderText(self.tr("What recipients see on top of the page"))
        self.form = LinkForm(theme, clock)
        self.form.revoke.setToolTip(self.tr("Whoever has this link is told that it was taken back"))
        self.code = QrCode()
        self.code.set_side(_CODE)
        self.code.setAccessibleName(self.tr("QR code of the link"))
        self.link = QLineEdit()
        self.link.setObjectName("field")
        self.link.setAccessibleName(self.tr("Link"))
        self.link.setReadOnly(True)
        self.copy_button = QPushButton(self.tr("Copy link"))
        self.allows = plain_note()
        self.hint = plain_note("advice")
        self.opens = plain_note()
        self.items = ListLinkItems()
        self._lay_out()
        self.name.finished.connect(self.name_typed)
        self.copy_button.clicked.connect(self.copy_requested)

    def _lay_out(self) -> None:
        label = QLabel(self.tr("&Name of the page"))
        label.setBuddy(self.name)
        fields = QVBoxLayout()
        fields.setSpacing(GAP // 2)
        fields.addWidget(label)
        fields.addWidget(self.name)
        fields.addSpacing(GAP // 2)
        fields.addWidget(self.form)
        fields.addStretch(1)
        address = QVBoxLayout()
        address.setSpacing(GAP)
        address.addWidget(self.link)
        address.addWidget(self.copy_button)
        address.addWidget(self.code, 0, Qt.AlignmentFlag.AlignHCenter)
        for each in (self.allows, self.hint, self.opens, self.items):
            address.addWidget(each)
        address.addStretch(1)
        self._content = QWidget()
        beside = QHBoxLayout(self._content)
        beside.setContentsMargins(0, 0, GAP, 0)
        beside.setSpacing(MARGIN)
        beside.addLayout(fields, 5)
        beside.addLayout(address, 4)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(self._content)

    def minimumSizeHint(self) -> QSize:
        """As wide as its fields, with the bar beside them; its height can be scrolled through."""
        return QSize(
            self._content.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width(), _LEAST_HEIGHT
        )

    def sizeHint(self) -> QSize:
        return self.minimumSizeHint().expandedTo(self._content.sizeHint())

    def show_link(self, listed: ListLink | None, state: SharingState, present: Sequence[SharedItem] = ()) -> None:
        """`present`: what the link opens now. What is being typed stays, unless another link is shown."""
        token = "" if listed is None else listed.link.token
        other = token != self.token
        if other and self.token:  # what was typed and stepped to for the one before is its own
            self.name.flush()
            self.form.note.flush()
            self.form.flush()
        self.token = token
        self.setVisible(listed is not None)
        if listed is None:
            return
        now = self._clock()
        if other:
            self.verticalScrollBar().setValue(0)
        self.name.show_note(listed.name, anew=other)
        self.form.show_links([listed.link], now, anew=other)
        self.opens.setText(opens(listed, present))
        self.opens.setVisible(listed.item_ids is None or not present)  # else they are listed
        self.items.setVisible(listed.item_ids is not None)
        self.items.show_items(present if listed.item_ids is not None else ())
        self.allows.setText(allows(listed.link, now))
        self._show_address(state.link_for_list(listed), state, standing(listed.link, now))

    def _show_address(self, address: str | None, state: SharingState, now: Standing) -> None:
        restyle(self.allows, standing=now.value)
        troubled = address is None or state.problem is not None
        hint = hint_for_dead(now) or (hint_for_code(state, address) if troubled else "")
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self.copy_button.setEnabled(address is not None)
        self.code.setVisible(address is not None)
        if (address or "") != self.link.text():
            self.link.setText(address or "")
            self.link.setCursorPosition(0)
            if address is not None:
                self.code.set_text(address)
                self.code.set_side(_CODE)
