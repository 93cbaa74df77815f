"""Several items as one ZIP: what is in it, under which names, and what it is called."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Iterator

from PySide6.QtCore import QCoreApplication

from desktop_share.core.items import SharedItem
from desktop_share.core.sources import FolderSource, LiveSource, Member, SelectionSource
from desktop_share.gui.pasted import unused


def members_of(items: Iterable[SharedItem]) -> tuple[Member, ...]:
    """What a ZIP of these items holds, by the names that the owner gave them; what is in a ZIP of several already,
    beside the rest; without streams, which have no end."""
    return tuple(dict.fromkeys(member for item in items for member in _members(item)))


def _members(item: SharedItem) -> Iterator[Member]:
    match item.source:
        case LiveSource():
            return
        case SelectionSource(members):
            yield from members
        case FolderSource() as source:
            yield Member(item.download_name.removesuffix(".zip"), source)
        case source:
            yield Member(item.download_name, source)


def selection_name(count: int, now: float, taken: Collection[str]) -> str:
    """'3 items 2026-11-22.zip', told apart from the names in `taken`."""
    words = QCoreApplication.translate("Pasted", "1 item" if count == 1 else "{count} items").format(count=count)
    return unused(f"{words} {time.strftime('%Y-%m-%d', time.localtime(now))}", ".zip", taken)
