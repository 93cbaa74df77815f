"""The field of the media type: typed with completion, or chosen; validated; empty for the type by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QCompleter, QLineEdit, QListView, QVBoxLayout, QWidget

from desktop_share.core.media_types import is_valid_media_type, known_media_types
from desktop_share.gui.small_widgets import QuietCombo, announce, plain_note, restyle

# What is chosen most; the rest of the table comes after it.
COMMON = (
    "text/plain",
    "text/html",
    "text/csv",
    "text/markdown",
    "image/png",
    "image/jpeg",
    "image/svg+xml",
    "application/pdf",
    "application/zip",
    "video/mp4",
    "audio/mpeg",
    "application/json",
    "application/octet-stream",
)
_LIST_WIDTH = 340  # pixels: most of the table's types in full
_ROWS = 12


class MediaTypeField(QWidget):
    """`chosen` carries a valid media type, or '' for the type by itself."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown = ""
        self.combo = QuietCombo(self.tr("Media type"))
        self.line = QLineEdit()
        self.combo.setLineEdit(self.line)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.combo.setMaxVisibleItems(_ROWS)
        listed = QListView()
        listed.setMinimumWidth(_LIST_WIDTH)
        self.combo.setView(listed)
        self.combo.addItem(self.tr("Automatic"))
        self.combo.addItems(COMMON)
        self.combo.insertSeparator(self.combo.count())
        self.combo.addItems([each for each in known_media_types() if each not in COMMON])
        self.line.setAcceptDrops(False)
        self.line.setAccessibleName(self.tr("Media type"))
        self._complete()
        self.error = plain_note("problem")
        self.error.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.combo)
        column.addWidget(self.error)
        self.setFocusProxy(self.combo)
        self.combo.activated.connect(self._choose)
        self.line.editingFinished.connect(self._finish)
        self.line.textEdited.connect(self._typing)
        self.combo.installEventFilter(self)  # which gets the keys of its line first

    def _complete(self) -> None:
        completer = QCompleter(self.combo.model(), self)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setMaxVisibleItems(_ROWS)
        listed = QListView()
        listed.setObjectName("completions")
        listed.setMinimumWidth(_LIST_WIDTH)
        completer.setPopup(listed)
        self.combo.setCompleter(completer)

    def show_type(self, media_type: str, placeholder: str, *, anew: bool) -> None:
        """Show the owner's choice, '' for none. What is being typed stays, unless it is for another item: `anew`."""
        self.line.setPlaceholderText(placeholder)
        self.combo.setToolTip(media_type or placeholder)
        if anew or media_type != self._shown:
            self._shown = media_type
            self._revert()

    def _choose(self, index: int) -> None:
        if index == 0:
            self._take("")
        else:
            self._finish()

    def _finish(self) -> None:
        typed = self.line.text().strip()
        if typed == self._shown:
            self._revert()
        elif self._is_fine(typed):
            self._take(typed)
        else:
            self._complain()

    def _take(self, media_type: str) -> None:
        self._shown = media_type
        self._revert()
        self.chosen.emit(media_type)

    def _typing(self, text: str) -> None:
        if self._is_fine(text.strip()):
            self._forgive()

    def _is_fine(self, typed: str) -> bool:
        return not typed or is_valid_media_type(typed)

    def _complain(self) -> None:
        text = self.tr("A media type has a slash and no spaces: “image/png”. Nothing was changed.")
        self.error.setText(text)
        self.error.show()
        restyle(self.combo, wrong=True)
        announce(self.line, text, urgent=True)

    def _forgive(self) -> None:
        self.error.hide()
        restyle(self.combo, wrong=False)

    def _revert(self) -> None:
        self.combo.setEditText(self._shown)
        self.line.setCursorPosition(0)
        self._forgive()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
            and self.line.text() != self._shown
        ):
            self._revert()
            return True
        return super().eventFilter(watched, event)
