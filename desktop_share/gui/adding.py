"""The ways into the list: the file dialogs, the clipboard, and what is dropped."""

from __future__ import annotations

import os
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QClipboard
from PySide6.QtWidgets import QFileDialog, QWidget

from desktop_share.core.errors import Problem
from desktop_share.core.names import shown
from desktop_share.gui.alerts import Alert, AlertAction, AlertBar, AlertKind
from desktop_share.gui.background import Background
from desktop_share.gui.offers import Offer, carried_by, offer_of

if TYPE_CHECKING:
    from desktop_share.gui.commands import ShareCommands


class Adding(QObject):
    """Hands paths to the commands, and what cannot be shared to the alert bar."""

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
        dialog = self._dialog(self.tr("Add the files of a folder"), QFileDialog.FileMode.Directory)
        dialog.filesSelected.connect(lambda paths: self.look_into(paths[0]) if paths else None)
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
            self._commands.add_paths(offer.paths)
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

    # -- the files of a folder: how many is said before they are shared

    def look_into(self, folder: str) -> None:
        self._background.run(
            lambda: files_in(folder),
            lambda paths: self._offer_files(folder, paths),
            lambda problem: self._alerts.show_problem(problem, key="folder"),
        )

    def _offer_files(self, folder: str, paths: tuple[str, ...]) -> None:
        name = shown(Path(folder).name or folder)
        if not paths:
            what = self.tr("There are no files in “{name}”.").format(name=name)
            self._alerts.show_alert(Alert("folder", AlertKind.INFO, what, self.tr("Choose another folder.")))
            return
        if len(paths) == 1:
            what, label = self.tr("There is 1 file in “{name}”."), self.tr("Share it")
        else:
            what, label = self.tr("There are {count} files in “{name}”."), self.tr("Share {count} files")
        self._alerts.show_alert(
            Alert(
                "folder",
                AlertKind.INFO,
                what.format(name=name, count=len(paths)),
                self.tr("Hidden files and the folders inside are left out."),
                action=AlertAction(label.format(count=len(paths)), lambda: self.take(Offer(paths))),
            )
        )


def files_in(folder: str) -> tuple[str, ...]:
    """The regular, visible files directly inside, by name. Raises OSError."""
    with os.scandir(folder) as entries:
        found = [entry.path for entry in entries if entry.is_file() and not entry.name.startswith(".")]
    return tuple(sorted(found, key=str.casefold))
