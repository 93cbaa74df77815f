"""Whether a window can be shown here: Qt ends the whole process when it cannot, so it is asked before."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import NamedTuple

_UNSEEN_PLATFORMS = ("offscreen", "minimal", "vnc", "linuxfb", "eglfs")
_XCB_LIBRARY = "libxcb-cursor.so.0"  # the one that Qt 6.5 and later need and that a fresh Debian lacks
_TIMEOUT = 2.0  # seconds; a display on this computer answers in a millisecond


class Missing(NamedTuple):
    """Why no window can be shown, as the beginning of a sentence, and what to do about it."""

    reason: str
    next_step: str = ""


def missing_display(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Missing | None:
    """None where a window can be shown."""
    return nowhere_to_show(environ, platform) or missing_for_qt(environ, platform)


def missing_for_qt(environ: Mapping[str, str] = os.environ, platform: str = sys.platform) -> Missing | None:
    """The second half of the question: what Qt needs to be loaded, and to reach the display."""
    missing = missing_qt()
    if missing is None and _by_x11(environ, platform) and not can_load(_XCB_LIBRARY):
        return Missing("Qt needs a library that is missing here", "For the window install it: libxcb-cursor0.")
    return missing


def can_load(library: str) -> bool:
    """Whether the loader finds it: on the system, or beside the program where it brings its own."""
    import ctypes

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
        return any(_connects(each) for each in (path, "\0" + path))
    if host.startswith("/"):
        return _connects(display) or _connects(f"{host}:{number}")
    return _connects((host, 6000 + number))


def _connects(address: str | tuple[str, int]) -> bool:
    """`address`: a path, or a host and a port."""
    import socket

    try:
        if isinstance(address, tuple):
            socket.create_connection(address, timeout=_TIMEOUT).close()
            return True
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.settimeout(_TIMEOUT)
            probe.connect(address)
            return True
    except OSError:
        return False
