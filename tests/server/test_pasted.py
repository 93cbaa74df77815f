"""What was pasted, as a recipient gets it: the same answers as a file's, from bytes that the program keeps itself."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.live import LiveServer

from desktop_share.core.items import SharedItem

TEXT = "Grüße\n日本 🌍\n".encode() * 100
PLAIN = "text/plain; charset=utf-8"


@pytest.fixture
def note(live: LiveServer) -> SharedItem:
    source = live.opener.contents.put(TEXT, "Note.txt", PLAIN)
    return live.share_list.add([SharedItem(source, 0.0)]).items[0]


def test_that_it_comes_whole_with_its_type_and_a_strong_etag(live: LiveServer, note: SharedItem) -> None:
    reply = live.get(note)
    assert (reply.status, reply.body, reply["Content-Type"]) == (200, TEXT, PLAIN)
    assert (reply["Accept-Ranges"], reply["Content-Length"]) == ("bytes", str(len(TEXT)))
    assert (reply["ETag"] or "").startswith('"')


@pytest.mark.parametrize(
    ("wanted", "start", "stop"),
    [
        ("0-0", 0, 1),
        ("3-8", 3, 9),
        ("100-", 100, len(TEXT)),
        ("-7", len(TEXT) - 7, len(TEXT)),
        ("5-99999", 5, len(TEXT)),
    ],
)
def test_that_a_part_is_these_bytes_and_no_others(
    live: LiveServer, note: SharedItem, wanted: str, start: int, stop: int
) -> None:
    reply = live.get(note, Range=f"bytes={wanted}", If_Range=live.get(note)["ETag"] or "")
    assert (reply.status, reply.body) == (206, TEXT[start:stop])
    assert reply["Content-Range"] == f"bytes {start}-{stop - 1}/{len(TEXT)}"


def test_that_there_is_no_part_behind_its_end(live: LiveServer, note: SharedItem) -> None:
    reply = live.get(note, Range=f"bytes={len(TEXT)}-")
    assert (reply.status, reply["Content-Range"]) == (416, f"bytes */{len(TEXT)}")


def test_that_a_copy_is_recognised_until_the_text_is_edited(live: LiveServer, note: SharedItem) -> None:
    etag = live.get(note)["ETag"] or ""
    assert live.get(note, If_None_Match=etag).status == 304
    edited = live.opener.contents.put(b"another text", "Note.txt", PLAIN)
    live.share_list.update([note.id], lambda item: replace(item, source=edited))
    reply = live.get(note, If_None_Match=etag)
    assert (reply.status, reply.body) == (200, b"another text")
    assert live.get(note, Range="bytes=3-", If_Range=etag).body == b"another text"
    assert live.get(note, Range="bytes=3-", If_Match=etag).status == 412
