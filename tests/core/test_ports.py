"""The port is chosen once, kept, and never lost because another program has it today."""

from __future__ import annotations

import errno
import os
import socket
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from desktop_share.core.port_owner import port_owner
from desktop_share.core.ports import (
    BLOCKED_PORTS,
    FIRST_PORT,
    LAST_PORT,
    PortChoice,
    can_listen,
    choose_port,
    port_problem,
    try_to_listen,
    unusable_port,
)


@pytest.mark.parametrize(
    ("wanted", "taken", "choice"),
    [
        (None, [], PortChoice(8765, 8765)),
        (None, [8765, 8766], PortChoice(8767, 8767)),
        (None, range(8765, 8787), PortChoice(8788, 8788)),  # not RStudio's
        (None, range(1, 65536), PortChoice(0, 8765)),
        (8765, [], PortChoice(8765, 8765)),
        (8765, [8765], PortChoice(8766, 8765)),
        (8770, [8765, 8770, 8771], PortChoice(8772, 8770)),
        (LAST_PORT, [LAST_PORT], PortChoice(LAST_PORT + 1, LAST_PORT)),
        (9000, [], PortChoice(9000, 9000)),
        (9000, [9000], PortChoice(9001, 9000)),
        (9000, range(9000, 9100), PortChoice(8765, 9000)),
        (80, [80], PortChoice(8765, 80)),
        (1023, [1023], PortChoice(1024, 1023)),
        (5059, [5059], PortChoice(5062, 5059)),  # browsers refuse 5060 and 5061
        (6664, [6664], PortChoice(6670, 6664)),
        (32767, [32767], PortChoice(8765, 32767)),
        (50000, [50000], PortChoice(8765, 50000)),
        (65535, [65535], PortChoice(8765, 65535)),
        (8765, range(1, 65536), PortChoice(0, 8765)),
        (0, [], PortChoice(0, 0)),
    ],
)
def test_that_the_wanted_port_is_kept_and_the_next_free_one_stands_in(
    wanted: int | None, taken: Any, choice: PortChoice
) -> None:
    assert choose_port(wanted, lambda port: port not in taken) == choice
    assert choice.moved == (choice.port != choice.keep)


def test_that_the_old_port_comes_back_when_it_is_free_again() -> None:
    today = choose_port(8765, lambda port: port != 8765)
    assert today.moved
    assert choose_port(today.keep, lambda _: True) == PortChoice(8765, 8765)


def test_that_every_port_that_is_offered_is_one_that_browsers_open_and_anyone_may_use() -> None:
    for wanted in range(1, 65536, 61):
        offered: list[int] = []
        choose_port(wanted, lambda port: offered.append(port))  # type: ignore[func-returns-value]  # noqa: B023
        for port in offered[1:]:
            assert 1024 <= port < 32768
            assert port != wanted
            assert unusable_port(port) is None


@pytest.mark.parametrize("port", [1, 22, 25, 2049, 5060, 6000, 6667, 10080])
def test_that_a_port_that_browsers_refuse_is_said_to_be_one(port: int) -> None:
    problem = unusable_port(port)
    assert problem is not None
    assert str(problem) == (
        f"Browsers refuse to open port {port}: it belongs to another service. Choose another one, 8765 for one."
    )


@pytest.mark.parametrize("port", [-1, 65536, 10**9])
def test_that_a_number_that_is_no_port_is_said_to_be_none(port: int) -> None:
    problem = unusable_port(port)
    assert problem is not None
    assert problem.kind == "port-out-of-range"


@pytest.mark.parametrize("port", [0, 80, 443, 8080, FIRST_PORT, 65535])
def test_that_any_other_port_can_be_used(port: int) -> None:
    assert unusable_port(port) is None


def test_that_no_own_port_is_blocked() -> None:
    assert not BLOCKED_PORTS & set(range(FIRST_PORT, LAST_PORT + 1))


# -- real sockets


@pytest.fixture
def listening() -> Any:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_that_a_taken_port_is_seen_told_and_explained(listening: int) -> None:
    assert not can_listen(listening)
    assert not can_listen(listening, "127.0.0.1")
    with pytest.raises(OSError, match=r".") as raised:
        try_to_listen(listening, "127.0.0.1")
    owner = port_owner(listening)
    assert owner == f"{psutil.Process().name()} (pid {os.getpid()})"
    assert str(port_problem(listening, raised.value, owner)) == (
        f"Port {listening} is in use by {owner}. Close that program and try again, or choose another port."
    )


