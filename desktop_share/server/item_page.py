"""The page of one item: what a link gives, before it gives it."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, Response

from desktop_share.core.access import Grant, Refusal
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.representation import Representation
from desktop_share.core.sizes import human_size
from desktop_share.core.sources import FolderSource, LiveSource, SelectionSource
from desktop_share.server.context import Shared, asked, look_at, shared
from desktop_share.server.folders import bytes_address, counted, entries_of, folder_address
from desktop_share.server.gate import enter
from desktop_share.server.headers import is_shown
from desktop_share.server.pages import page, refusal_page

blueprint = Blueprint("item_page", __name__)


@dataclass(frozen=True, slots=True)
class _Look:
    """What the page tells: `facts` in the order of importance, `sha256` in hexadecimal, '' while it is not known."""

    facts: tuple[str, ...]
    media_type: str = ""
    sha256: str = ""


@blueprint.get("/s/<token>", provide_automatic_options=False)
def item_page(token: str) -> Response:
    """Name, size, the SHA-256 once it is known, and one button as the owner chose, with the other choice beside it."""
    context = shared()
    opened = enter(token)
    if not isinstance(opened, Grant):
        return opened
    item = opened.item
    look = _look(context, item)
    if look is None:
        return refusal_page(Refusal.SOURCE_MISSING)
    is_folder = isinstance(item.source, FolderSource | SelectionSource)
    return page(
        "item.html",
        name=item.download_name,
        kind="folder" if is_folder else "live" if isinstance(item.source, LiveSource) else "file",
        facts=look.facts,
        sha256=look.sha256,
        inline=item.disposition is Disposition.INLINE,
        can_be_shown=is_shown(look.media_type),
        link=bytes_address(token, item),
        folder=folder_address(token, "") if is_folder else "",
    )


def _look(context: Shared, item: SharedItem) -> _Look | None:
    """The item as it is now; None where it cannot be had. An archive is not made for it."""
    if isinstance(item.source, FolderSource | SelectionSource):
        entries = entries_of(context, item)
        if entries is None:
            return None
        length = asked(context, item, lambda: context.opener.size(item))
        size = "size not known yet" if length is None else human_size(length)
        files = sum(not name.endswith("/") for name in entries)
        return _Look(("ZIP", size, counted(files, "file")))
    opened = look_at(context, item)
    if opened is None:
        return None
    opened.close()
    if not isinstance(opened, Representation):
        return _Look(("Live: goes on while it grows",), opened.media_type)
    digest = context.digests.of(item.id, opened.etag)
    if digest is None:
        context.digests.want(item.id)
    return _Look((human_size(opened.length),), opened.media_type, "" if digest is None else digest.hex())
