"""Try what was built, `python packaging/smoke.py PROGRAM [ARGUMENT]...`: an .exe, an AppImage, a package's root.

Runs its `--smoke` and checks what it says: exit code 0, our version, OK on the last line. In a chroot:
`smoke.py chroot FOLDER /usr/bin/desktop-share`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 90  # seconds; the program gives itself 60


def version() -> str:
    text = (ROOT / "desktop_share" / "__init__.py").read_text("utf-8")
    found = re.search(r'__version__ = "(.+)"', text)
    assert found is not None
    return found[1]


def program(path: str) -> str:
    """The program itself, where `path` is the root of a package's tree."""
    inside = Path(path, "usr", "lib", "desktop-share", "desktop-share")
    return str(inside) if inside.exists() else path


def smoke(command: Sequence[str | Path], expected: str | None = None) -> float:
    """Seconds from start to end. Raises SystemExit, with what was said, where it is not as it should be."""
    started = time.perf_counter()
    if command[0] == "chroot":
        code, said = _run([*command, "--smoke"], None)
    else:
        with TemporaryDirectory(prefix="desktop-share-said-") as folder:
            out = Path(folder, "said")  # a program without a console says nothing to us otherwise
            code, said = _run([*command, "--smoke", "--smoke-out", out], out)
    seconds = time.perf_counter() - started
    lines = said.strip().splitlines()
    if (
        code != 0
        or not lines
        or lines[-1] != "OK"
        or not lines[0].startswith(f"desktop-share {expected or version()},")
    ):
        raise SystemExit(f"{' '.join(map(str, command))} --smoke: exit code {code}, and it said:\n{said}")
    print(f"{lines[0]}: OK in {seconds:.1f} s ({Path(command[-1]).name})", flush=True)
    return seconds


def _run(command: Sequence[str | Path], out: Path | None) -> tuple[int, str]:
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    if sys.platform in ("win32", "darwin"):
        environment["QT_QPA_PLATFORM"] = "offscreen"
    try:
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=LIMIT)
    except subprocess.TimeoutExpired as error:
        return -1, f"nothing within {LIMIT} s; so far: {error.output!r}"
    printed = done.stdout.decode("utf-8", "replace")
    if out is not None and out.exists():
        printed = out.read_text("utf-8")
    return done.returncode, printed if printed.strip() else done.stderr.decode("utf-8", "replace")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit("usage: smoke.py PROGRAM [ARGUMENT]...")
    smoke([program(sys.argv[1]), *sys.argv[2:]])
