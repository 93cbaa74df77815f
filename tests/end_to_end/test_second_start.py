"""Real programs, started twice: the second hands over, and nothing that the first leaves behind is in its way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from support.display import Display
from support.processes import started, wait_until

import desktop_share
from desktop_share.core.only_one import meeting
from desktop_share.core.storage import open_storage

posix = pytest.mark.skipif(os.name != "posix", reason="it is told from the outside by its socket")


class Starts:
    """Starts of the program with one data folder."""

    def __init__(self, data_dir: Path, folder: Path, stack: ExitStack) -> None:
        self.data_dir = data_dir
        self._folder = folder
        self._stack = stack
        self._env = dict(os.environ) | {"PYTHONPATH": str(Path(desktop_share.__file__).parent.parent)}

    def show_on(self, display: Display) -> None:
        self._env = display.env | {"PYTHONPATH": self._env["PYTHONPATH"]}

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "desktop_share", "--data-dir", str(self.data_dir), "--port", "0", *arguments]

    def begin(self, *arguments: str) -> subprocess.Popen[bytes]:
        options = {"env": self._env, "cwd": self._folder, "stderr": subprocess.PIPE}
        return self._stack.enter_context(started(self.command(*arguments), **options))

    def first(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Started, and waited for until a second start can reach it."""
        before = self._socket()  # a crashed one's
        process = self.begin(*arguments)
        wait_until(lambda: self._socket() not in (before, None) or process.poll() is not None, "the program to listen")
        assert process.poll() is None
        return process

    def _socket(self) -> tuple[int, int] | None:
        """The file that second starts look for: which one it is."""
        try:
            found = os.stat(meeting(self.data_dir).server)
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_ctime_ns

    def again(self, *arguments: str) -> str:
        """A second start, waited for; what it said. It has to succeed."""
        done = subprocess.run(
            self.command(*arguments),
            env=self._env,
            cwd=self._folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    def quit(self) -> None:
        assert self.again("--quit") == ""

    def kept(self) -> set[str]:
        """The names in the list, once the program is gone: it holds its file as long as it runs."""
        with closing(open_storage(self.data_dir).storage) as storage:
            return {item.download_name for item in storage.load()}


@pytest.fixture
def starts(data_dir: Path, tmp_path: Path, monkeypatch) -> Iterator[Starts]:
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(name)
    with tempfile.TemporaryDirectory(prefix="ds") as runtime, ExitStack() as stack:
        monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
        yield Starts(data_dir, tmp_path, stack)


@posix
def test_that_a_second_start_hands_over_and_is_done(starts: Starts) -> None:
    first = starts.first("a.txt")
    assert starts.again("b.txt", "./c.txt") == ""
    assert starts.again() == ""  # only to see the window
    starts.quit()
    assert first.wait(30) == 0
    assert starts.kept() == {"a.txt", "b.txt", "c.txt"}


@posix
def test_that_after_a_crash_the_next_start_is_the_first(starts: Starts) -> None:
    crashed = starts.first("a.txt")
    os.kill(crashed.pid, signal.SIGKILL)
    crashed.wait(30)
    assert Path(meeting(starts.data_dir).server).exists()  # as it was left
    starts.first("b.txt")
    starts.again("c.txt")
    starts.quit()
    assert {"b.txt", "c.txt"} <= starts.kept()


@posix
def test_that_of_two_at_once_one_opens_the_window_for_both(starts: Starts) -> None:
    both = [starts.begin("a.txt"), starts.begin("b.txt")]
    wait_until(lambda: any(each.poll() is not None for each in both), "one to hand over to the other")
    (done,) = [each for each in both if each.poll() is not None]
    (running,) = [each for each in both if each is not done]
    assert done.returncode == 0
    starts.quit()
    assert running.wait(30) == 0
    assert starts.kept() == {"a.txt", "b.txt"}


@posix
def test_that_a_program_that_hangs_is_told_about(starts: Starts) -> None:
    first = starts.first()
    os.kill(first.pid, signal.SIGSTOP)
    try:
        second = starts.begin("a.txt")
        assert second.stderr is not None
        assert b"is running already, but it does not answer" in second.stderr.readline()
        assert second.poll() is None  # the window that says so is still open
    finally:
        os.kill(first.pid, signal.SIGCONT)


@posix
def test_that_a_second_start_brings_the_window_to_the_front(starts: Starts, xvfb: Display) -> None:
    starts.show_on(xvfb)
    first = starts.first()
    mine = ("--all", "--pid", str(first.pid), "--name", "^Desktop Share$")
    window = wait_until(lambda: xvfb.window(*mine), "the window")
    xvfb.run("xdotool", "windowactivate", "--sync", window, "windowminimize", "--sync", window)
    starts.again("a.txt")
    wait_until(lambda: xvfb.run("xdotool", "getactivewindow").strip() == window, "the window to be the active one")
    starts.quit()
