"""What holds for every test: no display, nothing in the user's own folders, no unexpected log record, no leak."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings
from support import tools

# Before Qt is imported. A test of the real window starts it as a program of its own, with the `xvfb` fixture's env.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.pop("WAYLAND_DISPLAY", None)
if "XDG_RUNTIME_DIR" not in os.environ and os.name == "posix":
    os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="desktop-share-runtime-")  # else Qt warns
    atexit.register(shutil.rmtree, os.environ["XDG_RUNTIME_DIR"], ignore_errors=True)

# A busy computer is no mistake of what is tested. In CI hypothesis has a profile like this of its own
settings.register_profile("unhurried", settings(), deadline=None)
settings.load_profile("unhurried")

pytest_plugins = [
    "support.logs",
    "support.leaks",
    "support.display",
    "support.browser",
    "support.samples",
    "support.live",
    "support.ports",
    "support.program",
]


@pytest.fixture(autouse=True)
def data_dir(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the program under test keeps its things: new for every test, and not made yet."""
    folder = tmp_path_factory.getbasetemp() / "data" / os.urandom(8).hex()
    monkeypatch.setenv("DESKTOP_SHARE_DATA_DIR", str(folder))
    return folder


@pytest.fixture(scope="session")
def need() -> Callable[[str], str]:
    """`need("curl")`: the path of a program; missing, the test fails in CI and is skipped elsewhere."""
    return tools.need
