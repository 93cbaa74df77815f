"""Being told of changes on disk, without asking for them."""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path

from desktop_share.core.notifier import FolderEvent, Notifier, SystemNotifier

log = logging.getLogger(__name__)

SETTLE = 0.2  # seconds that a burst of changes is collected for
MOST_FOLDERS = 200  # watches of the system: each is a thread or two of the package's on Linux and Windows


class Watch:
    """One interest in a path. `close` ends it; may be called more than once, on any thread."""

    is_active = False  # whether the system does tell; False: nobody will call, ask the disk instead

    @property
    def is_current(self) -> bool:
        """Whether the system does tell, and has told of nothing that the call is still to come for."""
        return self.is_active

    def close(self) -> None: ...


class _Folder:
    """A folder, or a tree, that the system watches for us while `token` is set."""

    def __init__(self, path: str, whole_tree: bool) -> None:
        self.path = path
        self.whole_tree = whole_tree
        self.token: object | None = None
        self.interests: dict[str | None, set[_Interest]] = {}  # by comparable path; None: in all that is in it
        self.guard: _Interest | None = None  # an interest in this folder through its parent: inotify tells of no move
        self.owners = 0  # how many interests are no guards
        self.heard = 0  # events that came from the system
        self.told = 0  # and how many of them whoever is concerned has been told of

    def add(self, key: str | None, interest: _Interest) -> None:
        self.interests.setdefault(key, set()).add(interest)
        self.owners += interest.guarded is None

    def discard(self, key: str | None, interest: _Interest) -> None:
        self.interests[key].discard(interest)
        if not self.interests[key]:
            del self.interests[key]
        self.owners -= interest.guarded is None

    def concerned(self, event: FolderEvent) -> set[_Interest]:
        return set().union(*(self.interests.get(key, ()) for key in (None, *map(_comparable, event.paths))))

    def all_interests(self) -> set[_Interest]:
        return set().union(*self.interests.values())


class _Interest(Watch):
    def __init__(
        self,
        watch: DiskWatch,
        path: Path,
        changed: Callable[[], None],
        whole_tree: bool = False,
        guarded: _Folder | None = None,
    ) -> None:
        self.path = path
        self.changed = changed
        self.whole_tree = whole_tree
        self.guarded = guarded  # of a guard: whose
        self.places: list[tuple[_Folder, str | None]] = []
        self.is_closed = False
        self._watch = watch

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return not self.is_closed and bool(self.places) and all(folder.token is not None for folder, _ in self.places)

    @property
    def is_current(self) -> bool:
        return self.is_active and all(folder.heard == folder.told for folder, _ in self.places)

    def close(self) -> None:
        self._watch.end(self)


