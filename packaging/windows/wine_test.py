"""Tries setup.exe in wine: install, smoke, a second start, install over it while it runs, uninstall. Linux only.

    wine_test.py SETUP.exe

What wine is not: Explorer's menu, the firewall and an administrator's consent are not tried here.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LIMIT = 120.0  # seconds for one command
APP = "AppData/Local/Programs/Desktop Share"
DATA = "AppData/Local/desktop-share"
LINKS = (
    "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Desktop Share.lnk",
    "AppData/Roaming/Microsoft/Windows/SendTo/Desktop Share.lnk",
)
KEYS = (
    r"HKCU\Software\Classes\*\shell\DesktopShare\command",
    r"HKCU\Software\Classes\Directory\shell\DesktopShare\command",
    r"HKCU\Software\Desktop Share",
    r"HKCU\Software\Microsoft\Windows\CurrentVersion\Uninstall\DesktopShare",
)


class Wine:
    """One prefix of its own: a computer that has never seen the program."""

    def __init__(self, prefix: Path) -> None:
        shutil.rmtree(prefix, ignore_errors=True)
        prefix.parent.mkdir(parents=True, exist_ok=True)
        self.prefix = prefix
        gone = ("DISPLAY", "WAYLAND_DISPLAY", "DESKTOP_SHARE_DATA_DIR")
        self.env = {key: value for key, value in os.environ.items() if key not in gone} | {
            "WINEPREFIX": str(prefix),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "winemenubuilder.exe=d;mshtml=d;mscoree=d",  # nothing goes to this system's menus
            "WINEQT_QPA_PLATFORM": "offscreen",  # wine keeps what begins with QT_ to itself, and hands this on as it
        }
        self.run("wineboot", "-i")
        self.run("winecfg", "-v", "win10")
        self.home = next(path for path in (prefix / "drive_c/users").iterdir() if path.name != "Public")
        library = prefix / "drive_c/windows/system32/icuuc.dll"
        source = HERE / "icuuc_for_wine.c"
        subprocess.run(["x86_64-w64-mingw32-gcc", "-shared", "-s", "-o", str(library), str(source)], check=True)

    def begin(self, *command: str) -> subprocess.Popen[str]:
        """Python in wine wants pipes for its streams."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            ["wine", *command], env=self.env, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True
        )

    def run(self, *command: str) -> tuple[int, str]:
        process = self.begin(*command)
        try:
            said, _ = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            sys.exit(f"not done after {LIMIT:.0f} s: {' '.join(command)}")
        return process.returncode, said

    def registered(self, key: str) -> bool:
        return self.run("reg", "query", key)[0] == 0

    def end(self) -> None:
        subprocess.run(["wineserver", "-k"], env=self.env, check=False)
        subprocess.run(["wineserver", "-w"], env=self.env, check=False, timeout=LIMIT)


def main() -> None:
    words = argparse.ArgumentParser(description="Try setup.exe in wine.")
    words.add_argument("setup", type=Path)
    setup = str(words.parse_args().setup.resolve())
    wine = Wine(ROOT / "build" / "windows" / "wine")
    try:
        _try(wine, setup)
    finally:
        wine.end()
    print("setup.exe in wine: OK")


def _try(wine: Wine, setup: str) -> None:
    app, data = wine.home / APP, wine.home / DATA
    program, uninstall = str(app / "desktop-share.exe"), str(app / "uninstall.exe")
    _check(wine.run(setup, "/S")[0] == 0, "install")
    installed = _files(app)
    _check("desktop-share.exe" in installed, f"files: {len(installed)}")
    _check(all(map(wine.registered, KEYS)), "registered")
    _check(all((wine.home / link).exists() for link in LINKS), "Start menu, Send to")
    code, said = wine.run(program, "--smoke", "--smoke-out", r"C:\smoke.txt")
    said += (wine.prefix / "drive_c/smoke.txt").read_text("utf-8")
    _check(code == 0 and said.rstrip().endswith("OK"), f"smoke: {said.splitlines()}")

    _second_start(wine, program)
    running = _opened(wine, program)
    code, said = wine.run(setup, "/S")
    _check(code == 0, f"install over it, while it runs: {code} {said}")
    _check(running.wait(LIMIT) == 0, "the running one was closed politely")
    _check(_files(app) == installed, "the same files")

    (app / "mine.txt").write_text("a file that a person has put there")
    _check(wine.run(uninstall, "/S", f"_?={_windows(app)}")[0] == 0, "uninstall")
    _check(_files(app) == {"mine.txt"}, "nothing but a person's own file stays")
    _check(not any(map(wine.registered, KEYS)), "registered no more")
    _check(not any((wine.home / link).exists() for link in LINKS), "no entries in menus")
    _check(any(data.glob("*.sqlite3")), "the list is kept")
    (app / "mine.txt").unlink()

    _check(wine.run(setup, "/S")[0] == 0, "install again")
    _check(wine.run(uninstall, "/S", "/PURGE", f"_?={_windows(app)}")[0] == 0, "uninstall, with the list")
    _check(not data.exists(), "no list")
    _check(not app.exists(), "no folder")


def _second_start(wine: Wine, program: str) -> None:
    for name in ("one.txt", "two.txt"):
        (wine.prefix / "drive_c" / name).write_text(name)
    first = _opened(wine, program, r"C:\one.txt")
    _check(wine.run(program, r"C:\two.txt")[0] == 0, "a second start hands over")
    _check(first.poll() is None, "the first goes on")
    _check(wine.run(program, "--quit")[0] == 0 and first.wait(LIMIT) == 0, "--quit closes it")
    kept = next((wine.home / DATA).glob("*.sqlite3")).read_bytes()
    _check(all(re.search(name, kept) for name in (rb"one\.txt", rb"two\.txt")), "both files are in its list")


def _opened(wine: Wine, program: str, *arguments: str) -> subprocess.Popen[str]:
    """A window that was there first: its database has a journal as long as it is open."""
    process = wine.begin(program, "--port", "0", *arguments)
    deadline = time.monotonic() + LIMIT
    while not any((wine.home / DATA).glob("*.sqlite3-wal")):
        if time.monotonic() > deadline or process.poll() is not None:
            sys.exit("failed: the window did not open")
    return process


def _windows(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _check(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"failed: {what}")
    print(f"  {what}", flush=True)


if __name__ == "__main__":
    main()
