"""Work off the window's thread: disks and networks may be slow, the window may not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal

from desktop_share.core.errors import Problem, ShareError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Outcome:
    future: Future[Any]
    done: Callable[[Any], object] | None
    failed: Callable[[Problem], object] | None


class Background(QObject):
    """Runs calls on one thread, in the order given; what came of each arrives on this object's thread."""

    _finished = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="window-work")
        self._finished.connect(self._deliver)

    def run(
        self,
        call: Callable[[], T],
        done: Callable[[T], object] | None = None,
        failed: Callable[[Problem], object] | None = None,
    ) -> None:
        """Run `call`; then `done(result)`, or, where it raised a ShareError or an OSError, `failed(problem)`."""
        self._pool.submit(call).add_done_callback(lambda each: self._finished.emit(_Outcome(each, done, failed)))

    def close(self) -> None:
        """Wait until everything that was given is done, and take nothing more."""
        self._pool.shutdown(wait=True)

    def _deliver(self, outcome: _Outcome) -> None:
        error = outcome.future.exception()
        if error is None:
            if outcome.done is not None:
                outcome.done(outcome.future.result())
        elif isinstance(error, ShareError | OSError) and outcome.failed is not None:
            outcome.failed(error.problem if isinstance(error, ShareError) else system_problem(error))
        else:
            raise error


def system_problem(error: OSError) -> Problem:
    return Problem(
        "system-error",
        "That did not work: {reason}.",
        "Try it again.",
        (("reason", error.strerror or type(error).__name__),),
    )
