"""Requests that are served again later, over a live server with an application of its own."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from support.processes import wait_until

from desktop_share.server.parking import WAITED, Parked
from desktop_share.server.thread import ServerThread

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Site:
    """Parks each request once, and then says back what was posted."""

    def __init__(self) -> None:
        self.wakes: list[Callable[[], None]] = []
        self.left = 0
        self.at_once = False
        self.seconds = 60.0
        self._lock = threading.Lock()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        if not environ[WAITED]:
            return Parked(self._when_known, self.seconds)
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    def _when_known(self, wake: Callable[[], None]) -> Callable[[], None]:
        if self.at_once:
            wake()
        with self._lock:
            self.wakes.append(wake)
        return self._leave

    def _leave(self) -> None:
        with self._lock:
            self.left += 1


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def server(site: Site) -> Iterator[ServerThread]:
    with ServerThread(site, ("127.0.0.1",), 0) as thread:  # type: ignore[arg-type]  # more than a WSGI application
        yield thread


def post(server: ServerThread, body: bytes) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        connection.request("POST", "/", body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("body", [b"", b"small", b"large" * 100_000])
def test_that_a_request_is_served_again_with_all_its_content(server: ServerThread, site: Site, body: bytes) -> None:
    with ThreadPoolExecutor(1) as client:
        posted = client.submit(post, server, body)
        wait_until(lambda: site.wakes, "the request waits")[0]()
        assert posted.result(20) == (200, body)


def test_that_many_answers_that_are_known_at_once_lose_no_request(server: ServerThread, site: Site) -> None:
    site.at_once = True
    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(lambda number: post(server, b"%d" % number), range(200)))
    assert answers == [(200, b"%d" % number) for number in range(200)]


def test_that_a_request_is_served_once_however_often_it_is_woken(server: ServerThread, site: Site) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        wake = wait_until(lambda: site.wakes, "the request waits")[0]
        for _ in range(3):
            wake()
        received = b""
        while block := client.recv(4096):
            received += block
    assert received.count(b"HTTP/1.1 200 ") == 1


def test_that_a_request_is_served_again_when_its_time_is_over(server: ServerThread, site: Site) -> None:
    site.seconds = 0.0
    assert post(server, b"x") == (200, b"x")
    assert site.left == 1


def test_that_more_wait_than_there_are_workers_and_leaving_is_told_of_each(server: ServerThread, site: Site) -> None:
    clients: list[Any] = []
    for _ in range(40):
        clients.append(socket.create_connection(("127.0.0.1", server.port), timeout=20))
        clients[-1].sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    wait_until(lambda: len(site.wakes) == 40, "all wait")
    for client in clients:
        client.close()
    wait_until(lambda: site.left >= 40 and server.connection_count == 0, "all have left")
    site.wakes[0]()  # nobody is there any more
    site.at_once = True
    assert post(server, b"next") == (200, b"next")
