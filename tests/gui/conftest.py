"""What holds for the tests of the window."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

PATIENCE_MS = 30_000  # the machines are shared: what is waited for may take longer than pytest-qt's five seconds

for _wait in (QtBot.waitSignal, QtBot.waitSignals, QtBot.waitUntil, QtBot.waitActive, QtBot.waitExposed):
    if _wait.__kwdefaults__:
        _wait.__kwdefaults__["timeout"] = PATIENCE_MS
