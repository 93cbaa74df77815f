"""Slow, hostile and many clients."""

from __future__ import annotations

import logging
import os
import selectors
import socket
import subprocess
import sys
import textwrap
import threading
from pathlib import Path

import pytest
from making import Gate, Making
from serving import App, answer, ask, connect, hello, until_closed, wait_until

from desktop_share.core.reasons import Reason
from desktop_share.server.limits import Limits
from desktop_share.server.pacing import Rates
from desktop_share.server.pieces import positioned
from desktop_share.server.thread import ServerThread

HUGE = 1 << 40


@pytest.fixture
def app(tmp_path):
    with open(tmp_path / "huge", "wb") as sparse:
        sparse.truncate(HUGE)
    (tmp_path / "middle").write_bytes(os.urandom(300_000))
    return App(tmp_path, {"hello": hello})


class Clock:
    """Time that a test moves on. The loop sees it when it wakes up."""

    def __init__(self) -> None:
        self.now = 0.0
        self.server: ServerThread | None = None

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float, until: float) -> None:
        """In steps of a second, as the maintenance runs, each with a look of the loop at the clock."""
        while self.now < until:
            self.now += seconds
            looked = threading.Event()
            self.server._running.loop.call(looked.set)
            assert looked.wait(20)
            looked.clear()
            self.server._running.loop.call(looked.set)  # timers run behind the calls
            assert looked.wait(20)

    def advance_until(self, condition) -> None:
        """A server sees late what a client sees at once, so a test cannot know the second in which it acts."""
        for _ in range(1000):
            if condition():
                return
            self.advance(1, until=self.now + 1)
        raise AssertionError("a thousand seconds passed in vain")


@pytest.fixture
def clock():
    return Clock()


def serve(app, clock, **limits):
    server = clock.server = ServerThread(app, ["127.0.0.1"], 0, limits=Limits(**limits), clock=clock)
    return server


def test_that_a_head_that_is_not_ended_in_time_closes_the_connection(app, clock):
    with serve(app, clock, header_seconds=15) as server, connect(server) as silent, connect(server) as slow:
        slow.sendall(b"GET /hello HTTP/1.1\r\n")
        wait_until(lambda: server.connection_count == 2)
        clock.advance(1, until=14)
        slow.sendall(b"Host: a\r\n")
        assert server.connection_count == 2
        clock.advance_until(lambda: server.connection_count == 0)
        assert 15 <= clock.now < 40
        assert until_closed(silent)[0] == b""
        assert until_closed(slow)[0] == b""


def test_that_an_idle_connection_is_closed_after_its_time(app, clock):
    with serve(app, clock, idle_seconds=60) as server, connect(server) as client:
        ask(client, "/hello")
        answer(client)
        clock.advance(1, until=50)
        ask(client, "/hello")
        answer(client)
        clock.advance(1, until=100)
        ask(client, "/hello")
        answer(client)
        clock.advance_until(lambda: server.connection_count == 0)
        assert clock.now > 160
        assert until_closed(client)[0] == b""


def test_that_a_reader_that_takes_nothing_is_cut_and_a_slow_one_is_not(app, clock):
    with (
        serve(app, clock, stall_seconds=100) as server,
        connect(server, receive_buffer=4096) as stalled,
        connect(server, receive_buffer=4096) as slow,
    ):
        for client in (stalled, slow):
            ask(client, "/huge")
            assert client.recv(10)
        for until in range(10, 150, 10):
            clock.advance(1, until=until)
            taken = sum(stop - start for start, stop in app.deliveries[1].spans)
            while sum(stop - start for start, stop in app.deliveries[1].spans) == taken:
                assert slow.recv(1 << 20)
        assert app.deliveries[0].reason() == Reason.STALLED
        assert not app.deliveries[1].ended.is_set()


