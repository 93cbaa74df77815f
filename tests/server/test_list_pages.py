"""The page of a link to a list, over a live server."""

from __future__ import annotations

import html
import io
import re
import time
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.browser import Chromium
from support.live import LiveServer, Reply
from support.processes import wait_until

from desktop_share.core.approvals import Answer
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.links import ListLink, new_link
from desktop_share.core.sharing import list_path
from desktop_share.core.sources import FileSource, LiveSource

PAGE = {"Accept": "text/html"}


def share(live: LiveServer, tmp_path: Path, name: str, content: bytes = b"hello") -> SharedItem:
    path = tmp_path / name
    path.write_bytes(content)
    return live.share(path, lambda item: replace(item, size=len(content)))


def make_list(live: LiveServer, items: Sequence[SharedItem] | None, name: str = "", **link: Any) -> ListLink:
    ids = None if items is None else tuple(item.id for item in items)
    listed = ListLink(replace(new_link(time.time()), **link), name, ids)
    live.entrance.lists.update(lambda lists: (*lists, listed))
    return listed


def look(live: LiveServer, listed: ListLink, query: str = "", **headers: str) -> Reply:
    return live.ask(list_path(listed) + query, headers=PAGE | headers)


def page_of(live: LiveServer, listed: ListLink, query: str = "") -> str:
    reply = look(live, listed, query)
    assert reply.status == 200
    return reply.body.decode()


def names_in(page: str) -> list[str]:
    return [html.unescape(name) for name in re.findall(r'class="name" href="[^"]*"><bdi>(.*?)</bdi>', page)]


def addresses_in(page: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r'(?:href|action)="(/[dsfl]/.*?)"', page)]


def test_that_it_shows_what_the_owner_put_in_it_and_nothing_else(live: LiveServer, tmp_path: Path) -> None:
    first, _, third = (share(live, tmp_path, name) for name in ("a & b.txt", "secret.txt", "c.jpg"))
    listed = make_list(live, (third, first), "Photos & more")
    reply = look(live, listed)
    page = reply.body.decode()
    assert (reply.status, reply["Cache-Control"], reply["Refresh"]) == (200, "no-store", None)
    assert names_in(page) == ["c.jpg", "a & b.txt"]
    assert "<title>Photos &amp; more</title>" in page
    assert "2 items · 10 B" in page
    for hidden in ("secret", str(tmp_path), "<script", first.link.token, "style="):
        assert hidden not in page


def test_that_every_address_on_it_opens(live: LiveServer, tmp_path: Path) -> None:
    folder = tmp_path / "album"
    folder.mkdir()
    (folder / "one.txt").write_bytes(b"1")
    shown = live.share(tmp_path / "album")
    items = [share(live, tmp_path, "a.jpg"), share(live, tmp_path, "b.bin"), shown]
    live.share_list.update([items[1].id], lambda item: item.with_disposition(Disposition.INLINE))
    listed = make_list(live, items)
    addresses = addresses_in(page_of(live, listed))
    assert len(addresses) == 1 + 3 + 6
    for address in addresses:
        assert live.ask(address, headers=PAGE).status == 200, address
    at = f"{listed.link.token}~{shown.id}"
    assert "one.txt" in live.ask(f"/s/{at}/files/", headers=PAGE).body.decode()
    assert live.ask(f"/f/{at}/album/one.txt").body == b"1"
    assert live.ask(f"/d/{listed.link.token}~{items[0].id}", headers={"Range": "bytes=1-2"}).body == b"el"


def test_that_its_token_opens_nothing_else(live: LiveServer, tmp_path: Path) -> None:
    item, other = share(live, tmp_path, "a.txt"), share(live, tmp_path, "b.txt")
    token = make_list(live, (item,)).link.token
    for address in (
        f"/d/{token}",
        f"/s/{token}",
        f"/d/{token}~{other.id}",
        f"/d/{token}~",
        f"/d/{item.link.token}~all",
    ):
        assert live.ask(address).status == 404, address
    assert live.ask(f"/l/{item.link.token}").status == 404


