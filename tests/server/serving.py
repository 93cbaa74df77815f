"""What the engine's tests share: a small WSGI application, deliveries that remember, raw clients."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from desktop_share.core.representation import MemorySegment
from desktop_share.core.sources import FileSource
from desktop_share.server.bodies import SegmentBody
from desktop_share.server.thread import ServerThread

WAIT = 20.0


class Recorder:
    """A delivery that remembers what it was told."""

    transfer_id = "transfer"

    def __init__(self) -> None:
        self.spans: list[tuple[int, int]] = []
        self.reasons: list[str] = []
        self.ended = threading.Event()

    def progress(self, start: int, stop: int) -> None:
        self.spans.append((start, stop))

    def end(self, reason: str = "") -> None:
        self.reasons.append(reason)
        self.ended.set()

    def reason(self) -> str:
        assert self.ended.wait(WAIT), "the delivery did not end"
        return self.reasons[0]


@dataclass
class App:
    """Serves what is in `folder`, `/NAME?start=&stop=`, and what is in `routes`, by path."""

    folder: Path
    routes: dict[str, Callable[[dict[str, Any], Any], Any]] = field(default_factory=dict)
    deliveries: list[Recorder] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    environs: list[dict[str, Any]] = field(default_factory=list)
    unchanged: Callable[[], bool] | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self.environs.append(environ)
        path = environ["PATH_INFO"].lstrip("/")
        if path in self.routes:
            return self.routes[path](environ, start_response)
        representation = FileSource(self.folder / path).representation()
        query = parse_qs(environ["QUERY_STRING"])
        start = int(query.get("start", ["0"])[0])
        stop = int(query.get("stop", [str(representation.length)])[0])
        pieces = []
        at = start
        for segment in representation.slice(start, stop):
            pieces.append((segment, at))
            at += segment.length

        def close() -> None:
            self.closed.append(path)
            representation.close()

        return self.respond(start_response, pieces, close, self.unchanged or representation.unchanged)

    def respond(
        self,
        start_response: Any,
        pieces: Any,
        close: Callable[[], None],
        unchanged: Callable[[], bool] = lambda: True,
        *,
        length: int | None = -1,
    ) -> SegmentBody:
        """`length`: -1 for what a list of pieces adds up to."""
        delivery = Recorder()
        self.deliveries.append(delivery)
        length = sum(segment.length for segment, _ in pieces) if length == -1 else length
        fields = [] if length is None else [("Content-Length", str(length))]
        start_response("200 OK", [("Content-Type", "application/octet-stream"), *fields])
        return SegmentBody(pieces, length=length, close=close, unchanged=unchanged, delivery=delivery)


def memory(data: bytes, position: int | None = None) -> tuple[MemorySegment, int | None]:
    return MemorySegment(data), position


def hello(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "5")])
    return [b"hello"]


def connect(server: ServerThread, *, receive_buffer: int | None = None) -> socket.socket:
    client = socket.socket()
    if receive_buffer is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(WAIT)
    client.connect(("127.0.0.1", server.port))
    return client


def ask(client: socket.socket, path: str, *lines: str, method: str = "GET", version: str = "1.1") -> None:
    head = "".join(f"{line}\r\n" for line in (f"{method} {path} HTTP/{version}", "Host: a", *lines))
    client.sendall(f"{head}\r\n".encode())


def until_closed(client: socket.socket) -> tuple[bytes, bool]:
    """Everything that still comes, and whether the connection ended with a reset."""
    data = bytearray()
    try:
        while chunk := client.recv(1 << 16):
            data += chunk
    except ConnectionResetError:
        return bytes(data), True
    return bytes(data), False


def answer(client: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Status, fields and body of one response with a Content-Length."""
    data = bytearray()
    while b"\r\n\r\n" not in data:
        chunk = client.recv(1)
        assert chunk, f"closed after {bytes(data)!r}"
        data += chunk
    first, *lines = data[:-4].decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = bytearray()
    length = int(fields.get("content-length", "0"))
    while len(body) < length:
        chunk = client.recv(min(1 << 20, length - len(body)))
        assert chunk, f"closed after {len(body)} of {length} bytes"
        body += chunk
    return int(first.split()[1]), fields, bytes(body)


def wait_until(condition: Callable[[], bool]) -> None:
    """Look again and again, without a busy loop. Fails after WAIT seconds."""
    pause = threading.Event()
    for _ in range(int(WAIT / 0.005)):
        if condition():
            return
        pause.wait(0.005)
    raise AssertionError("what was waited for did not happen")
