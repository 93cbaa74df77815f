"""What macOS has the program open, from the moment at which its loop runs."""

from __future__ import annotations

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from desktop_share.gui.opened_files import OpenedFiles


def test_that_files_are_kept_until_somebody_takes_them(qtbot) -> None:
    opened, asked, got = OpenedFiles(), QObject(), []
    asked.installEventFilter(opened)
    for path in ("/a b", "/c"):
        QApplication.sendEvent(asked, QFileOpenEvent(path))
    opened.pass_to(got.append)
    assert got == ["/a b", "/c"]
    QApplication.sendEvent(asked, QFileOpenEvent("/d"))
    QApplication.sendEvent(asked, QFileOpenEvent(QUrl("https://example.com/x")))
    assert got == ["/a b", "/c", "/d"]
