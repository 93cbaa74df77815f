"""The main job, as a person does it: files dragged from another window, the link from the clipboard, real clients."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import pytest
from support.browser import Browser, Chromium
from support.display import Display
from support.processes import started, wait_until
from support.tools import need

HERE = Path(__file__).parent
NEW_NAME = "Report 2026"


class Program:
    """The real program in a process of its own, on a real display."""

    def __init__(self, display: Display, data_dir: Path) -> None:
        self.display = display
        self.data_dir = data_dir
        self.process: subprocess.Popen[bytes] | None = None
        self.window = ""
        self.sources = contextlib.ExitStack()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "desktop_share", "--data-dir", str(self.data_dir)],
            env=self.display.env,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.window = wait_until(self._found, "the window")
        self.display.run("xdotool", "windowactivate", "--sync", self.window)
        self.display.run("xdotool", "windowsize", "--sync", self.window, "900", "560")
        self.display.run("xdotool", "windowmove", "--sync", self.window, "200", "150")

    def _found(self) -> str:
        """The window's id, '' while there is none."""
        assert self.process is not None
        return self.display.window("--all", "--pid", str(self.process.pid), "--name", "^Desktop Share$")

    def kill(self) -> None:
        """As a power cut would: no handler runs, nothing is flushed."""
        if self.process is not None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(10)
            self.process = None

    def drop(self, paths: Sequence[Path]) -> None:
        """Drag the files from another window into the middle of this one, with the mouse."""
        source = [sys.executable, str(HERE / "drag_source.py"), *map(str, paths)]
        said = self.data_dir.with_name("drag")
        with said.open("wb") as out:
            self.sources.enter_context(started(source, env=self.display.env, stdout=out))
        wait_until(lambda: self.display.window("--name", "^drag source$"), "the window to drag from")
        self.display.run("xdotool", "mousemove", "--sync", "50", "40", "mousedown", "1")
        self._move_until(lambda: "begun" in said.read_text(), (60, 50), (90, 90))
        # as a hand does that waits until the window shows that it takes the files
        self._move_until(lambda: said.read_text().endswith("taken\n"), (640, 435), (650, 440))
        self.display.run("xdotool", "mouseup", "1")

    def _move_until(self, done: Callable[[], bool], *places: tuple[int, int]) -> None:
        """Move the mouse from place to place: what is under it hears of a drag when it moves."""

        def moved() -> bool:
            for x, y in places:
                self.display.run("xdotool", "mousemove", str(x), str(y))
            return done()

        wait_until(moved, "the drag to go on")

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
    with running.sources:
        yield running
        running.kill()


def _copied(program: Program, wanted: Callable[[list[str]], bool]) -> list[str]:
    """What is on the clipboard, once it is what is wanted."""
    return wait_until(lambda: (links := program.clipboard()) and wanted(links) and links, "links on the clipboard")


@pytest.mark.timeout(300)
def test_that_dropped_files_reach_curl_wget_and_chromium_and_again_after_a_kill(
    program: Program, samples: tuple[Path, ...], tmp_path: Path, chromium: Chromium
) -> None:
    photo, pdf, _, _ = samples
    program.start()
    program.drop(samples)
    links = _copied(program, lambda each: len(each) == len(samples))
    assert [unquote(urlsplit(link).path.rsplit("/", 1)[1]) for link in links] == [path.name for path in samples]

    # the first row is flipped with the space bar, the second renamed in place: its stem is selected, the rest stays
    program.keys("Home", "space")
    wait_until(lambda: _headers(links[0])["content-disposition"].startswith("inline"), "the photo to be inline")
    program.keys("Down", "F2")
    program.display.run("xdotool", "type", "--delay", "30", NEW_NAME)
    program.keys("Return")
    wait_until(lambda: NEW_NAME in _headers(links[1])["content-disposition"], "the new name in the header")
    program.keys("ctrl+c")
    (renamed,) = _copied(program, lambda each: len(each) == 1)
    assert renamed == links[1].rsplit("/", 1)[0] + "/" + quote(f"{NEW_NAME}.pdf")

    shared = [Shared(links[0], photo, photo.name, "image/jpeg", "inline")]
    shared.append(Shared(renamed, pdf, f"{NEW_NAME}.pdf", "application/pdf"))
    shared.append(Shared(links[2], samples[2], samples[2].name, "application/gzip"))
    shared.append(Shared(links[3], samples[3], samples[3].name, "text/plain"))
    _check(shared, tmp_path / "before", chromium)
    program.kill()
    program.start()
    wait_until(lambda: _answers(links[0]), "the server to be back on its port")
    _check(shared, tmp_path / "after", chromium)


@dataclass(frozen=True)
class Shared:
    """A link and what it has to give."""

    link: str
    path: Path
    name: str
    media_type: str
    disposition: str = "attachment"

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()


def _check(shared: Sequence[Shared], folder: Path, chromium: Chromium) -> None:
    """Every link gives its file to every client, under its name, with its headers."""
    for each in shared:
        headers = _headers(each.link)
        assert headers["content-length"] == str(len(each.content))
        assert headers["content-type"].split(";")[0] == each.media_type
        assert headers["content-disposition"].split(";")[0] == each.disposition
        assert "content-encoding" not in headers
        _saved_by_curl(each, folder / "curl")
    _saved_by_wget(shared, folder / "wget")
    (folder / "chromium").mkdir()
    with chromium.opened(folder / "chromium") as browser:
        _seen_by_chromium(shared, browser)


def _seen_by_chromium(shared: Sequence[Shared], browser: Browser) -> None:
    for each in shared:
        if each.disposition == "inline":
            browser.go(each.link)
            assert browser.script("return document.images[0].naturalWidth") == 640
        else:
            saved = browser.download(each.link)
            assert (saved.name, saved.read_bytes()) == (each.name, each.content)


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


def _saved_by_curl(shared: Shared, folder: Path) -> None:
    """curl -OJ reads `filename` only: for a name that is not ASCII it saves the fallback, with its extension."""
    folder.mkdir(parents=True, exist_ok=True)
    before = set(folder.iterdir())
    subprocess.run([need("curl"), "-sSf", "-OJ", shared.link], cwd=folder, check=True, timeout=30)
    (saved,) = set(folder.iterdir()) - before
    assert saved.read_bytes() == shared.content
    if shared.name.isascii():
        assert saved.name == shared.name
    else:
        assert saved.suffix == Path(shared.name).suffix
        assert saved.stem.strip("._ ")


def _saved_by_wget(shared: Sequence[Shared], folder: Path) -> None:
    folder.mkdir(parents=True)
    links = [each.link for each in shared]
    command = [need("wget"), "-q", "--content-disposition", "--restrict-file-names=nocontrol", *links]
    subprocess.run(command, cwd=folder, check=True, timeout=60, env=dict(os.environ, LC_ALL="C.UTF-8"))
    saved = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert saved == {each.name: each.content for each in shared}
