"""The programs that people fetch with: each gets every byte, and each is one transfer for the owner."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.browser import Browser
from support.live import LiveServer
from support.processes import started, wait_until
from support.tools import need

from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.transfers import Transfer, TransferState
from desktop_share.server.pacing import Rates

MIB = 1 << 20
SIZE = 24 * MIB + 1
SLOW = Rates(per_transfer=2 * MIB)  # slow enough to be interrupted, fast enough to get somewhere
HALF_WAY = 512 << 10  # bytes on the client's disk


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def make(path: Path, size: int = SIZE) -> Path:
    path.write_bytes(os.urandom(size))
    return path


@pytest.fixture
def item(live: LiveServer, tmp_path: Path) -> SharedItem:
    return live.share(make(tmp_path / "numbers.bin"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "fetched"
    made.mkdir()
    return made


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[bytes]:
    """Run a client to its end, without the user's own settings."""
    environment = {**os.environ, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [need(command[0]), *command[1:]], cwd=folder, env=environment, capture_output=True, timeout=60, check=False
    )


class Ended:
    """Hears the transfers of a server end."""

    def __init__(self, live: LiveServer) -> None:
        self._live = live
        self._news = threading.Condition()
        live.transfers.changed.subscribe(self._hear)

    def _hear(self, _: Transfer) -> None:
        with self._news:
            self._news.notify_all()

    def the_one(self) -> Transfer:
        """The only transfer that there was, once it has ended."""
        with self._news:
            ended = self._news.wait_for(self._ended, 20)
        (transfer,) = self._live.transfers.snapshot()
        assert ended, transfer
        return transfer

    def _ended(self) -> bool:
        return all(each.state is not TransferState.STARTED for each in self._live.transfers.snapshot())


@pytest.fixture
def ended(live: LiveServer) -> Ended:
    return Ended(live)


# -- every byte, one row


CLIENTS = {
    "curl": ("curl", "-sSf", "-o", "got", "{url}"),
    "wget": ("wget", "-q", "-O", "got", "{url}"),
    "wget2": ("wget2", "-q", "--chunk-size=2M", "--max-threads=8", "-O", "got", "{url}"),
    "aria2c": ("aria2c", "-q", "--no-conf", "-x16", "-s16", "-k1M", "--file-allocation=none", "-o", "got", "{url}"),
    "axel": ("axel", "-q", "-n", "8", "-o", "got", "{url}"),
    "lftp": ("lftp", "-c", "pget -n 8 {url} -o got"),
}
ALONE = {"curl", "wget"}  # these use one connection


@pytest.mark.parametrize("name", CLIENTS)
def test_that_a_client_gets_every_byte_and_is_one_finished_transfer(live, item, folder, ended, name):
    done = run(folder, *(part.format(url=live.url(item)) for part in CLIENTS[name]))
    assert done.returncode == 0, done.stderr
    assert sha256(folder / "got") == sha256(item.source.path)
    transfer = ended.the_one()
    assert (transfer.state, transfer.sent, transfer.total) == (TransferState.FINISHED, SIZE, SIZE)
    assert (len(live.requests) > 1) == (name not in ALONE)


# -- videos


SECONDS = 20


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven MB for SECONDS, with a key frame each second: far more than a player reads ahead at SLOW's rate."""
    path = tmp_path_factory.mktemp("video") / "clock.mp4"
    picture = f"testsrc2=size=640x360:rate=25:duration={SECONDS}"
    steady = "-b:v 3M -minrate 3M -maxrate 3M -bufsize 1M -x264-params nal-hrd=cbr:force-cfr=1 -g 25 -pix_fmt yuv420p"
    command = f"-loglevel error -f lavfi -i {picture} -c:v libx264 -preset ultrafast {steady} -movflags +faststart"
    subprocess.run([need("ffmpeg"), *command.split(), str(path)], check=True, timeout=60)
    return path


def test_that_ffmpeg_seeks_in_a_video_and_is_one_transfer(live, folder, video):
    item = live.share(video, lambda each: each.with_disposition(Disposition.INLINE))

    def frame(source: str, name: str) -> str:
        done = run(folder, "ffmpeg", "-loglevel", "error", "-ss", "15", "-i", source, "-frames:v", "1", name)
        assert done.returncode == 0, done.stderr
        return sha256(folder / name)

    assert frame(live.url(item), "fetched.png") == frame(str(video), "expected.png")
    (transfer,) = live.transfers.snapshot()
    assert 0 < transfer.sent <= transfer.total == video.stat().st_size
    assert any(_starts_inside(each) for each in live.requests)


def test_that_chromium_seeks_in_a_video_and_is_one_transfer(live, folder, video, chromium):
    item = live.share(video, lambda each: each.with_disposition(Disposition.INLINE))
    live.thread.set_rates(SLOW)
    with chromium.opened(folder) as browser:
        if not browser.script(
            "return document.createElement('video').canPlayType('video/mp4; codecs=\"avc1.42E01E\"')"
        ):
            pytest.skip("this Chromium plays no H.264")
        browser.go(live.url(item))
        wait_until(lambda: _film(browser, "readyState >= 1"), "the video's length to be known")
        assert round(_film(browser, "duration")) == SECONDS
        for second in (18, 9, 15):
            browser.script("document.querySelector('video').currentTime = arguments[0]", second)
            wait_until(lambda: _film(browser, "readyState >= 2 && !film.seeking"), f"the picture at {second} s")
            assert _film(browser, "currentTime") >= second
            assert _film(browser, "error") is None
    assert any(_starts_inside(each) for each in live.requests)
    assert {each["User-Agent"] for each in live.requests} == {live.requests[0]["User-Agent"]}
    (transfer,) = live.transfers.snapshot()
    assert transfer.item_id == item.id


def _film(browser: Browser, expression: str) -> object:
    return browser.script(f"const film = document.querySelector('video'); return film && film.{expression}")


def _starts_inside(request: dict[str, str]) -> bool:
    return request.get("Range", "bytes=0-").partition("=")[2].partition("-")[0] not in ("0", "")


# -- interrupted


def interrupt(live: LiveServer, folder: Path, *command: str) -> int:
    """Kill a client half-way through; how many bytes it has on its disk, in 'got'."""
    live.thread.set_rates(SLOW)
    got = folder / "got"
    with started([need(command[0]), *command[1:]], cwd=folder, stderr=subprocess.DEVNULL) as process:
        wait_until(lambda: got.exists() and got.stat().st_size >= HALF_WAY, "half of the file")
        process.kill()
        process.wait(10)
    live.thread.set_rates(Rates())
    return got.stat().st_size


RESUMING = {
    "curl": ("curl", "-sSf", "-C", "-", "-o", "got", "{url}"),
    "wget": ("wget", "-q", "-c", "-O", "got", "{url}"),
}


@pytest.mark.parametrize("name", RESUMING)
def test_that_a_killed_download_goes_on_where_it_was_and_stays_one_transfer(live, item, folder, ended, name):
    command = [part.format(url=live.url(item)) for part in RESUMING[name]]
    have = interrupt(live, folder, *command)
    assert 0 < have < SIZE
    live.requests.clear()
    done = run(folder, *command)
    assert done.returncode == 0, done.stderr
    assert sha256(folder / "got") == sha256(item.source.path)
    assert _starts_inside(live.requests[-1])
    assert ended.the_one().state is TransferState.FINISHED


@pytest.mark.parametrize("name", RESUMING)
def test_that_a_resume_without_if_range_of_a_changed_file_is_never_a_mixture(live, item, folder, name):
    """curl and wget resume with Range alone. The server remembers with which version this client began, and
    refuses to add another: the client gives up, however often it tries, until it starts over."""
    command = [part.format(url=live.url(item)) for part in RESUMING[name]]
    have = interrupt(live, folder, *command)
    make(item.source.path)
    live.requests.clear()
    for _ in range(2):
        done = run(folder, *command)
        assert done.returncode != 0
        assert (folder / "got").stat().st_size == have
        assert not {"If-Range", "If-Match", "If-Unmodified-Since"} & set(live.requests[-1])
    (folder / "got").unlink()
    assert run(folder, *command).returncode == 0
    assert sha256(folder / "got") == sha256(item.source.path)


