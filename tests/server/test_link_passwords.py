"""Passwords of links: on every way to the bytes, for browsers and for tools, and slow to guess."""

from __future__ import annotations

import base64
import re
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.cookies import Morsel, SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

import pytest
from support.live import LiveServer, Reply
from support.tools import need

from desktop_share.core.access import Proof
from desktop_share.core.guessing import Guessing
from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link, ListLink, new_link
from desktop_share.core.passwords import Passwords
from desktop_share.core.throttle import FREE_GUESSES, GuessDelay
from desktop_share.server.cookies import SECONDS

PASSWORD = "Zoë’s öld hörse"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BODY = b"0123456789"
WAIT = 20


def basic(password: str, user: str = "") -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def with_password(live: LiveServer, item: SharedItem, password: str = PASSWORD) -> SharedItem:
    live.share_list.update(
        [item.id], lambda each: each.with_link(replace(each.link, password_hash=live.entrance.passwords.hash(password)))
    )
    found = live.share_list.get(item.id)
    assert found is not None
    return found


@pytest.fixture
def item(live: LiveServer, tmp_path: Path) -> SharedItem:
    path = tmp_path / "a.bin"
    path.write_bytes(BODY)
    return with_password(live, live.share(path))


@pytest.fixture
def folder(live: LiveServer, tmp_path: Path) -> SharedItem:
    (tmp_path / "trip" / "in").mkdir(parents=True)
    (tmp_path / "trip" / "in" / "b.txt").write_bytes(BODY)
    return with_password(live, live.share(tmp_path / "trip"))


def type_in(live: LiveServer, target: str, password: str, **fields: str) -> Reply:
    form = {"Content-Type": "application/x-www-form-urlencoded", **BROWSER, **fields}
    return live.ask(target, "POST", form, urlencode({"password": password}).encode())


def cookies_of(reply: Reply) -> dict[str, Morsel[str]]:
    """By their path."""
    found = {}
    for line in reply.headers.get_all("Set-Cookie") or []:
        (morsel,) = SimpleCookie(line).values()
        found[morsel["path"]] = morsel
    return found


def shown(morsel: Morsel[str]) -> dict[str, str]:
    return {"Cookie": f"{morsel.key}={morsel.value}"}


def in_browser(live: LiveServer, cookies: dict[str, Morsel[str]], target: str, **fields: str) -> Reply:
    """With the cookies that a browser sends to this address (RFC 6265 section 5.1.4)."""
    path = target.partition("?")[0]
    sent = {}
    for scope, each in cookies.items():
        if path == scope or path.startswith(scope.rstrip("/") + "/"):
            sent = shown(each)
    return live.ask(target, headers={**BROWSER, **sent, **fields})


WAYS = ("/d/{}", "/d/{}/any.name", "/s/{}", "/s/{}/files/", "/s/{}/files/trip/in/", "/f/{}/trip/in/b.txt")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("fields", [{}, {"Range": "bytes=0-3"}, {"If-None-Match": "*"}, basic("wrong"), basic("")])
def test_that_no_way_to_a_folder_is_without_its_password(
    live: LiveServer, folder: SharedItem, way: str, method: str, fields: dict[str, str]
) -> None:
    target = way.format(folder.link.token)
    for accept in ({}, BROWSER):
        reply = live.ask(target, method, {**fields, **accept})
        assert reply.status == 401
        assert BODY not in reply.body
        assert b"b.txt" not in reply.body
        assert "ETag" not in reply.headers
        assert "Content-Disposition" not in reply.headers
    assert live.transfers.snapshot() == ()


@pytest.mark.parametrize("way", WAYS)
def test_that_each_way_is_open_to_a_tool_with_the_password(live: LiveServer, folder: SharedItem, way: str) -> None:
    reply = live.ask(way.format(folder.link.token), headers=basic(PASSWORD, "any"))
    assert reply.status == 200
    assert {"Cookie", "Authorization"} <= set(re.split(", *", reply["Vary"] or ""))


@pytest.mark.parametrize("way", WAYS)
def test_that_each_way_is_open_to_a_browser_that_gave_it(live: LiveServer, folder: SharedItem, way: str) -> None:
    cookies = cookies_of(type_in(live, f"/s/{folder.link.token}", PASSWORD))
    assert in_browser(live, cookies, way.format(folder.link.token)).status == 200


def test_that_a_browser_gets_a_form_and_no_window_of_its_own(live: LiveServer, item: SharedItem) -> None:
    reply = live.ask(f"/d/{item.link.token}", headers=BROWSER)
    page = reply.body.decode()
    assert reply.status == 401
    assert reply["WWW-Authenticate"] is None
    assert reply["Cache-Control"] == "no-store"
    assert f'<form method="post" action="/s/{item.link.token}">' in page
    assert 'type="password"' in page
    assert 'autocomplete="current-password"' in page
    assert "<script" not in page
    assert "a.bin" not in page


def test_that_a_tool_is_told_what_to_answer(live: LiveServer, item: SharedItem) -> None:
    reply = live.get(item)
    assert (reply["WWW-Authenticate"] or "").startswith("Basic realm=")
    assert reply["Content-Type"] == "text/plain; charset=utf-8"
    assert len(reply.body.splitlines()) == 1


def test_that_curl_gets_it_with_any_user_name(live: LiveServer, item: SharedItem) -> None:
    for user in ("", "someone"):
        command = [need("curl"), "-sS", "-f", "-u", f"{user}:{PASSWORD}", live.url(item)]
        assert subprocess.run(command, capture_output=True, check=True, timeout=WAIT).stdout == BODY


def test_that_the_right_password_leads_to_the_item_s_page_and_nowhere_else(live: LiveServer, item: SharedItem) -> None:
    page = f"/s/{item.link.token}"
    for target in (page, f"{page}?next=//evil.example", f"{page}?as=inline&url=http://evil.example/"):
        reply = type_in(live, target, PASSWORD, Referer="http://evil.example/")
        assert (reply.status, reply["Location"]) == (303, page)
    assert PASSWORD not in str(reply.headers)


def test_that_the_cookies_are_the_link_s_and_no_script_s(live: LiveServer, item: SharedItem) -> None:
    token = item.link.token
    cookies = cookies_of(type_in(live, f"/s/{token}", PASSWORD))
    assert set(cookies) == {f"/s/{token}", f"/d/{token}", f"/f/{token}"}
    for each in cookies.values():
        assert each["httponly"]
        assert each["samesite"] == "Strict"
        assert each["max-age"] == str(SECONDS)
        assert not each["domain"]
        assert item.link.id in each.key
        assert token not in each.key + each.value


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD.upper(), "x" * 2000, "\ud800", PASSWORD + "\0"])
def test_that_a_wrong_password_is_told_and_gives_no_cookie(live: LiveServer, item: SharedItem, password: str) -> None:
    body = urlencode({"password": password}, errors="surrogatepass").encode()
    fields = {"Content-Type": "application/x-www-form-urlencoded", **BROWSER}
    reply = live.ask(f"/s/{item.link.token}", "POST", fields, body)
    assert reply.status == 401
    assert reply["Set-Cookie"] is None
    assert b"<form" in reply.body
    assert password.encode("utf-8", "replace") not in reply.body or not password


def test_that_a_changed_password_ends_a_cookie(live: LiveServer, item: SharedItem) -> None:
    cookies = cookies_of(type_in(live, f"/s/{item.link.token}", PASSWORD))
    assert in_browser(live, cookies, f"/d/{item.link.token}").status == 200
    with_password(live, item, "another")
    assert in_browser(live, cookies, f"/d/{item.link.token}").status == 401
    with_password(live, item, PASSWORD)  # the same once more is another password
    assert in_browser(live, cookies, f"/d/{item.link.token}").status == 401
    assert live.get(item, **basic("another")).status == 401


def test_that_a_cookie_is_good_for_twelve_hours(live: LiveServer, item: SharedItem) -> None:
    cookies = cookies_of(type_in(live, f"/s/{item.link.token}", PASSWORD))
    live.now += SECONDS - 5
    assert in_browser(live, cookies, f"/d/{item.link.token}").status == 200
    live.now += 10
    assert in_browser(live, cookies, f"/d/{item.link.token}").status == 401


