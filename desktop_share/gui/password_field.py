"""The password of a link: typed or made up, and kept nowhere but as a hash."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication, QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from desktop_share.gui.link_commands import made_up_password
from desktop_share.gui.small_widgets import flat_button, plain_note
from desktop_share.gui.theme import GAP, Theme


class PasswordField(QWidget):
    """`chosen` with a new password, '' for none any more. `copied`: it is on the clipboard."""

    chosen = Signal(str)
    copied = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._has = False
        self._given = ""  # what is in the field and was set: it can be shown and copied until the field is for others
        self.line = QLineEdit()
        self.line.setObjectName("field")
        self.line.setAccessibleName(self.tr("Password"))
        self.line.setMaxLength(200)
        self.line.setAcceptDrops(False)
        self.eye = flat_button(self.tr("Show the password"))
        self.eye.setCheckable(True)
        self.copy_button = flat_button(self.tr("Copy the password"))
        self.make_button = QPushButton(self.tr("Make one up"))
        self.set_button = QPushButton()
        self.remove_button = QPushButton(self.tr("Remove"))
        self.note = plain_note()
        self._lay_out()
        self.line.textChanged.connect(self._fit)
        self.line.returnPressed.connect(self._set)
        self.eye.toggled.connect(self._show)
        self.copy_button.clicked.connect(self._copy)
        self.make_button.clicked.connect(self._make)
        self.set_button.clicked.connect(self._set)
        self.remove_button.clicked.connect(self._remove)
        theme.changed.connect(self._colour)
        self._show(False)
        self._fit()

    def _lay_out(self) -> None:
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setSpacing(GAP // 2)
        first.addWidget(self.line, 1)
        for each in (self.eye, self.copy_button):
            first.addWidget(each)
        for button in (self.make_button, self.set_button, self.remove_button):
            button.setAutoDefault(False)
            second.addWidget(button)
        second.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP // 2)
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(self.note)

    def show_passwords(self, protected: set[bool], *, anew: bool) -> None:
        """Whether the link has one, or several have; `anew`: what was typed is for another link."""
        self._has = True in protected
        if anew:
            self.forget()
        if len(protected) > 1:
            hint = self.tr("Some have one")
        else:
            hint = self.tr("Type another one to change it") if self._has else self.tr("None")
        self.line.setPlaceholderText(hint)
        self._fit()

    def forget(self) -> None:
        """Nothing stays in the field."""
        self._given = ""
        self.line.clear()
        self.eye.setChecked(False)

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():  # folded away, not minimised
            self.forget()
        super().hideEvent(event)

    def _fit(self) -> None:
        typed = self.line.text()
        is_set = bool(typed) and typed == self._given
        self.eye.setVisible(bool(typed))
        self.copy_button.setVisible(is_set)
        self.set_button.setText(self.tr("Change") if self._has else self.tr("Set"))
        self.set_button.setVisible(bool(typed) and not is_set)
        self.remove_button.setVisible(self._has and (not typed or is_set))
        words = self.tr("Pass it on now: it is not kept, and cannot be shown again.") if is_set else ""
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def _set(self) -> None:
        if self.line.text() and self.line.text() != self._given:
            self._given = self.line.text()
            self._fit()
            self.chosen.emit(self._given)

    def _make(self) -> None:
        self.line.setText(made_up_password())
        self.eye.setChecked(True)
        self._set()

    def _remove(self) -> None:
        self.forget()
        self.chosen.emit("")
        self.line.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.line.text())
        self.copied.emit()

    def _show(self, shown: bool) -> None:
        self.line.setEchoMode(QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password)
        name = self.tr("Hide the password") if shown else self.tr("Show the password")
        self.eye.setToolTip(name)
        self.eye.setAccessibleName(name)
        self._colour()

    def _colour(self) -> None:
        self.eye.setIcon(self._theme.icon("eye-off" if self.eye.isChecked() else "eye"))
        self.copy_button.setIcon(self._theme.icon("copy"))
