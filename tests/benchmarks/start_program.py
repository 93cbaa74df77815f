"""Says when the program's own window is up and takes drops, and ends. Frozen by frozen_start.py."""

import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from desktop_share.app import run
from desktop_share.core.options import Options


def shown(_parts: object, _window: object) -> None:
    QTimer.singleShot(0, said)


def said() -> None:
    print(time.monotonic(), flush=True)
    QApplication.quit()


with tempfile.TemporaryDirectory() as folder:
    sys.exit(run(Options(Path(folder), bind="127.0.0.1", port=0), shown))