def test_that_a_cookie_opens_no_other_link(live: LiveServer, item: SharedItem, tmp_path: Path) -> None:
    """Not even under the other one's name, nor another link to the same item with the same password."""
    (morsel, *_) = cookies_of(type_in(live, f"/s/{item.link.token}", PASSWORD)).values()
    other = replace(new_link(), password_hash=item.link.password_hash)
    live.share_list.update([item.id], lambda each: replace(each, links=(*each.links, other)))
    for name in (morsel.key, f"link-{other.id}"):
        cookie = {"Cookie": f"{name}={morsel.value}"}
        assert live.ask(f"/d/{other.token}", headers=cookie).status == 401


@pytest.mark.parametrize(
    "spoil",
    [
        lambda value: value[:-1],
        lambda value: value + "x",
        lambda value: "x" + value,
        lambda value: value.replace(".", ""),
        lambda _: "",
        lambda _: ".",
        lambda _: "WzEsMiwzXQ.x",
        lambda _: "%00\xff",
    ],
)
def test_that_a_spoiled_cookie_is_none(live: LiveServer, item: SharedItem, spoil: Callable[[str], str]) -> None:
    (morsel, *_) = cookies_of(type_in(live, f"/s/{item.link.token}", PASSWORD)).values()
    reply = live.ask(f"/d/{item.link.token}", headers={"Cookie": f"{morsel.key}={spoil(morsel.value)}"})
    assert reply.status == 401
    assert live.ask(f"/d/{item.link.token}", headers=shown(morsel)).status == 200


@pytest.mark.parametrize("value", ["Basic", "Basic !", "Basic " + base64.b64encode(b"\xff:\xff").decode(), "Bearer x"])
def test_that_nonsense_is_no_password(live: LiveServer, item: SharedItem, value: str) -> None:
    assert live.ask(f"/d/{item.link.token}", headers={"Authorization": value}).status == 401


def test_that_guessing_is_slowed_and_says_how_long(live: LiveServer, item: SharedItem) -> None:
    page = f"/s/{item.link.token}"
    (morsel, *_) = cookies_of(type_in(live, page, PASSWORD)).values()
    for _ in range(FREE_GUESSES):
        assert type_in(live, page, "wrong").status == 401
    for reply in (type_in(live, page, PASSWORD), live.ask(page, headers={**BROWSER, **basic(PASSWORD)})):
        assert reply.status == 429
        assert int(reply["Retry-After"] or "") >= 1
        assert f"Wait {reply['Retry-After']} s".encode() in reply.body
        assert reply["Set-Cookie"] is None
    tool = live.ask(page, headers=basic(PASSWORD))
    assert (tool.status, tool["WWW-Authenticate"]) == (429, None)
    assert live.ask(f"/d/{item.link.token}", headers=shown(morsel)).body == BODY, "who is in is not slowed"


def test_that_other_clients_and_other_links_are_not_locked_out(live: LiveServer, item: SharedItem) -> None:
    for _ in range(FREE_GUESSES):
        type_in(live, f"/s/{item.link.token}", "wrong")
    assert type_in(live, f"/s/{item.link.token}", "wrong").status == 429
    assert live.entrance.guessing.guess("192.0.2.9", item.link, PASSWORD) is Proof.GIVEN
    other = replace(new_link(), password_hash=item.link.password_hash)
    live.share_list.update([item.id], lambda each: replace(each, links=(*each.links, other)))
    assert type_in(live, f"/s/{other.token}", PASSWORD).status == 303


def test_that_a_hundred_guesses_at_once_are_counted_one_by_one() -> None:
    passwords = Passwords()
    link = Link("token", password_hash=passwords.hash("right"))
    guessing = Guessing(passwords, GuessDelay(lambda: 0.0))
    gate = threading.Barrier(100)

    def guess(number: int) -> Proof | int:
        gate.wait(WAIT)
        return guessing.guess("192.0.2.1", link, f"wrong {number}")

    with ThreadPoolExecutor(100) as guessers:
        answers = list(guessers.map(guess, range(100)))
    assert answers.count(Proof.WRONG) == FREE_GUESSES
    assert all(answer is Proof.WRONG or answer == 2 for answer in answers)


