"""Changing the settings from the window: saved off its thread, then applied to what they are about."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, SignalInstance
from PySide6.QtWidgets import QWidget

from desktop_share.core.errors import Problem
from desktop_share.core.settings import Settings, SettingsBook
from desktop_share.core.sharing import Sharing
from desktop_share.gui.background import Background
from desktop_share.gui.late_dialog import LateDialog

if TYPE_CHECKING:
    from desktop_share.gui.settings_dialog import SettingsDialog


class Preferences(QObject):
    """Owns the dialog, which goes with `closing`. `failed` is told why a change could not be saved; the window shows
    the settings as they are again."""

    def __init__(
        self,
        settings: SettingsBook,
        sharing: Sharing,
        background: Background,
        failed: Callable[[Problem], object],
        window: QWidget,
        closing: SignalInstance,
    ) -> None:
        super().__init__(window)
        self._settings = settings
        self._sharing = sharing
        self._background = background
        self._failed = failed
        self._window = window
        self.dialog = LateDialog(self._make_dialog, closing)

    def _make_dialog(self) -> SettingsDialog:
        from desktop_share.gui.settings_dialog import SettingsDialog

        dialog = SettingsDialog(self._window)
        dialog.changed.connect(self.change)
        return dialog

    def open(self) -> None:
        self.dialog().show_settings(self._settings.value, self._sharing.state)
        self.dialog.show()

    def show_again(self) -> None:
        """Something that the dialog shows has changed."""
        if self.dialog.is_open:
            self.dialog().show_settings(self._settings.value, self._sharing.state)

    def change(self, name: str, value: object) -> None:
        """Change a setting; what the server listens on takes a restart of it."""

        def done(_settings: Settings) -> None:
            if name in ("address", "port"):
                self._sharing.restart()
            elif name == "link_address":
                self._sharing.refresh()

        self._background.run(lambda: self._settings.update(**{name: value}), done, self._failed)
