"""Measures this program beside its peers, in one run, and writes docs/performance.md. `make bench` runs it.

python tests/benchmarks/bench.py [--repeat 5] [--size-mb 2000] [--only NAME] [--output docs/performance.md]
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from archives import folder_tables, measured
from measuring import Figures, Scenario, sink, table
from peers import ROOT, Peer, Running, peers

SMALL_FILES = 2000
SLOW_CLIENTS = 1000


def scenarios(size: int, own: Path) -> list[Scenario]:
    def throughput(running: Running, path: str, ranges: list[Any]) -> tuple[float, float]:
        told = sink(running.port, mode="many", path=path, ranges=ranges)
        return told["bytes"] / told["seconds"] / 1e6, told["bytes"] / 1e9

    def parts(count: int) -> list[list[int]]:
        step = size // count
        return [[number * step, (number + 1) * step - 1] for number in range(count)]

    def aria2(running: Running, peer: Peer) -> tuple[float, float]:
        begun = datetime.datetime.now(datetime.UTC)
        url = f"http://127.0.0.1:{running.port}{peer.prefix}/big"
        command = ["aria2c", "-q", "-x16", "-s16", "-k1M", "--file-allocation=none", "--allow-overwrite=true"]
        subprocess.run([*command, "-d", str(own), "-o", "out", url], check=True, timeout=600)
        seconds = (datetime.datetime.now(datetime.UTC) - begun).total_seconds()
        (own / "out").unlink()
        return size / seconds / 1e6, size / 1e9

    def small(running: Running, peer: Peer) -> tuple[float, float]:
        paths = [f"{peer.prefix}/small{number}" for number in range(SMALL_FILES)]
        told = sink(running.port, mode="sequence", paths=paths)
        return told["bytes"] / told["seconds"], told["bytes"] / 1000

    def slow(running: Running, peer: Peer) -> tuple[float, float]:
        prefix = peer.prefix
        arguments = {"path": f"{prefix}/big", "probe": f"{prefix}/small0", "count": SLOW_CLIENTS, "size": size}
        told = sink(running.port, mode="slow", **arguments)
        if told["held"] < SLOW_CLIENTS * 0.95:
            raise RuntimeError(f"held only {told['held']} of {SLOW_CLIENTS} clients")
        return told["worst"] * 1000, 1

    found = [
        Scenario("One download", "MB/s", lambda r, p: throughput(r, f"{p.prefix}/big", [None])),
        Scenario("64 side by side", "MB/s", lambda r, p: throughput(r, f"{p.prefix}/middle", [None] * 64)),
        Scenario("16 ranges of one file", "MB/s", lambda r, p: throughput(r, f"{p.prefix}/big", parts(16)), True),
        Scenario("32 ranges of one file", "MB/s", lambda r, p: throughput(r, f"{p.prefix}/big", parts(32)), True),
    ]
    if shutil.which("aria2c"):
        found.append(Scenario("aria2c with 16 connections", "MB/s", aria2, True))
    found.append(Scenario(f"{SMALL_FILES:,} small files, one connection", "requests/s", small))
    title = f"One more request beside {SLOW_CLIENTS:,} slow clients, the worst of 50"
    found.append(Scenario(title, "ms", slow, True, less_is_better=True, once=True))
    return found


def make_files(folder: Path, size: int) -> None:
    block = os.urandom(1 << 20)
    for name, count in (("big", size), ("middle", size // 32)):
        with open(folder / name, "wb") as file:
            for start in range(0, count, len(block)):
                file.write(block[: min(len(block), count - start)])
    for number in range(SMALL_FILES):
        (folder / f"small{number}").write_bytes(block[:4096])


def run(scenario: Scenario, chosen: list[Peer], repeat: int, folder: Path, own: Path) -> dict[str, Figures]:
    """Each peer in turn, and the turns again: what disturbs the machine disturbs all of them."""
    figures = {peer.name: Figures(failed="" if peer.command else "missing: not installed") for peer in chosen}
    for _ in range(1 if scenario.once else repeat):
        for peer in chosen:
            mine = figures[peer.name]
            if peer.command is None or mine.failed or (scenario.needs_ranges and not peer.has_ranges):
                continue
            running = Running(peer, folder, own / peer.name.replace(" ", "-").replace(",", ""))
            try:
                before = running.cpu_seconds()
                value, divisor = scenario.measure(running, peer)
                mine.value.append(value)
                mine.cpu.append((running.cpu_seconds() - before) / divisor)
                mine.memory = max(mine.memory, running.memory())
            except (RuntimeError, subprocess.SubprocessError, OSError) as error:
                mine.failed = f"failed: {error}"
            finally:
                running.stop()
    return figures


def machine() -> str:
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [line.partition(":")[2].strip() for line in info.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{os.cpu_count()} × {model}, {system}, Python {platform.python_version()}, {today}"


def window(folder: Path) -> list[str]:
    command = [sys.executable, str(Path(__file__).with_name("window.py")), str(folder), "3"]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False
    )
    lines = ["### The window's event loop", ""]
    if done.returncode:
        return [*lines, "Not measured: PySide6 does not start here.", ""]
    late = json.loads(done.stdout)
    text = (
        "A 5 ms timer in the same process came late by {:.1f} ms (99th percentile) while 8 downloads ran, {:.1f} idle."
    )
    return [*lines, text.format(late["serving"], late["idle"]), ""]


INTRODUCTION = """# Performance

Measured by `make bench`: everything in one run on one machine, each server started anew for each figure, the files in
the page cache, the client on the same machine (it throws the bytes away inside the kernel and shares the processors
with the server). Medians of {repeat}, with the smallest and the largest. A figure says something beside the others of
its table only.

{machine}. {size} MB in the large file; `64 side by side` fetches a file of a 32nd of that.
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--size-mb", type=int, default=2000)
    parser.add_argument("--only", action="append", default=[], help="a part of a peer's or a scenario's name")
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    size = arguments.size_mb * 1_000_000
    lines = INTRODUCTION.format(repeat=arguments.repeat, machine=machine(), size=f"{arguments.size_mb:,}").splitlines()
    lines.append("")
    with tempfile.TemporaryDirectory(prefix="bench-") as place:
        folder, own = Path(place) / "files", Path(place) / "own"
        folder.mkdir()
        own.mkdir()
        make_files(folder, size)
        chosen = _picked(peers(), arguments.only)
        # A word names peers, tables, or both: where it names no table, all of them are meant
        words = [word.lower() for word in arguments.only]
        titles = [each.title for each in scenarios(size, own)] + list(folder_tables(size).values())
        wanted = [title for title in titles if any(word in title.lower() for word in words)] or titles
        archives = {name: title for name, title in folder_tables(size).items() if title in wanted}
        for scenario in (each for each in scenarios(size, own) if each.title in wanted):
            new = table(scenario, [peer.name for peer in chosen], run(scenario, chosen, arguments.repeat, folder, own))
            print("\n".join(new), flush=True)
            lines += new
        for new in measured(archives, size, arguments.repeat, Path(place) / "archives", own):
            print("\n".join(new), flush=True)
            lines += new
        if not arguments.only:
            new = window(folder)
            print("\n".join(new), flush=True)
            lines += new
    if arguments.output:
        arguments.output.parent.mkdir(exist_ok=True)
        arguments.output.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def _picked(these: list[Peer], words: list[str]) -> list[Peer]:
    """Those that a word names; all where no word names one."""
    return [each for each in these if any(word.lower() in each.name.lower() for word in words)] or these


if __name__ == "__main__":
    main()
