"""Make `.venv` ready: `prepare.py run|test|check|package|package-windows`; packaging/setup.sh picks the Python.

Standard library only. Nothing is fetched when nothing is missing. What may not be installed is named in one line, with
the command that installs it. All words go to stderr.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib
import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
GROUPS = {
    "run": (),
    "test": ("test",),
    "check": ("check",),
    "package": ("package",),
    "package-windows": ("package", "test"),
}
SEARCHED = os.environ.get("PATH", os.defpath) + ":/usr/sbin"  # debootstrap is there
FONT_FOLDERS = (Path("/usr/share/fonts"), Path("/usr/local/share/fonts"))


def main(use: str) -> int:
    system = tomllib.loads((ROOT / "packaging" / "system.toml").read_text("utf-8"))
    try:
        make_environment()
        install_project(use)
    except subprocess.CalledProcessError as error:
        say(f"This step failed: {shlex.join(map(str, error.cmd))}")
        say("What it said is above. Check the internet connection, then run the same command again.")
        return 1
    except NoVenvError as error:
        say(str(error))
        return 1
    complete = use == "check" or install_system_packages(missing_packages(system, use))
    if complete:
        (VENV / f"ready-{use}").touch()
    return 0  # what is still missing on the system stops only what needs it, and that says so itself


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(*command: str | Path, **options: Any) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=sys.stderr, **options)


# -- the virtual environment


class NoVenvError(Exception):
    """This Python cannot make virtual environments; the text says what to install."""


def venv_python() -> Path:
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def make_environment() -> None:
    """A working `.venv` of a supported Python: kept where there is one, made anew where its Python is gone."""
    probe = "import sys, pip; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15))"
    if venv_python().exists():
        found = subprocess.run([venv_python(), "-c", probe], stderr=subprocess.DEVNULL, check=False)
        if found.returncode == 0:
            return
    try:
        importlib.import_module("ensurepip")
        importlib.import_module("venv")
    except ImportError:
        name = "python{}.{}-venv".format(*sys.version_info)
        if not install_system_packages([name], "This Python cannot make virtual environments yet."):
            raise NoVenvError("Then run the same command again.") from None
    say(f"Making .venv with Python {sys.version.split()[0]} …")
    # a child of its own: ensurepip may have come a moment ago
    run(sys.executable, "-m", "venv", "--clear", VENV)


def install_project(use: str) -> None:
    """The project, editable, and what `use` needs: again only when what they are made from has changed."""
    inputs = [ROOT / "pyproject.toml", ROOT / "constraints.txt"]
    requirements = group_requirements(tomllib.loads(inputs[0].read_text("utf-8")), GROUPS[use])
    digest = hashlib.sha256(b"\0".join(path.read_bytes() for path in inputs)).hexdigest()
    stamp = VENV / f"installed-{use}"
    if stamp.exists() and stamp.read_text("ascii") == digest:
        return
    say(f"Installing into .venv what is needed to {use} Desktop Share (the first time, some 90 MB are fetched) …")
    run(
        *(venv_python(), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"),
        *("--constraint", inputs[1], "--editable", ROOT, *requirements),
        # these reach the build backend's environment too: the second is pip 25.3's name for it
        env={**os.environ, "PIP_CONSTRAINT": str(inputs[1]), "PIP_BUILD_CONSTRAINT": str(inputs[1])},
    )
    for done in {use, "run"}:  # the project itself is there for every use
        (VENV / f"installed-{done}").write_text(digest, "ascii")


def group_requirements(project: dict[str, Any], names: Iterable[str]) -> list[str]:
    """The requirements of these dependency groups (PEP 735), for every pip: `--group` is known from 25.1 on."""
    found: list[str] = []
    for name in names:
        for entry in project["dependency-groups"][name]:
            if isinstance(entry, str):
                found.append(entry)
            else:
                found += group_requirements(project, [entry["include-group"]])
    return list(dict.fromkeys(found))


# -- the system's own packages


def missing_packages(system: dict[str, dict[str, str]], use: str) -> list[str]:
    """Debian packages of what is not there, found by trying. Windows and macOS lack nothing: the wheels bring it."""
    if not sys.platform.startswith("linux"):
        return []
    missing = [package for library, package in system["qt"].items() if not loads(library)]
    if use == "test":
        missing += [package for tool, package in system["tools"].items() if shutil.which(tool) is None]
        missing += [package for font, package in system["fonts"].items() if not has_font(font)]
    if use == "package-windows":
        missing += [package for needed, package in system["package-windows"].items() if not is_there(needed)]
    if use == "package":
        missing += [package for needed, package in system["package"].items() if not is_there(needed)]
        missing += [] if loads("libpython3.{1}.so.1.0".format(*sys.version_info)) else [python_library()]
    return sorted(set(missing))


def is_there(needed: str) -> bool:
    """A command by its name, a file by its path."""
    return Path(needed).exists() if needed.startswith("/") else shutil.which(needed, path=SEARCHED) is not None


def python_library() -> str:
    """Debian's Python has its library in a package of its own; PyInstaller puts it beside the program."""
    return "libpython{}.{}".format(*sys.version_info)


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_font(name: str) -> bool:
    return any((folder / name).exists() or any(folder.rglob(Path(name).name)) for folder in FONT_FOLDERS)


def install_system_packages(packages: list[str], why: str = "Some parts of the system are missing.") -> bool:
    """Install them where this user may without a question; else say the one command that does. True: all there."""
    if not packages:
        return True
    command = ["apt-get", "install", "--yes", "--no-install-recommends", *packages]
    if shutil.which("apt-get") is None:
        say(f"{why} On Debian they are called: {' '.join(packages)}. Install the same with your package manager.")
        return False
    prefix = administrator()
    if prefix is None:
        say(f"{why} To install them:  sudo {shlex.join(command)}")
        return False
    say(f"{why} Installing: {' '.join(packages)} …")
    if apt(prefix, command) or (apt(prefix, ["apt-get", "update"]) and apt(prefix, command)):
        return True
    say(f"They could not be installed. To try yourself:  sudo apt-get update && sudo {shlex.join(command)}")
    return False


def administrator() -> list[str] | None:
    """What to put before a command so that it may install packages, without a question; None where it may not."""
    if os.geteuid() == 0:
        return []
    asked = shutil.which("sudo") and subprocess.run(
        ["sudo", "-n", "true"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return ["sudo", "-n"] if asked and asked.returncode == 0 else None


def apt(prefix: list[str], command: list[str]) -> bool:
    """Run apt-get, quiet unless it fails."""
    full = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", *command, "-qq", "-o", "DPkg::Lock::Timeout=120"]
    done = subprocess.run(full, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        sys.stderr.buffer.write(b"".join(done.stdout.splitlines(keepends=True)[-3:]))
    return done.returncode == 0


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in GROUPS:
        sys.exit("usage: prepare.py run|test|check|package|package-windows")
    sys.exit(main(sys.argv[1]))
