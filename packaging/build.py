"""Build what this system can build, into dist/: `python packaging/build.py [PART]...` (all parts where none is named).

wheel      for pip and pipx, every system
frozen     build/frozen/desktop-share: the program with its Python, every system
deb        Linux
appimage   Linux
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import icons
from smoke import smoke, version

PACKAGING = Path(__file__).resolve().parent
ROOT = PACKAGING.parent
DIST = ROOT / "dist"
BUILD = ROOT / "build"
FROZEN = BUILD / "frozen" / "desktop-share"
ICONS = BUILD / "icons"
SUMS = "SHA256SUMS"


def main(parts: list[str]) -> None:
    steps: dict[str, Callable[[], None]] = {"wheel": wheel, "frozen": frozen}
    if sys.platform == "linux":
        steps |= {"deb": deb, "appimage": appimage}
    unknown = set(parts) - set(steps)
    if unknown:
        sys.exit(f"{', '.join(sorted(unknown))}: cannot be built here. There is: {', '.join(steps)}")
    DIST.mkdir(exist_ok=True)
    for name in parts or steps:
        started = time.perf_counter()
        steps[name]()
        print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)
    write_sums()


def wheel() -> None:
    for old in DIST.glob("*.whl"):
        old.unlink()
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", DIST)


def frozen() -> None:
    icons.main(ICONS)
    shutil.rmtree(FROZEN, ignore_errors=True)
    options = ("--noconfirm", "--log-level", "ERROR", "--distpath", FROZEN.parent, "--workpath", BUILD / "pyinstaller")
    run(sys.executable, "-m", "PyInstaller", *options, PACKAGING / "desktop-share.spec")
    smoke([FROZEN / ("desktop-share.exe" if sys.platform == "win32" else "desktop-share")])


def deb() -> None:
    script("deb").build(FROZEN, ICONS, version(), DIST / f"desktop-share_{version()}_amd64.deb")


def appimage() -> None:
    script("appimage").build(FROZEN, ICONS, DIST / f"desktop-share-{version()}-x86_64.AppImage")


def script(folder: str) -> ModuleType:
    """packaging/<folder>/build.py"""
    spec = importlib.util.spec_from_file_location(f"{folder}_build", PACKAGING / folder / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write_sums() -> None:
    """As `sha256sum --check SHA256SUMS` reads it."""
    files = sorted(path for path in DIST.iterdir() if path.is_file() and path.name != SUMS)
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (DIST / SUMS).write_text("".join(lines), "ascii")
    for path in files:
        print(f"{path.stat().st_size / 1e6:6.1f} MB  dist/{path.name}", flush=True)


def run(*command: str | Path) -> None:
    subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1:])
