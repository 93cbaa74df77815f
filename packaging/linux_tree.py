"""The files of a Linux package, as they lie under its root: what the .deb and the AppImage share."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

PACKAGING = Path(__file__).resolve().parent
ROOT = PACKAGING.parent
LINUX = PACKAGING / "linux"
ICON_SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)

# where a file of packaging/linux goes
PLACES = {
    "desktop-share.desktop": "usr/share/applications/desktop-share.desktop",
    "desktop-share.metainfo.xml": "usr/share/metainfo/io.github.desktop_share.DesktopShare.metainfo.xml",
    "desktop-share.nemo_action": "usr/share/nemo/actions/desktop-share.nemo_action",
    "desktop-share.servicemenu.desktop": "usr/share/kio/servicemenus/desktop-share.desktop",
    "desktop-share-nautilus.py": "usr/share/nautilus-python/extensions/desktop-share.py",
}


def make_tree(root: Path, frozen: Path, icons: Path) -> None:
    """Fill the empty folder `root`; `frozen` is the folder that PyInstaller made, `icons` that of icons.py."""
    shutil.copytree(frozen, root / "usr/lib/desktop-share", symlinks=True)
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/desktop-share").symlink_to("../lib/desktop-share/desktop-share")
    for name, place in PLACES.items():
        put(LINUX / name, root / place)
    hicolor = root / "usr/share/icons/hicolor"
    for size in ICON_SIZES:
        put(icons / f"{size}.png", hicolor / f"{size}x{size}/apps/desktop-share.png")
    put(ROOT / "resources/icons/desktop-share.svg", hicolor / "scalable/apps/desktop-share.svg")
    put_gzipped((LINUX / "desktop-share.1").read_text("utf-8"), root / "usr/share/man/man1/desktop-share.1.gz")
    remove_foreign_paths(root)
    set_modes(root)


def remove_foreign_paths(root: Path) -> None:
    """A Python that was built for a folder of its own says in each library where that is: nothing of the user's."""
    for path in elf_files(root):
        if run("patchelf", "--print-rpath", path).startswith("/"):
            run("patchelf", "--remove-rpath", path)


def put(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def put_gzipped(text: str, target: Path) -> None:
    """Without a name and a time inside, so that the same sources give the same bytes."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(gzip.compress(text.encode("utf-8"), 9, mtime=0))


def set_modes(root: Path) -> None:
    """Folders and programs 755, everything else 644, whatever the builder's umask is."""
    for path in [root, *root.rglob("*")]:
        if not path.is_symlink():
            program = path.is_dir() or (path.name == "desktop-share" and path.parent.name == "desktop-share")
            path.chmod(0o755 if program else 0o644)


def elf_files(root: Path) -> list[Path]:
    return sorted(path for path in root.rglob("*") if path.is_file() and not path.is_symlink() and is_elf(path))


def is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """What the command printed. Raises CalledProcessError."""
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout
