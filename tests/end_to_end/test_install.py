"""Installed, the program has everything with it: from the sources, and from the archive of the sources."""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from support.tools import ROOT

pytestmark = pytest.mark.xdist_group("install")  # the wheel is built once


def run(*command: str | Path, cwd: Path) -> str:
    """What the command printed. The folder is not the checkout, so that nothing is found there by chance."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def shipped_resources() -> set[str]:
    return {path.relative_to(ROOT).as_posix() for path in (ROOT / "resources").rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from the archive of the sources, as pip does when no wheel is published."""
    folder = tmp_path_factory.mktemp("built")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, cwd=ROOT)
    (archive,) = folder.glob("*.tar.gz")
    build = ["wheel", "--quiet", "--no-index", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, archive]
    run(sys.executable, "-m", "pip", *build, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs folder of an environment with nothing but the wheel in it; the libraries are lent to it."""
    folder = tmp_path_factory.mktemp("installed")
    venv.create(folder, with_pip=False, symlinks=sys.platform != "win32")
    paths = {"base": str(folder), "platbase": str(folder)}
    programs = Path(sysconfig.get_path("scripts", vars=paths))
    python = programs / Path(sys.executable).name
    install = ["--quiet", "--no-index", "--no-deps", "--ignore-installed", wheel]
    run(sys.executable, "-m", "pip", "--python", python, "install", *install, cwd=folder)
    # a folder named in a .pth file is searched, but its own .pth files (the editable checkout's) are not read
    lent = Path(sysconfig.get_path("purelib", vars=paths)) / "lent.pth"
    lent.write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return programs


def test_that_the_wheel_holds_every_resource_and_nothing_of_the_tests(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert shipped_resources() <= {name.removeprefix("desktop_share/") for name in names}
    assert {name.split("/")[0].split("-")[0] for name in names} == {"desktop_share"}


def test_that_the_installed_program_starts(installed: Path, tmp_path: Path) -> None:
    from desktop_share import __version__

    assert __version__ in run(installed / "desktop-share", "--version", cwd=tmp_path)


def test_that_the_installed_program_finds_its_resources(installed: Path, tmp_path: Path) -> None:
    source = """
import json
from desktop_share.core.paths import resources_dir
folder = resources_dir()
print(json.dumps([str(folder), [p.relative_to(folder.parent).as_posix() for p in folder.rglob("*") if p.is_file()]]))
"""
    python = installed / Path(sys.executable).name
    folder, found = json.loads(run(python, "-c", source, cwd=tmp_path))
    assert Path(folder).is_relative_to(installed.parent)
    assert set(found) >= shipped_resources()
