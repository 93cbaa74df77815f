"""What the window does not wait for: its frame for nearly nothing, its content for nothing that requests need."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from desktop_share import __main__, launch
from desktop_share.core.options import Options
from desktop_share.core.sources import FileSource
from desktop_share.core.start import Start
from desktop_share.core.storage import open_storage

# what stands between the program's first line and a window that takes drops; each takes its milliseconds
BEFORE_THE_FRAME = {
    *("", ".__main__", ".app", ".core", ".core.errors", ".core.log_words", ".core.only_one", ".core.paths"),
    *(".core.start", ".gui", ".gui.colours", ".gui.display", ".gui.dropping", ".gui.frame", ".gui.look"),
    *(".gui.single_instance", ".launch"),
}
AFTER_THE_FRAME = {"PySide6.QtNetwork", "PySide6.QtSvg", "click", "dataclasses", "hashlib", "socket", "sqlite3"}
LATE = {
    *("flask", "werkzeug", "jinja2", "waitress", "limits", "argon2", "itsdangerous", "segno", "psutil", "ifaddr"),
    *("watchdog", "puremagic", "http.client", "email", "ssl", "asyncio", "jeepney"),
    *("desktop_share.gui.settings_dialog", "desktop_share.gui.help_dialog", "desktop_share.gui.list_links_dialog"),
    *("desktop_share.gui.asking_notices", "desktop_share.gui.desktop_notices", "desktop_share.gui.session_bus"),
}

START = """
import json, sys
from desktop_share import app
from desktop_share.__main__ import main

begin, say = app.Loading.begin, app.Loading._say

def note(when):
    (window,) = (each for each in app.QApplication.topLevelWidgets() if each.isVisible())
    taken = window if window.acceptDrops() else window.centralWidget()
    print(json.dumps({"when": when, "drops": taken.acceptDrops(), "loaded": sorted(sys.modules)}))

def begin_and_note(loading):
    note("frame")
    begin(loading)

def say_and_note(loading):
    from desktop_share.parts import Parts
    def start(parts):
        note("content")
        app.QApplication.quit()
    Parts.start = start
    say(loading)

app.Loading._say = say_and_note
app.Loading.begin = begin_and_note
sys.argv[1:] = []
main()
"""


def test_that_the_window_waits_for_nothing_that_it_can_do_without(data_dir: Path) -> None:
    started = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, timeout=60, check=True)
    frame, content = (json.loads(line) for line in started.stdout.splitlines())
    assert (frame["when"], content["when"]) == ("frame", "content")
    assert frame["drops"]
    assert content["drops"]
    loaded = set(frame["loaded"])
    assert {each for each in loaded if each.partition(".")[0] == "desktop_share"} == {
        f"desktop_share{each}" for each in BEFORE_THE_FRAME
    }
    assert AFTER_THE_FRAME & loaded == set()
    assert "desktop_share.gui.main_window" in content["loaded"]
    assert LATE & set(content["loaded"]) == set()


FAIL = """
import sys
from PySide6.QtCore import QMimeData
from desktop_share import app, assembly
from desktop_share.__main__ import main
from desktop_share.core.errors import Problem, ShareError

begin = app.Loading.begin

def dropped_before(loading):
    (window,) = (each for each in app.QApplication.topLevelWidgets() if each.isVisible())
    window._kept.append(QMimeData())
    begin(loading)

def fail(*_):
    raise ERROR

app.Loading.begin = dropped_before
setattr(*WHERE, fail)
sys.argv[1:] = []
sys.stderr.isatty = lambda: True
main()
"""


@pytest.mark.parametrize("where", ["assembly, 'connected_parts'", "assembly.Parts, 'start'"])
@pytest.mark.parametrize(
    ("error", "told"),
    [("ShareError(Problem('x', 'It is full.', ''))", "desktop-share: It is full."), ("ValueError('x')", "ValueError")],
)
def test_that_it_ends_where_the_window_cannot_be_filled(data_dir: Path, where: str, error: str, told: str) -> None:
    program = FAIL.replace("WHERE", f"({where})").replace("ERROR", error)
    failed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False)
    assert failed.returncode == 1
    assert told in failed.stderr


def test_that_who_stops_it_before_there_is_a_window_sees_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stopped(_start: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(__main__, "launch", stopped)
    monkeypatch.setattr(sys, "argv", ["desktop-share"])
    with pytest.raises(SystemExit) as ended:
        __main__.main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == ""


def test_that_the_system_ends_it_on_ctrl_c_while_qt_is_loaded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = []

    def note(_start: Start) -> int:
        found.append(signal.getsignal(signal.SIGINT))
        return 0

    monkeypatch.setattr(launch, "_in_window", note)
    handlers = [signal.default_int_handler, signal.SIG_IGN]
    before = signal.getsignal(signal.SIGINT)
    try:
        for each in handlers:
            signal.signal(signal.SIGINT, each)
            assert launch.launch(Start.of(Options(tmp_path))) == 0
            assert signal.getsignal(signal.SIGINT) is each
    finally:
        signal.signal(signal.SIGINT, before)
    assert found == [signal.SIG_DFL, signal.SIG_IGN]


DROP_AND_CLOSE = """
import sys
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from desktop_share import app
from desktop_share.__main__ import main

begin = app.Loading.begin

def drop_and_close(loading):
    (window,) = (each for each in app.QApplication.topLevelWidgets() if each.isVisible())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    held = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    app.QApplication.sendEvent(window, QDragEnterEvent(QPoint(9, 9), *held))
    app.QApplication.sendEvent(window, QDropEvent(QPointF(9, 9), *held))
    data.clear()
    begin(loading)
    print(window.close())

app.Loading.begin = drop_and_close
paths, sys.argv[1:] = sys.argv[1:], []
main()
"""


def test_that_what_is_dropped_at_once_is_shared_also_by_who_closes_the_window_at_once(
    data_dir: Path, tmp_path: Path
) -> None:
    files = [tmp_path / "a b.txt", tmp_path / "日本.pdf"]
    for each in files:
        each.write_bytes(b"hello")
    command = [sys.executable, "-c", DROP_AND_CLOSE, *files]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"
    opened = open_storage(data_dir)
    try:
        assert [item.source for item in opened.storage.load()] == [FileSource(each) for each in files]
    finally:
        opened.storage.close()
