"""The crossing from any thread to the window's: nothing lost, in order, on the right thread, until it is closed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Thread

import pytest
from list_parts import StandInTransfers, item, transfer
from PySide6.QtCore import QObject, QThread, Slot
from PySide6.QtWidgets import QApplication
from support.stores import MemoryStore
from window_parts import NO_NETWORK, MemorySettings, StandInSharing

from desktop_share.core.access_log import Visit
from desktop_share.core.entrance import Entrance, make_entrance
from desktop_share.core.links import ListLink, new_link
from desktop_share.core.opening import Opener
from desktop_share.core.settings import SettingsBook
from desktop_share.core.share_list import ItemsInserted, ItemsRemoved, ShareList
from desktop_share.core.transfer_book import TransferBook
from desktop_share.gui.bridge import Bridge
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.share_model import ShareModel


class Listener(QObject):
    """What arrived, and whether each of it did on the window's thread."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[object] = []
        self.at_home: list[bool] = []

    @Slot(object)
    def hear(self, event: object) -> None:
        self.heard.append(event)
        self.at_home.append(QThread.currentThread() == self.thread())


@dataclass
class Crossing:
    share_list: ShareList
    sharing: StandInSharing
    settings: SettingsBook
    transfers: StandInTransfers
    entrance: Entrance
    bridge: Bridge
    listener: Listener


@pytest.fixture
def crossing(qapp) -> Iterator[Crossing]:
    share_list, sharing = ShareList(MemoryStore()), StandInSharing()
    settings, transfers, listener = SettingsBook(MemorySettings()), StandInTransfers(), Listener()
    entrance = make_entrance(MemoryStore(), share_list, TransferBook())
    bridge = Bridge(share_list, sharing, settings, transfers, entrance=entrance)
    for signal in (
        bridge.list_changed,
        bridge.sharing_changed,
        bridge.settings_changed,
        bridge.transfer_changed,
        bridge.approval_changed,
        bridge.visit_noted,
        bridge.lists_changed,
    ):
        signal.connect(listener.hear)
    yield Crossing(share_list, sharing, settings, transfers, entrance, bridge, listener)
    bridge.close()
    entrance.close()


def _elsewhere(*work) -> None:
    """Do each on a plain thread of its own, all at once, to the end."""
    threads = [Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _kinds(events: list[object]) -> list[type]:
    return [type(event) for event in events]


ANNOUNCED = {
    "list": lambda c: c.share_list.add([item("a.txt")]),
    "sharing": lambda c: c.sharing.changed.announce(NO_NETWORK),
    "settings": lambda c: c.settings.update(port=8765),
    "transfer": lambda c: c.transfers.changed.announce(transfer("a.txt")),
    "approval": lambda c: c.entrance.approvals.ask("secret", new_link(), "10.0.0.7", "curl", "a.txt"),
    "visit": lambda c: c.entrance.visits.note(Visit(1.0, "10.0.0.7", "curl", "GET", "a.txt", 200)),
    "lists": lambda c: c.entrance.lists.update(lambda links: (*links, ListLink(new_link()))),
}


@pytest.mark.parametrize("what", ANNOUNCED)
def test_that_news_of_another_thread_arrives_on_the_windows_thread(crossing: Crossing, what: str) -> None:
    _elsewhere(lambda: ANNOUNCED[what](crossing))
    assert crossing.listener.heard == []  # queued: the announcing thread has run nothing of the window's
    QApplication.processEvents()
    assert crossing.listener.at_home == [True]


@pytest.mark.parametrize("what", ANNOUNCED)
def test_that_news_of_the_windows_own_thread_is_queued_too(crossing: Crossing, what: str) -> None:
    ANNOUNCED[what](crossing)
    assert crossing.listener.heard == []
    QApplication.processEvents()
    assert crossing.listener.at_home == [True]


def test_that_changes_arrive_in_their_order(crossing: Crossing) -> None:
    def change() -> None:
        for number in range(200):
            crossing.share_list.add([item(f"{number}")])
            crossing.share_list.remove([f"{number}"])

    _elsewhere(change)
    QApplication.processEvents()
    assert _kinds(crossing.listener.heard) == [ItemsInserted, ItemsRemoved] * 200


def test_that_a_closed_bridge_hears_nothing_and_may_be_closed_again(crossing: Crossing) -> None:
    crossing.bridge.close()
    crossing.bridge.close()
    for announce in ANNOUNCED.values():
        _elsewhere(lambda announce=announce: announce(crossing))
    QApplication.processEvents()
    assert crossing.listener.heard == []


def test_that_a_bridge_without_transfers_serves_the_rest(qapp) -> None:
    share_list, listener = ShareList(MemoryStore()), Listener()
    bridge = Bridge(share_list, StandInSharing(), SettingsBook(MemorySettings()))
    bridge.list_changed.connect(listener.hear)
    share_list.add([item("a.txt")])
    QApplication.processEvents()
    bridge.close()
    assert _kinds(listener.heard) == [ItemsInserted]


def test_that_a_model_made_while_threads_add_and_remove_shows_what_the_list_is(crossing: Crossing) -> None:
    def change(number: int) -> None:
        for each in range(60):
            crossing.share_list.add([item(f"{number}-{each}")])
            if each % 3 == 0:
                crossing.share_list.remove([f"{number}-{each}"])

    threads = [Thread(target=change, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    commands = ShareCommands(crossing.share_list, Opener(crossing.share_list, MemoryStore()))
    model = ShareModel(crossing.share_list, crossing.bridge, commands)
    for thread in threads:
        thread.join()
    QApplication.processEvents()
    shown = tuple(model.item_at(row) for row in range(model.rowCount()))
    commands.close()
    assert shown == crossing.share_list.snapshot()
    assert len(shown) == 4 * 40
