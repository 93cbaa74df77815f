"""What the browser gets, as it is shown to the owner: the same as what comes, line by line."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.live import LiveServer
from support.tools import need

from desktop_share.core.addresses import HostAddress, Reach
from desktop_share.core.explanation import Explanation
from desktop_share.core.items import NEVER_KEEP, CachePolicy, Disposition, SharedItem
from desktop_share.server.explain import ACCEPT, curl_command, explain, notes, powershell_command
from desktop_share.server.field_meanings import meaning_of

HERE = HostAddress("127.0.0.1", "lo", Reach.LOOPBACK)
Edit = Callable[[SharedItem], SharedItem]


def _explained(live: LiveServer, item: SharedItem) -> Explanation:
    explanation = explain(item, HERE, live.port)
    assert explanation is not None
    return explanation


def _by_curl(live: LiveServer, item: SharedItem) -> list[str]:
    """The head of a GET as it comes, but for the Date."""
    command = [need("curl"), "-sS", "--http1.1", "-D", "-", "-o", os.devnull, "-H", f"Accept: {ACCEPT}", live.url(item)]
    head = subprocess.run(command, capture_output=True, check=True, timeout=30).stdout.decode("latin-1")
    return [line for line in head.splitlines() if line and not line.startswith("Date:")]


def _inline(item: SharedItem) -> SharedItem:
    return item.with_disposition(Disposition.INLINE)


@pytest.mark.parametrize("name", ["numbers.bin", "page.html", "Zoë.jpg", "notes.txt"])
@pytest.mark.parametrize(
    "edit",
    [
        lambda item: item,
        _inline,
        lambda item: replace(item, cache=NEVER_KEEP),
        lambda item: replace(item, cache=CachePolicy(3600)),
        lambda item: replace(_inline(item), media_type="image/svg+xml"),
    ],
)
def test_that_it_is_field_by_field_what_curl_gets(live: LiveServer, tmp_path: Path, name: str, edit: Edit) -> None:
    path = tmp_path / name
    path.write_bytes(b"0123456789")
    item = live.share(path, edit)
    lines = _explained(live, item).as_text().splitlines()
    assert [line for line in lines if not line.startswith("Date:")] == _by_curl(live, item)
    assert lines[0] == "HTTP/1.1 200 OK"


def test_that_the_hash_is_there_once_it_is_known(live: LiveServer, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    item = live.share(path)
    live.get(item, Want_Repr_Digest="sha-256=5")
    lines = _explained(live, item).as_text().splitlines()
    assert any(line.startswith("Repr-Digest: sha-256=:") for line in lines)
    assert [line for line in lines if not line.startswith("Date:")] == _by_curl(live, item)


@pytest.mark.parametrize("spoil", ["pause", "unlink", "remove"])
def test_that_a_refusal_is_explained_as_it_is(live: LiveServer, tmp_path: Path, spoil: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    item = live.share(path)
    if spoil == "pause":
        live.paused = True
    elif spoil == "unlink":
        path.unlink()
    else:
        live.share_list.remove([item.id])
    explanation = _explained(live, item)
    lines = explanation.as_text().splitlines()
    assert [line for line in lines if not line.startswith("Date:")] == _by_curl(live, item)
    assert lines[0].startswith("HTTP/1.1 503 " if spoil == "pause" else "HTTP/1.1 404 ")
    assert [note.kind for note in explanation.notes] == ["explain-refused"]


def test_that_no_transfer_comes_of_it_and_no_resume_is_refused_for_it(live: LiveServer, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    item = live.share(path)
    _explained(live, item)
    assert live.transfers.snapshot() == ()
    path.write_bytes(b"another")
    assert live.get(item, Range="bytes=2-").status == 206


def test_that_nothing_is_explained_where_nothing_answers(live: LiveServer, tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    item = live.share(tmp_path / "a.txt")
    live.thread.stop()
    assert explain(item, HERE, live.thread.port) is None


def test_that_each_field_has_a_sentence_and_each_template_is_filled(live: LiveServer, tmp_path: Path) -> None:
    (tmp_path / "a {b}.html").write_bytes(b"<p>")
    explanation = _explained(live, live.share(tmp_path / "a {b}.html", _inline))
    for field in explanation.fields:
        assert field.meaning.what_text(), field.name
        assert "{" not in field.meaning.what_text()
    for note in explanation.notes:
        assert note.what_text()


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("Content-Disposition", 'attachment; filename="a"', "open some types all the same"),
        ("content-disposition", 'inline; filename="a"', "show it rather than"),
        ("Content-Type", "image/png", "What it is"),
        ("Content-Type", "application/octet-stream", "no more than that these are bytes"),
        ("Content-Length", "2900000", "2.9 MB"),
        ("Content-Length", "many", "many"),
        ("Cache-Control", "no-store", "no copy"),
        ("Cache-Control", "private, no-cache", "asks every time"),
        ("Cache-Control", "private, max-age=3600", "1 h"),
        ("Accept-Ranges", "bytes", "goes on"),
        ("Accept-Ranges", "none", "begins anew"),
        ("Content-Security-Policy", "sandbox; default-src 'none'", "no script"),
        ("Content-Security-Policy", "frame-ancestors 'self'", "Other sites"),
        ("Retry-After", "60", "1 min"),
        ("Transfer-Encoding", "chunked", "nobody knows its length"),
        ("X-Unheard-Of", "{x}", ""),
    ],
)
def test_that_a_field_means(name: str, value: str, meant: str) -> None:
    text = meaning_of(name, value).what_text()
    assert meant in text
    assert bool(text) is bool(meant)


@pytest.mark.parametrize(
    ("name", "disposition", "media_type", "kinds"),
    [
        ("numbers.bin", "attachment", "application/octet-stream", []),
        ("a.zip", "attachment", "application/zip", []),
        ("a.pdf", "attachment", "application/pdf", ["opened-anyway"]),
        ("a.jpg", "attachment", "image/jpeg", ["opened-anyway"]),
        ("a.jpg", "inline", "image/jpeg", []),
        ("a.html", "inline", "text/html; charset=utf-8", ["sandboxed"]),
        ("a.svg", "inline", "image/svg+xml", ["sandboxed"]),
        ("a.html", "attachment", "text/html", []),
        ("a.zip", "inline", "application/zip", ["not-shown"]),
        ("a.csv", "inline", "text/csv; charset=utf-8", ["not-shown"]),
        ("a.eml", "inline", "message/rfc822", ["not-shown"]),
        ("a.py", "inline", "text/x-python", []),
        ("Holiday.url", "attachment", "application/x-mswinurl", ["name-windows"]),
        ("README", "attachment", "application/zip", ["name-ending"]),
        ("README", "attachment", "application/octet-stream", []),
        ("a" * 220 + ".bin", "attachment", "application/octet-stream", ["name-long"]),
        ("family 👨‍👩‍👧.zip", "attachment", "application/zip", ["name-chromium"]),
        ("Zoë.bin", "attachment", "application/octet-stream", ["plain-name"]),
    ],
)
def test_that_notes_say_what_no_field_says(name: str, disposition: str, media_type: str, kinds: list[str]) -> None:
    plain = name.replace("ë", "e")
    fields = {"Content-Type": media_type, "Content-Disposition": f'{disposition}; filename="{plain}"'}
    found = notes(name, 200, fields)
    assert [note.kind for note in found] == [f"explain-{kind}" for kind in kinds]
    assert all(note.what_text() for note in found)


@pytest.mark.parametrize("name", ["plain.txt", "it's $(x) `y` & z.txt", "Zoë's “日本”.txt", "-rf.txt"])
def test_that_the_curl_command_saves_the_item_under_its_name(live: LiveServer, tmp_path: Path, name: str) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(b"hello")
    item = live.share(path, lambda each: each.renamed(name))
    into = tmp_path / "into"
    into.mkdir()
    command = _explained(live, item).curl
    assert shlex.split(command)[0] == "curl"
    environment = {**os.environ, "HOME": str(into), "LC_ALL": "C.UTF-8"}
    subprocess.run(["sh", "-c", f"{command} -sS"], cwd=into, env=environment, check=True, timeout=30)
    assert [(each.name, each.read_bytes()) for each in into.iterdir()] == [(name, b"hello")]


def test_that_the_commands_are_quoted_for_their_shells() -> None:
    link = "http://[fe80::1]:8765/d/t/a%20b"
    assert curl_command(link, "a b") == f"curl -f -OJ '{link}'"
    assert curl_command(link, "ä'b") == f"curl -f -o 'ä'\\''b' '{link}'"
    assert powershell_command(link, "it's ‘$x’ “y”") == (
        f"Invoke-WebRequest -Uri '{link}' -OutFile 'it''s ‘‘$x’’ “y”' -UseBasicParsing"
    )
