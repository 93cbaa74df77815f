"""How long Python may keep the window waiting, beside what the window does itself."""

from __future__ import annotations

import gc
import sys

from desktop_share.core.sharing import SharingState, SharingStatus
from desktop_share.gui.bridge import Bridge

# After so long a busy thread hands the interpreter to the window, which asks for it many times in one painting:
# with Python's own 5 ms the window stutters while 10,000 files come in.
SWITCH_SECONDS = 0.001


def keep_pauses_short(bridge: Bridge) -> None:
    """Call once, from the composition root: it changes the whole process."""
    sys.setswitchinterval(SWITCH_SECONDS)
    bridge.sharing_changed.connect(_pass_over_what_is_loaded)


def _pass_over_what_is_loaded(state: SharingState) -> None:
    """Once all is imported, the garbage collector need not look at it again: a full collection, which stops every
    thread, took 75 ms with it and 10,000 items, and comes rarely without."""
    if state.status is SharingStatus.SHARING and not gc.get_freeze_count():
        gc.freeze()
