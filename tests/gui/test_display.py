"""Whether a window can be shown, asked before Qt is: it would end the process."""

from __future__ import annotations

import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_share.gui import display
from desktop_share.gui.display import Missing, missing_display

CAN_LOAD = display.can_load
posix = pytest.mark.skipif(sys.platform == "win32", reason="no X11 sockets there")


@pytest.fixture(autouse=True)
def libraries(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """What the loader finds of Qt's libraries: all of them, unless a test says otherwise."""
    found: dict[str, str | None] = {"libxcb-cursor.so.0": "here"}
    monkeypatch.setattr(display, "can_load", lambda name: found.get(name) is not None)
    return found


@pytest.fixture
def server() -> Iterator[str]:
    """Where an X server listens, as DISPLAY gives it: a socket's path, short enough for one."""
    with tempfile.TemporaryDirectory(prefix="x") as folder, socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"{folder}/s:7")
        listening.listen()
        yield f"{folder}/s:7"


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_that_these_systems_always_have_a_display(platform: str) -> None:
    assert missing_display({}, platform) is None


@pytest.mark.parametrize("environ", [{"QT_QPA_PLATFORM": "offscreen"}, {"QT_QPA_PLATFORM": "vnc:size=800x600"}])
def test_that_platforms_without_a_display_need_none(environ: dict[str, str]) -> None:
    assert missing_display(environ, "linux") is None


def test_that_wayland_is_a_display() -> None:
    assert missing_display({"WAYLAND_DISPLAY": "wayland-0"}, "linux") is None


@pytest.mark.parametrize("environ", [{}, {"DISPLAY": ""}, {"QT_QPA_PLATFORM": "xcb"}, {"WAYLAND_DISPLAY": ""}])
def test_that_no_display_is_said(environ: dict[str, str]) -> None:
    assert missing_display(environ, "linux") == Missing("There is no display here")


@posix
@pytest.mark.parametrize(
    "name", ["nonsense", ":", ":x", ":70123", "unix:70123", "127.0.0.1:70123", "/nowhere/x:0", "/" + "x" * 300 + ":0"]
)
def test_that_a_dead_display_is_named(name: str) -> None:
    assert missing_display({"DISPLAY": name}, "linux") == Missing(f"The display {name!r} does not answer")


@posix
def test_that_a_dead_display_over_the_network_is_named() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # taken, and nobody listens
        name = f"127.0.0.1:{unused.getsockname()[1] - 6000}"
        missing = missing_display({"DISPLAY": name}, "linux")
    assert missing is not None
    assert missing.reason.endswith("does not answer")


@posix
@pytest.mark.parametrize("screen", ["", ".0"])
def test_that_a_display_which_answers_is_none_missing(server: str, screen: str) -> None:
    assert missing_display({"DISPLAY": server + screen}, "linux") is None


@posix
def test_that_a_display_over_the_network_answers_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.getsockname()[1] - 6000
        assert missing_display({"DISPLAY": f"127.0.0.1:{number}.0"}, "linux") is None


@posix
def test_that_a_library_which_qt_needs_is_named(server: str, libraries: dict[str, str | None]) -> None:
    libraries.clear()
    missing = missing_display({"DISPLAY": server}, "linux")
    assert missing is not None
    assert "libxcb-cursor0" in missing.next_step


def test_that_a_qt_which_cannot_be_loaded_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PySide6.QtWidgets", None)
    missing = missing_display({}, "win32")
    assert missing is not None
    assert missing.reason.startswith("Qt cannot be loaded here")


def test_that_the_socket_of_a_display_on_this_computer_is_where_x_servers_put_it(monkeypatch, tmp_path: Path) -> None:
    tried: list[str] = []
    monkeypatch.setattr(display, "_connects", lambda address: bool(tried.append(address)))
    for name in (":5", "unix:5.1"):
        missing_display({"DISPLAY": name}, "linux")
    assert tried == ["/tmp/.X11-unix/X5", "\0/tmp/.X11-unix/X5"] * 2


def test_that_a_library_is_there_or_not() -> None:
    assert not CAN_LOAD("libno-such-thing.so.0")
    assert sys.platform != "linux" or CAN_LOAD("libc.so.6")
