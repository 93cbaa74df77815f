"""The tables of preconditions and ranges again, asked of a live server for every kind of item."""

from __future__ import annotations

import os
import re
import socket
import types
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from range_cases import (
    DATES,
    ETAG,
    IF_MATCH,
    IF_NONE_MATCH,
    IF_RANGE,
    IN_ORDER,
    LENGTH,
    MODIFIED,
    NOW,
    RANGES,
    STRONG,
    WHOLE,
    part,
)
from serving import answer
from support.live import LiveServer

from desktop_share.core.items import SharedItem
from desktop_share.core.sources import file_source
from desktop_share.server.ranges import MAX_PARTS, Answer

CONTENT = bytes(n * 7 % 251 for n in range(LENGTH))


def a_file(folder: Path, content: bytes) -> SharedItem:
    path = folder / "numbers.bin"
    path.write_bytes(content)
    os.utime(path, (MODIFIED, MODIFIED))
    return SharedItem(file_source(path), 0.0)


KINDS: dict[str, Callable[[Path, bytes], SharedItem]] = {"file": a_file}


class Asked:
    """An item of LENGTH bytes, changed at MODIFIED, behind a server whose clock stands."""

    def __init__(self, live: LiveServer, item: SharedItem, monkeypatch: pytest.MonkeyPatch) -> None:
        self._live = live
        self._item = live.share_list.add([item]).items[0]
        self._monkeypatch = monkeypatch
        representation = item.source.representation()
        representation.close()
        assert representation.etag is not None
        self._tag = representation.etag.strip('"')

    def _own(self, field: str) -> bytes:
        """The tables' tag in the field, by this item's; its pieces and variants likewise."""
        tag = ETAG.strip('"')
        return field.replace(tag, self._tag).replace(tag.upper(), self._tag.upper()).encode("utf-8")

    def __call__(self, method: str, fields: Mapping[str, str], now: float = NOW) -> tuple[int, dict[str, str], bytes]:
        self._monkeypatch.setattr("desktop_share.server.delivering.time", types.SimpleNamespace(time=lambda: now))
        lines = [f"{method} /d/{self._item.link.token} HTTP/1.1\r\nHost: 127.0.0.1:{self._live.port}".encode()]
        lines += [name.replace("_", "-").encode() + b": " + self._own(value) for name, value in fields.items()]
        with socket.create_connection(("127.0.0.1", self._live.port), 20) as client:
            client.sendall(b"\r\n".join(lines) + b"\r\nConnection: close\r\n\r\n")
            if method == "GET":
                return answer(client)
            data = b"".join(iter(lambda: client.recv(65536), b""))
            head, _, body = data.partition(b"\r\n\r\n")
            return int(head.split()[1]), {}, body


@pytest.fixture(params=KINDS)
def asked(live: LiveServer, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Asked:
    return Asked(live, KINDS[request.param](tmp_path, CONTENT), monkeypatch)


def gives(reply: tuple[int, dict[str, str], bytes], expected: Answer) -> bool:
    """Whether the status, the bytes and what says which they are, are those of the answer."""
    status, fields, body = reply
    assert status == expected.status
    match len(expected.parts), status:
        case 0, 416:
            assert (fields["content-range"], body) == (f"bytes */{LENGTH}", b"")
        case 0, _:
            assert body == b""
        case 1, 200:
            assert (body, "content-range" in fields) == (CONTENT, False)
        case 1, _:
            assert (body, fields["content-range"]) == _slice(expected.parts[0])
        case _:
            boundary = fields["content-type"].partition("boundary=")[2].encode()
            first, *parts, last = re.split(rb"(?:\r\n)?--" + boundary, body)
            assert (first, last) == (b"", b"--\r\n")
            got = [part.partition(b"\r\n\r\n") for part in parts]
            wanted = [_slice(each) for each in expected.parts]
            assert [content for _, _, content in got] == [content for content, _ in wanted]
            assert [re.search(rb"Content-Range: ([^\r]*)", head)[1].decode() for head, _, _ in got] == [
                named for _, named in wanted
            ]
    return True


def _slice(part):
    return CONTENT[part.start : part.stop], f"bytes {part.start}-{part.stop - 1}/{LENGTH}"


def of_files(table, validators: int):
    """The rows for a representation with a strong tag and a date, as every kind of item has them."""
    return [row for row in table if row[validators] == STRONG]


@pytest.mark.parametrize(("section", "validators", "field", "status"), of_files(IF_MATCH, 1))
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_that_if_match_holds_over_http(asked, method, section, validators, field, status):
    assert asked(method, {"If-Match": field})[0] == status


@pytest.mark.parametrize(("section", "validators", "field", "status"), of_files(IF_NONE_MATCH, 1))
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_that_if_none_match_holds_over_http(asked, method, section, validators, field, status):
    assert asked(method, {"If-None-Match": field})[0] == status


@pytest.mark.parametrize(("section", "field", "date", "validators", "status"), of_files(DATES, 3))
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_that_dates_hold_over_http(asked, method, section, field, date, validators, status):
    assert asked(method, {field: date})[0] == status


@pytest.mark.parametrize(("section", "fields", "expected"), IN_ORDER)
def test_that_preconditions_come_in_order_over_http(asked, section, fields, expected):
    assert gives(asked("GET", fields), expected)


@pytest.mark.parametrize(("section", "validators", "field", "now", "holds"), of_files(IF_RANGE, 1))
def test_that_if_range_holds_over_http(asked, section, validators, field, now, holds):
    assert gives(asked("GET", {"If-Range": field, "Range": "bytes=500-"}, now), part(500, 1000) if holds else WHOLE)


@pytest.mark.parametrize(("section", "field", "expected"), RANGES)
def test_that_a_range_gives_its_bytes_over_http(asked, section, field, expected):
    assert gives(asked("GET", {"Range": field}), expected)


@pytest.mark.parametrize(("count", "status"), [(MAX_PARTS, 206), (MAX_PARTS + 1, 200)])
def test_that_parts_are_bounded_over_http(asked, count, status):
    bounds = [bound for n in range(count) for bound in (3 * n, 3 * n + 1)]
    field = "bytes=" + ",".join(f"{3 * n}-{3 * n}" for n in range(count))
    assert gives(asked("GET", {"Range": field}), part(*bounds) if status == 206 else WHOLE)


def test_that_range_is_ignored_on_head_and_in_two_lines_over_http(asked):
    assert asked("HEAD", {"Range": "bytes=5000-"}) == (200, {}, b"")
    assert gives(asked("GET", {"Range": "bytes=0-9", "range": "bytes=0-9"}), WHOLE)
