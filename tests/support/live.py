"""A live server over a share list, and a client that shows the bytes on the wire."""

from __future__ import annotations

import contextlib
import http.client
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask, request
from support.stores import MemoryStore

from desktop_share.core.digests import Digests
from desktop_share.core.entrance import Entrance, make_entrance
from desktop_share.core.items import SharedItem
from desktop_share.core.opening import Opener
from desktop_share.core.share_list import ShareList
from desktop_share.core.sharing import link_path
from desktop_share.core.sources import path_source
from desktop_share.core.transfer_book import TransferBook
from desktop_share.server.context import Shared
from desktop_share.server.factory import create_app
from desktop_share.server.hosts import HostPolicy, policy_for
from desktop_share.server.thread import ServerThread

PROBE_TOKEN = "the-secret-of-this-run"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def __getitem__(self, name: str) -> str | None:
        return self.headers[name]


@dataclass
class LiveServer:
    share_list: ShareList
    transfers: TransferBook
    opener: Opener
    entrance: Entrance
    digests: Digests
    paused: bool = False
    asks_always: bool = False
    now: float = field(default_factory=time.time)  # of expiry
    policy: HostPolicy | None = None
    requests: list[dict[str, str]] = field(default_factory=list)  # the header fields of each, as they came
    thread: ServerThread = field(init=False)
    app: Flask = field(init=False)

    @property
    def port(self) -> int:
        return self.thread.port

    def url(self, item: SharedItem) -> str:
        return f"http://127.0.0.1:{self.port}{link_path(item)}"

    def share(self, path: Path, edit: Callable[[SharedItem], SharedItem] = lambda item: item) -> SharedItem:
        return self.share_list.add([edit(SharedItem(path_source(path), time.time()))]).items[0]

    def ask(
        self, target: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, target, body, headers=dict(headers or {}))
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, item: SharedItem, method: str = "GET", **headers: str) -> Reply:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask(f"/d/{item.link.token}", method, named)


@pytest.fixture
def live() -> Iterator[LiveServer]:
    store = MemoryStore()
    share_list, transfers = ShareList(store), TransferBook()
    opener = Opener(share_list, store)
    entrance = make_entrance(
        store, share_list, transfers, clock=lambda: server.now, ask_always=lambda: server.asks_always
    )
    server = LiveServer(share_list, transfers, opener, entrance, Digests(share_list, transfers, opener, settle=0))
    app = create_app(
        Shared(
            share_list,
            transfers,
            server.digests,
            opener,
            entrance,
            lambda: server.policy,
            lambda: server.paused,
            PROBE_TOKEN,
        )
    )
    server.app = app
    app.before_request(lambda: server.requests.append(dict(request.headers)))
    opener.start()
    with (
        contextlib.closing(opener),
        contextlib.closing(entrance),
        ServerThread(app, ("127.0.0.1",), 0, tick=transfers.tick) as thread,
    ):
        server.thread = thread
        server.policy = policy_for(["127.0.0.1"], "testhost", thread.port)
        yield server
