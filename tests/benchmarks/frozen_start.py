"""From the start of the process to a window that takes drops: the program beside a bare window, frozen by one spec.

python frozen_start.py [RUNS]    builds both into build/start/, prints one JSON object: medians in seconds, their ratio
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
BUILT = ROOT / "build" / "start"


def freeze(name: str) -> Path:
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "ERROR"]
    folders = ["--distpath", BUILT / name, "--workpath", BUILT / f"{name}-work"]
    environment = {**os.environ, "FROZEN_ENTRY": str(HERE / f"start_{name}.py")}
    subprocess.run([*command, *folders, ROOT / "packaging" / "desktop-share.spec"], env=environment, check=True)
    return BUILT / name / "desktop-share" / "desktop-share"


def seconds(program: Path) -> float:
    started = time.monotonic()
    said = subprocess.run([program], capture_output=True, text=True, check=True, timeout=60).stdout
    return float(said) - started


def main(runs: int) -> None:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    programs = {name: freeze(name) for name in ("bare", "program")}
    for program in programs.values():
        seconds(program)  # into the page cache
    times: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(runs):  # in turn, so that what else the computer does meets both
        for name, program in programs.items():
            times[name].append(seconds(program))
    medians = {name: round(statistics.median(each), 3) for name, each in times.items()}
    print(json.dumps({**medians, "ratio": round(medians["program"] / medians["bare"], 2), "runs": runs}))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 11)
