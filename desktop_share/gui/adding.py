"""The ways into the list: the dialogs for files and folders, the clipboard, and what is dropped."""

from __future__ import annotations

from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QClipboard
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_share.core.errors import Problem
from desktop_share.gui.alerts import AlertBar
from desktop_share.gui.background import Background
from desktop_share.gui.offers import Offer, carried_by, offer_of

if TYPE_CHECKING:
    from desktop_share.gui.commands import ShareCommands


class Adding(QObject):
    """Hands what there is to the commands, and what cannot be shared to the alert bar."""

    def __init__(
        self,
        commands: ShareCommands,
        alerts: AlertBar,
        clipboard: QClipboard,
        background: Background,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._commands = commands
        self._alerts = alerts
        self._clipboard = clipboard
        self._background = background
        self._window = window
        self._asked: deque[int] = deque()  # how many paths each drop had that is still being looked at
        self._folder = str(Path.home())  # where the next dialog starts; the program's own folder is nobody's choice
        commands.refused.connect(self._refused)
        commands.added.connect(self._added)

    def ask_for_files(self) -> None:
        dialog = self._dialog(self.tr("Add files"), QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda paths: self.take(Offer(tuple(paths))))
        dialog.open()

    def ask_for_folder(self) -> None:
        dialog = self._dialog(self.tr("Add a folder"), QFileDialog.FileMode.Directory)
        dialog.filesSelected.connect(lambda paths: self.take(Offer(tuple(paths))))
        dialog.open()

    def _dialog(self, title: str, mode: QFileDialog.FileMode) -> QFileDialog:
        dialog = QFileDialog(self._window, title)
        dialog.setFileMode(mode)
        dialog.setDirectory(self._folder)
        dialog.directoryEntered.connect(self._came_to)
        dialog.finished.connect(dialog.deleteLater)
        return dialog

    def _came_to(self, folder: str) -> None:
        self._folder = folder

    def paste(self) -> None:
        self.take_data(self._clipboard.mimeData())

    def take_data(self, data: QMimeData | None) -> None:
        """`data`: None where the system has nothing on its clipboard."""
        carried = carried_by(data or QMimeData())
        self._background.run(lambda: offer_of(carried), self.take)

    def take(self, offer: Offer) -> None:
        self._alerts.withdraw("refused")  # that was another drop
        if offer.paths:
            self._asked.append(len(offer.paths))
            self._commands.add_paths(offer.paths, passing=offer.passing)
        if offer.picture is not None:
            self._commands.add_picture(offer.picture)
        if offer.text:
            self._commands.add_text(offer.text, offer.html)
        if offer.refused:
            self._alerts.show_refused(offer.refused, len(offer.paths) + len(offer.refused))

    def _refused(self, problems: tuple[Problem, ...]) -> None:
        asked = self._asked[0] if self._asked else None
        if asked is not None and len(problems) >= asked:
            self._asked.popleft()  # nothing is left that `added` would come for
        self._alerts.show_refused(problems, asked)

    def _added(self) -> None:
        if self._asked:
            self._asked.popleft()
