"""Dialogs that most starts never show: imported and made when they are opened first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Generic, TypeVar

from PySide6.QtCore import SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDialog, QWidget

if TYPE_CHECKING:
    from desktop_share.gui.help_dialog import HelpDialog

D = TypeVar("D", bound=QDialog)


class LateDialog(Generic[D]):
    """Calling it gives the dialog, made by the first call; it closes when `closing` says that its window does."""

    def __init__(self, make: Callable[[], D], closing: SignalInstance) -> None:
        self._make = make
        self._closing = closing
        self._made: D | None = None

    def __call__(self) -> D:
        if self._made is None:
            self._made = self._make()
            self._closing.connect(self._made.close)
        return self._made

    @property
    def is_open(self) -> bool:
        return self._made is not None and self._made.isVisible()

    def show(self) -> None:
        """In front of everything else."""
        dialog = self()
        dialog.show()
        dialog.raise_()
        dialog.activateWindow()


def help_dialog(groups: Sequence[Sequence[QAction]], window: QWidget) -> HelpDialog:
    from desktop_share.gui.help_dialog import HelpDialog

    return HelpDialog(groups, window)
