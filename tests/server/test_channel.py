"""A live server on 127.0.0.1, raw sockets on the other side."""

from __future__ import annotations

import http.client
import os
import socket
import threading

import pytest
from serving import WAIT, App, answer, ask, connect, hello, memory, until_closed, wait_until

from desktop_share.core.reasons import Reason
from desktop_share.core.representation import FileSegment
from desktop_share.core.sources import FileSource
from desktop_share.server.bodies import TAIL, SegmentBody
from desktop_share.server.channel import Channel
from desktop_share.server.limits import Limits
from desktop_share.server.parsing import RequestParser
from desktop_share.server.thread import HAS_SENDFILE, ServerThread

BIG = 6_000_000
HUGE = 1 << 40


@pytest.fixture
def app(tmp_path):
    (tmp_path / "big").write_bytes(os.urandom(BIG))
    (tmp_path / "small").write_bytes(b"small file")
    (tmp_path / "tail").write_bytes(os.urandom(TAIL))
    (tmp_path / "tail+1").write_bytes(os.urandom(TAIL + 1))
    (tmp_path / "empty").write_bytes(b"")
    with open(tmp_path / "huge", "wb") as sparse:
        sparse.truncate(HUGE)
    return App(tmp_path, {"hello": hello})


@pytest.fixture(params=[pytest.param(True, id="sendfile"), pytest.param(False, id="read")])
def server(request, app):
    if request.param and not HAS_SENDFILE:
        pytest.skip("this system has no sendfile")
    with ServerThread(app, ["127.0.0.1"], 0, limits=Limits(workers=2), sendfile=request.param) as running:
        yield running


@pytest.mark.parametrize("name", ["big", "small", "tail", "tail+1", "empty"])
def test_that_every_byte_arrives_and_the_delivery_hears_of_each(server, app, name):
    data = (app.folder / name).read_bytes()
    with connect(server) as client:
        ask(client, f"/{name}")
        status, fields, body = answer(client)
    assert (status, fields["content-length"]) == (200, str(len(data)))
    assert body == data
    delivery = app.deliveries[0]
    assert delivery.reason() == ""
    at = 0
    for start, stop in delivery.spans:
        assert start == at
        at = stop
    assert at == len(data)
    assert app.closed == [name]


def test_that_a_response_names_no_server_software(server):
    with connect(server) as client:
        ask(client, "/small")
        assert "server" not in answer(client)[1]


def test_that_a_part_reports_positions_in_the_representation(server, app):
    data = (app.folder / "big").read_bytes()
    with connect(server) as client:
        ask(client, "/big?start=1000&stop=3000000")
        assert answer(client)[2] == data[1000:3000000]
    app.deliveries[0].reason()
    spans = app.deliveries[0].spans
    assert (spans[0][0], spans[-1][1]) == (1000, 3000000)


def test_that_pieces_of_memory_and_file_go_out_in_order_and_part_heads_do_not_count(server, app):
    data = (app.folder / "big").read_bytes()

    def several(environ, start_response):
        file = FileSource(app.folder / "big").representation()
        pieces = [
            memory(b"--first\r\n"),
            *((segment, 100) for segment in file.slice(100, 2_000_000)),
            memory(b"\r\n--second\r\n"),
            *((segment, 5_000_000) for segment in file.slice(5_000_000, 5_000_001)),
            memory(b"\r\n--end--"),
        ]
        return app.respond(start_response, pieces, file.close)

    app.routes["several"] = several
    with connect(server) as client:
        ask(client, "/several")
        body = answer(client)[2]
    assert (
        body == b"--first\r\n" + data[100:2_000_000] + b"\r\n--second\r\n" + data[5_000_000:5_000_001] + b"\r\n--end--"
    )
    app.deliveries[0].reason()
    assert sum(stop - start for start, stop in app.deliveries[0].spans) == 2_000_000 - 100 + 1
    assert app.deliveries[0].spans[-1] == (5_000_000, 5_000_001)


def test_that_a_connection_is_kept_and_used_again(server, app):
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    for name in ("big", "hello", "small", "empty", "big"):
        client.request("GET", f"/{name}")
        response = client.getresponse()
        expected = b"hello" if name == "hello" else (app.folder / name).read_bytes()
        assert response.read() == expected
    assert server.connection_count == 1
    client.close()


