"""The bytes and the headers, asked of a live server."""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import pytest
from support.processes import wait_until

from desktop_share.core.items import NEVER_KEEP, CachePolicy, Disposition

CONTENT = bytes(range(256)) * 40


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "numbers.bin"
    path.write_bytes(CONTENT)
    return path


def test_that_a_file_arrives_whole_with_the_headers_of_the_contract(live, file):
    item = live.share(file)
    reply = live.get(item)
    assert reply.status == 200
    assert reply.body == CONTENT
    assert reply["Content-Length"] == str(len(CONTENT))
    assert reply["Content-Type"] == "application/octet-stream"
    assert reply["Content-Disposition"] == 'attachment; filename="numbers.bin"'
    assert reply["ETag"].startswith('"')
    assert reply["Last-Modified"] == formatdate(int(file.stat().st_mtime), usegmt=True)
    assert reply["Accept-Ranges"] == "bytes"
    assert reply["X-Content-Type-Options"] == "nosniff"
    assert reply["Referrer-Policy"] == "no-referrer"
    assert reply["Cache-Control"] == "private, no-cache"
    assert reply["Content-Encoding"] is None
    assert reply["Server"] is None


def test_that_head_says_what_get_would_send(live, file):
    item = live.share(file)
    get, head = live.get(item), live.get(item, "HEAD")
    assert head.status == 200
    assert head.body == b""
    differing = {"Date"}
    assert {k: v for k, v in head.headers.items() if k not in differing} == {
        k: v for k, v in get.headers.items() if k not in differing
    }


def test_that_every_header_stands_there_once(live, file):
    names = [name.lower() for name in live.get(live.share(file)).headers.keys()]  # noqa: SIM118  duplicates count
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("wanted", "status", "start", "stop"),
    [
        ("bytes=0-99", 206, 0, 100),
        ("bytes=10000-", 206, 10000, len(CONTENT)),
        ("bytes=-240", 206, len(CONTENT) - 240, len(CONTENT)),
        ("bytes=0-", 206, 0, len(CONTENT)),
    ],
)
def test_that_a_range_gets_its_part(live, file, wanted, status, start, stop):
    reply = live.get(live.share(file), Range=wanted)
    assert reply.status == status
    assert reply.body == CONTENT[start:stop]
    assert reply["Content-Length"] == str(stop - start)
    assert reply["Content-Range"] == f"bytes {start}-{stop - 1}/{len(CONTENT)}"


def test_that_several_ranges_come_as_multipart(live, file):
    reply = live.get(live.share(file), Range="bytes=0-9,100-109")
    assert reply.status == 206
    assert reply["Content-Type"].startswith("multipart/byteranges; boundary=")
    assert reply["Content-Length"] == str(len(reply.body))
    assert CONTENT[0:10] in reply.body
    assert CONTENT[100:110] in reply.body
    assert reply.body.count(b"Content-Range: bytes") == 2


def test_that_an_unsatisfiable_range_is_told_the_length(live, file):
    reply = live.get(live.share(file), Range=f"bytes={len(CONTENT)}-")
    assert reply.status == 416
    assert reply["Content-Range"] == f"bytes */{len(CONTENT)}"


def test_that_a_validator_that_still_holds_gets_304_without_content(live, file):
    item = live.share(file)
    first = live.get(item)
    again = live.get(item, If_None_Match=first["ETag"])
    assert again.status == 304
    assert again.body == b""
    assert again["ETag"] == first["ETag"]
    assert again["Content-Disposition"] is None or again["Content-Length"] is None


def test_that_a_resume_of_a_changed_file_is_refused_or_starts_over(live, file):
    item = live.share(file)
    old = live.get(item)["ETag"]
    file.write_bytes(b"x" * len(CONTENT))
    assert live.get(item, If_Match=old, Range="bytes=100-").status == 412
    over = live.get(item, If_Range=old, Range="bytes=100-")
    assert (over.status, over.body) == (200, b"x" * len(CONTENT))


@pytest.mark.parametrize("suffix", ["", "/", "/numbers.bin", "/another%20name.txt", "/a/b/c", "/%2e%2e/%2e%2e"])
def test_that_the_token_decides_and_the_name_does_not(live, file, suffix):
    item = live.share(file)
    assert live.ask(f"/d/{item.link.token}{suffix}").body == CONTENT


