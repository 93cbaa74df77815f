"""The list's real model, commands, view and bridge, over a store that can be made to fail."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtTest import QAbstractItemModelTester
from support.stores import MemoryStore
from window_parts import MemorySettings, StandInSharing

from desktop_share.core.errors import Problem, StorageError
from desktop_share.core.events import Announcer
from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link
from desktop_share.core.opening import Opener
from desktop_share.core.settings import SettingsBook
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import FileSource
from desktop_share.core.transfers import Transfer, TransferState
from desktop_share.gui.bridge import Bridge
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.share_model import ShareModel
from desktop_share.gui.share_view import ShareView

DISK_FULL = Problem("storage-full", "The change was not saved: the disk is full.", "Make some room on it.")
GONE = Problem("file-gone", "“{name}” was moved or deleted.", "Locate it.", (("name", "a"),))


class FailingItems(MemoryStore):
    """Saves nothing, and says so while `error` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.error: StorageError | None = None
        self.saves = 0

    def fail(self) -> None:
        self.error = StorageError(DISK_FULL)

    def _save(self) -> None:
        if self.error is not None:
            raise self.error
        self.saves += 1

    def insert(self, *_: object) -> None:
        self._save()

    def update(self, *_: object) -> None:
        self._save()

    def remove(self, *_: object) -> None:
        self._save()

    def reorder(self, *_: object) -> None:
        self._save()


class StandInTransfers:
    def __init__(self) -> None:
        self.changed: Announcer[Transfer] = Announcer()


@dataclass
class ListParts:
    store: FailingItems
    share_list: ShareList
    transfers: StandInTransfers
    bridge: Bridge
    commands: ShareCommands
    model: ShareModel
    tester: QAbstractItemModelTester

    def names(self) -> list[str]:
        """As the model shows them."""
        return [self.model.item_at(row).download_name for row in range(self.model.rowCount())]

    def mirrors(self) -> bool:
        """Whether the model shows the list as it is."""
        rows = tuple(self.model.item_at(row) for row in range(self.model.rowCount()))
        return rows == self.share_list.snapshot()

    def close(self) -> None:
        self.commands.close()
        self.bridge.close()


def item(name: str, /, **values: Any) -> SharedItem:
    """An item of this name, whose id it is too; its file is nowhere."""
    return SharedItem(FileSource(Path("/files") / name), 1.0, id=name, links=(Link(f"token-{name}"),), **values)


def transfer(item_id: str, number: str = "t", **values: Any) -> Transfer:
    given = {"total": 1000, "started": 1.0, "state": TransferState.STARTED, **values}
    return Transfer(number, item_id, item_id, "192.168.1.30", "Chrome on Android", **given)


def make_list(*names: str) -> ListParts:
    store = FailingItems()
    share_list = ShareList(store)
    share_list.add([item(name) for name in names])
    transfers = StandInTransfers()
    bridge = Bridge(share_list, StandInSharing(), SettingsBook(MemorySettings()), transfers)
    commands = ShareCommands(share_list, Opener(share_list, store))
    model = ShareModel(share_list, bridge, commands)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    return ListParts(store, share_list, transfers, bridge, commands, model, tester)


def make_view(qtbot: Any, parts: ListParts, width: int = 860, height: int = 420) -> ShareView:
    view = ShareView(parts.model, parts.commands)
    qtbot.addWidget(view, before_close_func=lambda _: view.close_thumbnails())
    view.resize(width, height)
    view.show()
    qtbot.waitExposed(view)
    view.setFocus()
    return view
