"""The bandwidth caps of the settings reach the running server."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from support.stores import MemoryStore

from desktop_share.core.addresses import HostAddress, Reach
from desktop_share.core.digests import Digests
from desktop_share.core.entrance import make_entrance
from desktop_share.core.opening import Opener
from desktop_share.core.settings import SettingsBook
from desktop_share.core.share_list import ShareList
from desktop_share.core.sharing import SharingState, SharingStatus
from desktop_share.core.transfer_book import TransferBook
from desktop_share.server.pacing import Rates
from desktop_share.server.sharing import SharingService
from desktop_share.server.thread import ServerThread


class Memory:
    def __init__(self, **values: Any) -> None:
        self.values = values

    def load_settings(self) -> Mapping[str, Any]:
        return self.values

    def save_settings(self, values: Mapping[str, Any]) -> None:
        self.values |= values


def test_that_caps_hold_from_the_start_change_at_once_and_survive_a_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Rates] = []
    set_rates = ServerThread.set_rates
    monkeypatch.setattr(ServerThread, "set_rates", lambda self, rates: (heard.append(rates), set_rates(self, rates)))
    settings = SettingsBook(Memory(bandwidth_total=5_000_000))
    here = HostAddress("127.0.0.1", "lo", Reach.LOOPBACK)
    store = MemoryStore()
    share_list, transfers = ShareList(store), TransferBook()
    opener = Opener(share_list, store)
    sharing = SharingService(
        share_list,
        settings,
        transfers,
        Digests(share_list, transfers, opener),
        opener,
        make_entrance(store, share_list, transfers),
        bind="127.0.0.1",
        port=0,
        addresses=lambda: [here],
    )
    ready = threading.Semaphore(0)

    def listen(state: SharingState) -> None:
        if state.status is SharingStatus.SHARING:
            ready.release()

    sharing.changed.subscribe(listen)
    with contextlib.closing(sharing):
        settings.update(bandwidth_per_transfer=1_000_000)  # nothing runs yet
        assert heard == []
        sharing.start()
        assert ready.acquire(timeout=20)
        assert heard == [Rates(5_000_000, 1_000_000)]
        settings.update(bandwidth_total=None)
        assert heard[-1] == Rates(None, 1_000_000)
        sharing.restart()
        assert ready.acquire(timeout=20)
        assert heard[-1] == Rates(None, 1_000_000)
    settings.update(bandwidth_total=1)
    assert len(heard) == 3
