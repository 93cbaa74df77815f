"""Requests that were spoiled at random, over real sockets: each gets an answer or the end of its connection, and the
next one is served as if nothing had been."""

from __future__ import annotations

import random
import re
import socket
import struct
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attacking import (
    PASSWORD,
    SECRET,
    basic,
    edit_link,
    list_of,
    private_file,
    private_folder,
    quick_passwords,
    raw,
    without_rates,
)
from serving import WAIT, wait_until
from support.live import LiveServer

from desktop_share.server.limits import Limits
from desktop_share.server.parsing import RequestParser, ServerAdjustments

COUNT = 2000
AT_ONCE = 8

FIELDS = (
    "Range: bytes=0-1",
    "Range: bytes=0-0,2-3,-1",
    "Range: bytes=5-1",
    'If-Range: "x"',
    'If-None-Match: W/"a", "b", *',
    "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT",
    "Want-Repr-Digest: sha-256=5, sha-512=3",
    "Accept: text/html;q=0.9, */*;q=0.1",
    "Accept-Encoding: gzip, br",
    "Cookie: device=a; link-0123456789abcdef=b.c; ticket-x=y",
    f"Authorization: {basic('wrong')['Authorization']}",
    "Authorization: Digest a=b",
    "Origin: http://127.0.0.1:1",
    "Sec-Fetch-Site: same-origin",
    "Sec-Purpose: prefetch",
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/140.0",
    "Connection: keep-alive, upgrade",
    "Upgrade: h2c",
    "Expect: 100-continue",
    "Transfer-Encoding: chunked",
    "Content-Length: 5",
    "Content-Type: multipart/form-data; boundary=x",
    "Content-Type: application/x-www-form-urlencoded",
    "TE: trailers",
)
BODIES = (
    b"",
    b"password=wrong",
    b"5\r\nhello\r\n0\r\n\r\n",
    b'5;ext="a"\r\nhello\r\n0\r\nTrailer: x\r\n\r\n',
    b'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\nwrong\r\n--x--\r\n',
)
ODD = (
    b"\0",
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n\r\n",
    b" ",
    b"\t",
    b":",
    b"%",
    b"%00",
    b"%2f",
    b"..",
    b"~",
    b".",
    b"\xff",
    b"\xc3",
)
ODD += (
    b"HTTP/1.1",
    b"-1",
    b"9" * 30,
    b"A" * 9000,
    b"Host: a\r\n",
    b"{{7*7}}",
    b"<script>",
    b"'\"",
    b"//",
    b"\\",
    b"?",
    b"#",
)


class Requests:
    """Requests that mean something, and what becomes of them by a few random changes."""

    def __init__(self, port: int, targets: list[str], seed: int) -> None:
        self._random = random.Random(seed)
        self._targets = targets
        self._host = f"Host: 127.0.0.1:{port}"

    def right(self) -> bytes:
        choose = self._random
        method = choose.choice(("GET", "GET", "GET", "HEAD", "POST", "POST", "OPTIONS", "PUT", "TRACE", "CONNECT"))
        first = f"{method} {choose.choice(self._targets)} HTTP/1.{choose.choice('1110')}"
        lines = [first, self._host, *choose.sample(FIELDS, choose.randrange(6))]
        return "\r\n".join([*lines, "", ""]).encode() + choose.choice(BODIES)

    def spoiled(self) -> bytes:
        data = bytearray(self.right())
        for _ in range(self._random.choice((0, 1, 1, 2, 3, 8))):
            self._spoil(data)
        return bytes(data)

    def _spoil(self, data: bytearray) -> None:
        choose = self._random
        at = choose.randrange(len(data) + 1)
        end = min(at + choose.choice((1, 1, 2, 10)), len(data))
        match choose.randrange(7):
            case 0:
                data[at:end] = bytes(choose.randrange(256) for _ in range(end - at))
            case 1:
                data[at:at] = choose.choice(ODD)
            case 2:
                data[at:end] = b""
            case 3:
                data[at:end] = data[at:end] * choose.choice((2, 50))
            case 4:
                del data[at:]
            case 5:
                data += self.right()
            case 6:
                lines = bytes(data).split(b"\r\n")
                choose.shuffle(lines)
                data[:] = b"\r\n".join(lines)


