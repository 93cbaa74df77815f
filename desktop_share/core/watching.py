"""The shared files as they are now: gone, well again, or no longer what the owner shared."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice

from desktop_share.core.disk_watch import DiskWatch, Watch
from desktop_share.core.errors import Problem, SourceError, StorageError
from desktop_share.core.events import Announcer
from desktop_share.core.files import open_file
from desktop_share.core.items import SharedItem
from desktop_share.core.share_list import ItemsInserted, ItemsRemoved, ItemState, ItemsUpdated, ListEvent, ShareList
from desktop_share.core.sources import FileSource

log = logging.getLogger(__name__)

BATCH = 2000  # items that are looked at before the list is told


def look(source: FileSource) -> os.stat_result:
    """The state of the file now. Raises SourceError: gone, unreadable, no longer a file."""
    opened = open_file(source.path)
    opened.close()
    return opened.stat


def version(status: os.stat_result) -> str:
    """What `SharedItem.seen` holds for a file: the owner is told when it is another one."""
    return f"{status.st_size}-{status.st_mtime_ns}"


@dataclass(frozen=True, slots=True)
class _Found:
    """How a file is: `problem`, or its size and version."""

    source: FileSource
    problem: Problem | None
    size: int = 0
    version: str = ""

    def applied(self, item: SharedItem) -> SharedItem:
        if self.problem is not None or item.source != self.source:
            return item
        return replace(item, size=self.size, seen=self.version if item.seen is None else item.seen)


class ChangeWatch:
    """Looks at the file of each item when the item is added, at the start, and when the disk says that it changed.

    The list is told what was found: `report` of what is wrong, `update` of the size and of the first version seen,
    `note` whether it is still that version. An item whose `seen` was set to None is as shared now. Folders are watched
    where they are indexed, streams where they are followed. All of it on one thread, idle most of the time.
    """

    def __init__(
        self,
        share_list: ShareList,
        disk_watch: DiskWatch,
        *,
        look: Callable[[FileSource], os.stat_result] = look,
    ) -> None:
        self.looked: Announcer[tuple[str, ...]] = Announcer()  # ids, once the list was told
        self._share_list = share_list
        self._disk_watch = disk_watch
        self._look = look
        # Announcers call `_list_event` under the list's lock: nothing of the list is called under this one
        self._condition = threading.Condition()
        self._queue: dict[str, None] = {}
        self._known: dict[str, tuple[FileSource, str | None]] = {}  # by id: what is watched, and the version seen
        self._watches: dict[str, Watch] = {}  # the thread's own
        self._closed = False
        self._thread: threading.Thread | None = None
        self._end = share_list.changed.subscribe(self._list_event)

    def start(self) -> None:
        """Look at all items, and watch them from now on."""
        if self._thread is None and not self._closed:
            self._want([item.id for item in self._share_list.snapshot()])
            self._thread = threading.Thread(target=self._run, name="changes", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop watching and wait for the thread. The list is told nothing any more."""
        self._end()
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join()
        for watch in self._watches.values():
            watch.close()
        self._watches.clear()

    # -- what happens elsewhere

    def _list_event(self, event: ListEvent) -> None:
        if isinstance(event, ItemsInserted | ItemsRemoved):
            self._want([item.id for item in event.items])
        elif isinstance(event, ItemsUpdated):
            with self._condition:
                other = [item.id for item in event.items if self._is_news(item)]
            self._want(other)

    def _is_news(self, item: SharedItem) -> bool:
        known = self._known.get(item.id)
        return known != (item.source, item.seen) and (known is not None or isinstance(item.source, FileSource))

    def _want(self, ids: Sequence[str]) -> None:
        with self._condition:
            self._queue.update(dict.fromkeys(ids))
            self._condition.notify_all()

    # -- on the thread

    def _run(self) -> None:
        while ids := self._next():
            try:
                self._look_at(ids)
            except Exception:
                log.exception("shared files could not be looked at")

    def _next(self) -> list[str]:
        """Who to look at; nobody at the end."""
        with self._condition:
            self._condition.wait_for(lambda: self._queue or self._closed)
            ids = [] if self._closed else list(islice(self._queue, BATCH))
            for item_id in ids:
                del self._queue[item_id]
            return ids

    def _look_at(self, ids: Sequence[str]) -> None:
        found: dict[str, _Found] = {}
        for item_id in ids:
            if self._closed:
                return
            item = self._share_list.get(item_id)
            if item is None or not isinstance(item.source, FileSource):
                self._forget(item_id)
            else:
                self._follow(item, item.source)
                found[item_id] = each = self._find(item.source)
                self._learn(each.applied(item), item.source)
        self._tell(found)
        self.looked.announce(tuple(ids))

    def _find(self, source: FileSource) -> _Found:
        try:
            status = self._look(source)
        except SourceError as error:
            return _Found(source, error.problem)
        return _Found(source, None, status.st_size, version(status))

    def _follow(self, item: SharedItem, source: FileSource) -> None:
        """Watched before it is looked at: what changes between the two is looked at once more."""
        known = self._known.get(item.id)
        if known is None or known[0] != source:
            self._forget(item.id)
            self._watches[item.id] = self._disk_watch.watch(source.path, lambda: self._want([item.id]))

    def _forget(self, item_id: str) -> None:
        with self._condition:
            self._known.pop(item_id, None)
        watch = self._watches.pop(item_id, None)
        if watch is not None:
            watch.close()

    def _learn(self, item: SharedItem, source: FileSource) -> None:
        """Before the list says so: what this thread changes itself is not looked at again."""
        with self._condition:
            self._known[item.id] = (source, item.seen)

    def _tell(self, found: dict[str, _Found]) -> None:
        try:
            self._share_list.update(found, lambda item: found[item.id].applied(item))
        except StorageError as error:  # how the files are is told all the same
            log.info("what was seen of the files could not be kept: %s", error)
        for item_id, each in found.items():
            item = self._share_list.get(item_id)
            if item is None or item.source != each.source:
                continue
            self._share_list.report(item_id, each.problem)
            if each.problem is None:
                changed = item.seen is not None and item.seen != each.version
                if self._share_list.state(item_id).changed != changed:
                    self._share_list.note(item_id, partial(_noted, changed))


def _noted(changed: bool, state: ItemState) -> ItemState:
    return replace(state, changed=changed)
