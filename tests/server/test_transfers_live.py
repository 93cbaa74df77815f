"""The book of transfers behind a live server."""

from __future__ import annotations

import os
import threading
from urllib.parse import parse_qs

import pytest
from serving import answer, ask, connect, until_closed, wait_until

from desktop_share.core.items import SharedItem
from desktop_share.core.reasons import Reason
from desktop_share.core.sources import FileSource
from desktop_share.core.transfer_book import TransferBook
from desktop_share.core.transfers import TransferState
from desktop_share.server.bodies import SegmentBody
from desktop_share.server.thread import ServerThread

SIZE = 4_000_000


class Site:
    """One item and its book, as a route would use them."""

    def __init__(self, path):
        self.item = SharedItem(FileSource(path), added=0.0)
        self.book = TransferBook(grace=0.05)
        self.events = []
        self.ended = threading.Event()
        self.book.changed.subscribe(self._heard)

    def _heard(self, transfer):
        self.events.append(transfer)
        if transfer.state is not TransferState.STARTED:
            self.ended.set()

    def __call__(self, environ, start_response):
        representation = self.item.source.representation()
        query = parse_qs(environ["QUERY_STRING"])
        start = int(query.get("start", ["0"])[0])
        stop = int(query.get("stop", [str(representation.length)])[0])
        delivery = self.book.open(
            self.item,
            environ["REMOTE_ADDR"],
            environ.get("HTTP_USER_AGENT", ""),
            representation.etag,
            representation.length,
            environ["desktop_share.cut"],
            partial=bool(query),
        )
        start_response("200 OK", [("Content-Length", str(stop - start))])
        return SegmentBody(
            [(segment, start) for segment in representation.slice(start, stop)],
            length=stop - start,
            close=representation.close,
            unchanged=representation.unchanged,
            delivery=delivery,
        )


@pytest.fixture
def site(tmp_path):
    path = tmp_path / "film.mp4"
    path.write_bytes(os.urandom(SIZE))
    return Site(path)


@pytest.fixture
def server(site):
    with ServerThread(site, ["127.0.0.1"], 0, tick=site.book.tick) as running:
        yield running


@pytest.fixture
def endless(site, tmp_path):
    with open(tmp_path / "film.mp4", "r+b") as sparse:
        sparse.truncate(1 << 40)


def test_that_sixteen_connections_are_one_transfer_that_finishes(site, server):
    clients = [connect(server) for _ in range(16)]
    step = SIZE // 16
    for number, client in enumerate(clients):
        ask(client, f"/?start={number * step}&stop={(number + 1) * step}", "User-Agent: aria2/1.37")
    for client in clients:
        assert len(answer(client)[2]) == step
        client.close()
    assert site.ended.wait(20)
    last = site.events[-1]
    assert (last.state, last.sent, last.device, last.client) == (TransferState.FINISHED, SIZE, "aria2", "127.0.0.1")
    assert len({event.id for event in site.events}) == 1


def test_that_a_client_that_leaves_is_announced_without_any_more_traffic(site, server, endless):
    with connect(server, receive_buffer=4096) as client:
        ask(client, "/")
        wait_until(lambda: len(client.recv(1000)) > 0 and site.book.snapshot()[0].sent > 0)
    assert site.ended.wait(20)
    last = site.events[-1]
    assert (last.state, last.reason) == (TransferState.ABORTED, Reason.CLIENT_LEFT)
    assert last.sent > 0


def test_that_cancelling_a_transfer_cuts_all_its_connections(site, server, endless):
    clients = [connect(server, receive_buffer=4096) for _ in range(3)]
    for client in clients:
        ask(client, "/")
        assert client.recv(10)
    assert site.book.cancel(site.events[0].id)
    for client in clients:
        assert until_closed(client)[1]
        client.close()
    assert site.events[-1].reason == Reason.CANCELLED
    assert site.book.running_count() == 0


def test_that_removing_the_item_cuts_what_runs(site, server, endless):
    with connect(server, receive_buffer=4096) as client:
        ask(client, "/")
        assert client.recv(10)
        assert site.book.cancel_item(site.item.id) == 1
        assert until_closed(client)[1]


def test_that_a_stop_ends_the_transfers(site, server, endless):
    with connect(server, receive_buffer=4096) as client:
        ask(client, "/")
        assert client.recv(10)
        server.stop()
    assert site.events[-1].reason == Reason.SERVER_STOPPED


def test_that_a_running_download_is_announced_while_it_moves(site, server, endless):
    with connect(server) as client:
        ask(client, "/")

        def moved():
            client.recv(1 << 20)
            return len(site.events) >= 4

        wait_until(moved)
    sent = [event.sent for event in site.events]
    assert sent == sorted(sent)
    assert site.events[2].rate > 0
