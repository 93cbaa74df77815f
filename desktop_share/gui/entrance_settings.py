"""Who may come in: the settings that no single link has."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from desktop_share.core.addresses import Reach
from desktop_share.core.settings import Settings
from desktop_share.core.sharing import SharingState
from desktop_share.gui.address_list import AddressList
from desktop_share.gui.small_widgets import plain_note
from desktop_share.gui.theme import GAP, MARGIN


class EntranceSettings(QWidget):
    """`changed` carries the name of a setting and its new value."""

    changed = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.reach = QComboBox()
        for text, value in (
            (self.tr("Everyone who can reach this computer"), "everyone"),
            (self.tr("This network only"), "this-network"),
            (self.tr("This computer only"), "this-computer"),
        ):
            self.reach.addItem(text, value)
        self.reach_note = plain_note()
        self.adapters: dict[str, QCheckBox] = {}
        self._adapter_box = QWidget()
        self.adapter_note = plain_note()
        self.allow = AddressList(self.tr("Only these addresses"))
        self.deny = AddressList(self.tr("Never these addresses"))
        self.ask = QCheckBox(self.tr("Ask me for each new device, for every link"))
        self.log = QCheckBox(self.tr("Keep an access log"))
        self._lay_out()
        self.reach.activated.connect(lambda: self._changed("reach", self.reach.currentData()))
        self.allow.chosen.connect(lambda texts: self._changed("allow", texts))
        self.deny.chosen.connect(lambda texts: self._changed("deny", texts))
        self.ask.toggled.connect(lambda on: self._changed("ask_always", on))
        self.log.toggled.connect(lambda on: self._changed("keep_access_log", on))

    def _lay_out(self) -> None:
        self._boxes = QVBoxLayout(self._adapter_box)
        self._boxes.setContentsMargins(0, 0, 0, 0)
        self._boxes.setSpacing(0)
        lists = QHBoxLayout()
        lists.setSpacing(MARGIN)
        self._allow_caption = _caption("", self.allow.lines)
        lists.addLayout(_group(self._allow_caption, self.allow), 1)
        lists.addLayout(_group(_caption(self.tr("&Never from"), self.deny.lines), self.deny), 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(MARGIN)
        column.addLayout(_group(_caption(self.tr("&Who may come in"), self.reach), self.reach, self.reach_note))
        adapters = _caption(self.tr("Only through these network adapters"))
        column.addLayout(_group(adapters, self._adapter_box, self.adapter_note))
        column.addLayout(lists)
        column.addLayout(_group(self.ask, self.log))
        column.addStretch(1)

    def show_settings(self, settings: Settings, state: SharingState) -> None:
        """Show the settings as they are, with the adapters that have an address now to choose from."""
        self.reach.setCurrentIndex(max(self.reach.findData(settings.reach), 0))
        self._explain_reach(settings.reach)
        self._show_adapters(settings.interfaces, state)
        self.allow.show_addresses(settings.allow)
        self.deny.show_addresses(settings.deny)
        for box, on in ((self.ask, settings.ask_always), (self.log, settings.keep_access_log)):
            blocker = QSignalBlocker(box)
            box.setChecked(on)
            blocker.unblock()

    def _explain_reach(self, reach: str) -> None:
        # what is allowed by address is let in beside the networks; where there is none to be beside, nobody else is
        only = reach == "everyone"
        words = self.tr("&Only from these addresses") if only else self.tr("Als&o from these addresses")
        self._allow_caption.setText(words)
        notes = {
            "everyone": self.tr("Whoever can connect to this computer and has a link."),
            "this-network": self.tr("Only devices in the networks that this computer is in itself."),
            "this-computer": self.tr("Only programs on this computer itself."),
        }
        self.reach_note.setText(notes.get(reach, ""))

    def _show_adapters(self, chosen: Sequence[str], state: SharingState) -> None:
        here = [each.interface for each in state.addresses if each.interface and each.reach is not Reach.LOOPBACK]
        names = list(dict.fromkeys([*here, *chosen]))
        if names != list(self.adapters):
            self._make_boxes(names)
        for name, box in self.adapters.items():
            blocker = QSignalBlocker(box)
            box.setChecked(name in chosen)
            box.setText(name if name in here else self.tr("{name}   not here now").format(name=name))
            blocker.unblock()
        if not names:
            self.adapter_note.setText(self.tr("There is no network adapter with an address now."))
        elif chosen:
            self.adapter_note.setText(self.tr("What comes in through another adapter is refused."))
        else:
            self.adapter_note.setText(self.tr("None is ticked: every network adapter may be used."))

    def _make_boxes(self, names: Sequence[str]) -> None:
        for box in self.adapters.values():
            box.deleteLater()
        self.adapters = {name: QCheckBox() for name in names}
        for box in self.adapters.values():
            self._boxes.addWidget(box)
            box.toggled.connect(self._choose_adapters)
        self._adapter_box.setVisible(bool(names))

    def _choose_adapters(self) -> None:
        self._changed("interfaces", tuple(name for name, box in self.adapters.items() if box.isChecked()))

    def _changed(self, name: str, value: object) -> None:
        self.changed.emit(name, value)


def _caption(words: str, of: QWidget | None = None) -> QLabel:
    label = QLabel(words)
    label.setWordWrap(True)
    if of is not None:
        label.setBuddy(of)
    return label


def _group(*widgets: QWidget) -> QVBoxLayout:
    """What belongs together, one under the other."""
    column = QVBoxLayout()
    column.setSpacing(GAP // 2)
    for each in widgets:
        column.addWidget(each)
    column.addStretch(1)
    return column
