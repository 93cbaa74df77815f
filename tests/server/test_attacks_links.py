"""A live server under hostile recipients: proofs of one link shown at another, downloads that race with the owner's
changes, and guesses at what there is."""

from __future__ import annotations

import http.client
import itertools
import logging
import re
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from attacking import (
    BROWSER,
    NAME,
    PASSWORD,
    SECRET,
    Raw,
    asked,
    basic,
    edit_link,
    list_of,
    private_file,
    private_folder,
    quick_passwords,
    raw,
    read,
    without_rates,
)
from serving import wait_until
from support.live import LiveServer

from desktop_share.core.access import Doors, Grant
from desktop_share.core.items import SharedItem
from desktop_share.core.links import ListLink, new_link
from desktop_share.core.throttle import Kind, Throttle
from desktop_share.core.tickets import RESUME_SECONDS
from desktop_share.server import visits
from desktop_share.server.context import SHARED

PAGE = "Accept: text/html"
FORM = "Content-Type: application/x-www-form-urlencoded"
GUESS = "Zm9vYmFyYmF6cXV4MTIzNA"


def every_address(live: LiveServer, address: str, names: tuple[str, ...]) -> list[str]:
    """Of every route of the application that takes one."""
    rules = {each.rule for each in live.app.url_map.iter_rules() if "<" in each.rule}
    filled = (re.sub(r"<(?!path:)[^>]*>", address, rule) for rule in sorted(rules))
    return sorted({re.sub(r"<path:[^>]*>", name, rule) for rule in filled for name in names})


# -- passwords


def test_that_no_route_gives_anything_of_a_locked_link_without_the_password(live: LiveServer, tmp_path: Path) -> None:
    """Every route that there is, so that one which is added and forgets the gate is found here."""
    without_rates(live)
    quick_passwords(live)
    hashed = live.entrance.passwords.hash(PASSWORD)
    for each in ("a", "b"):
        (tmp_path / each).mkdir()
    file = private_file(live, tmp_path, password_hash=hashed)
    folder = private_folder(live, tmp_path, password_hash=hashed)
    limited = private_file(live, tmp_path / "a", password_hash=hashed, limit=3)
    asking = private_folder(live, tmp_path / "b", password_hash=hashed, ask=True, limit=3)
    listed = list_of(live, file, folder, password_hash=hashed)
    links = [each.link for each in (file, folder, limited, asking, listed)]
    addresses = [link.token for link in links]
    addresses += [f"{listed.link.token}~{each}" for each in (file.id, folder.id, "all")]
    names = (f"{NAME}-folder/in/b.txt", f"{NAME}-folder/in")
    shown = [
        [],
        [f"Authorization: {basic('wrong')['Authorization']}", "Range: bytes=0-3"],
        ["Cookie: " + "; ".join(f"link-{each.id}=WyJhIl0.{'A' * 27}" for each in links), "If-None-Match: *"],
        ["Range: bytes=0-1,3-4", 'If-Range: "x"', "Want-Repr-Digest: sha-256=9", PAGE],
    ]
    typed = urlencode({"password": "wrong"}).encode()
    statuses = set()
    for address, method in itertools.product(addresses, ("GET", "HEAD", "POST", "PUT", "OPTIONS")):
        proofs = shown if method in ("GET", "POST") else shown[:1]
        for target, lines in itertools.product(every_address(live, address, names), proofs):
            for link in links:
                live.entrance.guesses.right("127.0.0.1", link.digest)
            form = [FORM] if method == "POST" else []
            reply = asked(live, f"{target}?as=inline", *lines, *form, method=method, body=typed if form else b"")
            statuses.add(reply.status)
            assert reply.status in (401, 404, 405), (method, target)
            assert SECRET not in reply.body
            assert NAME.encode() not in reply.body.replace(quote(NAME).encode() + b"-folder/", b""), (method, target)
            assert not {"etag", "content-disposition", "last-modified", "set-cookie"} & set(reply.fields)
    assert statuses == {401, 404, 405}
    assert live.transfers.snapshot() == ()
    assert live.entrance.tickets.under_way(limited.link) == live.entrance.tickets.under_way(asking.link) == 0


def _cookies(live: LiveServer, target: str, password: str = PASSWORD) -> dict[str, str]:
    """What a browser has once it gave the password, by the names of the cookies."""
    reply = live.ask(
        target, "POST", {**BROWSER, "Content-Type": FORM.split()[1]}, urlencode({"password": password}).encode()
    )
    assert reply.status == 303
    lines = reply.headers.get_all("Set-Cookie") or []
    return dict(each.partition(";")[0].split("=", 1) for each in lines)


