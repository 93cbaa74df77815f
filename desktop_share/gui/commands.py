"""Everything that changes the list: asked for on the window's thread, done in order on one thread of its own."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from itertools import islice

from PySide6.QtCore import Signal

from desktop_share.core.contents import LARGEST
from desktop_share.core.errors import Problem, ShareError, SourceError
from desktop_share.core.files import file_problem
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.media_types import is_active
from desktop_share.core.names import shown
from desktop_share.core.selection import members_of
from desktop_share.core.share_list import Added, Removed
from desktop_share.core.sources import FileSource, LiveSource, MemorySource, SelectionSource, path_source
from desktop_share.gui.edit_thread import what
from desktop_share.gui.pasted import Content, Picture, picture_content, text_content
from desktop_share.gui.selections import selection_name
from desktop_share.gui.source_commands import SourceCommands
from desktop_share.gui.undo import Step

BATCH = 200  # paths that are looked at and saved at once: rows appear as they are read, a transaction costs a few ms


class ShareCommands(SourceCommands):
    """Each command returns at once. What came of it arrives as a signal, and as events of the list.

    added         Added: the outcome of a whole drop, once, at its end
    refused       tuple[Problem, ...]: why some paths of a drop are not in the list
    removed       Removed: what can be brought back by `undo`
    restored      list[str]: the ids of what `undo` brought back
    renamed       SharedItem, str: the item with its new name, and what was typed
    plain_shared  str, str: the item of a text that came with formatting, and its HTML: it is shared without
    sandboxed     nothing: among what shall be shown now is what could hold scripts
    progress      int, int: paths looked at, of how many; equal at the end
    """

    added = Signal(object)
    refused = Signal(object)
    removed = Signal(object)
    restored = Signal(object)
    renamed = Signal(object, str)
    plain_shared = Signal(str, str)
    sandboxed = Signal()
    progress = Signal(int, int)

    # -- commands

    def add_paths(
        self,
        paths: Sequence[str],
        edit: Callable[[SharedItem], SharedItem] = lambda item: item,
        passing: Collection[str] = (),
    ) -> None:
        """Look at each path and append what can be shared, presented as `edit` says. Files that are `passing` are
        copied: another program is about to remove them."""
        if paths:
            self._do(lambda: self._add(tuple(paths), edit, passing))

    def add_text(self, text: str, markup: str = "") -> None:
        """Share a text, without its formatting, or the link that it is. `markup`: the text as HTML."""
        self._do(lambda: self._add_text(text, markup))

    def add_picture(self, picture: Picture) -> None:
        self._do(lambda: self._add_content(picture_content(picture)))

    def add_zip(self, ids: Iterable[str]) -> None:
        """Share several items as one ZIP, in the order of the list."""
        chosen = frozenset(ids)
        self._do(lambda: self._add_zip(chosen))

    def set_disposition(self, ids: Iterable[str], disposition: Disposition) -> None:
        chosen = tuple(ids)
        self._do(lambda: self._set_disposition(chosen, disposition))

    def rename(self, item_id: str, text: str) -> None:
        """Give another download name; the empty text gives back the name on disk."""
        self._do(lambda: self._rename(item_id, text))

    def remove(self, ids: Iterable[str]) -> None:
        chosen = tuple(ids)
        self._do(lambda: self._remove(chosen))

    def move(self, ids: Iterable[str], before: int) -> None:
        """Put items in front of the row that is at `before` now."""
        chosen = tuple(ids)
        self._do(lambda: self._move(chosen, before))

    # -- on the edit thread

    def _add(self, paths: tuple[str, ...], edit: Callable[[SharedItem], SharedItem], passing: Collection[str]) -> None:
        items: list[SharedItem] = []
        new: list[SharedItem] = []
        refused: list[Problem] = []
        remaining = iter(paths)
        done = 0
        try:
            while (batch := list(islice(remaining, BATCH))) and not self._closing.is_set():
                added = self._list.add([edit(item) for item in self._looked_at(batch, passing, refused)])
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
        text = self.tr("“{name}” for {what}").format(name=name, what=what(before))
        self._taken(before, text, lambda item, old: item.with_disposition(old.disposition))
        if disposition is Disposition.INLINE and any(is_active(item.content_type) for item in before):
            self.sandboxed.emit()

    def _rename(self, item_id: str, text: str) -> None:
        before = self._list.update((item_id,), lambda item: item.renamed(text))
        step = self.tr("Rename {what}").format(what=what(before))
        self._taken(before, step, lambda item, old: replace(item, name=old.name))
        item = self._list.get(item_id)
        if item is not None:
            self.renamed.emit(item, text)

    def _remove(self, ids: tuple[str, ...]) -> None:
        removed = self._list.remove(ids)
        if removed.items:
            text = self.tr("Remove {what}").format(what=what(removed.items))
            self._push(Step(text, lambda: self._restore(removed)))
            self.removed.emit(removed)

    def _restore(self, removed: Removed) -> None:
        self._keep_contents(removed.items)
        self._list.restore(removed)
        self.restored.emit([item.id for item in removed.items])

    def _move(self, ids: tuple[str, ...], before: int) -> None:
        order = [item.id for item in self._list.snapshot()]
        self._list.move(ids, before)
        moved = tuple(item for each in ids if (item := self._list.get(each)) is not None)
        if order != [item.id for item in self._list.snapshot()]:
            text = self.tr("Move {what}").format(what=what(moved))
            self._push(Step(text, lambda: self._list.arrange(order)))

    def _looked_at(self, paths: Sequence[str], passing: Collection[str], refused: list[Problem]) -> list[SharedItem]:
        items = []
        for path in paths:
            try:
                source = path_source(path)
                size = source.size() if isinstance(source, FileSource) else None
                if path in passing and isinstance(source, FileSource) and size is not None:
                    if size <= LARGEST:
                        items.append(self._copied(source))
                        continue
                    refused.append(_too_large_to_copy(source))
                items.append(SharedItem(source, time.time(), size=size))
            except SourceError as error:
                refused.append(error.problem)
        return items

    def _copied(self, source: FileSource) -> SharedItem:
        """An item of the file's bytes. Raises SourceError."""
        try:
            data = source.path.read_bytes()
        except OSError as error:
            raise SourceError(file_problem(source.path, error)) from error
        kept = self._opener.contents.put(data, source.own_name, SharedItem(source, 0.0).content_type)
        return SharedItem(kept, time.time(), size=kept.length, disposition=Disposition.INLINE)

    def _add_text(self, text: str, markup: str) -> None:
        item = self._add_content(text_content(text))
        if markup:  # of one that was there too: pasting it again is how to have the other choice once more
            self.plain_shared.emit(item.id, markup)

    def _add_content(self, content: Content) -> SharedItem:
        """What was pasted is looked at, not saved, so it opens in the browser unless the owner says otherwise."""
        digest = hashlib.sha256(content.data).digest()
        now, kind, items = time.time(), content.media_type, self._list.snapshot()
        for item in items:  # pasted again: its link is what is wanted
            if isinstance(item.source, MemorySource) and (item.source.digest, item.source.media_type) == (digest, kind):
                self.added.emit(Added((item,), ()))
                return item
        name = content.name(now, [item.download_name for item in items])
        source = self._opener.contents.put(content.data, name, kind)
        added = self._list.add([SharedItem(source, now, size=source.length, disposition=Disposition.INLINE)])
        self.added.emit(added)
        return added.items[0]

    def _add_zip(self, ids: frozenset[str]) -> None:
        items = self._list.snapshot()
        chosen = [item for item in items if item.id in ids]
        members = members_of(chosen)
        live = [item for item in chosen if isinstance(item.source, LiveSource)]
        if not members:
            raise ShareError(NOTHING_FOR_ZIP)
        for item in items:
            if isinstance(item.source, SelectionSource) and item.source.members == members:
                self.added.emit(Added((item,), ()))
                break
        else:
            now = time.time()
            name = selection_name(len(chosen) - len(live), now, [item.download_name for item in items])
            self.added.emit(self._list.add([SharedItem(SelectionSource(members, name), now)]))
        if live:
            self.refused.emit(tuple(map(_live_in_zip, live)))


def _too_large_to_copy(source: FileSource) -> Problem:
    return Problem(
        "passing-file",
        "“{name}” is a temporary file of another program and too large to be copied: it may be gone soon.",
        "Save it in a folder of your own, then drop it from there.",
        (("name", shown(source.own_name)),),
    )


def _live_in_zip(item: SharedItem) -> Problem:
    return Problem(
        "live-in-zip",
        "“{name}” is still growing, so it is not in the ZIP.",
        "Share it by its own link, or take back “Follow while it grows”.",
        (("name", shown(item.download_name)),),
    )


NOTHING_FOR_ZIP = Problem(
    "nothing-for-zip",
    "There is nothing to put into a ZIP: what is still growing has no end yet.",
    "Share it by its own link, or take back “Follow while it grows”.",
)
