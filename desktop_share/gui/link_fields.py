"""The fields of a link: its note, its expiry, how often it may be downloaded."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDateTime, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent, QTextCharFormat, QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDateTimeEdit, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from desktop_share.gui.link_words import expiry_words, in_days
from desktop_share.gui.small_widgets import QuietCombo, plain_note
from desktop_share.gui.theme import GAP

SETTLE_MS = 500  # steps of a spin box that follow each other so soon are one edit
MOST_DOWNLOADS = 99_999
_FIRST_NUMBER = 3  # what 'Number…' begins with
_HOUR, _DAY, _WEEK = 3_600, 86_400, 7 * 86_400


class NoteEdit(QLineEdit):
    """`finished` with what was typed, once it is left or Enter is pressed. Escape gives back what was there."""

    finished = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._shown = ""
        self.setObjectName("field")
        self.setMaxLength(200)
        self.setAcceptDrops(False)
        self.editingFinished.connect(self.flush)

    def show_note(self, note: str, *, anew: bool) -> None:
        """What is being typed stays, unless it is for another link: `anew`."""
        if anew or note != self._shown:
            self._shown = note
            self.revert()

    def revert(self) -> None:
        self.setText(self._shown)
        self.setCursorPosition(0)

    def flush(self) -> None:
        """Nothing more is typed for what is shown now."""
        if self.text() != self._shown:
            self._shown = self.text()
            self.finished.emit(self.text())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text() != self._shown:
            self.revert()
        else:
            super().keyPressEvent(event)


class _Settling(QTimer):
    """`settled` when `box` was left, or when its last step was a moment ago; not for what it is set to by code."""

    settled = Signal()

    def __init__(self, box: QAbstractSpinBox) -> None:
        super().__init__(box, singleShot=True, interval=SETTLE_MS)
        box.setKeyboardTracking(False)
        box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        box.editingFinished.connect(self.flush)
        self.timeout.connect(self.settled)

    def flush(self) -> None:
        """Do not wait any longer."""
        if self.isActive():
            self.stop()
            self.settled.emit()


class _MomentEdit(QDateTimeEdit):
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        calendar = self.calendarWidget()  # made when it is first asked for: dozens of widgets that few windows need
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):  # Qt's red cannot be read on dark
            calendar.setWeekdayTextFormat(day, QTextCharFormat())

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _NumberEdit(QSpinBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class ExpiryField(QWidget):
    """`chosen` with seconds since the epoch, or None for never."""

    chosen = Signal(object)

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self.choice = QuietCombo(self.tr("When the link expires"))
        self.choice.setPlaceholderText(self.tr("Different"))
        for words, seconds in (
            (self.tr("Never"), 0),
            (self.tr("In 1 hour"), _HOUR),
            (self.tr("In 1 day"), _DAY),
            (self.tr("In 1 week"), _WEEK),
            (self.tr("At…"), -1),
        ):
            self.choice.addItem(words, seconds)
        self.moment = _MomentEdit()
        self.moment.setCalendarPopup(True)
        self.moment.setAccessibleName(self.tr("Moment at which the link expires"))
        self.note = plain_note()
        _stacked(self, self.choice, self.moment, self.note)
        self.settling = _Settling(self.moment)
        self.moment.dateTimeChanged.connect(lambda _at: self.settling.start())
        self.settling.settled.connect(lambda: self.chosen.emit(self.moment.dateTime().toMSecsSinceEpoch() / 1000))
        self.choice.activated.connect(self._choose)

    def show_expiries(self, expiries: set[float | None], now: float, *, anew: bool) -> None:
        """Of one link, or of several."""
        one = len(expiries) == 1
        expires = next(iter(expiries)) if one else None
        if self.settling.isActive() and not anew:
            return  # about to be something else
        self.settling.stop()
        row = -1 if not one else 0 if expires is None else self.choice.count() - 1
        self.choice.setCurrentIndex(row)
        self.moment.setVisible(expires is not None)
        self.note.setText(expiry_words(expires, now))
        self.note.setVisible(bool(self.note.text()))
        at = QDateTime() if expires is None else QDateTime.fromMSecsSinceEpoch(int(expires * 1000))
        # the box shows minutes: what is typed into keeps its place as long as it says the same
        if expires is not None and at.toString("yyyyMMddHHmm") != self.moment.dateTime().toString("yyyyMMddHHmm"):
            with QSignalBlocker(self.moment):
                self.moment.setDateTime(at)

    def _choose(self, _index: int) -> None:
        seconds = self.choice.currentData()
        self.settling.stop()
        if seconds < 0:
            if self.moment.isVisibleTo(self):
                return
            self.chosen.emit(in_days(self._clock()))
        else:
            self.chosen.emit(self._clock() + seconds if seconds else None)


class LimitField(QWidget):
    """`chosen` with a number of downloads, or None for any number."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.choice = QuietCombo(self.tr("How often it may be downloaded"))
        self.choice.setPlaceholderText(self.tr("Different"))
        for words, limit in ((self.tr("Any number"), 0), (self.tr("Once"), 1), (self.tr("Number…"), -1)):
            self.choice.addItem(words, limit)
        once = self.tr("Stop sharing after the first download")
        self.choice.setItemData(1, once, Qt.ItemDataRole.ToolTipRole)
        self.number = _NumberEdit()
        self.number.setRange(1, MOST_DOWNLOADS)
        self.number.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.number.setAccessibleName(self.tr("Number of downloads"))
        self.note = plain_note()
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.choice, 1)
        row.addWidget(self.number)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP // 2)
        column.addLayout(row)
        column.addWidget(self.note)
        self.settling = _Settling(self.number)
        self.number.valueChanged.connect(lambda _number: self.settling.start())
        self.settling.settled.connect(lambda: self.chosen.emit(self.number.value()))
        self.choice.activated.connect(self._choose)

    def show_limits(self, limits: set[int | None], used: int | None, *, anew: bool) -> None:
        """Of one link, or of several; `used`: downloads of the one, None for several."""
        if self.settling.isActive() and not anew:
            return
        self.settling.stop()
        one = len(limits) == 1
        limit = next(iter(limits)) if one else None
        numbered = limit is not None and (limit > 1 or (self.number.isVisibleTo(self) and not anew))
        self.choice.setCurrentIndex(-1 if not one else 0 if limit is None else 2 if numbered else 1)
        self.number.setVisible(numbered)
        if limit is not None and numbered:
            with QSignalBlocker(self.number):
                self.number.setValue(limit)
        self.note.setText(self._words(limit, used or 0))
        self.note.setVisible(bool(self.note.text()))

    def _words(self, limit: int | None, used: int) -> str:
        if limit is None:
            return ""
        if used:
            return self.tr("{used} used. Another choice starts counting anew.").format(used=used)
        return self.tr("Sharing stops after the first download.") if limit == 1 else ""

    def _choose(self, _index: int) -> None:
        self.settling.stop()
        limit = self.choice.currentData()
        if limit < 0:
            self.chosen.emit(_FIRST_NUMBER)
            return
        self.number.setVisible(False)
        self.chosen.emit(limit or None)


def _stacked(field: QWidget, *widgets: QWidget) -> None:
    column = QVBoxLayout(field)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(GAP // 2)
    for each in widgets:
        column.addWidget(each)
