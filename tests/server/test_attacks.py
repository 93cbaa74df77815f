"""A live server under who asks for what is not there, in ways that no client library would: addresses, fields, names
of hosts, forms of other sites."""

from __future__ import annotations

import itertools
import re
import urllib.parse
from pathlib import Path

import pytest
from attacking import (
    BROWSER,
    NAME,
    PASSWORD,
    SECRET,
    asked,
    basic,
    edit_link,
    list_of,
    private_file,
    private_folder,
    raw,
    read,
    without_rates,
)
from support.live import LiveServer

from desktop_share.core.items import SharedItem

PAGE = "Accept: text/html"


@pytest.fixture
def folder(live: LiveServer, tmp_path: Path) -> SharedItem:
    """A shared folder, with what is not shared beside it."""
    (tmp_path / "outside.txt").write_bytes(SECRET)
    shared = tmp_path / "album"
    (shared / "in").mkdir(parents=True)
    (shared / "in" / "b.txt").write_bytes(b"what is shared")
    (tmp_path / "album2").mkdir()
    (tmp_path / "album2" / "c.txt").write_bytes(SECRET)
    without_rates(live)
    return live.share(shared)


# -- addresses

ROUTES = ("/f/{}/{}", "/s/{}/files/{}/", "/s/{}/files/{}", "/d/{}/{}", "/t/{}/{}", "/l/{}/{}")
TRICKS = (
    "../outside.txt",
    "../album2/c.txt",
    "album/../outside.txt",
    "album/../../outside.txt",
    "album/in/../../outside.txt",
    "%2e%2e/outside.txt",
    "%2e%2e%2foutside.txt",
    "..%2foutside.txt",
    "..%5coutside.txt",
    "..\\outside.txt",
    "%252e%252e%252foutside.txt",
    "..%c0%afoutside.txt",
    "%c0%ae%c0%ae/outside.txt",
    "..%00/outside.txt",
    "..;/outside.txt",
    "album/%2e%2e/outside.txt",
    "/etc/passwd",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "file:///etc/passwd",
    "{here}/outside.txt",
    "{quoted}%2foutside.txt",
    "C:%5cWindows%5cwin.ini",
    "%5c%5c127.0.0.1%5cc$%5c",
    "album/in/b.txt%00.png",
    "album/in/b.txt/",
    "album/in/b.txt/../b.txt",
    "album/in//b.txt",
    "album/./in/b.txt",
    "./album/in/b.txt",
    "ALBUM/IN/B.TXT",
    "album%2fin%2fb.txt",
    "album/in/b.txt%20",
    "album/in/b.txt.",
    "album/in/b.txt::$DATA",
    "~",
    ".",
    "..",
    "...",
    "%",
    "%zz",
    "%ff%fe",
    "a" * 7000,
    "a/" * 3500,
)


@pytest.mark.parametrize("route", ROUTES)
def test_that_no_trick_of_an_address_leads_out_of_what_is_shared(
    live: LiveServer, folder: SharedItem, tmp_path: Path, route: str
) -> None:
    listed = list_of(live, folder)
    tokens = (folder.link.token, f"{listed.link.token}~{folder.id}", f"{listed.link.token}~all")
    for trick in TRICKS:
        where = trick.format(here=tmp_path, quoted=urllib.parse.quote(str(tmp_path), safe=""))
        for token in tokens:
            reply = asked(live, route.format(token, where), PAGE)
            assert reply.status == 404 or (reply.status == 200 and route == "/d/{}/{}"), where  # a name is for people
            assert SECRET not in reply.body
            assert b"root:" not in reply.body
            assert b"what is shared" not in reply.body or reply.status == 200
            assert "location" not in reply.fields


