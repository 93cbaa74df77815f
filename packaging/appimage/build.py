"""The AppImage: `python packaging/appimage/build.py FROZEN ICONS TARGET`. The runtime in front is our own (runtime.c):
no package of the usual sources has the common one, and this one needs no FUSE."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from linux_tree import LINUX, make_tree, put, run, set_modes

HERE = Path(__file__).resolve().parent
MAGIC = b"AI\x02"  # type 2, in the padding of the ELF identification
MAGIC_AT = 8
SQUASHFS = ("-comp", "zstd", "-Xcompression-level", "19", "-b", "1M", "-no-xattrs", "-all-root", "-noappend", "-quiet")


def build(frozen: Path, icons: Path, target: Path) -> None:
    with TemporaryDirectory(prefix="desktop-share-appimage-") as work:
        runtime, image, folder = (Path(work, name) for name in ("runtime", "image", "AppDir"))
        make_app_dir(folder, frozen, icons)
        make_runtime(runtime)
        run("mksquashfs", folder, image, *SQUASHFS, "-no-progress", "-processors", "2")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(runtime.read_bytes() + image.read_bytes())
        target.chmod(0o755)


def make_app_dir(folder: Path, frozen: Path, icons: Path) -> None:
    make_tree(folder, frozen, icons)
    put(LINUX / "desktop-share.desktop", folder / "desktop-share.desktop")
    put(icons / "256.png", folder / "desktop-share.png")
    (folder / ".DirIcon").symlink_to("desktop-share.png")
    (folder / "AppRun").symlink_to("usr/lib/desktop-share/desktop-share")
    set_modes(folder)


def make_runtime(target: Path) -> None:
    """A static program without relocation, whose section headers are its end: the image begins where they stop."""
    run("gcc", "-Os", "-Wall", "-Wextra", "-static", "-s", "-o", target, HERE / "runtime.c", "-lsquashfuse", "-lzstd")
    data = bytearray(target.read_bytes())
    data[MAGIC_AT : MAGIC_AT + len(MAGIC)] = MAGIC
    target.write_bytes(data)


if __name__ == "__main__":
    build(*(Path(each).resolve() for each in sys.argv[1:4]))
