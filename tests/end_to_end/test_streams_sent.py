"""Live streams of the terminal mode as a process of its own: who is slow, who is late, who leaves, what ends."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest
from support.processes import started, wait_until
from support.program import Curl, Program, sharing

MIB = 1 << 20
SPOOLED = 40 * MIB  # far beyond what is kept in memory

# Some at once, the rest when the file named in its argument is there
SOURCE = """
import os, pathlib, sys, time
block, out = bytes(range(256)) * 4096, sys.stdout.buffer
for number in range(40):
    while number == 4 and not pathlib.Path(sys.argv[1]).exists():
        time.sleep(0.02)
    out.write(number.to_bytes(4, "big") + block[4:])
    out.flush()
"""


def test_that_a_pipe_goes_to_a_quick_one_a_slow_one_and_a_late_one(
    tmp_path: Path, curl: Curl, need: Callable[[str], str]
) -> None:
    go = tmp_path / "go"
    quick, slow, late = tmp_path / "quick", tmp_path / "slow", tmp_path / "late"
    get = [need("curl"), "--silent", "--no-buffer", "--output"]
    with (
        started([sys.executable, "-c", SOURCE, str(go)], stdout=subprocess.PIPE) as source,
        sharing("--headless", "--name", "backup.tar", "-", stdin=source.stdout) as program,
    ):
        link = program.links[0]
        with (
            started([*get, str(slow), link]) as slow_one,
            started([*get, str(quick), link]) as quick_one,
        ):
            wait_until(lambda: quick.exists() and quick.stat().st_size == 4 * MIB, "what is there to come")
            assert quick_one.poll() is None  # it waits for the rest
            psutil.Process(slow_one.pid).suspend()
            go.touch()
            assert quick_one.wait(60) == 0  # and does not wait for the slow one
            curl("--output", late, link)
            psutil.Process(slow_one.pid).resume()
            assert slow_one.wait(60) == 0
        sizes = {path.name: path.stat().st_size for path in (quick, slow, late)}
        assert sizes == dict.fromkeys(sizes, SPOOLED)
        assert len({hashlib.sha256(path.read_bytes()).digest() for path in (quick, slow, late)}) == 1


def test_that_a_client_that_leaves_a_stream_is_noticed_at_once_and_disturbs_nobody(need: Callable[[str], str]) -> None:
    get = [need("curl"), "--silent", "--no-buffer"]
    with sharing("-") as program:
        link = program.links[0]
        with (
            started([*get, link], stdout=subprocess.PIPE) as leaving,
            started([*get, link], stdout=subprocess.PIPE) as staying,
        ):
            assert leaving.stdout is not None
            assert staying.stdout is not None
            program.stdin.write(b"first ")
            program.stdin.flush()
            assert (leaving.stdout.read(6), staying.stdout.read(6)) == (b"first ", b"first ")
            leaving.kill()
            wait_until(lambda: connections(program) == 1, "the connection to be closed, though nothing came to send")
            program.stdin.write(b"second")
            program.stdin.close()
            assert staying.stdout.read() == b"second"
            assert staying.wait(20) == 0


def connections(program: Program) -> int:
    return sum(each.status == psutil.CONN_ESTABLISHED for each in psutil.Process(program.process.pid).net_connections())


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_bytes(b"one\n")
    return path


def truncate(path: Path) -> None:
    os.truncate(path, 0)


def rotate(path: Path) -> None:
    path.rename(path.with_suffix(".1"))
    path.write_bytes(b"new\n")


def remove(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("ending", [truncate, rotate, remove])
def test_that_a_followed_file_that_is_cut_or_replaced_ends_cleanly(
    log: Path, need: Callable[[str], str], ending: Callable[[Path], None]
) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows does not let a file be replaced that is open.")
    with sharing("--follow", log) as program:
        with following(program, need("curl")) as client:
            assert client.stdout is not None
            assert client.stdout.readline() == b"one\n"
            with log.open("ab") as more:
                more.write(b"two\n")
            assert client.stdout.readline() == b"two\n"
            ending(log)
            assert client.stdout.read() == b""
            assert client.wait(20) == 0  # the end of the chunked body, not a connection that broke
        assert program.event("finished")["sent"] == 8


def following(program: Program, curl: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    client: AbstractContextManager[subprocess.Popen[bytes]] = started(
        [curl, "--silent", "--no-buffer", program.links[0]], stdout=subprocess.PIPE
    )
    return client
