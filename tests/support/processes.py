"""Programs beside the tests: started and ended by their own id, waited for by what they do."""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

T = TypeVar("T")


@contextlib.contextmanager
def started(command: Sequence[str], **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process in a session of its own, asked to end on the way out and killed when it does not."""
    with subprocess.Popen(command, **{"stdin": subprocess.DEVNULL, "start_new_session": True} | options) as process:
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_until(condition: Callable[[], T], what: str, limit: float = 30.0) -> T:
    """What `condition` gives once it is true; AssertionError after `limit` seconds. For what another process does;
    inside this process wait for its event or signal instead."""
    pause, deadline = threading.Event(), time.monotonic() + limit
    while not (result := condition()):
        assert time.monotonic() < deadline, f"waited {limit:.0f} s, and not: {what}"
        pause.wait(0.02)
    return result
