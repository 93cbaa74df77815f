"""A thread or a window that outlives its test fails it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

GRACE = 20.0  # seconds for a thread that is on its way out


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Daemon or not: what a test starts, it ends. Fixtures of a wider scope may keep theirs."""
    before = set(threading.enumerate())
    yield
    started = [thread for thread in threading.enumerate() if thread not in before and _is_ours(thread)]
    for thread in started:
        thread.join(GRACE)
    if leaked := [thread for thread in started if thread.is_alive()]:
        pytest.fail(f"threads that outlive the test: {leaked}", pytrace=False)


def _is_ours(thread: threading.Thread) -> bool:
    """Not one that Python only met, such as a thread of Qt's."""
    return not isinstance(thread, threading._DummyThread)


@pytest.fixture(autouse=True)
def no_leaked_windows() -> Iterator[None]:
    """Windows that stay on the screen: give them to `qtbot.addWidget`, or close them."""
    before = _visible_windows()
    yield
    if leaked := [window for window in _visible_windows() if window not in before]:
        names = [f"{type(window).__name__} {window.windowTitle()!r}" for window in leaked]
        for window in leaked:
            window.close()
        pytest.fail(f"windows that outlive the test: {names}", pytrace=False)


def _visible_windows() -> list[Any]:
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return []
    return [window for window in widgets.QApplication.topLevelWidgets() if window.isVisible()]
