"""The server's own life: which port, which addresses, paused or not, and what is said about it."""

from __future__ import annotations

import contextlib
import http.client
import queue
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from support.processes import started, wait_until
from support.stores import MemoryStore

from desktop_share.core.access_log import Barred, Visit
from desktop_share.core.addresses import HostAddress, Reach
from desktop_share.core.approvals import GONE_SECONDS
from desktop_share.core.digests import Digests
from desktop_share.core.entrance import make_entrance
from desktop_share.core.items import SharedItem
from desktop_share.core.opening import Opener
from desktop_share.core.settings import SettingsBook
from desktop_share.core.share_list import ShareList
from desktop_share.core.sharing import SharingState, SharingStatus
from desktop_share.core.sources import FileSource
from desktop_share.core.transfer_book import TransferBook
from desktop_share.server.sharing import OwnIps, SharingService

LOOPBACK = HostAddress("127.0.0.1", "lo", Reach.LOOPBACK)
LAN = HostAddress("127.0.0.2", "eth0", Reach.LAN)  # answers here as an address of the network would
ELSEWHERE = HostAddress("203.0.113.9", "eth1", Reach.LAN)


class Store(MemoryStore):
    """Settings and items of one data folder, over several runs."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, Any] = {}

    def load_settings(self) -> Mapping[str, Any]:
        return dict(self.values)

    def save_settings(self, values: Mapping[str, Any]) -> None:
        self.values.update(values)


class Run:
    """A service, and its states one after another."""

    def __init__(self, store: Store, addresses: tuple[HostAddress, ...] = (LAN, LOOPBACK), **options: Any) -> None:
        self.addresses = addresses
        self.settings = SettingsBook(store)
        self.share_list = share_list = ShareList(store)
        transfers = TransferBook()
        opener = Opener(share_list, store)
        self.entrance = make_entrance(store, share_list, transfers, ask_always=lambda: self.settings.value.ask_always)
        self.service = SharingService(
            share_list,
            self.settings,
            transfers,
            Digests(share_list, transfers, opener),
            opener,
            self.entrance,
            addresses=lambda: self.addresses,
            **options,
        )
        self._states: queue.SimpleQueue[SharingState] = queue.SimpleQueue()
        self.service.changed.subscribe(self._states.put)

    def until(self, *wanted: SharingStatus) -> SharingState:
        while (state := self._states.get(timeout=20)).status not in wanted:
            pass
        return state

    def started(self) -> SharingState:
        self.service.start()
        return self.until(SharingStatus.SHARING, SharingStatus.FAILED)

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.service.close()


@pytest.fixture
def store(own_ports: range) -> Store:
    return Store()


@pytest.fixture
def other_program(free_port: int) -> Iterator[int]:
    """A port that another process listens on, on every address."""
    code = f"import socket,sys; s=socket.create_server(('',{free_port})); print(flush=True); sys.stdin.read()"
    with started([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield free_port


def test_that_the_first_port_is_kept_for_the_next_run(store: Store) -> None:
    with Run(store) as first:
        port = first.started().port
    assert store.values["port"] == port
    with Run(store) as second:
        state = second.started()
        assert (state.status, state.port, state.problem) == (SharingStatus.SHARING, port, None)


def test_that_a_taken_port_is_named_with_its_program_and_the_next_one_stands_in(
    store: Store, other_program: int
) -> None:
    store.values["port"] = other_program
    with Run(store) as run:
        state = run.started()
        assert state.status is SharingStatus.SHARING
        assert state.port not in (None, other_program)
        assert state.problem is not None
        assert state.problem.kind == "port-taken"
        said = str(state.problem)
        assert f"Port {other_program} is in use by python" in said
        assert f"port {state.port}" in said
        assert store.values["port"] == other_program, "the old one is not lost"


def test_that_the_old_port_comes_back_when_it_is_free_again(store: Store, free_port: int) -> None:
    store.values["port"] = free_port
    with Run(store) as run:
        with socket.create_server(("", free_port)):
            assert run.started().port != free_port
        run.service.restart()
        state = run.until(SharingStatus.SHARING)
        assert (state.port, state.problem) == (free_port, None)


def test_that_a_port_that_another_program_takes_meanwhile_is_passed_over(
    store: Store, own_ports: range, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when two start at the same moment: both find the same one free."""
    with contextlib.ExitStack() as others:

        def can_listen(port: int, ip: str = "") -> bool:
            if port == own_ports[0]:
                others.enter_context(socket.create_server(("", port)))
            return True

        monkeypatch.setattr("desktop_share.server.sharing.can_listen", can_listen)
        with Run(store) as run:
            state = run.started()
            assert (state.status, state.port, state.problem) == (SharingStatus.SHARING, own_ports[1], None)
    assert store.values["port"] == own_ports[1]


