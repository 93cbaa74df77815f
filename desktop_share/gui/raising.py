"""Bringing the window to the front when another start asks for it, as far as the desktop lets it."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

ACTIVATION_TOKEN = "XDG_ACTIVATION_TOKEN"  # Wayland's, which Qt reads when a window asks to be activated


def bring_to_front(window: QWidget, token: str = "") -> None:
    """Show the window above all others. Where the desktop does not let it, its entry in the task bar asks for the
    person. `token`: of the program that was used last."""
    if window.isMinimized():
        window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    if token:
        os.environ[ACTIVATION_TOKEN] = token
    window.activateWindow()
    os.environ.pop(ACTIVATION_TOKEN, None)  # good for one time; what we start is not to use it
    if not window.isActiveWindow():
        QApplication.alert(window)  # taken back by the system once the window is active
