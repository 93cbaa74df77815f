"""A folder as a list and file by file, over a live server: what is in it, and nothing else."""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from support.live import LiveServer
from support.processes import wait_until

from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.items import CachePolicy, Disposition, SharedItem
from desktop_share.core.share_list import ListEvent, ProblemChanged
from desktop_share.core.sizes import counted
from desktop_share.core.sources import FolderSource, Member, SelectionSource
from desktop_share.core.tree import Entry
from desktop_share.server import folders
from desktop_share.server.folders import PER_PAGE, contents_of, top_folder

SECRET = b"for nobody's eyes"
PHOTO = b"\xff\xd8\xff" + b"p" * 2000
HOSTILE = "<img src=x onerror=alert(1)> \"'&.txt"

Share = Callable[[Iterable[Entry]], SharedItem]


def _entry(name: str, path: Path | None = None) -> Entry:
    """What is at `path` now, under this name; without one, what nobody may look at."""
    if path is None:
        return Entry(name, "", 0, 0, 0)
    stat = path.stat()
    return Entry(
        name, str(path), stat.st_size, stat.st_mtime_ns, stat.st_mode, stat.st_ino, stat.st_dev, stat.st_ctime_ns
    )


@pytest.fixture
def share(live: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Share:
    """A folder of which these are the entries: how they are found and opened is tested elsewhere."""
    monkeypatch.setattr(live.opener.indexes, "length", lambda _: None)

    def shared(entries: Iterable[Entry]) -> SharedItem:
        known = {entry.name: entry for entry in entries}
        monkeypatch.setattr(live.opener.indexes, "entries", lambda _: known)
        (tmp_path / "album").mkdir(exist_ok=True)
        item: SharedItem = live.share(tmp_path / "album")
        return item

    return shared


@pytest.fixture
def album(share: Share, tmp_path: Path) -> SharedItem:
    """album/{notes.txt, photos/{a.jpg, b #1?.jpg}, empty/}, with secrets all around."""
    album, beside = tmp_path / "album", tmp_path / "album-private"
    for folder in (album / "photos", album / "empty", beside):
        folder.mkdir(parents=True)
    (album / "notes.txt").write_bytes(b"hello")
    (album / "photos" / "a.jpg").write_bytes(PHOTO)
    (album / "photos" / "b.jpg").write_bytes(b"b")
    for path in (tmp_path / "secret.txt", beside / "secret.txt", album / "left-out.txt"):
        path.write_bytes(SECRET)
    return share(
        [
            _entry("empty/"),
            _entry("notes.txt", album / "notes.txt"),
            _entry("photos/"),
            _entry("photos/a.jpg", album / "photos" / "a.jpg"),
            _entry("photos/b #1?.jpg", album / "photos" / "b.jpg"),
        ]
    )


def _list(live: LiveServer, item: SharedItem, folder: str = "") -> str:
    reply = live.ask(f"/s/{item.link.token}/files/{folder}", headers={"Accept": "text/html"})
    assert reply.status == 200
    assert reply["Cache-Control"] == "no-store"
    assert "default-src 'none'" in (reply["Content-Security-Policy"] or "")
    page: str = reply.body.decode()
    return page


def _links(page: str) -> dict[str, str]:
    """What a name in the list leads to."""
    found = re.findall(r'<a class="name(?: folder)?" href="([^"]*)"><bdi>([^<]*)</bdi>', page)
    return {html.unescape(name): html.unescape(address) for address, name in found}


def test_that_the_items_page_leads_to_the_list_and_to_the_archive(live: LiveServer, album: SharedItem) -> None:
    page = live.ask(f"/s/{album.link.token}").body.decode()
    assert "album.zip" in page
    assert "3 files" in page
    assert "size not known yet" in page
    assert f'href="/d/{album.link.token}/album.zip?as=attachment">Download all as ZIP</a>' in page
    assert f'href="/s/{album.link.token}/files/">Open the folder</a>' in page


def test_that_the_items_page_tells_the_size_once_it_is_known(
    live: LiveServer, album: SharedItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live.opener.indexes, "length", lambda _: 2_900_000)
    assert "2.9 MB" in live.ask(f"/s/{album.link.token}").body.decode()


def test_that_a_list_shows_folders_first_then_files_with_their_sizes(live: LiveServer, album: SharedItem) -> None:
    page = _list(live, album)
    assert list(_links(page)) == ["empty", "photos", "notes.txt"]
    assert "5 B" in page
    assert "2 folders · 1 file" in page
    assert "<script" not in page
    assert live.transfers.snapshot() == ()


def test_that_every_link_of_the_lists_opens(live: LiveServer, album: SharedItem) -> None:
    top = _links(_list(live, album))
    assert live.ask(top["notes.txt"]).body == b"hello"
    photos = live.ask(top["photos"]).body.decode()
    assert list(_links(photos)) == ["a.jpg", "b #1?.jpg"]
    assert live.ask(_links(photos)["a.jpg"]).body == PHOTO
    assert live.ask(_links(photos)["b #1?.jpg"]).body == b"b"
    assert f'href="/s/{album.link.token}/files/"><bdi>album</bdi>' in photos
    assert "This folder is empty." in live.ask(top["empty"]).body.decode()
    assert f'href="/d/{album.link.token}/album.zip?as=attachment"' in photos


def test_that_a_file_inside_has_its_own_name_and_type(live: LiveServer, album: SharedItem) -> None:
    reply = live.ask(f"/f/{album.link.token}/photos/a.jpg")
    assert reply["Content-Type"] == "image/jpeg"
    assert reply["Content-Disposition"] == 'attachment; filename="a.jpg"'
    assert reply["Content-Length"] == str(len(PHOTO))
    assert reply["Cache-Control"] == "private, no-cache"


def test_that_a_file_inside_is_presented_as_the_owner_presents_the_folder(live: LiveServer, album: SharedItem) -> None:
    live.share_list.update(
        [album.id], lambda each: replace(each, cache=CachePolicy(60)).with_disposition(Disposition.INLINE)
    )
    address = f"/f/{album.link.token}/photos/a.jpg"
    reply = live.ask(address)
    assert reply["Content-Disposition"] == 'inline; filename="a.jpg"'
    assert reply["Cache-Control"] == "private, max-age=60"
    assert live.ask(f"{address}?as=attachment")["Content-Disposition"] == 'attachment; filename="a.jpg"'


def test_that_a_file_inside_resumes_like_any_file(live: LiveServer, album: SharedItem) -> None:
    address = f"/f/{album.link.token}/photos/a.jpg"
    first = live.ask(address)
    part = live.ask(address, headers={"Range": "bytes=1000-", "If-Range": first["ETag"] or ""})
    assert (part.status, part.body) == (206, PHOTO[1000:])
    assert live.ask(address, headers={"If-None-Match": first["ETag"] or ""}).status == 304
    assert live.ask(address, "HEAD")["Content-Length"] == str(len(PHOTO))


def test_that_parts_of_two_files_inside_are_not_taken_for_two_versions_of_one(
    live: LiveServer, album: SharedItem
) -> None:
    live.ask(f"/f/{album.link.token}/photos/a.jpg")
    part = live.ask(f"/f/{album.link.token}/notes.txt", headers={"Range": "bytes=1-"})
    assert (part.status, part.body) == (206, b"ello")


def test_that_a_hash_of_a_file_inside_is_not_told_of_the_folder(live: LiveServer, album: SharedItem) -> None:
    live.ask(f"/f/{album.link.token}/notes.txt", headers={"Want-Repr-Digest": "sha-256=5"})
    assert live.digests.latest(album.id) is None


def _is_indexed(live: LiveServer, item: SharedItem) -> bool:
    state = live.share_list.state(item.id)
    return state.total is not None and not state.is_indexing


@pytest.mark.parametrize("address", ["/f/{}/notes.txt", "/s/{}/files/", "/s/{}/files/photos/", "/s/{}"])
@pytest.mark.parametrize(("spoil", "status"), [("pause", 503), ("remove", 404), ("gone", 404)])
def test_that_refusals_are_those_of_the_item(
    live: LiveServer, album: SharedItem, monkeypatch: pytest.MonkeyPatch, address: str, spoil: str, status: int
) -> None:
    def gone(_: object) -> None:
        raise SourceError(Problem("folder-gone", "The folder is gone.", ""))

    if spoil == "pause":
        live.paused = True
    elif spoil == "remove":
        live.share_list.remove([album.id])
    else:
        wait_until(lambda: _is_indexed(live, album), "the folder to be read, which says that nothing is wrong with it")
        monkeypatch.setattr(live.opener.indexes, "entries", gone)
    reply = live.ask(address.format(album.link.token), headers={"Accept": "text/html"})
    assert reply.status == status
    assert b"notes" not in reply.body
    if spoil == "gone":
        problem = live.share_list.problem(album.id)
        assert problem is not None
        assert problem.kind == "folder-gone"


def test_that_a_file_that_was_swapped_since_it_was_looked_at_is_not_sent(
    live: LiveServer, album: SharedItem, tmp_path: Path
) -> None:
    notes, elsewhere = tmp_path / "album" / "notes.txt", tmp_path / "hello.txt"
    elsewhere.write_bytes(b"HELLO")
    elsewhere.replace(notes)
    assert live.ask(f"/f/{album.link.token}/notes.txt").status == 404


def test_that_a_file_that_vanished_is_told_to_both_sides(live: LiveServer, album: SharedItem, tmp_path: Path) -> None:
    told: list[ListEvent] = []
    live.share_list.changed.subscribe(told.append)
    (tmp_path / "album" / "notes.txt").unlink()
    reply = live.ask(f"/f/{album.link.token}/notes.txt")
    assert reply.status == 404
    assert str(tmp_path).encode() not in reply.body
    # until the folder is looked at again, which may be now: the folder itself is there
    assert any(isinstance(each, ProblemChanged) and each.problem is not None for each in told)
    assert live.ask(f"/f/{album.link.token}/photos/a.jpg").status == 200
    assert live.share_list.problem(album.id) is None


ATTACKS = [
    *("../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "%2e%2e%2fsecret.txt", "..%5csecret.txt"),
    *("..\\secret.txt", "%252e%252e/secret.txt", "%c0%ae%c0%ae/secret.txt", "....//secret.txt"),
    *("..;/secret.txt", "photos/../../secret.txt", "photos/../left-out.txt", "photos/../notes.txt"),
    *("./notes.txt", "photos/./a.jpg", "../album-private/secret.txt", "-private/secret.txt"),
    *("../album/notes.txt", "album/notes.txt", "photos%2fa.jpg", "photos%2Fa.jpg", "photos%5ca.jpg"),
    *("photos\\a.jpg", "photos//a.jpg", "/notes.txt", "//notes.txt", "notes.txt::$DATA", "notes.txt:stream"),
    *("photos::$INDEX_ALLOCATION/a.jpg", "PHOTOS~1/a.jpg", "NOTES~1.TXT", "Notes.txt", "NOTES.TXT"),
    *("PHOTOS/a.jpg", "notes.txt.", "notes.txt%20", "notes.txt/", "notes.txt%00", "notes.tx"),
    *("notes.txt%00.jpg", "%00", "%0d%0aX:y", "%ff%fe", "notes.txt%EF%BF%BD", "left-out.txt", "photos"),
    *("photos/", "empty/", "%u2025/secret.txt", "%E2%80%A5/secret.txt", "%EF%BC%8E%EF%BC%8E/secret.txt"),
    *("C:/Windows/win.ini", "~/secret.txt", "etc/passwd", "/etc/passwd", "%2fetc%2fpasswd", "proc/self/environ"),
    *("", "/"),
    "x" * 4000,
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_that_no_address_reaches_what_is_not_in_the_folder(
    live: LiveServer, album: SharedItem, attack: str, method: str
) -> None:
    reply = live.ask(f"/f/{album.link.token}/{attack}", method)
    assert reply.status == 404
    assert SECRET not in reply.body


@pytest.mark.parametrize("attack", [each for each in ATTACKS if each not in ("", "/", "photos", "photos/", "empty/")])
def test_that_no_address_lists_what_is_not_in_the_folder(live: LiveServer, album: SharedItem, attack: str) -> None:
    for end in ("", "/", "/../"):
        assert live.ask(f"/s/{album.link.token}/files/{attack}{end}").status == 404


def test_that_the_place_on_disk_is_no_address(live: LiveServer, album: SharedItem, tmp_path: Path) -> None:
    for path in (tmp_path / "secret.txt", tmp_path / "album" / "notes.txt"):
        assert live.ask(f"/f/{album.link.token}/{quote(str(path))}").status == 404
        assert live.ask(f"/f/{album.link.token}{quote(str(path))}").status == 404


@pytest.mark.skipif(os.name == "nt", reason="Windows needs a right for it")
def test_that_a_link_on_disk_is_not_followed(live: LiveServer, album: SharedItem, tmp_path: Path) -> None:
    (tmp_path / "album" / "out").symlink_to(tmp_path)
    assert live.ask(f"/f/{album.link.token}/out/secret.txt").status == 404
    assert live.ask(f"/s/{album.link.token}/files/out/").status == 404


def test_that_one_files_item_has_no_list(live: LiveServer, tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_bytes(b"one")
    item = live.share(path)
    for address in (f"/s/{item.link.token}/files/", f"/f/{item.link.token}/one.txt", "/f/nothing/one.txt"):
        assert live.ask(address).status == 404


@pytest.mark.parametrize(
    "name",
    [HOSTILE, "w" * 255, "שלום עולם.txt", "100% {{ 7*7 }}.txt", "日本語 🌻.txt", "a;b=c&d+e.txt"],
)
def test_that_any_name_is_plain_text_and_opens(live: LiveServer, share: Share, tmp_path: Path, name: str) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(b"hey")
    item = share([_entry(f"{name}/{name}", path)])
    page = _list(live, item, f"{quote(name, safe='')}/")
    assert "<img" not in page
    assert "49" not in re.findall("<bdi>(.*?)</bdi>", page)
    address = _links(page)[name]
    assert re.fullmatch(r"[!-~]+", address)
    assert live.ask(address).body == b"hey"


def test_that_a_selection_opens_the_same_way(live: LiveServer, share: Share, tmp_path: Path) -> None:
    text = Entry("Note.txt", "", 4, 0, 0, data=b"text")
    folder = share([text, _entry("album/a.txt")])
    members = (Member("album", FolderSource(tmp_path / "album")),)
    item = live.share_list.add([SharedItem(SelectionSource(members, "Several things.zip"), 0.0)]).items[0]
    assert item.id != folder.id
    assert list(_links(_list(live, item))) == ["album", "Note.txt"]
    assert live.ask(f"/f/{item.link.token}/Note.txt").body == b"text"
    assert "Several things" in _list(live, item)


def test_that_ten_thousand_files_come_in_pages_without_a_look_at_the_disk(
    live: LiveServer, share: Share, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = share([_entry("sub/x")] + [_entry(f"IMG_{number}.jpg") for number in range(10_000)])
    monkeypatch.setattr(folders, "entry_representation", None)
    seen: list[str] = []
    address: str | None = f"/s/{item.link.token}/files/"
    pages = 0
    while address:
        page = live.ask(address).body.decode()
        seen += _links(page)
        following = re.search(r'<a href="([^"]*)" rel="next">', page)
        address = following and following[1]
        pages += 1
    assert seen == ["sub"] + [f"IMG_{number}.jpg" for number in range(10_000)]
    assert pages == -(-10_001 // PER_PAGE)


@pytest.mark.parametrize("page", ["0", "-1", "99999999999999999999", "2", "x", "", "²", "1e9"])
def test_that_a_page_that_there_is_not_is_the_nearest(live: LiveServer, album: SharedItem, page: str) -> None:
    reply = live.ask(f"/s/{album.link.token}/files/?page={quote(page)}")
    assert "notes.txt" in reply.body.decode()


@pytest.mark.parametrize(
    ("prefix", "folders_there", "files_there"),
    [
        ("", ["A", "b", "c2", "c10"], ["1.txt", "9.txt", "010.txt", "Z.txt"]),
        ("b/", ["deep"], []),
        ("b/deep/", [], ["x"]),
        ("A/", [], []),
    ],
)
def test_that_contents_are_in_the_order_of_people(
    prefix: str, folders_there: list[str], files_there: list[str]
) -> None:
    names = ["Z.txt", "c10/x", "b/deep/x", "A/", "010.txt", "9.txt", "1.txt", "c2/x"]
    contents = contents_of({name: _entry(name) for name in names}, prefix)
    assert contents is not None
    assert list(contents.folders) == folders_there
    assert [entry.name.removeprefix(prefix) for entry in contents.files] == files_there


@pytest.mark.parametrize(
    ("names", "top"),
    [
        (["Holiday/", "Holiday/a", "Holiday/sub/b"], "Holiday/"),
        (["Holiday/a"], "Holiday/"),
        (["Holiday/"], "Holiday/"),
        (["Holiday/a", "Holiday 2/a"], ""),
        (["Holiday/a", "b"], ""),
        (["b"], ""),
        ([], ""),
    ],
)
def test_that_the_one_folder_that_all_is_in_is_known(names: list[str], top: str) -> None:
    assert top_folder({name: _entry(name) for name in names}) == top


def test_that_the_first_list_is_of_the_one_folder_that_all_is_in(live: LiveServer, share: Share) -> None:
    item = share(_entry(name) for name in ("Trip/", "Trip/a.txt", "Trip/sub/", "Trip/sub/b.txt"))
    assert list(_links(_list(live, item))) == ["sub", "a.txt"]
    assert list(_links(_list(live, item, "Trip/"))) == ["sub", "a.txt"]
    inside = _list(live, item, "Trip/sub/")
    assert re.findall('<a href="([^"]*)"><bdi>', inside) == [f"/s/{item.link.token}/files/"]
    assert "<h1><bdi>sub</bdi></h1>" in inside


@pytest.mark.parametrize("prefix", ["x/", "/", "b//", "B/", "c/", "b/deep/x/", "b/de/"])
def test_that_what_is_no_folder_has_no_contents(prefix: str) -> None:
    assert contents_of({"b/deep/x": _entry("b/deep/x"), "c": _entry("c")}, prefix) is None


def test_that_counts_are_words() -> None:
    assert [counted(count, "file") for count in (0, 1, 1204)] == ["0 files", "1 file", "1,204 files"]


# -- 'Open' for a folder

PERSON = {"Accept": "text/html,*/*"}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_that_to_open_a_folder_is_to_see_what_is_in_it(live: LiveServer, album: SharedItem, method: str) -> None:
    live.share_list.update([album.id], lambda item: item.with_disposition(Disposition.INLINE))
    reply = live.ask(f"/d/{album.link.token}/any%20name?next=//evil.example/", method, PERSON)
    assert (reply.status, reply["Location"]) == (303, f"/s/{album.link.token}/files/")
    assert "Accept" in (reply["Vary"] or "")
    assert live.transfers.snapshot() == ()


def test_that_the_choice_of_the_page_counts_and_a_tool_gets_the_archive(
    live: LiveServer, album: SharedItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[SharedItem] = []
    monkeypatch.setattr(live.opener, "open", lambda item, **_: asked.append(item) or _none())
    live.share_list.update([album.id], lambda item: item.with_disposition(Disposition.INLINE))
    for path, fields in ((f"/d/{album.link.token}?as=attachment", PERSON), (f"/d/{album.link.token}", {})):
        assert live.ask(path, headers=fields).status == 404  # of the stand-in: the archive was asked for
    assert [item.disposition for item in asked] == [Disposition.ATTACHMENT, Disposition.INLINE]


def _none() -> None:
    raise SourceError(Problem("file-gone", "Gone.", ""))