def test_that_the_owner_chooses_disposition_name_and_type(live, file):
    item = live.share(file, lambda each: replace(each, media_type="image/png").renamed("Sommer 日本 🌻.png"))
    live.share_list.update([item.id], lambda each: each.with_disposition(Disposition.INLINE))
    reply = live.get(item)
    assert reply["Content-Type"] == "image/png"
    assert reply["Content-Disposition"].startswith('inline; filename="Sommer')
    assert "filename*=UTF-8''Sommer%20%E6%97%A5%E6%9C%AC%20%F0%9F%8C%BB.png" in reply["Content-Disposition"]


@pytest.mark.parametrize(("cache", "value"), [(NEVER_KEEP, "no-store"), (CachePolicy(3600), "private, max-age=3600")])
def test_that_the_cache_policy_is_the_same_on_every_answer(live, file, cache, value):
    item = live.share(file, lambda each: replace(each, cache=cache))
    whole = live.get(item)
    part, again = live.get(item, Range="bytes=1-9"), live.get(item, If_None_Match=whole["ETag"])
    assert [reply.status for reply in (whole, part, again)] == [200, 206, 304]
    assert {reply["Cache-Control"] for reply in (whole, part, again)} == {value}


@pytest.mark.parametrize(
    ("query", "disposition"),
    [
        ("?as=inline", "inline"),
        ("?as=attachment", "attachment"),
        *((each, "attachment") for each in ("?as=", "?as=INLINE", "?as=inline%0d%0aX:y", "?as=x&as=inline", "?inline")),
    ],
)
def test_that_the_recipient_may_ask_for_the_other_disposition_and_for_nothing_else(live, tmp_path, query, disposition):
    path = tmp_path / "page.html"
    path.write_bytes(b"<p>hello")
    item = live.share(path)
    reply = live.ask(f"/d/{item.link.token}/page.html{query}")
    assert reply["Content-Disposition"] == f'{disposition}; filename="page.html"'
    assert reply["Content-Security-Policy"].startswith("sandbox;")
    assert live.share_list.get(item.id).disposition is Disposition.ATTACHMENT


def test_that_a_compressed_file_stays_as_it_is(live, tmp_path):
    path = tmp_path / "backup.tar.gz"
    path.write_bytes(b"\x1f\x8b" + b"0" * 100)
    item = live.share(path, lambda each: each.with_disposition(Disposition.INLINE))
    reply = live.get(item, Accept_Encoding="gzip")
    assert reply["Content-Encoding"] is None
    assert reply["Content-Type"] == "application/gzip"
    assert reply.body == path.read_bytes()


def test_that_an_empty_file_is_a_file(live, tmp_path):
    path = tmp_path / "empty.txt"
    path.touch()
    reply = live.get(live.share(path))
    assert (reply.status, reply.body, reply["Content-Length"]) == (200, b"", "0")


@pytest.mark.skipif(sys.platform == "win32", reason="NTFS makes files sparse only when asked")
def test_that_a_huge_sparse_file_answers_at_once(live, tmp_path):
    path = tmp_path / "huge.img"
    size = 100_000_000_000
    with path.open("wb") as stream:
        stream.truncate(size)
    item = live.share(path)
    assert live.get(item, "HEAD")["Content-Length"] == str(size)
    tail = live.get(item, Range="bytes=-5")
    assert (tail.status, tail.body) == (206, bytes(5))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has names that are no text")
def test_that_a_name_that_is_no_text_is_served(live, tmp_path):
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt"))
    path.write_bytes(b"hello")
    reply = live.get(live.share(path))
    assert reply.body == b"hello"
    assert reply["Content-Disposition"].startswith('attachment; filename="caf')


def test_that_a_file_that_is_gone_is_told_to_both_sides_and_comes_back(live, file):
    item = live.share(file)
    hidden = file.rename(file.with_name("elsewhere"))
    reply = live.get(item, Accept="text/html")
    assert reply.status == 404
    assert "missing" in reply.body.decode()
    assert str(file.parent) not in reply.body.decode()
    # whoever looked at the file before it went may tell so later, and looks again
    wait_until(lambda: kind_of_problem(live, item) == "file-gone", "the owner to be told")
    hidden.rename(file)
    assert live.get(item).body == CONTENT
    wait_until(lambda: kind_of_problem(live, item) is None, "the owner to be told that it is back")


