"""Problems: what happened and what to do next, in words that a person reads.

The texts are English templates; the window translates the template and fills it in afterwards, so a
file name never takes part in a translation.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Translate = Callable[[str], str]


def untranslated(text: str) -> str:
    return text


class Problem(NamedTuple):
    """What happened (`what`) and what to do next (`next_step`); `kind` is its name for code and tools.

    Both texts are `str.format` templates over `values`, pairs of placeholder and plain text.
    """

    kind: str
    what: str
    next_step: str
    values: tuple[tuple[str, str], ...] = ()

    def what_text(self, translate: Translate = untranslated) -> str:
        return translate(self.what).format(**dict(self.values))

    def next_step_text(self, translate: Translate = untranslated) -> str:
        return translate(self.next_step).format(**dict(self.values))

    def __str__(self) -> str:
        return f"{self.what_text()} {self.next_step_text()}".strip()


class ShareError(Exception):
    """An error that a person is told about. `problem` says what and what next."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class SourceError(ShareError):
    """A source that cannot give its bytes now: gone, unreadable, no longer a file."""


class StorageError(ShareError):
    """A change that could not be saved. The list in memory is as it was before the change."""
