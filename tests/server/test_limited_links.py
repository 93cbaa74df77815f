"""Links that are good for a number of downloads: what counts, what does not, and how a download is begun."""

from __future__ import annotations

import base64
import contextlib
import http.client
import re
import shlex
import socket
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from serving import wait_until
from support.live import LiveServer, Reply
from support.tools import need

from desktop_share.core.addresses import HostAddress, Reach
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.links import ListLink, new_link
from desktop_share.core.tickets import RESUME_SECONDS
from desktop_share.core.transfers import TransferState
from desktop_share.server import ticket_routes
from desktop_share.server.explain import explain

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
BODY = bytes(range(256)) * 40
LARGE = 8 << 20  # more than the buffers between the two ends, in the tests that leave half-way
WAIT = 20


def limited(live: LiveServer, path: Path, limit: int = 3, **changes: object) -> SharedItem:
    def edit(item: SharedItem) -> SharedItem:
        return item.with_link(replace(item.link, limit=limit, **changes))  # type: ignore[arg-type]

    return live.share(path, edit)


def used(live: LiveServer, item: SharedItem) -> int:
    found = live.share_list.get(item.id)
    assert found is not None
    return found.links[0].used


def post(live: LiveServer, item: SharedItem, **headers: str) -> Reply:
    return live.get(item, "POST", **headers)


def ticket_of(live: LiveServer, item: SharedItem) -> str:
    """The address that a browser is sent to."""
    reply = post(live, item, **BROWSER)
    assert reply.status == 303
    return reply["Location"] or ""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "a.bin"
    file.write_bytes(BODY)
    return file


@pytest.fixture
def item(live: LiveServer, path: Path) -> SharedItem:
    return limited(live, path)


@pytest.mark.parametrize("place", ["d", "s"])
@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"Range": "bytes=0-"},
        {"Range": "bytes=0-0"},
        {"Sec-Purpose": "prefetch"},
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "WhatsApp/2.23"},
        {"User-Agent": "TelegramBot (like TwitterBot)"},
        {"User-Agent": "Googlebot/2.1"},
        {"If-None-Match": "*"},
    ],
)
def test_that_looking_costs_nothing(live: LiveServer, item: SharedItem, place: str, fields: dict[str, str]) -> None:
    for accept in ({}, BROWSER):
        for method in ("GET", "HEAD"):
            reply = live.ask(f"/{place}/{item.link.token}", method, {**fields, **accept})
            assert reply.status == 200
            assert reply["Cache-Control"] == "no-store"
            assert BODY not in reply.body
            assert method == "HEAD" or b"3 of 3 downloads left" in reply.body
    assert live.transfers.snapshot() == ()
    assert live.entrance.tickets.under_way(item.link) == 0
    assert used(live, item) == 0


def test_that_the_page_has_a_form_in_the_place_of_a_link(live: LiveServer, item: SharedItem) -> None:
    page = live.get(item, **BROWSER).body.decode()
    assert f'<form method="post" action="/d/{item.link.token}/a.bin">' in page
    assert 'href="/d/' not in page
    assert f"curl -OJ -X POST http://127.0.0.1:{live.port}/d/{item.link.token}/a.bin" in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("limit", "words"), [(1, "1 download left"), (3, "3 of 3 downloads left"), (None, "")], ids=str
)
def test_that_the_page_says_how_many_are_left(live: LiveServer, path: Path, limit: int | None, words: str) -> None:
    item = limited(live, path, limit=limit)  # type: ignore[arg-type]
    page = live.ask(f"/s/{item.link.token}", headers=BROWSER).body.decode()
    assert re.findall(r'<p class="left">(.*)</p>', page) == ([words] if words else [])


def test_that_a_browser_begins_a_download_and_goes_on_at_its_ticket(live: LiveServer, item: SharedItem) -> None:
    address = ticket_of(live, item)
    assert re.fullmatch(r"/t/[\w-]{22}/a\.bin", address)
    reply = live.ask(address, headers=BROWSER)
    assert (reply.status, reply.body) == (200, BODY)
    assert (reply["Content-Disposition"] or "").startswith("attachment")
    wait_until(lambda: used(live, item) == 1)
    assert b"2 of 3 downloads left" in live.get(item, **BROWSER).body
    (transfer,) = live.transfers.snapshot()
    assert (transfer.link_id, transfer.state) == (item.link.id, TransferState.FINISHED)
    assert transfer.ticket
    assert transfer.ticket not in address