def test_that_curl_which_names_the_version_gets_the_whole_new_file_instead(live, item, folder):
    etag = live.get(item, "HEAD")["ETag"]
    make(item.source.path)
    done = run(folder, "curl", "-sS", "-r", "1000-", "-H", f"If-Range: {etag}", "-o", "got", live.url(item))
    assert done.returncode == 0
    assert sha256(folder / "got") == sha256(item.source.path)


PRESS_RESUME = """
    const list = document.querySelector('downloads-manager');
    const row = list && list.shadowRoot.querySelector('downloads-item');
    const button = row && row.shadowRoot.querySelector('#pause-or-resume');
    if (!button || button.hidden || button.textContent.trim() != 'Resume') return false;
    button.click();
    return true;
"""


@pytest.mark.parametrize("changes", [False, True], ids=["same file", "changed file"])
def test_that_chromium_goes_on_after_a_lost_connection_or_starts_over(live, item, folder, chromium, changes):
    live.thread.set_rates(SLOW)
    with chromium.opened(folder) as browser:
        browser.go(live.url(item))
        wait_until(lambda: _on_disk(folder) >= HALF_WAY, "half of the file")
        (transfer,) = live.transfers.snapshot()
        if changes:
            os.replace(make(item.source.path.with_name("new")), item.source.path)
        live.requests.clear()
        assert live.transfers.cancel(transfer.id)
        live.thread.set_rates(Rates())
        browser.go("chrome://downloads/")
        wait_until(lambda: browser.script(PRESS_RESUME), "the button that resumes a download")
        got = folder / item.download_name
        # the name is taken by an empty file before the whole one is moved there
        wait_until(lambda: got.exists() and got.stat().st_size == SIZE, "the whole file", 60)
    assert sha256(got) == sha256(item.source.path)
    again = live.requests[-1]
    assert again["If-Range"].startswith('"')
    assert _starts_inside(again)


def _on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


# -- kill -9 of the program


@dataclass
class Program:
    """The terminal mode, in a process of its own."""

    process: subprocess.Popen[bytes]
    port: int
    link: str

    def kill(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(10)


def _program(data: Path, path: Path, port: int, stack: list[subprocess.Popen[bytes]]) -> Program:
    options = ["--headless", "--json", "--bind", "127.0.0.1", "--port", str(port), "--data-dir", str(data), str(path)]
    process = subprocess.Popen(
        [sys.executable, "-m", "desktop_share", *options],
        stdout=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )
    stack.append(process)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    assert ready["event"] == "ready"
    return Program(process, ready["port"], ready["items"][0]["link"])


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[bytes]]]:
    made: list[subprocess.Popen[bytes]] = []
    yield made
    for process in made:
        process.kill()
        process.wait(10)
        if process.stdout is not None:
            process.stdout.close()


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_that_a_download_survives_kill_9_of_the_program(tmp_path, folder, processes, free_port):
    path = make(tmp_path / "numbers.bin", 64 * MIB)
    first = _program(tmp_path / "data", path, free_port, processes)
    command = [need("curl"), "-sS", "--limit-rate", "8M", "-o", "got", first.link]
    with started(command, cwd=folder, stderr=subprocess.PIPE) as client:
        wait_until(lambda: (folder / "got").exists() and _on_disk(folder) >= HALF_WAY, "the first bytes")
        first.kill()
        assert client.stderr is not None
        said = client.stderr.read().decode()
        assert client.wait(30) in (18, 56), said  # it ended short; it was reset
    assert 0 < _on_disk(folder) < 64 * MIB
    second = _program(tmp_path / "data", path, free_port, processes)
    assert (second.port, second.link) == (free_port, first.link)
    done = run(folder, "curl", "-sSf", "-C", "-", "-o", "got", first.link)
    assert done.returncode == 0, done.stderr
    assert sha256(folder / "got") == sha256(path)
