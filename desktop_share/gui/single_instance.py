"""One running program: a second start hands what it was asked for to the first, which raises its window.

The first start loads nothing for that but a lock.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from desktop_share.core.only_one import Meeting, meeting, take
from desktop_share.core.start import Start

log = logging.getLogger(__name__)

START_LIMIT = 20.0  # seconds until the first, which is just starting or ending, listens or is gone
QUIT_LIMIT = 15.0  # seconds for its transfers and its storage to be closed
_PAUSE = 0.05  # nothing announces that another process listens or has given up a lock


class First(NamedTuple):
    """This start is the one program. `meeting`: where others are to be met; None where this system has no place for
    that. `give_up`: lets another one be the first."""

    meeting: Meeting | None
    give_up: Callable[[], None]


def given_token() -> str:
    """What the desktop gave this start, to raise one window with: on Wayland, on X11; '' where it gave nothing."""
    return os.environ.get("XDG_ACTIVATION_TOKEN") or os.environ.get("DESKTOP_STARTUP_ID") or ""


def first_or_hand_over(start: Start, token: str = "", *, limit: float = START_LIMIT) -> First | None:
    """Be the first for this user and data folder, or hand over what is wanted: then None. `token`: to raise the
    window with.

    Raises ShareError where there is a first one that does not take it.
    """
    try:
        place = meeting(start.data_dir)
    except OSError as error:
        log.warning("Starting the program a second time will not reach this window: %s", error)
        return First(None, lambda: None)
    give_up = _taken(place)
    if give_up is not None and not _may_be_met(place):
        return First(place, give_up)
    return _hand_over(place, start, token, give_up, time.monotonic() + limit)


def ask_to_quit(data_dir: Path, *, limit: float = QUIT_LIMIT) -> None:
    """Have the running program of this data folder close its window, and wait until it is gone. Nothing to do where
    none runs. Raises ShareError where it stays."""
    from desktop_share.core.errors import ShareError
    from desktop_share.gui import handing_over

    try:
        place = meeting(data_dir)
    except OSError:
        return
    message = handing_over.quitting(data_dir)
    deadline = time.monotonic() + limit
    asked = False
    while (give_up := _taken(place)) is None:
        asked = asked or handing_over.deliver(place.server, message)
        if time.monotonic() > deadline:
            raise ShareError(handing_over.NOT_ANSWERING)
        threading.Event().wait(_PAUSE)
    give_up()


def _hand_over(
    place: Meeting, start: Start, token: str, give_up: Callable[[], None] | None, deadline: float
) -> First | None:
    from desktop_share.core.errors import ShareError
    from desktop_share.gui import handing_over

    message = handing_over.opening(start.options(), token)
    while True:
        if handing_over.deliver(place.server, message):
            if give_up is not None:
                give_up()
            return None
        if give_up is not None:
            return First(place, give_up)
        if time.monotonic() > deadline:
            raise ShareError(handing_over.NOT_ANSWERING)
        threading.Event().wait(_PAUSE)
        give_up = _taken(place)


def _may_be_met(place: Meeting) -> bool:
    """Whether somebody may listen although the lock is ours: something may have tidied away the file that the other
    one locked. A mutex of Windows cannot be."""
    return sys.platform != "win32" and os.path.lexists(place.server)


def _taken(place: Meeting) -> Callable[[], None] | None:
    try:
        return take(place.lock)
    except OSError as error:  # a file system without locks: who listens is the first
        log.warning("It is not sure that this is the only Desktop Share: %s", error)
        return lambda: None
