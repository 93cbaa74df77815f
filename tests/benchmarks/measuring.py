"""One figure beside the others of its table: how it is measured, and how the table is written."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peers import Peer, Running

SINK = Path(__file__).with_name("sink.py")


@dataclass
class Figures:
    """What one peer showed in one scenario, one entry a run. `value`: larger is better, except for latencies."""

    value: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)  # server CPU seconds per GB, or per 1,000 requests
    memory: int = 0
    failed: str = ""


@dataclass(frozen=True)
class Scenario:
    title: str
    unit: str
    measure: Callable[[Running, Peer], tuple[float, float]]  # value, and what the CPU seconds are divided by
    needs_ranges: bool = False
    less_is_better: bool = False
    once: bool = False


def sink(port: int, **arguments: Any) -> dict[str, Any]:
    command = [sys.executable, str(SINK), str(port), json.dumps(arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def table(scenario: Scenario, names: Sequence[str], figures: dict[str, Figures]) -> list[str]:
    medians = {name: statistics.median(each.value) for name, each in figures.items() if each.value and not each.failed}
    ours = medians.get(names[0])
    costs = "CPU s/GB" if scenario.unit == "MB/s" else "CPU s/1,000" if "/s" in scenario.unit else "CPU s"
    lines = [
        f"### {scenario.title}",
        "",
        f"| | {scenario.unit} | spread | against ours | {costs} | peak memory, MB |",
        "|---|---|---|---|---|---|",
    ]
    for name in names:
        mine = figures[name]
        if name not in medians:
            word = mine.failed or "no ranges"
            lines.append(f"| {name} | {word} | | | | |")
            continue
        value = medians[name]
        spread = f"{min(mine.value):,.0f} to {max(mine.value):,.0f}" if len(mine.value) > 1 else ""
        ratio = f"{value / ours:.2f}" if ours else ""
        cost = f"{statistics.median(mine.cpu):.3f}"
        lines.append(f"| {name} | {value:,.0f} | {spread} | {ratio} | {cost} | {mine.memory / 1e6:,.0f} |")
    return [*lines, ""]
