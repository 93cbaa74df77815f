"""The window with its real list, commands and details panel, and a stand-in for the server that counts questions."""

from __future__ import annotations

import gc
import threading
from dataclasses import dataclass, field
from typing import Any

from list_parts import FailingItems, item
from window_parts import MemoryHistory, MemorySettings, MemoryWindowState, StandInSharing

from desktop_share.core.errors import Problem
from desktop_share.core.explanation import ExplainedField, Explanation
from desktop_share.core.items import SharedItem
from desktop_share.core.opening import Opener
from desktop_share.core.settings import SettingsBook
from desktop_share.core.share_list import ShareList
from desktop_share.core.transfer_book import TransferBook
from desktop_share.gui.bridge import Bridge
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.details_panel import DetailsPanel
from desktop_share.gui.item_links import LinkServices
from desktop_share.gui.main_window import MainWindow
from desktop_share.gui.share_model import ShareModel
from desktop_share.gui.share_view import ShareView


def explained(what: str) -> Explanation:
    return Explanation(
        "HTTP/1.1 200 OK",
        (
            ExplainedField("Content-Type", what, Problem("type", "It is {what}.", "", (("what", f"<b>{what}</b>"),))),
            ExplainedField("Content-Length", "7", Problem("", "", "")),
        ),
        (Problem("note", "A browser may open it all the same.", "Send a ZIP."),),
        f"curl -OJ {what}",
        f"Invoke-WebRequest {what}",
    )


class ExplainingSharing(StandInSharing):
    """Answers when `answering` is set; `asked` holds the ids in the order in which they were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.threads: set[int] = set()
        self.answering = threading.Event()
        self.answering.set()
        self.error: Exception | None = None

    def explain(self, item_id: str) -> Explanation | None:
        self.asked.append(item_id)
        self.threads.add(threading.get_ident())
        answer = self.explanations.get(item_id)
        assert self.answering.wait(60)
        if self.error is not None:
            raise self.error
        return answer


@dataclass
class DetailsParts:
    qtbot: Any
    window: MainWindow
    store: FailingItems
    share_list: ShareList
    sharing: ExplainingSharing
    commands: ShareCommands
    view: ShareView
    bridge: Bridge
    memory: MemoryWindowState = field(default_factory=MemoryWindowState)

    @property
    def panel(self) -> DetailsPanel:
        return self.window.panel

    def get(self, item_id: str) -> SharedItem:
        found = self.share_list.get(item_id)
        assert found is not None
        return found

    def until(self, holds: Any) -> None:
        self.qtbot.waitUntil(holds)

    def done(self) -> None:
        """Wait until every edit that was asked for is done and has arrived in the window."""
        arrived: list[bool] = []
        self.commands._worker.submit(lambda: None).result()
        self.window.background.run(lambda: None, lambda _: arrived.append(True))
        self.until(lambda: bool(arrived))

    def undo(self) -> None:
        """As from the menu."""
        self.until(self.window.commands.undo.isEnabled)
        self.window.commands.undo.trigger()

    def close(self) -> None:
        self.sharing.answering.set()
        self.window.close()
        self.commands.close()
        self.bridge.close()
        self.view.close_thumbnails()


def make_details(
    qtbot: Any, *names: str, kept: bytes | None = None, link_services: LinkServices | None = None
) -> DetailsParts:
    """A window with these items, their panel shown; nothing is selected."""
    gc.collect()  # the windows of earlier tests: a stylesheet goes through hundreds of widgets of each of them
    store = FailingItems()
    share_list = ShareList(store)
    share_list.add([item(name) for name in names])
    sharing = ExplainingSharing()
    settings = SettingsBook(MemorySettings())
    transfers = TransferBook()
    bridge = Bridge(share_list, sharing, settings, transfers)
    commands = ShareCommands(share_list, Opener(share_list, store))
    model = ShareModel(share_list, bridge, commands)
    view = ShareView(model, commands)
    memory = MemoryWindowState(kept)
    window = MainWindow(
        share_list=share_list,
        sharing=sharing,
        settings=settings,
        bridge=bridge,
        commands=commands,
        view=view,
        model=model,
        window_state=memory,
        transfers=transfers,
        history=MemoryHistory(),
        link_services=link_services,
    )
    qtbot.addWidget(window, before_close_func=lambda _window: sharing.answering.set())
    window.show()
    qtbot.waitExposed(window)
    window.commands.qr.setChecked(True)
    return DetailsParts(qtbot, window, store, share_list, sharing, commands, view, bridge, memory)
