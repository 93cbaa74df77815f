"""The owner sees the SHA-256: in the panel, selectable and copied with one click, and in the row's tool tip."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from support.stores import MemoryStore
from window_parts import MemorySettings, StandInSharing, make_window

from desktop_share.core.digests import Digests
from desktop_share.core.items import SharedItem
from desktop_share.core.opening import Opener
from desktop_share.core.settings import SettingsBook
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import FileSource
from desktop_share.core.transfer_book import TransferBook
from desktop_share.gui.bridge import Bridge
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.qr_section import QrSection
from desktop_share.gui.share_model import Column, ShareModel

HEX = hashlib.sha256(b"hello").hexdigest()


@pytest.fixture
def shared(tmp_path) -> Iterator[tuple[ShareList, Digests]]:
    share_list = ShareList(MemoryStore())
    with Digests(share_list, TransferBook(), Opener(share_list, MemoryStore()), settle=0) as digests:
        yield share_list, digests


def add(share_list: ShareList, tmp_path) -> SharedItem:
    path = tmp_path / "hello.txt"
    path.write_bytes(b"hello")
    os.utime(path, (1, 1))
    return share_list.add([SharedItem(FileSource(path), 0.0)]).items[0]


def test_that_the_tool_tip_tells_it_once_it_is_known(qtbot, shared, tmp_path):
    share_list, digests = shared
    bridge = Bridge(share_list, StandInSharing(), SettingsBook(MemorySettings()), TransferBook(), digests)
    commands = ShareCommands(share_list, Opener(share_list, MemoryStore()))
    model = ShareModel(share_list, bridge, commands, digests.latest)
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    add(share_list, tmp_path)
    qtbot.waitUntil(lambda: model.rowCount() == 1)
    row = model.index(0, Column.NAME)
    qtbot.waitUntil(lambda: HEX in model.data(row, Qt.ItemDataRole.ToolTipRole))
    bridge.close()
    commands.close()
    del tester


def test_that_the_panel_shows_it_and_copies_it(qtbot):
    parts = make_window(qtbot)
    panel: QrSection = parts.window.panel.qr
    panel.show_link("http://192.168.1.20:8765/d/x/a", "a", "")
    assert panel.digest_row.isHidden()
    panel.show_link("http://192.168.1.20:8765/d/x/a", "a", "", HEX)
    assert not panel.digest_row.isHidden()
    assert panel.digest.text() == HEX
    assert panel.digest.isReadOnly()
    panel.digest_copy.click()
    assert QGuiApplication.clipboard().text() == HEX


def test_that_showing_the_same_again_keeps_what_is_selected(qtbot):
    panel: QrSection = make_window(qtbot).window.panel.qr
    panel.show_link("http://192.168.1.20:8765/d/x/a", "a", "", HEX)
    panel.digest.setSelection(0, 8)
    panel.show_link("http://192.168.1.20:8765/d/x/a", "a", "", HEX)
    assert panel.digest.selectedText() == HEX[:8]


def test_that_an_item_which_is_shown_is_hashed(qtbot, shared, tmp_path):
    """After a restart nothing was added, and perhaps nothing delivered."""
    share_list, digests = shared
    item = add(share_list, tmp_path)
    qtbot.waitUntil(lambda: digests.latest(item.id) is not None, timeout=60_000)
    digests._known.clear()
    parts = make_window(qtbot, digests=digests)
    assert parts.window.details.sha256(item.id) == ""
    qtbot.waitUntil(lambda: parts.window.details.sha256(item.id) == HEX, timeout=60_000)
