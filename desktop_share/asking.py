"""`--approve`: who wants to come in is asked for on the terminal, and the answers are read from it."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence

from desktop_share.core.approvals import Answer, Approval, Approvals, Asking
from desktop_share.core.errors import StorageError

log = logging.getLogger(__name__)

WORDS = {
    **dict.fromkeys(("y", "yes", "allow"), Answer.ALLOW),
    **dict.fromkeys(("o", "once", "allow-once"), Answer.ALLOW_ONCE),
    **dict.fromkeys(("n", "no", "deny"), Answer.DENY),
}
_LONGEST_LINE = 4096


class Newcomers:
    """Which of those who wait are new since it was last asked. Thread-safe as a subscriber is."""

    def __init__(self, tell: Callable[[Asking], None]) -> None:
        self._tell = tell
        self._known: set[str] = set()

    def heard(self, state: Approval) -> None:
        waiting = {asking.id: asking for asking in state.asking}
        new = [asking for key, asking in waiting.items() if key not in self._known]
        self._known = set(waiting)
        for asking in new:
            self._tell(asking)


def answer_line(line: str, waiting: Sequence[Asking]) -> tuple[str, Answer] | None:
    """Whom a line answers, and how: 'y', 'once', 'no', and for another than who waits longest, the id behind it. None
    for what answers nobody."""
    word, _, chosen = line.strip().lower().partition(" ")
    answer = WORDS.get(word)
    whom = [asking.id for asking in waiting if not chosen.strip() or asking.id == chosen.strip()]
    return (whom[0], answer) if answer is not None and whom else None


def read_answers(approvals: Approvals, descriptor: int, unclear: Callable[[str], None]) -> None:
    """Answer with each line that comes, on a thread of its own, until the input ends. The descriptor is read without
    Python's buffer: a thread that waits in it would keep the program from ending."""
    thread = threading.Thread(target=_read, args=(approvals, descriptor, unclear), name="answers", daemon=True)
    thread.start()


def _read(approvals: Approvals, descriptor: int, unclear: Callable[[str], None]) -> None:
    rest = b""
    while True:
        try:
            data = os.read(descriptor, _LONGEST_LINE)
        except OSError:
            return
        if not data:
            return
        *lines, rest = (rest + data).split(b"\n")
        rest = rest[-_LONGEST_LINE:]
        for line in lines:
            _answer(approvals, line.decode("utf-8", "replace"), unclear)


def _answer(approvals: Approvals, line: str, unclear: Callable[[str], None]) -> None:
    found = answer_line(line, approvals.state.asking)
    if found is None:
        if line.strip():
            unclear(line)
        return
    try:
        approvals.answer(*found)
    except StorageError as error:
        log.warning("the answer was not kept: %s", error)
