"""A problem that keeps the window from being opened, told to who sees no terminal."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QApplication, QMessageBox

from desktop_share.core.errors import Problem
from desktop_share.gui.icons import app_icon


def tell(problem: Problem) -> None:
    """Returns once it was read."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    box = QMessageBox(QMessageBox.Icon.Warning, "Desktop Share", problem.what_text(application.tr))
    box.setInformativeText(problem.next_step_text(application.tr))
    box.setWindowIcon(app_icon())
    box.exec()
