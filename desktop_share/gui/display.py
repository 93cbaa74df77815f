"""Whether a window can be shown here: Qt ends the whole process when it cannot, so it is asked before."""

from __future__ import annotations

import ctypes
import os
import re
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass

_UNSEEN_PLATFORMS = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")
_XCB_LIBRARY = "libxcb-cursor.so.0"  # the one that Qt 6.5 and later need and that a fresh Debian lacks
_TIMEOUT = 2.0  # seconds; a display on this computer answers in a millisecond


@dataclass(frozen=True, slots=True)
class Missing:
    """Why no window can be shown, as the beginning of a sentence, and what to do about it."""

    reason: str
    next_step: str = ""


def missing_display(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Missing | None:
    """None where a window can be shown."""
    missing = nowhere_to_show(environ, platform) or missing_qt()
    if missing is None and _by_x11(environ, platform) and not can_load(_XCB_LIBRARY):
        return Missing("Qt needs a library that is missing here", "For the window install it: libxcb-cursor0.")
    return missing


def can_load(library: str) -> bool:
    """Whether the loader finds it: on the system, or beside the program where it brings its own."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def nowhere_to_show(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Missing | None:
    """The first half of the question, which loads nothing of Qt."""
    if not _by_x11(environ, platform):
        return None
    display = environ.get("DISPLAY", "")
    if not display:
        return Missing("There is no display here")
    if not _answers(display):
        return Missing(f"The display {display!r} does not answer")
    return None


def _by_x11(environ: Mapping[str, str], platform: str) -> bool:
    unseen = environ.get("QT_QPA_PLATFORM", "").startswith(_UNSEEN_PLATFORMS)
    return platform not in ("win32", "darwin") and not unseen and not environ.get("WAYLAND_DISPLAY")


def missing_qt() -> Missing | None:
    """What keeps Qt from being loaded."""
    try:
        import PySide6.QtNetwork
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        return Missing(f"Qt cannot be loaded here ({error})", "For the window install what it names.")
    return None


def _answers(display: str) -> bool:
    """Whether an X server listens where DISPLAY points: ':0', 'host:10.0', 'unix:0', '/private/tmp/…:0'."""
    match = re.fullmatch(r"(?P<host>.*):(?P<number>\d+)(?:\.\d+)?", display)
    if match is None:
        return False
    host, number = match["host"], int(match["number"])
    if host in ("", "unix"):
        path = f"/tmp/.X11-unix/X{number}"
        return any(_connects(socket.AF_UNIX, each) for each in (path, "\0" + path))
    if host.startswith("/"):
        return _connects(socket.AF_UNIX, display) or _connects(socket.AF_UNIX, f"{host}:{number}")
    try:
        with socket.create_connection((host, 6000 + number), timeout=_TIMEOUT):
            return True
    except OSError:
        return False


def _connects(family: int, address: str) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(_TIMEOUT)
        try:
            probe.connect(address)
        except OSError:
            return False
        return True
