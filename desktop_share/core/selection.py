"""Several items as one: what is in their archive, under which names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from desktop_share.core.items import SharedItem
from desktop_share.core.sources import FolderSource, LiveSource, Member, SelectionSource


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
