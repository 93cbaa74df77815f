"""The .deb: `python packaging/deb/build.py FROZEN ICONS VERSION TARGET`, from what PyInstaller and icons.py made."""

from __future__ import annotations

import hashlib
import os
import re
import sys
import time
from email.utils import formatdate
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from linux_tree import elf_files, make_tree, put, put_gzipped, run, set_modes

HERE = Path(__file__).resolve().parent
MAINTAINER = "The Desktop Share authors <desktop-share@users.noreply.github.com>"
SECTION = "net"

CONTROL = """\
Package: desktop-share
Version: {version}
Architecture: amd64
Maintainer: {maintainer}
Installed-Size: {kilobytes}
Depends: {depends}
Recommends: fonts-dejavu-core | fonts-noto-core, xdg-utils
Suggests: python3-nautilus
Section: {section}
Priority: optional
Description: drop a file on a window, paste the link
 Each file that is dropped on the window gets a link. Whoever opens the link in
 a browser, on any phone or computer of the same network, gets exactly that
 file, with the name that its owner chose. The recipient installs nothing.
 .
 The package brings its own Python and Qt.
"""

CHANGELOG = """\
desktop-share ({version}) stable; urgency=medium

  * What is new stands in CHANGELOG.md of the sources.

 -- {maintainer}  {date}
"""


def build(frozen: Path, icons: Path, version: str, target: Path) -> None:
    with TemporaryDirectory(prefix="desktop-share-deb-") as work:
        root = Path(work, "root")
        make_tree(root, frozen, icons)
        documents = root / "usr/share/doc/desktop-share"
        put(HERE / "copyright", documents / "copyright")
        date = formatdate(float(os.environ.get("SOURCE_DATE_EPOCH", time.time())))
        changelog = CHANGELOG.format(version=version, maintainer=MAINTAINER, date=date)
        put_gzipped(changelog, documents / "changelog.gz")
        put(HERE / "lintian-overrides", root / "usr/share/lintian/overrides/desktop-share")
        set_modes(root)
        sums, size = sums_and_size(root)
        control = CONTROL.format(
            version=version,
            maintainer=MAINTAINER,
            kilobytes=size // 1024,
            depends=dependencies(root),
            section=SECTION,
        )
        (root / "DEBIAN").mkdir(mode=0o755)
        for name, text in {"control": control, "md5sums": sums}.items():
            (root / "DEBIAN" / name).write_text(text, "utf-8")
            (root / "DEBIAN" / name).chmod(0o644)
        target.parent.mkdir(parents=True, exist_ok=True)
        run("dpkg-deb", "--root-owner-group", "-Zxz", "--build", root, target)


def dependencies(root: Path) -> str:
    """The Depends line: the packages of the libraries that our files link to and do not bring.

    dpkg-shlibdeps would name those of the libraries that we bring too.
    """
    brought = {path.name for path in root.rglob("*.so*")}
    needed: set[str] = set()
    glibc = (2, 0)
    for path in elf_files(root):
        headers = run("objdump", "-p", path)
        needed |= set(re.findall(r"NEEDED +(\S+)", headers))
        glibc = max([glibc, *((2, int(minor)) for minor in re.findall(r"GLIBC_2\.(\d+)", headers))])
    exact = {"libc6": f"libc6 (>= {glibc[0]}.{glibc[1]})"}
    return ", ".join(sorted(exact.get(name, name) for name in packages_of(needed - brought)))


def packages_of(libraries: set[str]) -> set[str]:
    """The packages of the system that these libraries are from. Raises LookupError where there is none for one."""
    found: dict[str, str] = {}
    for line in sorted(run("dpkg-query", "--search", *(f"*/{name}" for name in libraries)).splitlines()):
        packages, _, path = line.partition(": ")
        if path.startswith(("/lib/", "/usr/lib/")):
            found.setdefault(Path(path).name, packages.split(":")[0])
    if libraries - set(found):
        raise LookupError(f"no package has {', '.join(sorted(libraries - set(found)))}")
    return {found[name] for name in libraries}


def sums_and_size(root: Path) -> tuple[str, int]:
    """The lines of md5sums, and the bytes of all files."""
    lines, size = [], 0
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            data = path.read_bytes()
            size += len(data)
            lines.append(f"{hashlib.md5(data, usedforsecurity=False).hexdigest()}  {path.relative_to(root)}\n")
    return "".join(lines), size


if __name__ == "__main__":
    build(Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve(), sys.argv[3], Path(sys.argv[4]).resolve())
