"""Links to lists in the window: made from the list, on the clipboard at once, and kept in a dialog."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut

from desktop_share.core.links import ListLink
from desktop_share.core.list_links import ListLinks
from desktop_share.core.sharing import Sharing
from desktop_share.gui.late_dialog import LateDialog
from desktop_share.gui.link_words import Standing, dead_links_copied, standing
from desktop_share.gui.list_link_commands import ListLinkCommands
from desktop_share.gui.list_link_words import made_words
from desktop_share.gui.receipts import Receipts
from desktop_share.gui.toast import Toast

if TYPE_CHECKING:
    from desktop_share.gui.bridge import Bridge
    from desktop_share.gui.commands import ShareCommands
    from desktop_share.gui.item_links import LinkServices
    from desktop_share.gui.list_link_details import ListLinkDetails
    from desktop_share.gui.list_links_dialog import ListLinksDialog
    from desktop_share.gui.main_window import MainWindow
    from desktop_share.gui.share_view import ShareView


class ListSharing(QObject):
    """Owns the dialog, which is filled while it is open."""

    def __init__(
        self,
        window: MainWindow,
        view: ShareView,
        lists: ListLinks,
        bridge: Bridge,
        sharing: Sharing,
        commands: ShareCommands,
        services: LinkServices,
    ) -> None:
        super().__init__(window)
        self._lists = lists
        self._view = view
        self._sharing = sharing
        self._clock = services.clock
        self._undo = commands.undo
        self._toast = window.toast
        self.commands = ListLinkCommands(lists, commands, self)
        self._window = window
        self._services = services
        self._commands = commands
        self.dialog = LateDialog(self._make_dialog, window.closing)
        self._receipts = Receipts(
            window.background, services.receipts_of, lambda known: self.dialog().details.form.show_receipts(known)
        )
        actions = window.commands
        actions.list_all.triggered.connect(lambda: self.commands.new())
        actions.list_links.triggered.connect(lambda: self.open())
        view.list_link_requested.connect(self.commands.new)
        self.commands.made.connect(self._made)
        self.commands.revoked.connect(self._revoked)
        for signal in (bridge.lists_changed, bridge.list_changed, bridge.sharing_changed):
            signal.connect(lambda _: self._fill())
        bridge.history_changed.connect(lambda *_: self._ask_receipts())
        commands.failed.connect(lambda _problem: self._fill())  # an edit did not happen: show the links as they are

    def _make_dialog(self) -> ListLinksDialog:
        from desktop_share.gui.list_links_dialog import ListLinksDialog

        dialog = ListLinksDialog(self._window.theme, self._lists.items, self._services.clock, self._window)
        dialog.wanted.connect(lambda: self.commands.new())
        dialog.shown.connect(lambda *_: self._ask_receipts())
        self._commands.undo_changed.connect(lambda _: dialog.toast.dismiss_button())
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), dialog, self._undo)
        self._connect_details(dialog.details, self._services.hashed)
        return dialog

    def _connect_details(self, details: ListLinkDetails, hashed: Callable[[str], str]) -> None:
        do, form = self.commands, details.form
        for signal, edit in (
            (details.name_typed, do.rename),
            (form.note_typed, do.set_note),
            (form.expiry_chosen, do.set_expires),
            (form.limit_chosen, do.set_limit),
            (form.ask_chosen, do.set_ask),
        ):
            signal.connect(lambda value, edit=edit: edit(details.token, value))
        form.password_chosen.connect(lambda password: do.set_password(details.token, password, hashed))
        form.password.copied.connect(lambda: self._near.say(self.tr("Password copied")))
        form.revoke_chosen.connect(lambda: do.revoke(details.token))
        details.items.add_requested.connect(self._add_selected)
        details.items.remove_requested.connect(lambda ids: do.remove_items(details.token, ids))
        details.copy_requested.connect(lambda: self._copy(details.token))

    def _add_selected(self) -> None:
        ids = self._view.selected_ids()
        if ids:
            self.commands.add_items(self.dialog().details.token, ids)
        else:
            self._near.say(self.tr("Select items in the list of the window first"))

    def _ask_receipts(self) -> None:
        if not self.dialog.is_open:
            return
        chosen = self.dialog().chosen
        self._receipts.ask(None if chosen is None else chosen.link.id)

    def open(self, token: str = "") -> None:
        """Show the links; `token`: the one to begin with."""
        self.dialog.show()
        self._fill()
        self.dialog().choose(token)

    def _fill(self) -> None:
        if self.dialog.is_open:
            self.dialog().show_links(self._lists.snapshot(), self._sharing.state)

    @property
    def _near(self) -> Toast:
        """The toast of the window that the person looks at."""
        return self.dialog().toast if self.dialog.is_open and self.dialog().isActiveWindow() else self._toast

    def _put(self, listed: ListLink) -> bool:
        address = self._sharing.state.link_for_list(listed)
        if address is not None:
            QGuiApplication.clipboard().setText(address)
        return address is not None

    def _copy(self, token: str) -> None:
        listed = self._lists.find(token)
        if listed is not None and self._put(listed):
            state = standing(listed.link, self._clock())
            dead = state is not Standing.OPEN
            self._near.say(dead_links_copied([state], 1) if dead else self.tr("Link copied"))

    def _made(self, listed: ListLink) -> None:
        words = made_words(listed, copied=self._put(listed))
        if self._near is self._toast:
            self._toast.say(words, button=self.tr("Show it"), run=lambda: self.open(listed.link.token))
        else:
            self._fill()
            self.dialog().choose(listed.link.token)
            self._near.say(words)

    def _revoked(self, _listed: ListLink) -> None:
        self._near.say(self.tr("Link revoked"), button=self.tr("Undo"), run=self._undo)
