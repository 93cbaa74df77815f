"""What the window does not wait for."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

LATE = {
    *("flask", "werkzeug", "jinja2", "waitress", "limits", "argon2", "itsdangerous", "segno", "psutil", "ifaddr"),
    *("watchdog", "puremagic", "http.client", "email", "ssl", "asyncio", "jeepney"),
    *("desktop_share.gui.settings_dialog", "desktop_share.gui.help_dialog", "desktop_share.gui.list_links_dialog"),
    *("desktop_share.gui.asking_notices", "desktop_share.gui.desktop_notices", "desktop_share.gui.session_bus"),
}

START = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from desktop_share import __main__, app, parts
from desktop_share.core.options import Options

start = parts.Parts.start

def note(made):
    top = QApplication.topLevelWidgets()
    window = next(each for each in top if type(each).__name__ == "MainWindow")
    print(json.dumps({"visible": window.isVisible(), "drops": window.acceptDrops(), "loaded": sorted(sys.modules)}))
    start(made)

parts.Parts.start = note
shown = lambda *_: QTimer.singleShot(0, QApplication.quit)
sys.exit(app.run(Options(Path(sys.argv[1]), bind="127.0.0.1", port=0), shown))
"""


def test_that_the_window_takes_drops_before_anything_is_loaded_that_only_requests_and_dialogs_need(
    tmp_path: Path,
) -> None:
    started = subprocess.run(
        [sys.executable, "-c", START, tmp_path], capture_output=True, text=True, timeout=60, check=True
    )
    said = json.loads(started.stdout)
    assert said["visible"]
    assert said["drops"]
    assert "desktop_share.gui.main_window" in said["loaded"]
    assert LATE & set(said["loaded"]) == set()
