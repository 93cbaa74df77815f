"""What is known of one shared folder or selection: the tree as it was last looked at, its archive, its sums."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Protocol

from desktop_share.core.archive import Layout
from desktop_share.core.checksum_table import Checksum
from desktop_share.core.checksums import TreeChecksums, needs_reading
from desktop_share.core.disk_watch import DiskWatch, Watch
from desktop_share.core.errors import SourceError, StorageError
from desktop_share.core.looking import Look
from desktop_share.core.sources import FileSource, FolderSource, MemorySource, SelectionSource
from desktop_share.core.tree import Entry, Tree
from desktop_share.core.tree_scan import ScanStopped, check_folder, scan, selection_tree

log = logging.getLogger(__name__)

QUICK_LOOK = 500  # entries: 5 ms

ContentOf = Callable[[MemorySource], bytes]
Asked = Callable[["FolderIndex", TreeChecksums, Entry], None]
Keep = Callable[[Entry, Checksum], None]


class ChecksumStore(Protocol):
    """Raises StorageError."""

    def load_checksums(self, folder: str) -> dict[str, Checksum]: ...

    def save_checksums(self, checksums: Mapping[str, Checksum]) -> None: ...


class Present(NamedTuple):
    """A folder as it was looked at: all of it belongs together. `total`: bytes that have a checksum."""

    tree: Tree
    layout: Layout
    sums: TreeChecksums
    total: int


class FolderIndex:
    """Looked at on any thread, by one at a time; `present` is read without waiting.

    asked      called for an entry whose checksum somebody waits for
    keep       called with a checksum that a download itself learnt
    item_id    '' where it is not in the list
    under_way  the look that goes on now for a download, if any; others may join it
    is_stale   something is known to have changed since it was looked at
    told       what the list was told of last, and `seen`, the version that the owner knows, by then
    failures   how many times in a row a file could not be read as it was looked at
    """

    def __init__(
        self,
        source: FolderSource | SelectionSource,
        item_id: str,
        store: ChecksumStore,
        content_of: ContentOf,
        asked: Asked,
        keep: Keep,
    ) -> None:
        self.source = source
        self.item_id = item_id
        self.present: Present | None = None
        self.under_way: Look | None = None
        self.is_stale = True
        self.is_dropped = False
        self.told: Present | None = None
        self.seen: str | None = None
        self.failures = 0
        self._store = store
        self._content_of = content_of
        self._asked = asked
        self._keep = keep
        self._looking = threading.Lock()
        self._coming: tuple[Look, Future[Present]] | None = None
        self._wanting = 0
        self._counting = threading.Lock()
        self._looked_at = 0.0  # time.monotonic() before it began
        self._known: dict[str, Checksum] = {}
        self._is_loaded = False
        self._before: Tree | None = None
        self._by_name: tuple[Tree, Mapping[str, Entry]] | None = None
        self._watches: list[Watch] = []

    @property
    def places(self) -> tuple[Path, ...]:
        """On disk, each a file or a folder."""
        if isinstance(self.source, FolderSource):
            return (self.source.path,)
        return tuple(
            member.source.path for member in self.source.members if isinstance(member.source, FileSource | FolderSource)
        )

    def watch(self, disk: DiskWatch, changed: Callable[[], None]) -> None:
        """Begin to be told of changes; before the first look, so that none falls between."""
        if not self._watches:
            self._watches = [disk.watch(place, changed, whole_tree=True) for place in self.places]
            self.is_stale = True  # what a download looked at before was not watched yet

    def unwatch(self) -> None:
        watches, self._watches = self._watches, []
        for watch in watches:
            watch.close()

    @contextmanager
    def wanted(self) -> Iterator[None]:
        """A download wants to know what is in it: whoever looks for nobody gives way meanwhile."""
        with self._counting:
            self._wanting += 1
        try:
            yield
        finally:
            with self._counting:
                self._wanting -= 1

    @property
    def is_wanted(self) -> bool:
        return self._wanting > 0

    def new_look(self) -> Look:
        """For `look`."""
        return Look(self._sums())

    def coming_look(self, begin: Callable[[Look], Future[Present]]) -> tuple[Look, Future[Present]]:
        """A look that has not begun yet, one for all who ask until it does; `begin` has it done on another thread. So a
        folder has two under way there at most, however many ask."""
        with self._counting:
            if self._coming is None:
                look = self.new_look()
                self._coming = look, begin(look)
            self._coming[0].asked = time.monotonic()
            return self._coming

    def look(self, stopped: Callable[[], bool], look: Look) -> Present:
        """The folder as it is now: what was looked at before is good only while every place is watched. `look` gets to
        know it too, whatever comes of it. Raises SourceError, StorageError, ScanStopped."""
        try:
            with self._looking:
                asked = self._begun(look)
                present = self._looked(stopped, look, asked, trusting=False)
        except BaseException as error:
            look.end(None, error)
            raise
        look.end(present.layout)
        return present

    def look_over(self, stopped: Callable[[], bool]) -> Present:
        """Where nobody waits for it: what was looked at before is good until something says otherwise. Raises
        SourceError, StorageError; ScanStopped too where somebody else looks now."""
        if self.is_wanted or not self._looking.acquire(blocking=False):
            raise ScanStopped
        try:
            return self._looked(lambda: stopped() or self.is_wanted, self.new_look(), time.monotonic(), trusting=True)
        finally:
            self._looking.release()

    @property
    def joined(self) -> Look | None:
        """The look that is under way, where nothing is known to have changed since it began."""
        return self.under_way if self._is_watched and not self.is_stale else None

    def _begun(self, look: Look) -> float:
        """When it was asked for last; from now on, whoever asks has to have another."""
        with self._counting:
            if self._coming is not None and self._coming[0] is look:
                self._coming = None
            return look.asked

    def _looked(self, stopped: Callable[[], bool], look: Look, asked: float, *, trusting: bool) -> Present:
        present = self.present
        if present is not None and self._is_good(present, asked, trusting):
            look.entries.extend(present.tree.entries)
            return present
        self._load()
        self._looked_at = time.monotonic()
        self.is_stale = False  # whoever sets it while this looks wants another look
        if not trusting:  # the other kind may be stopped at any time
            self.under_way = look
        try:
            tree = self._scan(look, stopped)
            if present is None or present.tree.etag != tree.etag:
                present = self.present = self._make(tree, look.sums)
            elif present.sums.has_failed and not trusting:  # a disk that was away, too many open files: try again
                present = self.present = present._replace(sums=look.sums)
        except BaseException as error:
            self.is_stale = True
            if isinstance(error, SourceError):
                self.present = None
            raise
        finally:
            self.under_way = None
        return present

    def entries(self, tree: Tree) -> Mapping[str, Entry]:
        by_name = self._by_name
        if by_name is None or by_name[0] is not tree:
            by_name = self._by_name = (tree, {entry.name: entry for entry in tree.entries})
        return by_name[1]

    def check(self) -> None:
        """Raises SourceError when the folder itself is gone."""
        if isinstance(self.source, FolderSource):
            check_folder(self.source.path)

    def _is_good(self, present: Present, asked: float, trusting: bool) -> bool:
        if self.is_stale:
            return False
        if trusting or self._looked_at >= asked:
            return True
        # what was done a moment ago may still be on its way to the watch: where looking is quick, it is looked
        return len(present.tree.entries) > QUICK_LOOK and self._is_watched and not present.sums.has_failed

    @property
    def _is_watched(self) -> bool:
        # A selection of texts alone has no place: nothing can change
        return all(watch.is_current for watch in self._watches) and len(self._watches) == len(self.places)

    def _scan(self, look: Look, stopped: Callable[[], bool]) -> Tree:
        def told() -> bool:
            look.tell()
            return stopped()

        if isinstance(self.source, FolderSource):
            return scan(self.source.path, told, look.entries)
        return selection_tree(self.source, self._content_of, told, look.entries)

    def _make(self, tree: Tree, sums: TreeChecksums) -> Present:
        if self._before is not None:
            _forget_rewritten(self._known, tree, self._before)
        self._before = tree
        total = sum(entry.size for entry in tree.entries if needs_reading(entry))
        return Present(tree, Layout(tree), sums, total)

    def _sums(self) -> TreeChecksums:
        return TreeChecksums(self._known, self._ask, self._keep)

    def _ask(self, sums: TreeChecksums, entry: Entry) -> None:
        self._asked(self, sums, entry)

    def _load(self) -> None:
        if self._is_loaded:
            return
        self._is_loaded = True
        for place in self.places:
            try:
                if isinstance(self.source, FolderSource) or place.is_dir():
                    self._known |= self._store.load_checksums(str(place))
                else:
                    beside = self._store.load_checksums(os.path.dirname(place))
                    self._known |= {path: each for path, each in beside.items() if path == str(place)}
            except StorageError as error:  # then they are read anew
                log.warning("the checksums of a folder cannot be loaded: %s", error)


def _forget_rewritten(known: dict[str, Checksum], tree: Tree, before: Tree) -> None:
    """What has another ctime may have been written and given its old time back; a checksum does not show that."""
    changed = {entry.path: entry.ctime_ns for entry in before.entries if entry.path in known}
    for entry in tree.entries:
        if changed.pop(entry.path, entry.ctime_ns) != entry.ctime_ns:
            known.pop(entry.path, None)
    for path in changed:  # not there any more
        known.pop(path, None)
