"""Letting new devices in, over a live server."""

from __future__ import annotations

import contextlib
import re
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from support.browser import Chromium
from support.live import LiveServer, Reply
from support.processes import wait_until

from desktop_share.core.approvals import Answer, Asking
from desktop_share.core.items import SharedItem
from desktop_share.server import approval_page
from desktop_share.server.channel import Channel
from desktop_share.server.parking import Parked
from desktop_share.server.parsing import RequestParser

PAGE = {"Accept": "text/html,*/*", "User-Agent": "Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile"}


@pytest.fixture
def item(live: LiveServer, tmp_path: Path) -> SharedItem:
    path = tmp_path / "plan.txt"
    path.write_bytes(b"0123456789")
    return live.share(path, lambda each: each.with_link(replace(each.link, ask=True)))


def asking(live: LiveServer) -> tuple[Asking, ...]:
    return live.entrance.approvals.state.asking


def answer(live: LiveServer, answer: Answer) -> Asking:
    who = wait_until(lambda: asking(live), "somebody who asks")[0]
    live.entrance.approvals.answer(who.id, answer)
    return who


def cookie_of(reply: Reply) -> str:
    return (reply["Set-Cookie"] or "").partition(";")[0]


def browse(live: LiveServer, target: str, cookie: str = "") -> Reply:
    return live.ask(target, headers={**PAGE, **({"Cookie": cookie} if cookie else {})})


def test_that_a_browser_waits_on_a_page_that_turns_into_the_items_page(live: LiveServer, item: SharedItem) -> None:
    target = f"/s/{item.link.token}"
    first = browse(live, target)
    assert (first.status, first["Refresh"], first["Cache-Control"]) == (403, "1", "no-store")
    assert re.fullmatch(
        r"device=[\w-]{43}; Expires=[^;]+; Max-Age=31536000; HttpOnly; Path=/; SameSite=Lax", first["Set-Cookie"] or ""
    )
    assert asking(live) == ()  # it may be a preview, which does not come back
    cookie = cookie_of(first)
    second = browse(live, target, cookie)
    assert (second.status, second["Refresh"], second["Set-Cookie"]) == (403, "3", None)
    assert {each.strip() for each in (second["Vary"] or "").split(",")} == {"Accept", "Cookie"}
    assert f"Waiting for <bdi>{socket.gethostname()}</bdi> to let you in" in second.body.decode()
    assert "plan.txt" not in second.body.decode()
    browse(live, target, cookie)
    assert [(each.client, each.device, each.what) for each in asking(live)] == [
        ("127.0.0.1", "Chrome on Android", "plan.txt")
    ]
    answer(live, Answer.ALLOW)
    third = browse(live, target, cookie)
    assert (third.status, third["Refresh"]) == (200, None)
    assert "plan.txt" in third.body.decode()
    assert browse(live, target).status == 403  # another device


def test_that_the_page_turns_into_the_refusal(live: LiveServer, item: SharedItem) -> None:
    target = f"/s/{item.link.token}"
    cookie = cookie_of(browse(live, target))
    browse(live, target, cookie)
    answer(live, Answer.DENY)
    refused = browse(live, target, cookie)
    assert (refused.status, refused["Refresh"]) == (403, None)
    assert "You were not let in" in refused.body.decode()


def test_that_a_download_waits_on_a_page_that_goes_on_to_the_items(live: LiveServer, item: SharedItem) -> None:
    reply = browse(live, f"/d/{item.link.token}/plan.txt", f"device={'x' * 43}")
    assert reply["Refresh"] == f"3; url=/s/{item.link.token}"


@pytest.mark.parametrize("cookie", ["device=short", f"device={'x' * 42}!", f"other={'x' * 43}"])
def test_that_what_is_no_secret_of_ours_is_no_device(live: LiveServer, item: SharedItem, cookie: str) -> None:
    assert browse(live, f"/s/{item.link.token}", cookie)["Set-Cookie"]
    assert asking(live) == ()


@pytest.mark.parametrize(
    ("method", "headers", "status", "body"),
    [
        ("GET", {}, 200, b"0123456789"),
        ("GET", {"Range": "bytes=2-4"}, 206, b"234"),
        ("HEAD", {}, 200, b""),
    ],
)
@pytest.mark.parametrize("allowed", [Answer.ALLOW, Answer.ALLOW_ONCE])
def test_that_a_tool_waits_and_gets_what_it_asked_for(
    live: LiveServer, item: SharedItem, method: str, headers: dict[str, str], status: int, body: bytes, allowed: Answer
) -> None:
    with ThreadPoolExecutor(1) as client:
        tool = {"User-Agent": "curl/8.5", **headers}
        asked = client.submit(live.ask, f"/d/{item.link.token}", method, tool)
        who = answer(live, allowed)
        reply = asked.result(20)
    assert (who.device, who.client) == ("curl", "127.0.0.1")
    assert (reply.status, reply.body) == (status, body)
    again = live.ask(f"/d/{item.link.token}", headers=tool | {"Connection": "close"})
    assert again.status in (200, 206)


def test_that_a_tool_without_a_cookie_is_not_let_in_for_good_and_one_with_it_is(
    live: LiveServer, item: SharedItem
) -> None:
    """Another device behind the same router or tunnel shows the same."""
    for cookie, kept in ((None, 0), (f"device={'x' * 43}", 1)):
        fields = {"User-Agent": "curl/8.5"} | ({} if cookie is None else {"Cookie": cookie})
        with ThreadPoolExecutor(1) as client:
            asked = client.submit(live.ask, f"/d/{item.link.token}", "GET", fields)
            answer(live, Answer.ALLOW)
            assert asked.result(20).status == 200
        assert len(live.entrance.approvals.state.devices) == kept