def test_that_a_port_that_was_asked_for_is_not_replaced(store: Store, other_program: int) -> None:
    with Run(store, port=other_program) as run:
        state = run.started()
        assert state.status is SharingStatus.FAILED
        assert state.problem is not None
        assert state.problem.kind == "port-in-use"
        assert "port" not in store.values


def test_that_only_addresses_that_answer_are_offered(store: Store) -> None:
    with Run(store, (ELSEWHERE, LAN, LOOPBACK), port=0) as run:
        state = run.started()
        assert state.addresses == (LAN, LOOPBACK)
        assert state.base_url == f"http://127.0.0.2:{state.port}"


def test_that_addresses_are_asked_side_by_side(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is silent, behind a wall, keeps the others from nothing."""
    all_asked = threading.Barrier(2)
    with Run(store, (LAN, LOOPBACK), port=0) as run:
        answers = run.service._answers

        def asked(address: HostAddress, port: int) -> bool:
            all_asked.wait(20)
            return answers(address, port)

        monkeypatch.setattr(run.service, "_answers", asked)
        assert run.started().addresses == (LAN, LOOPBACK)


def test_that_links_are_made_with_the_address_that_the_owner_chose(store: Store) -> None:
    with Run(store, port=0) as run:
        assert run.started().chosen == LAN
        run.settings.update(link_address="127.0.0.1")
        run.service.refresh()
        assert run.until(SharingStatus.SHARING).chosen == LOOPBACK


def test_that_a_computer_in_no_network_says_who_can_open_its_links(store: Store) -> None:
    with Run(store, (LOOPBACK,), port=0) as run:
        state = run.started()
        assert state.problem is not None
        assert state.problem.kind == "no-network"
        run.addresses = (LAN, LOOPBACK)  # the cable is plugged in
        run.service.refresh()
        state = run.until(SharingStatus.SHARING)
        assert (state.chosen, state.problem) == (LAN, None)


def test_that_an_address_that_is_gone_is_said_and_nothing_wider_is_opened(store: Store) -> None:
    store.values["address"] = "203.0.113.9"
    with Run(store, port=0) as run:
        state = run.started()
        assert state.status is SharingStatus.FAILED
        assert state.problem is not None
        assert "203.0.113.9" in str(state.problem)
        run.settings.update(address=None)
        run.service.restart()
        assert run.until(SharingStatus.SHARING).chosen == LAN


def test_that_one_address_alone_listens_where_one_is_chosen(store: Store) -> None:
    with Run(store, bind="127.0.0.1", port=0) as run:
        state = run.started()
        assert state.addresses == (LOOPBACK,)
        assert state.problem is None
        assert state.port is not None
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", state.port), timeout=5)


def test_that_pause_and_resume_are_said_and_done(store: Store) -> None:
    with Run(store, port=0) as run:
        port = run.started().port
        assert port is not None
        run.service.pause()
        assert run.until(SharingStatus.PAUSED).port == port
        assert _status(port, "/d/anything") == 503
        run.service.resume()
        run.until(SharingStatus.SHARING)
        assert _status(port, "/d/anything") == 404


def test_that_a_pause_counts_at_once_though_an_address_is_silent(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, goes_on = threading.Event(), threading.Event()

    def silent(*_: object) -> bool:
        asked.set()
        return goes_on.wait(20)

    with Run(store, port=0) as run:
        port = run.started().port
        assert port is not None
        monkeypatch.setattr(run.service, "_answers", silent)
        run.service.refresh()
        assert asked.wait(20)
        run.service.pause()
        try:
            assert _status(port, "/d/anything") == 503
        finally:
            goes_on.set()
        run.until(SharingStatus.PAUSED)


def _status(port: int, target: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", target)
        return connection.getresponse().status
    finally:
        connection.close()


def lasting_threads() -> set[threading.Thread]:
    """Without the timers, of milliseconds, of the package that counts requests."""
    return {thread for thread in threading.enumerate() if not isinstance(thread, threading.Timer)}


def test_that_a_service_that_was_never_started_closes_too(store: Store) -> None:
    before = lasting_threads()
    run = Run(store)
    run.service.close()
    assert lasting_threads() <= before


def test_that_a_mistake_of_ours_is_a_failed_state_with_a_next_step(
    store: Store, monkeypatch: pytest.MonkeyPatch, expected_logs: Any
) -> None:
    with Run(store, port=0) as run, expected_logs("a command of the server failed"):
        monkeypatch.setattr(run.service, "_host_addresses", lambda: 1 / 0)
        state = run.started()
        assert state.status is SharingStatus.FAILED
        assert state.problem is not None
        assert state.problem.next_step


def test_that_an_address_that_the_router_gave_later_is_ours_too(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anyone looked around again: a link with the new address works, one with a stranger's does not."""
    now = [1000.0]
    monkeypatch.setattr("desktop_share.server.sharing.time.monotonic", lambda: now[0])
    looks: list[int] = []
    later = HostAddress("192.168.7.7", "eth0", Reach.LAN)

    def look() -> tuple[HostAddress, ...]:
        looks.append(1)
        return (LAN, later) if len(looks) > 1 else (LAN,)

    own = OwnIps(look)
    assert not own("192.168.7.7")
    assert not own("192.168.7.7")
    assert looks == [1]
    now[0] += 10
    assert own("192.168.7.7")
    assert not own("192.168.7.8")


def test_that_who_has_given_up_waiting_is_forgotten_without_another_request(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    with Run(store) as run:
        run.settings.update(ask_always=True)
        item = run.share_list.add([SharedItem(FileSource(path), 0.0)]).items[0]
        port, approvals = run.started().port, run.entrance.approvals
        assert port is not None
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        with contextlib.closing(connection):
            headers = {"Accept": "text/html", "Cookie": f"device={'x' * 43}"}
            connection.request("GET", f"/s/{item.link.token}", headers=headers)
            connection.getresponse().read()
            assert [each.what for each in approvals.state.asking] == ["a.txt"]
            monkeypatch.setattr(approvals, "_clock", lambda: time.monotonic() + GONE_SECONDS + 1)
            wait_until(lambda: not approvals.state.asking, "nobody asks any more")


def test_that_what_a_browser_gets_is_explained_while_sharing(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"hello")
    with Run(store) as run:
        item = run.share_list.add([SharedItem(FileSource(path), 0.0)]).items[0]
        assert run.service.explain(item.id) is None
        link = run.started().link_for(item)
        explanation = run.service.explain(item.id)
        assert explanation is not None
        assert explanation.status_line == "HTTP/1.1 200 OK"
        assert explanation.curl == f"curl -f -OJ '{link}'"
        assert run.service.explain("gone") is None
        run.service.pause()
        run.until(SharingStatus.PAUSED)
        explanation = run.service.explain(item.id)
        assert explanation is not None
        assert "503" in explanation.status_line
    assert run.service.explain(item.id) is None


@pytest.mark.parametrize(
    ("request_text", "status"),
    [
        (b"\x16\x03\x01 is no HTTP\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", 431),
    ],
    ids=["no HTTP", "two hosts", "too long"],
)
def test_that_the_owner_reads_of_requests_that_cannot_be_read(store: Store, request_text: bytes, status: int) -> None:
    with Run(store, bind="127.0.0.1", port=0) as run:
        noted: queue.SimpleQueue[Visit] = queue.SimpleQueue()
        port = run.started().port
        run.entrance.visits.changed.subscribe(noted.put)
        with socket.create_connection(("127.0.0.1", port), 20) as client:
            client.sendall(request_text)
            assert client.recv(12).split()[1] == str(status).encode()
        visit = noted.get(timeout=20)
    assert (visit.client, visit.status, visit.why) == ("127.0.0.1", status, Barred.NOT_POSSIBLE)
    assert visit.what == "a request that cannot be read"


def test_that_the_first_request_does_not_wait_for_a_library_to_be_loaded(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Run(store, port=0) as run:
        loaded = threading.Event()
        monkeypatch.setattr(run.entrance.throttle, "load", loaded.set)
        run.started()
        assert loaded.wait(20)