@pytest.fixture
def targets(live: LiveServer, tmp_path: Path) -> list[str]:
    without_rates(live)
    quick_passwords(live)
    hashed = live.entrance.passwords.hash(PASSWORD)
    (tmp_path / "a").mkdir()
    (tmp_path / "b.txt").write_bytes(b"for anybody")
    file, folder = live.share(tmp_path / "b.txt"), private_folder(live, tmp_path)
    locked = private_file(live, tmp_path, password_hash=hashed)
    limited = edit_link(live, private_folder(live, tmp_path / "a"), limit=10**6)
    listed = list_of(live, file, folder)
    inside = f"{folder.source.path.name}/in/b.txt"
    signed = live.entrance.doors.signer.sign(file, file.disposition, None)
    links = [each.link.token for each in (file, folder, locked, limited, listed)]
    addresses = [*links, signed, f"{listed.link.token}~{folder.id}", f"{listed.link.token}~all", "x" * 22]
    routes = ("/d/{}", "/d/{}/b.txt?as=inline", "/s/{}", "/s/{}/files/?page=2", "/l/{}?q=a&page=9", "/t/{}", "/f/{}/")
    return [
        *(route.format(each) for route in routes for each in addresses),
        f"/f/{folder.link.token}/{inside}",
        "/",
        "*",
    ]


REFUSED = (b"\x16\x03\x01\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nA: \0\r\n\r\n")


@pytest.mark.parametrize("request_text", REFUSED)
def test_that_who_leaves_before_being_refused_is_no_mistake_of_ours(live: LiveServer, request_text: bytes) -> None:
    parser = RequestParser(ServerAdjustments(Limits()))
    parser.received(request_text)
    assert parser.error is not None
    assert parser.path == "", "waitress reads it where the client is gone"
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", live.port), timeout=WAIT) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # it ends with a reset
            client.sendall(request_text)
    wait_until(lambda: live.thread.connection_count == 0)
    assert live.ask("/").status == 200


def test_that_two_thousand_spoiled_requests_are_answered_and_harm_nobody(live: LiveServer, targets: list[str]) -> None:
    """A record of a warning or an error in the log fails it too, as in every test."""

    def client(seed: int) -> list[tuple[bytes, bytes]]:
        requests = Requests(live.port, targets, seed)
        sent = [requests.spoiled() for _ in range(COUNT // AT_ONCE)]
        return [(each, raw(live, each, half_closed=True)) for each in sent]

    with ThreadPoolExecutor(AT_ONCE) as clients:
        answers = [pair for each in clients.map(client, range(AT_ONCE)) for pair in each]
    assert len(answers) == COUNT
    statuses: Counter[int] = Counter()
    for request, answer in answers:
        told = [int(each) for each in re.findall(rb"^HTTP/1\.[01] ([0-9]{3}) ", answer, re.M)]
        statuses.update(told)
        assert answer == b"" or answer.startswith(b"HTTP/1."), request
        assert all(each < 500 or each in (501, 505) for each in told), request
        assert b"Traceback" not in answer, request
    assert {200, 206, 303, 400, 401, 404, 405} <= set(statuses), statuses
    assert live.ask(targets[0]).body == b"for anybody"
    locked = next(each for each in live.share_list.snapshot() if each.link.password_hash)
    live.entrance.guesses.right("127.0.0.1", locked.link.digest)
    assert live.ask(f"/d/{locked.link.token}", headers=basic(PASSWORD)).body == SECRET
    wait_until(lambda: live.thread.connection_count == 0)