@pytest.mark.parametrize(
    ("wanted", "shown"), [("?as=inline", "inline"), ("?as=//evil", "attachment"), ("", "attachment")]
)
def test_that_the_other_choice_goes_along(live: LiveServer, item: SharedItem, wanted: str, shown: str) -> None:
    reply = live.ask(f"/d/{item.link.token}/a.bin{wanted}", "POST", BROWSER)
    assert (reply["Location"] or "").startswith("/t/")
    assert "evil" not in (reply["Location"] or "")
    assert (live.ask(reply["Location"] or "")["Content-Disposition"] or "").startswith(shown)


def test_that_a_tool_has_the_bytes_at_once_and_is_told_where_the_rest_is(live: LiveServer, item: SharedItem) -> None:
    reply = post(live, item, Range="bytes=5-", If_None_Match="*")
    assert (reply.status, reply.body) == (200, BODY), "a POST is for the whole"
    assert re.fullmatch(r"/t/[\w-]{22}/a\.bin", reply["Content-Location"] or "")
    wait_until(lambda: used(live, item) == 1)


def test_that_the_line_for_tools_works_as_it_stands(live: LiveServer, item: SharedItem, tmp_path: Path) -> None:
    text = live.get(item).body.decode()
    assert f"curl -OJ -X POST {live.url(item)}" in text.splitlines()
    command = next(line for line in text.splitlines() if line.startswith("curl "))
    target = tmp_path / "elsewhere"
    target.mkdir()
    program, *arguments = shlex.split(command)
    subprocess.run([need(program), "-sS", *arguments], cwd=target, check=True, timeout=WAIT)
    assert (target / "a.bin").read_bytes() == BODY
    wait_until(lambda: used(live, item) == 1)


def test_that_a_tool_that_saves_the_page_does_not_save_it_as_the_file(
    live: LiveServer, item: SharedItem, tmp_path: Path
) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    subprocess.run([need("curl"), "-sS", "-OJ", live.url(item)], cwd=target, check=True, timeout=WAIT)
    assert [each.name for each in target.iterdir()] == ["How to download.txt"]


def test_that_heads_and_parts_on_a_ticket_do_not_count(live: LiveServer, item: SharedItem) -> None:
    address = ticket_of(live, item)
    assert live.ask(address, "HEAD")["Content-Length"] == str(len(BODY))
    for _ in range(3):
        assert live.ask(address, headers={"Range": "bytes=0-99"}).status == 206
    live.transfers.settle()
    assert used(live, item) == 0


def test_that_parts_over_several_connections_count_once_when_they_are_all_there(
    live: LiveServer, item: SharedItem
) -> None:
    address = ticket_of(live, item)
    spans = [(start, start + 1024) for start in range(0, len(BODY), 1024)]
    with ThreadPoolExecutor(8) as clients:
        parts = clients.map(
            lambda span: (
                live.ask(
                    address, headers={"Range": f"bytes={span[0]}-{span[1] - 1}", "User-Agent": f"part {span[0] % 3}"}
                ).body
            ),
            spans,
        )
        assert b"".join(parts) == BODY
    wait_until(lambda: used(live, item) == 1)
    assert live.ask(address).body == BODY, "a player asks again"
    live.entrance.tickets.close()
    assert used(live, item) == 1
    assert len({each.id for each in live.transfers.snapshot() if each.state is TransferState.FINISHED}) <= 2


