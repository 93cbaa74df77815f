"""A folder as one archive: ours beside our own plain file of that size, `zip`, and the archives of the peers."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from measuring import Figures, Scenario, sink, table
from peers import Peer, Running, peers, site

LARGE_FILES = 20
MANY_FILES, MANY_SIZE = 2000, 100_000


@dataclass(frozen=True)
class Row:
    """`peer` gives the archive of the folder NAME at `path`, `{}` in it standing for NAME; without one, `command` does.
    Else `missing` says why there is none."""

    name: str
    peer: Peer | None = None
    path: str = ""
    command: tuple[str, ...] = ()
    missing: str = "missing: not installed"


def rows() -> list[Row]:
    known = {peer.name: peer for peer in peers()}

    def of(name: str) -> Peer | None:
        return known[name] if known[name].command else None

    return [
        Row("Desktop Share, folder", Peer("folders", site("folders")), "/{}.zip"),
        Row("Desktop Share, a file of that size", Peer("file", site("engine")), "/{}.bin"),
        Row(
            "zip -0 -r - folder, into cat", command=("zip", "-q", "-0", "-r", "-", "{}") if shutil.which("zip") else ()
        ),
        Row("copyparty, ?zip", of("copyparty"), "/{}/?zip"),
        Row("copyparty, ?tar", of("copyparty"), "/{}/?tar"),
        Row("HFS 3, ?get=zip", of("HFS 3"), f"{known['HFS 3'].prefix}/{{}}/?get=zip"),
    ]


def folder_tables(size: int) -> dict[str, str]:
    """The titles of the tables, by the name of the folder."""
    return {
        "large": f"A folder of {LARGE_FILES} × {size // LARGE_FILES // 10**6} MB as one archive",
        "many": f"A folder of {MANY_FILES:,} × {MANY_SIZE // 1000} KB as one archive",
    }


def measured(chosen: Mapping[str, str], size: int, repeat: int, folder: Path, own: Path) -> Iterator[list[str]]:
    """The tables of `chosen`, of `folder_tables`."""
    if chosen:
        _make(folder, size)
    for name, title in chosen.items():
        figures = _run(name, repeat, folder, own)
        yield table(Scenario(title, "MB/s", lambda *_: (0.0, 1.0)), [row.name for row in rows()], figures)


def _make(folder: Path, size: int) -> None:
    block = os.urandom(1 << 20)
    for name, count, length in (("large", LARGE_FILES, size // LARGE_FILES), ("many", MANY_FILES, MANY_SIZE)):
        (folder / name).mkdir(parents=True)
        with open(folder / f"{name}.bin", "wb") as whole:
            for number in range(count):
                with open(folder / name / f"{number:04}.bin", "wb") as file:
                    for start in range(0, length, len(block)):
                        data = block[: min(len(block), length - start)]
                        file.write(data)
                        whole.write(data)


def _run(name: str, repeat: int, folder: Path, own: Path) -> dict[str, Figures]:
    """Each in turn, and the turns again."""
    figures = {row.name: Figures(failed="" if row.peer or row.command else row.missing) for row in rows()}
    for _ in range(repeat):
        for row in rows():
            mine = figures[row.name]
            if mine.failed:
                continue
            try:
                if row.peer is not None:
                    _fetch(row.peer, row.path.format(name), folder, own / "archives" / row.peer.name, mine)
                else:
                    _pipe([part.format(name) for part in row.command], folder, mine)
            except (RuntimeError, subprocess.SubprocessError, OSError) as error:
                mine.failed = f"failed: {error}"
    return figures


def _fetch(peer: Peer, path: str, folder: Path, own: Path, figures: Figures) -> None:
    """Twice, the second one measured: the sums of ours are known by then."""
    running = Running(peer, folder, own)
    try:
        sink(running.port, mode="whole", path=path)
        before = running.cpu_seconds()
        told = sink(running.port, mode="whole", path=path)
        figures.value.append(told["bytes"] / told["seconds"] / 1e6)
        figures.cpu.append((running.cpu_seconds() - before) / told["bytes"] * 1e9)
        figures.memory = max(figures.memory, running.memory())
    finally:
        running.stop()


def _pipe(command: Sequence[str], folder: Path, figures: Figures) -> None:
    size = sum(path.stat().st_size for path in (folder / command[-1]).iterdir())
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE) as made:
        subprocess.run(["cat"], stdin=made.stdout, stdout=subprocess.DEVNULL, check=True)
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if made.returncode:
        raise RuntimeError(f"{command[0]} ended with {made.returncode}")
    figures.value.append(size / seconds / 1e6)
    figures.cpu.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / size * 1e9)
