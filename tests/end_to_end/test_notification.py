"""The real program, on a desktop with notifications: who asks to be let in is told of there, and a click brings the
window."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from support.display import Display
from support.processes import started, wait_until
from support.tools import need

import desktop_share
from desktop_share.core.items import SharedItem
from desktop_share.core.settings import SettingsBook
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import file_source
from desktop_share.core.storage import open_storage

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Only Linux desktops have a session bus.")

SERVER = Path(__file__).with_name("notification_server.py")


class Desktop:
    """`environment`: of a program that runs on it."""

    def __init__(self, display: Display, address: str) -> None:
        self.display = display
        self.environment = display.env | {
            "DBUS_SESSION_BUS_ADDRESS": address,
            "PYTHONPATH": str(Path(desktop_share.__file__).parent.parent),
        }

    def start(self, server: subprocess.Popen[bytes]) -> None:
        self._server = server
        assert self.next_call() == {"call": "ready"}

    def next_call(self) -> dict[str, Any]:
        assert self._server.stdout is not None
        call: dict[str, Any] = json.loads(self._server.stdout.readline())
        return call

    def next_notification(self) -> dict[str, Any]:
        while (call := self.next_call())["call"] != "Notify":
            pass
        return call

    def click(self, number: int) -> None:
        assert self._server.stdin is not None
        self._server.stdin.write(b"click %d\n" % number)
        self._server.stdin.flush()

    @property
    def active(self) -> str:
        """The id of the active window, '' while there is none."""
        asked = ["xdotool", "getactivewindow"]
        return subprocess.run(asked, env=self.environment, capture_output=True, text=True, check=False).stdout.strip()


@pytest.fixture
def desktop(xvfb: Display) -> Iterator[Desktop]:
    """A session bus of its own, where somebody shows notifications."""
    daemon = need("dbus-daemon")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with tempfile.TemporaryDirectory(prefix="ds") as folder:
        bus = Path(folder, "bus")
        made = Desktop(xvfb, f"unix:path={bus}")
        with started([daemon, "--session", "--nofork", "--nopidfile", f"--address=unix:path={bus}"]):
            wait_until(bus.exists, "the bus")
            with started([sys.executable, str(SERVER)], env=made.environment, **pipes) as server:
                made.start(server)
                yield made


@contextmanager
def running(desktop: Desktop, data_dir: Path, file: Path) -> Iterator[tuple[str, str]]:
    """The program, asking about each device: its window's id, and the link of the file."""
    with closing(open_storage(data_dir).storage) as storage:
        SettingsBook(storage).update(ask_always=True)
        (item,) = ShareList(storage).add([SharedItem(file_source(file), time.time())]).items
    program = [sys.executable, "-m", "desktop_share", "--data-dir", str(data_dir), "--port", "0", "--bind", "127.0.0.1"]
    with started(program, env=desktop.environment) as process:
        mine = ("search", "--sync", "--onlyvisible", "--pid", str(process.pid), "--name", "^Desktop Share$")
        window = desktop.display.run("xdotool", *mine).split()[-1]
        listening = wait_until(lambda: _ports(process.pid), "the server")
        yield window, f"http://127.0.0.1:{listening[0]}/d/{item.links[0].token}/"


def _ports(pid: int) -> list[int]:
    return [each.laddr.port for each in psutil.Process(pid).net_connections() if each.status == psutil.CONN_LISTEN]


def test_that_the_owner_is_told_who_asks_and_a_click_brings_the_window(
    desktop: Desktop, data_dir: Path, tmp_path: Path
) -> None:
    need("xdotool")
    file = tmp_path / "a & b.txt"
    file.write_text("content")
    with running(desktop, data_dir, file) as (window, link):
        desktop.display.run("xdotool", "windowactivate", "--sync", window, "windowminimize", "--sync", window)
        with started([need("curl"), "--silent", "--max-time", "60", link]) as asking:
            told = desktop.next_notification()
            assert (told["program"], told["replaced"]) == ("Desktop Share", 0)
            assert told["title"] == "A device asks to be let in"
            assert told["body"] == "curl (127.0.0.1) wants “a &amp; b.txt”"
            assert told["hints"] == {"desktop-entry": "desktop-share", "urgency": 1}
            assert told["actions"][::2] == ["default"]
            assert asking.poll() is None
            desktop.click(told["number"])
            wait_until(lambda: desktop.active == window, "the window to be the active one")
            desktop.display.run("xdotool", "windowminimize", "--sync", window)
        # who asked is gone, another one comes
        with started([need("curl"), "--silent", "--max-time", "60", link]):
            again = desktop.next_notification()
            assert again["replaced"] == 0
        assert desktop.next_call() == {"call": "CloseNotification", "number": again["number"]}
