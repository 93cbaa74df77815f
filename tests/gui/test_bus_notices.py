"""A session bus that is not there, hangs, or says nonsense: nothing is shown, nothing waits, nothing breaks."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtNetwork import QLocalServer, QLocalSocket

if sys.platform != "linux":
    pytest.skip("Only Linux desktops have a session bus.", allow_module_level=True)

from desktop_share.gui.bus_notices import BusNotices
from desktop_share.gui.notice_words import Notice
from desktop_share.gui.session_bus import SessionBus, bus_path

NOTICE = Notice("Title", "Body")


@pytest.fixture
def folder() -> Iterator[Path]:
    """With a short path: a socket's has room for 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="ds") as folder:
        yield Path(folder)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ("unix:path=/run/user/1000/bus", "/run/user/1000/bus"),
        ("unix:path=/run/a%20b,guid=00ff", "/run/a b"),
        ("unix:abstract=/tmp/dbus-x,guid=00ff", "\0/tmp/dbus-x"),
        ("tcp:host=localhost,port=1;unix:path=/run/bus", "/run/bus"),
    ],
)
def test_that_the_socket_is_where_the_address_says(given: str, path: str) -> None:
    assert bus_path({"DBUS_SESSION_BUS_ADDRESS": given}) == path


def test_that_without_an_address_it_is_where_it_usually_is(folder: Path) -> None:
    environment = {"XDG_RUNTIME_DIR": str(folder)}
    with pytest.raises(LookupError):
        bus_path(environment)
    (folder / "bus").touch()
    assert bus_path(environment) == str(folder / "bus")


@pytest.mark.parametrize("given", ["autolaunch:", "disabled", "unix:", "unix:path", "tcp:host=localhost,port=1", ";;"])
def test_that_an_address_that_cannot_be_used_is_no_bus(given: str) -> None:
    with pytest.raises(LookupError):
        bus_path({"DBUS_SESSION_BUS_ADDRESS": given})


@pytest.fixture
def notices(qapp) -> Iterator[BusNotices]:
    parent = QObject()
    made = BusNotices(parent)
    yield made
    made.close()


@pytest.mark.parametrize("address", ["unix:path=/nowhere/bus", "unix:abstract=/nobody/listens", "autolaunch:"])
def test_that_a_bus_that_is_not_there_is_told_as_the_reason(
    qtbot, notices: BusNotices, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    for _ in range(2):
        with qtbot.waitSignal(notices.failed) as failed:
            notices.show_notice(NOTICE)
        assert "session bus" in failed.args[0]


@pytest.fixture
def hanging(folder: Path, monkeypatch: pytest.MonkeyPatch, qapp) -> Iterator[QLocalServer]:
    """A bus that takes connections and says nothing."""
    server = QLocalServer()
    assert server.listen(str(folder / "bus"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={folder / 'bus'}")
    yield server
    server.close()


def connection(qtbot, server: QLocalServer) -> QLocalSocket:
    """The one that was made, once its first line is there."""
    qtbot.waitUntil(server.hasPendingConnections)
    socket = server.nextPendingConnection()
    qtbot.waitUntil(lambda: socket.bytesAvailable() > 0)
    return socket


def test_that_a_bus_that_hangs_holds_nothing_up(qtbot, notices: BusNotices, hanging: QLocalServer) -> None:
    notices.show_notice(NOTICE)  # comes back: this thread is the only one here
    who = str(os.geteuid()).encode().hex().encode()
    assert connection(qtbot, hanging).readAll().data() == b"\0AUTH EXTERNAL %b\r\n" % who
    patience = notices.findChild(SessionBus)._patience
    assert patience.isActive()
    with qtbot.waitSignal(notices.failed) as failed:
        patience.timeout.emit()
    assert failed.args == ["the session bus does not answer", True]


@pytest.mark.parametrize(
    "said",
    [
        b"REJECTED DBUS_COOKIE_SHA1\r\n",
        b"OK 00ff\r\nmore than was asked for",
        b"x" * 10_000,
        b"\xff\xfe\r\n",
    ],
)
def test_that_a_bus_that_says_something_else_is_left(
    qtbot, notices: BusNotices, hanging: QLocalServer, said: bytes
) -> None:
    notices.show_notice(NOTICE)
    socket = connection(qtbot, hanging)
    with qtbot.waitSignal(notices.failed):
        socket.write(said)


def test_that_what_comes_after_the_greeting_has_to_be_messages(
    qtbot, notices: BusNotices, hanging: QLocalServer
) -> None:
    notices.show_notice(NOTICE)
    socket = connection(qtbot, hanging)
    socket.readAll()
    socket.write(b"OK 00ff\r\n")
    qtbot.waitUntil(lambda: socket.bytesAvailable() > 0)
    assert socket.readAll().data().startswith(b"BEGIN\r\nl\x01")
    with qtbot.waitSignal(notices.failed):
        socket.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_that_a_bus_that_ends_is_told_only_while_something_is_to_be_seen(
    qtbot, notices: BusNotices, hanging: QLocalServer
) -> None:
    notices.show_notice(NOTICE)
    socket = connection(qtbot, hanging)
    notices.withdraw()
    with qtbot.assertNotEmitted(notices.failed), qtbot.waitSignal(notices.findChild(SessionBus).failed):
        socket.abort()