def test_that_a_reader_below_a_tiny_rate_is_cut_only_in_a_crowd(app, clock):
    limits = {"connections": 4, "reserved": 0, "crowded_stall_seconds": 20, "crowded_rate": 1024}
    with serve(app, clock, **limits) as server, connect(server, receive_buffer=4096) as slow:
        ask(slow, "/huge")
        assert slow.recv(10)
        clock.advance(1, until=60)
        assert not app.deliveries[0].ended.is_set()
        others = [connect(server) for _ in range(2)]
        wait_until(lambda: server.connection_count == 3)
        clock.advance(1, until=90)
        assert app.deliveries[0].reason() == Reason.STALLED
        for other in others:
            other.close()


def test_that_an_idle_connection_gives_way_when_all_places_are_taken(app, clock):
    with serve(app, clock, connections=3, reserved=0) as server:
        idle = connect(server)
        ask(idle, "/hello")
        answer(idle)
        busy = [connect(server, receive_buffer=4096) for _ in range(2)]
        for client in busy:
            ask(client, "/huge")
            assert client.recv(10)
        with connect(server) as new:
            ask(new, "/hello")
            assert answer(new)[2] == b"hello"
        assert until_closed(idle)[0] == b""
        idle.close()
        for client in busy:
            assert client.recv(10)
            client.close()


def test_that_a_new_connection_is_told_when_nobody_can_give_way(app, clock):
    with serve(app, clock, connections=2, reserved=0) as server:
        busy = [connect(server, receive_buffer=4096) for _ in range(2)]
        for client in busy:
            ask(client, "/huge")
            assert client.recv(10)
        with connect(server) as new:
            assert until_closed(new)[0].startswith(b"HTTP/1.1 503 ")
        busy.pop().close()
        wait_until(lambda: server.connection_count == 1)
        with connect(server) as new:
            ask(new, "/hello")
            assert answer(new)[0] == 200
        busy.pop().close()


