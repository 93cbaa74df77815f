"""Files that come one by one and are one drop."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QMainWindow

from desktop_share import assembly
from desktop_share.core.handover import QUIT, Handover, encode
from desktop_share.core.items import Disposition
from desktop_share.core.only_one import meeting
from desktop_share.core.options import Options
from desktop_share.gui.handing_over import deliver
from desktop_share.gui.one_drop import OneDrop
from desktop_share.gui.opened_files import OpenedFiles


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


class Opening:
    """A program that is opening with one file, and what it is handed meanwhile."""

    def __init__(self, folder: Path, qtbot, pool: ThreadPoolExecutor) -> None:
        self.folder, self.got = folder, []
        self._pool, self._place = pool, meeting(folder)
        window = QMainWindow()
        qtbot.addWidget(window)
        commands = SimpleNamespace(add_paths=lambda paths, _edit: self.got.append(paths))
        self.opened = OpenedFiles()
        self.close = assembly._receive(self.opened, window, commands, self.start("a"), self._place)

    def start(self, name: str) -> Options:
        return Options(self.folder, paths=(str(self.folder / name),))

    def hand_over(self, what: Handover) -> Future:
        return self._pool.submit(deliver, self._place.server, encode(what))


@pytest.fixture
def opening(qtbot, tmp_path: Path, monkeypatch, request) -> Iterator[Opening]:
    monkeypatch.setattr(assembly, "OneDrop", functools.partial(OneDrop, pause_ms=request.param))
    with tempfile.TemporaryDirectory(prefix="ds") as runtime, ThreadPoolExecutor(1) as pool:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        opening = Opening(tmp_path, qtbot, pool)
        yield opening
        opening.close()


@pytest.mark.parametrize("opening", [2_000], indirect=True)
def test_that_the_own_file_of_a_start_and_those_that_come_while_it_opens_are_one_drop(opening, qtbot) -> None:
    for name in ("b", "c"):
        handed = opening.hand_over(Handover(opening.start(name)))
        qtbot.waitUntil(handed.done)
        assert handed.result()
    assert opening.got == []
    qtbot.waitUntil(lambda: opening.got == [tuple(str(opening.folder / name) for name in "abc")])


@pytest.mark.parametrize("opening", [3_600_000], indirect=True)
def test_that_who_quits_at_once_loses_nothing(opening, qtbot) -> None:
    handed = opening.hand_over(Handover(Options(opening.folder), QUIT))
    qtbot.waitUntil(handed.done)
    qtbot.waitUntil(lambda: opening.got == [opening.start("a").paths])


@pytest.mark.parametrize("opening", [3_600_000], indirect=True)
def test_that_what_the_system_opens_is_shared(opening) -> None:
    opening.opened.eventFilter(None, QFileOpenEvent("/d"))
    opening.close()
    assert opening.got == [(*opening.start("a").paths, "/d")]


@pytest.mark.parametrize("opening", [3_600_000], indirect=True)
def test_that_who_closes_the_window_at_once_loses_nothing(opening) -> None:
    opening.close()
    assert opening.got == [opening.start("a").paths]
