"""A screen of the tests' own: Xvfb with the openbox window manager, both ended by their own ids."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.processes import started
from support.tools import missing, need

START_LIMIT = 30.0  # seconds


@dataclass(frozen=True)
class Display:
    """name: ':99'."""

    name: str

    @property
    def env(self) -> dict[str, str]:
        """The environment of a program that shows its windows here, with Qt's xcb platform."""
        env = {key: value for key, value in os.environ.items() if key not in ("WAYLAND_DISPLAY", "XDG_SESSION_TYPE")}
        return env | {"DISPLAY": self.name, "QT_QPA_PLATFORM": "xcb"}

    def run(self, *command: str, timeout: float = 30) -> str:
        """Run a command here, such as xdotool; returns what it printed. Raises CalledProcessError."""
        done = subprocess.run(
            command, env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=timeout
        )
        return done.stdout

    def window(self, *which: str) -> str:
        """The id of the visible window that xdotool's `search` finds, the last of several; '' while there is none.
        Without `--sync`, which fails over a window that goes meanwhile."""
        try:
            return self.run(need("xdotool"), "search", "--onlyvisible", *which).split()[-1]
        except (subprocess.CalledProcessError, IndexError):
            return ""


@pytest.fixture(scope="session")
def xvfb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Display]:
    """A display with a window manager, one for each worker, on a number that Xvfb picks itself."""
    if os.name != "posix":
        missing("Xvfb is for X11 systems.")
    server, manager = need("Xvfb"), need("openbox")
    folder = tmp_path_factory.mktemp("xvfb")
    with contextlib.ExitStack() as stack, open(folder / "log", "wb") as log:
        readable, writable = os.pipe()
        command = [server, "-displayfd", str(writable), "-screen", "0", "1280x900x24", "-nolisten", "tcp", "-noreset"]
        try:
            stack.enter_context(started(command, stdout=log, stderr=log, pass_fds=(writable,)))
        finally:
            os.close(writable)
        display = Display(":" + _line(readable, folder / "log"))
        # openbox runs its start-up command once it manages the windows
        ready = folder / "ready"
        os.mkfifo(ready)
        readable = os.open(ready, os.O_RDONLY | os.O_NONBLOCK)
        command = [manager, "--sm-disable", "--startup", f"sh -c 'echo ready >{ready}'"]
        stack.enter_context(started(command, stdout=log, stderr=log, env=display.env))
        _line(readable, folder / "log")
        yield display


def _line(descriptor: int, log: Path) -> str:
    """The line that a starting program writes, read to its end: Xvfb stops when no one takes its newline.
    Closes the descriptor."""
    text = b""
    try:
        while not text.endswith(b"\n"):
            if not select.select([descriptor], [], [], START_LIMIT)[0]:
                pytest.fail(f"no answer in {START_LIMIT:.0f} s:\n{log.read_text('utf-8', 'replace')}", pytrace=False)
            more = os.read(descriptor, 64)
            if not more:
                pytest.fail(f"it ended at once:\n{log.read_text('utf-8', 'replace')}", pytrace=False)
            text += more
    finally:
        os.close(descriptor)
    return text.decode("ascii").strip()
