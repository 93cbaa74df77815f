"""The terminal mode: prints links, serves until Ctrl-C. Composes core and server, without a window."""

from __future__ import annotations

import contextlib
import queue
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from desktop_share.core.errors import Problem, ShareError
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.options import Options
from desktop_share.core.paths import resource
from desktop_share.core.share_list import ShareList
from desktop_share.core.sharing import SharingState, SharingStatus
from desktop_share.core.sources import file_source
from desktop_share.core.transfers import Transfer
from desktop_share.parts import connected_parts
from desktop_share.terminal import JsonLines, Lines, TextLines, warn

EXIT_STOPPED = 0

STOPPED = Problem("stopped", "Sharing could not be started.", "Try again.")


def run(options: Options) -> int:
    """Share the paths, or, without any, what is in the list already, or else a welcome file. Returns the exit code.

    Raises ShareError for what cannot be shared at all.
    """
    with connected_parts(options) as parts:
        for problem in parts.opened.problems:
            warn(problem)
        items = _items(options, parts.share_list)
        events: queue.SimpleQueue[SharingState | Transfer | None] = queue.SimpleQueue()
        parts.sharing.changed.subscribe(events.put)
        parts.transfers.changed.subscribe(events.put)
        with _stopping_on_signals(lambda: events.put(None)):
            parts.start()
            say: Lines = JsonLines(sys.stdout) if options.as_json else TextLines(sys.stdout)
            return _serve(events, say, [item.id for item in items], parts.share_list)


def _items(options: Options, share_list: ShareList) -> Sequence[SharedItem]:
    paths: Sequence[str | Path] = options.paths
    if not paths:
        if len(share_list):
            return share_list.snapshot()
        paths = [resource("welcome", "welcome.html")]
        options = replace(options, disposition=options.disposition or Disposition.INLINE)
    now = time.time()
    sources = [file_source(path) for path in paths]
    added = share_list.add([options.applied(SharedItem(source, now, size=source.size())) for source in sources])
    share_list.update((item.id for item in added.items), options.applied)
    return [item for each in added.items if (item := share_list.get(each.id)) is not None]


def _serve(
    events: queue.SimpleQueue[SharingState | Transfer | None], say: Lines, ids: Sequence[str], share_list: ShareList
) -> int:
    """Say what happens until the end is asked for (None) or sharing fails."""
    ready = False
    while (event := events.get()) is not None:
        if isinstance(event, Transfer):
            say.transfer(event)
        elif event.status is SharingStatus.FAILED:
            raise ShareError(event.problem or STOPPED)
        elif event.status is SharingStatus.SHARING and not ready:
            ready = True
            if event.problem is not None:
                warn(event.problem)
            say.ready(event, [item for each in ids if (item := share_list.get(each)) is not None])
    return EXIT_STOPPED


@contextlib.contextmanager
def _stopping_on_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C, a closed terminal and a system's polite request all end the serving, not the process."""
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    before = {number: signal.signal(number, lambda *_: stop()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