@pytest.mark.parametrize(
    "address",
    [
        "",
        "~",
        "~~",
        ".",
        "..",
        "...",
        "~all",
        "all",
        "{list}~",
        "{list}~~",
        "{list}~{other}",
        "{list}~~all",
        "{list}~all~all",
        "{list}~{id}~",
        "{list}~{id}.",
        "{list}~{id}%00",
        "{list}%00~{id}",
        "{list}%20~{id}",
        "~{id}",
        "{id}",
        "{id}~{id}",
        "{token}~{id}",
        "{token}~all",
        "{token}.",
        ".{token}",
        "{token}%20",
        "{token}%00",
        "{token}%0d%0a",
        "{token};a",
        "{upper}",
        "{short}",
        "{link_id}",
        "~{link_id}",
        "{signed}x",
        "{signed}%80",
        "{signed}.",
        ".{signed}",
        "{payload}.",
        "{payload}",
        "{foreign}",
    ],
)
def test_that_what_is_nearly_an_address_opens_nothing(
    live: LiveServer, folder: SharedItem, tmp_path: Path, address: str
) -> None:
    other = private_file(live, tmp_path)
    listed = list_of(live, folder)
    signed = live.entrance.doors.signer.sign(folder, folder.disposition, None)
    about_other = live.entrance.doors.signer.sign(other, other.disposition, None)
    known = {
        "list": listed.link.token,
        "token": folder.link.token,
        "id": folder.id,
        "other": other.id,
        "upper": folder.link.token.swapcase(),
        "short": folder.link.token[:-1],
        "link_id": folder.link.id,
        "signed": signed,
        "payload": signed.partition(".")[0],
        "foreign": about_other.partition(".")[0] + "." + signed.partition(".")[2],
    }
    for route in ("/d/{}", "/s/{}", "/s/{}/files/", "/f/{}/album/in/b.txt", "/l/{}", "/t/{}"):
        for method in ("GET", "POST"):
            reply = asked(live, route.format(address.format(**known)), PAGE, method=method)
            assert reply.status in (403, 404, 405), route
            assert "set-cookie" not in reply.fields
            assert b"album" not in re.sub(rb'(?:action|href)="[^"]*"', b"", reply.body)
            assert NAME.encode() not in reply.body


def test_that_a_route_that_there_is_not_says_nothing_of_what_is_shared(live: LiveServer, folder: SharedItem) -> None:
    token = folder.link.token
    for target in (f"/D/{token}", f"/x/{token}", f"/d//{token}", f"/{token}", f"/d/./{token}", f"/./d/{token}"):
        assert asked(live, target).status in (403, 404)
    for target in (f"/s/{token}?next=//evil.example", f"/s/{token}/files?x=//evil", f"/s/{token}/files//evil.example/"):
        assert "location" not in asked(live, target).fields


# -- fields

CUTS = ("\r\nSet-Cookie: forged=1", "\r\n\r\nHTTP/1.1 200 forged", "\nX-Forged: 1", "\rX-Forged: 1", "\x00forged")


@pytest.mark.parametrize("cut", CUTS, ids=["field", "answer", "lf", "cr", "nul"])
def test_that_nothing_of_the_owner_or_of_a_stranger_becomes_a_field(live: LiveServer, tmp_path: Path, cut: str) -> None:
    """Names and notes are the owner's, but come out of archives, other programs and the desktop."""
    without_rates(live)
    item = private_file(live, tmp_path, note=f"for Ana{cut}", limit=9)
    live.share_list.update([item.id], lambda each: each.__class__(**_renamed(each, f"a{cut}.txt")))
    quoted = urllib.parse.quote(cut)
    targets = ["/d/{}", "/s/{}", "/d/{}/x" + quoted, "/d/{}?as=inline" + quoted, "/d/" + quoted]
    fields = [f"Cookie: link-{item.link.id}=a{quoted}", f'If-None-Match: "{quoted}"', f"Range: bytes=0-{quoted}"]
    for target in targets:
        for method in ("GET", "HEAD", "POST"):
            for accept in (PAGE, "Accept: */*"):
                reply = asked(live, target.format(item.link.token), accept, *fields, method=method)
                assert reply.status < 500
                assert "forged" not in {name.partition("-")[2] for name in reply.fields}
                assert "forged=1" not in reply.fields.get("set-cookie", "")
                assert reply.head.count("HTTP/1.1") == 1


def _renamed(item: SharedItem, name: str) -> dict[str, object]:
    from dataclasses import fields

    return {each.name: getattr(item, each.name) for each in fields(item) if each.init} | {"name": name}