def test_that_the_whole_list_comes_with_what_is_added_later(live: LiveServer, tmp_path: Path) -> None:
    listed = make_list(live, None)
    empty = look(live, listed)
    assert "Nothing shared yet: this page updates by itself" in empty.body.decode()
    assert (empty.status, empty["Refresh"]) == (200, "10")
    item = share(live, tmp_path, "a.txt")
    assert names_in(page_of(live, listed)) == ["a.txt"]
    live.share_list.remove([item.id])
    assert "Nothing shared yet" in page_of(live, listed)
    assert live.ask(f"/d/{listed.link.token}~{item.id}").status == 404


def test_that_all_of_it_comes_as_one_zip(live: LiveServer, tmp_path: Path) -> None:
    folder = tmp_path / "album"
    folder.mkdir()
    (folder / "one.txt").write_bytes(b"1")
    items = [share(live, tmp_path, "a.txt", b"aa"), live.share(folder)]
    stream = live.share_list.add([SharedItem(LiveSource(None, name="build.log"), time.time())]).items[0]
    page = page_of(live, make_list(live, [*items, stream], "Photos"))
    assert "Live items are left out." in page
    address = next(each for each in addresses_in(page) if "~all/" in each)
    assert address.endswith("/Photos.zip")
    reply = live.ask(address)
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        assert sorted(archive.namelist()) == ["a.txt", "album/", "album/one.txt"]
    assert reply["Content-Disposition"] == 'attachment; filename="Photos.zip"'
    part = live.ask(address, headers={"Range": "bytes=0-9", "If-Range": reply["ETag"] or ""})
    assert (part.status, part.body) == (206, reply.body[:10])


def test_that_the_button_says_how_large_the_zip_is(live: LiveServer, tmp_path: Path) -> None:
    listed = make_list(live, [share(live, tmp_path, name, b"x" * 40_000) for name in ("a", "b")])
    page = page_of(live, listed)
    length = int(live.ask(f"/d/{listed.link.token}~all", "HEAD")["Content-Length"] or 0)
    assert 80_000 < length < 81_000
    assert f"Download all as ZIP ({length / 1000:.1f}\N{NO-BREAK SPACE}kB)" in page


def test_that_one_file_is_no_zip(live: LiveServer, tmp_path: Path) -> None:
    assert "ZIP" not in page_of(live, make_list(live, [share(live, tmp_path, "a.txt")]))


def test_that_what_is_missing_is_said_and_left_out_of_the_zip(live: LiveServer, tmp_path: Path) -> None:
    items = [share(live, tmp_path, name) for name in ("a.txt", "b.txt", "gone.txt")]
    listed = make_list(live, items)
    (tmp_path / "gone.txt").unlink()
    page = page_of(live, listed)
    assert "The sender’s file is missing now" in page
    wait_until(lambda: live.share_list.problem(items[2].id), "the owner to be told")
    reply = live.ask(f"/d/{listed.link.token}~all")
    with zipfile.ZipFile(io.BytesIO(reply.body)) as archive:
        assert archive.namelist() == ["a.txt", "b.txt"]


def test_that_downloads_of_a_limited_list_are_asked_for_by_forms(live: LiveServer, tmp_path: Path) -> None:
    folder = tmp_path / "album"
    folder.mkdir()
    items = [*(share(live, tmp_path, name) for name in ("a.jpg", "b.bin")), live.share(folder)]
    page = page_of(live, make_list(live, items, limit=3, used=2))
    assert len(re.findall(r'<form method="post" action="/d/', page)) == 1 + 2 + 1 + 1
    assert 'href="/d/' not in page
    assert "/files/" not in page  # what is in the folder would not be counted
    assert "· 1 download left" in page


