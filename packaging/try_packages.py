"""Install what is in dist/ where nothing of it is there yet, and try it: `python packaging/try_packages.py [PART]...`

wheel      in an empty virtual environment
checks     lintian and the validators of the desktop entry and the metainfo
chroot     the .deb installed, tried, upgraded, purged, and the AppImage tried, in a Debian without Python (needs root)
windows    setup.exe installed, tried, installed over, uninstalled in wine; left out where wine or setup.exe is not
           there, unless it is asked for by its name (make package-windows builds it for trying, and installs wine)
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from smoke import smoke, version
from windows import wine_test

PACKAGING = Path(__file__).resolve().parent
ROOT = PACKAGING.parent
DIST = ROOT / "dist"
BUILD = ROOT / "build"
SUITE = "bookworm"
APT = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes", "-qq", "--no-install-recommends")


def main(parts: list[str]) -> None:
    steps: dict[str, Callable[[], None]] = {"wheel": try_wheel}
    if sys.platform == "linux":
        steps |= {"checks": check, "chroot": try_in_chroot, "windows": try_in_wine}
        if not parts and (missing := missing_for_wine()):
            print(f"windows: not tried, as there is no {' and no '.join(missing)}", flush=True)
            del steps["windows"]
    unknown = [part for part in parts if part not in steps]
    if unknown:
        sys.exit(f"{', '.join(unknown)} cannot be tried here. There are: {', '.join(steps)}.")
    for name in parts or steps:
        started = time.perf_counter()
        steps[name]()
        print(f"{name}: {time.perf_counter() - started:.0f} s", flush=True)


def built(pattern: str) -> Path:
    found = sorted(DIST.glob(pattern))
    if len(found) != 1:
        sys.exit(f"There are {len(found)} of dist/{pattern}: run 'make package' first.")
    return found[0]


def run(*command: str | Path) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def try_wheel() -> None:
    folder = BUILD / "empty-venv"
    venv.create(folder, clear=True, with_pip=True)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    quiet = ("-qq", "--disable-pip-version-check", "--no-input", "--constraint", ROOT / "constraints.txt")
    run(programs / "python", "-m", "pip", "install", *quiet, built("*.whl"))
    smoke([programs / "desktop-share"])
    shutil.rmtree(folder)


def check() -> None:
    run("desktop-file-validate", PACKAGING / "linux" / "desktop-share.desktop")
    run("appstreamcli", "validate", "--no-net", PACKAGING / "linux" / "desktop-share.metainfo.xml")
    run("lintian", "--allow-root", "--fail-on", "error,warning", built("*.deb"))


# -- Windows


def setup_files() -> list[Path]:
    """A release's, else the one that was built on Linux for trying it."""
    return sorted(DIST.glob("*-setup.exe")) or sorted((BUILD / "windows").glob("desktop-share-setup.exe"))


def missing_for_wine() -> list[str]:
    missing = wine_test.missing()
    return missing if setup_files() else [*missing, "setup.exe"]


def try_in_wine() -> None:
    if missing := missing_for_wine():
        sys.exit(f"There is no {' and no '.join(missing)}: run 'make package-windows' first.")
    for setup in setup_files():
        wine_test.try_setup(setup)


# -- the chroot


def try_in_chroot() -> None:
    if os.geteuid() != 0:
        sys.exit("The chroot needs root: run 'sudo make package-test', or PARTS=\"wheel checks\" without it.")
    package, image = built("*.deb"), built("*.AppImage")
    with chroot() as root:
        inside(root, "sh", "-c", "! command -v python3")  # what runs there is what we bring
        install(root, package)
        smoke(["chroot", root, "/usr/bin/desktop-share"])
        install(root, next_version(package))
        smoke(["chroot", root, "/usr/bin/desktop-share"])
        shown = subprocess.run(
            ["chroot", root, "dpkg-query", "-W", "-f", "${Version}", "desktop-share"], capture_output=True, text=True
        ).stdout
        if shown != version() + "+1":
            sys.exit(f"After the upgrade the version is {shown!r}.")
        purge(root)
        shutil.copy2(image, root / "opt")
        smoke(["chroot", root, "env", "HOME=/root", f"/opt/{image.name}"])


@contextmanager
def chroot() -> Iterator[Path]:
    """A fresh Debian, from the mirror that this system uses, gone afterwards."""
    root = BUILD / "chroot"
    if root.exists():
        shutil.rmtree(root)
    run("debootstrap", "--variant=minbase", SUITE, root, mirror())
    shutil.copyfile("/etc/resolv.conf", root / "etc/resolv.conf")
    run("mount", "-t", "proc", "proc", root / "proc")
    try:
        yield root
    finally:
        run("umount", root / "proc")
    shutil.rmtree(root)


def mirror() -> str:
    """The first address in /etc/apt that serves Debian itself."""
    lists = [Path("/etc/apt/sources.list"), *sorted(Path("/etc/apt/sources.list.d").glob("*"))]
    text = "\n".join(path.read_text("utf-8") for path in lists if path.is_file())
    found = re.search(r"^(?:URIs: |deb (?:\[.*?\] )?)(\S+/debian)/?(?:\s|$)", text, re.MULTILINE)
    if found is None:
        sys.exit("No Debian mirror is named in /etc/apt/sources.list or /etc/apt/sources.list.d.")
    return found[1]


def inside(root: Path, *command: str) -> None:
    run("chroot", root, *command)


def install(root: Path, package: Path) -> None:
    shutil.copyfile(package, root / "opt" / package.name)
    inside(root, *APT, "install", f"/opt/{package.name}")
    (root / "opt" / package.name).unlink()


def next_version(package: Path) -> Path:
    """The same package as version +1, not compressed."""
    tree, target = BUILD / "next", BUILD / f"next_{package.name}"
    shutil.rmtree(tree, ignore_errors=True)
    run("dpkg-deb", "--raw-extract", package, tree)
    control = tree / "DEBIAN" / "control"
    control.write_text(
        control.read_text("utf-8").replace(f"Version: {version()}\n", f"Version: {version()}+1\n"), "utf-8"
    )
    run("dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, target)
    shutil.rmtree(tree)
    return target


def purge(root: Path) -> None:
    """Nothing of the package is left."""
    listed = subprocess.run(
        ["chroot", root, "dpkg", "-L", "desktop-share"], capture_output=True, text=True, check=True
    ).stdout.split("\n")
    inside(root, *APT, "purge", "desktop-share")
    left = [name for name in listed if "desktop-share" in name and (root / name.lstrip("/")).exists()]
    if left:
        sys.exit(f"The purge left: {', '.join(left)}")


if __name__ == "__main__":
    main(sys.argv[1:])
