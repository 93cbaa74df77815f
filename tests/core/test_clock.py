"""The clock of expiry."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass

import pytest

from desktop_share.core.clock import Clock, running_seconds


@dataclass
class Computer:
    wall: float = 1_800_000_000.0
    running: float = 5_000.0

    def pass_time(self, seconds: float) -> None:
        self.wall += seconds
        self.running += seconds


def test_that_a_clock_that_is_set_changes_nothing_while_the_program_runs() -> None:
    computer = Computer()
    clock = Clock(lambda: computer.wall, lambda: computer.running)
    computer.pass_time(60)
    for change in (-86_400, 86_400, 1e9):
        computer.wall += change
        assert clock() == 1_800_000_060.0


def test_that_the_wall_clock_counts_over_a_restart() -> None:
    computer = Computer()
    Clock(lambda: computer.wall, lambda: computer.running)
    computer.wall += 3_600
    computer.running = 0.0
    assert Clock(lambda: computer.wall, lambda: computer.running)() == 1_800_003_600.0


@pytest.mark.parametrize(
    ("system", "seconds"), [("linux", 7_207.0), ("darwin", 7_205.0), ("win32", 7_200.0), ("freebsd14", 7_200.0)]
)
def test_that_the_time_in_which_the_computer_sleeps_counts(
    monkeypatch: pytest.MonkeyPatch, system: str, seconds: float
) -> None:
    """By the clock of each system that goes on meanwhile; on Windows, that is Python's own."""
    readings = {"boot": 7_207.0, "monotonic": 7_205.0}
    monkeypatch.setattr(sys, "platform", system)
    monkeypatch.setattr(time, "CLOCK_BOOTTIME", "boot", raising=False)
    monkeypatch.setattr(time, "CLOCK_MONOTONIC", "monotonic", raising=False)
    monkeypatch.setattr(time, "clock_gettime", readings.__getitem__, raising=False)
    monkeypatch.setattr(time, "monotonic", lambda: 7_200.0)
    assert running_seconds() == seconds


def test_that_the_running_seconds_only_go_forward() -> None:
    readings = [running_seconds() for _ in range(100)]
    assert readings == sorted(readings)
    assert readings[0] > 0
