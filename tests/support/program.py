"""The terminal mode as a process of its own, with --json, and curl to fetch from it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pytest
from support.tools import need

OPTIONS = ["--port", "0", "--bind", "127.0.0.1"]
PROGRAM = [sys.executable, "-m", "desktop_share", *OPTIONS]


class Program:
    """`ready` is its first line."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.ready = self.line()

    @property
    def links(self) -> list[str]:
        return [item["link"] for item in self.ready["items"]]

    @property
    def stdin(self) -> IO[bytes]:
        assert self.process.stdin is not None
        return self.process.stdin

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line: dict[str, Any] = json.loads(self.process.stdout.readline())
        return line

    def event(self, name: str) -> dict[str, Any]:
        """The next line that tells of this; those before it are passed over."""
        return self.events_to(name)[-1]

    def events_to(self, name: str) -> list[dict[str, Any]]:
        """The next lines up to the one that tells of this."""
        lines = [self.line()]
        while lines[-1]["event"] != name:
            lines.append(self.line())
        return lines


@contextlib.contextmanager
def sharing(*arguments: str | Path, program: Sequence[str | Path] = PROGRAM, **options: Any) -> Iterator[Program]:
    """Killed at the end, if it still runs. `options`: of the process."""
    command = [*map(str, program), "--json", *map(str, arguments)]
    with subprocess.Popen(command, **{"stdout": subprocess.PIPE, "stdin": subprocess.PIPE} | options) as process:
        try:
            yield Program(process)
        finally:
            process.kill()


Curl = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def curl() -> Curl:
    """Run to its end; `check=False`: it may fail."""
    path = need("curl")

    def run(*arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        command = [path, "--silent", "--show-error", "--max-time", "60", *map(str, arguments)]
        return subprocess.run(command, capture_output=True, check=check)

    return run
