"""The harness can fail: each guard is tried on tests that break it."""

from __future__ import annotations

import subprocess
import sys
import urllib.parse
from pathlib import Path

import pytest
from support.browser import Chromium
from support.display import Display
from support.tools import ROOT

BROKEN = """
import logging, threading
import pytest

def test_warns():
    logging.getLogger("somewhere").warning("a surprise")

def test_expects_what_does_not_come(expected_logs):
    with expected_logs("never"):
        pass

def test_leaves_a_thread(request):
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, name="left behind", daemon=True)
    thread.start()
    request.session.addfinalizer(stop.set)

def test_leaves_a_window(qapp):
    from PySide6.QtWidgets import QLabel
    qapp.left = QLabel("left behind")
    qapp.left.setWindowTitle("left behind")
    qapp.left.show()

def test_makes_qt_warn(qtbot):
    from PySide6.QtCore import qWarning
    qWarning("Qt is not amused")
"""
FINE = """
import logging, threading

def test_that_waits_for_its_thread():
    thread = threading.Thread(target=lambda: None)
    thread.start()

def test_expects(expected_logs):
    with expected_logs("surprise", logger="some"):
        logging.getLogger("some.where").warning("a surprise of %d", 1)

def test_allows(expected_logs):
    expected_logs.allow("busy")
    logging.getLogger("some.where").warning("busy")

def test_closes_its_window(qtbot):
    from PySide6.QtWidgets import QLabel
    label = QLabel("closed by qtbot")
    qtbot.addWidget(label)
    label.show()
"""


def run_inner(folder: Path, source: str) -> str:
    """A pytest run of its own with the project's guards; returns what it printed."""
    (folder / "test_inner.py").write_text(source, "utf-8")
    (folder / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text("utf-8"), "utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(folder)]
    options = ["-c", str(ROOT / "pyproject.toml"), "-o", f"pythonpath={ROOT / 'tests'}", str(folder)]
    return subprocess.run([*command, *options], capture_output=True, text=True, timeout=60, check=False).stdout


def test_that_surprises_and_leaks_fail_a_test(tmp_path: Path) -> None:
    printed = run_inner(tmp_path, BROKEN)
    for expected in (
        "WARNING somewhere: a surprise",
        "no log record matches 'never'",
        "threads that outlive the test: [<Thread(left behind",
        "windows that outlive the test: [\"QLabel 'left behind'\"]",
        "Qt is not amused",
        # Qt's warning and the missing record fail the call, the rest fails on the way out
        "2 failed, 3 passed, 3 errors",
    ):
        assert expected in printed


def test_that_what_is_expected_and_cleaned_up_passes(tmp_path: Path) -> None:
    assert "4 passed" in run_inner(tmp_path, FINE)


def test_that_the_display_shows_windows_under_a_window_manager(xvfb: Display) -> None:
    source = (
        "from PySide6.QtWidgets import QApplication, QLabel;"
        "app = QApplication([]); label = QLabel('hello'); label.setWindowTitle('seen by xdotool'); label.show();"
        "print('shown', app.platformName(), flush=True); app.exec()"
    )
    with subprocess.Popen([sys.executable, "-c", source], env=xvfb.env, stdout=subprocess.PIPE) as program:
        try:
            assert program.stdout is not None
            assert program.stdout.readline() == b"shown xcb\n"
            assert xvfb.run("xdotool", "search", "--sync", "--onlyvisible", "--name", "seen by xdotool").strip()
        finally:
            program.kill()


def test_that_chromium_runs_scripts_and_saves_downloads(chromium: Chromium, tmp_path: Path) -> None:
    page = "<title>before</title><a download='note.txt' href='data:text/plain,hi'>save</a>"
    with chromium.opened(tmp_path) as browser:
        browser.go("data:text/html," + urllib.parse.quote(page))
        assert browser.title == "before"
        assert browser.script("document.title = arguments[0]; return document.links.length", "after") == 1
        assert browser.title == "after"
        assert browser.downloaded(lambda: browser.click("a")).read_bytes() == b"hi"


@pytest.mark.parametrize("kind", ["photo", "pdf", "tar_gz", "japanese", "undecodable"])
def test_that_the_samples_are_what_they_say(kind: str, request: pytest.FixtureRequest) -> None:
    begins = {
        "photo": b"\xff\xd8\xff",
        "pdf": b"%PDF-",
        "tar_gz": b"\x1f\x8b",
        "japanese": b"\xe4",
        "undecodable": b"e",
    }
    path: Path = request.getfixturevalue(kind)
    assert path.read_bytes().startswith(begins[kind])