def test_that_what_proves_one_link_proves_no_other(live: LiveServer, tmp_path: Path) -> None:
    """Of the same password, of the same item, under the other link's name, or as another kind of proof."""
    without_rates(live)
    hashed = live.entrance.passwords.hash(PASSWORD)
    one = private_file(live, tmp_path, password_hash=hashed)
    live.share_list.update(
        [one.id], lambda each: replace(each, links=(*each.links, replace(new_link(), password_hash=hashed, limit=5)))
    )
    second = live.share_list.snapshot()[0].links[1]
    listed = list_of(live, one, password_hash=hashed)
    ((_, value),) = _cookies(live, f"/s/{one.link.token}").items()
    ((_, of_list),) = _cookies(live, f"/l/{listed.link.token}").items()
    ticket = asked(
        live, f"/d/{second.token}", f"Authorization: {basic(PASSWORD)['Authorization']}", PAGE, method="POST"
    )
    in_ticket = ticket.fields["location"].split("/")[2]
    signed = live.entrance.doors.signer.sign(one, one.disposition, None)
    ways = (one.link, second, listed.link)
    right = {(one.link.id, value), (listed.link.id, of_list)}
    for link, proof in itertools.product(ways, (value, of_list, in_ticket, signed, signed.partition(".")[2], hashed)):
        if (link.id, proof) in right:
            continue
        everywhere = "; ".join(f"{name}={proof}" for name in (f"link-{link.id}", f"ticket-{link.id}", "device"))
        for target in (f"/d/{link.token}", f"/s/{link.token}", f"/l/{link.token}", f"/d/{link.token}~{one.id}"):
            for method in ("GET", "POST"):
                reply = asked(live, target, PAGE, f"Cookie: {everywhere}", method=method)
                assert reply.status in (401, 404, 405)
                assert SECRET not in reply.body
                assert "set-cookie" not in reply.fields
    assert asked(live, f"/d/{one.link.token}", f"Cookie: link-{one.link.id}={value}").body == SECRET


def test_that_who_guesses_learns_nothing_while_waiting_and_others_wait_for_nobody(
    live: LiveServer, tmp_path: Path
) -> None:
    without_rates(live)
    item = private_file(live, tmp_path, password_hash=live.entrance.passwords.hash(PASSWORD))
    target = f"/d/{item.link.token}"
    ((name, value),) = _cookies(live, f"/s/{item.link.token}").items()

    def guess(password: str) -> Raw:
        return asked(live, target, f"Authorization: {basic(password)['Authorization']}")

    assert [guess(f"wrong {number}").status for number in range(3)] == [401, 401, 401]
    waits = []
    for _ in range(4):
        live.entrance.guesses.wrong("127.0.0.1", item.link.digest)  # as if each had waited its time
        waits.append(int(guess("wrong").fields["retry-after"]))
    assert waits == sorted(waits)
    assert waits[-1] >= 2 * waits[0]
    right, wrong = guess(PASSWORD), guess("wrong again")
    assert (right.status, right.body) == (wrong.status, wrong.body) == (429, wrong.body)
    assert asked(live, target, f"Cookie: {name}={value}").body == SECRET
    typed = urlencode({"password": PASSWORD}).encode()
    assert asked(live, f"/s/{item.link.token}", PAGE, FORM, method="POST", body=typed).status == 429
    with live.app.test_client() as client:
        host = {"Host": f"127.0.0.1:{live.port}", **basic(PASSWORD)}
        with client.get(target, headers=host, environ_base={"REMOTE_ADDR": "192.168.1.9"}) as reply:
            assert reply.status_code == 200


# -- what there is, and was


def _told(reply: Raw, address: str) -> tuple[int, list[tuple[str, str]], bytes]:
    """An answer without what differs with the moment and with what was asked for."""
    fields = sorted((name, each) for name, each in reply.fields.items() if name != "date")
    return reply.status, fields, reply.body.replace(address.encode(), b"")


