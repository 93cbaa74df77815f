"""Start and stop: symmetric, repeatable, leaving nothing behind."""

from __future__ import annotations

import errno
import gc
import http.client
import logging
import os
import socket
import threading

import psutil
import pytest
from serving import App, answer, ask, connect, hello, until_closed

from desktop_share.core.reasons import Reason
from desktop_share.server.limits import Limits
from desktop_share.server.thread import ServerThread


@pytest.fixture
def app(tmp_path):
    with open(tmp_path / "huge", "wb") as sparse:
        sparse.truncate(1 << 40)
    return App(tmp_path, {"hello": hello})


def descriptors() -> int:
    gc.collect()
    process = psutil.Process()
    return process.num_handles() if os.name == "nt" else process.num_fds()


def get(port: int, host: str = "127.0.0.1") -> bytes:
    client = http.client.HTTPConnection(host, port, timeout=20)
    try:
        client.request("GET", "/hello")
        return client.getresponse().read()
    finally:
        client.close()


def test_that_a_hundred_starts_leave_no_thread_no_descriptor_and_no_log(app, caplog):
    caplog.set_level(logging.DEBUG)
    server = ServerThread(app, ["127.0.0.1"], 0, limits=Limits(workers=2))
    with server:
        get(server.port)
    gc.collect()  # what earlier tests left to it may hold descriptors
    threads, open_before = set(threading.enumerate()), descriptors()
    for number in range(100):
        server.start()
        if number % 10 == 0:
            with connect(server) as idle:
                assert get(server.port) == b"hello"
                server.stop()
                assert until_closed(idle)[0] == b""
        server.stop()
    assert set(threading.enumerate()) <= threads
    assert descriptors() == open_before
    assert caplog.records == []


def test_that_stop_is_clean_while_twenty_downloads_run(app, caplog):
    server = ServerThread(app, ["127.0.0.1"], 0)
    server.start()
    clients = [connect(server) for _ in range(20)]
    for client in clients:
        ask(client, "/huge")
        assert client.recv(10)
    server.stop()
    assert not server.is_running
    for client in clients:
        assert until_closed(client)[1]
        client.close()
    assert [each.reason() for each in app.deliveries] == [Reason.SERVER_STOPPED] * 20
    assert len(app.closed) == 20
    assert caplog.records == []


def test_that_stop_frees_a_worker_that_waits_for_a_slow_reader(app):
    def endless(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        while True:
            yield b"x" * 1_000_000

    app.routes["endless"] = endless
    with ServerThread(app, ["127.0.0.1"], 0) as server:
        client = connect(server, receive_buffer=4096)
        ask(client, "/endless")
        assert client.recv(10)
    client.close()
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("server")]


def test_that_start_and_stop_may_be_called_twice(app):
    server = ServerThread(app, ["127.0.0.1"], 0)
    server.stop()
    server.start()
    port = server.port
    server.start()
    assert server.port == port
    assert get(port) == b"hello"
    server.stop()
    server.stop()
    assert server.addresses == ()


def test_that_a_stopped_server_does_not_listen_and_the_same_port_can_be_used_at_once(app):
    with ServerThread(app, ["127.0.0.1"], 0) as first:
        port = first.port
        get(port)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5).close()
    with ServerThread(app, ["127.0.0.1"], port) as second:
        assert second.port == port
        assert get(port) == b"hello"


@pytest.mark.parametrize(
    ("host", "port", "error"),
    [("127.0.0.1", None, errno.EADDRINUSE), ("192.0.2.1", 0, errno.EADDRNOTAVAIL)],
)
def test_that_start_raises_in_the_caller_and_leaves_nothing_open(app, host, port, error):
    with ServerThread(app, ["127.0.0.1"], 0) as running:
        gc.collect()  # what earlier tests left to it may hold descriptors
        open_before = descriptors()
        server = ServerThread(app, [host], running.port if port is None else port)
        with pytest.raises(OSError) as caught:  # noqa: PT011  # the number is looked at
            server.start()
        assert caught.value.errno == error
        assert descriptors() == open_before
        assert not server.is_running


def test_that_several_addresses_share_one_port(app):
    with ServerThread(app, ["0.0.0.0", "::"], 0) as server:
        assert server.addresses[0] == "0.0.0.0"
        assert get(server.port) == b"hello"
        if "::" in server.addresses:
            assert get(server.port, "::1") == b"hello"


def test_that_an_exception_of_the_application_is_a_500_and_one_log_record(app, caplog):
    def broken(environ, start_response):
        raise RuntimeError("a bug")

    app.routes["broken"] = broken
    with ServerThread(app, ["127.0.0.1"], 0) as server, connect(server) as client:
        ask(client, "/broken")
        status, _, body = answer(client)
    assert status == 500
    assert b"a bug" not in body
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_that_an_idle_server_sleeps_without_end(app):
    with ServerThread(app, ["127.0.0.1"], 0) as server:
        assert server._running.loop.sleep_seconds() is None


def test_that_a_wrong_rate_is_an_error(app):
    from desktop_share.server.pacing import Rates

    server = ServerThread(app, ["127.0.0.1"], 0)
    for rate in (0.0, -1.0, float("inf"), float("nan")):
        with pytest.raises(ValueError, match="positive"):
            server.set_rates(Rates(total=rate))
