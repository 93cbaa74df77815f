"""Files that come one by one and are one drop."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from desktop_share.core.items import Disposition
from desktop_share.core.options import Options
from desktop_share.gui.one_drop import OneDrop


def options(*paths: str, **others) -> Options:
    return Options(Path("/data"), paths=paths, **others)


def test_that_what_comes_one_by_one_is_one_drop(qtbot) -> None:
    parent, got = QObject(), []
    drop = OneDrop(got.append, parent, pause_ms=50)
    for path in ("/a", "/b", "/c"):
        drop.take(options(path))
    assert got == []
    qtbot.waitUntil(lambda: got == [options("/a", "/b", "/c")])
    drop.take(options("/d"))
    qtbot.waitUntil(lambda: got[1:] == [options("/d")])


def test_that_what_is_to_be_presented_otherwise_is_another_drop(qtbot) -> None:
    parent, got = QObject(), []
    drop = OneDrop(got.append, parent, pause_ms=0)
    asked = [
        options("/a"),
        options("/b", disposition=Disposition.INLINE),
        options("/c", name="x"),
        options("/d", name="x"),
    ]
    for each in [*asked, options()]:
        drop.take(each)
    qtbot.waitUntil(lambda: got == asked)