@pytest.mark.skipif(os.name == "nt", reason="select takes 512 sockets there")
def test_that_a_thousand_slow_clients_do_not_stop_another_request(app):
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 6000:
        pytest.skip("this system gives too few descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 6000), hard))
    clients: list[socket.socket] = []
    try:
        with ServerThread(app, ["127.0.0.1"], 0, limits=Limits(workers=2)) as server:
            for number in range(1000):
                client = connect(server, receive_buffer=4096)
                clients.append(client)
                ask(client, f"/huge?start={number * 1_000_000}" if number % 2 else "/hello")
            wait_until(lambda: len(app.environs) == 1000)
            with connect(server) as another:
                ask(another, "/middle")
                assert answer(another)[2] == (app.folder / "middle").read_bytes()
                assert server.connection_count == 1001
    finally:
        for client in clients:
            client.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_that_downloads_side_by_side_progress_evenly(app):
    """Jain's index of the bytes that 100 clients got when 400 MB have gone out."""
    clients = []
    with ServerThread(app, ["127.0.0.1"], 0) as server, selectors.DefaultSelector() as selector:
        for _ in range(100):
            client = connect(server)
            clients.append(client)
            ask(client, "/huge")
            assert client.recv(10)
            selector.register(client, selectors.EVENT_READ)
        wait_until(lambda: len(app.deliveries) == 100)
        base = [sum(stop - start for start, stop in each.spans) for each in app.deliveries]
        total = 0
        while total < 400_000_000:
            for key, _ in selector.select(20):
                total += len(key.fileobj.recv(1 << 16))
        after = [sum(stop - start for start, stop in each.spans) for each in app.deliveries]
        for client in clients:
            client.close()
    got = [new - old for new, old in zip(after, base, strict=True)]
    assert sum(got) ** 2 / (len(got) * sum(each**2 for each in got)) >= 0.95


def test_that_the_cap_holds_a_download_back_until_time_passes(app, clock):
    with serve(app, clock) as server, connect(server) as client:
        server.set_rates(Rates(total=100_000))
        ask(client, "/middle")

        def accepted() -> int:
            return sum(stop - start for delivery in app.deliveries for start, stop in delivery.spans)

        wait_until(lambda: accepted() > 0)
        for second in range(1, 3):
            clock.advance(0.02, until=float(second))
            assert accepted() <= 100_000 * clock.now + 8192
        clock.advance(0.02, until=4.0)
        assert answer(client)[2] == (app.folder / "middle").read_bytes()


def test_that_lifting_the_cap_lets_a_held_download_go_on(app, clock):
    with serve(app, clock) as server, connect(server) as client:
        server.set_rates(Rates(per_transfer=1000))
        ask(client, "/middle")
        wait_until(lambda: bool(app.deliveries and app.deliveries[0].spans))
        server.set_rates(Rates())
        assert answer(client)[2] == (app.folder / "middle").read_bytes()


FEW_DESCRIPTORS = """
    import logging, resource, socket, sys
    from pathlib import Path
    from serving import App, answer, ask, connect, hello, wait_until
    from desktop_share.server.limits import Limits
    from desktop_share.server.thread import ServerThread

    records = []
    class Keep(logging.Handler):
        def emit(self, record):
            records.append(record.getMessage())
    logging.getLogger().addHandler(Keep())

    server = ServerThread(App(Path("."), {"hello": hello}), ["127.0.0.1"], 0, limits=Limits(workers=2))
    server.start()
    held = []
    # Half-sent heads: connections that cannot give way. The child has both ends, so the limit is met from either side
    used = len(__import__("os").listdir("/proc/self/fd")) if sys.platform == "linux" else 40
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 60, used + 60))
    try:
        while len(held) < 200:
            client = connect(server)
            client.sendall(b"GET /hello HTTP/1.1\\r\\n")
            held.append(client)
    except OSError:
        pass
    turns = server.turns
    held.pop().close()
    extra = connect(server)  # its accept finds no descriptor
    ask(extra, "/hello")
    wait_until(lambda: any("no new connections" in each for each in records))
    wait_until(lambda: server.turns > turns + 2)  # it has looked again, after its pause
    print("turns", server.turns - turns)
    for client in held:
        client.close()
    assert answer(extra)[2] == b"hello"
    server.stop()
    print("records", len(records))
"""


@pytest.mark.skipif(os.name == "nt", reason="no limit on descriptors to set")
def test_that_running_out_of_descriptors_is_one_log_line_no_spin_and_passes():
    root = Path(__file__).parents[2]
    child = subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(FEW_DESCRIPTORS)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(root), str(Path(__file__).parent)])},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    told = dict(line.split() for line in child.stdout.splitlines())
    assert int(told["records"]) == 1
    assert int(told["turns"]) < 100


def test_that_nothing_of_this_is_logged(app, clock, caplog):
    caplog.set_level(logging.INFO)
    with serve(app, clock) as server, connect(server, receive_buffer=4096) as client:
        ask(client, "/huge")
        assert client.recv(10)
        clock.advance(50, until=700)
        assert app.deliveries[0].reason() == Reason.STALLED
    assert caplog.records == []


def test_that_a_client_is_not_blamed_for_what_is_not_known_yet(app, clock):
    gate = Gate()
    app.routes["made"] = lambda _, start_response: app.respond(
        start_response, positioned(iter(Making((b"a" * 8, gate, b"b" * 8))), 0), lambda: None, length=16
    )
    with serve(app, clock, stall_seconds=100) as server, connect(server) as client:
        ask(client, "/made")
        wait_until(lambda: bool(gate.waiting))
        clock.advance(10, until=1000)
        gate.open()
        assert answer(client)[2] == b"a" * 8 + b"b" * 8


def test_that_a_client_that_takes_nothing_of_a_stream_is_cut_as_ever(app, clock):
    app.routes["made"] = lambda _, start_response: app.respond(
        start_response, positioned(iter(Making((b"a" * 100_000,) * 1000)), 0), lambda: None, length=None
    )
    with serve(app, clock, stall_seconds=100) as server, connect(server, receive_buffer=4096) as client:
        ask(client, "/made")
        assert client.recv(10)
        clock.advance(1, until=150)
        assert app.deliveries[0].reason() == Reason.STALLED
