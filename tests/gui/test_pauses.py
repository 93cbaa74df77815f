"""What the window asks of the interpreter, for the whole process: taken back after each test."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import pytest
from list_parts import make_list
from window_parts import PAUSED, SHARING, STARTING

from desktop_share.gui.pauses import SWITCH_SECONDS, keep_pauses_short


@pytest.fixture(autouse=True)
def interpreter() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)
    gc.unfreeze()


def test_that_the_window_gets_its_turn_soon(qapp) -> None:
    parts = make_list()
    keep_pauses_short(parts.bridge)
    assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS)
    parts.close()


def test_that_what_is_loaded_is_passed_over_once_sharing_has_started(qapp) -> None:
    parts = make_list()
    keep_pauses_short(parts.bridge)
    parts.bridge.sharing_changed.emit(STARTING)
    assert gc.get_freeze_count() == 0
    parts.bridge.sharing_changed.emit(SHARING)
    frozen = gc.get_freeze_count()
    assert frozen > 0
    made_since = [[] for _ in range(1000)]
    for state in (PAUSED, SHARING):
        parts.bridge.sharing_changed.emit(state)
    assert len(made_since) == 1000
    assert gc.get_freeze_count() <= frozen  # only the first time: what came since is looked at
    parts.close()
