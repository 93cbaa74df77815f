"""The archive of a folder that nobody has looked through yet: who gets it at once, and who waits for its length."""

from __future__ import annotations

import http.client
import io
import os
import socket
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import pytest
from serving import wait_until
from support.live import LiveServer

from desktop_share.core import archive, tree_scan
from desktop_share.core.items import SharedItem
from desktop_share.core.sharing import link_path
from desktop_share.core.transfers import Transfer
from desktop_share.core.tree import Entry

WAIT = 20


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Until it is set, nobody gets to know what is in `slow`."""
    made = threading.Event()
    list_folder = os.scandir

    def scandir(path: Any) -> Any:
        if os.path.basename(os.fspath(path)) == "slow":
            assert made.wait(WAIT)
        return list_folder(path)

    monkeypatch.setattr(tree_scan.os, "scandir", scandir)
    yield made
    made.set()


@pytest.fixture
def album(live: LiveServer, gate: threading.Event, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SharedItem:
    monkeypatch.setattr(live.opener.indexes, "_patience", 0.0)
    monkeypatch.setattr(live.opener.indexes._work, "_look", lambda _: None)  # busy elsewhere
    for name, data in (("a.txt", b"hello"), ("slow/b.bin", bytes(1 << 20)), ("z.txt", b"bye")):
        path = tmp_path / "album" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return live.share(tmp_path / "album")


class Asked:
    """A request that was sent, and its answer when it comes."""

    def __init__(self, live: LiveServer, target: str, method: str = "GET", **headers: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=WAIT)
        self._connection.request(method, target, headers=headers)
        self._answer: http.client.HTTPResponse | None = None

    def answer(self) -> http.client.HTTPResponse:
        self._answer = self._connection.getresponse()
        return self._answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._answer is not None:
            self._answer.close()
        self._connection.close()


def test_that_it_begins_without_a_length_and_is_an_archive(live, album, gate):
    with Asked(live, link_path(album)) as asked:
        answer = asked.answer()
        assert answer.status == 200
        assert (answer.headers["Transfer-Encoding"], answer.headers["Content-Length"], answer.headers["ETag"]) == (
            "chunked",
            None,
            None,
        )
        assert (answer.headers["Content-Type"], answer.headers["Accept-Ranges"]) == ("application/zip", "none")
        begun = answer.read(60)
        assert b"album/" in begun
        assert not gate.is_set()
        gate.set()
        data = begun + answer.read()
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        assert made.testzip() is None
        assert made.namelist() == ["album/", "album/a.txt", "album/slow/", "album/slow/b.bin", "album/z.txt"]
    # The same bytes from now on, with a length, a version and parts
    after = live.get(album)
    assert (after.body, after["Content-Length"]) == (data, str(len(data)))
    assert after["ETag"]
    assert live.get(album, Range="bytes=5-9", If_Range=after["ETag"]).body == data[5:10]


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("HEAD", {}, 200),
        ("GET", {"Range": "bytes=0-9"}, 206),
        ("GET", {"If-None-Match": '"other"'}, 200),
        ("GET", {"If-Match": "*"}, 200),
    ],
)
def test_that_who_asks_for_a_part_or_a_version_waits_for_them(live, album, gate, method, headers, status):
    with Asked(live, link_path(album), method, **headers) as asked:
        gate.set()
        answer = asked.answer()
        assert answer.status == status
        assert answer.headers["Content-Length"]
        assert answer.headers["ETag"]


def test_that_a_client_of_http_1_0_waits_for_the_length(live, album, gate):
    with socket.create_connection(("127.0.0.1", live.port), timeout=WAIT) as client:
        client.sendall(f"GET {link_path(album)} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        gate.set()
        answer = http.client.HTTPResponse(client)
        answer.begin()
        assert answer.headers["Content-Length"] == str(len(answer.read()))


def test_that_nothing_is_put_behind_what_had_no_version(live, album, gate):
    with Asked(live, link_path(album), **{"User-Agent": "curl"}) as asked:
        assert asked.answer().read(10)
    gate.set()
    assert live.get(album, Range="bytes=10-", User_Agent="curl").status == 409
    assert live.get(album, Range="bytes=10-", User_Agent="another").status == 206


def test_that_a_file_that_changes_meanwhile_cuts_the_connection_and_is_named(live, album, gate, monkeypatch):
    told: list[Transfer] = []
    ended = threading.Event()

    def heard(transfer: Transfer) -> None:
        if transfer.reason:
            told.append(transfer)
            ended.set()

    live.transfers.changed.subscribe(heard)
    read = archive.open_entry

    def changed_before(entry: Entry) -> Any:
        os.utime(entry.path, (1, 1))
        return read(entry)

    monkeypatch.setattr(archive, "open_entry", changed_before)
    with Asked(live, link_path(album)) as asked:
        answer = asked.answer()
        gate.set()
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
    assert ended.wait(WAIT)
    assert "b.bin" in told[0].reason


def test_that_a_counted_download_is_counted_when_all_of_it_was_delivered(live, album, gate):
    live.share_list.update((album.id,), lambda item: item.with_link(replace(item.link, limit=1)))
    with Asked(live, link_path(album), "POST") as asked:
        answer = asked.answer()
        assert answer.status == 200
        assert answer.headers["Transfer-Encoding"] == "chunked"
        gate.set()
        with zipfile.ZipFile(io.BytesIO(answer.read())) as made:
            assert made.testzip() is None
    wait_until(lambda: live.share_list.get(album.id).links[0].used == 1)
    assert live.ask(link_path(album), "POST").status != 200
