"""What holds for the tests of the window."""

from __future__ import annotations

import pytest
from notice_parts import StandInNotices
from pytestqt.qtbot import QtBot

from desktop_share.gui import desktop_notices

PATIENCE_MS = 30_000  # the machines are shared: what is waited for may take longer than pytest-qt's five seconds

for _wait in (QtBot.waitSignal, QtBot.waitSignals, QtBot.waitUntil, QtBot.waitActive, QtBot.waitExposed):
    if _wait.__kwdefaults__:
        _wait.__kwdefaults__["timeout"] = PATIENCE_MS


@pytest.fixture(autouse=True)
def no_real_notifications(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not on the desktop of who runs the tests."""
    monkeypatch.setattr(desktop_notices, "DesktopNotices", StandInNotices)
