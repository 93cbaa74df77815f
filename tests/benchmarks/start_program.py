"""Says when the program's own window is up and takes drops, and ends: as __main__.py starts it. Frozen by
frozen_start.py."""

import gc
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_share.__main__ import Handover, Options
from desktop_share.gui.single_instance import first_or_hand_over

gc.disable()


def shown(_parts: object, _window: object) -> None:
    QTimer.singleShot(0, said)


def said() -> None:
    print(time.monotonic(), flush=True)
    QApplication.quit()


with tempfile.TemporaryDirectory() as folder:
    options = Options(Path(folder), bind="127.0.0.1", port=0)
    first = first_or_hand_over(Handover(options))
    assert first is not None

    from desktop_share.app import run

    code = run(options, shown, meeting=first.meeting)
    first.give_up()
sys.exit(code)
