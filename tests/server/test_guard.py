"""What every request passes: networks, rates, hosts, forms; and what is noted of it."""

from __future__ import annotations

import http.client
import re
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Response as FlaskResponse
from flask.testing import FlaskClient
from serving import wait_until
from support.live import PROBE_TOKEN, LiveServer
from werkzeug.test import TestResponse

from desktop_share.core.access import Refusal
from desktop_share.core.access_log import Visit
from desktop_share.core.items import SharedItem
from desktop_share.core.links import ListLink, new_link
from desktop_share.core.networks import NetworkPolicy, parse_networks
from desktop_share.core.throttle import Kind, Throttle
from desktop_share.core.tickets import Tickets
from desktop_share.server.context import SHARED
from desktop_share.server.guard import ARCHIVES, Archives, is_own_origin
from desktop_share.server.hosts import HostPolicy, policy_for

GUESS = "x" * 22
NEIGHBOUR, STRANGER = "192.168.1.7", "203.0.113.9"


@pytest.fixture
def item(live: LiveServer, tmp_path: Path) -> SharedItem:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"0123456789")
    return live.share(path)


@pytest.fixture
def album(live: LiveServer, tmp_path: Path) -> SharedItem:
    folder = tmp_path / "album"
    folder.mkdir()
    (folder / "a.bin").write_bytes(bytes(8 << 20))
    (folder / "b.txt").write_bytes(b"b")
    return live.share(folder)


def entrance_with(live: LiveServer, **changes: object) -> None:
    shared = live.app.extensions[SHARED]
    live.app.extensions[SHARED] = replace(shared, entrance=replace(shared.entrance, **changes))


Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(live: LiveServer) -> Ask:
    """A request of any client: `ask("GET", "/d/x", client=…, Header=…)`."""
    client: FlaskClient = live.app.test_client()

    def asked(method: str, target: str, *, client_ip: str = NEIGHBOUR, **headers: str) -> TestResponse:
        fields = {"Host": f"127.0.0.1:{live.port}"} | {name.replace("_", "-"): each for name, each in headers.items()}
        with client.open(target, method=method, headers=fields, environ_base={"REMOTE_ADDR": client_ip}) as response:
            response.get_data()
            return response

    return asked


# -- networks

ROUTES = ("/", "/robots.txt", "/page.css", "/d/{}", "/d/{}/report.pdf", "/s/{}", "/nothing", f"/d/{GUESS}")


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_that_a_stranger_from_another_network_gets_nothing_on_any_route(
    live: LiveServer, ask: Ask, item: SharedItem, route: str, method: str
) -> None:
    entrance_with(live, networks=lambda: NetworkPolicy(parse_networks(["192.168.1.0/24"])))
    target = route.format(item.link.token)
    refused = ask(method, target, client_ip=STRANGER)
    assert refused.status_code == 403
    assert b"0123456789" not in refused.data
    assert ask(method, target).status_code != 403
    assert ask(method, target, client_ip="::1").status_code != 403


def test_that_the_program_asks_itself_from_any_address(live: LiveServer, ask: Ask) -> None:
    entrance_with(live, networks=lambda: NetworkPolicy((), parse_networks(["0.0.0.0/0"])))
    assert ask("GET", f"/d/{PROBE_TOKEN}", client_ip=NEIGHBOUR).status_code == 204
    assert ask("GET", f"/d/{PROBE_TOKEN}x", client_ip=NEIGHBOUR).status_code == 403
    assert live.entrance.visits.snapshot()[0].why == "wrong-network"  # and of itself it writes nothing down


def test_that_networks_are_judged_before_anything_is_counted_or_looked_up(live: LiveServer, ask: Ask) -> None:
    entrance_with(
        live,
        networks=lambda: NetworkPolicy(parse_networks(["10.0.0.0/8"])),
        throttle=Throttle({Kind.PAGE: "1/minute"}),
    )
    answers = {ask("GET", "/", client_ip=STRANGER, Host="evil.example").status_code for _ in range(3)}
    assert answers == {403}


# -- rates


