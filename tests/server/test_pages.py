"""The item's page: what a person sees before the bytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from support.live import LiveServer

from desktop_share.core.items import Disposition, SharedItem


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
    assert ">Download</a>" in page
    assert "<script" not in page
    assert str(tmp_path) not in page
    assert item.source.own_name not in page


def test_that_the_button_says_what_the_owner_chose(live: LiveServer, item: SharedItem) -> None:
    live.share_list.update([item.id], lambda each: each.with_disposition(Disposition.INLINE))
    assert ">Open</a>" in _page(live, item)


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
