"""What setup.exe is made of; setup.exe itself is tried in wine by packaging/windows/wine_test.py."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch):
    """A module of packaging/windows, by its name."""
    monkeypatch.syspath_prepend(str(ROOT / "packaging" / "windows"))
    yield importlib.import_module
    for name in ("installer", "stage"):
        sys.modules.pop(name, None)


FILES = [PurePosixPath(each) for each in ("a.exe", "lib/b.dll", "lib/deep/c $x.txt", "lib/deep/日本.txt")]


def test_that_every_file_is_installed_into_its_folder(windows) -> None:
    lines = list(windows("installer").install_lines(PurePosixPath("/tree"), FILES))
    assert lines == [
        'SetOutPath "$INSTDIR"',
        'File "/tree/a.exe"',
        'SetOutPath "$INSTDIR\\lib"',
        'File "/tree/lib/b.dll"',
        'SetOutPath "$INSTDIR\\lib\\deep"',
        'File "/tree/lib/deep/c $$x.txt"',
        'File "/tree/lib/deep/日本.txt"',
    ]


def test_that_what_was_installed_and_nothing_else_is_removed(windows) -> None:
    lines = list(windows("installer").uninstall_lines(FILES))
    assert lines == [
        'Delete "$INSTDIR\\a.exe"',
        'Delete "$INSTDIR\\lib\\b.dll"',
        'Delete "$INSTDIR\\lib\\deep\\c $$x.txt"',
        'Delete "$INSTDIR\\lib\\deep\\日本.txt"',
        'RMDir "$INSTDIR\\lib\\deep"',
        'RMDir "$INSTDIR\\lib"',
    ]


def test_that_the_tree_gets_the_versions_that_the_tests_have_passed_with(windows) -> None:
    wanted = windows("stage")._requirements()
    assert "colorama" in wanted
    assert any(each.startswith("PySide6-Essentials==6.11") for each in wanted)
    assert all("==" in each for each in wanted if each != "colorama")