def test_that_who_knows_the_password_in_the_end_has_free_guesses_again() -> None:
    passwords = Passwords()
    link = Link("token", password_hash=passwords.hash("right"))
    guessing = Guessing(passwords, GuessDelay(lambda: 0.0))
    for _ in range(3):
        for guess, answer in (("wrong", Proof.WRONG), ("wrong", Proof.WRONG), ("right", Proof.GIVEN)):
            assert guessing.guess("192.0.2.1", link, guess) is answer


def test_that_a_password_that_was_right_is_hashed_once_and_forgotten_with_its_hash() -> None:
    class Counting(Passwords):
        count = 0

        def verify(self, password_hash: str, password: str) -> bool:
            self.count += 1
            return super().verify(password_hash, password)

    passwords = Counting()
    guessing = Guessing(passwords, GuessDelay())
    link = Link("token", password_hash=passwords.hash("right"))
    assert [guessing.guess("192.0.2.1", link, "right") for _ in range(3)] == [Proof.GIVEN] * 3
    assert passwords.count == 1
    changed = replace(link, password_hash=passwords.hash("other"))
    assert guessing.guess("192.0.2.1", changed, "right") is Proof.WRONG
    assert passwords.count == 2


def test_that_a_large_form_is_not_read(live: LiveServer, item: SharedItem) -> None:
    assert type_in(live, f"/s/{item.link.token}", "x" * 70_000).status == 413


@pytest.mark.parametrize(("state", "status"), [("unknown", 404), ("revoked", 410), ("expired", 410), ("paused", 503)])
def test_that_no_password_is_asked_for_where_nothing_opens(
    live: LiveServer, item: SharedItem, state: str, status: int
) -> None:
    page = f"/s/{item.link.token}"
    if state == "unknown":
        page = "/s/unknown"
    elif state == "paused":
        live.paused = True
    else:
        changes: dict[str, object] = {"revoked": True} if state == "revoked" else {"expires": live.now}
        live.share_list.update([item.id], lambda each: each.with_link(replace(each.link, **changes)))  # type: ignore[arg-type]
    for reply in (type_in(live, page, PASSWORD), live.ask(page, headers={**BROWSER, **basic(PASSWORD)})):
        assert reply.status == status
        assert reply["Set-Cookie"] is None


def test_that_a_list_s_password_opens_its_items_too(live: LiveServer, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(BODY)
    item = live.share(path)
    link = replace(new_link(), password_hash=live.entrance.passwords.hash(PASSWORD))
    live.entrance.lists.update(lambda lists: (*lists, ListLink(link, item_ids=(item.id,))))
    address = f"{link.token}~{item.id}"
    assert live.ask(f"/d/{address}").status == 401
    reply = type_in(live, f"/l/{link.token}", PASSWORD)
    assert (reply.status, reply["Location"]) == (303, f"/l/{link.token}")
    cookies = cookies_of(reply)
    assert in_browser(live, cookies, f"/d/{address}").body == BODY
    through_item = type_in(live, f"/s/{address}", PASSWORD)
    assert through_item["Location"] == f"/s/{address}"
    assert in_browser(live, cookies_of(through_item), f"/d/{address}").body == BODY


def test_that_the_password_is_in_no_address_log_or_repr(
    live: LiveServer, item: SharedItem, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    for password in ("Hunter2wrong", "Hunter2right"):
        with_password(live, item, "Hunter2right")
        reply = type_in(live, f"/s/{item.link.token}", password)
        live.get(item, **basic(password))
        assert "Hunter2" not in f"{reply.headers}{reply.body!r}"
    assert "Hunter2" not in caplog.text
    now = live.share_list.get(item.id)
    assert now is not None
    assert now.link.password_hash not in repr(now)
    assert "Hunter2" not in repr(live.entrance)
