"""Tries setup.exe in wine: install, smoke, several files at once, install over it while it runs, uninstall. Linux only.

    wine_test.py SETUP.exe

What wine is not: Explorer is not there, only what the installer registers for it is run; the firewall's program is one
that writes down what it is asked for; an administrator's consent is not asked for.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
GCC = "x86_64-w64-mingw32-gcc"
NAME = "Desktop Share"
LIMIT = 120.0  # seconds for one command
APP = "AppData/Local/Programs/Desktop Share"
DATA = "AppData/Local/desktop-share"
LINKS = (
    "AppData/Roaming/Microsoft/Windows/Start Menu/Programs/Desktop Share.lnk",
    "AppData/Roaming/Microsoft/Windows/SendTo/Desktop Share.lnk",
)
FILES_VERB = r"HKCU\Software\Classes\*\shell\DesktopShare"
FOLDERS_VERB = r"HKCU\Software\Classes\Directory\shell\DesktopShare"
RUN_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"
KEYS = (
    FILES_VERB,
    FOLDERS_VERB,
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
            # nothing goes to this system's menus; netsh is ours
            "WINEDLLOVERRIDES": "winemenubuilder.exe=d;mshtml=d;mscoree=d;netsh.exe=n",
            "WINEQT_QPA_PLATFORM": "offscreen",  # wine keeps what begins with QT_ to itself, and hands this on as it
        }
        self.run("wineboot", "-i")
        self.run("winecfg", "-v", "win10")
        self.home = next(path for path in (prefix / "drive_c/users").iterdir() if path.name != "Public")
        self.drive = prefix / "drive_c"
        system = self.drive / "windows/system32"
        for source, target in (("icuuc_for_wine.c", "icuuc.dll"), ("netsh_for_wine.c", "netsh.exe")):
            kind = ["-shared"] if target.endswith(".dll") else []
            command = [GCC, *kind, "-s", "-o", str(system / target), str(HERE / source)]
            subprocess.run(command, check=True)

    def begin(self, *command: str, folder: Path | None = None) -> subprocess.Popen[str]:
        """Python in wine wants pipes for its streams."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            ["wine", *command], env=self.env, cwd=folder, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, text=True
        )

    def run(self, *command: str) -> tuple[int, str]:
        process = self.begin(*command)
        try:
            said, _ = process.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            sys.exit(f"not done after {LIMIT:.0f} s: {' '.join(command)}")
        return process.returncode, said

    def registered(self, key: str) -> bool:
        return self.run("reg", "query", key)[0] == 0

    def value(self, key: str, name: str = "") -> str:
        """A text in the registry, the key's own where it has no name; '' where there is none."""
        code, said = self.run("reg", "query", key, *(["/v", name] if name else ["/ve"]))
        return said.partition("REG_SZ")[2].strip() if code == 0 else ""

    def asked_of_the_firewall(self) -> list[str]:
        asked = self.drive / "netsh.txt"
        return asked.read_text("utf-8").splitlines() if asked.exists() else []

    def rest(self) -> None:
        """Until every program has ended; the registry is in its files then."""
        subprocess.run(["wineserver", "-w"], env=self.env, check=False, timeout=LIMIT)

    def mentions(self, *, machine_only: bool = False) -> list[str]:
        """Whatever has the program's name, in the registry and among the files; of all users alone, or at all."""
        self.rest()
        registries = ["system.reg"] if machine_only else ["system.reg", "user.reg"]
        lines = [line for name in registries for line in (self.prefix / name).read_text("latin-1").splitlines()]
        files = [str(path.relative_to(self.drive)) for path in self.drive.rglob("*")]
        if machine_only:
            files = [path for path in files if not path.startswith(f"users/{self.home.name}/")]
        return [each for each in [*lines, *files] if re.search("desktop.?share", each, re.IGNORECASE)]

    def end(self) -> None:
        subprocess.run(["wineserver", "-k"], env=self.env, check=False)
        self.rest()


def main() -> None:
    words = argparse.ArgumentParser(description="Try setup.exe in wine.")
    words.add_argument("setup", type=Path)
    try_setup(words.parse_args().setup.resolve())


def missing() -> list[str]:
    """The commands that this needs and that are not here."""
    return [name for name in ("wine", "wineserver", GCC) if shutil.which(name) is None]


def try_setup(setup: Path) -> None:
    if missing():
        sys.exit(f"{', '.join(missing())} is missing. make package-windows installs what is needed.")
    wine = Wine(ROOT / "build" / "windows" / "wine")
    try:
        _try(wine, setup)
    finally:
        wine.end()
    print("setup.exe in wine: OK")


def _try(wine: Wine, setup: Path) -> None:
    app = wine.home / APP
    program = str(app / "desktop-share.exe")
    _check(wine.mentions() == [], "a computer that has never seen it")
    _check(wine.run(str(setup), "/S")[0] == 0, "install")
    installed = _files(app)
    _check("desktop-share.exe" in installed, f"files: {len(installed)}")
    _check(all(map(wine.registered, KEYS)), "registered")
    _check(all((wine.home / link).exists() for link in LINKS), "Start menu, Send to")
    _check(
        all(b'level="asInvoker"' in path.read_bytes() for path in (setup, app / "uninstall.exe")), "no administrator"
    )
    _check(wine.mentions(machine_only=True) == [], "nothing for other users")
    _check(not wine.value(RUN_KEY, NAME) and not wine.asked_of_the_firewall(), "no login, no rule: nobody was asked")
    code, said = wine.run(program, "--smoke", "--smoke-out", r"C:\smoke.txt")
    said += (wine.drive / "smoke.txt").read_text("utf-8")
    _check(code == 0 and said.rstrip().endswith("OK"), f"smoke: {said.splitlines()}")

    _several_selected(wine, program)
    _install_over_it(wine, str(setup), program)
    _check(_files(app) == installed, "the same files")
    _uninstall(wine, app)

    _uninstall_all(wine, str(setup), app)