@pytest.mark.parametrize(
    ("kind", "method", "target"),
    [
        (Kind.BYTES, "GET", "/d/{}"),
        (Kind.BYTES, "HEAD", "/f/{}/a"),
        (Kind.BYTES, "GET", "/t/{}"),
        (Kind.PAGE, "GET", "/s/{}"),
        (Kind.PAGE, "GET", "/l/{}"),
        (Kind.PAGE, "GET", "/"),
        (Kind.PAGE, "GET", "/page.css"),
        (Kind.PAGE, "GET", "/nothing"),
        (Kind.CHANGE, "POST", "/d/{}"),
        (Kind.CHANGE, "POST", "/"),
        (Kind.CHANGE, "DELETE", "/s/{}"),
    ],
)
def test_that_every_route_is_counted_for_its_client(
    live: LiveServer, ask: Ask, item: SharedItem, kind: Kind, method: str, target: str
) -> None:
    entrance_with(live, throttle=Throttle({each: "2/minute" if each is kind else "50/minute" for each in Kind}, {}))
    target = target.format(item.link.token)
    statuses = [ask(method, target).status_code for _ in range(3)]
    assert 429 not in statuses[:2]
    assert statuses[2] == 429
    assert 1 <= int(ask(method, target).headers["Retry-After"]) <= 61
    assert ask(method, target, client_ip="192.168.1.8").status_code != 429
    assert ask(method, target, client_ip="127.0.0.1").status_code != 429


def test_that_who_guesses_too_often_opens_no_link_for_a_while(live: LiveServer, ask: Ask, item: SharedItem) -> None:
    entrance_with(live, throttle=Throttle({each: "3/minute" if each is Kind.MISS else "99/minute" for each in Kind}))
    routes = ["/d/{}", "/s/{}", "/f/{}/a", "/t/{}", "/l/{}"]
    assert [ask("GET", f"/d/{GUESS}").status_code for _ in range(2)] == [404, 404]
    signed = live.entrance.doors.signer.sign(item, item.disposition, None)
    assert ask("GET", f"/d/{signed[:-3]}AAA").status_code == 403
    for route in routes:
        refused = ask("GET", route.format(item.link.token))
        assert (refused.status_code, "Retry-After" in refused.headers) == (429, True), route
    assert ask("GET", "/").status_code == 200
    assert ask("GET", f"/d/{item.link.token}", client_ip="192.168.1.8").status_code == 200


def test_that_a_folders_missing_file_and_a_link_that_is_over_are_no_guesses(
    live: LiveServer, ask: Ask, album: SharedItem, item: SharedItem
) -> None:
    entrance_with(live, throttle=Throttle({each: "1/minute" if each is Kind.MISS else "99/minute" for each in Kind}))
    assert [ask("GET", f"/f/{album.link.token}/album/no.txt").status_code for _ in range(4)] == [404] * 4
    live.share_list.update([item.id], lambda each: replace(each, links=(replace(each.link, revoked=True),)))
    assert [ask("GET", f"/d/{item.link.token}").status_code for _ in range(4)] == [410] * 4


def test_that_other_pages_that_are_not_there_are_no_guesses_at_links(
    live: LiveServer, ask: Ask, item: SharedItem
) -> None:
    entrance_with(live, throttle=Throttle({each: "1/minute" if each is Kind.MISS else "99/minute" for each in Kind}))
    assert [ask("GET", "/wp-login.php").status_code for _ in range(4)] == [404] * 4
    assert ask("GET", f"/d/{item.link.token}").status_code == 200


