"""Downloads of a limited link, over a program that is killed: what was delivered stays counted, and what was under way
comes back."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from support.processes import wait_until

from desktop_share.core.items import SharedItem
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import path_source
from desktop_share.core.storage import open_storage

SIZE = 16 << 20  # more than the buffers between the two ends
WAIT = 60


class Program:
    def __init__(self, process: subprocess.Popen[str], token: str) -> None:
        assert process.stdout is not None
        self.process = process
        self.port: int = json.loads(process.stdout.readline())["port"]
        self.path = f"/d/{token}"

    def ask(self, method: str, accept: str = "*/*") -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)
        try:
            connection.request(method, self.path, headers={"Accept": accept})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def left(self) -> int:
        status, text = self.ask("GET")
        found = re.search(rb"(\d) of 3 downloads left", text)
        return int(found[1]) if found else -status

    def begin(self) -> socket.socket:
        """A download whose reader pauses after the first bytes."""
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
        client.settimeout(WAIT)
        client.connect(("127.0.0.1", self.port))
        client.sendall(
            f"POST {self.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Length: 0\r\n\r\n".encode()
        )
        assert client.recv(12) == b"HTTP/1.1 200"
        return client

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(WAIT)


@pytest.fixture
def token(tmp_path: Path, data_dir: Path) -> str:
    """Of a link in the kept list, good for three downloads."""
    path = tmp_path / "film.bin"
    with path.open("wb") as file:
        file.truncate(SIZE)
    opened = open_storage(data_dir)
    item = SharedItem(path_source(path), 1.0)
    ShareList(opened.storage).add([item.with_link(replace(item.link, limit=3))])
    opened.storage.close()
    return item.link.token


@contextlib.contextmanager
def running(token: str) -> Iterator[Program]:
    command = [sys.executable, "-m", "desktop_share", "--headless", "--json", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        try:
            yield Program(process, token)
        finally:
            process.kill()


def test_that_a_kill_loses_no_download_and_gives_none_away(token: str) -> None:
    with running(token) as program:
        assert program.ask("POST") == (200, bytes(SIZE))
        wait_until(lambda: program.left() == 2, "the delivered one is counted")
        assert program.ask("POST", "text/html")[0] == 303
        with program.begin():
            assert program.ask("POST")[0] == 429
            program.kill()
    with running(token) as program:
        assert program.left() == 2
        gate = threading.Barrier(20)

        def fetch(_: int) -> tuple[int, bytes]:
            gate.wait(WAIT)
            return program.ask("POST")

        with ThreadPoolExecutor(20) as recipients:
            answers = list(recipients.map(fetch, range(20)))
        assert sum(len(body) == SIZE for _, body in answers) == 2
        wait_until(lambda: program.left() == -410, "both are counted")
        program.kill()
    with running(token) as program:
        assert program.left() == -410
        assert program.ask("POST")[0] == 410


def test_that_a_kill_at_the_last_byte_gives_none_away(token: str) -> None:
    for left in (2, 1):
        with running(token) as program:
            assert program.ask("POST") == (200, bytes(SIZE))
            program.kill()
        with running(token) as program:
            assert program.left() == left
