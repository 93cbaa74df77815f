"""The whole program under clients and owners that do their worst: what the engine's own tests show with a small
application, here with links, ranges and the owner's rows."""

from __future__ import annotations

import contextlib
import os
import selectors
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import until_closed, wait_until
from support.live import LiveServer

from desktop_share.core.items import SharedItem
from desktop_share.core.reasons import Reason
from desktop_share.core.transfers import Transfer, TransferState

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="select takes 512 sockets there, and files are locked")

HUGE = 100 << 30


@pytest.fixture
def huge(live: LiveServer, tmp_path: Path) -> SharedItem:
    path = tmp_path / "huge.img"
    with path.open("wb") as sparse:
        sparse.truncate(HUGE)
    return live.share(path)


@pytest.fixture
def note(live: LiveServer, tmp_path: Path) -> SharedItem:
    path = tmp_path / "note.txt"
    path.write_bytes(b"hello")
    return live.share(path)


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 6000:
        pytest.skip("this system gives too few descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 6000), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def ask(live: LiveServer, item: SharedItem, *lines: str, receive_buffer: int | None = None) -> socket.socket:
    """A client that has asked for the item, and reads when it is told to."""
    client = socket.socket()
    if receive_buffer is not None:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.settimeout(20)
    client.connect(("127.0.0.1", live.port))
    head = (f"GET /d/{item.link.token} HTTP/1.1", f"Host: 127.0.0.1:{live.port}", *lines)
    client.sendall("".join(f"{line}\r\n" for line in head).encode() + b"\r\n")
    return client


@contextlib.contextmanager
def closing(clients: list[socket.socket]) -> Iterator[list[socket.socket]]:
    try:
        yield clients
    finally:
        for client in clients:
            client.close()


@pytest.mark.parametrize("reads", [True, False], ids=["reading client", "stalled client"])
def test_that_a_file_truncated_while_it_is_sent_ends_the_download_for_both_sides(live, huge, note, reads):
    ended: list[Transfer] = []
    heard = threading.Event()

    def hear(transfer: Transfer) -> None:
        if transfer.item_id == huge.id and transfer.state is not TransferState.STARTED:
            ended.append(transfer)
            heard.set()

    live.transfers.changed.subscribe(hear)
    with ask(live, huge, receive_buffer=4096) as client:
        assert client.recv(1000)
        before = live.thread.turns
        os.truncate(huge.source.path, 1000)
        if reads:
            assert until_closed(client)[1], "it ended like something complete"
        assert heard.wait(20)
        assert live.thread.turns - before < 1000, "the loop spins"
        wait_until(lambda: live.thread.connection_count == 0)
        idle = live.thread.turns
        assert live.get(note).body == b"hello"
        assert live.thread.turns - idle < 50, "the loop spins"
    assert [each.state for each in ended] == [TransferState.ABORTED]
    assert ended[0].reason in (Reason.FILE_SHORTER, Reason.FILE_CHANGED)


def test_that_a_thousand_slow_ranged_clients_leave_others_their_answer(many_descriptors, live, huge, note):
    with closing([]) as clients:
        for number in range(1000):
            clients.append(ask(live, huge, f"Range: bytes={number << 20}-", receive_buffer=4096))
        wait_until(lambda: len(live.requests) == 1000)
        assert live.get(note).body == b"hello"
        assert live.get(huge, Range="bytes=5-9").body == bytes(5)
        assert live.thread.connection_count >= 1000
        (row,) = [each for each in live.transfers.snapshot() if each.item_id == huge.id and not each.device]
        assert live.transfers.cancel(row.id)
        for client in clients:
            assert until_closed(client)[1]
    wait_until(lambda: live.thread.connection_count == 0)


def throw_away(client: socket.socket, into: bytearray) -> int:
    """Take what is there; Linux does it without copying."""
    return client.recv_into(into, 0, socket.MSG_TRUNC if sys.platform == "linux" else 0)


def test_that_two_hundred_downloads_progress_evenly_and_a_new_request_is_answered(many_descriptors, live, huge, note):
    """Jain's index of what the kernel took for 200 people once they had read 3 GB: many turns for each."""
    with closing([]) as clients, selectors.DefaultSelector() as selector:
        for number in range(200):
            clients.append(ask(live, huge, f"User-Agent: reader/{number}", f"Range: bytes={number << 25}-"))
            selector.register(clients[-1], selectors.EVENT_READ)
        wait_until(lambda: len(live.transfers.snapshot()) == 200)
        for client in clients:
            assert client.recv(1 << 16)
        answered = threading.Event()
        other = threading.Thread(target=lambda: live.get(note).body == b"hello" and answered.set())
        other.start()
        total, scratch = 0, bytearray(1 << 20)
        while total < 3 << 30:
            for key, _ in selector.select(20):
                total += throw_away(key.fileobj, scratch)
        got = [each.sent for each in live.transfers.snapshot() if each.total == HUGE]
        assert answered.wait(20)
        other.join()
    assert len(got) == 200
    assert sum(got) ** 2 / (len(got) * sum(each**2 for each in got)) >= 0.95