def kind_of_problem(live, item):
    problem = live.share_list.problem(item.id)
    return problem and problem.kind


def _folder(path: Path) -> None:
    path.mkdir()


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


@pytest.mark.parametrize("replace_by", [_folder] if sys.platform == "win32" else [_folder, _fifo, _socket])
def test_that_a_file_replaced_by_something_else_gives_no_bytes(live, file, replace_by, monkeypatch):
    item = live.share(file)
    file.unlink()
    monkeypatch.chdir(file.parent)  # a socket's path is bounded
    replace_by(Path(file.name))
    reply = live.get(item)
    assert reply.status == 404
    wait_until(lambda: kind_of_problem(live, item) is not None, "the owner to be told")


def test_that_every_wrong_token_gets_the_same_page(live, file):
    item = live.share(file)
    removed = live.share_list.remove([item.id]).items[0]
    targets = [
        "/d/x",
        "/d/" + "A" * 22,
        "/d/" + "é" * 8,
        "/d/%00",
        "/d/%ff%fe",
        f"/d/{removed.link.token}",
        "/d/" + "z" * 3000,
    ]
    replies = [live.ask(target.encode().decode("latin-1") if target.isascii() else "/d/%C3%A9") for target in targets]
    assert {reply.status for reply in replies} == {404}
    assert len({reply.body for reply in replies}) == 1
    assert len({tuple(sorted((k, v) for k, v in r.headers.items() if k != "Date")) for r in replies}) == 1


def test_that_the_front_page_reveals_nothing(live, file):
    item = live.share(file)
    for accept in ("text/html", "*/*"):
        page = live.ask("/", headers={"Accept": accept})
        assert page.status == 200
        for secret in (item.link.token, "numbers", item.id, socket.gethostname()):
            assert secret not in page.body.decode()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"])
def test_that_other_methods_are_refused(live, file, method):
    reply = live.get(live.share(file), method)
    assert reply.status in (405, 501)
    assert CONTENT not in reply.body


@pytest.mark.parametrize(
    "target",
    [
        "/d",
        "/d/",
        "/d//",
        "/%",
        "/%zz",
        "/d/%",
        "/..",
        "/../../etc/passwd",
        "/%2e%2e/etc/passwd",
        "/\\",
        "//",
        "/?a=%",
    ],
)
def test_that_a_malformed_address_is_answered_plainly(live, target):
    reply = live.ask(target)
    assert reply.status in (200, 400, 404)
    assert b"Traceback" not in reply.body


def test_that_pause_answers_no_request_with_bytes(live, file):
    item = live.share(file)
    live.paused = True
    reply = live.get(item)
    assert reply.status == 503
    assert reply["Retry-After"] == "60"
    assert CONTENT not in reply.body
    live.paused = False
    assert live.get(item).body == CONTENT


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.255.255.1"])
def test_that_a_foreign_host_is_misdirected(live, file, host):
    reply = live.get(live.share(file), Host=f"{host}:{live.port}")
    assert reply.status == 421
    assert CONTENT not in reply.body


def test_that_a_mistake_of_ours_is_logged_and_not_shown(live, file, monkeypatch, expected_logs):
    def fails(*_: object) -> None:
        raise RuntimeError("the secret inside")

    item = live.share(file)
    monkeypatch.setattr("desktop_share.server.ranges.decide", fails)
    with expected_logs("an answer failed", logger="desktop_share.server"):
        reply = live.get(item)
    assert reply.status == 500
    assert b"secret" not in reply.body


def test_that_a_person_gets_a_page_and_a_tool_a_line(live):
    person = live.ask("/d/nothing", headers={"Accept": "text/html,application/xhtml+xml"})
    tool = live.ask("/d/nothing", headers={"Accept": "*/*"})
    assert person["Content-Type"] == "text/html; charset=utf-8"
    assert person.body.startswith(b"<!doctype html>")
    assert tool["Content-Type"] == "text/plain; charset=utf-8"
    assert tool.body.count(b"\n") == 1
    assert person["Cache-Control"] == "no-store"
    assert "default-src 'none'" in person["Content-Security-Policy"]
