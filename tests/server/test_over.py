"""A link that is over ends at once: for running transfers, and for the next request of an open connection."""

from __future__ import annotations

import contextlib
import http.client
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from serving import wait_until
from support.live import LiveServer

from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.links import ListLink, new_link
from desktop_share.core.reasons import Reason
from desktop_share.core.transfers import Transfer, TransferState

WAIT = 20
SIZE = 64 << 20  # more than every buffer between the two ends
Change = Callable[[LiveServer, SharedItem], object]


@pytest.fixture
def item(live: LiveServer, tmp_path: Path) -> SharedItem:
    path = tmp_path / "film.bin"
    with path.open("wb") as file:
        file.truncate(SIZE)
    return live.share(path)


def begun(live: LiveServer, target: str) -> socket.socket:
    """A download whose reader pauses after the first bytes."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
    client.settimeout(WAIT)
    client.connect(("127.0.0.1", live.port))
    client.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\n\r\n".encode())
    assert client.recv(9) == b"HTTP/1.1 "
    return client


def was_cut(client: socket.socket) -> bool:
    """Whether the connection ended with a reset, before everything had come."""
    count = 0
    try:
        while chunk := client.recv(1 << 20):
            count += len(chunk)
    except ConnectionResetError:
        return count < SIZE
    finally:
        client.close()
    return False


def received(client: socket.socket) -> bytes:
    data = b""
    with client, contextlib.suppress(ConnectionResetError):
        while chunk := client.recv(1 << 16):
            data += chunk
    return data


def edited(**changes: object) -> Change:
    return lambda live, item: live.share_list.update(
        [item.id],
        lambda each: each.with_link(replace(each.links[0], **changes)),  # type: ignore[arg-type]
    )


def _set_back(live: LiveServer, item: SharedItem) -> None:
    edited(expires=live.now - 1)(live, item)


def _without_its_link(live: LiveServer, item: SharedItem) -> None:
    live.share_list.update([item.id], lambda each: replace(each, links=(new_link(),)))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (edited(revoked=True), Reason.REVOKED),
        (_without_its_link, Reason.REVOKED),
        (_set_back, Reason.EXPIRED),
    ],
)
def test_that_a_change_of_the_link_cuts_what_runs_before_it_returns(
    live: LiveServer, item: SharedItem, change: Change, reason: Reason
) -> None:
    client = begun(live, f"/d/{item.link.token}")
    change(live, item)
    assert [(each.state, each.reason) for each in live.transfers.snapshot()] == [(TransferState.ABORTED, reason)]
    assert was_cut(client)


@pytest.mark.parametrize("change", [edited(note="for Ana"), edited(limit=5), lambda *_: None])
def test_that_other_changes_and_other_links_cut_nothing(live: LiveServer, item: SharedItem, change: Change) -> None:
    other = new_link()
    live.share_list.update([item.id], lambda each: replace(each, links=(*each.links, other)))
    client = begun(live, f"/d/{other.token}")
    first = begun(live, f"/d/{item.link.token}")
    change(live, item)
    assert live.transfers.running_count() == 2
    edited(revoked=True)(live, item)
    assert was_cut(first)
    (running,) = [each for each in live.transfers.snapshot() if each.state is TransferState.STARTED]
    assert running.link_id == other.id
    client.close()


def test_that_what_ends_by_its_time_is_cut_though_nobody_asks(live: LiveServer, item: SharedItem) -> None:
    ended: list[Transfer] = []
    live.transfers.changed.subscribe(ended.append)
    edited(expires=live.now + 60)(live, item)
    client = begun(live, f"/d/{item.link.token}")
    live.now += 59
    live.transfers.tick()
    assert live.transfers.running_count() == 1
    live.now += 1
    wait_until(lambda: live.transfers.running_count() == 0)
    assert ended[-1].reason == Reason.EXPIRED
    assert was_cut(client)


def test_that_a_signed_link_ends_with_its_time_and_with_its_key(live: LiveServer, item: SharedItem) -> None:
    signer = live.entrance.doors.signer
    short = begun(live, f"/d/{signer.sign(item, Disposition.ATTACHMENT, live.now + 60)}")
    long = begun(live, f"/d/{signer.sign(item, Disposition.INLINE, None)}")
    live.now += 61
    wait_until(lambda: live.transfers.running_count() == 1)  # a reader that goes on would be faster than the tick
    assert was_cut(short)
    live.share_list.update([item.id], lambda each: replace(each, key_turn=each.key_turn + 1))
    assert live.transfers.running_count() == 0
    assert was_cut(long)


@pytest.mark.parametrize("how", ["revoked", "gone", "without it"])
def test_that_a_link_to_a_list_ends_what_runs_through_it(live: LiveServer, item: SharedItem, how: str) -> None:
    listed = ListLink(new_link(), item_ids=(item.id,))
    live.entrance.lists.update(lambda _: [listed])
    client, own = begun(live, f"/d/{listed.link.token}~{item.id}"), begun(live, f"/d/{item.link.token}")
    changed = {
        "revoked": [replace(listed, link=replace(listed.link, revoked=True))],
        "gone": [],
        "without it": [replace(listed, item_ids=())],
    }
    live.entrance.lists.update(lambda _: changed[how])
    assert live.transfers.running_count() == 1, "at once, and not with the next tick"
    assert was_cut(client)
    own.close()


def test_that_a_ticket_s_transfer_is_cut_with_its_link(live: LiveServer, item: SharedItem) -> None:
    edited(limit=1)(live, item)
    address = live.get(item, "POST", Accept="text/html")["Location"] or ""
    client = begun(live, address)
    edited(revoked=True)(live, item)
    assert was_cut(client)
    assert live.ask(address).status == 410


def test_that_an_open_connection_is_told_with_its_next_request(live: LiveServer, tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"hello")
    item = live.share(path)
    connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=WAIT)

    def status() -> int:
        connection.request("GET", f"/d/{item.link.token}")
        answer = connection.getresponse()
        answer.read()
        return answer.status

    assert status() == 200
    socket_before = connection.sock
    edited(expires=live.now + 60)(live, item)
    assert status() == 200
    live.now += 60
    assert status() == 410
    edited(expires=None)(live, item)
    assert status() == 200
    edited(revoked=True)(live, item)
    assert status() == 410
    assert connection.sock is socket_before
    connection.close()


def test_that_a_request_that_overtakes_the_change_gets_nothing_whole(
    live: LiveServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The link is judged, then taken back, then the transfer begins: the cut has gone by already, and a small file
    would be sent before the next tick."""
    path = tmp_path / "a.bin"
    path.write_bytes(b"hello, all of it")
    item = live.share(path)
    open_transfer = live.transfers.open

    def open_late(*arguments: object, **named: object) -> object:
        edited(revoked=True)(live, item)
        return open_transfer(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(live.transfers, "open", open_late)
    client = socket.create_connection(("127.0.0.1", live.port), timeout=WAIT)
    client.sendall(f"GET /d/{item.link.token} HTTP/1.1\r\nHost: 127.0.0.1:{live.port}\r\n\r\n".encode())
    assert b"hello" not in received(client)
    assert live.transfers.snapshot()[-1].reason == Reason.REVOKED
