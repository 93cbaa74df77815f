"""Requests that are refused before the application sees them (RFC 9112)."""

from __future__ import annotations

import pytest
from serving import WAIT, App, answer, ask, connect, hello, until_closed

from desktop_share.server.limits import Limits
from desktop_share.server.thread import ServerThread

LIMITS = Limits(workers=1, request_line=500, header_bytes=4000, header_lines=20)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return App(tmp_path_factory.mktemp("files"), {"hello": hello})


@pytest.fixture(scope="module")
def server(app):
    with ServerThread(app, ["127.0.0.1"], 0, limits=LIMITS) as running:
        yield running


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        ("GET /hello\r\n\r\n", 400),  # HTTP/0.9
        ("GET /hello\r\nHost: a\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\n\r\n", 400),  # RFC 9112 section 3.2: no Host
        ("GET /hello HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\nHost: a\r\nhOST: b\r\n\r\n", 400),
        ("GET /hello HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\nHost : a\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n", 400),
        ("GET /hello HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n", 400),
        ("GET  /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("get /hello HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        ("GET /hello HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        ("GET /hello HTTP/1.2\r\nHost: a\r\n\r\n", 505),
        ("GET /hello http/1.1\r\nHost: a\r\n\r\n", 400),
        (
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            400,
        ),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello", 400),
        ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, Chunked\r\n\r\n0\r\n\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + "9" * 3900 + "\r\n\r\n", 413),
        ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n", 413),
        ("GET /hello\r\n", 400),  # HTTP/0.9 has no more to say
        ("\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", 400),  # TLS: someone typed https://
        ("GET /" + "a" * 600 + " HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ("GET /" + "a" * 600, 414),  # not even ended
        ("GET /hello HTTP/1.1\r\nHost: a\r\n" + "X: a\r\n" * 20 + "\r\n", 431),
        ("GET /hello HTTP/1.1\r\nHost: a\r\nX: " + "a" * 4000 + "\r\n\r\n", 431),
    ],
)
def test_that_it_is_refused_and_the_connection_closed(server, app, request_text, status):
    app.environs.clear()
    with connect(server) as client:
        client.sendall(request_text.encode("latin-1"))
        data, reset = until_closed(client)
    assert data.split(b" ", 2)[1] == str(status).encode()
    assert b"Connection: close" in data
    assert not reset
    assert app.environs == []


@pytest.mark.parametrize(
    "request_text",
    [
        "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n",
        "\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n",  # RFC 9112 section 2.2
        "GET /hello HTTP/1.0\r\n\r\n",
        "GET http://other/hello HTTP/1.1\r\nHost: a\r\n\r\n",
        "POST /hello HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_that_it_is_answered(server, request_text):
    with connect(server) as client:
        client.sendall(request_text.encode())
        assert answer(client)[2] == b"hello"


def test_that_an_absurd_content_length_is_refused_without_a_traceback(app):
    limits = Limits(workers=1)  # heads long enough for a number that Python does not read
    with ServerThread(app, ["127.0.0.1"], 0, limits=limits) as running, connect(running) as client:
        ask(client, "/hello", "Content-Length: " + "9" * 5000)
        data, reset = until_closed(client)
    assert (data.split(b" ", 2)[1], reset) == (b"413", False)


def test_that_expecting_100_without_content_is_answered_at_once(server):
    with connect(server) as client:
        ask(client, "/hello", "Expect: 100-continue")
        assert answer(client)[::2] == (200, b"hello")


def test_that_expecting_100_before_content_gets_it(server):
    with connect(server) as client:
        ask(client, "/hello", "Expect: 100-continue", "Content-Length: 2", method="POST")
        assert answer(client)[0] == 100
        client.sendall(b"ok")
        assert answer(client)[::2] == (200, b"hello")


def test_that_the_target_in_absolute_form_is_told_as_it_is(server, app):
    app.environs.clear()
    with connect(server) as client:
        ask(client, "http://other/hello")
        answer(client)
    assert app.environs[0]["desktop_share.target"] == "http://other/hello"
    assert app.environs[0]["desktop_share.host_values"] == ("a",)


def test_that_a_head_in_single_bytes_is_read(server):
    with connect(server) as client:
        for byte in b"GET /hello HTTP/1.1\r\nHost: a\r\n\r\n":
            client.sendall(bytes([byte]))
        assert answer(client)[2] == b"hello"


def test_that_what_follows_a_refused_request_is_not_answered(server, app):
    app.environs.clear()
    with connect(server) as client:
        client.sendall(b"GET /hello\r\n\r\nGET /hello HTTP/1.1\r\nHost: a\r\n\r\n")
        client.settimeout(WAIT)
        data, _ = until_closed(client)
    assert data.count(b"HTTP/1.") == 1
    assert app.environs == []