@pytest.mark.parametrize(
    "value",
    [
        b"a\0b",
        b"\0",
        b"a\rX-Forged: 1",
        b"a\nX-Forged: 1",
        b"a\r\n X-Folded: 1",
        b"\x80\xff\xfe",
        b"\x1b[2J\x07",
        b"a" * (1 << 20),
        b"a;" * 15_000,
        b"," * 30_000,
        b"\xc3\xa9=\xc3\xa9; link-x=\xe9",
        b"Basic \xc3\xa9",
        b"Basic " + b"/" * 20_000,
    ],
    ids=[
        "nul inside",
        "nul",
        "cr",
        "lf",
        "folded",
        "bytes",
        "terminal",
        "1 MB",
        "parts",
        "commas",
        "latin",
        "basic",
        "b64",
    ],
)
def test_that_no_value_of_a_field_is_a_way_in_or_a_mistake(live: LiveServer, tmp_path: Path, value: bytes) -> None:
    without_rates(live)
    item = private_file(live, tmp_path, password_hash=live.entrance.passwords.hash(PASSWORD))
    for name in ("Cookie", "Authorization", "User-Agent", "Accept", "Origin", "Range", "If-Range", "X-Other"):
        live.entrance.guesses.right("127.0.0.1", item.link.digest)
        data = b"GET /d/%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close\r\n%s: %s\r\n\r\n" % (
            item.link.token.encode(),
            live.port,
            name.encode(),
            value,
        )
        reply = read(raw(live, data))
        assert reply.status in (400, 401, 431)
        assert SECRET not in reply.body
        assert "forged" not in reply.head.lower()
    assert live.ask(f"/d/{item.link.token}", headers=basic(PASSWORD)).body == SECRET, "others are served as before"
    assert all(each.device.isprintable() and each.what.isprintable() for each in live.entrance.visits.snapshot())


# -- DNS rebinding

HOSTS = (
    "evil.example",
    "evil.example:{port}",
    "127.0.0.1.evil.example:{port}",
    "127.0.0.1:{port}.evil.example",
    "evil.example@127.0.0.1:{port}",
    "127.0.0.1:{port}@evil.example",
    "127.0.0.1:{port}/evil",
    "127.0.0.1:{port}#x",
    "127.0.0.1:{port}, evil.example",
    "127.0.0.1:1",
    "127.1:{port}",
    "0x7f000001:{port}",
    "2130706433:{port}",
    "0177.0.0.1:{port}",
    "0.0.0.0:{port}",
    "[::ffff:1.2.3.4]:{port}",
    "[127.0.0.1]:{port}",
    "localhost.evil.example:{port}",
    "testhost.evil:{port}",
    "testhost.local.evil.example:{port}",
    "127.0.0.1:{port}:{port}",
    "127.0.0.1:{port}\t.evil",
    "127.0.0.1:99999999999999999999",
    "127.0.0.1:-{port}",
    "",
    " ",
    ":{port}",
    "é.example:{port}",
    "a" * 5000,
)


@pytest.mark.parametrize("host", HOSTS, ids=lambda host: host[:40])
def test_that_a_name_that_is_not_ours_reads_and_changes_nothing(live: LiveServer, tmp_path: Path, host: str) -> None:
    item = private_file(live, tmp_path, limit=3)
    named = f"Host: {host.format(port=live.port)}"
    for method, target in (("GET", "/"), ("GET", f"/s/{item.link.token}"), ("POST", f"/d/{item.link.token}")):
        reply = asked(live, target, named, method=method)
        assert reply.status in (400, 421)
        assert SECRET not in reply.body
        assert NAME.encode() not in reply.body
        assert "location" not in reply.fields
        assert "evil" not in reply.head + reply.body.decode()
    assert live.entrance.tickets.under_way(item.link) == 0


def test_that_fields_of_proxies_and_whole_targets_say_nothing_of_who_we_are(live: LiveServer, tmp_path: Path) -> None:
    item = private_file(live, tmp_path, limit=3)
    forwarded = ("X-Forwarded-Host: evil.example", "Forwarded: host=evil.example", "X-Original-URL: /", "Via: evil")
    reply = asked(live, f"/s/{item.link.token}", *forwarded)
    assert reply.status == 200
    assert "evil" not in reply.head + reply.body.decode()
    for target in (
        "http://evil.example",
        f"http://evil.example:{live.port}",
        f"http://u@127.0.0.1:{live.port}",
        "https:",
    ):
        assert asked(live, f"{target}/s/{item.link.token}").status in (400, 421)
    own = f"Host: 127.0.0.1:{live.port}"
    assert asked(live, "/", own, "Host: evil.example").status == 400
    assert asked(live, "/", own, own).status == 400
    assert asked(live, "/", "Host : evil.example").status == 400


