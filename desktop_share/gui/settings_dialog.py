"""The settings, applied as they are changed. Not modal: the list stays at hand."""

from __future__ import annotations

import os

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QScrollArea,
    QSpinBox,
    QStackedLayout,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from desktop_share.core.settings import Settings
from desktop_share.core.sharing import SharingState
from desktop_share.gui.entrance_settings import EntranceSettings
from desktop_share.gui.sharing_words import reason_for
from desktop_share.gui.small_widgets import close_buttons
from desktop_share.gui.theme import GAP, MARGIN

_FIRST_FREE_FOR_ALL = 1024  # below it, Linux, macOS and the BSDs ask for rights
LAST_PORT = 65_535
MEGABYTE = 1_000_000
_FASTEST = 100_000.0  # MB/s
_PAGE_WIDTH = 440
_LEAST_HEIGHT = 160


class SettingsDialog(QDialog):
    """Shows the settings; `changed` carries the name of one and its new value."""

    changed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self.setModal(False)
        self.address = QComboBox()
        self.address.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.address.setMinimumContentsLength(30)
        self.address_note = _note()
        self.port = QSpinBox(minimum=1, maximum=LAST_PORT)
        self.port.setKeyboardTracking(False)  # a port counts once it is typed to its end
        self.port.lineEdit().setTextMargins(6, 0, 0, 0)
        self.port_note = _note()
        self.copy_on_drop = QCheckBox(self.tr("Copy the link of what is dropped"))
        self.theme = QComboBox()
        for text, value in (
            (self.tr("As on this computer"), "auto"),
            (self.tr("Light"), "light"),
            (self.tr("Dark"), "dark"),
        ):
            self.theme.addItem(text, value)
        self.total = self._rate_field(self.tr("Highest speed of all downloads together"))
        self.each = self._rate_field(self.tr("Highest speed of each download"))
        self.history = QCheckBox(self.tr("Keep a list of past downloads"))
        self.entrance = EntranceSettings()
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(self.tr("Settings"))
        self._lay_out()
        self.entrance.changed.connect(self.changed)
        self.address.activated.connect(lambda: self.changed.emit("address", self.address.currentData()))
        self.port.valueChanged.connect(lambda value: self.changed.emit("port", value))
        self.port.lineEdit().textChanged.connect(self._explain_port)
        self.copy_on_drop.toggled.connect(lambda value: self.changed.emit("copy_link_on_drop", value))
        self.theme.activated.connect(lambda: self.changed.emit("theme", self.theme.currentData()))
        self.total.valueChanged.connect(lambda value: self.changed.emit("bandwidth_total", bytes_a_second(value)))
        self.each.valueChanged.connect(lambda value: self.changed.emit("bandwidth_per_transfer", bytes_a_second(value)))
        self.history.toggled.connect(lambda value: self.changed.emit("keep_history", value))

    def _rate_field(self, name: str) -> QDoubleSpinBox:
        """MB/s; the least value is no limit."""
        field = QDoubleSpinBox(minimum=0, maximum=_FASTEST, decimals=1, singleStep=1)
        field.setKeyboardTracking(False)
        field.setSpecialValueText(self.tr("No limit"))
        field.setSuffix(self.tr(" MB/s"))
        field.setAccessibleName(name)
        field.setToolTip(name)
        field.lineEdit().setTextMargins(6, 0, 0, 0)
        return field

    def _lay_out(self) -> None:
        general = QWidget()
        form = QFormLayout(general)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setHorizontalSpacing(MARGIN)
        form.setVerticalSpacing(GAP)
        form.addRow(self.tr("&Address"), self.address)
        form.addRow("", self.address_note)
        form.addRow(self.tr("&Port"), self.port)
        form.addRow("", self.port_note)
        form.addRow(self.tr("&Look"), self.theme)
        form.addRow(self.tr("Clipboard"), self.copy_on_drop)
        form.addRow(self.tr("&Speed of all"), self.total)
        form.addRow(self.tr("Speed of &each"), self.each)
        form.addRow(self.tr("History"), self.history)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(MARGIN)
        column.addWidget(self.tabs)
        pages = QStackedLayout()
        column.addLayout(pages, 1)  # before its pages: without a parent it would show the first as a window
        for title, page in ((self.tr("General"), general), (self.tr("Who may come in"), self.entrance)):
            self.tabs.addTab(title)
            pages.addWidget(_Page(page))
        self.tabs.currentChanged.connect(pages.setCurrentIndex)
        column.addWidget(close_buttons(self))

    def show_settings(self, settings: Settings, state: SharingState) -> None:
        """Show the settings as they are, with the addresses that answer now to choose from."""
        blockers = [
            QSignalBlocker(each) for each in (self.port, self.copy_on_drop, self.total, self.each, self.history)
        ]
        self._fill_addresses(settings.address, state)
        self.port.setValue(settings.port or state.port or self.port.minimum())
        self.copy_on_drop.setChecked(settings.copy_link_on_drop)
        self.theme.setCurrentIndex(max(self.theme.findData(settings.theme), 0))
        self.total.setValue((settings.bandwidth_total or 0) / MEGABYTE)
        self.each.setValue((settings.bandwidth_per_transfer or 0) / MEGABYTE)
        self.history.setChecked(settings.keep_history)
        self.entrance.show_settings(settings, state)
        for each in blockers:
            each.unblock()
        self._explain_port()

    def _fill_addresses(self, chosen: str | None, state: SharingState) -> None:
        self.address.clear()
        self.address.addItem(self.tr("All of them (recommended)"), None)
        for each in state.addresses:
            self.address.addItem(f"{each.ip}   {reason_for(each)}", each.ip)
            self.address.setItemData(self.address.count() - 1, reason_for(each), Qt.ItemDataRole.ToolTipRole)
        if chosen is not None and self.address.findData(chosen) < 0:
            self.address.addItem(self.tr("{ip}   not here now").format(ip=chosen), chosen)
        self.address.setCurrentIndex(0 if chosen is None else self.address.findData(chosen))
        self.address_note.setText(
            self.tr("Every address of this computer works. Links are made with the best one.")
            if chosen is None
            else self.tr("Only this address works, and links are made with it.")
        )

    def _explain_port(self) -> None:
        text = self.port.cleanText()
        typed = int(text) if text.isdecimal() else self.port.value()
        if not 1 <= typed <= LAST_PORT:
            note = self.tr("A port is a number from 1 to {last}.").format(last=LAST_PORT)
        elif typed < _FIRST_FREE_FOR_ALL and os.name != "nt":
            note = self.tr("Ports below 1024 usually need an administrator's rights. 1024 and above always work.")
        else:
            note = self.tr("Links that you have sent contain this number: they stop working when you change it.")
        self.port_note.setText(note)


def bytes_a_second(megabytes: float) -> int | None:
    """What a field of the dialog means; None: no limit."""
    return round(megabytes * MEGABYTE) or None


class _Page(QScrollArea):
    """As large as `page` wants to be, where the screen has room for it."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self._page = page
        self.setWidget(page)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def sizeHint(self) -> QSize:
        wanted = self._page.sizeHint()
        width = max(wanted.width(), _PAGE_WIDTH)
        height = self._page.heightForWidth(width) if self._page.hasHeightForWidth() else wanted.height()
        return QSize(width + self.verticalScrollBar().sizeHint().width(), height)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._page.minimumSizeHint().width(), _LEAST_HEIGHT)


def _note() -> QLabel:
    label = QLabel()
    label.setObjectName("muted")
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
