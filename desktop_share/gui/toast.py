"""'Link copied': a line over the lower edge of the window that goes by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPropertyAnimation, QSize, Qt, QTimer
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QGraphicsOpacityEffect, QHBoxLayout, QLabel, QPushButton, QWidget

from desktop_share.gui.small_widgets import announce
from desktop_share.gui.theme import GAP, ICON, MARGIN, Theme

PLAIN_MS = 3_500
WITH_BUTTON_MS = 8_000  # long enough to read, decide and reach the button
_FADE_MS = 180
_ABOVE_EDGE = 44  # clear of the status line


class Toast(QFrame):
    """Over `window`. It stays while the pointer or the focus is on it."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._run: Callable[[], object] | None = None
        self.setObjectName("toast")
        self._icon = QLabel()
        self.label = QLabel()
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.button = QPushButton()
        self.button.clicked.connect(self._act)
        self.button.installEventFilter(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, GAP, MARGIN, GAP)
        row.setSpacing(GAP)
        for each in (self._icon, self.label, self.button):
            row.addWidget(each)
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._fade)
        self._effect = QGraphicsOpacityEffect(self)
        self._effect.setEnabled(False)
        self.setGraphicsEffect(self._effect)
        self._animation = QPropertyAnimation(self._effect, b"opacity", self)
        self._animation.setDuration(_FADE_MS)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.finished.connect(self.dismiss)
        window.installEventFilter(self)
        self.hide()

    def say(self, text: str, *, button: str = "", run: Callable[[], object] | None = None) -> None:
        """Show `text`, plain, in place of what is shown; with a button where there is something to `run`."""
        self._animation.stop()
        self._effect.setEnabled(False)
        self._run = run
        self._icon.setPixmap(
            self._theme.icon("check", "on_toast").pixmap(QSize(ICON, ICON), self.devicePixelRatioF()),
        )
        self._icon.setVisible(run is None)
        widest = max(self.window().width() - 10 * MARGIN, 10 * MARGIN)
        self.label.setText(self.label.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, widest))
        self.button.setText(button)
        self.button.setVisible(run is not None)
        self.setAccessibleName(text)
        self._place()
        self.show()
        self.raise_()
        self._wait()
        announce(self, f"{text}. {button}" if button else text)

    @property
    def text(self) -> str:
        """What it says now; '' while it is hidden."""
        return "" if self.isHidden() else self.accessibleName()

    def dismiss(self) -> None:
        self._timer.stop()
        self._effect.setEnabled(False)
        self._run = None
        self.hide()

    def dismiss_button(self) -> None:
        """Take back a button whose work is done or gone."""
        if self._run is not None:
            self.dismiss()

    def _wait(self) -> None:
        self._timer.start(PLAIN_MS if self._run is None else WITH_BUTTON_MS)

    def _fade(self) -> None:
        if self.underMouse() or self.button.hasFocus():
            return  # leaving it starts the time anew
        self._effect.setEnabled(True)
        self._animation.setStartValue(1.0)
        self._animation.setEndValue(0.0)
        self._animation.start()

    def _act(self) -> None:
        run = self._run
        self.dismiss()
        if run is not None:
            run()

    def _place(self) -> None:
        self.adjustSize()
        window = self.window()
        self.move((window.width() - self.width()) // 2, window.height() - self.height() - _ABOVE_EDGE)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._animation.stop()
        self._effect.setEnabled(False)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if self.isVisible():
            self._wait()
        super().leaveEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parent() and self.isVisible():
            self._place()
        elif event.type() == QEvent.Type.FocusOut and watched is self.button and self.isVisible():
            self._wait()
        return super().eventFilter(watched, event)
