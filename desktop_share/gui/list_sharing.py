"""Links to lists in the window: made from the list, on the clipboard at once, and kept in a dialog."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from desktop_share.core.links import ListLink
from desktop_share.core.list_links import ListLinks
from desktop_share.core.sharing import Sharing
from desktop_share.gui.late_dialog import LateDialog
from desktop_share.gui.list_link_commands import ListLinkCommands
from desktop_share.gui.list_link_words import list_address, made_words
from desktop_share.gui.toast import Toast

if TYPE_CHECKING:
    from desktop_share.gui.bridge import Bridge
    from desktop_share.gui.commands import ShareCommands
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
    ) -> None:
        super().__init__(window)
        self._lists = lists
        self._sharing = sharing
        self._undo = commands.undo
        self._toast = window.toast
        self.commands = ListLinkCommands(lists, commands, self)
        self._window = window
        self.dialog = LateDialog(self._make_dialog, window.closing)
        actions = window.commands
        actions.list_all.triggered.connect(lambda: self.commands.new())
        actions.list_links.triggered.connect(lambda: self.open())
        view.list_link_requested.connect(self.commands.new)
        self.commands.made.connect(self._made)
        self.commands.revoked.connect(self._revoked)
        self._undo_changed = commands.undo_changed
        for signal in (bridge.lists_changed, bridge.list_changed, bridge.sharing_changed):
            signal.connect(lambda _: self._fill())

    def _make_dialog(self) -> ListLinksDialog:
        from desktop_share.gui.list_links_dialog import ListLinksDialog

        dialog = ListLinksDialog(self._window.theme, self._lists.items, self._window)
        dialog.wanted.connect(lambda: self.commands.new())
        dialog.copy_requested.connect(self._copy)
        dialog.revoke_requested.connect(self.commands.revoke)
        dialog.renamed.connect(self.commands.rename)
        dialog.noted.connect(self.commands.set_note)
        self._undo_changed.connect(lambda _: dialog.toast.dismiss_button())
        return dialog

    def open(self, token: str = "") -> None:
        """Show the links; `token`: the one to begin with."""
        self._fill(always=True)
        self.dialog.show()
        self.dialog().choose(token)

    def _fill(self, *, always: bool = False) -> None:
        if always or self.dialog.is_open:
            self.dialog().show_links(self._lists.snapshot(), self._sharing.state)

    @property
    def _near(self) -> Toast:
        """The toast of the window that the person looks at."""
        return self.dialog().toast if self.dialog.is_open and self.dialog().isActiveWindow() else self._toast

    def _put(self, listed: ListLink) -> bool:
        address = list_address(listed, self._sharing.state)
        if address is not None:
            QGuiApplication.clipboard().setText(address)
        return address is not None

    def _copy(self, token: str) -> None:
        listed = self._lists.find(token)
        if listed is not None and self._put(listed):
            self._near.say(self.tr("Link copied"))

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
