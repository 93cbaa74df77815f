from __future__ import annotations

import contextlib
import queue
import subprocess
import sys
import threading
from dataclasses import replace

import psutil
import pytest

from desktop_share.core.awake import ChildInhibitor, KeepAwake, system_inhibitor
from desktop_share.core.events import Announcer
from desktop_share.core.transfers import Transfer, TransferState

STARTED = Transfer("t", "i", "film", "192.0.2.1", "curl", 100, 0.0)
MOVING = replace(STARTED, rate=5.0)
ENDED = replace(MOVING, state=TransferState.FINISHED)


class Recorder:
    def __init__(self):
        self.heard = queue.Queue()

    def hold(self):
        self.heard.put("hold")

    def release(self):
        self.heard.put("release")


@pytest.fixture
def changed():
    return Announcer()


@pytest.mark.parametrize("last", [ENDED, STARTED], ids=["ended", "stalled"])
def test_that_it_holds_while_a_transfer_moves_and_only_then(changed, last):
    inhibitor = Recorder()
    with KeepAwake(changed, inhibitor, linger=0):
        changed.announce(STARTED)
        assert inhibitor.heard.empty()
        changed.announce(MOVING)
        assert inhibitor.heard.get(timeout=20) == "hold"
        changed.announce(replace(MOVING, id="other"))
        changed.announce(last)
        changed.announce(replace(last, id="other"))
        assert inhibitor.heard.get(timeout=20) == "release"
    assert inhibitor.heard.empty()


def test_that_stopping_lets_go_and_leaves_no_thread(changed):
    inhibitor = Recorder()
    awake = KeepAwake(changed, inhibitor)
    awake.start()
    changed.announce(MOVING)
    assert inhibitor.heard.get(timeout=20) == "hold"
    awake.stop()
    assert inhibitor.heard.get(timeout=20) == "release"
    assert "keep-awake" not in {thread.name for thread in threading.enumerate()}
    changed.announce(MOVING)
    awake.start()
    awake.stop()
    assert inhibitor.heard.empty()


def test_that_a_system_that_cannot_do_it_is_no_error(changed):
    class Failing(Recorder):
        def hold(self):
            super().hold()
            raise FileNotFoundError("no helper")

        def release(self):
            super().release()
            raise PermissionError("no")

    inhibitor = Failing()
    with KeepAwake(changed, inhibitor, linger=0):
        for _ in range(2):
            changed.announce(MOVING)
            assert inhibitor.heard.get(timeout=20) == "hold"
            changed.announce(ENDED)
            assert inhibitor.heard.get(timeout=20) == "release"
    with KeepAwake(changed, None):
        changed.announce(MOVING)


def test_that_the_helper_program_ends_when_it_is_released(monkeypatch):
    monkeypatch.setattr("desktop_share.core.awake.CHILD_SECONDS", 60.0)  # by itself, however slowly it starts
    inhibitor = ChildInhibitor((sys.executable, "-c", "import sys; sys.stdin.read()"))
    inhibitor.hold()
    child = inhibitor._child
    assert child.poll() is None
    inhibitor.release()
    assert child.returncode == 0
    inhibitor.release()


def test_that_the_helper_program_ends_with_this_process():
    script = (
        "import os, sys; from desktop_share.core.awake import ChildInhibitor\n"
        "inhibitor = ChildInhibitor((sys.executable, '-c', 'import sys; sys.stdin.read(); print()'))\n"
        "inhibitor.hold(); print(inhibitor._child.pid, flush=True); os._exit(0)"
    )
    child = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(int(child.stdout)).wait(20)


def test_that_this_system_is_asked_without_an_error():
    inhibitor = system_inhibitor("Desktop Share", "Files are being downloaded")
    assert inhibitor is None or hasattr(inhibitor, "hold")
