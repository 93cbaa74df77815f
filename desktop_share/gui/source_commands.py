"""What changes the bytes of an item that is there: its link stays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from PySide6.QtCore import Signal

from desktop_share.core.errors import Problem, ShareError
from desktop_share.core.items import SharedItem
from desktop_share.core.media_types import essence
from desktop_share.core.names import shown, split_extension
from desktop_share.core.sizes import human_size
from desktop_share.core.sources import (
    FileSource,
    FolderSource,
    LiveSource,
    MemorySource,
    Source,
    file_source,
    path_source,
)
from desktop_share.gui.edit_thread import EditThread, what
from desktop_share.gui.pasted import Content, editable_text, edited_content, formatted_content
from desktop_share.gui.undo import Step

EDITABLE = 2_000_000  # bytes: the editor lays out more than that too slowly


class SourceCommands(EditThread):
    """text_read   SharedItem, str: the text that `read_text` asked for
    text_saved  str: the item whose text is as `write_text` said
    """

    text_read = Signal(object, str)
    text_saved = Signal(str)

    # -- commands

    def locate(self, item_id: str, path: str) -> None:
        """The item's file or folder is elsewhere now: the link stays."""
        self._do(lambda: self._locate(item_id, path))

    def follow(self, ids: Iterable[str], growing: bool) -> None:
        """Whether files are sent as they grow; other items are passed over."""
        chosen = tuple(ids)
        self._do(lambda: self._follow(chosen, growing))

    def end_stream(self, item_id: str) -> None:
        """Recipients get what there is of a file that is followed, and their downloads are complete; it is followed
        no more."""
        self._do(lambda: self._end_stream(item_id))

    def accept_change(self, ids: Iterable[str]) -> None:
        """What changed on disk is what the owner shares now."""
        chosen = tuple(ids)
        self._do(lambda: self._accept_change(chosen))

    def set_until_quit(self, ids: Iterable[str], until_quit: bool) -> None:
        """Whether items are forgotten when the program ends, with the bytes of what was pasted."""
        chosen = tuple(ids)
        self._do(lambda: self._set_until_quit(chosen, until_quit))

    def read_text(self, item_id: str) -> None:
        self._do(lambda: self._read_text(item_id))

    def write_text(self, item_id: str, text: str) -> None:
        """The same link gives another text."""
        self._do(lambda: self._write_text(item_id, text))

    def share_formatted(self, item_id: str, markup: str) -> None:
        """The same link gives the text with its formatting."""
        self._do(lambda: self._share_formatted(item_id, markup))

    def content_of(self, source: MemorySource) -> bytes:
        """At once, on any thread but the window's. Raises ShareError."""
        return self._opener.contents.get(source)

    # -- on the edit thread

    def _locate(self, item_id: str, path: str) -> None:
        item = self._list.get(item_id)
        if item is not None:
            found = _found(item.source, path)
            size = found.size() if isinstance(found, FileSource) else None
            self._change_source(item_id, found, size, self.tr("Locate {what}"))
            self._list.report(item_id, None)

    def _follow(self, ids: tuple[str, ...], growing: bool) -> None:
        def followed(item: SharedItem) -> SharedItem:
            match item.source:
                case FileSource(path) if growing:
                    return replace(item, source=LiveSource(path), size=None, seen=None)
                case LiveSource(path) if path is not None and not growing:
                    return replace(item, source=FileSource(path), seen=None)
            return item

        before = self._list.update(ids, followed)
        text = self.tr("“Follow while it grows” for {what}").format(what=what(before)) if before else ""
        self._recheck(ids)
        self._taken(before, text, _with_old_source)

    def _end_stream(self, item_id: str) -> None:
        item = self._list.get(item_id)
        if item is not None and isinstance(item.source, LiveSource):
            self._opener.streams.end(item.source)
            if item.source.path is not None:  # which is a file like any other now: with a size, and parts to resume
                self._follow((item_id,), growing=False)
                self._opener.streams.resume(item.source)  # when it is followed again, by `undo` too

    def _accept_change(self, ids: tuple[str, ...]) -> None:
        self._list.update(ids, lambda item: replace(item, seen=None))
        for item_id in ids:
            self._list.note(item_id, lambda state: replace(state, changed=False))
        self._recheck(ids)

    def _set_until_quit(self, ids: tuple[str, ...], until_quit: bool) -> None:
        before = self._kept_as(dict.fromkeys(ids, until_quit))
        if before:
            old = {item.id: item.until_quit for item in before}
            text = self.tr("“Only until I quit” for {what}").format(what=what(before))
            self._push(Step(text, lambda: self._put_kept_back(old)))

    def _put_kept_back(self, old: dict[str, bool]) -> None:
        self._kept_as(old)

    def _kept_as(self, wanted: dict[str, bool]) -> tuple[SharedItem, ...]:
        """`wanted`: by id, whether only until the program ends. Bytes are saved before the item that needs them, and
        forgotten after it. Returns the items as they were, of those that changed."""
        items = [item for each in wanted if (item := self._list.get(each)) is not None]
        self._keep_contents([replace(item, until_quit=False) for item in items if not wanted[item.id]])
        before = self._list.update(wanted, lambda item: replace(item, until_quit=wanted[item.id]))
        self._forget_contents([item for item in before if wanted[item.id]])
        return before

    def _read_text(self, item_id: str) -> None:
        item = self._list.get(item_id)
        if item is None or not is_editable(item):
            return
        assert isinstance(item.source, MemorySource)
        if item.source.length > EDITABLE:
            raise ShareError(_too_long(item))
        self.text_read.emit(item, editable_text(self._opener.contents.get(item.source)))

    def _write_text(self, item_id: str, text: str) -> None:
        item = self._list.get(item_id)
        if item is None:
            raise ShareError(NO_ITEM)
        if not isinstance(item.source, MemorySource):
            return
        now = self._opener.contents.get(item.source)
        was_link = editable_text(now) != now.decode("utf-8", "replace")
        content = edited_content(text, item.source.media_type, was_link)
        self._change_content(item, content, self.tr("Edit {what}"))
        self.text_saved.emit(item_id)

    def _share_formatted(self, item_id: str, markup: str) -> None:
        item = self._list.get(item_id)
        if item is None:
            raise ShareError(NO_ITEM)
        self._change_content(item, formatted_content(markup), self.tr("Formatting of {what}"))

    # -- parts of them

    def _change_content(self, item: SharedItem, content: Content, text: str) -> None:
        """The name keeps its stem, and gets the extension of what it is now."""
        stem, extension = split_extension(item.source.own_name)
        name = stem + (content.extension or extension)
        source = self._opener.contents.put(content.data, name, content.media_type, until_quit=item.until_quit)
        self._change_source(item.id, source, source.length, text)

    def _change_source(self, item_id: str, source: Source, size: int | None, text: str) -> None:
        before = self._list.update((item_id,), lambda item: replace(item, source=source, size=size, seen=None))
        self._taken(before, text.format(what=what(before)) if before else "", _with_old_source)


def is_editable(item: SharedItem) -> bool:
    """Whether the owner can edit it here: text that the program keeps itself."""
    return isinstance(item.source, MemorySource) and essence(item.source.media_type).startswith("text/")


def _with_old_source(item: SharedItem, old: SharedItem) -> SharedItem:
    return replace(item, source=old.source, size=old.size, seen=old.seen)


def _found(source: Source, path: str) -> Source:
    """A source of the same kind at another place. Raises SourceError."""
    match source:
        case FolderSource():
            return path_source(path)
        case LiveSource():
            return replace(source, path=file_source(path).path)
    return file_source(path)


def _too_long(item: SharedItem) -> Problem:
    assert isinstance(item.source, MemorySource)
    return Problem(
        "text-too-long",
        "“{name}” is {size} long; up to {most} can be edited here.",
        "Edit it in another program, then paste it anew.",
        (("name", shown(item.download_name)), ("size", human_size(item.source.length)), ("most", human_size(EDITABLE))),
    )


NO_ITEM = Problem(
    "item-removed",
    "What you edited is not in the list any more.",
    "Undo its removal, then save again; or copy the text and paste it into the list.",
)
