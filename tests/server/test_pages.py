"""The item's page: what a person sees before the bytes."""

from __future__ import annotations

import hashlib
import html
import re
from pathlib import Path

import pytest
from support.live import LiveServer

from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.live import LiveStream
from desktop_share.core.sources import LiveSource


@pytest.fixture
def item(live: LiveServer, tmp_path: Path) -> SharedItem:
    path = tmp_path / "a <b> & c.txt"
    path.write_bytes(b"hello")
    return live.share(path, lambda each: each.renamed("Plan 'A' & “B”.txt"))


def _page(live: LiveServer, item: SharedItem) -> str:
    reply = live.ask(f"/s/{item.link.token}", headers={"Accept": "text/html"})
    assert reply.status == 200
    assert reply["Content-Type"] == "text/html; charset=utf-8"
    assert reply["Cache-Control"] == "no-store"
    assert "script-src 'self'" in reply["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in reply["Content-Security-Policy"]
    return reply.body.decode()


def test_that_it_shows_name_and_size_and_one_button(live: LiveServer, item: SharedItem, tmp_path: Path) -> None:
    page = _page(live, item)
    assert "<h1><bdi>Plan &#39;A&#39; &amp; “B”.txt</bdi></h1>" in page
    assert "5 B" in page
    assert f'href="/d/{item.link.token}/' in page
    assert "<script" not in page
    assert str(tmp_path) not in page
    assert item.source.own_name not in page


@pytest.mark.parametrize(
    ("disposition", "first", "other"),
    [(Disposition.ATTACHMENT, "Download", "Open"), (Disposition.INLINE, "Open", "Download")],
)
def test_that_the_button_is_what_the_owner_chose_and_the_other_choice_is_beside_it(
    live: LiveServer, item: SharedItem, disposition: Disposition, first: str, other: str
) -> None:
    live.share_list.update([item.id], lambda each: each.with_disposition(disposition))
    buttons = re.findall(r'<a class="(button.*?)" href="(.*?)">(.*?)</a>', _page(live, item))
    assert [(kind, text) for kind, _, text in buttons] == [("button", first), ("button other", other)]
    wanted = ["attachment", "inline"] if first == "Download" else ["inline", "attachment"]
    for (_, address, _), disposed in zip(buttons, wanted, strict=True):
        assert (live.ask(html.unescape(address))["Content-Disposition"] or "").startswith(disposed)


def test_that_what_no_browser_shows_is_only_for_download(live: LiveServer, tmp_path: Path) -> None:
    (tmp_path / "setup.exe").write_bytes(b"MZ")
    page = _page(live, live.share(tmp_path / "setup.exe"))
    assert page.count('class="button') == 1
    assert ">Download</a>" in page


def test_that_a_pasted_text_has_a_page_like_a_file(live: LiveServer) -> None:
    source = live.opener.contents.put(b"hello", "Note.txt", "text/plain; charset=utf-8")
    item = live.share_list.add([SharedItem(source, 0.0)]).items[0]
    page = _page(live, item)
    assert "<bdi>Note.txt</bdi>" in page
    assert "5 B" in page
    assert "hello" not in page


def test_that_a_live_stream_has_a_page_without_a_size_and_is_let_go(
    live: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[bool] = []

    class Stream(LiveStream):
        def __init__(self) -> None:
            self.media_type = "text/plain"

        def close(self) -> None:
            closed.append(True)

    monkeypatch.setattr(live.opener.streams, "open", lambda _: Stream())
    (tmp_path / "log.txt").write_bytes(b"so far")
    item = live.share_list.add([SharedItem(LiveSource(tmp_path / "log.txt"), 0.0)]).items[0]
    page = _page(live, item)
    assert "Live: goes on while it grows" in page
    assert "6 B" not in page
    assert closed == [True]


def test_that_a_stream_that_has_ended_has_a_size(live: LiveServer, tmp_path: Path) -> None:
    source = LiveSource(tmp_path / "log.txt")
    (tmp_path / "log.txt").write_bytes(b"so far")
    item = live.share_list.add([SharedItem(source, 0.0)]).items[0]
    assert "Live" in _page(live, item)
    live.opener.streams.end(source)
    page = _page(live, item)
    assert "6 B" in page
    assert "Live" not in page
    live.opener.streams.resume(source)
    assert "Live" in _page(live, item)


def test_that_the_sha_256_is_there_once_it_is_known(live: LiveServer, item: SharedItem) -> None:
    expected = hashlib.sha256(b"hello").hexdigest()
    assert expected not in _page(live, item)
    live.get(item, Want_Repr_Digest="sha-256=5")
    assert expected in _page(live, item)


def test_that_it_counts_as_no_download(live: LiveServer, item: SharedItem) -> None:
    _page(live, item)
    assert live.transfers.snapshot() == ()


@pytest.mark.parametrize(("spoil", "status"), [("remove", 404), ("unlink", 404), ("pause", 503)])
def test_that_a_refusal_is_a_page_here_too(live: LiveServer, item: SharedItem, spoil: str, status: int) -> None:
    if spoil == "remove":
        live.share_list.remove([item.id])
    elif spoil == "unlink":
        item.source.path.unlink()
    else:
        live.paused = True
    reply = live.ask(f"/s/{item.link.token}", headers={"Accept": "text/html"})
    assert reply.status == status
    assert reply.body.startswith(b"<!doctype html>")
    assert item.download_name.encode() not in reply.body