@pytest.mark.parametrize("state", ["open", "paused", "guessing"])
def test_that_nothing_tells_a_guess_from_what_once_was_a_link(live: LiveServer, tmp_path: Path, state: str) -> None:
    item, gone = private_file(live, tmp_path), private_folder(live, tmp_path)
    listed, ended = list_of(live, item, gone), list_of(live, item)
    live.share_list.remove([gone.id])
    live.entrance.lists.update(lambda lists: [each for each in lists if each.link.token != ended.link.token])
    guesses = [GUESS, f"{GUESS}~{item.id}", f"{GUESS}~all"]
    once = [gone.link.token, ended.link.token, f"{ended.link.token}~{item.id}", f"{ended.link.token}~all"]
    once += [f"{listed.link.token}~{gone.id}", gone.id, item.link.id]
    if state == "open":
        without_rates(live)
    elif state == "paused":
        without_rates(live)
        live.paused = True
        once += [item.link.token, f"{listed.link.token}~{item.id}", listed.link.token]
        once.append(live.entrance.doors.signer.sign(item, item.disposition, None))
    else:
        shared = live.app.extensions[SHARED]
        slow = Throttle({}, {Kind.MISS: "1/hour"}, clock=lambda: 0.0)
        slow.wait(Kind.MISS, "127.0.0.1")
        live.app.extensions[SHARED] = replace(shared, entrance=replace(shared.entrance, throttle=slow))
        once += [item.link.token, f"{listed.link.token}~{item.id}", listed.link.token]
    for route in ("/d/{}", "/d/{}/a.txt", "/s/{}", "/s/{}/files/", "/f/{}/a", "/l/{}", "/t/{}", "/t/{}/a.txt"):
        for method, accept in itertools.product(("GET", "HEAD", "POST"), (PAGE, "Accept: */*")):
            told = {
                each: _told(asked(live, route.format(each), accept, method=method), each) for each in guesses + once
            }
            assert len({str(each) for each in told.values()}) == 1, (method, route, told)


def test_that_guessing_at_any_route_shuts_every_route(live: LiveServer, tmp_path: Path) -> None:
    item = private_file(live, tmp_path)
    shared = live.app.extensions[SHARED]
    strict = Throttle({}, {Kind.MISS: "12/hour"}, clock=lambda: 0.0)
    live.app.extensions[SHARED] = replace(shared, entrance=replace(shared.entrance, throttle=strict))
    routes = ("/d/{}", "/s/{}", "/l/{}", "/t/{}", "/f/{}/a", "/s/{}/files/")
    for number, route in enumerate(routes * 2):
        target = route.format(f"{number:022}")
        assert asked(live, target, method="HEAD" if number % 2 else "GET").status == 404
    assert {asked(live, route.format(item.link.token)).status for route in routes} == {429}
    assert asked(live, "/").status == 200


