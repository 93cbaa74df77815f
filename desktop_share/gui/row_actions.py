"""What can be done with the selected rows: one action each, for the keys, the context menu and the window's menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget


class RowCommands(Protocol):
    """What the actions do, on what is selected; none is called while nothing is."""

    def copy_selected(self) -> None: ...
    def qr_selected(self) -> None: ...
    def rename_selected(self) -> None: ...
    def save_selected(self) -> None: ...
    def show_selected(self) -> None: ...
    def locate_selected(self) -> None: ...
    def remove_selected(self) -> None: ...


class RowActions(QObject):
    """The actions work while the keyboard is in `view`, and in every menu they are put into."""

    def __init__(self, view: QWidget, do: RowCommands) -> None:
        super().__init__(view)
        self._view = view
        delete = [QKeySequence(Qt.Key.Key_Delete), QKeySequence(Qt.Key.Key_Backspace)]
        self.copy = self._action(self.tr("Copy link"), do.copy_selected, [QKeySequence.StandardKey.Copy])
        self.qr = self._action(self.tr("Show QR code"), do.qr_selected, ["Ctrl+R"])
        self.rename = self._action(self.tr("Rename…"), do.rename_selected, [QKeySequence(Qt.Key.Key_F2)])
        self.download = self._action(self.tr("Browsers save it (Download)"), do.save_selected, ["Ctrl+1"])
        self.open = self._action(self.tr("Browsers show it (Open)"), do.show_selected, ["Ctrl+2"])
        self.locate = self._action(self.tr("Locate the file…"), do.locate_selected, ["Ctrl+L"])
        self.remove = self._action(self.tr("Remove from the list"), do.remove_selected, delete)
        self.enable(0)

    @property
    def groups(self) -> tuple[tuple[QAction, ...], ...]:
        """As the context menu shows them."""
        return (self.copy, self.qr), (self.rename, self.download, self.open), (self.locate, self.remove)

    def enable(self, count: int) -> None:
        """For so many selected rows."""
        for group in self.groups:
            for action in group:
                action.setEnabled(count > 0)
        for action in (self.qr, self.rename, self.locate):
            action.setEnabled(count == 1)

    def menu(self) -> QMenu:
        """A context menu that deletes itself when it is closed."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for number, group in enumerate(self.groups):
            if number:
                menu.addSeparator()
            menu.addActions(list(group))
        return menu

    def _action(
        self, text: str, do: Callable[[], None], keys: Sequence[QKeySequence | QKeySequence.StandardKey | str]
    ) -> QAction:
        action = QAction(text, self._view)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(do)
        self._view.addAction(action)
        return action
