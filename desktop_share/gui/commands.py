"""Everything that changes the list: asked for on the window's thread, done in order on one thread of its own."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import islice
from threading import Event

from PySide6.QtCore import QObject, Signal

from desktop_share.core.errors import Problem, ShareError, SourceError, StorageError
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.opening import Opener
from desktop_share.core.share_list import Added, Removed, ShareList
from desktop_share.core.sources import file_source
from desktop_share.gui.undo import Step, UndoSteps
from desktop_share.gui.wording import files

log = logging.getLogger(__name__)

BATCH = 200  # paths that are looked at and saved at once: rows appear as they are read, a transaction costs a few ms


class ShareCommands(QObject):
    """Each command returns at once. What came of it arrives as a signal, and as events of the list.

    added         Added: the outcome of a whole drop, once, at its end
    refused       tuple[Problem, ...]: why some paths of a drop are not in the list
    removed       Removed: what can be brought back by `undo`
    restored      list[str]: the ids of what `undo` brought back
    renamed       SharedItem, str: the item with its new name, and what was typed
    failed        Problem: a change that did not happen
    undo_changed  str: what `undo` would undo now; '' for nothing
    progress      int, int: paths looked at, of how many; equal at the end
    """

    added = Signal(object)
    refused = Signal(object)
    removed = Signal(object)
    restored = Signal(object)
    renamed = Signal(object, str)
    failed = Signal(object)
    undo_changed = Signal(str)
    progress = Signal(int, int)

    def __init__(self, share_list: ShareList, opener: Opener, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._list = share_list
        self._opener = opener
        self._steps = UndoSteps()
        self._closing = Event()
        self._worker = ThreadPoolExecutor(1, "edits")

    def close(self) -> None:
        """Do what was asked for already, except looking at further paths, and end the thread."""
        self._closing.set()
        self._worker.shutdown(wait=True)

    # -- commands

    def add_paths(self, paths: Sequence[str], edit: Callable[[SharedItem], SharedItem] = lambda item: item) -> None:
        """Look at each path and append what can be shared, presented as `edit` says."""
        if paths:
            self._do(lambda: self._add(tuple(paths), edit))

    def set_disposition(self, ids: Iterable[str], disposition: Disposition) -> None:
        chosen = tuple(ids)
        self._do(lambda: self._set_disposition(chosen, disposition))

    def rename(self, item_id: str, text: str) -> None:
        """Give another download name; the empty text gives back the name on disk."""
        self._do(lambda: self._rename(item_id, text))

    def edit(
        self,
        ids: Iterable[str],
        edit: Callable[[SharedItem], SharedItem],
        back: Callable[[SharedItem, SharedItem], SharedItem],
        text: Callable[[str], str],
    ) -> None:
        """Make of each item what `edit` makes of it. `back` makes of an item as it is then and as it was before the
        item with this edit undone; `text` makes of 'report.pdf' or '3 files' what Undo says it undoes."""
        chosen = tuple(ids)
        self._do(lambda: self._edit(chosen, edit, back, text))

    def locate(self, item_id: str, path: str) -> None:
        """The item's file is elsewhere now: the link stays."""
        self._do(lambda: self._locate(item_id, path))

    def remove(self, ids: Iterable[str]) -> None:
        chosen = tuple(ids)
        self._do(lambda: self._remove(chosen))

    def move(self, ids: Iterable[str], before: int) -> None:
        """Put items in front of the row that is at `before` now."""
        chosen = tuple(ids)
        self._do(lambda: self._move(chosen, before))

    def recheck(self, ids: Iterable[str]) -> None:
        """Look whether the files are still there, and how large they are."""
        chosen = tuple(ids)
        self._do(lambda: self._recheck(chosen))

    def undo(self) -> None:
        self._do(self._undo)

    # -- on the edit thread

    def _do(self, command: Callable[[], None]) -> None:
        self._worker.submit(self._guarded, command)

    def _guarded(self, command: Callable[[], None]) -> None:
        try:
            command()
        except ShareError as error:
            self.failed.emit(error.problem)
        except Exception as error:
            log.exception("a change of the list failed")
            self.failed.emit(_unexpected(error))

    def _add(self, paths: tuple[str, ...], edit: Callable[[SharedItem], SharedItem]) -> None:
        items: list[SharedItem] = []
        new: list[SharedItem] = []
        refused: list[Problem] = []
        remaining = iter(paths)
        done = 0
        try:
            while (batch := list(islice(remaining, BATCH))) and not self._closing.is_set():
                added = self._list.add([edit(item) for item in _looked_at(batch, refused)])
                items += added.items
                new += added.new
                done += len(batch)
                if len(paths) > BATCH:
                    self.progress.emit(done, len(paths))
        finally:
            if done < len(paths) and len(paths) > BATCH:
                self.progress.emit(len(paths), len(paths))
            if refused:
                self.refused.emit(tuple(refused))
            if items:
                self.added.emit(Added(tuple(items), tuple(new)))

    def _set_disposition(self, ids: tuple[str, ...], disposition: Disposition) -> None:
        before = self._list.update(ids, lambda item: item.with_disposition(disposition))
        name = self.tr("Download") if disposition is Disposition.ATTACHMENT else self.tr("Open")
        text = self.tr("“{name}” for {what}").format(name=name, what=_what(before))
        self._taken(before, text, lambda item, old: item.with_disposition(old.disposition))

    def _rename(self, item_id: str, text: str) -> None:
        before = self._list.update((item_id,), lambda item: item.renamed(text))
        step = self.tr("Rename {what}").format(what=_what(before))
        self._taken(before, step, lambda item, old: replace(item, name=old.name))
        item = self._list.get(item_id)
        if item is not None:
            self.renamed.emit(item, text)

    def _edit(
        self,
        ids: tuple[str, ...],
        edit: Callable[[SharedItem], SharedItem],
        back: Callable[[SharedItem, SharedItem], SharedItem],
        text: Callable[[str], str],
    ) -> None:
        before = self._list.update(ids, edit)
        self._taken(before, text(_what(before)), back)

    def _locate(self, item_id: str, path: str) -> None:
        source = file_source(path)
        size = source.size()
        before = self._list.update((item_id,), lambda item: replace(item, source=source, size=size))
        self._list.report(item_id, None)
        text = self.tr("Locate {what}").format(what=_what(before))
        self._taken(before, text, lambda item, old: replace(item, source=old.source, size=old.size))

    def _remove(self, ids: tuple[str, ...]) -> None:
        removed = self._list.remove(ids)
        if removed.items:
            text = self.tr("Remove {what}").format(what=_what(removed.items))
            self._push(Step(text, lambda: self._restore(removed)))
            self.removed.emit(removed)

    def _restore(self, removed: Removed) -> None:
        self._list.restore(removed)
        self.restored.emit([item.id for item in removed.items])

    def _move(self, ids: tuple[str, ...], before: int) -> None:
        order = [item.id for item in self._list.snapshot()]
        self._list.move(ids, before)
        moved = tuple(item for each in ids if (item := self._list.get(each)) is not None)
        if order != [item.id for item in self._list.snapshot()]:
            text = self.tr("Move {what}").format(what=_what(moved))
            self._push(Step(text, lambda: self._list.arrange(order)))

    def _recheck(self, ids: tuple[str, ...]) -> None:
        sizes: dict[str, int | None] = {}
        for item_id in ids:
            item = self._list.get(item_id)
            if item is None or self._closing.is_set():
                continue
            try:
                size = self._opener.size(item)
            except (SourceError, StorageError) as error:
                self._list.report(item_id, error.problem)
                continue
            self._list.report(item_id, None)
            if size != item.size:
                sizes[item_id] = size
        if sizes:
            self._list.update(sizes, lambda item: replace(item, size=sizes[item.id]))

    def _undo(self) -> None:
        step = self._steps.pop()
        if step is None:
            return
        try:
            step.undo()
        except ShareError:
            self._steps.push(step)  # what could not be saved can be tried again
            raise
        finally:
            self.undo_changed.emit(self._steps.text)

    def _taken(
        self,
        before: Sequence[SharedItem],
        text: str,
        back: Callable[[SharedItem, SharedItem], SharedItem],
    ) -> None:
        """A change of items, if there was one, that `undo` takes back: `back` makes of an item as it is then and as
        it was the item with what this change made of it undone, and later changes of the rest kept."""
        if before:
            old = {item.id: item for item in before}
            self._push(Step(text, lambda: self._put_back(old, back)))

    def _put_back(self, old: dict[str, SharedItem], back: Callable[[SharedItem, SharedItem], SharedItem]) -> None:
        self._list.update(old, lambda item: back(item, old[item.id]))
        self._recheck(tuple(old))

    def _push(self, step: Step) -> None:
        self._steps.push(step)
        self.undo_changed.emit(self._steps.text)


def _looked_at(paths: Sequence[str], refused: list[Problem]) -> list[SharedItem]:
    now = time.time()
    items = []
    for path in paths:
        try:
            source = file_source(path)
            items.append(SharedItem(source, now, size=source.size()))
        except SourceError as error:
            refused.append(error.problem)
    return items


def _what(items: Sequence[SharedItem]) -> str:
    """'report.pdf', or '3 files'."""
    return items[0].download_name if len(items) == 1 else files(len(items))


def _unexpected(error: Exception) -> Problem:
    return Problem(
        "change-failed",
        "That did not work: {reason}.",
        "Try again.",
        (("reason", str(error) or type(error).__name__),),
    )
