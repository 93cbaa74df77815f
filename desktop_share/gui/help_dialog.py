"""What the program is, and every key that it knows. Not modal."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_share import __version__
from desktop_share.gui.drop_overlay import large_font
from desktop_share.gui.icons import app_icon
from desktop_share.gui.small_widgets import close_buttons
from desktop_share.gui.theme import GAP, MARGIN

_PICTURE = 48


class HelpDialog(QDialog):
    """The keys come from the actions themselves, so they are right."""

    def __init__(self, groups: Sequence[Sequence[QAction]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Help and keys"))
        self.setModal(False)
        picture = QLabel()
        picture.setPixmap(app_icon().pixmap(_PICTURE))
        title = QLabel(self.tr("Desktop Share {version}").format(version=__version__))
        title.setFont(large_font(title.font()))
        head = QHBoxLayout()
        head.setSpacing(MARGIN)
        head.addWidget(picture)
        head.addWidget(title, 1)
        explanation = QLabel(
            self.tr(
                "Drop a file on the window and send its link to someone on the same network. "
                "The file goes straight from this computer to theirs, while this window is open."
            )
        )
        explanation.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(MARGIN)
        column.addLayout(head)
        column.addWidget(explanation)
        column.addLayout(_keys(groups))
        column.addStretch(1)
        column.addWidget(close_buttons(self))


def _keys(groups: Sequence[Sequence[QAction]]) -> QFormLayout:
    form = QFormLayout()
    form.setHorizontalSpacing(2 * MARGIN)
    form.setVerticalSpacing(GAP // 2)
    form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
    for action in (each for group in groups for each in group if not each.shortcut().isEmpty()):
        _add_row(form, action.shortcut(), action.text().replace("…", ""))
    _add_row(form, QKeySequence(Qt.Key.Key_Space), QCoreApplication.translate("Help", "Download or Open, in turn"))
    _add_row(form, QKeySequence(Qt.Key.Key_F10), QCoreApplication.translate("Help", "Menu"))
    return form


def _add_row(form: QFormLayout, keys: QKeySequence, text: str) -> None:
    label = QLabel(keys.toString(QKeySequence.SequenceFormat.NativeText))
    label.setObjectName("headline")
    form.addRow(label, QLabel(text))
