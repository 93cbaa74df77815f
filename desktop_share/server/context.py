"""What the routes know of the rest of the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask import current_app, request

from desktop_share.core.digests import Digests
from desktop_share.core.entrance import Entrance
from desktop_share.core.errors import SourceError, StorageError
from desktop_share.core.items import SharedItem
from desktop_share.core.opening import Opened, Opener
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import FolderSource, SelectionSource
from desktop_share.core.transfer_book import TransferBook
from desktop_share.core.tree import Entry
from desktop_share.server.hosts import HostPolicy

SHARED = "desktop_share"
_OF_A_VERSION = ("Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range")

_Known = TypeVar("_Known")


@dataclass(frozen=True, slots=True)
class Shared:
    """Given to `create_app`; the routes get it from `shared()`.

    host_policy   the names under which this server may be addressed; None while every Host is accepted
    paused        whether the owner pauses all sharing now
    probe_token   a secret of this run: its address answers 204, which proves that it is this server that answers
    """

    share_list: ShareList
    transfers: TransferBook
    digests: Digests
    opener: Opener
    entrance: Entrance
    host_policy: Callable[[], HostPolicy | None]
    paused: Callable[[], bool]
    probe_token: str


def shared() -> Shared:
    """Of the app that answers the present request."""
    found: Shared = current_app.extensions[SHARED]
    return found


def look_at(shared: Shared, item: SharedItem) -> Opened | None:
    """The item's bytes as they are now, for the present request; None where there are none, see `asked`."""
    return asked(shared, item, lambda: shared.opener.open(item, soon=_begins()))


def _begins() -> bool:
    """Whether it takes the whole and knows no version of it. Only then length and validators can be left out: a range,
    a condition and HEAD are about them, and HTTP/1.0 tells by the length alone whether all has come."""
    is_1_0 = request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
    return request.method != "HEAD" and not is_1_0 and not any(name in request.headers for name in _OF_A_VERSION)


def asked(shared: Shared, item: SharedItem, look: Callable[[], _Known]) -> _Known | None:
    """What `look` says of the item's source; what is wrong with it, or no longer, is told to the owner."""
    share_list = shared.share_list
    try:
        known = look()
    except (SourceError, StorageError) as error:
        share_list.report(item.id, error.problem)
        return None
    if share_list.problem(item.id) is not None:
        share_list.report(item.id, None)
    return known


def entries_of(context: Shared, item: SharedItem) -> Mapping[str, Entry] | None:
    """What is in the archive of a folder or a selection now, by name; None where it cannot be had."""
    source = item.source
    assert isinstance(source, FolderSource | SelectionSource)
    return asked(context, item, lambda: context.opener.indexes.entries(source))
