"""What the system tells of its folders, over the package watchdog: inotify, FSEvents, ReadDirectoryChangesW."""

from __future__ import annotations

import errno
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.api import ObservedWatch


@dataclass(frozen=True, slots=True)
class FolderEvent:
    """What one change was to: paths as the system spells them. `gone`: those of them where nothing is any more."""

    paths: tuple[str, ...]
    gone: tuple[str, ...] = ()


class Notifier(Protocol):
    """Tells of changes in folders: of files that are written, made, removed, renamed or whose rights change, and not
    of those that are read. Calls come on a thread of its own, which holds locks: they do no work."""

    def watch(self, folder: str, whole_tree: bool, tell: Callable[[FolderEvent], None]) -> object:
        """Returns the token for `unwatch`. Raises OSError, RuntimeError, ValueError or SystemError where it cannot."""

    def unwatch(self, token: object) -> None: ...

    def close(self) -> None:
        """End all watches and wait for the threads."""


# Seconds of quiet that the package waits for on Windows before it tells; elsewhere of no effect
QUIET = 0.5


def most_in_tree() -> int | None:
    """How many folders of one tree may be watched: half of what inotify gives a person's programs; None: any."""
    try:
        return int(Path("/proc/sys/fs/inotify/max_user_watches").read_text("ascii")) // 2
    except (OSError, ValueError):
        return None


class SystemNotifier:
    """Raises OSError where the system has no notifications (left)."""

    def __init__(self, most_in_tree: Callable[[], int | None] = most_in_tree) -> None:
        from watchdog import events, observers
        from watchdog.observers.polling import PollingObserver

        if observers.Observer is PollingObserver:
            raise OSError("this system tells of no changes on disk")
        # A watch that ends in the middle of an event is an error in its log; nothing there is for the owner
        logging.getLogger("watchdog").setLevel(logging.CRITICAL)
        # The same for every watch: inotify keeps one mask for a folder, the one that was asked for last. Without
        # those that come when a file is opened, or closed after it was read
        self._kinds: list[type[FileSystemEvent]] = [
            events.FileCreatedEvent,
            events.FileModifiedEvent,
            events.FileAttribEvent,
            events.FileMovedEvent,
            events.FileDeletedEvent,
            events.DirCreatedEvent,
            events.DirMovedEvent,
            events.DirDeletedEvent,
        ]
        self._gone = (events.FileDeletedEvent, events.DirDeletedEvent, events.FileMovedEvent, events.DirMovedEvent)
        self._most_in_tree = most_in_tree
        self._observer = observers.Observer(timeout=QUIET)
        self._observer.start()

    def watch(self, folder: str, whole_tree: bool, tell: Callable[[FolderEvent], None]) -> object:
        if whole_tree:
            self._count(folder)
        handler = _handler(lambda event: tell(self._event(event)))
        return self._observer.schedule(handler, folder, recursive=whole_tree, event_filter=self._kinds)

    def unwatch(self, token: object) -> None:
        watch: ObservedWatch = token  # type: ignore[assignment]
        self._observer.unschedule(watch)

    def close(self) -> None:
        self._observer.stop()
        self._observer.join()

    def _count(self, tree: str) -> None:
        """The package passes over a folder of a tree that inotify refuses: nobody would know that it does not tell."""
        most = self._most_in_tree()
        if most is not None and any(number >= most for number, _ in enumerate(os.walk(tree))):
            raise OSError(errno.ENOSPC, "more folders than inotify watches")

    def _event(self, event: FileSystemEvent) -> FolderEvent:
        paths = tuple(os.fsdecode(path) for path in (event.src_path, event.dest_path) if path)
        return FolderEvent(paths, paths[:1] if isinstance(event, self._gone) else ())


def _handler(tell: Callable[[FileSystemEvent], None]) -> FileSystemEventHandler:
    from watchdog.events import FileSystemEventHandler

    class Handler(FileSystemEventHandler):
        def dispatch(self, event: FileSystemEvent) -> None:
            tell(event)

    return Handler()