def test_that_many_items_are_searched_and_turned_over(live: LiveServer, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    made = []
    for number in range(501):
        named = tmp_path / f"Photo {number:03}.jpg"
        named.hardlink_to(path)
        made.append(SharedItem(FileSource(named), 0.0))
    items = live.share_list.add(made).items
    listed = make_list(live, items)
    first = page_of(live, listed)
    assert (len(names_in(first)), "Page 1 of 2" in first) == (500, True)
    second = page_of(live, listed, "?page=2")
    assert names_in(second) == ["Photo 500.jpg"]
    found = page_of(live, listed, "?q=pHOTO+25")
    assert names_in(found) == [f"Photo 25{digit}.jpg" for digit in range(10)]
    assert "10 of 501 items" in found
    nothing = page_of(live, listed, "?q=%3Cb%3E&page=7")
    assert "No name has “<bdi>&lt;b&gt;</bdi>” in it." in nothing
    assert f'href="/l/{listed.link.token}">Show all' in nothing


def test_that_a_few_items_have_no_search(live: LiveServer, tmp_path: Path) -> None:
    listed = make_list(live, [share(live, tmp_path, "a.txt"), share(live, tmp_path, "b.txt")])
    page = page_of(live, listed, "?q=zzz")
    assert len(names_in(page)) == 2
    assert 'type="search"' not in page


@pytest.mark.parametrize(
    ("change", "status"), [({"revoked": True}, 410), ({"expires": 1.0}, 410), ({"limit": 1, "used": 1}, 410)]
)
def test_that_the_links_limits_are_those_of_everything_on_it(
    live: LiveServer, tmp_path: Path, change: dict[str, Any], status: int
) -> None:
    item = share(live, tmp_path, "a.txt")
    listed = make_list(live, [item])
    addresses = (f"/l/{listed.link.token}", f"/d/{listed.link.token}~{item.id}", f"/d/{listed.link.token}~all")
    assert [live.ask(each).status for each in addresses] == [200, 200, 200]
    live.entrance.lists.update(lambda lists: (replace(each, link=replace(each.link, **change)) for each in lists))
    assert [live.ask(each).status for each in addresses] == [status] * 3


def test_that_a_device_is_let_in_to_the_page_and_all_on_it_at_once(live: LiveServer, tmp_path: Path) -> None:
    item = share(live, tmp_path, "a.txt")
    listed = make_list(live, [item], "Photos", ask=True)
    cookie = {"Cookie": f"device={'x' * 43}"}
    assert look(live, listed, **cookie).status == 403
    who = wait_until(lambda: live.entrance.approvals.state.asking, "somebody who asks")[0]
    assert who.what == "Photos"
    live.entrance.approvals.answer(who.id, Answer.ALLOW_ONCE)
    assert look(live, listed, **cookie).status == 200
    assert live.ask(f"/d/{listed.link.token}~{item.id}", headers=PAGE | cookie).body == b"hello"


def test_that_all_items_as_one_are_there_as_long_as_each_of_them(live: LiveServer, tmp_path: Path) -> None:
    items = [share(live, tmp_path, name) for name in ("a", "b")]
    listed = make_list(live, items)
    doors = live.entrance.doors
    grant, of_one = doors.find(f"{listed.link.token}~all"), doors.find(f"{listed.link.token}~{items[0].id}")
    assert not isinstance(grant, str)
    assert not isinstance(of_one, str)
    assert doors.is_there(grant)
    assert doors.is_there(of_one)
    live.share_list.remove([items[0].id])
    assert not doors.is_there(grant)
    assert not doors.is_there(of_one)


def test_that_the_front_page_reveals_no_list(live: LiveServer, tmp_path: Path) -> None:
    before = live.ask("/", headers=PAGE).body
    make_list(live, [share(live, tmp_path, "a.txt")], "Photos")
    assert live.ask("/", headers=PAGE).body == before


def test_that_the_page_fits_a_narrow_phone(live: LiveServer, tmp_path: Path, chromium: Chromium) -> None:
    long = "x" * 120
    items = [share(live, tmp_path, name) for name in (f"{long}.jpg", "a.bin", *(f"{n}.txt" for n in range(20)))]
    listed = make_list(live, items, long)
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    with chromium.opened(downloads) as browser:
        browser.resize(360, 740)
        browser.go(f"http://127.0.0.1:{live.port}{list_path(listed)}?q={long}")
        assert browser.script("return [innerWidth, document.documentElement.scrollWidth]") == [360, 360]
        browser.go(f"http://127.0.0.1:{live.port}{list_path(listed)}")
        assert browser.script("return document.documentElement.scrollWidth") == 360
        saved = browser.downloaded(lambda: browser.click(".archive .button"))
    assert len(zipfile.ZipFile(saved).namelist()) == 22