def test_that_a_tool_is_told_in_one_line_that_it_was_not_let_in(live: LiveServer, item: SharedItem) -> None:
    with ThreadPoolExecutor(1) as client:
        asked = client.submit(live.get, item, User_Agent="curl/8.5")
        answer(live, Answer.DENY)
        reply = asked.result(20)
    assert (reply.status, reply["Content-Type"]) == (403, "text/plain; charset=utf-8")
    assert reply.body.startswith(b"You were not let in.")
    assert reply.body.count(b"\n") == 1


def test_that_a_tool_does_not_wait_for_ever(
    live: LiveServer, item: SharedItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(approval_page, "TOOL_SECONDS", 0.0)
    reply = live.get(item, User_Agent="curl/8.5")
    assert (reply.status, asking(live)) == (403, ())
    assert reply.body.startswith(b"You were not let in.")


@contextlib.contextmanager
def waiting_tools(live: LiveServer, item: SharedItem, count: int) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as closing:
        tools = []
        for _ in range(count):
            tool = closing.enter_context(socket.create_connection(("127.0.0.1", live.port), timeout=20))
            tool.sendall(f"GET /d/{item.link.token} HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\n\r\n".encode())
            tools.append(tool)
        wait_until(lambda: parked(live) == count, f"{count} parked requests")
        yield tools


def parked(live: LiveServer) -> int:
    running = live.thread._running
    assert running is not None
    return sum(each.parked is not None for each in list(running.hub.map.values()))


def test_that_downloads_go_on_while_fifty_wait(live: LiveServer, item: SharedItem, tmp_path: Path) -> None:
    other = tmp_path / "open.bin"
    other.write_bytes(b"o" * 300_000)
    free = live.share(other)
    with waiting_tools(live, item, 50) as tools:
        assert len(asking(live)) == 1
        for _ in range(20):
            assert live.get(free).body == b"o" * 300_000
        answer(live, Answer.ALLOW)
        for tool in tools:
            assert tool.recv(100).startswith(b"HTTP/1.1 200 ")
    wait_until(lambda: parked(live) == 0, "nobody waits")


def test_that_the_asking_ends_when_the_last_who_waits_leaves(live: LiveServer, item: SharedItem) -> None:
    with waiting_tools(live, item, 2) as (one, other):
        one.close()
        wait_until(lambda: parked(live) == 1, "one is gone")
        assert len(asking(live)) == 1
        other.close()
        wait_until(lambda: not asking(live), "nobody asks")


def test_that_the_asking_ends_when_who_waits_leaves_before_the_worker_is_done(
    live: LiveServer, item: SharedItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools, park = [], Channel.park

    def park_and_leave(self: Channel, request: RequestParser, parked: Parked) -> None:
        park(self, request, parked)
        assert len(asking(live)) == 1
        tools[0].close()
        self.loop.touch(self)
        wait_until(lambda: self.parked is None, "the loop to see it")
        left.set()

    left = threading.Event()
    monkeypatch.setattr(Channel, "park", park_and_leave)
    tools.append(socket.create_connection(("127.0.0.1", live.port), timeout=20))
    tools[0].sendall(f"GET /d/{item.link.token} HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\n\r\n".encode())
    assert left.wait(20)
    wait_until(lambda: not asking(live), "nobody asks")


def test_that_the_next_request_on_the_connection_waits_behind_it(live: LiveServer, item: SharedItem) -> None:
    with waiting_tools(live, item, 1) as (tool,):
        tool.sendall(f"GET /robots.txt HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\nConnection: close\r\n\r\n".encode())
        answer(live, Answer.ALLOW)
        received = b""
        while block := tool.recv(65536):
            received += block
    first, second = received.index(b"0123456789"), received.index(b"User-agent:")
    assert first < second
    assert received.count(b"HTTP/1.1 200 ") == 2


def test_that_the_server_stops_with_parked_requests(live: LiveServer, item: SharedItem) -> None:
    with waiting_tools(live, item, 5) as tools:
        live.thread.stop()
        for tool in tools:
            with contextlib.suppress(ConnectionResetError):
                assert tool.recv(100) == b""
    assert asking(live) == ()


def test_that_the_setting_asks_at_every_link(live: LiveServer, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"a")
    item = live.share(path)
    assert live.get(item).status == 200
    live.asks_always = True
    assert browse(live, f"/d/{item.link.token}").status == 403


def test_that_a_real_browser_goes_on_by_itself(
    live: LiveServer, item: SharedItem, tmp_path: Path, chromium: Chromium
) -> None:
    downloads = tmp_path / "downloads"
    downloads.mkdir()
    with chromium.opened(downloads) as browser:
        browser.go(live.url(item))
        who = wait_until(lambda: asking(live), "the browser with its cookie")[0]
        assert browser.title == "Waiting to be let in"
        live.entrance.approvals.answer(who.id, Answer.ALLOW_ONCE)
        wait_until(lambda: browser.title == "plan.txt", "the item's page")
        assert browser.downloaded(lambda: browser.click(".button")).read_bytes() == b"0123456789"


def test_that_an_unknown_link_asks_nobody(live: LiveServer, item: SharedItem) -> None:
    assert live.ask("/d/unknown", headers={"User-Agent": "curl"}).status == 404
    assert asking(live) == ()
    live.share_list.update([item.id], lambda each: each.with_link(replace(each.link, expires=time.time() - 1)))
    assert live.get(item).status == 410
    assert asking(live) == ()
