"""A window with a real entrance, whose news cross threads as in the program."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from support.stores import MemoryStore
from window_parts import Parts, StandInBridge, make_window

from desktop_share.core.approvals import Asking, Device
from desktop_share.core.entrance import Entrance, make_entrance
from desktop_share.core.links import ListLink, new_link
from desktop_share.core.share_list import ShareList
from desktop_share.core.transfer_book import TransferBook
from desktop_share.gui.bridge import Bridge


class Store(MemoryStore):
    """With an `error`, nothing can be saved."""

    error: Exception | None = None

    def save_lists(self, lists: Sequence[ListLink]) -> None:
        if self.error is not None:
            raise self.error
        super().save_lists(lists)

    def save_devices(self, devices: Sequence[Device]) -> None:
        if self.error is not None:
            raise self.error
        super().save_devices(devices)


class EntranceBridge(StandInBridge):
    """The stand-in, with the real one's signals of the entrance."""

    def listen(self, parts: Parts, entrance: Entrance) -> None:
        self.real = Bridge(parts.share_list, parts.sharing, parts.settings, entrance=entrance, parent=self)
        self.real.approval_changed.connect(self.approval_changed)
        self.real.visit_noted.connect(self.visit_noted)
        self.real.lists_changed.connect(self.lists_changed)


@dataclass
class Entered:
    parts: Parts
    entrance: Entrance
    store: Store

    @property
    def window(self) -> Any:
        return self.parts.window

    def ask(self, number: int = 1, what: str = "report.pdf", device: str = "Chrome on Android") -> Asking:
        """Somebody asks to be let in."""
        self.entrance.approvals.ask(f"secret {number}", new_link(), f"192.168.1.{number}", device, what)
        return self.entrance.approvals.state.asking[-1]


def enter(qtbot: Any, store: Store | None = None, **settings: Any) -> Entered:
    store = store or Store()
    share_list = ShareList(store)
    entrance = make_entrance(store, share_list, TransferBook())
    bridge = EntranceBridge()
    parts = make_window(qtbot, bridge=bridge, entrance=entrance, share_list=share_list, **settings)
    bridge.listen(parts, entrance)
    parts.window.closing.connect(bridge.real.close)
    return Entered(parts, entrance, store)
