"""How an item is sent, in words that a person reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from desktop_share.core.items import ASK_EVERY_TIME, NEVER_KEEP, CachePolicy, Disposition, SharedItem
from desktop_share.core.media_types import OCTET_STREAM, is_active
from desktop_share.core.names import shown
from desktop_share.core.sources import FolderSource, MemorySource, SelectionSource

_UNITS = ((7 * 86_400, "week"), (86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))

# What the owner chooses from.
CACHE_POLICIES = (ASK_EVERY_TIME, NEVER_KEEP, CachePolicy(3_600), CachePolicy(86_400), CachePolicy(7 * 86_400))


def tr(text: str) -> str:
    return QCoreApplication.translate("Presentation", text)


def cache_words(cache: CachePolicy) -> str:
    """'Ask every time', 'May keep for 1 hour'"""
    if cache.seconds is None:
        return tr("Ask every time")
    if cache.seconds == 0:
        return tr("Never keep")
    return tr("May keep for {time}").format(time=_time(cache.seconds))


def _time(seconds: int) -> str:
    """In the largest unit that it is a whole number of."""
    size, unit = next(each for each in _UNITS if seconds % each[0] == 0)
    count = seconds // size
    words = {
        "week": (tr("1 week"), tr("{count} weeks")),
        "day": (tr("1 day"), tr("{count} days")),
        "hour": (tr("1 hour"), tr("{count} hours")),
        "minute": (tr("1 minute"), tr("{count} minutes")),
        "second": (tr("1 second"), tr("{count} seconds")),
    }[unit]
    return words[0] if count == 1 else words[1].format(count=count)


def cache_hint(cache: CachePolicy) -> str:
    """What a policy means for who downloads."""
    if cache.seconds is None:
        return tr("A browser may keep a copy, and asks each time whether it is still the same.")
    if cache.seconds == 0:
        return tr("No copy stays in the browser. What was saved as a file stays.")
    return tr("For that long, a browser may show its copy without asking, even after you changed the item.")


def own_type_words(item: SharedItem) -> str:
    """The media type that an item has as long as nobody chooses one, and where that comes from."""
    own = (item if item.media_type is None else replace(item, media_type=None)).content_type
    if isinstance(item.source, FolderSource | SelectionSource):
        return tr("{type}, as it is sent as a ZIP").format(type=own)
    if isinstance(item.source, MemorySource):
        return tr("{type}, as it was pasted").format(type=own)
    if own == OCTET_STREAM:
        return tr("By its content")
    return tr("{type}, by its name").format(type=own)


def type_placeholder(items: Sequence[SharedItem]) -> str:
    """What the empty field of the media type says."""
    if len({item.media_type for item in items}) > 1:
        return tr("Different types")
    words = own_type_words(items[0]) if items else ""
    same = all(own_type_words(item) == words for item in items)  # stops at the first other one: there may be 10,000
    return words if same else tr("Automatic, for each its own")


def advice(items: Sequence[SharedItem]) -> str:
    """A word of advice on types that could run scripts where they are shown; '' where none is needed."""
    if any(item.disposition is Disposition.INLINE and is_active(item.content_type) for item in items):
        return tr("Shown in a locked box: scripts in it do not run, and it cannot load anything from elsewhere.")
    return ""


def name_note(items: Sequence[SharedItem]) -> str:
    """Under the name: what the item is called on disk, where that differs."""
    if len(items) != 1 or (own := shown(items[0].source.own_name)) == items[0].download_name:
        return ""
    if isinstance(items[0].source, MemorySource):
        return ""
    return tr("“{name}” on disk").format(name=own)
