"""The bar on top: whether and where the list is shared, and what one does most."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from desktop_share.core.sharing import SharingState, SharingStatus
from desktop_share.gui.sharing_words import reason_for, words_for
from desktop_share.gui.small_widgets import Dot, ElidedLabel, restyle
from desktop_share.gui.theme import GAP, ICON, Theme

_ARROW = "  ▾"
# the address without 'http://', buttons without texts, a headline, every button: the first that fits is taken
_FITS = (
    (False, False, True, True),
    (True, False, True, True),
    (True, True, True, True),
    (True, True, False, True),
    (True, True, False, False),
)


class ShareBar(QWidget):
    """Shows a SharingState; a button for each of `actions`, then the menu.

    The last of them may stand out, and the one before it is in the menu only where there is no room for all.
    `address_chosen` carries an IP, or None for the best; the bar changes nothing by itself.
    """

    address_chosen = Signal(object)
    address_copied = Signal(str)
    try_again = Signal()

    def __init__(self, theme: Theme, actions: Sequence[QAction], menu: QMenu, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = SharingState(SharingStatus.STARTING)
        self._preferred: str | None = None
        self._stands_out = False
        self._row = QHBoxLayout(self)
        self.dot = Dot()
        self.headline = ElidedLabel()
        self.headline.setObjectName("headline")
        self.address = AddressButton()
        self.addresses = QMenu(self)
        self.address.setMenu(self.addresses)
        self.retry = bar_button(None)
        self.retry.setText(self.tr("Try again"))
        self.retry.clicked.connect(self.try_again)
        self.buttons = tuple(bar_button(action) for action in actions)
        self.menu_button = bar_button(None)
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu_button.setMenu(menu)
        name = self.tr("Menu")
        self.menu_button.setText(name)
        self.menu_button.setProperty("iconOnly", True)
        self.menu_button.setToolTip(f"{name} (F10)")
        self._lay_out()
        theme.changed.connect(self._present)
        actions[-1].changed.connect(self._colour_last)  # each change brings the action's own icon back
        self.show_state(self._state, None)

    def _lay_out(self) -> None:
        row = self._row
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(self.dot)
        row.addWidget(self.headline)
        row.addWidget(self.address)
        row.addWidget(self.retry)
        row.addStretch(1)
        for button in (*self.buttons, self.menu_button):
            row.addWidget(button)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_state(self, state: SharingState, preferred: str | None) -> None:
        """`preferred`: the IP that the owner chose for links; None: the best."""
        self._state = state
        self._preferred = preferred
        self._fill_addresses()
        self._present()

    def set_last_stands_out(self, stands_out: bool) -> None:
        """Whether the last of the actions is the one thing to do here, in the colour that says so."""
        self._stands_out = stands_out
        restyle(self.buttons[-1], primary=stands_out)
        self._colour_last()
        self._fit()

    def _colour_last(self) -> None:
        self.buttons[-1].setIcon(self._theme.icon("add", "on_accent" if self._stands_out else "text"))

    def _present(self) -> None:
        words = words_for(self._state)
        self.dot.set_colour(getattr(self._theme.colours, words.dot))
        self.dot.setToolTip(words.headline)
        self.headline.set_whole(words.headline)
        url = self._state.base_url if words.address else None
        self.address.setVisible(url is not None)
        self.address.set_address(url or "")
        self.retry.setVisible(words.try_again)
        self.retry.setIcon(self._theme.icon("retry"))
        self.menu_button.setIcon(self._theme.icon("menu"))
        self._colour_last()
        self._fit()

    def _fill_addresses(self) -> None:
        self.addresses.clear()
        url = self._state.base_url
        if url is None or self._state.port is None:
            return
        copy = self.addresses.addAction(self.tr("Copy this address"))
        copy.triggered.connect(lambda: self.address_copied.emit(url))
        self.addresses.addSeparator()
        self.addresses.addAction(self.tr("Make links with:")).setEnabled(False)  # a section's text is not drawn
        group = QActionGroup(self.addresses)
        self._add_choice(group, self.tr("The best address, chosen automatically"), None)
        for each in self._state.addresses:
            self._add_choice(group, f"{each.url(self._state.port)}   {reason_for(each)}", each.ip)

    def _add_choice(self, group: QActionGroup, text: str, ip: str | None) -> None:
        action = group.addAction(text.replace("&", "&&"))
        action.setCheckable(True)
        action.setChecked(ip == self._preferred)
        action.triggered.connect(lambda: self.address_chosen.emit(ip))
        self.addresses.addAction(action)

    # -- fitting into the width

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._fit()

    def _fit(self) -> None:
        """Leave out what can be spared. Where the headline goes that leads up to an address, the dot's colour and
        tooltip still say it."""
        leads_up = words_for(self._state).address
        for short, icons_only, headline, every_button in _FITS:
            self.address.set_short(short)
            self._set_icons_only(icons_only)
            self.headline.setVisible(headline or not leads_up)
            self.buttons[-2].setVisible(every_button)
            self._row.invalidate()
            if self._row.sizeHint().width() <= self.width():
                return

    def _set_icons_only(self, icons_only: bool) -> None:
        styles = Qt.ToolButtonStyle
        for button in (*self.buttons, self.retry):
            button.setToolButtonStyle(styles.ToolButtonIconOnly if icons_only else styles.ToolButtonTextBesideIcon)
            restyle(button, iconOnly=icons_only)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())


class AddressButton(QToolButton):
    """The address that links are made with; a click shows the others."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._address = ""
        self._short = False
        self.setObjectName("barButton")
        self.setProperty("textOnly", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def set_address(self, address: str) -> None:
        self._address = address
        self.setAccessibleName(self.tr("Address {address}, choose another").format(address=address))
        self.setToolTip(self.tr("{address}: click for other addresses").format(address=address))
        self._shorten()

    def set_short(self, short: bool) -> None:
        """Without 'http://'."""
        if short != self._short:
            self._short = short
            self._shorten()

    def sizeHint(self) -> QSize:
        frame = super().sizeHint()
        text = self.fontMetrics().horizontalAdvance(self._shown() + _ARROW)
        return QSize(text + 2 * self._padding() + 4, frame.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(12 * self.fontMetrics().averageCharWidth(), self.sizeHint().width()), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._shorten()

    def _shown(self) -> str:
        return self._address.partition("://")[2] if self._short else self._address

    def _shorten(self) -> None:
        room = self.width() - 2 * self._padding() - self.fontMetrics().horizontalAdvance(_ARROW)
        elided = self.fontMetrics().elidedText(self._shown(), Qt.TextElideMode.ElideMiddle, max(room, 0))
        self.setText(elided + _ARROW)
        self.updateGeometry()

    @staticmethod
    def _padding() -> int:
        return 13  # the stylesheet's padding and border


def bar_button(action: QAction | None) -> QToolButton:
    button = QToolButton()
    button.setObjectName("barButton")
    button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    button.setIconSize(QSize(ICON, ICON))
    if action is not None:
        button.setDefaultAction(action)
    return button