def test_that_pipelined_requests_are_answered_in_order(server, app):
    names = ["big", "small", "hello", "big", "empty", "tail+1", "hello"]
    with connect(server) as client:
        client.sendall(b"".join(f"GET /{name} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for name in names))
        for name in names:
            expected = b"hello" if name == "hello" else (app.folder / name).read_bytes()
            assert answer(client)[2] == expected


def test_that_requests_behind_one_that_is_served_stay_unread_until_it_is_answered(server, app, monkeypatch):
    read, started, go_on = [], threading.Event(), threading.Event()
    parse_header = RequestParser.parse_header

    def counted(parser, head):
        read.append(head)
        parse_header(parser, head)

    def waiting(environ, start_response):
        started.set()
        assert go_on.wait(WAIT)
        return hello(environ, start_response)

    monkeypatch.setattr(RequestParser, "parse_header", counted)
    app.routes["waiting"] = waiting
    request = b"GET /%s HTTP/1.1\r\nHost: a\r\n\r\n"
    with connect(server) as client:
        client.sendall(request % b"waiting" + request % b"hello" * 200)
        assert started.wait(WAIT)
        first = len(read)
        go_on.set()
        assert [answer(client)[2] for _ in range(201)] == [b"hello"] * 201
    assert (first, len(read)) == (1, 201)


def test_that_a_half_closed_client_still_gets_everything(server, app):
    with connect(server) as client:
        ask(client, "/big")
        client.shutdown(socket.SHUT_WR)
        assert answer(client)[2] == (app.folder / "big").read_bytes()
        assert client.recv(1) == b""


def test_that_head_gives_the_length_and_no_byte_and_the_connection_goes_on(server, app):
    with connect(server) as client:
        ask(client, "/big", method="HEAD")
        ask(client, "/small")
        data = bytearray()
        while not data.endswith(b"small file"):
            data += client.recv(1000)
    head, _, rest = bytes(data).partition(b"\r\n\r\n")
    assert f"Content-Length: {BIG}".encode() in head
    assert rest.startswith(b"HTTP/1.1 200")
    wait_until(lambda: len(app.closed) == 2)


@pytest.mark.parametrize(
    ("version", "lines", "kept"),
    [
        ("1.1", (), True),
        ("1.1", ("Connection: close",), False),
        ("1.1", ("Connection: Keep-Alive, Close",), False),
        ("1.0", (), False),
        ("1.0", ("Connection: keep-alive",), True),
        ("1.0", ("Connection: keep-alive, foo",), True),
    ],
)
def test_that_the_connection_ends_as_the_client_asked(server, app, version, lines, kept):
    with connect(server) as client:
        ask(client, "/big", *lines, version=version)
        assert answer(client)[2] == (app.folder / "big").read_bytes()
        if kept:
            ask(client, "/small", "Connection: close")
            assert answer(client)[2] == b"small file"
        assert until_closed(client) == (b"", False)


def test_that_a_download_holds_no_worker(app):
    with ServerThread(app, ["127.0.0.1"], 0, limits=Limits(workers=1)) as server:
        slow = [connect(server, receive_buffer=4096) for _ in range(5)]
        for client in slow:
            ask(client, "/huge")
            assert client.recv(10)
        with connect(server) as another:
            ask(another, "/hello")
            assert answer(another)[2] == b"hello"
        for client in slow:
            client.close()


def test_that_a_generator_is_sent_in_the_worker_pool(server, app):
    def stream(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return (b"%d " % number for number in range(1000))

    app.routes["stream"] = stream
    client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    client.request("GET", "/stream")
    assert client.getresponse().read() == b"".join(b"%d " % number for number in range(1000))
    client.close()


def test_that_head_of_a_generator_sends_nothing_behind_the_head(server, app):
    def stream(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return iter(())

    app.routes["stream"] = stream
    with connect(server) as client:
        ask(client, "/stream", method="HEAD")
        assert "connection" not in answer(client)[1]
        ask(client, "/hello")
        assert answer(client)[2] == b"hello"


def test_that_an_answer_without_a_body_does_not_end_the_connection(server, app):
    def not_modified(environ, start_response):
        start_response("304 Not Modified", [("ETag", '"a"')])
        return []

    app.routes["old"] = not_modified
    with connect(server) as client:
        ask(client, "/old")
        status, fields, _ = answer(client)
        assert (status, "connection" in fields, "transfer-encoding" in fields) == (304, False, False)
        ask(client, "/old", "Connection: close")
        assert answer(client)[1]["connection"] == "close"
        assert until_closed(client) == (b"", False)


def test_that_a_wrong_content_length_is_an_error_and_the_body_is_closed(server, app, caplog):
    closed = threading.Event()

    def wrong(environ, start_response):
        start_response("200 OK", [("Content-Length", "3")])
        return SegmentBody([memory(b"four")], length=4, close=closed.set)

    app.routes["wrong"] = wrong
    with connect(server) as client:
        ask(client, "/wrong")
        assert answer(client)[0] == 500
    assert closed.wait(20)
    assert "Content-Length 3 on a body of 4 bytes" in caplog.text


def test_that_a_client_that_leaves_frees_the_body_once_and_is_named_as_the_reason(server, app):
    with connect(server, receive_buffer=4096) as client:
        ask(client, "/huge")
        assert client.recv(1000)
    assert app.deliveries[0].reason() == Reason.CLIENT_LEFT
    wait_until(lambda: app.closed == ["huge"])
    assert app.deliveries[0].reasons == [Reason.CLIENT_LEFT]


def test_that_a_file_that_gets_shorter_while_it_is_sent_ends_in_a_reset_and_no_busy_loop(server, app):
    with connect(server, receive_buffer=4096) as client:
        ask(client, "/huge")
        assert client.recv(1000)
        os.truncate(app.folder / "huge", 10_000_000)
        assert until_closed(client)[1] or server.connection_count == 0
        reason = app.deliveries[0].reason()
    assert reason == Reason.FILE_SHORTER
    wait_until(lambda: server.connection_count == 0)
    before = server.turns
    with connect(server) as client:
        ask(client, "/hello")
        answer(client)
    assert server.turns - before < 20


def test_that_a_worker_that_is_slow_to_write_keeps_nobody_busy(server, app, monkeypatch):
    """Other programs want the processor too: a worker may stand still in the middle of its writing."""
    flush_some, standing = Channel._flush_some, threading.Event()

    def slow(self, do_close=True):
        if not self.loop.is_current:
            self.loop.touch(self)  # as at the end of another answer
            standing.wait(0.3)
        return flush_some(self, do_close)

    monkeypatch.setattr(Channel, "_flush_some", slow)
    with connect(server) as client:
        before = server.turns
        ask(client, "/hello")
        assert answer(client)[2] == b"hello"
        assert server.turns - before < 50


def test_that_a_stalled_download_of_a_file_that_changed_is_cut(app):
    time = [0.0]
    with (
        ServerThread(app, ["127.0.0.1"], 0, clock=lambda: time[0]) as server,
        connect(server, receive_buffer=4096) as client,
    ):
        ask(client, "/huge")
        assert client.recv(10)
        os.truncate(app.folder / "huge", 1000)

        def later():
            time[0] += 0.5
            server.set_rates(server._rates)  # wakes the loop, so that it sees the new time
            return app.deliveries[0].ended.is_set()

        wait_until(later)
    assert app.deliveries[0].reason() in (Reason.FILE_CHANGED, Reason.FILE_SHORTER)


def test_that_a_file_that_changed_under_way_never_completes(server, app):
    app.unchanged = lambda: False
    with connect(server) as client:
        ask(client, "/big")
        data, reset = until_closed(client)
    assert reset
    assert len(data.partition(b"\r\n\r\n")[2]) < BIG
    assert app.deliveries[0].reason() == Reason.FILE_CHANGED


def test_that_a_small_file_that_changed_sends_nothing(server, app):
    app.unchanged = lambda: False
    with connect(server) as client:
        ask(client, "/small")
        assert until_closed(client) == (b"", True)


def test_that_a_file_that_cannot_be_read_is_named_as_the_reason(server, app):
    class Broken:
        name = "broken"

        def fileno(self):
            return 1_000_000

    def broken(environ, start_response):
        return app.respond(start_response, [(FileSegment(Broken(), 0, 1_000_000), 0)], lambda: None)

    app.routes["broken"] = broken
    with connect(server) as client:
        ask(client, "/broken")
        assert until_closed(client)[1]
    assert app.deliveries[0].reason() == Reason.FILE_UNREADABLE


def test_that_a_request_can_be_cut_from_any_thread(server, app):
    with connect(server, receive_buffer=4096) as client:
        ask(client, "/huge")
        assert client.recv(10)
        app.environs[0]["desktop_share.cut"]()
        assert until_closed(client)[1]
    wait_until(lambda: app.closed == ["huge"])


def test_that_cutting_an_answered_request_leaves_the_next_one_alone(server, app):
    with connect(server) as client:
        ask(client, "/small")
        answer(client)
        app.environs[0]["desktop_share.cut"]()
        ask(client, "/big")
        assert answer(client)[2] == (app.folder / "big").read_bytes()


def test_that_the_application_sees_the_request_as_it_was_sent(server, app):
    with connect(server) as client:
        ask(client, "/small?%41", "Range: bytes=0-1", "Range: bytes=2-3")
        answer(client)
    environ = app.environs[0]
    assert environ["desktop_share.target"] == "/small?%41"
    assert environ["desktop_share.host_values"] == ("a",)
    assert environ["desktop_share.range_lines"] == 2


def test_that_many_clients_at_once_each_get_their_own_bytes(server, app):
    names = ["small", "tail", "tail+1", "hello", "empty"]
    data = {name: b"hello" if name == "hello" else (app.folder / name).read_bytes() for name in names}
    wrong: list[str] = []

    def fetch(first: int) -> None:
        client = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        for number in range(100):
            name = names[(first + number) % len(names)]
            client.request("GET", f"/{name}")
            if client.getresponse().read() != data[name]:
                wrong.append(name)
        client.close()

    threads = [threading.Thread(target=fetch, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(app.environs) == 800
