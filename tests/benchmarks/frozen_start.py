"""From the start of the process to a window that takes drops: the program beside a bare window, frozen by one spec.

python frozen_start.py [RUNS [FILE]]    builds both into build/start/, prints one JSON object: medians in seconds, their
ratio; and writes them to the end of FILE, in the place of what an earlier run wrote there
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HEADING = "## From the start to a window that takes drops"
BUILT = ROOT / "build" / "start"


def freeze(name: str) -> Path:
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    folders = ["--distpath", BUILT / name, "--workpath", BUILT / f"{name}-work"]
    environment = {**os.environ, "FROZEN_ENTRY": str(HERE / f"start_{name}.py")}
    subprocess.run([*command, *folders, ROOT / "packaging" / "desktop-share.spec"], env=environment, check=True)
    return BUILT / name / "desktop-share" / "desktop-share"


def seconds(program: Path) -> list[float]:
    """From its start to each moment that it tells of."""
    started = time.monotonic()
    said = subprocess.run([program], capture_output=True, text=True, check=True, timeout=60).stdout
    return [float(each) - started for each in said.split()]


def write(file: Path, medians: dict[str, float], ratio: float, runs: int) -> None:
    before = file.read_text("utf-8").partition(HEADING)[0].rstrip() if file.exists() else ""
    rows = "".join(f"| {name} | {value:.3f} |\n" for name, value in medians.items())
    text = f"Medians of {runs} runs in turn, off screen, both frozen by the same spec: {ratio} times the bare window.\n"
    file.write_text(f"{before}\n\n{HEADING}\n\n{text}\n| | seconds |\n|---|---|\n{rows}", "utf-8")


def main(runs: int, file: Path | None = None) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    programs = {name: freeze(name) for name in ("bare", "program")}
    for program in programs.values():
        seconds(program)  # into the page cache
    times: dict[str, list[float]] = {"bare": [], "program": [], "program, filled": []}
    for _ in range(runs):  # in turn, so that what else the computer does meets both
        for name, program in programs.items():
            for moment, each in zip((name, f"{name}, filled"), seconds(program), strict=False):
                times[moment].append(each)
    medians = {name: round(statistics.median(each), 3) for name, each in times.items()}
    ratio = round(medians["program"] / medians["bare"], 2)
    print(json.dumps({**medians, "ratio": ratio, "runs": runs}))
    if file is not None:
        write(file, medians, ratio, runs)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 11, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
