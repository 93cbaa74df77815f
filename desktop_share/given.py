"""What a start of the terminal mode was given, as items of the list."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from desktop_share.core.errors import Problem, ShareError
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.opening import Opener
from desktop_share.core.options import STDIN, Options
from desktop_share.core.paths import resource
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import (
    FileSource,
    FolderSource,
    LiveSource,
    Member,
    MemorySource,
    SelectionSource,
    Source,
    path_source,
)

NO_INPUT = Problem("no-input", "Standard input is closed.", "Send something into it, or leave “-” out.")


def given_items(options: Options, share_list: ShareList, opener: Opener) -> Sequence[SharedItem]:
    """The items of the options, in the list and presented as asked; without any, what is in the list already, or else
    a welcome file. Raises ShareError for what cannot be shared."""
    sources = _sources(options, opener)
    if not sources:
        if len(share_list):
            return share_list.snapshot()
        sources = [path_source(resource("welcome", "welcome.html"))]
        options = replace(options, disposition=options.disposition or Disposition.INLINE)
    if options.as_zip:
        options = replace(options, name=None)  # the source has it, with its extension
    added = share_list.add([options.applied(_item(source, opener)) for source in sources])
    share_list.update((item.id for item in added.items), options.applied)
    return [item for each in added.items if (item := share_list.get(each.id)) is not None]


def feed_standard_input(items: Sequence[SharedItem], opener: Opener) -> None:
    """Begin to read it, where it is among the items. Raises ShareError when there is none."""
    for item in items:
        if isinstance(item.source, LiveSource) and item.source.path is None:
            if sys.stdin is None:
                raise ShareError(NO_INPUT)
            if sys.stdin.isatty():
                end = "Ctrl-Z and Enter" if sys.platform == "win32" else "Ctrl-D"
                hint = f"desktop-share: what you type here is shared; {end} on a line of its own ends it."
                print(hint, file=sys.stderr, flush=True)
            opener.streams.feed(item.source, sys.stdin.buffer)


def _sources(options: Options, opener: Opener) -> list[Source]:
    if options.as_zip:
        sources: list[Source] = [_archive(options)]
    else:
        sources = [_source(path, options) for path in options.paths]
    if options.text is not None:
        name = time.strftime("Note %Y-%m-%d %H.%M.txt")
        sources.append(opener.contents.put(options.text.encode("utf-8", "replace"), name, "text/plain; charset=utf-8"))
    return sources


def _source(path: str, options: Options) -> Source:
    return LiveSource(None, name=options.name or "stdin") if path == STDIN else path_source(path)


def _archive(options: Options) -> SelectionSource:
    members = tuple(map(_member, dict.fromkeys(map(path_source, options.paths))))
    name = options.name or (Path(members[0].name).stem if len(members) == 1 else "Files")
    return SelectionSource(members, name if name.lower().endswith(".zip") else f"{name}.zip")


def _member(source: FileSource | FolderSource) -> Member:
    name = source.path.name if isinstance(source, FileSource) else source.path.name or "Folder"
    return Member(name, source)


def _item(source: Source, opener: Opener) -> SharedItem:
    """Folders are not looked into here: the links are there at once."""
    known = isinstance(source, FileSource | MemorySource)
    item = SharedItem(source, time.time(), until_quit=isinstance(source, LiveSource) and source.path is None)
    return replace(item, size=opener.size(item)) if known else item
