"""Items that are made while they are sent, and live streams, from a live server."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import threading

import pytest
from making import Gate, MadeRepresentation, MadeStream, changed, length_of
from serving import WAIT, answer, until_closed, wait_until

from desktop_share.core.cutting import cut_removed
from desktop_share.core.reasons import Reason
from desktop_share.core.transfers import TransferState

BLOCK = os.urandom(300_000)


@pytest.fixture
def item(live, tmp_path, monkeypatch):
    """An item that gives what is in `item_content`, in turn for each request."""
    path = tmp_path / "backup.tar"
    path.write_bytes(b"x")
    return live.share(path)


@pytest.fixture
def gives(live, monkeypatch):
    """Have each request given what the function makes."""

    def gives(make):
        monkeypatch.setattr(live.opener, "open", lambda _, **__: make())

    return gives


def connect(live, *, buffer: int | None = None) -> socket.socket:
    client = socket.socket()
    if buffer is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    client.settimeout(WAIT)
    client.connect(("127.0.0.1", live.port))
    return client


def send(live, client, item, *lines: str, method: str = "GET", version: str = "1.1") -> None:
    first = (f"{method} /d/{item.link.token} HTTP/{version}", f"Host: 127.0.0.1:{live.port}", *lines)
    client.sendall("".join(f"{line}\r\n" for line in (*first, "")).encode())


def until(client: socket.socket, end: bytes) -> bytes:
    data = bytearray()
    while not data.endswith(end):
        chunk = client.recv(1 << 16)
        assert chunk, f"closed after {bytes(data[-100:])!r}"
        data += chunk
    return bytes(data)


def ended(live):
    wait_until(lambda: live.transfers.snapshot() and not live.transfers.running_count())
    live.transfers.settle()
    return live.transfers.snapshot()[-1]


def fields(head: bytes) -> dict[str, str]:
    lines = head.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}


def dechunked(data: bytes) -> bytes:
    """Raises where the last chunk is missing."""
    found = bytearray()
    while True:
        size, _, data = data.partition(b"\r\n")
        count = int(size, 16)
        if not count:
            assert data == b"\r\n"
            return bytes(found)
        assert data[count : count + 2] == b"\r\n"
        found += data[:count]
        data = data[count + 2 :]


# -- made while it is sent


def test_that_a_body_waits_for_what_is_not_known_and_goes_on(live, item, gives):
    gate = Gate()
    made = MadeRepresentation(b"first", gate, BLOCK, b"last")
    gives(lambda: made)
    with connect(live) as client:
        send(live, client, item)
        until(client, b"first")
        wait_until(lambda: bool(gate.waiting))
        gate.open()
        gate.open()  # more than once
        assert until(client, b"last") == BLOCK + b"last"
        send(live, client, item, method="HEAD", version="1.1")
        assert fields(until(client, b"\r\n\r\n"))["content-length"] == str(made.length)
    last = ended(live)
    assert (last.state, last.sent, last.total) == (TransferState.FINISHED, made.length, made.length)
    assert [making.closed for making in made.makings] == [1]
    assert made.closes == 2


def test_that_what_is_known_at_once_needs_no_second_wake(live, item, gives):
    class Known(Gate):
        def _when_known(self, wake):
            self.is_open = True
            super()._when_known(wake)

    made = MadeRepresentation(b"first", Known(), b"second", Known())
    gives(lambda: made)
    assert live.get(item).body == b"firstsecond"


def test_that_a_waiting_connection_asks_for_nothing_but_what_the_client_does(live, item, gives):
    gate = Gate()
    gives(lambda: MadeRepresentation(b"first", gate, b"second"))
    with connect(live) as client:
        send(live, client, item, "Connection: close")
        until(client, b"first")
        wait_until(lambda: bool(gate.waiting))
        (channel,) = live.thread._running.hub.map.values()
        wait_until(lambda: channel.close_when_flushed)
        assert (channel.readable(), channel.writable()) == (True, False)
        gate.open()
        assert until_closed(client) == (b"second", False)


def test_that_many_wait_without_a_worker(live, item, gives):
    gate = Gate()
    gives(lambda: MadeRepresentation(b"first", gate, BLOCK))
    clients = [connect(live) for _ in range(200)]
    for client in clients:
        send(live, client, item)
    for client in clients:
        until(client, b"first")
    assert live.get(item, "HEAD").status == 200
    gate.open()
    for client in clients:
        until(client, BLOCK[-10:])
        client.close()


@pytest.mark.parametrize(
    "make", [lambda gate: MadeRepresentation(b"1", gate, b"2"), lambda gate: MadeStream(b"1", gate)]
)
def test_that_a_client_that_leaves_while_it_waits_is_noticed_at_once(live, item, gives, make):
    gate = Gate()
    made = make(gate)
    gives(lambda: made)
    with connect(live) as client:
        send(live, client, item)
        until(client, b"1" if isinstance(made, MadeRepresentation) else b"1\r\n1\r\n")
        wait_until(lambda: bool(gate.waiting))
    wait_until(lambda: made.closes == 1)
    assert ended(live).reason == Reason.CLIENT_LEFT
    gate.open()  # after it was closed
    assert live.get(item, "HEAD").status == 200


def test_that_requests_behind_a_body_that_waits_are_answered_after_it(live, item, gives):
    gate = Gate()
    gives(lambda: MadeRepresentation(b"first", gate, b"second"))
    with connect(live) as client:
        for _ in range(3):
            send(live, client, item, "Expect: 100-continue")
        until(client, b"first")
        wait_until(lambda: bool(gate.waiting))
        for _ in range(3):
            send(live, client, item)
        gate.open()
        assert client.recv(6) == b"second"
        for _ in range(5):
            assert answer(client)[2] == b"firstsecond"


def test_that_a_file_that_changes_cuts_the_body_and_the_owner_reads_which(live, item, gives):
    made = MadeRepresentation(BLOCK, changed("report.odt"), length=len(BLOCK) + 10)
    gives(lambda: made)
    with connect(live) as client:
        send(live, client, item)
        data, reset = until_closed(client)
    assert reset
    assert len(data.partition(b"\r\n\r\n")[2]) < made.length
    last = ended(live)
    assert (last.state, last.reason) == (TransferState.ABORTED, "report.odt changed while it was being sent.")
    assert (made.closes, made.makings[0].closed) == (1, 1)


def test_that_a_short_body_that_breaks_sends_no_end_either(live, item, gives):
    gives(lambda: MadeRepresentation(b"all there is", changed("a")))
    with connect(live) as client:
        send(live, client, item)
        assert until_closed(client) == (b"", True)
    assert ended(live).reason == "a changed while it was being sent."


def test_that_several_ranges_are_made_one_after_the_other(live, item, gives):
    steps = (b"head", BLOCK, b"head2", BLOCK, b"directory")
    whole = b"".join(steps)
    made = MadeRepresentation(*steps)
    gives(lambda: made)
    reply = live.get(item, Range="bytes=1-2,200000-400000,-3")
    boundary = re.fullmatch("multipart/byteranges; boundary=(.*)", reply["Content-Type"] or "")[1].encode()
    parts = [part.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n") for part in reply.body.split(b"--" + boundary)[1:-1]]
    assert parts == [whole[1:3], whole[200_000:400_001], whole[-3:]]
    assert reply["Content-Length"] == str(len(reply.body))
    assert [making.closed for making in made.makings] == [1, 1, 1]


def test_that_ranges_on_several_connections_are_one_transfer(live, item, gives):
    steps = tuple(BLOCK for _ in range(4))
    gives(lambda: MadeRepresentation(*steps))
    whole, step = b"".join(steps), 150_000
    clients = [connect(live) for _ in range(8)]
    for number, client in enumerate(clients):
        send(live, client, item, f"Range: bytes={number * step}-{number * step + step - 1}", 'If-Range: "made"')
    for number, client in enumerate(clients):
        status, _, body = answer(client)
        assert (status, body) == (206, whole[number * step : number * step + step])
        client.close()
    last = ended(live)
    assert (last.state, last.sent) == (TransferState.FINISHED, len(whole))
    assert len(live.transfers.snapshot()) == 1


def test_that_it_has_the_type_that_was_found_for_it(live, item, gives):
    made = MadeRepresentation(b"abc")
    made.media_type = "text/plain; charset=utf-8"
    gives(lambda: made)
    assert live.get(item)["Content-Type"] == "text/plain; charset=utf-8"
    made.media_type = ""
    assert live.get(item)["Content-Type"] == item.content_type


def test_that_a_digest_is_not_made_of_what_is_made_on_the_way(live, item, gives):
    gives(lambda: MadeRepresentation(b"abc"))
    assert live.get(item, Want_Repr_Digest="sha-256=10")["Repr-Digest"] is None


# -- live streams


def test_that_a_stream_comes_in_chunks_as_it_comes_and_the_connection_goes_on(live, item, gives):
    gate = Gate()
    made = MadeStream(b"first", gate, BLOCK, b"last")
    gives(lambda: made)
    with connect(live) as client:
        send(live, client, item, "Range: bytes=2-3")
        head, _, data = until(client, b"first\r\n").partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        gate.open()
        data += until(client, b"\r\n0\r\n\r\n")
        assert dechunked(data) == b"first" + BLOCK + b"last"
        wait_until(lambda: made.closes == 1)
        gives(lambda: MadeRepresentation(b"another"))
        send(live, client, item)
        assert answer(client)[2] == b"another"
    found = fields(head)
    assert found["transfer-encoding"] == "chunked"
    assert (found["cache-control"], found["accept-ranges"]) == ("no-store", "none")
    assert not {"content-length", "etag", "last-modified", "connection", "content-range"} & set(found)
    first = live.transfers.snapshot()[0]
    assert (first.state, first.sent, first.total) == (TransferState.FINISHED, len(BLOCK) + 9, None)


def test_that_head_of_a_stream_has_the_same_fields(live, item, gives):
    made = [MadeStream(b"x"), MadeStream(b"x")]
    given = iter(made)
    gives(lambda: next(given))
    with connect(live) as client:
        send(live, client, item, method="HEAD")
        head = until(client, b"\r\n\r\n")
        send(live, client, item)
        got = until(client, b"0\r\n\r\n")
    assert {**fields(head), "date": ""} == {**fields(got), "date": ""}
    wait_until(lambda: [each.closes for each in made] == [1, 1])
    assert made[0].making.handed == 0


@pytest.mark.parametrize("lines", [(), ("Connection: keep-alive",)])
def test_that_http_1_0_gets_a_stream_up_to_the_end_of_the_connection(live, item, gives, lines):
    gives(lambda: MadeStream(b"first", BLOCK, b"last"))
    with connect(live) as client:
        send(live, client, item, *lines, version="1.0")
        data, reset = until_closed(client)
    head, _, body = data.partition(b"\r\n\r\n")
    assert (body, reset) == (b"first" + BLOCK + b"last", False)
    assert "transfer-encoding" not in fields(head)
    assert fields(head)["connection"] == "close"


def test_that_a_client_that_asked_for_it_is_left_after_the_last_chunk(live, item, gives):
    gives(lambda: MadeStream(b"all"))
    with connect(live) as client:
        send(live, client, item, "Connection: close")
        data, reset = until_closed(client)
    assert (dechunked(data.partition(b"\r\n\r\n")[2]), reset) == (b"all", False)


def test_that_an_empty_stream_is_an_empty_body(live, item, gives):
    gives(MadeStream)
    assert live.get(item).body == b""
    assert ended(live).state is TransferState.FINISHED


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_that_a_stream_that_breaks_is_cut_and_not_ended(live, item, gives, version):
    gate = Gate()
    gives(lambda: MadeStream(b"first", gate, changed("log.txt")))
    with connect(live) as client:
        send(live, client, item, version=version)
        until(client, b"first\r\n" if version == "1.1" else b"first")
        gate.open()
        assert until_closed(client) == (b"", True)
    assert ended(live).reason == "log.txt changed while it was being sent."


def test_that_cancelling_and_removing_cut_a_stream_that_waits(live, item, gives):
    stop = cut_removed(live.share_list, live.transfers)
    for cut, reason in [
        (lambda: live.transfers.cancel(live.transfers.snapshot()[-1].id), Reason.CANCELLED),
        (lambda: live.share_list.remove([item.id]), Reason.REMOVED),
    ]:
        gate = Gate()
        made = MadeStream(b"first", gate)
        gives(lambda made=made: made)
        with connect(live) as client:
            send(live, client, item)
            until(client, b"first\r\n")
            wait_until(lambda gate=gate: bool(gate.waiting))
            cut()
            assert until_closed(client) == (b"", True)
        wait_until(lambda made=made: made.closes == 1)
        assert ended(live).reason == reason
    stop()


def test_that_a_stop_of_the_server_ends_what_waits(live, item, gives):
    gate = Gate()
    made = MadeStream(b"first", gate)
    gives(lambda: made)
    with connect(live) as client:
        send(live, client, item)
        until(client, b"first\r\n")
        live.thread.stop()
        assert until_closed(client) == (b"", True)
    gate.open()
    assert (made.closes, made.making.closed) == (1, 1)
    assert ended(live).reason == Reason.SERVER_STOPPED


def test_that_a_slow_client_is_not_waited_for_by_another(live, item, gives):
    made = [MadeStream(*(BLOCK,) * 100), MadeStream(b"quick")]
    given = iter(made)
    gives(lambda: next(given))
    with connect(live, buffer=4096) as slow:
        send(live, slow, item)
        assert slow.recv(10)
        assert live.get(item).body == b"quick"
        assert made[0].making.handed < 100


def test_that_a_precondition_is_judged_for_a_stream_too(live, item, gives):
    gives(lambda: MadeStream(b"all"))
    assert live.get(item, If_Match='"old"').status == 412
    assert live.get(item, If_Match="*").status == 200


def test_that_the_test_client_of_flask_gets_a_stream(live, item, gives):
    gate = Gate()
    gives(lambda: MadeStream(b"first", gate, b"second"))
    threading.Timer(0, gate.open).start()
    client = live.app.test_client()
    with client.get(f"/d/{item.link.token}", base_url=f"http://127.0.0.1:{live.port}") as response:
        assert response.data == b"firstsecond"


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize(
    ("steps", "options", "code"),
    [
        ((b"first", BLOCK, b"last"), [], 0),
        ((b"first", BLOCK, b"last"), ["--http1.0"], 0),
        ((b"first", BLOCK, changed("a")), [], 56),
    ],
)
def test_that_curl_takes_a_stream(live, item, gives, steps, options, code):
    gives(lambda: MadeStream(*steps))
    done = subprocess.run(["curl", "-s", *options, live.url(item)], capture_output=True, timeout=WAIT, check=False)
    assert done.returncode == code
    if not code:
        assert done.stdout == b"".join(steps)
        assert ended(live).sent == length_of(steps)
