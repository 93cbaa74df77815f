"""What packaging is made from holds together, without building it."""

from __future__ import annotations

import configparser
import gzip
import importlib.util
import plistlib
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tomllib
import zlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner
from support.tools import ROOT

from desktop_share import __version__
from desktop_share.cli import cli

PACKAGING = ROOT / "packaging"
LINUX = PACKAGING / "linux"
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="these packages are built on Linux")


def loaded(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """packaging/<name>.py"""
    monkeypatch.syspath_prepend(str(PACKAGING))
    spec = importlib.util.spec_from_file_location(f"packaging_{Path(name).stem}", PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_that_the_spec_is_python_and_leaves_out_nothing_that_the_program_is_tried_for() -> None:
    from desktop_share.smoke import LIBRARIES

    text = (PACKAGING / "desktop-share.spec").read_text("utf-8")
    compile(text, "desktop-share.spec", "exec")
    left_out = re.findall(r"r\"(.+?)\"", text.split("QT_OUT")[1].split("LINUX_OUT")[0])
    assert left_out
    for library in LIBRARIES:
        module = library.split(".")[-1]
        files = [f"PySide6/{module}.abi3.so", f"PySide6/Qt/lib/lib{module.replace('Qt', 'Qt6')}.so.6"]
        assert [each for each in files for pattern in left_out if re.search(pattern, each)] == []
    kept = [
        "platforms/libqxcb.so",
        "platforms/libqoffscreen.so",
        "platforms/libqwayland.so",
        "imageformats/libqwebp.so",
    ]
    for plugin in kept:
        assert [each for each in left_out if re.search(each, f"PySide6/Qt/plugins/{plugin}")] == []


@pytest.mark.parametrize(
    ("tool", "arguments", "name"),
    [
        ("desktop-file-validate", [], "desktop-share.desktop"),
        ("appstreamcli", ["validate", "--no-net"], "desktop-share.metainfo.xml"),
    ],
)
def test_that_the_validators_find_nothing(tool: str, arguments: list[str], name: str) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not here")
    done = subprocess.run([tool, *arguments, LINUX / name], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_that_the_desktop_entry_takes_files_and_opens_no_folders() -> None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(LINUX / "desktop-share.desktop", "utf-8")
    entry = parser["Desktop Entry"]
    assert entry["Exec"].endswith(" %F")
    assert not {"inode/directory", "application/octet-stream"} & set(entry["MimeType"].split(";"))
    for action in filter(None, entry["Actions"].split(";")):
        assert parser[f"Desktop Action {action}"]["Exec"]


def test_that_the_man_page_names_every_option() -> None:
    page = (LINUX / "desktop-share.1").read_text("utf-8").replace("\\-", "-")
    offered = set(re.findall(r"--[a-z][a-z-]*", CliRunner().invoke(cli, ["--help"]).output))
    assert offered
    assert {option for option in offered if option not in page} == set()


def test_that_the_manifests_have_the_version_of_the_program() -> None:
    assert f'version="{__version__}"' in (LINUX / "desktop-share.metainfo.xml").read_text("utf-8")
    assert f'version: "{__version__}"' in (PACKAGING / "snap" / "snapcraft.yaml").read_text("utf-8")
    (flatpak,) = (PACKAGING / "flatpak").glob("*.yaml")
    assert f"desktop_share-{__version__}-py3" in flatpak.read_text("utf-8")
    assert tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"] == __version__


def test_that_the_icons_are_what_their_containers_say(tmp_path: Path) -> None:
    subprocess.run([sys.executable, PACKAGING / "icons.py", tmp_path], check=True, timeout=60)
    ico = (tmp_path / "desktop-share.ico").read_bytes()
    kind, count = struct.unpack_from("<HH", ico, 2)
    assert (kind, count) == (1, 7)
    for number in range(count):
        width, _, _, _, _, _, length, offset = struct.unpack_from("<BBBBHHII", ico, 6 + 16 * number)
        assert png_size(ico[offset : offset + length]) == (width or 256,) * 2
    icns = (tmp_path / "desktop-share.icns").read_bytes()
    assert struct.unpack_from(">4sI", icns) == (b"icns", len(icns))
    assert png_size((tmp_path / "48.png").read_bytes()) == (48, 48)


def png_size(data: bytes) -> tuple[int, int]:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack_from(">I", data, 29)[0] == zlib.crc32(data[12:29])
    width, height = struct.unpack_from(">II", data, 16)
    return width, height


@linux_only
def test_that_the_tree_has_its_files_with_modes_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = loaded("linux_tree", monkeypatch)
    frozen, icons, root = tmp_path / "frozen", tmp_path / "icons", tmp_path / "root"
    for folder in (frozen, icons, root):
        folder.mkdir()
    (frozen / "desktop-share").write_text("program")
    (frozen / "desktop-share").chmod(0o700)
    for size in tree.ICON_SIZES:
        (icons / f"{size}.png").touch()
    tree.make_tree(root, frozen, icons)
    assert (root / "usr/bin/desktop-share").resolve() == (root / "usr/lib/desktop-share/desktop-share").resolve()
    assert (root / "usr/bin/desktop-share").stat().st_mode & 0o777 == 0o755
    assert {path.stat().st_mode & 0o777 for path in (root / "usr/share").rglob("*") if path.is_file()} == {0o644}
    assert b"DESKTOP-SHARE" in gzip.decompress((root / "usr/share/man/man1/desktop-share.1.gz").read_bytes())


@linux_only
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("echo 'desktop-share {version}, …'; echo OK; exit 1", "exit code 1"),
        ("echo 'desktop-share 0.0.9, …'; echo OK", "0.0.9"),
        ("echo 'desktop-share {version}, …'; echo 'failed: no link'", "no link"),
        ("exit 0", "exit code 0"),
    ],
    ids=["exit code", "another version", "failed", "silent"],
)
def test_that_a_smoke_that_did_not_go_well_is_told(
    script: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    smoke = loaded("smoke", monkeypatch)
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\n{script.format(version=__version__)}\n", "utf-8")
    program.chmod(0o755)
    with pytest.raises(SystemExit, match=message):
        smoke.smoke([program])


@linux_only
@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ({"wine", "wineserver", "x86_64-w64-mingw32-gcc", "setup.exe"}, ""),
        ({"wine", "wineserver", "x86_64-w64-mingw32-gcc"}, "setup.exe"),
        ({"setup.exe"}, "wine"),
    ],
    ids=["all", "no setup.exe", "no wine"],
)
def test_that_the_windows_installer_is_tried_where_it_and_wine_are_there(
    there: set[str], missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = loaded("try_packages", monkeypatch)
    tried: list[Path] = []
    monkeypatch.setattr(packages.wine_test.shutil, "which", lambda name: name if name in there else None)
    monkeypatch.setattr(packages.wine_test, "try_setup", tried.append)
    monkeypatch.setattr(packages, "DIST", tmp_path / "dist")
    monkeypatch.setattr(packages, "BUILD", tmp_path)
    for step in ("try_wheel", "check", "try_in_chroot"):
        monkeypatch.setattr(packages, step, lambda: None)
    setup = tmp_path / "windows" / "desktop-share-setup.exe"
    setup.parent.mkdir()
    if "setup.exe" in there:
        setup.touch()
    packages.main([])
    assert tried == ([] if missing else [setup])
    assert ("not tried" in (printed := capsys.readouterr().out)) == bool(missing)
    assert missing in printed
    if missing:
        with pytest.raises(SystemExit, match=missing):  # it was asked for
            packages.main(["windows"])


def test_that_the_disk_image_brings_the_program_and_a_service_for_finder_that_starts_it() -> None:
    macos = PACKAGING / "macos"
    settings: dict[str, Any] = {"defines": {"app": "build/Desktop Share.app"}}
    exec(compile((macos / "dmg.py").read_text("utf-8"), "dmg.py", "exec"), settings)
    program, service = settings["files"]
    assert set(settings["icon_locations"]) == {Path(program).name, Path(service).name, *settings["symlinks"]}
    flow = plistlib.loads((ROOT / service / "Contents" / "document.wflow").read_bytes())
    (action,) = flow["actions"]
    command = action["action"]["ActionParameters"]["COMMAND_STRING"]
    spec = (PACKAGING / "desktop-share.spec").read_text("utf-8")
    (identifier,) = re.findall(r'bundle_identifier="(.+?)"', spec)
    assert shlex.split(command) == ["exec", "open", "-b", identifier, "$@"]
    (offered,) = plistlib.loads((ROOT / service / "Contents" / "Info.plist").read_bytes())["NSServices"]
    assert offered["NSMenuItem"]["default"] == "Share with a link"
    assert offered["NSSendFileTypes"] == ["public.item"]  # files and folders
    (taken,) = plistlib.loads((macos / "Info.plist").read_bytes())["CFBundleDocumentTypes"]
    assert set(taken["LSItemContentTypes"]) == {"public.data", "public.folder"}
    assert taken["LSHandlerRank"] == "None"  # never the program that opens them by itself


@pytest.mark.parametrize("tool", ["build.py", "try_packages.py"])
def test_that_a_part_that_there_is_not_is_named_with_those_that_there_are(tool: str) -> None:
    command = [sys.executable, ROOT / "packaging" / tool, "cheese"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "cheese" in done.stderr
    assert "wheel" in done.stderr
