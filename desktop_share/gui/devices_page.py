"""The devices that were let in for good: listed, renamed in their place, removed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QStackedLayout,
    QStyleOptionViewItem,
    QWidget,
)

from desktop_share.core.approvals import Approval, Device
from desktop_share.gui.background import Background
from desktop_share.gui.small_widgets import ElidedLabel, announce, quiet_note
from desktop_share.gui.theme import GAP
from desktop_share.gui.transfer_words import TransferColumn
from desktop_share.gui.transfers_model import cell_data
from desktop_share.gui.transfers_view import TIME_WIDTH, TransferDelegate, TransferView
from desktop_share.gui.visit_words import device_address_cell, device_name_cell, device_since_cell

if TYPE_CHECKING:
    from desktop_share.gui.bridge import Bridge

Index = QModelIndex | QPersistentModelIndex

LONGEST_NAME = 60  # characters
_CELLS = (device_name_cell, device_address_cell, device_since_cell)
_COLUMNS = len(_CELLS)


class ApprovedDevices(Protocol):
    """What the window wants of `core.approvals.Approvals`. Waits for the disk; raises StorageError."""

    @property
    def state(self) -> Approval: ...

    def rename(self, digest: bytes, name: str) -> None: ...

    def remove(self, digest: bytes) -> None: ...


class DevicesModel(QAbstractTableModel):
    """Who was let in last is first. `renamed` carries a device and the name that was typed."""

    renamed = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._devices: list[Device] = []

    def show_devices(self, devices: Sequence[Device]) -> None:
        """One that was renamed stays where it is, and so does the selection."""
        latest = list(reversed(devices))
        same = [each.digest for each in latest] == [each.digest for each in self._devices]
        if not same:
            self.beginResetModel()
        self._devices = latest
        if not same:
            self.endResetModel()
        elif latest:
            self.dataChanged.emit(self.index(0, 0), self.index(len(latest) - 1, _COLUMNS - 1))

    def device_at(self, row: int) -> Device:
        return self._devices[row]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        return 0 if parent.isValid() else len(self._devices)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else _COLUMNS

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() and index.column() == 0 else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or not 0 <= index.row() < len(self._devices):
            return None
        device = self._devices[index.row()]
        if role == Qt.ItemDataRole.EditRole:
            return device.name if index.column() == 0 else None
        return cell_data(_CELLS[index.column()](device), role)

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or index.column() != 0:
            return False
        name, device = str(value).strip(), self._devices[index.row()]
        if name and name != device.name:
            self.renamed.emit(device, name)
        return False  # it shows once it is kept

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (self.tr("Name"), self.tr("Address"), self.tr("Let in"))[section]
        return None


class _Delegate(TransferDelegate):
    def createEditor(self, parent: QWidget, _option: QStyleOptionViewItem, _index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setObjectName("nameEdit")
        editor.setMaxLength(LONGEST_NAME)
        editor.setAccessibleName(self.tr("Name of the device"))
        return editor

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, _index: Index) -> None:
        editor.setGeometry(option.rect.adjusted(2, 8, -2, -8))


class DevicesView(TransferView):
    def __init__(self, model: DevicesModel, name: str) -> None:
        super().__init__(model, name)
        self.setItemDelegate(_Delegate(self, button=False, names=0, last=_COLUMNS - 1))
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(triggers.EditKeyPressed | triggers.DoubleClicked)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.viewport().width()
        address = round(width * 0.35)
        self.setColumnWidth(0, max(width - address - TIME_WIDTH, 0))
        self.setColumnWidth(1, address)
        self.setColumnWidth(2, TIME_WIDTH)


class DevicesPage(QWidget):
    """`controls` stand beside the tabs. `said` is news for a toast, `failed` carries a Problem."""

    said = Signal(str)
    failed = Signal(object)

    def __init__(self, devices: ApprovedDevices, bridge: Bridge, background: Background) -> None:
        super().__init__()
        self._devices = devices
        self._background = background
        self._asked: Device | None = None
        self.model = DevicesModel(self)
        self.view = DevicesView(self.model, self.tr("Devices that may open every link"))
        self.empty = quiet_note(
            self.tr(
                "No device was let in for good yet. Where a link asks you about each new device, those that you allow "
                "are listed here."
            )
        )
        self.rename_button = QPushButton(self.tr("Rename"))
        self.remove_button = QPushButton(self.tr("Remove…"))
        self.question = ElidedLabel()
        self.sure_button = QPushButton(self.tr("Remove"))
        self.keep_button = QPushButton(self.tr("Keep it"))
        self.controls = QWidget()
        self._lay_out()
        self._connect(bridge)
        self._show()

    def _lay_out(self) -> None:
        self._body = QStackedLayout(self)
        self._body.addWidget(self.view)
        self._body.addWidget(self.empty)
        self._rows = QStackedLayout(self.controls)
        for widgets in (
            (None, self.rename_button, self.remove_button),
            (self.question, self.sure_button, self.keep_button),
        ):
            holder = QWidget()
            line = QHBoxLayout(holder)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(GAP)
            for each in widgets:
                if each is None:
                    line.addStretch(1)
                else:
                    line.addWidget(each, int(each is self.question))
            self._rows.addWidget(holder)

    def _connect(self, bridge: Bridge) -> None:
        remove = QAction(self.tr("Remove this device"), self.view)
        remove.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        remove.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        rename = QAction(self.tr("Rename this device"), self.view)  # F2 is the view's own
        self.view.addActions([rename, remove])
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.remove_action = remove
        rename.triggered.connect(self._edit)
        remove.triggered.connect(self._ask)
        self.rename_button.clicked.connect(self._edit)
        self.remove_button.clicked.connect(self._ask)
        self.keep_button.clicked.connect(self._keep)
        self.sure_button.clicked.connect(self._remove)
        self.view.selectionModel().selectionChanged.connect(self._offer)
        self.model.modelReset.connect(self._offer)
        self.model.renamed.connect(lambda device, name: self._do(lambda: self._devices.rename(device.digest, name)))
        bridge.approval_changed.connect(self._show)

    @property
    def _chosen(self) -> Device | None:
        rows = self.view.selectionModel().selectedRows()
        return self.model.device_at(rows[0].row()) if rows else None

    def _show(self, _approval: Approval | None = None) -> None:
        devices = self._devices.state.devices
        self.model.show_devices(devices)
        self._body.setCurrentWidget(self.view if devices else self.empty)
        if self._asked is not None and all(each.digest != self._asked.digest for each in devices):
            self._keep()
        self._offer()

    def _offer(self) -> None:
        for button in (self.rename_button, self.remove_button):
            button.setEnabled(self._chosen is not None)

    def _edit(self) -> None:
        rows = self.view.selectionModel().selectedRows()
        if rows:
            self.view.edit(rows[0].siblingAtColumn(TransferColumn.DEVICE))

    def _ask(self) -> None:
        self._asked = self._chosen
        if self._asked is not None:
            name = device_name_cell(self._asked).first
            self.question.set_whole(self.tr("“{name}” has to ask you again. Remove it?").format(name=name))
            self._rows.setCurrentIndex(1)
            self.keep_button.setFocus()
            announce(self.question, self.question.whole)

    def _keep(self) -> None:
        self._asked = None
        had_focus = self.keep_button.hasFocus() or self.sure_button.hasFocus()
        self._rows.setCurrentIndex(0)
        if had_focus:
            self.view.setFocus()

    def _remove(self) -> None:
        asked = self._asked
        self._keep()
        if asked is not None:
            said = self.tr("“{name}” has to ask again now").format(name=device_name_cell(asked).first)
            self._do(lambda: self._devices.remove(asked.digest), said)

    def _do(self, call: Callable[[], None], said: str = "") -> None:
        self._background.run(call, lambda _: self.said.emit(said) if said else None, self.failed.emit)
