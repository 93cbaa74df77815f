"""Setting up a fresh machine: what is missing is found by trying, installed where that is allowed, else named."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
from support.tools import ROOT

posix_only = pytest.mark.skipif(os.name != "posix", reason="make and apt-get are for POSIX systems")
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the wheels bring all on other systems")


@pytest.fixture
def prepare() -> ModuleType:
    spec = importlib.util.spec_from_file_location("prepare", ROOT / "packaging" / "prepare.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class FakeSystem:
    """A PATH of its own, whose commands write down what they were called with."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder, self._monkeypatch = folder, monkeypatch
        self._log = folder / "called"
        self._log.touch()
        monkeypatch.setenv("PATH", str(folder))
        for name in ("sh", "env"):
            (folder / name).symlink_to(shutil.which(name, path=os.defpath) or f"/usr/bin/{name}")

    def user(self, number: int) -> None:
        self._monkeypatch.setattr(os, "geteuid", lambda: number)

    def command(self, name: str, script: str = "exit 0") -> None:
        path = self._folder / name
        path.write_text(f'#!/bin/sh\necho "{name} $*" >>{self._log}\n{script}\n', "utf-8")
        path.chmod(0o755)

    @property
    def called(self) -> list[str]:
        return self._log.read_text("utf-8").splitlines()


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSystem:
    return FakeSystem(tmp_path, monkeypatch)


@linux_only
def test_that_missing_libraries_tools_and_fonts_are_found_by_trying(prepare: ModuleType) -> None:
    table = {
        "qt": {"libc.so.6": "libc6", "libsurely-not-there.so.7": "libnot7"},
        "tools": {"sh": "dash", "surely-not-there": "nottool"},
        "fonts": {"no/such-font.ttf": "fonts-not"},
    }
    assert prepare.missing_packages(table, "run") == ["libnot7"]
    assert prepare.missing_packages(table, "test") == ["fonts-not", "libnot7", "nottool"]


@posix_only
def test_that_nothing_is_called_when_nothing_is_missing(prepare: ModuleType, system: FakeSystem) -> None:
    system.command("apt-get")
    assert prepare.install_system_packages([])
    assert system.called == []


@posix_only
def test_that_root_installs_without_a_question(prepare: ModuleType, system: FakeSystem) -> None:
    system.user(0)
    system.command("apt-get")
    assert prepare.install_system_packages(["libegl1"])
    assert [call.split(" -qq")[0] for call in system.called] == [
        "apt-get install --yes --no-install-recommends libegl1"
    ]


@posix_only
def test_that_old_package_lists_are_renewed_once(prepare: ModuleType, system: FakeSystem) -> None:
    system.user(0)
    system.command("apt-get", 'case "$1" in update) : >"${0%/*}/updated" ;; *) test -e "${0%/*}/updated" ;; esac')
    assert prepare.install_system_packages(["libegl1"])
    assert [call.split()[1] for call in system.called] == ["install", "update", "install"]


@posix_only
def test_that_sudo_is_used_only_where_it_asks_nothing(
    prepare: ModuleType, system: FakeSystem, capfd: pytest.CaptureFixture[str]
) -> None:
    system.user(1000)
    system.command("apt-get")
    system.command("sudo", "exit 1")
    assert not prepare.install_system_packages(["libegl1", "libgl1"])
    assert system.called == ["sudo -n true"]
    assert "sudo apt-get install --yes --no-install-recommends libegl1 libgl1\n" in capfd.readouterr().err
    system.command("sudo", 'test "$2" = true || { shift; exec "$@"; }')
    assert prepare.install_system_packages(["libegl1"])
    assert system.called[-1].startswith("apt-get install --yes --no-install-recommends libegl1 -qq")


@posix_only
@pytest.mark.parametrize("apt", ["exit 100", None], ids=["apt-get fails", "no apt-get"])
def test_that_what_cannot_be_installed_is_named(
    prepare: ModuleType, system: FakeSystem, capfd: pytest.CaptureFixture[str], apt: str | None
) -> None:
    system.user(0)
    if apt:
        system.command("apt-get", apt)
    assert not prepare.install_system_packages(["libegl1"])
    printed = capfd.readouterr()
    assert "libegl1" in printed.err
    assert printed.out == ""  # a program's own output stays clean


def test_that_groups_may_include_groups(prepare: ModuleType) -> None:
    groups = {"dependency-groups": {"test": ["pytest", {"include-group": "base"}], "base": ["click", "pytest"]}}
    assert prepare.group_requirements(groups, ["test"]) == ["pytest", "click"]


def test_that_every_requirement_has_a_tested_version(prepare: ModuleType) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = project["project"]["dependencies"] + prepare.group_requirements(project, project["dependency-groups"])
    pinned = (ROOT / "constraints.txt").read_text("utf-8").lower().replace("_", "-")
    names = {requirement.split(">")[0].split(";")[0].strip().lower() for requirement in wanted}
    assert {name for name in names if f"\n{name}==" not in pinned} == set()


@posix_only
def test_that_a_machine_without_a_suitable_python_is_told_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "packaging").mkdir()
    shutil.copy(ROOT / "packaging" / "setup.sh", tmp_path / "packaging")
    done = subprocess.run(
        ["sh", tmp_path / "packaging" / "setup.sh", "run"],
        env={**os.environ, "PYTHON": "surely-not-python false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "needs Python 3.11, 3.12, 3.13 or 3.14" in done.stderr
    assert "nstall it" in done.stderr


@posix_only
@pytest.mark.parametrize(("system", "folder"), [("Windows_NT", "Scripts"), ("", "bin")], ids=["Windows", "others"])
def test_that_make_finds_the_environment_of_each_system(system: str, folder: str, tmp_path: Path, need) -> None:
    command = [need("make"), "--dry-run", "--no-print-directory", "-C", ROOT, "test", f"OS={system}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "MAKEFLAGS": ""})
    assert f".venv/{folder}/python -m pytest" in said.stdout


@posix_only
@pytest.mark.parametrize(
    ("system", "python"), [("Windows_NT", "Scripts/python.exe"), ("", "bin/python")], ids=["Windows", "others"]
)
def test_that_an_environment_that_is_ready_costs_nothing(system: str, python: str, tmp_path: Path) -> None:
    for name in ("setup.sh", "prepare.py", "system.toml"):
        (tmp_path / "packaging").mkdir(exist_ok=True)
        shutil.copy2(ROOT / "packaging" / name, tmp_path / "packaging")
    for name in ("pyproject.toml", "constraints.txt"):
        shutil.copy2(ROOT / name, tmp_path)
    interpreter = tmp_path / ".venv" / python
    interpreter.parent.mkdir(parents=True)
    interpreter.touch(mode=0o755)
    (tmp_path / ".venv" / "ready-run").touch()
    environment = {**os.environ, "OS": system, "PYTHON": "surely-not-python"}  # it would be asked for otherwise
    command = ["sh", tmp_path / "packaging" / "setup.sh", "run"]
    assert subprocess.run(command, env=environment, check=False).returncode == 0
    interpreter.unlink()
    assert subprocess.run(command, env=environment, check=False, capture_output=True).returncode == 1