class DiskWatch:
    """Thread-safe. One watch of the system for each folder, however many are interested in it.

    A file is watched through its folder, which sees it replaced by a rename, removed and coming back; the folder in
    turn through its parent. Nothing is made before the first watch. `settle`: seconds that a burst is collected for.
    """

    def __init__(
        self,
        make_notifier: Callable[[], Notifier] = SystemNotifier,
        *,
        settle: float = SETTLE,
        most_folders: int = MOST_FOLDERS,
    ) -> None:
        self._make_notifier = make_notifier
        self._settle = settle
        self._most_folders = most_folders
        self._lock = threading.RLock()  # never held while somebody is called
        self._folders: dict[tuple[str, bool], _Folder] = {}
        self._events: queue.SimpleQueue[tuple[_Folder, FolderEvent] | _Interest | None] = queue.SimpleQueue()
        self._notifier: Notifier | None = None
        self._thread: threading.Thread | None = None
        self._armed = 0
        self._closed = False

    def watch(self, path: Path, changed: Callable[[], None], *, whole_tree: bool = False) -> Watch:
        """Have `changed` called, on a thread of the watch, soon after the file or folder at `path` changed, was
        replaced, removed or came back; with `whole_tree`, anything below it. A burst of changes is one call.

        Reading it is no change. A call may still be under way when the watch is closed.
        """
        interest = _Interest(self, path, changed, whole_tree=whole_tree)
        with self._lock:
            if not self._closed:
                self._place(interest)
        return interest

    def end(self, interest: _Interest) -> None:
        """What `Watch.close` does: at once, as far as the one who closes it can see. The system may take its time, and
        the one who closes it may be the loop that sends everything."""
        interest.is_closed = True
        if self._thread is not None:
            self._events.put(interest)
            return
        with self._lock:  # nothing is watched: there is nothing to take its time
            self._displace(interest)

    def close(self) -> None:
        """End all watches and wait for the threads. Not to be called by one that is being told."""
        with self._lock:
            self._closed = True
            for folder in self._folders.values():
                for interest in folder.all_interests():
                    interest.is_closed = True
                folder.token = None
            self._folders.clear()
            notifier, self._notifier = self._notifier, None
            thread, self._thread = self._thread, None
        if notifier is not None:
            notifier.close()
        self._events.put(None)
        if thread is not None:
            thread.join()

    # -- which folders are watched; all under the lock

    def _place(self, interest: _Interest) -> None:
        for path, whole_tree, name in _places(interest.path, interest.whole_tree):
            folder = self._folder(path, whole_tree)
            self._add(interest, folder, None if name is None else _comparable(os.path.join(path, name)))
            self._guard(folder)

    def _add(self, interest: _Interest, folder: _Folder, key: str | None) -> None:
        folder.add(key, interest)
        interest.places.append((folder, key))

    def _folder(self, path: str, whole_tree: bool) -> _Folder:
        folder = self._folders.get((path, whole_tree))
        if folder is None:
            folder = self._folders[(path, whole_tree)] = _Folder(path, whole_tree)
        if folder.token is None:
            self._arm(folder)
        return folder

    def _guard(self, folder: _Folder) -> None:
        parent = os.path.dirname(folder.path)
        if folder.guard is None and parent != folder.path:
            folder.guard = _Interest(self, Path(folder.path), _nothing, guarded=folder)
            self._add(folder.guard, self._folder(parent, False), _comparable(folder.path))

    def _displace(self, interest: _Interest) -> None:
        places, interest.places = interest.places, []
        for folder, key in places:
            folder.discard(key, interest)
            if folder.guard is not None and not folder.owners:
                guard, folder.guard = folder.guard, None
                self._displace(guard)
            if not folder.interests:
                self._disarm(folder)
                self._folders.pop((folder.path, folder.whole_tree), None)

    def _arm(self, folder: _Folder) -> None:
        if self._closed:
            return
        if self._armed >= self._most_folders:
            log.debug("%d folders are watched, and no more", self._armed)
            return
        try:
            # inotify wants to read the folder; the package takes this one refusal for a watch that works
            if not os.access(folder.path, os.R_OK):
                return
            folder.token = self._running().watch(
                folder.path, folder.whole_tree, lambda event: self._heard(folder, event)
            )
            self._armed += 1
        except (OSError, RuntimeError, ValueError, SystemError) as error:  # no more watches or threads, no such path
            log.info("the system does not tell of changes in a folder: %s", type(error).__name__)

    def _heard(self, folder: _Folder, event: FolderEvent) -> None:
        """On the thread that the system's news of this folder come on."""
        folder.heard += 1
        self._events.put((folder, event))

    def _disarm(self, folder: _Folder) -> None:
        token, folder.token = folder.token, None
        if token is not None and self._notifier is not None:
            self._armed -= 1
            self._notifier.unwatch(token)

    def _running(self) -> Notifier:
        if self._notifier is None:
            self._notifier = self._make_notifier()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="disk-watch", daemon=True)
            self._thread.start()
        return self._notifier

    # -- on the thread

    def _run(self) -> None:
        pending: set[_Interest] = set()
        untold: dict[_Folder, int] = {}
        due = 0.0
        while True:
            left = due - time.monotonic()
            if pending and left <= 0:
                self._tell(pending)
                pending = set()
                for folder, count in untold.items():
                    folder.told += count
                untold.clear()
            try:
                news = self._events.get(timeout=left if pending else None)
            except queue.Empty:
                continue
            if news is None:
                return
            if isinstance(news, _Interest):
                with self._lock:
                    self._displace(news)
                continue
            concerned = self._concerned(*news)
            untold[news[0]] = untold.get(news[0], 0) + 1
            if concerned and not pending:
                due = time.monotonic() + self._settle
            pending |= concerned
            if not pending:
                news[0].told += untold.pop(news[0])

    def _concerned(self, folder: _Folder, event: FolderEvent) -> set[_Interest]:
        with self._lock:
            if folder.token is None:
                return set()
            if _comparable(folder.path) in map(_comparable, event.gone):
                return self._look_again(folder)
            return self._owners(folder.concerned(event))

    def _owners(self, interests: set[_Interest]) -> set[_Interest]:
        """Without the guards, and with those who are concerned by what the guards found."""
        found = {each for each in interests if each.guarded is None}
        return found.union(*(self._look_again(each.guarded) for each in interests if each.guarded is not None))

    def _look_again(self, folder: _Folder) -> set[_Interest]:
        """Watch the folder that is at its path now. Returns who is concerned. Also where the inode is the same: file
        systems give a number that is free to the next one."""
        self._disarm(folder)
        self._arm(folder)
        return self._owners(folder.all_interests())

    def _tell(self, interests: Iterable[_Interest]) -> None:
        for interest in interests:
            try:
                with self._lock:
                    if interest.is_closed:
                        continue
                    self._place_anew(interest)
                interest.changed()
            except Exception:
                log.exception("somebody could not be told of a change on disk")

    def _place_anew(self, interest: _Interest) -> None:
        """A link may lead elsewhere by now, and a folder have come where nothing was."""
        is_folder = any(key is None for _, key in interest.places)
        if (
            len(interest.places) > 1
            or os.path.islink(interest.path)
            or (os.path.isdir(interest.path) and not is_folder)
        ):
            self._displace(interest)
            self._place(interest)


def _nothing() -> None:
    """A guard is asked for its folder instead."""


def _places(path: Path, whole_tree: bool) -> list[tuple[str, bool, str | None]]:
    """Where to watch for a path: folder, whether with its tree, and the name there, None for all that is in it.

    Folders are real ones, without links: the system names what changed by them. What a link leads to is watched too.
    """
    found: list[tuple[str, bool, str | None]] = []
    with contextlib.suppress(OSError, ValueError):
        is_folder = os.path.isdir(path)
        if not is_folder or os.path.islink(path):
            found.append((os.path.realpath(path.parent), False, path.name))
        if is_folder:
            found.append((os.path.realpath(path), whole_tree, None))
        elif os.path.islink(path):
            parent, name = os.path.split(os.path.realpath(path))
            found.append((parent, False, name))
    return found


def _comparable(path: str) -> str:
    """The same for all spellings of a path that the system takes for one file."""
    if sys.platform == "darwin":
        return unicodedata.normalize("NFC", path).casefold()
    return os.path.normcase(path)