def test_that_who_asks_too_often_keeps_no_ticket_alive(
    live: LiveServer, ask: Ask, item: SharedItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    monkeypatch.setattr(Tickets, "find", lambda _, token: looked.append(token) or Refusal.UNKNOWN)
    entrance_with(live, throttle=Throttle(dict.fromkeys(Kind, "1/minute")))
    ask("GET", f"/d/{item.link.token}")
    assert ask("GET", f"/t/{GUESS}").status_code == 429
    assert looked == []
    assert last(live).why == "too-many-requests"


# -- archives


def test_that_archives_are_bounded_for_each_client_and_in_all() -> None:
    archives = Archives(per_client=2, in_all=3)
    assert [archives.enter("10.0.0.1") for _ in range(3)] == [True, True, False]
    assert [archives.enter("10.0.0.2") for _ in range(2)] == [True, False]
    archives.leave("10.0.0.1")
    assert [archives.enter("127.0.0.1") for _ in range(2)] == [True, False]
    for client in ("10.0.0.1", "10.0.0.2", "127.0.0.1"):
        archives.leave(client)
    assert [archives.enter("::1") for _ in range(4)] == [True, True, True, False]


def test_that_one_archive_too_many_is_told_to_come_again_and_the_next_gets_it(
    live: LiveServer, album: SharedItem
) -> None:
    live.app.extensions[ARCHIVES] = archives = Archives(per_client=1, in_all=1)
    target = f"/d/{album.link.token}"
    with socket.create_connection(("127.0.0.1", live.port), timeout=20) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\n\r\n".encode())
        assert b"200 OK" in slow.recv(15)
        refused = live.ask(target, headers={"User-Agent": "another"})
        assert (refused.status, refused["Retry-After"]) == (429, "30")
        assert live.transfers.running_count() == 1  # nothing of the refused one is left open
        assert live.ask(target, "HEAD").status == 200
        assert live.ask(f"/f/{album.link.token}/album/b.txt").body == b"b"
    wait_until(lambda: archives.enter("127.0.0.1"))
    archives.leave("127.0.0.1")
    assert len(live.ask(target).body) > 8 << 20
    assert live.ask(target, headers={"Range": "bytes=0-9"}).status == 206  # each gave its place back


# -- forms of other sites

OWN = "http://127.0.0.1:8765"
POLICY = policy_for(["192.168.1.20", "fd00::1"], "box", 8765)


@pytest.mark.parametrize(
    ("origin", "ours"),
    [
        (OWN, True),
        ("http://box:8765", True),
        ("http://box.local:8765", True),
        ("http://192.168.1.20:8765", True),
        ("http://[fd00::1]:8765", True),
        ("null", False),
        ("", False),
        ("http://evil.example", False),
        ("http://evil.example:8765", False),
        ("http://127.0.0.1:8000", False),
        ("http://192.168.1.20", False),  # the server at port 80 of the same computer
        ("http://[fd00::1]", False),
        ("https://127.0.0.1:8765", False),
        ("http://127.0.0.1:8765.evil.example", False),
        ("http://127.0.0.1:8765@evil.example", False),
        ("http://a@127.0.0.1:8765", False),
        ("http://127.0.0.1:8765/", False),
        ("http://127.0.0.1:8765, http://evil.example", False),
        ("ftp://127.0.0.1:8765", False),
        ("http://", False),
    ],
)
def test_that_an_origin_is_ours_or_not(origin: str, ours: bool) -> None:
    assert is_own_origin(origin, POLICY, "") is ours


def test_that_at_port_80_an_origin_needs_no_port_and_without_a_policy_it_is_what_was_asked() -> None:
    at_80: HostPolicy = policy_for(["192.168.1.20"], "box", 80)
    assert is_own_origin("http://box", at_80, "")
    assert not is_own_origin("http://box:8765", at_80, "")
    assert is_own_origin("http://a:1", None, "a:1")
    assert not is_own_origin("http://b:1", None, "a:1")
    assert not is_own_origin("null", None, "null")


@pytest.mark.parametrize(
    ("headers", "passes"),
    [
        ({}, True),
        ({"Origin": "own"}, True),
        ({"Origin": "own", "Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "none"}, True),
        ({"Origin": "null"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "own", "Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": ""}, False),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_that_a_change_comes_from_a_page_of_ours_or_from_a_tool(
    live: LiveServer, item: SharedItem, headers: dict[str, str], passes: bool, method: str
) -> None:
    fields = {name: f"http://127.0.0.1:{live.port}" if each == "own" else each for name, each in headers.items()}
    reply = live.ask(f"/s/{item.link.token}", method, fields)
    assert (reply.status != 403) is passes
    if not passes:
        assert b"another page" in reply.body
        assert live.entrance.visits.snapshot()[-1].why == "other-site"
        assert live.ask(f"/s/{item.link.token}", headers=fields).status == 200  # whoever sends there by a link


def test_that_no_read_changes_anything(live: LiveServer, item: SharedItem, album: SharedItem) -> None:
    listed = ListLink(new_link(), "All")
    live.entrance.lists.update(lambda _: [listed])
    live.share_list.update([item.id], lambda each: replace(each, links=(replace(each.link, limit=1),)))
    before = _decided(live), live.entrance.lists.snapshot()
    tokens = (item.link.token, album.link.token, listed.link.token, GUESS)
    for rule in live.app.url_map.iter_rules():
        for token in tokens:
            target = re.sub(r"<path:.*?>", "album/b.txt", re.sub(r"<(?:string:)?[a-z]+>", token, rule.rule))
            for method in {"GET", "HEAD"} & set(rule.methods or ()):
                for query in ("", "?revoke=1&limit=9&password=x", "?_method=DELETE", "?next=http://evil.example"):
                    live.ask(target + query, method, {"X-HTTP-Method-Override": "POST"})
    assert (_decided(live), live.entrance.lists.snapshot()) == before


def _decided(live: LiveServer) -> list[SharedItem]:
    """The list as its owner made it, without what is found on disk."""
    return [replace(each, size=None, seen=None) for each in live.share_list.snapshot()]


@pytest.mark.parametrize("name", ["next", "url", "to", "redirect", "return", "as", "page", "location"])
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_that_no_parameter_becomes_an_address_to_go_to(
    live: LiveServer, item: SharedItem, album: SharedItem, name: str, method: str
) -> None:
    evil = "http://evil.example/"
    for token in (item.link.token, album.link.token):
        for rule in live.app.url_map.iter_rules():
            target = re.sub(r"<path:.*?>", "a", re.sub(r"<(?:string:)?[a-z]+>", token, rule.rule))
            reply = live.ask(f"{target}?{name}={evil}", method)
            assert "evil" not in (reply["Location"] or "")
            assert "evil" not in (reply["Refresh"] or "")
    assert live.ask("//evil.example/%2e%2e").headers["Location"] is None


# -- what is noted


def last(live: LiveServer) -> Visit:
    return live.entrance.visits.snapshot()[-1]


def test_that_a_visit_says_who_asked_for_what_and_what_they_were_told(live: LiveServer, ask: Ask) -> None:
    ask("GET", "/", User_Agent="curl/8")
    visit = last(live)
    assert (visit.client, visit.device, visit.method, visit.what, visit.status, visit.why, visit.link_id) == (
        NEIGHBOUR,
        "curl",
        "GET",
        "the front page",
        200,
        "",
        "",
    )


@pytest.mark.parametrize(
    ("target", "method", "what", "status", "why"),
    [
        ("/d/{item}", "GET", "report.pdf", 200, ""),
        ("/d/{item}/other%20name", "HEAD", "report.pdf", 200, ""),
        ("/s/{item}", "GET", "report.pdf", 200, ""),
        ("/f/{album}/album/b.txt", "GET", "album.zip: album/b.txt", 200, ""),
        ("/f/{album}/album/no.txt", "GET", "album.zip", 404, "unknown"),
        ("/s/{album}/files/", "GET", "album.zip", 200, ""),
        (f"/d/{GUESS}", "GET", "a link that opens nothing", 404, "unknown"),
        (f"/t/{GUESS}", "GET", "a link that opens nothing", 404, "unknown"),
        ("/d/a.b", "GET", "a link that opens nothing", 403, "signature-wrong"),
        ("/secret-of-mine", "GET", "a page that is not there", 404, "unknown"),
        ("/", "DELETE", "the front page", 405, "not-possible"),
    ],
)
def test_that_a_visit_names_the_item_and_never_the_address(
    live: LiveServer,
    item: SharedItem,
    album: SharedItem,
    target: str,
    method: str,
    what: str,
    status: int,
    why: str,
) -> None:
    heard: list[Visit] = []
    live.entrance.visits.changed.subscribe(heard.append)
    live.ask(target.format(item=item.link.token, album=album.link.token), method)
    (visit,) = heard
    assert (visit.method, visit.what, visit.status, visit.why) == (method, what, status, why)
    known = {item.link.token: item.link.id, album.link.token: album.link.id}
    mentioned = next((each for token, each in known.items() if token in target.format(**_tokens(item, album))), "")
    assert visit.link_id == mentioned
    assert not any(token in repr(visit) for token in (*known, GUESS, "secret-of-mine"))


def _tokens(item: SharedItem, album: SharedItem) -> dict[str, str]:
    return {"item": item.link.token, "album": album.link.token}


def test_that_a_part_that_there_is_not_and_a_known_copy_are_no_refusals(live: LiveServer, item: SharedItem) -> None:
    assert live.get(item, Range="bytes=99-").status == 416
    assert (last(live).status, last(live).why) == (416, "")
    assert live.get(item, If_Match='"x"').status == 412
    assert (last(live).status, last(live).why) == (412, "")
    assert live.get(item, If_None_Match="*").status == 304
    assert (last(live).status, last(live).why) == (304, "")


def test_that_another_host_and_a_mistake_of_ours_are_told(
    live: LiveServer, ask: Ask, item: SharedItem, monkeypatch: pytest.MonkeyPatch, expected_logs: Callable[..., object]
) -> None:
    assert ask("GET", "/", Host="evil.example").status_code == 421
    assert last(live).why == "wrong-host"

    def fail() -> FlaskResponse:
        raise ZeroDivisionError

    live.app.view_functions["pages.front"] = fail
    with expected_logs("an answer failed"):  # type: ignore[attr-defined]
        assert ask("GET", "/").status_code == 500
    assert last(live).why == "failed"


def test_that_what_browsers_ask_for_by_themselves_is_not_noted(live: LiveServer) -> None:
    for target in ("/favicon.ico", "/page.css", "/robots.txt", f"/d/{PROBE_TOKEN}"):
        live.ask(target)
    assert live.entrance.visits.snapshot() == ()


def test_that_the_server_says_nothing_of_itself(live: LiveServer) -> None:
    for target in ("/", "/nothing", "/page.css"):
        assert live.ask(target)["Server"] is None
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=20)
    connection.putrequest("BAD METHOD", "/", skip_host=True)
    connection.endheaders()
    assert connection.getresponse().getheader("Server") is None
    connection.close()
