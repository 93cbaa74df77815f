"""Every command of the window as an action: in a menu, with a shortcut where it is used often."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from desktop_share.core.sharing import SharingState, SharingStatus
from desktop_share.gui.theme import Theme

if TYPE_CHECKING:
    from desktop_share.gui.share_view import ShareView

_Keys = QKeySequence.StandardKey


class WindowActions(QObject):
    """The window's own actions, and those of the list's `view` that the menu shows too."""

    def __init__(self, theme: Theme, view: ShareView, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._icons: dict[QAction, str] = {}
        self.add_files = self._action(self.tr("Add files…"), "add", _Keys.Open)
        self.add_folder = self._action(self.tr("Add folder…"), "folder", "Ctrl+Shift+O")
        self.paste = self._action(self.tr("Paste"), "paste", _Keys.Paste)
        self.zip_all = self._action(self.tr("Share everything as one ZIP"), "folder", "Ctrl+Shift+J")
        self.zip_all.setEnabled(False)
        self.list_all = self._action(self.tr("New link to the whole list"), "share", "Ctrl+Shift+K")
        self.list_links = self._action(self.tr("Links to lists…"), "share", "Ctrl+Shift+I")
        self.undo = self._action(self.tr("Undo"), "undo", _Keys.Undo)
        self.undo.setEnabled(False)
        self.qr = self._action(self.tr("Details"), "info", "Ctrl+Shift+R")
        self.qr.setCheckable(True)
        self.qr.setToolTip(self.tr("Show the item’s QR code, its links, how it is sent, and what a browser gets"))
        self.activity = self._action(self.tr("Activity"), "activity", "Ctrl+T")
        self.activity.setCheckable(True)
        self.activity.setToolTip(self.tr("Show who is downloading what, and who did"))
        self.pause = self._action(self.tr("Pause"), "pause", "Ctrl+P")
        self.settings = self._action(self.tr("Settings…"), "settings", "Ctrl+,", QAction.MenuRole.PreferencesRole)
        self.help = self._action(self.tr("Help and keys"), "help", _Keys.HelpContents, QAction.MenuRole.AboutRole)
        self.quit = self._action(self.tr("Quit"), "quit", "Ctrl+Q", QAction.MenuRole.QuitRole)
        self.copy = view.action_copy
        self._of_list = (
            view.action_copy,
            view.action_qr,
            view.action_edit,
            view.action_rename,
            view.action_download,
            view.action_open,
            view.action_list_link,
            view.action_zip,
            view.action_until_quit,
            view.action_follow,
            view.action_locate,
            view.action_remove,
        )
        self._icons[view.action_copy] = "copy"
        self._icons[view.action_qr] = "qr"
        self._icons[view.action_rename] = "rename"
        self._icons[view.action_remove] = "remove"
        self.menu = self._fill(QMenu(self.tr("Menu"), window))
        if sys.platform == "darwin":  # where every program has its menus in one bar on top of the screen
            QMenuBar(window).addMenu(self._fill(QMenu(self.tr("File"), window)))
        theme.changed.connect(self._colour)
        self._colour()

    @property
    def groups(self) -> tuple[Sequence[QAction], ...]:
        """All actions, in the groups that the menu shows."""
        return (
            (self.add_files, self.add_folder, self.paste),
            (self.list_all, self.list_links, self.zip_all),
            (self.undo, *self._of_list),
            (self.activity, self.pause, self.settings),
            (self.help, self.quit),
        )

    @property
    def of_bar(self) -> Sequence[QAction]:
        """What one does most, as `ShareBar` wants it."""
        return (self.copy, self.qr, self.pause, self.activity, self.add_files)

    def show_state(self, state: SharingState) -> None:
        """Pause or Resume, whichever there is to do."""
        paused = state.status is SharingStatus.PAUSED
        self.pause.setText(self.tr("Resume") if paused else self.tr("Pause"))
        self.pause.setToolTip(self.tr("Let links work again") if paused else self.tr("Answer no new downloads for now"))
        self.pause.setEnabled(state.status in (SharingStatus.PAUSED, SharingStatus.SHARING))
        self._icons[self.pause] = "play" if paused else "pause"
        self.pause.setIcon(self._theme.icon(self._icons[self.pause]))

    def show_undo(self, text: str) -> None:
        """`text`: what Undo would undo; '' for nothing."""
        self.undo.setEnabled(bool(text))
        self.undo.setText(self.tr("Undo: {what}").format(what=text) if text else self.tr("Undo"))

    def _action(
        self,
        text: str,
        icon: str,
        keys: QKeySequence.StandardKey | str,
        role: QAction.MenuRole = QAction.MenuRole.NoRole,
    ) -> QAction:
        action = QAction(text, self)
        action.setShortcut(QKeySequence(keys))
        action.setMenuRole(role)
        self._icons[action] = icon
        return action

    def _fill(self, menu: QMenu) -> QMenu:
        for number, group in enumerate(self.groups):
            if number:
                menu.addSeparator()
            menu.addActions(list(group))
        return menu

    def _colour(self) -> None:
        for action, name in self._icons.items():
            action.setIcon(self._theme.icon(name))