def test_that_a_download_that_broke_off_is_resumed_and_counts_once(live: LiveServer, tmp_path: Path) -> None:
    path = tmp_path / "film.bin"
    path.write_bytes(BODY * (LARGE // len(BODY)))
    item = limited(live, path, limit=1)
    address = ticket_of(live, item)
    copy = tmp_path / "copy.bin"
    with socket.create_connection(("127.0.0.1", live.port), WAIT) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
        client.sendall(f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\nUser-Agent: curl\r\n\r\n".encode())
        data = b""
        while len(data) < 500_000:
            data += client.recv(1 << 16)
    copy.write_bytes(data.partition(b"\r\n\r\n")[2])
    command = [
        need("curl"),
        "-sS",
        "-f",
        "-C",
        "-",
        "-A",
        "curl",
        "-o",
        str(copy),
        f"http://127.0.0.1:{live.port}{address}",
    ]
    subprocess.run(command, check=True, timeout=WAIT)
    assert copy.read_bytes() == path.read_bytes()
    wait_until(lambda: used(live, item) == 1)
    assert live.get(item).status == 410
    assert post(live, item).status == 410


def test_that_the_rest_after_a_long_break_counts_and_a_second_copy_is_not_to_be_had(
    live: LiveServer, path: Path
) -> None:
    item = limited(live, path, limit=1)
    address = ticket_of(live, item)
    for start in range(0, len(BODY), 1024):
        assert used(live, item) == 0
        assert live.ask(address, headers={"Range": f"bytes={start}-{start + 1023}"}).status == 206
        live.transfers.settle()  # as after the time in which a client may come back to its transfer
    wait_until(lambda: used(live, item) == 1)
    assert live.get(item).status == post(live, item).status == 410


@pytest.mark.parametrize("size", [1, len(BODY), LARGE], ids=str)
@pytest.mark.parametrize("leaves", [False, True], ids=["stays", "leaves"])
def test_that_a_download_is_counted_before_its_last_bytes_are_sent(
    live: LiveServer, path: Path, monkeypatch: pytest.MonkeyPatch, size: int, leaves: bool
) -> None:
    """So that a program that is killed in that moment has given nothing away."""
    path.write_bytes(bytes(size))
    item = limited(live, path, limit=1)
    save, reached, goes_on = live.entrance.tickets._save, threading.Event(), threading.Event()

    def slow(*arguments: Any) -> Any:
        reached.set()
        assert goes_on.wait(WAIT)
        return save(*arguments)

    monkeypatch.setattr(live.entrance.tickets, "_save", slow)
    with ThreadPoolExecutor(1) as recipient:
        with socket.create_connection(("127.0.0.1", live.port), WAIT) as client:
            client.sendall(f"POST /d/{item.link.token} HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\n\r\n".encode())
            body = recipient.submit(lambda: client.makefile("rb").read(size))
            assert reached.wait(WAIT)
            (transfer,) = live.transfers.snapshot()
            assert transfer.sent < size
            if leaves:
                client.shutdown(socket.SHUT_RDWR)
                wait_until(lambda: live.transfers.running_count() == 0)  # before the rest is sent to nobody
            goes_on.set()
            if not leaves:
                wait_until(lambda: live.transfers.snapshot()[0].state is TransferState.FINISHED)
                client.shutdown(socket.SHUT_RD)
        with contextlib.suppress(ConnectionResetError):
            body.result(WAIT)
    if leaves:
        live.transfers.settle()
    wait_until(lambda: used(live, item) == (0 if leaves else 1))


def test_that_a_hundred_at_once_get_no_more_than_there_are(live: LiveServer, item: SharedItem) -> None:
    """At once, so that each that gets none was told why while the others were under way, or just after."""
    gate = threading.Barrier(100)

    def fetch(number: int) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=60)
        try:
            connection.connect()
            gate.wait(60)
            connection.request("POST", f"/d/{item.link.token}", headers={"User-Agent": f"recipient {number}"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    with ThreadPoolExecutor(100) as recipients:
        answers = list(recipients.map(fetch, range(100)))
    assert sum(body == BODY for _, body in answers) == 3
    assert {status for status, body in answers if body != BODY} <= {410, 429}
    wait_until(lambda: used(live, item) == 3)
    assert post(live, item).status == 410


def test_that_places_that_are_taken_are_told_apart_from_downloads_that_are_used_up(
    live: LiveServer, path: Path
) -> None:
    item = limited(live, path, limit=1)
    address = ticket_of(live, item)
    taken = post(live, item, **BROWSER)
    assert (taken.status, taken["Set-Cookie"]) == (429, None)
    assert int(taken["Retry-After"] or "") > 0
    assert b"Somebody else is downloading it" in taken.body
    assert live.ask(address).body == BODY
    wait_until(lambda: used(live, item) == 1)
    gone = live.get(item, **BROWSER)
    assert gone.status == 410
    assert b"used up" in gone.body
    assert live.ask(address, headers={"Range": "bytes=0-9"}).status == 206, (
        "its own recipient may ask again for a while"
    )


Spoil = Callable[[LiveServer, SharedItem], object]


def _edited(**changes: object) -> Spoil:
    return lambda live, item: live.share_list.update(
        [item.id],
        lambda each: each.with_link(replace(each.links[0], **changes)),  # type: ignore[arg-type]
    )


def _expire(live: LiveServer, item: SharedItem) -> None:
    _edited(expires=live.now + 10)(live, item)
    live.now += 10


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (_edited(revoked=True), 410),
        (_expire, 410),
        (_edited(password_hash="changed"), 401),
        (_edited(ask=True), 403),
        (lambda live, _: setattr(live, "paused", True), 503),
        (lambda live, item: live.share_list.remove([item.id]), 404),
        (lambda live, item: live.share_list.update([item.id], lambda each: replace(each, links=(new_link(),))), 404),
    ],
)
def test_that_a_ticket_is_judged_each_time(live: LiveServer, item: SharedItem, spoil: Spoil, status: int) -> None:
    address = ticket_of(live, item)
    assert live.ask(address, headers={"Range": "bytes=0-9"}).status == 206
    spoil(live, item)
    reply = live.ask(address, headers={"Range": "bytes=10-", **BROWSER})  # a tool would wait for the owner's answer
    assert reply.status == status
    assert BODY[10:20] not in reply.body


def test_that_who_presses_the_button_twice_has_begun_one_download(live: LiveServer, path: Path) -> None:
    item = limited(live, path, limit=2)
    first = post(live, item, **BROWSER)
    line = first["Set-Cookie"] or ""
    assert "HttpOnly" in line
    assert "SameSite=Strict" in line
    assert f"Path=/d/{item.link.token}" in line
    own = {"Cookie": line.partition(";")[0], **BROWSER}
    assert post(live, item, **own)["Location"] == first["Location"]
    assert live.entrance.tickets.under_way(item.link) == 1
    assert post(live, item, **BROWSER)["Location"] != first["Location"], "another recipient"
    assert live.ask(first["Location"] or "").body == BODY
    wait_until(lambda: used(live, item) == 1)
    again = post(live, item, **own)
    assert again.status == 429, "a download that was delivered is not begun again with its ticket"


def test_that_a_ticket_is_for_the_link_that_it_was_opened_with(live: LiveServer, item: SharedItem) -> None:
    other = replace(new_link(), limit=5)
    live.share_list.update([item.id], lambda each: replace(each, links=(*each.links, other)))
    ticket = (post(live, item, **BROWSER)["Set-Cookie"] or "").partition(";")[0].partition("=")[2]
    for name in (item.link.id, other.id):
        reply = live.ask(f"/d/{other.token}", "POST", {"Cookie": f"ticket-{name}={ticket}", **BROWSER})
        assert ticket not in (reply["Location"] or "")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_that_a_guessed_ticket_opens_nothing(live: LiveServer, item: SharedItem, method: str) -> None:
    for token in ("x", item.link.token, "A" * 22):
        assert live.ask(f"/t/{token}/a.bin", method).status == 404
    live.paused = True
    assert live.ask("/t/x", method).status == 503


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_that_a_ticket_is_only_read(live: LiveServer, item: SharedItem, method: str) -> None:
    assert live.ask(ticket_of(live, item), method).status in (405, 501)


def test_that_a_password_is_asked_for_at_the_ticket_too(live: LiveServer, path: Path) -> None:
    item = limited(live, path, password_hash=live.entrance.passwords.hash("right"))
    assert post(live, item).status == 401
    assert post(live, item, **BROWSER).status == 401
    basic = {"Authorization": "Basic " + base64.b64encode(b":right").decode()}
    assert f"curl -u any -OJ -X POST {live.url(item)}" in live.get(item, **basic).body.decode()
    address = post(live, item, **basic)["Content-Location"] or ""
    assert live.ask(address).status == 401
    assert live.ask(address, headers=basic).body == BODY
    form = {**BROWSER, "Content-Type": "application/x-www-form-urlencoded"}
    given = live.ask(f"/s/{item.link.token}", "POST", form, b"password=right")
    cookie = (given["Set-Cookie"] or "").partition(";")[0]
    begun = post(live, item, Cookie=cookie, **BROWSER)
    assert begun.status == 303
    path_of_ticket = (begun["Location"] or "").rpartition("/")[0]
    (at_ticket,) = [
        each
        for each in begun.headers.get_all("Set-Cookie")
        if each.endswith(f"Path={path_of_ticket}") or f"Path={path_of_ticket};" in each
    ]
    assert live.ask(begun["Location"] or "", headers={"Cookie": at_ticket.partition(";")[0]}).body == BODY
    assert live.ask(begun["Location"] or "").status == 401


def test_that_a_folder_comes_as_a_whole_only_and_the_page_says_so(live: LiveServer, tmp_path: Path) -> None:
    (tmp_path / "trip").mkdir()
    (tmp_path / "trip" / "b.txt").write_bytes(b"inner bytes")
    item = limited(live, tmp_path / "trip", limit=1)
    token = item.link.token
    for target in (f"/s/{token}/files/", f"/f/{token}/trip/b.txt"):
        page = live.ask(target, headers=BROWSER)
        assert page.status == 403
        assert b"as a whole" in page.body
        assert b"b.txt" not in page.body
        assert live.ask(target).status == 403
    assert f"/s/{token}/files" not in live.get(item, **BROWSER).body.decode()
    reply = post(live, item)
    assert (reply.status, reply.body[:2]) == (200, b"PK")
    wait_until(lambda: used(live, item) == 1)


def test_that_a_link_to_a_list_is_counted_as_one(live: LiveServer, path: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.bin"
    other.write_bytes(BODY)
    items = [live.share(path), live.share(other)]
    link = replace(new_link(), limit=1)
    live.entrance.lists.update(lambda lists: (*lists, ListLink(link)))
    assert live.ask(f"/d/{link.token}~{items[0].id}", "POST").body == BODY
    wait_until(lambda: live.entrance.lists.snapshot()[0].link.used == 1)
    assert live.ask(f"/d/{link.token}~{items[1].id}", "POST").status == 410
    assert live.get(items[1]).body == BODY, "its own link goes on"


def test_that_a_missing_file_takes_no_place(live: LiveServer, item: SharedItem, path: Path) -> None:
    path.unlink()
    assert post(live, item).status == 404
    assert post(live, item, **BROWSER).status == 404
    assert live.entrance.tickets.under_way(item.link) == 0


def test_that_a_page_from_before_the_limit_was_lifted_still_leads_to_the_file(
    live: LiveServer, item: SharedItem
) -> None:
    _edited(limit=None)(live, item)
    reply = post(live, item, **BROWSER)
    assert (reply.status, reply["Location"]) == (303, f"/d/{item.link.token}/a.bin")
    tool = post(live, item)
    assert (tool.status, tool["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("disposition", list(Disposition))
def test_that_it_is_explained_as_it_is(
    live: LiveServer, item: SharedItem, disposition: Disposition, tmp_path: Path
) -> None:
    live.share_list.update([item.id], lambda each: each.with_disposition(disposition))
    now = live.share_list.get(item.id)
    assert now is not None
    explanation = explain(now, HostAddress("127.0.0.1", "lo", Reach.LOOPBACK), live.port)
    assert explanation is not None
    assert explanation.status_line == "HTTP/1.1 200 OK"
    assert [note.kind for note in explanation.notes] == ["explain-counted"]
    assert "-X POST" in explanation.curl
    assert "-Method Post" in explanation.powershell
    assert used(live, item) == 0
    target = tmp_path / "elsewhere"
    target.mkdir()
    program, *arguments = shlex.split(explanation.curl)
    subprocess.run([need(program), "-sS", *arguments], cwd=target, check=True, timeout=WAIT)
    assert (target / "a.bin").read_bytes() == BODY


@pytest.mark.parametrize("method", ["begins", "goes on"])
def test_that_nothing_is_delivered_with_a_ticket_whose_place_went_to_another_meanwhile(
    live: LiveServer, path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """It would not be counted. A folder is looked through before, which may take as long as a place lasts."""
    item = limited(live, path, limit=1)
    address = ticket_of(live, item)
    tickets, late, look_at = live.entrance.tickets, [], ticket_routes.look_at

    def look_at_last(*arguments: Any) -> Any:
        found = look_at(*arguments)
        clock = tickets._clock
        monkeypatch.setattr(tickets, "_clock", lambda: clock() + RESUME_SECONDS + 1)
        late.append(tickets.under_way(item.link))
        return found

    monkeypatch.setattr(ticket_routes, "look_at", look_at_last)
    headers = {"Range": "bytes=9-"} if method == "goes on" else {}
    with pytest.raises((OSError, http.client.HTTPException)):
        live.ask(address, headers=headers)
    assert late == [0]
    assert used(live, item) == 0
