"""The terminal mode: prints links, serves until Ctrl-C. Composes core and server, without a window."""

from __future__ import annotations

import contextlib
import queue
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from desktop_share.asking import Newcomers, read_answers
from desktop_share.core.access import Refusal
from desktop_share.core.access_log import Visit
from desktop_share.core.approvals import Asking
from desktop_share.core.errors import Problem, ShareError
from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link
from desktop_share.core.names import shown
from desktop_share.core.options import Options
from desktop_share.core.share_list import ListEvent, StateChanged
from desktop_share.core.sharing import SharingState, SharingStatus
from desktop_share.core.transfers import Transfer
from desktop_share.given import feed_standard_input, given_items
from desktop_share.parts import Parts, connected_parts
from desktop_share.terminal import JsonLines, Lines, TextLines, warn

EXIT_STOPPED = 0

_ASKS = {Refusal.PASSWORD_NEEDED, Refusal.WAITING}  # no refusals yet

STOPPED = Problem("stopped", "Sharing could not be started.", "Try again.")


Event = SharingState | Transfer | StateChanged | Asking | Visit | None  # None: the end is asked for


def run(options: Options) -> int:
    """Share what the options say, or, without anything, what is in the list already, or else a welcome file. Returns
    the exit code.

    Raises ShareError for what cannot be shared at all.
    """
    with connected_parts(options) as parts:
        for problem in parts.opened.problems:
            warn(problem)
        items = given_items(options, parts.share_list, parts.opener)
        feed_standard_input(items, parts.opener)
        events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        parts.sharing.changed.subscribe(events.put)
        parts.transfers.changed.subscribe(events.put)
        parts.share_list.changed.subscribe(lambda event: _pass_on(event, events))
        parts.entrance.visits.changed.subscribe(lambda visit: events.put(visit) if visit.why else None)
        parts.entrance.approvals.changed.subscribe(Newcomers(events.put).heard)
        with _stopping_on_signals(lambda: events.put(None)):
            parts.start()
            say: Lines = JsonLines(sys.stdout) if options.as_json else TextLines(sys.stdout, allowed=options.allow)
            told = _Told(parts, say, [item.id for item in items], options)
            if options.terms.ask and sys.stdin is not None:
                read_answers(parts.entrance.approvals, sys.stdin.fileno(), _unclear)
            return _serve(events, told)


def _pass_on(event: ListEvent, events: queue.SimpleQueue[Event]) -> None:
    if isinstance(event, StateChanged):
        events.put(event)


def _serve(events: queue.SimpleQueue[Event], told: _Told) -> int:
    """Say what happens until the end is asked for or sharing fails."""
    ready = False
    while (event := events.get()) is not None:
        if isinstance(event, Transfer):
            told.say.transfer(event)
        elif isinstance(event, Visit):
            if event.why not in _ASKS and event.count == 1:
                told.say.refused(event)
        elif isinstance(event, Asking):
            told.say.asking(event)
        elif isinstance(event, StateChanged):
            if ready:
                told.indexed(event.item_id)
        elif event.status is SharingStatus.FAILED:
            raise ShareError(event.problem or STOPPED)
        elif event.status is SharingStatus.SHARING and not ready:
            ready = True
            if event.problem is not None:
                warn(event.problem)
            told.ready(event)
    return EXIT_STOPPED


class _Told:
    """What has been said of the items of this run."""

    def __init__(self, parts: Parts, say: Lines, ids: Sequence[str], options: Options) -> None:
        self.say = say
        self._options = options
        self._parts = parts
        self._ids = ids
        self._indexed: set[str] = set()

    def ready(self, state: SharingState) -> None:
        items = [item for each in self._ids if (item := self._parts.share_list.get(each)) is not None]
        printed = [self._printed(item) for item in items]
        self.say.ready(state, [(item, state.link_for(item)) for item in printed])
        if self._options.explain:
            for item in items:
                explanation = self._parts.sharing.explain(item.id)
                if explanation is not None:
                    self.say.explained(item, explanation)
        for item in items:
            self.indexed(item.id)  # it may have been, before it was ready

    def _printed(self, item: SharedItem) -> SharedItem:
        """With the link that is printed as its default one."""
        if not self._options.signed:
            return item
        signer, expires = self._parts.entrance.doors.signer, self._options.terms.expires
        return replace(item, links=(Link(signer.sign(item, item.disposition, expires), expires=expires),))

    def indexed(self, item_id: str) -> None:
        """Say once that the index of a folder is complete; again when it was not meanwhile."""
        item = self._parts.share_list.get(item_id)
        state = self._parts.share_list.state(item_id)
        if item is None or item_id not in self._ids:
            return
        if state.total is None or state.is_indexing:
            self._indexed.discard(item_id)
        elif item_id not in self._indexed:
            self._indexed.add(item_id)
            self.say.indexed(item, state)


def _unclear(line: str) -> None:
    print(f"desktop-share: “{shown(line.strip())}” answers nobody. Write y, o or n.", file=sys.stderr, flush=True)


@contextlib.contextmanager
def _stopping_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C, a closed terminal and a system's polite request all end the serving, not the process.

    A thread of its own hears of them: the main one would miss a signal that comes while it is about to wait.
    """
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    heard, told = socket.socketpair()
    told.setblocking(False)

    def hear() -> None:
        while heard.recv(1):
            stop()

    hearing = threading.Thread(target=hear, name="signals")
    hearing.start()
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    wakeup = signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        told.close()
        hearing.join()
        heard.close()
