"""The only place that shows an error: one quiet bar with what happened and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from desktop_share.core.errors import Problem
from desktop_share.gui.small_widgets import announce, flat_button, restyle
from desktop_share.gui.theme import GAP, ICON, Theme
from desktop_share.gui.wording import not_shared, what_happened, what_next

_DETAILS_LINES = 6  # the rest is scrolled to
_ICON_COLOURS = {"info": "accent", "warning": "warning", "error": "danger"}


class AlertKind(StrEnum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class AlertAction:
    """A button in the bar. It closes the alert, then does its work."""

    label: str
    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Alert:
    """What happened and what next, as plain text.

    key       an alert takes the place of an earlier one with the same key
    details   lines that can be unfolded
    """

    key: str
    kind: AlertKind
    what: str
    next_step: str = ""
    details: tuple[str, ...] = ()
    action: AlertAction | None = None


class AlertBar(QFrame):
    """Shows the newest alert; closing it shows the one before. Hidden while there is none."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._alerts: list[Alert] = []
        self.setObjectName("alert")
        self._icon = QLabel()
        self._what = _text_label("headline")
        self._next_step = _text_label("")
        self._more = _text_label("muted")
        self._more.setWordWrap(False)
        self.action_button = QPushButton()
        self.action_button.clicked.connect(self._act)
        self.details_button = QPushButton(self.tr("Details"))
        self.details_button.setCheckable(True)
        self.details_button.toggled.connect(self._unfold)
        self.close_button = flat_button(self.tr("Close this message"))
        self.close_button.clicked.connect(self._close)
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setAccessibleName(self.tr("Details"))
        self._lay_out()
        theme.changed.connect(self._colour)
        self._colour()
        self._present()

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._what)
        texts.addWidget(self._next_step)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        for button in (self._more, self.details_button, self.action_button, self.close_button):
            row.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, GAP, GAP, GAP)
        column.addLayout(row)
        column.addWidget(self.details)
        # not Maximum: that caps it at the height for its widest line, and cuts off wrapped ones
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """What waits to be read, the one that is shown last."""
        return tuple(self._alerts)

    # -- what others call

    def show_alert(self, alert: Alert) -> None:
        shown = self._alerts[-1:]
        self._alerts = [each for each in self._alerts if each.key != alert.key]
        self._alerts.append(alert)
        self._present()
        if shown != [alert]:
            announce(self, f"{alert.what} {alert.next_step}".strip(), urgent=alert.kind is AlertKind.ERROR)

    def show_problem(
        self,
        problem: Problem,
        kind: AlertKind = AlertKind.ERROR,
        *,
        key: str = "",
        action: AlertAction | None = None,
    ) -> None:
        self.show_alert(
            Alert(key or problem.kind, kind, what_happened(problem), what_next(problem), action=action),
        )

    def show_refused(self, problems: Sequence[Problem], asked: int | None = None) -> None:
        """Paths that could not be shared: one in its own words, several as a count with the reasons to unfold."""
        if len(problems) == 1:
            self.show_problem(problems[0], AlertKind.WARNING, key="refused")
        elif problems:
            lines = tuple(f"{what_happened(each)} {what_next(each)}" for each in problems)
            self.show_alert(Alert("refused", AlertKind.WARNING, not_shared(len(problems), asked), lines[0], lines))

    def withdraw(self, key: str) -> None:
        """Take back an alert that no longer holds."""
        self._alerts = [each for each in self._alerts if each.key != key]
        self._present()

    # -- inside

    def _present(self) -> None:
        self.setVisible(bool(self._alerts))
        if not self._alerts:
            return
        alert = self._alerts[-1]
        self._what.setText(alert.what)
        self._next_step.setText(alert.next_step)
        self._next_step.setVisible(bool(alert.next_step))
        self._more.setText(self.tr("{count} more").format(count=len(self._alerts) - 1))
        self._more.setVisible(len(self._alerts) > 1)
        self.action_button.setVisible(alert.action is not None)
        self.action_button.setText(alert.action.label if alert.action else "")
        self.details_button.setVisible(bool(alert.details))
        self.details_button.setChecked(False)
        self.details.setPlainText("\n".join(alert.details))
        lines = min(len(alert.details), _DETAILS_LINES) + 1
        self.details.setFixedHeight(lines * self.fontMetrics().lineSpacing() + GAP)
        self.details.hide()
        self.setAccessibleName(f"{alert.what} {alert.next_step}".strip())
        restyle(self, kind=str(alert.kind))
        self._colour()

    def _colour(self) -> None:
        name = str(self._alerts[-1].kind) if self._alerts else "info"
        self._icon.setPixmap(
            self._theme.icon(name, _ICON_COLOURS[name]).pixmap(QSize(ICON + 2, ICON + 2), self.devicePixelRatioF())
        )
        self.close_button.setIcon(self._theme.icon("close"))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._colour()
        return super().event(event)

    def _unfold(self, unfolded: bool) -> None:
        self.details.setVisible(unfolded)

    def _close(self) -> None:
        if self._alerts:
            self.withdraw(self._alerts[-1].key)

    def _act(self) -> None:
        action = self._alerts[-1].action if self._alerts else None
        self._close()
        if action is not None:
            action.run()


def _text_label(name: str) -> QLabel:
    """File names stand in these texts: plain text, whatever they look like."""
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label