# -- forms of other sites

FORMS = (
    ("Origin: http://evil.example",),
    ("Origin: null",),
    ("Origin: null", "Sec-Fetch-Site: same-origin"),
    ("Origin: http://127.0.0.1",),
    ("Origin: http://127.0.0.1:1",),
    ("Origin: https://127.0.0.1:{port}",),
    ("Origin: http://127.0.0.1:{port}.evil.example",),
    ("Origin: http://127.0.0.1:{port}/",),
    ("Origin: http://127.0.0.1:{port}", "Sec-Fetch-Site: cross-site"),
    ("Origin: http://127.0.0.1:{port}", "Sec-Fetch-Site: same-site"),
    ("Origin: http://127.0.0.1:{port}", "Origin: http://evil.example"),
    ("Sec-Fetch-Site: cross-site",),
    ("Sec-Fetch-Site: same-site",),
    ("Sec-Fetch-Site: none", "Sec-Fetch-Site: cross-site"),
    ("Sec-Fetch-Site: Same-Origin",),
    ("Origin:",),
    ("Origin: ",),
)


def test_that_a_form_of_another_site_changes_nothing(live: LiveServer, tmp_path: Path) -> None:
    without_rates(live)
    item = private_file(live, tmp_path, limit=3)
    locked = edit_link(live, private_folder(live, tmp_path), password_hash=live.entrance.passwords.hash(PASSWORD))
    listed = list_of(live, locked, password_hash=locked.link.password_hash)
    body = urllib.parse.urlencode({"password": PASSWORD}).encode()
    kinds = ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x")
    for lines, kind, target in itertools.product(
        FORMS, kinds, (f"/d/{item.link.token}", f"/s/{locked.link.token}", f"/l/{listed.link.token}")
    ):
        named = [each.format(port=live.port) for each in lines]
        reply = asked(live, target, *named, PAGE, f"Content-Type: {kind}", method="POST", body=body)
        assert reply.status == 403, lines
        assert "set-cookie" not in reply.fields
        assert "location" not in reply.fields
    assert live.entrance.tickets.under_way(item.link) == 0
    assert live.entrance.guesses.wait("127.0.0.1", locked.link.digest) is None
    # read by a link from there, it is what it always is
    assert live.ask(f"/s/{item.link.token}", headers={**BROWSER, "Sec-Fetch-Site": "cross-site"}).status == 200


@pytest.mark.parametrize(
    "lines",
    [
        ("X-HTTP-Method-Override: POST",),
        ("X-HTTP-Method: DELETE", "X-Method-Override: POST"),
    ],
)
def test_that_a_get_stays_a_get(live: LiveServer, tmp_path: Path, lines: tuple[str, ...]) -> None:
    item = private_file(live, tmp_path, limit=3)
    reply = asked(live, f"/d/{item.link.token}?_method=POST", *lines, PAGE, body=b"_method=POST")
    assert reply.status == 200
    assert live.entrance.tickets.under_way(item.link) == 0


# -- what an answer says


def test_that_every_answer_keeps_its_address_to_itself(live: LiveServer, tmp_path: Path) -> None:
    """In no title, no script, no address elsewhere; and no page that was left for another says where it was."""
    without_rates(live)
    item, limited = private_file(live, tmp_path), private_folder(live, tmp_path, limit=2)
    listed = list_of(live, item, limited)
    for token in (item.link.token, limited.link.token, listed.link.token, f"{listed.link.token}~{item.id}", "x" * 22):
        for route in ("/d/{}", "/s/{}", "/s/{}/files/", "/f/{}/x", "/l/{}", "/t/{}", "/{}"):
            for method in ("GET", "POST", "PUT", "OPTIONS"):
                reply = asked(live, route.format(token), PAGE, method=method)
                assert reply.fields["referrer-policy"] in ("no-referrer", "same-origin"), route
                assert "server" not in reply.fields
                text = reply.body.decode("utf-8", "replace")
                assert token not in "".join(re.findall(r"<title>.*?</title>", text, re.S))
                assert not re.search(r"(?:src|href|action)=[\"']?(?:[a-z]+:)?//", text)
                where = reply.fields.get("location", "")  # of what was asked for itself, in another place
                assert where == "" or where.startswith((f"/s/{token}", f"/d/{token}/", "/t/", f"/l/{token}"))