def test_that_a_port_is_free_again_when_its_program_let_go(free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)) as other, socket.create_connection(("127.0.0.1", free_port)):
        other.accept()[0].close()  # leaves the port waiting, as a server that is restarted does
    assert can_listen(free_port, "127.0.0.1")
    assert can_listen(free_port)
    assert port_owner(free_port) is None


def test_that_an_address_of_another_computer_is_explained() -> None:
    with pytest.raises(OSError, match=r".") as raised:
        try_to_listen(0, "192.0.2.77")
    assert port_problem(0, raised.value, None).kind == "address-gone"


def test_that_no_name_is_looked_up_in_the_network() -> None:
    with pytest.raises(socket.gaierror) as raised:
        try_to_listen(0, "host.invalid")
    assert port_problem(0, raised.value, None).kind == "address-gone"


@pytest.mark.parametrize(
    "trouble",
    [
        psutil.AccessDenied(1),
        psutil.NoSuchProcess(1),
        psutil.ZombieProcess(1),
        PermissionError(13, "no"),
        NotImplementedError(),
        RuntimeError("no"),
    ],
)
def test_that_an_owner_that_cannot_be_known_is_none(monkeypatch: pytest.MonkeyPatch, trouble: Exception) -> None:
    def refuse(*_: object) -> None:
        raise trouble

    monkeypatch.setattr(psutil, "net_connections", refuse)
    monkeypatch.setattr(psutil, "process_iter", lambda: iter([SimpleNamespace(net_connections=refuse, pid=1)]))
    if isinstance(trouble, psutil.Error):
        assert port_owner(80) is None
        return
    monkeypatch.setattr(psutil, "process_iter", refuse)
    assert port_owner(80) is None


def test_that_the_owner_is_found_program_by_program_where_the_system_tells_no_more(
    monkeypatch: pytest.MonkeyPatch, listening: int
) -> None:
    def refuse(*_: object) -> None:
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", refuse)
    monkeypatch.setattr(psutil, "process_iter", lambda: iter([psutil.Process()]))
    assert port_owner(listening) == f"{psutil.Process().name()} (pid {os.getpid()})"


@pytest.mark.parametrize("pid", [None, 0])
def test_that_another_users_program_stays_unknown(monkeypatch: pytest.MonkeyPatch, pid: int | None) -> None:
    other = SimpleNamespace(laddr=SimpleNamespace(ip="0.0.0.0", port=80), status=psutil.CONN_LISTEN, pid=pid)
    monkeypatch.setattr(psutil, "net_connections", lambda _: [other])
    assert port_owner(80) is None


@pytest.mark.parametrize(
    ("port", "error", "owner", "text"),
    [
        (
            8765,
            OSError(errno.EADDRINUSE, "Address already in use"),
            "nginx (pid 123)",
            "Port 8765 is in use by nginx (pid 123). Close that program and try again, or choose another port.",
        ),
        (
            8765,
            OSError(errno.EADDRINUSE, "Address already in use"),
            None,
            "Port 8765 is in use by another program. Close that program and try again, or choose another port.",
        ),
        (
            8765,
            OSError(errno.EACCES, "An attempt was made to access a socket in a way forbidden"),
            "{owner} (pid 7)",
            "Port 8765 is in use by {owner} (pid 7). Close that program and try again, or choose another port.",
        ),
        (
            80,
            OSError(errno.EACCES, "Permission denied"),
            None,
            "The system keeps port 80 for its own services. Choose a port above 1023, 8765 for one.",
        ),
        (
            50000,
            OSError(errno.EACCES, "Permission denied"),
            None,
            "The system does not let programs use port 50000 now. Choose a port above 1023, 8765 for one.",
        ),
        (
            8765,
            OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address"),
            None,
            "The address chosen for sharing is not one of this computer's any more."
            " Choose another address, or every address, in the settings.",
        ),
        (
            8765,
            OSError(errno.EMFILE, "Too many open files"),
            None,
            "Sharing on port 8765 could not start: Too many open files. Try again, or choose another port.",
        ),
    ],
)
def test_that_each_reason_not_to_listen_has_words_and_a_next_step(
    port: int, error: OSError, owner: str | None, text: str
) -> None:
    assert str(port_problem(port, error, owner)) == text
