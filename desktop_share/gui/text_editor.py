"""Editing a text that is shared: a window of its own for each; saving it leaves the link as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QFontDatabase, QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_share.core.items import SharedItem
from desktop_share.core.media_types import essence
from desktop_share.gui.theme import GAP, MARGIN

if TYPE_CHECKING:
    from desktop_share.gui.commands import ShareCommands

_SIZE = (640, 460)


class TextEditor(QDialog):
    """`save_asked` carries the text; the editor closes when `saved` is called, and keeps the text until then.

    Closing it with changes that are not saved asks first.
    """

    save_asked = Signal(str)

    def __init__(self, item: SharedItem, text: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("{name}[*] – edit text").format(name=item.download_name.replace("[*]", "")))
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(self.tr("Text of {name}").format(name=item.download_name))
        self.text.setTabChangesFocus(False)
        if essence(item.content_type) != "text/plain":
            self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setPlainText(text)
        self.text.moveCursor(QTextCursor.MoveOperation.End)
        self.save_button = QPushButton(self.tr("Save"))
        self.save_button.setProperty("primary", True)
        self.save_button.setDefault(False)
        self.save_button.setAutoDefault(False)
        self.save_button.clicked.connect(self.save)
        self.cancel_button = QPushButton(self.tr("Cancel"))
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)
        keys = QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self.save)
        self.save_button.setToolTip(keys.key().toString(QKeySequence.SequenceFormat.NativeText))
        self._asking: QMessageBox | None = None
        self._lay_out()
        self.text.document().modificationChanged.connect(self.setWindowModified)
        self.text.textChanged.connect(self._enable)
        self._enable()
        self.resize(*_SIZE)

    def _lay_out(self) -> None:
        sheet = QFrame()
        sheet.setObjectName("card")  # which gives the text its frame, and its ring when it has the keyboard
        inside = QVBoxLayout(sheet)
        inside.setContentsMargins(4, 4, 4, 4)
        inside.addWidget(self.text)
        buttons = QWidget()
        note = QLabel(self.tr("The link stays the same: whoever opens it next gets what you save."))
        note.setObjectName("muted")
        note.setWordWrap(True)
        row = QHBoxLayout(buttons)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        row.addWidget(note, 1)
        row.addWidget(self.cancel_button)
        row.addWidget(self.save_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(GAP + 4)
        column.addWidget(sheet, 1)
        column.addWidget(buttons)

    @property
    def is_changed(self) -> bool:
        return self.text.document().isModified()

    def save(self) -> None:
        if self.save_button.isEnabled():
            self.save_asked.emit(self.text.toPlainText())

    def saved(self) -> None:
        self.text.document().setModified(False)
        self.reject()

    def _enable(self) -> None:
        self.save_button.setEnabled(self.is_changed and bool(self.text.toPlainText().strip()))

    def reject(self) -> None:
        """Escape, Cancel and the window's own button: what was typed is asked about."""
        if self.is_changed:
            self.ask()
        else:
            super().reject()

    def ask(self) -> None:
        """What to do with what was typed; one question at a time."""
        self.show()
        self.raise_()
        self.activateWindow()
        if self._asking is not None:
            return
        buttons = QMessageBox.StandardButton
        asking = QMessageBox(self)
        asking.setWindowTitle(self.tr("Save the text?"))
        asking.setText(self.tr("Save what you changed in the text?"))
        asking.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        asking.button(buttons.Save).setEnabled(self.save_button.isEnabled())
        asking.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asking.finished.connect(self._answered)
        self._asking = asking
        asking.open()

    def _answered(self, answer: int) -> None:
        self._asking = None
        if answer == QMessageBox.StandardButton.Save:
            self.save()
        elif answer == QMessageBox.StandardButton.Discard:
            self.saved()


class TextEditors(QObject):
    """One editor for each item that is being edited, opened when the commands have read its text."""

    def __init__(self, commands: ShareCommands, window: QWidget) -> None:
        super().__init__(window)
        self._commands = commands
        self._window = window
        self._open: dict[str, TextEditor] = {}
        commands.text_read.connect(self.open)
        commands.text_saved.connect(self._saved)

    def open(self, item: SharedItem, text: str) -> None:
        editor = self._open.get(item.id)
        if editor is None:
            editor = self._open[item.id] = TextEditor(item, text, self._window)
            editor.save_asked.connect(lambda typed: self._commands.write_text(item.id, typed))
            editor.finished.connect(lambda: self._open.pop(item.id, None))
        editor.show()
        editor.raise_()
        editor.activateWindow()
        editor.text.setFocus()

    def may_close(self) -> bool:
        """Whether nothing that was typed would be lost; else its editor asks."""
        changed = [editor for editor in self._open.values() if editor.is_changed]
        if changed:
            changed[0].ask()
        return not changed

    def _saved(self, item_id: str) -> None:
        editor = self._open.pop(item_id, None)
        if editor is not None:
            editor.saved()
