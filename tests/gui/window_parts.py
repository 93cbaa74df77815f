"""The window with small stand-ins for the list's view, its commands and the server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTableView
from support.stores import MemoryStore

from desktop_share.core.addresses import HostAddress, Reach
from desktop_share.core.digests import Digests
from desktop_share.core.entrance import Entrance
from desktop_share.core.errors import Problem
from desktop_share.core.events import Announcer
from desktop_share.core.explanation import Explanation
from desktop_share.core.history_table import HistoryEntry
from desktop_share.core.items import SharedItem
from desktop_share.core.settings import SettingsBook
from desktop_share.core.share_list import Removed, ShareList
from desktop_share.core.sharing import SharingState, SharingStatus
from desktop_share.core.sources import FileSource
from desktop_share.core.transfers import Transfer
from desktop_share.gui.frame import Frame
from desktop_share.gui.item_links import LinkServices
from desktop_share.gui.look import Look
from desktop_share.gui.main_window import MainWindow
from desktop_share.gui.pasted import Picture
from desktop_share.gui.undo import Step

LAN = HostAddress("192.168.1.20", "wlan0", Reach.LAN)
VPN = HostAddress("10.8.0.3", "tun0", Reach.VPN)
LOOPBACK = HostAddress("127.0.0.1", "lo", Reach.LOOPBACK)

SHARING = SharingState(SharingStatus.SHARING, 8765, (LAN, VPN), LAN)
NO_NETWORK = SharingState(SharingStatus.SHARING, 8765, (LOOPBACK,), LOOPBACK)
PAUSED = replace(SHARING, status=SharingStatus.PAUSED)
STARTING = SharingState(SharingStatus.STARTING)
PORT_TAKEN = Problem("port-taken", "Port {port} is used by “{program}”.", "Links use port 8766 for now.",
                     (("port", "8765"), ("program", "nginx")))  # fmt: skip
FAILED = SharingState(
    SharingStatus.FAILED, problem=Problem("no-port", "No port is free.", "Close another program, then try again.")
)


class MemorySettings:
    def __init__(self, **values: Any) -> None:
        self.values = values
        self.error: Exception | None = None

    def load_settings(self) -> Mapping[str, Any]:
        return self.values

    def save_settings(self, values: Mapping[str, Any]) -> None:
        if self.error is not None:
            raise self.error
        self.values.update(values)


@dataclass
class MemoryWindowState:
    kept: bytes | None = None
    saves: list[bytes] = field(default_factory=list)

    def load_window(self) -> bytes | None:
        return self.kept

    def save_window(self, state: bytes) -> None:
        self.saves.append(state)


class StandInSharing:
    def __init__(self, state: SharingState = SHARING) -> None:
        self.state = state
        self.changed: Announcer[SharingState] = Announcer()
        self.calls: list[str] = []
        self.explanations: dict[str, Explanation] = {}

    def explain(self, item_id: str) -> Explanation | None:
        return self.explanations.get(item_id)

    def become(self, state: SharingState) -> None:
        self.state = state
        self.changed.announce(state)

    def start(self) -> None:
        self.calls.append("start")

    def pause(self) -> None:
        self.calls.append("pause")
        self.become(PAUSED)

    def resume(self) -> None:
        self.calls.append("resume")
        self.become(SHARING)

    def restart(self) -> None:
        self.calls.append("restart")

    def refresh(self) -> None:
        self.calls.append("refresh")

    def close(self) -> None:
        self.calls.append("close")


class StandInBridge(QObject):
    list_changed = Signal(object)
    sharing_changed = Signal(object)
    settings_changed = Signal(object)
    transfer_changed = Signal(object)
    history_changed = Signal(object)
    approval_changed = Signal(object)
    visit_noted = Signal(object)
    lists_changed = Signal(object)

    from_any_thread = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        # queued: else pytest-qt's own slots would run, and stop their timer, on the thread that saves
        self.from_any_thread.connect(self.settings_changed, Qt.ConnectionType.QueuedConnection)


class StandInModel(QAbstractTableModel):
    def __init__(self, share_list: ShareList) -> None:
        super().__init__()
        self._share_list = share_list
        self._items: tuple[SharedItem, ...] = ()

    def look_again(self) -> None:
        self.beginResetModel()
        self._items = self._share_list.snapshot()
        self.endResetModel()

    def rowCount(self, _parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return len(self._items)

    def columnCount(self, _parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 1

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        return self._items[index.row()].download_name if role == Qt.ItemDataRole.DisplayRole else None

    def item_at(self, row: int) -> SharedItem:
        return self._items[row]

    def rows(self) -> dict[str, int]:
        return {item.id: row for row, item in enumerate(self._items)}


class StandInView(QTableView):
    copy_requested = Signal(object)
    qr_requested = Signal(str)
    list_link_requested = Signal(object)

    def __init__(self, model: StandInModel) -> None:
        super().__init__()
        self._model = model
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        names = (
            "rename",
            "copy",
            "remove",
            "download",
            "open",
            "qr",
            "locate",
            "edit",
            "zip",
            "until_quit",
            "follow",
            "list_link",
        )
        for name in names:
            setattr(self, f"action_{name}", QAction(name.capitalize(), self))
        self.action_copy.setText("Copy link")
        self.action_qr.setShortcut("Ctrl+R")

    def selected_ids(self) -> list[str]:
        return [self._model.item_at(row).id for row in sorted({each.row() for each in self.selectedIndexes()})]

    def select_ids(self, ids: Iterable[str]) -> None:
        rows = self._model.rows()
        runs: list[list[int]] = []
        for row in sorted(rows[each] for each in ids):
            if runs and runs[-1][1] == row - 1:
                runs[-1][1] = row
            else:
                runs.append([row, row])
        chosen = QItemSelection()
        for first, last in runs:
            chosen.select(self._model.index(first, 0), self._model.index(last, 0))
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)


class StandInCommands(QObject):
    added = Signal(object)
    refused = Signal(object)
    removed = Signal(object)
    restored = Signal(object)
    renamed = Signal(object, str)
    plain_shared = Signal(str, str)
    sandboxed = Signal()
    text_read = Signal(object, str)
    text_saved = Signal(str)
    failed = Signal(object)
    edited = Signal(object)
    undo_changed = Signal(str)
    progress = Signal(int, int)

    def __init__(self, share_list: ShareList, model: StandInModel) -> None:
        super().__init__()
        self._share_list = share_list
        self._model = model
        self.asked: list[tuple[str, ...]] = []
        self.undone = 0
        self.step: Step | None = None
        self.passing: frozenset[str] = frozenset()
        self.texts: list[tuple[str, str]] = []
        self.pictures: list[Picture] = []
        self.zipped: list[tuple[str, ...]] = []
        self.formatted: list[tuple[str, str]] = []
        self.written: list[tuple[str, str]] = []

    def add_text(self, text: str, markup: str = "") -> None:
        self.texts.append((text, markup))

    def add_picture(self, picture: Picture) -> None:
        self.pictures.append(picture)

    def add_zip(self, ids: Iterable[str]) -> None:
        self.zipped.append(tuple(ids))

    def share_formatted(self, item_id: str, markup: str) -> None:
        self.formatted.append((item_id, markup))

    def write_text(self, item_id: str, text: str) -> None:
        self.written.append((item_id, text))

    def add_paths(self, paths: Iterable[str], passing: Iterable[str] = ()) -> None:
        self.passing = frozenset(passing)
        self.asked.append(tuple(paths))
        outcome = self._share_list.add([SharedItem(FileSource(Path(path)), 0.0) for path in self.asked[-1]])
        self._model.look_again()
        self.added.emit(outcome)

    def remove(self, ids: Iterable[str]) -> Removed:
        outcome = self._share_list.remove(ids)
        self._model.look_again()
        self.undo_changed.emit("Undo remove")
        self.removed.emit(outcome)
        return outcome

    def change(self, do: Callable[[], Step | None], then: Callable[[], object] = lambda: None) -> None:
        self.step = do()
        if self.step is not None:
            self.undo_changed.emit(self.step.text)
        then()

    def undo(self) -> None:
        self.undone += 1
        if self.step is not None:
            self.step.undo()
            self.step = None
            self.undo_changed.emit("")


class StandInTransfers:
    """The book of transfers, without a server."""

    def __init__(self, *transfers: Transfer) -> None:
        self.transfers = transfers
        self.cancelled: list[str] = []

    def snapshot(self) -> tuple[Transfer, ...]:
        return self.transfers

    def cancel(self, transfer_id: str) -> bool:
        self.cancelled.append(transfer_id)
        return True


class MemoryHistory:
    """The history, without a disk."""

    def __init__(self) -> None:
        self.entries: list[HistoryEntry] = []
        self.exports: list[tuple[Path, str]] = []
        self.questions: list[tuple[str, int | None]] = []
        self.problem: Problem | None = None
        self.error: Exception | None = None

    def search(self, text: str = "", before: int | None = None, limit: int = 200) -> list[HistoryEntry]:
        self.questions.append((text, before))
        if self.error is not None:
            raise self.error
        found = [each for each in reversed(self.entries) if text in each.transfer.item_name]
        return [each for each in found if before is None or each.number < before][:limit]

    def clear(self) -> None:
        if self.error is not None:
            raise self.error
        self.entries.clear()

    def export(self, file: Path, text: str, translate: Callable[[str], str]) -> int:  # noqa: ARG002
        if self.error is not None:
            raise self.error
        self.exports.append((file, text))
        return len(self.search(text))


@dataclass
class Parts:
    window: MainWindow
    share_list: ShareList
    sharing: StandInSharing
    settings: SettingsBook
    settings_store: MemorySettings
    bridge: StandInBridge
    commands: StandInCommands
    view: StandInView
    model: StandInModel
    window_state: MemoryWindowState
    transfers: StandInTransfers
    history: MemoryHistory
    looks: list[Look]

    def items(self) -> tuple[SharedItem, ...]:
        return self.share_list.snapshot()

    def link(self, row: int) -> str:
        link = self.sharing.state.link_for(self.items()[row])
        assert link is not None
        return link


def make_window(
    qtbot: Any,
    *,
    state: SharingState = SHARING,
    kept: bytes | None = None,
    problems: Sequence[Problem] = (),
    show: bool = True,
    digests: Digests | None = None,
    bridge: StandInBridge | None = None,
    entrance: Entrance | None = None,
    share_list: ShareList | None = None,
    link_services: LinkServices | None = None,
    frame: Frame | None = None,
    **settings: Any,
) -> Parts:
    """A shown window with an empty list, of the size that it has at its first start; in `frame`, of that one's."""
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # the windows of earlier tests
    share_list = ShareList(MemoryStore()) if share_list is None else share_list
    sharing = StandInSharing(state)
    store = MemorySettings(**settings)
    book = SettingsBook(store)
    bridge = bridge or StandInBridge()
    model = StandInModel(share_list)
    view = StandInView(model)
    commands = StandInCommands(share_list, model)
    window_state = MemoryWindowState(kept)
    transfers = StandInTransfers()
    history = MemoryHistory()
    looks: list[Look] = []
    window = MainWindow(
        share_list=share_list,
        sharing=sharing,
        settings=book,
        bridge=bridge,  # type: ignore[arg-type]
        commands=commands,  # type: ignore[arg-type]
        view=view,  # type: ignore[arg-type]
        model=model,  # type: ignore[arg-type]
        window_state=window_state,
        digests=digests,
        transfers=transfers,
        history=history,
        entrance=entrance,
        link_services=link_services,
        problems=problems,
        keep_look=looks.append,
        frame=frame,
    )
    sharing.changed.subscribe(bridge.sharing_changed.emit)
    book.changed.subscribe(bridge.from_any_thread.emit)
    parts = Parts(
        window, share_list, sharing, book, store, bridge, commands, view, model, window_state, transfers, history, looks
    )
    # keeps the parts until the window has closed and waited for its thread
    qtbot.addWidget(window if frame is None else frame, before_close_func=lambda _: parts.view.clearSelection())
    if frame is not None:
        frame.move_in(window)
    elif show:
        window.show()
        qtbot.waitExposed(window)
    return parts
