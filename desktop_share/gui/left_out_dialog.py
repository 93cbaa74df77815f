"""What of a folder is not in its ZIP, and why. Not modal."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QDialog, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from desktop_share.core.items import SharedItem
from desktop_share.core.share_list import ItemState
from desktop_share.gui.row_words import left_out_lines
from desktop_share.gui.small_widgets import close_buttons
from desktop_share.gui.theme import GAP, MARGIN

SHOWN = 100  # lines
_SIZE = (560, 360)


class LeftOutDialog(QDialog):
    def __init__(self, item: SharedItem, state: ItemState, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("What was left out"))
        self.headline = QLabel(headline(item, state))
        self.headline.setTextFormat(Qt.TextFormat.PlainText)
        self.headline.setWordWrap(True)
        self.lines = QPlainTextEdit("\n".join(left_out_lines(state, SHOWN)))
        self.lines.setReadOnly(True)
        self.lines.setTabChangesFocus(True)
        self.lines.setAccessibleName(self.tr("What was left out, and why"))
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(GAP + 4)
        column.addWidget(self.headline)
        column.addWidget(self.lines, 1)
        column.addWidget(close_buttons(self))
        self.resize(*_SIZE)


def headline(item: SharedItem, state: ItemState) -> str:
    def tr(text: str) -> str:
        return QCoreApplication.translate("LeftOutDialog", text)

    count = state.left_out_count
    what = tr("1 thing is not in “{name}”:") if count == 1 else tr("{count} things are not in “{name}”:")
    return what.format(count=count, name=item.download_name)
