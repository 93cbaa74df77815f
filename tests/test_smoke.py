"""`--smoke`: the program tries itself, and says so where something is missing."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from support.tools import ROOT

from desktop_share import __version__, smoke


@pytest.fixture
def tried(tmp_path: Path) -> tuple[int, str, str]:
    out = tmp_path / "said"
    done = subprocess.run(
        [sys.executable, "-m", "desktop_share", "--smoke", "--smoke-out", out],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout, out.read_text("utf-8")


def test_that_the_program_tries_itself_and_says_its_version_and_ok(tried: tuple[int, str, str]) -> None:
    code, printed, written = tried
    assert printed.splitlines()[-1] == "OK"
    assert printed.startswith(f"desktop-share {__version__}, ")
    assert written == printed
    assert code == 0


@pytest.mark.parametrize(("name", "value"), [("RESOURCES", ("gone.html",)), ("LIBRARIES", ("surely_not_there",))])
def test_that_what_is_missing_is_one_line_and_exit_code_1(
    name: str, value: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(smoke, name, value)
    assert smoke.smoke(None) == 1
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith("desktop-share ")
    assert last.startswith("failed: ")
    assert str(value[0]) in last  # type: ignore[index]


def test_that_every_dependency_is_among_the_libraries_that_are_tried() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    here = [each for each in project["dependencies"] if sys.platform == "linux" or "== 'linux'" not in each]
    wanted = {re.match(r"[\w-]+", each).group().lower() for each in here}  # type: ignore[union-attr]
    provided = importlib.metadata.packages_distributions()
    tried = {each.lower().replace("_", "-") for name in smoke.LIBRARIES for each in provided[name.split(".")[0]]}
    assert wanted - tried == set()
