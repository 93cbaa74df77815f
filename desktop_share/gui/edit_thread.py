"""The one thread that changes the list: commands in order, what failed said in words, what was done taken back."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

from PySide6.QtCore import QObject, Signal

from desktop_share.core.errors import Problem, ShareError, SourceError, StorageError
from desktop_share.core.items import SharedItem
from desktop_share.core.opening import Opener
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import MemorySource
from desktop_share.gui.undo import Step, UndoSteps
from desktop_share.gui.wording import items as items_in_words

log = logging.getLogger(__name__)


class EditThread(QObject):
    """Commands return at once. What came of them arrives as signals, and as events of the list.

    failed        Problem: a change that did not happen
    edited        tuple[str, ...]: the ids of the items that `edit` was asked for; the list has what came of it
    undo_changed  str: what `undo` would undo now; '' for nothing
    """

    failed = Signal(object)
    edited = Signal(object)
    undo_changed = Signal(str)

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

    def edit(
        self,
        ids: Iterable[str],
        edit: Callable[[SharedItem], SharedItem],
        back: Callable[[SharedItem, SharedItem], SharedItem],
        text: Callable[[str], str],
    ) -> None:
        """Make of each item what `edit` makes of it. `back` makes of an item as it is then and as it was before the
        item with this edit undone; `text` makes of 'report.pdf' or '3 items' what Undo says it undoes."""
        chosen = tuple(ids)
        self._do(lambda: self._edit(chosen, edit, back, text))

    def edit_prepared(
        self,
        ids: Iterable[str],
        prepare: Callable[[], Callable[[SharedItem], SharedItem]],
        back: Callable[[SharedItem, SharedItem], SharedItem],
        text: Callable[[str], str],
    ) -> None:
        """As `edit`, with what `prepare` makes on the edit thread, while the list is free for others."""
        chosen = tuple(ids)
        self._do(lambda: self._edit(chosen, prepare(), back, text))

    def change(self, do: Callable[[], Step | None], then: Callable[[], object] = lambda: None) -> None:
        """Change something else that is kept beside the list. The step that `do` returns can be undone; `then` is
        called once `undo` means it."""
        self._do(lambda: self._change(do, then))

    def undo(self) -> None:
        self._do(self._undo)

    def recheck(self, ids: Iterable[str]) -> None:
        """Look whether the files are still there, and how large they are."""
        chosen = tuple(ids)
        self._do(lambda: self._recheck(chosen))

    # -- on the edit thread

    def _do(self, command: Callable[[], object]) -> None:
        self._worker.submit(self._guarded, command)

    def _guarded(self, command: Callable[[], object]) -> None:
        try:
            command()
        except ShareError as error:
            self.failed.emit(error.problem)
        except Exception as error:
            log.exception("a change of the list failed")
            self.failed.emit(_unexpected(error))

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
            if size is not None and size != item.size:  # an index that is not there yet takes nothing back
                sizes[item_id] = size
        if sizes:
            self._list.update(sizes, lambda item: replace(item, size=sizes[item.id]))

    def _edit(
        self,
        ids: tuple[str, ...],
        edit: Callable[[SharedItem], SharedItem],
        back: Callable[[SharedItem, SharedItem], SharedItem],
        text: Callable[[str], str],
    ) -> None:
        before = self._list.update(ids, edit)
        self._taken(before, text(what(before)), back)
        self.edited.emit(ids)

    def _change(self, do: Callable[[], Step | None], then: Callable[[], object]) -> None:
        step = do()
        if step is not None:
            self._push(step)
        then()

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
        present = [item for each in old if (item := self._list.get(each)) is not None]
        self._keep_contents([new for each in present if (new := back(each, old[each.id])).source != each.source])
        self._list.update(old, lambda item: back(item, old[item.id]))
        self._recheck(tuple(old))

    def _push(self, step: Step) -> None:
        self._steps.push(step)
        self.undo_changed.emit(self._steps.text)

    # -- what was pasted

    def _keep_contents(self, items: Sequence[SharedItem]) -> None:
        """Have the bytes of items that are about to come back where these want them: saved, or in memory only."""
        for item in items:
            if isinstance(item.source, MemorySource) and not item.until_quit:
                with contextlib.suppress(SourceError):  # kept no longer: the row says so
                    self._opener.contents.set_until_quit(item.source, False)

    def _forget_contents(self, items: Sequence[SharedItem]) -> None:
        """Take the bytes of these items out of the store, where no other item has them there."""
        saved = {
            each.source.digest
            for each in self._list.snapshot()
            if isinstance(each.source, MemorySource) and not each.until_quit
        }
        for item in items:
            if isinstance(item.source, MemorySource) and item.source.digest not in saved:
                self._opener.contents.set_until_quit(item.source, True)


def what(items: Sequence[SharedItem]) -> str:
    """'report.pdf', or '3 items'."""
    return items[0].download_name if len(items) == 1 else items_in_words(len(items))


def _unexpected(error: Exception) -> Problem:
    return Problem(
        "change-failed",
        "That did not work: {reason}.",
        "Try again.",
        (("reason", str(error) or type(error).__name__),),
    )
