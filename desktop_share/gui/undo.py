"""What can be taken back: a bounded stack of steps, each with its name and the call that undoes it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

DEPTH = 100


@dataclass(frozen=True, slots=True)
class Step:
    """text    what 'Undo' says it undoes, translated: 'Remove report.pdf'"""

    text: str
    undo: Callable[[], None]


class UndoSteps:
    """The latest steps; the oldest fall off. Used from the edit thread only."""

    def __init__(self, depth: int = DEPTH) -> None:
        self._steps: deque[Step] = deque(maxlen=depth)

    def push(self, step: Step) -> None:
        self._steps.append(step)

    def pop(self) -> Step | None:
        return self._steps.pop() if self._steps else None

    @property
    def text(self) -> str:
        """What would be undone next; '' for nothing."""
        return self._steps[-1].text if self._steps else ""
