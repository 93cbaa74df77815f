"""What the actions of the list do with the rows that are selected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QFileDialog

from desktop_share.core.items import Disposition
from desktop_share.core.sources import FolderSource, source_path
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.left_out_dialog import LeftOutDialog
from desktop_share.gui.share_model import ShareModel

if TYPE_CHECKING:
    from desktop_share.gui.share_view import ShareView


class Selected(QObject):
    """The RowCommands of `view`."""

    def __init__(self, view: ShareView, model: ShareModel, commands: ShareCommands) -> None:
        super().__init__(view)
        self._view = view
        self._model = model
        self._commands = commands

    def copy_selected(self) -> None:
        self._view.copy_requested.emit(self._view.selected_ids())

    def qr_selected(self) -> None:
        self._view.qr_requested.emit(self._view.selected_ids()[0])

    def edit_selected(self) -> None:
        self._commands.read_text(self._view.selected_ids()[0])

    def zip_selected(self) -> None:
        self._commands.add_zip(self._view.selected_ids())

    def list_selected(self) -> None:
        self._view.list_link_requested.emit(self._view.selected_ids())

    def keep_selected(self, until_quit: bool) -> None:
        self._commands.set_until_quit(self._view.selected_ids(), until_quit)

    def follow_selected(self, growing: bool) -> None:
        self._commands.follow(self._view.selected_ids(), growing)

    def end_selected(self) -> None:
        self._commands.end_stream(self._view.selected_ids()[0])

    def accept_selected(self) -> None:
        self._commands.accept_change(self._view.selected_ids())

    def show_left_out(self) -> None:
        (item,) = self._view.selected_items()
        LeftOutDialog(item, self._model.state(item.id), self._view.window()).show()

    def rename_selected(self) -> None:
        self._view.rename(self._model.index_of(self._view.selected_ids()[0]))

    def save_selected(self) -> None:
        self._commands.set_disposition(self._view.selected_ids(), Disposition.ATTACHMENT)

    def show_selected(self) -> None:
        self._commands.set_disposition(self._view.selected_ids(), Disposition.INLINE)

    def toggle_selected(self) -> None:
        """All the same: Open, unless all are Open already."""
        items = self._view.selected_items()
        inline = all(item.disposition is Disposition.INLINE for item in items)
        wanted = Disposition.ATTACHMENT if inline else Disposition.INLINE
        self._commands.set_disposition([item.id for item in items], wanted)

    def remove_selected(self) -> None:
        """The row after the last removed one, at the end the one before, is selected next: the keyboard goes on."""
        ids = self._view.selected_ids()
        row = self._model.index_of(ids[-1]).row() + 1
        if row == self._model.rowCount():
            chosen = set(ids)
            row = next((each for each in range(row - 1, -1, -1) if self._model.item_at(each).id not in chosen), -1)
        following = () if row < 0 else (self._model.item_at(row).id,)
        self._commands.remove(ids)
        self._view.select_ids(following)

    def locate_selected(self) -> None:
        self._view.locate_requested.emit(self._view.selected_ids()[0])

    def ask_where(self, item_id: str) -> None:
        index = self._model.index_of(item_id)
        if not index.isValid():
            return
        item = self._model.item_at(index.row())
        path = source_path(item.source)
        folder = str(Path.home() if path is None else path.parent)
        title = self.tr("Where is “{name}” now?").format(name=item.download_name)
        dialog = QFileDialog(self._view.window(), title, folder)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        folder_wanted = isinstance(item.source, FolderSource)
        dialog.setFileMode(QFileDialog.FileMode.Directory if folder_wanted else QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(lambda path: self._commands.locate(item_id, path))
        dialog.open()
