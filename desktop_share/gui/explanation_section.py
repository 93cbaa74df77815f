"""What a browser gets for the selected item: status line and header fields, each with a plain word under it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QResizeEvent, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QTextEdit, QToolButton, QVBoxLayout, QWidget

from desktop_share.core.explanation import Explanation
from desktop_share.gui.small_widgets import flat_button, plain_note
from desktop_share.gui.theme import GAP, Theme
from desktop_share.gui.wording import what_happened, what_next

_EMPTY = Explanation("", (), (), "", "")


class ExplanationSection(QWidget):
    """`copied` carries what shall be on the clipboard and what to tell the person."""

    copied = Signal(str, str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown = _EMPTY
        self.note = plain_note()
        self.answer = _Answer()
        self.answer.setAccessibleName(self.tr("Answer to a browser"))
        self.copy_text = _copy_button(self.tr("Copy as text"))
        self.copy_curl = _copy_button(self.tr("Copy as curl"))
        self.copy_powershell = _copy_button(self.tr("Copy for PowerShell"))
        self.copy_text.clicked.connect(lambda: self.copied.emit(self._shown.as_text(), self.tr("Answer copied")))
        self.copy_curl.clicked.connect(lambda: self.copied.emit(self._shown.curl, self.tr("curl command copied")))
        self.copy_powershell.clicked.connect(
            lambda: self.copied.emit(self._shown.powershell, self.tr("PowerShell command copied"))
        )
        self._buttons = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._buttons.setSpacing(2)
        for each in (self.copy_text, self.copy_curl, self.copy_powershell):
            self._buttons.addWidget(each, 0, Qt.AlignmentFlag.AlignLeft)
        self._buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, GAP)
        column.setSpacing(GAP)
        column.addWidget(self.note)
        column.addWidget(self.answer)
        column.addLayout(self._buttons)
        theme.changed.connect(self._colour)
        self._colour()
        self.show_words("")

    def set_beside(self, beside: bool) -> None:
        directions = QBoxLayout.Direction
        self._buttons.setDirection(directions.TopToBottom if beside else directions.LeftToRight)

    def show_words(self, words: str) -> None:
        """Why there is no answer to show."""
        self._shown = _EMPTY
        self.note.setText(words)
        self._reveal(answer=False)

    def show_explanation(self, explanation: Explanation) -> None:
        if explanation != self._shown:  # filling it takes a selection away
            self._shown = explanation
            self._fill()
        self._reveal(answer=True)

    def _reveal(self, *, answer: bool) -> None:
        self.note.setVisible(not answer)
        for each in (self.answer, self.copy_text, self.copy_curl, self.copy_powershell):
            each.setVisible(answer)

    def _fill(self) -> None:
        colours = self._theme.colours
        self.answer.clear()
        text = _Writer(self.answer, colours.text, colours.muted)
        text.code(self._shown.status_line, bold=True, gap=0)
        for field in self._shown.fields:
            text.code(field.name + ":", bold=True)
            text.code(field.value, gap=0)
            text.words(what_happened(field.meaning))
        for note in self._shown.notes:
            text.words(f"{what_happened(note)} {what_next(note)}".strip(), gap=GAP)
        self.answer.moveCursor(QTextCursor.MoveOperation.Start)
        self.answer.fit()

    def _colour(self) -> None:
        for each in (self.copy_text, self.copy_curl, self.copy_powershell):
            each.setIcon(self._theme.icon("paste"))
        self._fill()


class _Writer:
    """Adds paragraphs of plain text at the end."""

    def __init__(self, answer: QTextEdit, text: str, muted: str) -> None:
        self._cursor = answer.textCursor()
        self._code = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        self._code.setPointSizeF(max(answer.font().pointSizeF() - 0.5, 7.0))
        self._words = answer.font()
        self._text, self._muted = QColor(text), QColor(muted)

    def code(self, text: str, *, bold: bool = False, gap: int = GAP) -> None:
        font = QFont(self._code)
        font.setBold(bold)
        self._add(text, font, self._text, gap)

    def words(self, text: str, *, gap: int = 0) -> None:
        if text:
            self._add(text, self._words, self._muted, gap)

    def _add(self, text: str, font: QFont, colour: QColor, gap: int) -> None:
        block, characters = QTextBlockFormat(), QTextCharFormat()
        block.setTopMargin(gap)
        characters.setFont(font)
        characters.setForeground(colour)
        if self._cursor.position():
            self._cursor.insertBlock(block, characters)
        self._cursor.insertText(text, characters)


class _Answer(QTextEdit):
    """As high as its text: what is around it scrolls."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("answer")
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(self.wordWrapMode().WrapAtWordBoundaryOrAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.document().setDocumentMargin(GAP)
        interaction = Qt.TextInteractionFlag
        self.setTextInteractionFlags(interaction.TextSelectableByMouse | interaction.TextSelectableByKeyboard)
        self.setAcceptDrops(False)  # which the flags turn on

    def fit(self) -> None:
        around = self.height() - self.viewport().height()
        self.setFixedHeight(round(self.document().size().height()) + max(around, 2))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


def _copy_button(text: str) -> QToolButton:
    button = flat_button(text)
    button.setText(text)
    button.setToolTip("")
    button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button
