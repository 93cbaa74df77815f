"""A client that throws bytes away as cheaply as the system can, so that it is not what is measured.

    python sink.py PORT '{"mode": "many", "path": "/x", "ranges": [[0, 99], null]}'

prints one JSON object. Modes: `many` (one connection for each entry of `ranges`, side by side; null: the whole file),
`sequence` (`paths` one after another on one connection), `slow` (`count` connections that take 4 KB a second each,
while `probe` is fetched again and again on new ones), `whole` (`path` up to the end of the connection, whether or not
its length is told).
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from typing import Any

CHUNK = 256 << 10
TRUNC = getattr(socket, "MSG_TRUNC", 0) if sys.platform == "linux" else 0


def request(path: str, span: list[int] | None = None) -> bytes:
    extra = f"Range: bytes={span[0]}-{span[1]}\r\n" if span else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{extra}\r\n".encode()


def read_head(client: socket.socket) -> tuple[int, int]:
    """Status and how many bytes of the body are still to come."""
    data = b""
    while b"\r\n\r\n" not in data:
        chunk = client.recv(2048)
        if not chunk:
            raise ConnectionError("closed before the end of the head")
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
    return int(head.split()[1]), length - len(body)


def connect(port: int, receive_buffer: int | None = None) -> socket.socket:
    client = socket.socket()
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(60)
    client.connect(("127.0.0.1", port))
    return client


def drain(client: socket.socket, left: int, buffer: bytearray) -> None:
    while left > 0:
        count = client.recv_into(buffer, min(left, CHUNK), TRUNC)
        if not count:
            raise ConnectionError(f"closed with {left} bytes to come")
        left -= count


def many(port: int, path: str, ranges: list[list[int] | None]) -> dict[str, Any]:
    buffer = bytearray(CHUNK)
    begun = time.perf_counter()
    clients = [connect(port) for _ in ranges]
    for client, span in zip(clients, ranges, strict=True):
        client.sendall(request(path, span))
    total = 0
    with selectors.DefaultSelector() as selector:
        for client, span in zip(clients, ranges, strict=True):
            status, left = read_head(client)
            if status != (206 if span else 200):
                raise ConnectionError(f"status {status}")
            client.setblocking(False)
            selector.register(client, selectors.EVENT_READ, [left])
            total += left
        while selector.get_map():
            for key, _ in selector.select(60):
                try:
                    count = key.fileobj.recv_into(buffer, min(key.data[0], CHUNK), TRUNC)  # type: ignore[union-attr]
                except BlockingIOError:
                    continue
                key.data[0] -= count
                if not count and key.data[0]:
                    raise ConnectionError(f"closed with {key.data[0]} bytes to come")
                if not key.data[0]:
                    selector.unregister(key.fileobj)
    for client in clients:
        client.close()
    return {"bytes": total, "seconds": time.perf_counter() - begun}


SEQUENCE_SECONDS = 10.0  # who answers each request with 40 ms of delayed acknowledgements shows it by then


def sequence(port: int, paths: list[str]) -> dict[str, Any]:
    buffer = bytearray(CHUNK)
    begun = time.perf_counter()
    total = 0
    with connect(port) as client:
        for path in paths:
            client.sendall(request(path))
            _, left = read_head(client)
            drain(client, left, buffer)
            total += 1
            if time.perf_counter() - begun > SEQUENCE_SECONDS:
                break
    return {"bytes": total, "seconds": time.perf_counter() - begun}


def whole(port: int, path: str) -> dict[str, Any]:
    buffer = bytearray(CHUNK)
    begun = time.perf_counter()
    total = 0
    with connect(port) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        first = client.recv(CHUNK)
        if first.split(b" ", 2)[1:2] != [b"200"]:
            raise ConnectionError(f"answered {first[:40]!r}")
        while count := client.recv_into(buffer, CHUNK, TRUNC):
            total += count
    return {"bytes": total + len(first), "seconds": time.perf_counter() - begun}


def slow(port: int, path: str, probe: str, count: int, size: int) -> dict[str, Any]:
    buffer = bytearray(CHUNK)
    clients = []
    refused = 0
    for number in range(count):
        try:
            client = connect(port, 4096)
            start = number * (size // count)
            client.sendall(request(path, [start, size - 1]))
            client.settimeout(2)
            client.recv_into(buffer, 10)
            client.setblocking(False)
            clients.append(client)
        except OSError:
            refused += 1
            if refused > 20:
                break
    latencies = []
    for _ in range(50):
        for client in clients:
            try:
                client.recv_into(buffer, 400)
            except OSError:
                continue
        begun = time.perf_counter()
        try:
            with connect(port) as another:
                another.settimeout(5)
                another.sendall(request(probe))
                _, left = read_head(another)
                drain(another, left, buffer)
            latencies.append(time.perf_counter() - begun)
        except OSError:
            latencies.append(5.0)
            if latencies[-3:] == [5.0] * 3:
                break
    latencies.sort()
    middle, last = latencies[len(latencies) // 2], latencies[-1]
    for client in clients:
        client.close()
    return {"held": len(clients), "median": middle, "worst": last}


if __name__ == "__main__":
    arguments = json.loads(sys.argv[2])
    mode = {"many": many, "sequence": sequence, "slow": slow, "whole": whole}[arguments.pop("mode")]
    print(json.dumps(mode(int(sys.argv[1]), **arguments)))