def _uninstall_all(wine: Wine, setup: str, app: Path) -> None:
    """While it runs in its own folder, as the installer's last page starts it, and with the firewall's rule."""
    _check(wine.run(setup, "/S", "/FIREWALL")[0] == 0, "install again")
    running = _opened(wine, str(app / "desktop-share.exe"), app)
    _check(wine.run(str(app / "uninstall.exe"), "/S", "/PURGE")[0] == 0, "uninstall, with the list")
    _check(running.wait(LIMIT) == 0, "the running one was closed politely")
    for name in ("smoke.txt", "netsh.txt"):
        (wine.drive / name).unlink(missing_ok=True)
    left = wine.mentions()
    _check(left == [], f"nothing is left: {left}")


def _several_selected(wine: Wine, program: str) -> None:
    """Explorer starts the verb's command once for each of two files and a folder."""
    for verb in (FILES_VERB, FOLDERS_VERB):
        command = wine.value(verb + r"\command")
        _check(command == f'"{_windows_path(wine, program)}" "%1"', f"the menu's command: {command}")
    names = ("one.txt", "two $HOME.txt", "A folder")
    for name in names[:2]:
        (wine.drive / name).write_text(name)
    (wine.drive / names[2]).mkdir()
    started = [wine.begin(program, rf"C:\{name}") for name in names]
    _until(lambda: len(_ended(started)) == len(started) - 1, "all but one to hand over")
    _check(all(each.returncode == 0 for each in _ended(started)), "of three starts, two hand over")
    (window,) = [each for each in started if each.poll() is None]
    _check(wine.run(program, "--quit")[0] == 0 and window.wait(LIMIT) == 0, "--quit closes the window")
    kept = next((wine.home / DATA).glob("*.sqlite3")).read_bytes()
    _check(all(name.encode() in kept for name in names), "all three are in its list")


def _install_over_it(wine: Wine, setup: str, program: str) -> None:
    running = _opened(wine, program, wine.home)
    code, said = wine.run(setup, "/S", "/LOGIN", "/FIREWALL")
    _check(code == 0, f"install over it, while it runs: {code} {said}")
    _check(running.wait(LIMIT) == 0, "the running one was closed politely")
    at_login = wine.value(RUN_KEY, NAME)
    _check(at_login == f'"{_windows_path(wine, program)}"', f"at login: {at_login}")
    asked = wine.asked_of_the_firewall()
    _check(
        len(asked) == 1 and "firewall add rule" in asked[0] and "desktop-share.exe" in asked[0], f"one rule: {asked}"
    )
    wine.run("reg", "delete", FILES_VERB, "/f")
    (wine.home / LINKS[1]).unlink()
    _check(wine.run(setup, "/S")[0] == 0, "install once more")
    _check(wine.value(RUN_KEY, NAME) == at_login, "what was chosen stays")
    _check(not wine.registered(FILES_VERB) and not (wine.home / LINKS[1]).exists(), "what was not is not added")
    _check(wine.asked_of_the_firewall() == asked, "the rule is there: nobody is asked again")


def _opened(wine: Wine, program: str, folder: Path) -> subprocess.Popen[str]:
    """A window, started in that folder: its database has a journal as long as it is open."""
    running = wine.begin(program, "--port", "0", folder=folder)
    _until(lambda: running.poll() is not None or any((wine.home / DATA).glob("*.sqlite3-wal")), "the window to open")
    return running


def _uninstall(wine: Wine, app: Path) -> None:
    (app / "mine.txt").write_text("a file that a person has put there")
    # said like this, it does its work itself, and not in a copy that goes on when it has ended
    _check(wine.run(str(app / "uninstall.exe"), "/S", f"_?={_windows_path(wine, app)}")[0] == 0, "uninstall")
    _check(_files(app) == {"mine.txt"}, "nothing but a person's own file stays")
    _check(not any(map(wine.registered, KEYS)), "registered no more")
    _check(not any((wine.home / link).exists() for link in LINKS), "no entries in menus")
    _check(not wine.value(RUN_KEY, NAME), "not opened at login")
    asked = wine.asked_of_the_firewall()
    _check(len(asked) == 2 and "firewall delete rule" in asked[1] and "desktop-share.exe" in asked[1], "no rule")
    _check(any((wine.home / DATA).glob("*.sqlite3")), "the list is kept")
    (app / "mine.txt").unlink()


def _ended(processes: list[subprocess.Popen[str]]) -> list[subprocess.Popen[str]]:
    return [each for each in processes if each.poll() is not None]


def _until(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + LIMIT
    while not holds():
        if time.monotonic() > deadline:
            sys.exit(f"failed: waited for {what}")
        time.sleep(0.05)  # another process does it, and tells nobody


def _windows_path(wine: Wine, path: Path | str) -> str:
    return "C:\\" + str(Path(path).relative_to(wine.drive)).replace("/", "\\")


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _check(holds: bool, what: str) -> None:
    if not holds:
        sys.exit(f"failed: {what}")
    print(f"  {what}", flush=True)


if __name__ == "__main__":
    main()
