"""setup.exe of a folder with the program, on Windows or on Linux: NSIS runs on both.

installer.py TREE [--out dist/desktop-share-VERSION-setup.exe] [--fast]
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ON_WINDOWS = Path("C:/Program Files (x86)/NSIS/makensis.exe")


def main() -> None:
    words = argparse.ArgumentParser(description="Make setup.exe of a folder with the program.")
    words.add_argument("tree", type=Path, help="with desktop-share.exe in it")
    words.add_argument("--out", type=Path)
    words.add_argument("--fast", action="store_true", help="compress less, for trying it")
    given = words.parse_args()
    out = given.out or ROOT / "dist" / f"desktop-share-{version()}-setup.exe"
    build(given.tree.resolve(), out.resolve(), fast=given.fast)
    print(f"{out}: {out.stat().st_size / 1e6:.1f} MB")


def build(tree: Path, out: Path, *, fast: bool) -> None:
    if not (tree / "desktop-share.exe").is_file():
        sys.exit(f"There is no desktop-share.exe in {tree}. Build the program first.")
    work = ROOT / "build" / "windows" / "installer"
    work.mkdir(parents=True, exist_ok=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    icon, side = work / "desktop-share.ico", work / "side.bmp"
    write_icon(icon, side)
    files = sorted(path.relative_to(tree) for path in tree.rglob("*") if path.is_file())
    # with a mark at the beginning, makensis reads them as UTF-8
    (work / "install.nsh").write_text("\n".join(install_lines(tree, files)) + "\n", encoding="utf-8-sig")
    (work / "uninstall.nsh").write_text("\n".join(uninstall_lines(files)) + "\n", encoding="utf-8-sig")
    number = version()
    defines = {
        "TREE": tree,
        "LISTS": work,
        "ICON": icon,
        "SIDE": side,
        "OUT": out,
        "VERSION": number,
        "FOUR_PARTS": ".".join([*number.split("."), "0", "0", "0"][:4]),
        "SIZE_KB": sum((tree / path).stat().st_size for path in files) // 1024,
    } | ({"FAST": 1} if fast else {})
    options = [f"-D{name}={value}" for name, value in defines.items()]
    command = [_makensis(), "-V2", "-WX", "-INPUTCHARSET", "UTF8", *options, str(HERE / "installer.nsi")]
    subprocess.run(command, check=True)


def install_lines(tree: Path, files: list[Path]) -> Iterator[str]:
    """Every file by its name, folder by folder."""
    for folder in sorted({path.parent for path in files}):
        yield f'SetOutPath "{_installed(folder)}"'
        for path in (each for each in files if each.parent == folder):
            yield f'File "{_quoted(str(tree / path))}"'


def uninstall_lines(files: list[Path]) -> Iterator[str]:
    """What was installed and nothing else goes: whatever a person has put beside it stays."""
    for path in files:
        yield f'Delete "{_installed(path)}"'
    folders = {folder for path in files for folder in path.parents if folder.parts}
    for folder in sorted(folders, key=lambda each: len(each.parts), reverse=True):
        yield f'RMDir "{_installed(folder)}"'


def _installed(path: Path) -> str:
    return _quoted(str(PureWindowsPath("$INSTDIR") / path)).replace("$$INSTDIR", "$INSTDIR")


def _quoted(text: str) -> str:
    return text.replace("$", "$$")


def write_icon(path: Path, side: Path | None = None) -> None:
    """The .ico that all parts of the Windows program have, and the picture beside the installer's last page."""
    sys.path.insert(0, str(HERE.parent))
    import icons

    with tempfile.TemporaryDirectory() as folder:
        icons.main(Path(folder))
        shutil.copy(Path(folder) / "desktop-share.ico", path)
        if side is not None:
            shutil.copy(Path(folder) / "side.bmp", side)


def _makensis() -> str:
    found = shutil.which("makensis") or (str(ON_WINDOWS) if os.name == "nt" and ON_WINDOWS.exists() else None)
    if found is None:
        sys.exit("NSIS is missing. Install it: sudo apt install nsis, or on Windows: choco install nsis")
    return found


def version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


if __name__ == "__main__":
    main()