def test_that_no_token_ticket_or_password_stands_in_any_log_record(
    live: LiveServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    without_rates(live)
    hashed = live.entrance.passwords.hash(PASSWORD)
    item, folder = private_file(live, tmp_path, limit=3), private_folder(live, tmp_path, password_hash=hashed)
    listed = list_of(live, item, folder)
    signed = live.entrance.doors.signer.sign(item, item.disposition, None)
    (cookie,) = _cookies(live, f"/s/{folder.link.token}").values()
    ticket = asked(live, f"/d/{item.link.token}", PAGE, method="POST").fields["location"].split("/")[2]
    proof = basic(PASSWORD)["Authorization"]
    secrets = [
        item.link.token,
        folder.link.token,
        listed.link.token,
        signed,
        cookie,
        ticket,
        PASSWORD,
        proof.split()[1],
    ]

    def ask_everything() -> None:
        for address in [*secrets[:4], ticket]:
            for target in every_address(live, address, ("a",)):
                for method in ("GET", "POST"):
                    asked(
                        live,
                        target,
                        f"Authorization: {proof}",
                        f"Cookie: link-{folder.link.id}={cookie}",
                        method=method,
                    )

    ask_everything()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(f"broken at /d/{item.link.token}/a with {proof}, /t/{ticket}/a, Cookie: a={cookie}")

    monkeypatch.setattr(Doors, "find", broken)
    monkeypatch.setattr(visits, "meant", lambda _: visits.Meant("x"))
    ask_everything()
    monkeypatch.undo()
    noted = "".join(f"{each}" for each in live.entrance.visits.snapshot())
    logged = "\n".join(f"{each.name} {each.getMessage()} {each.args}" for each in caplog.records)
    for each in secrets:
        assert each not in noted
        assert each not in re.sub("broken at .*", "", logged)  # the message of the error itself: `log_words` has tests


# -- tickets


@pytest.fixture
def two(live: LiveServer, tmp_path: Path) -> tuple[SharedItem, SharedItem]:
    """Limited items, of which one is private."""
    without_rates(live)
    (tmp_path / "open.txt").write_bytes(b"anybody")
    return edit_link(live, live.share(tmp_path / "open.txt"), limit=3), private_file(live, tmp_path, limit=3)


def test_that_a_ticket_opens_what_it_was_opened_for_and_nothing_else(live: LiveServer, two) -> None:
    mine, other = two
    address = asked(live, f"/d/{mine.link.token}", PAGE, method="POST").fields["location"]
    ticket = address.split("/")[2]
    assert asked(live, f"/t/{ticket}/{NAME}.txt").body == b"anybody", "the name is for people"
    for target in ("/d/{}", "/s/{}", "/f/{}/a", "/l/{}", "/s/{}/files/", "/d/{}~all"):
        assert asked(live, target.format(ticket)).status == 404
    for token in (
        other.link.token,
        mine.link.token,
        mine.link.id,
        f"{ticket}~{other.id}",
        f"{ticket}.",
        ticket.swapcase(),
    ):
        assert asked(live, f"/t/{token}").status == 404
    fields = (f"Cookie: ticket-{other.link.id}={ticket}", PAGE)
    theirs = asked(live, f"/d/{other.link.token}", *fields, method="POST").fields["location"]
    assert theirs.split("/")[2] != ticket
    assert asked(live, theirs).body == SECRET


Change = Callable[[LiveServer, SharedItem], object]


def _edited(**changes: object) -> Change:
    return lambda live, item: edit_link(live, item, **changes)


def _locked(live: LiveServer, item: SharedItem) -> None:
    edit_link(live, item, password_hash=live.entrance.passwords.hash("another"))


def _passed(live: LiveServer, item: SharedItem) -> None:
    edit_link(live, item, expires=live.now + 60)
    live.now += 61


def _removed(live: LiveServer, item: SharedItem) -> None:
    live.share_list.remove([item.id])


def _off_the_list(live: LiveServer, item: SharedItem) -> None:
    live.entrance.lists.update(lambda lists: [replace(each, item_ids=()) for each in lists])


def _turned(live: LiveServer, item: SharedItem) -> None:
    live.share_list.update([item.id], lambda each: replace(each, key_turn=each.key_turn + 1))


@pytest.mark.parametrize("change", [_edited(revoked=True), _locked, _passed, _removed])
def test_that_an_open_ticket_ends_with_its_link(live: LiveServer, two, change: Change) -> None:
    _, item = two
    address = asked(live, f"/d/{item.link.token}", PAGE, method="POST").fields["location"]
    assert asked(live, address, "Range: bytes=0-5").body == SECRET[:6]
    change(live, item)
    for lines in ((), ("Range: bytes=6-",), ('If-Range: "x"', "Range: bytes=6-")):
        reply = asked(live, address, *lines)
        assert reply.status in (401, 404, 410)
        assert SECRET[6:] not in reply.body


# -- races


@pytest.mark.parametrize(
    ("change", "address"),
    [
        (_edited(revoked=True), "{token}"),
        (_passed, "{token}"),
        (_locked, "{token}"),
        (_removed, "{token}"),
        (_removed, "{listed}"),
        (_off_the_list, "{listed}"),
        (_turned, "{signed}"),
        (_removed, "{signed}"),
    ],
    ids=["revoked", "over", "locked", "removed", "removed from a list", "off the list", "key turned", "no item"],
)
def test_that_who_asks_after_a_change_gets_nothing_however_many_ask(
    live: LiveServer, tmp_path: Path, change: Change, address: str
) -> None:
    """Eight recipients ask all the time; what was asked for once the change had returned is refused."""
    without_rates(live)
    hashed = live.entrance.passwords.hash(PASSWORD)
    item = private_file(live, tmp_path, password_hash=hashed)
    listed = list_of(live, item)
    signed = live.entrance.doors.signer.sign(item, item.disposition, None)
    tokens = {"token": item.link.token, "listed": f"{listed.link.token}~{item.id}", "signed": signed}
    target = "/d/" + address.format(**tokens)
    cookie = "; ".join(f"{name}={value}" for name, value in _cookies(live, f"/s/{item.link.token}").items())
    request = f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    changed, got = threading.Event(), threading.Event()

    def recipient(_: int) -> list[bytes]:
        """What came of the requests that were made after the change."""
        late: list[bytes] = []
        while len(late) < 5:
            after = changed.is_set()
            reply = raw(live, request.encode())  # b"" for one that was cut before its first byte
            if SECRET in reply:
                got.set()
            if after:
                late.append(reply)
        return late

    with ThreadPoolExecutor(8) as pool:
        recipients = pool.map(recipient, range(8))
        try:
            assert got.wait(20)
            change(live, item)
        finally:
            changed.set()
        late = [reply for each in recipients for reply in each]
    assert {read(reply).status for reply in late} <= {401, 403, 404, 410}
    assert not any(SECRET in reply for reply in late)


def test_that_a_hundred_who_break_off_and_come_again_get_no_more_than_there_are(
    live: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second one breaks off in the middle and keeps its place for a while; then the rest of them is let in."""
    without_rates(live)
    content = SECRET * 400_000  # more than the buffers between the two ends
    (tmp_path / "a.bin").write_bytes(content)
    item = edit_link(live, live.share(tmp_path / "a.bin"), limit=3)
    now = [0.0]
    monkeypatch.setattr(live.entrance.tickets, "_clock", lambda: now[0])

    def fetch(number: int) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=60)
        try:
            connection.request("POST", f"/d/{item.link.token}")
            answer = connection.getresponse()
            body = answer.read(1000) if number % 2 and answer.status == 200 else answer.read()
            return answer.status if answer.status != 200 else 200 if body == content else 0
        finally:
            connection.close()

    whole, recipients = 0, 100
    while whole < 3:
        with ThreadPoolExecutor(recipients) as pool:
            answers = list(pool.map(fetch, range(recipients)))
        assert set(answers) <= {200, 0, 429, 410}
        whole += answers.count(200)
        assert whole <= 3
        wait_until(lambda count=whole: _used(live) == count)
        now[0] += RESUME_SECONDS + 1  # who broke off does not come again
        recipients = 7
    assert fetch(0) == 410
    assert _used(live) == 3


def _used(live: LiveServer) -> int:
    return live.share_list.snapshot()[0].links[0].used


def test_that_an_item_that_comes_back_between_two_looks_is_there(live: LiveServer, tmp_path: Path) -> None:
    """Removed, and restored by an undo while a running transfer is asked whether it may go on."""
    item = private_file(live, tmp_path)
    doors = live.entrance.doors
    granted = doors.find(item.link.token)
    assert isinstance(granted, Grant)
    removed = live.share_list.remove([item.id])
    assert not doors.is_there(granted)
    look = live.share_list.get

    class BackAgain:
        """The list, to which the item returns after the first look."""

        def __getattr__(self, name: str) -> object:
            return getattr(live.share_list, name)

        def get(self, item_id: str) -> SharedItem | None:
            found = look(item_id)
            if found is None:
                live.share_list.restore(removed)
            return found

    assert replace(doors, share_list=BackAgain()).is_there(granted)


# -- previews and robots

ROBOTS = (
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20.0",
    "TelegramBot (like TwitterBot)",
    "Slackbot-LinkExpanding 1.0",
    "Discordbot/2.0",
    "SkypeUriPreview Preview/0.5",
    "Googlebot/2.1",
    "Mozilla/5.0 (compatible; bingbot/2.0)",
    "",
)


def test_that_previews_robots_and_prefetch_take_nothing_of_any_limited_link(live: LiveServer, two) -> None:
    item, _ = two
    listed = list_of(live, *two, limit=2)
    addresses = [item.link.token, f"{listed.link.token}~{item.id}", f"{listed.link.token}~all", listed.link.token]
    asks = [f"User-Agent: {each}" for each in ROBOTS]
    asks += ["Sec-Purpose: prefetch", "Sec-Purpose: prefetch;prerender", "Purpose: prefetch", "X-Moz: prefetch"]
    for address, line, method in itertools.product(addresses, asks, ("GET", "HEAD")):
        for target in every_address(live, address, ("a",)):
            reply = asked(live, target, line, "Range: bytes=0-", method=method)
            assert b"anybody" not in reply.body
            assert SECRET not in reply.body
    assert live.transfers.snapshot() == ()
    assert live.entrance.tickets.under_way(item.link) == live.entrance.tickets.under_way(listed.link) == 0
    assert [each.link.used for each in live.share_list.snapshot()] == [0, 0]
    assert isinstance(listed, ListLink)
    assert live.entrance.lists.snapshot()[0].link.used == 0
