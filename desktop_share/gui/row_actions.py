"""What can be done with the selected rows: one action each, for the keys, the context menu and the window's menu."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from desktop_share.core.items import SharedItem
from desktop_share.core.share_list import ItemState
from desktop_share.core.sources import FileSource, LiveSource, Source, source_path
from desktop_share.gui.source_commands import is_editable


class RowCommands(Protocol):
    """What the actions do, on what is selected; none is called while nothing is."""

    def copy_selected(self) -> None: ...
    def qr_selected(self) -> None: ...
    def edit_selected(self) -> None: ...
    def rename_selected(self) -> None: ...
    def save_selected(self) -> None: ...
    def show_selected(self) -> None: ...
    def zip_selected(self) -> None: ...
    def list_selected(self) -> None: ...
    def keep_selected(self, until_quit: bool, /) -> None: ...
    def follow_selected(self, growing: bool, /) -> None: ...
    def end_selected(self) -> None: ...
    def accept_selected(self) -> None: ...
    def show_left_out(self) -> None: ...
    def locate_selected(self) -> None: ...
    def remove_selected(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """What is selected: how many rows, and what can be done with them.

    has_place    one row, of a file or a folder on disk
    editable     one row, of a text that is kept here
    can_follow   all are files; `follows`: and are followed
    streams      one row, of a file that is followed
    changed      one of them is not what was shared any more
    left_out     one row, of a folder of which something was left out
    """

    count: int = 0
    has_place: bool = False
    editable: bool = False
    can_follow: bool = False
    follows: bool = False
    streams: bool = False
    changed: bool = False
    left_out: bool = False
    until_quit: bool = False

    @staticmethod
    def of(items: Sequence[SharedItem], state: Callable[[str], ItemState]) -> Choice:
        if not items:
            return Choice()
        only = items[0] if len(items) == 1 else None
        return Choice(
            len(items),
            has_place=only is not None and source_path(only.source) is not None,
            editable=only is not None and is_editable(only),
            can_follow=all(_is_file(item.source) for item in items),
            follows=all(isinstance(item.source, LiveSource) for item in items),
            streams=only is not None and isinstance(only.source, LiveSource),
            changed=any(state(item.id).changed for item in items),
            left_out=only is not None and state(only.id).left_out_count > 0,
            until_quit=all(item.until_quit for item in items),
        )


def _is_file(source: Source) -> bool:
    return isinstance(source, FileSource) or (isinstance(source, LiveSource) and source.path is not None)


class RowActions(QObject):
    """The actions work while the keyboard is in `view`, and in every menu they are put into."""

    def __init__(self, view: QWidget, do: RowCommands) -> None:
        super().__init__(view)
        self._view = view
        delete = [QKeySequence(Qt.Key.Key_Delete), QKeySequence(Qt.Key.Key_Backspace)]
        self.copy = self._action(self.tr("Copy link"), do.copy_selected, [QKeySequence.StandardKey.Copy])
        self.qr = self._action(self.tr("Show QR code"), do.qr_selected, ["Ctrl+R"])
        self.edit = self._action(self.tr("Edit text…"), do.edit_selected, ["Ctrl+E"])
        self.rename = self._action(self.tr("Rename…"), do.rename_selected, [QKeySequence(Qt.Key.Key_F2)])
        self.download = self._action(self.tr("Browsers save it (Download)"), do.save_selected, ["Ctrl+1"])
        self.open = self._action(self.tr("Browsers show it (Open)"), do.show_selected, ["Ctrl+2"])
        self.zip = self._action(self.tr("Share as one ZIP"), do.zip_selected, ["Ctrl+J"])
        self.list_link = self._action(self.tr("New link to these items"), do.list_selected, ["Ctrl+K"])
        self.until_quit = self._choice(self.tr("Only until I quit"), do.keep_selected, ["Ctrl+U"])
        self.follow = self._choice(self.tr("Follow while it grows"), do.follow_selected, ["Ctrl+G"])
        self.end = self._action(self.tr("End the stream"), do.end_selected, ["Ctrl+Shift+G"])
        self.accept = self._action(self.tr("Share as it is now"), do.accept_selected, ["Ctrl+Shift+U"])
        self.left_out = self._action(self.tr("What was left out…"), do.show_left_out, ["Ctrl+Shift+L"])
        self.locate = self._action(self.tr("Locate…"), do.locate_selected, ["Ctrl+L"])
        self.remove = self._action(self.tr("Remove from the list"), do.remove_selected, delete)
        self._only_where = (self.edit, self.follow, self.end, self.accept, self.left_out)
        self.enable(Choice())

    @property
    def groups(self) -> tuple[tuple[QAction, ...], ...]:
        """As the context menu shows them."""
        return (
            (self.copy, self.qr, self.list_link, self.zip),
            (self.accept, self.left_out, self.end),
            (self.edit, self.rename, self.download, self.open),
            (self.until_quit, self.follow),
            (self.locate, self.remove),
        )

    def enable(self, choice: Choice) -> None:
        """For what is selected; what makes no sense for it is greyed, and what seldom does is not in the menu."""
        for action in (self.copy, self.list_link, self.download, self.open, self.until_quit, self.remove):
            action.setEnabled(choice.count > 0)
        for action in (self.qr, self.rename):
            action.setEnabled(choice.count == 1)
        self.zip.setEnabled(choice.count > 1)
        self.locate.setEnabled(choice.has_place)
        for action, possible in zip(
            self._only_where,
            (choice.editable, choice.can_follow, choice.streams, choice.changed, choice.left_out),
            strict=True,
        ):
            action.setEnabled(possible)
        self.until_quit.setChecked(choice.until_quit)
        self.follow.setChecked(choice.follows)

    def menu(self) -> QMenu:
        """A context menu that deletes itself when it is closed."""
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for group in self.groups:
            if not menu.isEmpty():
                menu.addSeparator()  # two of them in a row are drawn as one
            menu.addActions([each for each in group if each.isEnabled() or each not in self._only_where])
        return menu

    def _choice(self, text: str, do: Callable[[bool], None], keys: Sequence[str]) -> QAction:
        action = self._action(text, do, keys)
        action.setCheckable(True)
        return action

    def _action(
        self, text: str, do: Callable[..., None], keys: Sequence[QKeySequence | QKeySequence.StandardKey | str]
    ) -> QAction:
        action = QAction(text, self._view)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(do)
        self._view.addAction(action)
        return action
