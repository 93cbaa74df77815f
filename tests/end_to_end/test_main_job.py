"""The main job, as a person does it: files dragged from another window, the link from the clipboard, real clients."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from support.chromium import Chromium
from support.display import Display
from support.tools import need
from support.waiting import wait_until

HERE = Path(__file__).parent
NAMES = ("photo.jpg", "paper.pdf", "backup.tar.gz", "日本の夏 🌻.txt")


class Program:
    """The real program in a process of its own, on a real display."""

    def __init__(self, display: Display, data_dir: Path) -> None:
        self.display = display
        self.data_dir = data_dir
        self.process: subprocess.Popen[bytes] | None = None
        self.window = ""

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "desktop_share", "--data-dir", str(self.data_dir)],
            env=self.display.env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        found = self.display.run(
            "xdotool", "search", "--sync", "--onlyvisible", "--pid", str(self.process.pid), "--name", "^Desktop Share$"
        )
        self.window = found.split()[-1]
        self.display.run("xdotool", "windowactivate", "--sync", self.window)
        self.display.run("xdotool", "windowsize", "--sync", self.window, "900", "560")
        self.display.run("xdotool", "windowmove", "--sync", self.window, "200", "150")

    def kill(self) -> None:
        """As a power cut would: no handler runs, nothing is flushed."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def drop(self, paths: list[Path]) -> None:
        """Drag the files from another window into the middle of this one, with the mouse."""
        source = subprocess.Popen(
            [sys.executable, str(HERE / "drag_source.py"), *map(str, paths)],
            env=self.display.env,
            stdin=subprocess.DEVNULL,
        )
        try:
            self.display.run("xdotool", "search", "--sync", "--onlyvisible", "--name", "drag source")
            mouse = ("mousemove", "50", "40", "mousedown", "1", "mousemove_relative", "--sync", "20", "20")
            across = [
                part for x in (250, 400, 600, 640) for part in ("mousemove", "--sync", str(x), "430", "sleep", "0.1")
            ]
            self.display.run("xdotool", *mouse, *across)
            self.display.run("xdotool", "mousemove", "--sync", "650", "440", "sleep", "0.2", "mouseup", "1")
            source.wait(20)
        finally:
            source.kill()
            source.wait()

    def keys(self, *keys: str) -> None:
        self.display.run("xdotool", "key", "--clearmodifiers", "--delay", "40", *keys)

    def clipboard(self) -> list[str]:
        try:
            return self.display.run(need("xclip"), "-o", "-selection", "clipboard").splitlines()
        except subprocess.CalledProcessError:
            return []  # nobody owns it yet


@pytest.fixture
def program(xvfb: Display, tmp_path: Path) -> Iterator[Program]:
    running = Program(xvfb, tmp_path / "data")
    yield running
    running.kill()


def _copied(program: Program, wanted: Callable[[list[str]], bool]) -> list[str]:
    """What is on the clipboard, once it is what is wanted."""
    return wait_until(lambda: (links := program.clipboard()) and wanted(links) and links, "links on the clipboard")


@pytest.mark.timeout(300)
def test_that_dropped_files_reach_curl_wget_and_chromium_and_again_after_a_kill(
    program: Program, samples: dict[str, Path], tmp_path: Path, chromium: Chromium
) -> None:
    program.start()
    program.drop([samples[name] for name in NAMES])
    links = _copied(program, lambda each: len(each) == 4)
    assert [unquote(urlsplit(link).path.rsplit("/", 1)[1]) for link in links] == list(NAMES)

    # the first row is flipped with the space bar, the second renamed in place
    program.keys("Home", "space")
    photo = links[0]
    wait_until(lambda: _headers(photo)["content-disposition"].startswith("inline"), "the photo to be inline")
    program.keys("Down", "F2")
    program.display.run("xdotool", "type", "--delay", "30", "Report 2026")
    program.keys("Return", "ctrl+c")
    renamed = _copied(program, lambda each: len(each) == 1 and each[0].endswith("/Report%202026.pdf"))[0]
    assert renamed.startswith(links[1].rsplit("/", 1)[0])

    named = [photo, renamed, *links[2:]]
    saved_as = [NAMES[0], "Report 2026.pdf", *NAMES[2:]]
    _check(named, saved_as, samples, tmp_path / "before", chromium)
    program.kill()
    program.start()
    wait_until(lambda: _answers(photo), "the server to be back on its port")
    _check(named, saved_as, samples, tmp_path / "after", chromium)


def _check(links: list[str], names: list[str], samples: dict[str, Path], folder: Path, chromium: Chromium) -> None:
    """Every link gives its file to every client, under its name, with its headers."""
    types = ["image/jpeg", "application/pdf", "application/gzip", "text/plain"]
    for link, name, original, media_type in zip(links, names, NAMES, types, strict=True):
        content = samples[original].read_bytes()
        headers = _headers(link)
        assert headers["content-length"] == str(len(content))
        assert headers["content-type"].split(";")[0] == media_type
        assert headers["content-disposition"].split(";")[0] == ("inline" if name == NAMES[0] else "attachment")
        assert "content-encoding" not in headers
        _saved_by_curl(link, folder / "curl" / name, content)
        if original != NAMES[0]:
            chromium.downloads(link, folder / "chromium", name, content)
    _saved_by_wget(links, names, samples, folder / "wget")
    chromium.shows_picture(links[0])


def _headers(link: str) -> dict[str, str]:
    text = subprocess.run(
        [need("curl"), "-sS", "-I", "--max-time", "10", link], capture_output=True, text=True, check=True
    ).stdout
    pairs = (line.split(": ", 1) for line in text.splitlines()[1:] if ": " in line)
    return {name.lower(): value for name, value in pairs}


def _answers(link: str) -> bool:
    return (
        subprocess.run(
            [need("curl"), "-sSf", "-o", os.devnull, "--max-time", "5", link], capture_output=True
        ).returncode
        == 0
    )


def _saved_by_curl(link: str, expected: Path, content: bytes) -> None:
    """curl -OJ reads `filename` only: for a name that is not ASCII it saves the fallback, with its extension."""
    expected.parent.mkdir(parents=True, exist_ok=True)
    before = set(expected.parent.iterdir())
    subprocess.run([need("curl"), "-sSf", "-OJ", link], cwd=expected.parent, check=True, timeout=30)
    (saved,) = set(expected.parent.iterdir()) - before
    assert saved.read_bytes() == content
    if expected.name.isascii():
        assert saved.name == expected.name
    else:
        assert saved.suffix == expected.suffix
        assert saved.stem.strip("._ ")


def _saved_by_wget(links: list[str], names: list[str], samples: dict[str, Path], folder: Path) -> None:
    folder.mkdir(parents=True)
    environment = dict(os.environ, LC_ALL="C.UTF-8")
    command = [need("wget"), "-q", "--content-disposition", "--restrict-file-names=nocontrol", *links]
    subprocess.run(command, cwd=folder, check=True, timeout=60, env=environment)
    saved = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert saved == {name: samples[original].read_bytes() for name, original in zip(names, NAMES, strict=True)}
