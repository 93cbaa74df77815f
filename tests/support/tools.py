"""Programs that tests start: a missing one is a failure in CI and, elsewhere, a skip that says how to get it."""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parents[2]
IN_CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
OTHER_NAMES = {"chromium": ("chromium-browser", "google-chrome-stable", "google-chrome")}


def need(tool: str) -> str:
    """The path of a command."""
    found = next(filter(None, map(shutil.which, (tool, *OTHER_NAMES.get(tool, ())))), None)
    return found or missing(f"{tool} is not installed. On Debian and Ubuntu: sudo apt-get install {package_of(tool)}")


def package_of(tool: str) -> str:
    """The Debian package that a command is in."""
    packages = tomllib.loads((ROOT / "packaging" / "system.toml").read_text("utf-8"))["tools"]
    return str(packages.get(tool, tool))


def missing(why: str) -> NoReturn:
    """Something of the machine that a test needs is not there."""
    if IN_CI:
        pytest.fail(why, pytrace=False)
    pytest.skip(why)
