"""Taking what is dropped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData

if TYPE_CHECKING:
    from PySide6.QtGui import QDropEvent


def take_unmoved(event: QDropEvent) -> bool:
    """Accept as a copy, or as a link where that is all there is; what can only be moved is left alone."""
    from PySide6.QtCore import Qt  # see colours.py

    for action in (Qt.DropAction.CopyAction, Qt.DropAction.LinkAction):
        if action & event.possibleActions():
            event.setDropAction(action)
            event.accept()
            return True
    event.ignore()
    return False


def copied(data: QMimeData) -> QMimeData:
    """Of a drop, whose own data is gone once the drop is over."""
    copy = QMimeData()
    for each in data.formats():
        copy.setData(each, data.data(each))
    if data.hasImage():
        copy.setImageData(data.imageData())
    return copy
