"""The page of a link to a list: its items, each with its buttons, and all of them as one ZIP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, request

from desktop_share.core.access import ListGrant, item_address
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.links import Link, ListLink
from desktop_share.core.list_links import ALL
from desktop_share.core.media_types import essence, is_text
from desktop_share.core.sizes import counted, human_size
from desktop_share.core.sources import FolderSource, LiveSource, SelectionSource
from desktop_share.server.context import Shared, asked, shared
from desktop_share.server.folders import PER_PAGE, page_number
from desktop_share.server.gate import enter_list
from desktop_share.server.headers import is_shown
from desktop_share.server.item_addresses import bytes_address, folder_address
from desktop_share.server.item_page import live_fact
from desktop_share.server.pages import page

FILTER_FROM = 20  # items; fewer are seen at once
EMPTY_REFRESH_SECONDS = 10
MOST_LOOKED_AT = 500  # members of a ZIP that are looked at for its exact size: 5 ms

blueprint = Blueprint("list_pages", __name__)


class Choice(NamedTuple):
    """A button: what it says, and the address that it leads to. `takes`: a download is begun with it."""

    text: str
    address: str
    takes: bool = True


class Row(NamedTuple):
    """`choices`: as the owner chose first; none where the item cannot be had now."""

    name: str
    kind: str
    facts: str
    address: str
    choices: tuple[Choice, ...]


@blueprint.get("/l/<token>", provide_automatic_options=False)
def list_page(token: str) -> Response:
    context = shared()
    opened = enter_list(token)
    if not isinstance(opened, ListGrant):
        return opened
    listed = opened.listed
    items = context.entrance.lists.items(listed)
    if not items:
        response = page("list.html", title=_title(listed), facts="", rows=(), empty=True)
        response.headers["Refresh"] = str(EMPTY_REFRESH_SECONDS)
        return response
    wanted = request.args.get("q", "").strip()[:200] if len(items) >= FILTER_FROM else ""
    found = [item for item in items if wanted.casefold() in item.download_name.casefold()]
    number, last = page_number(len(found))
    rows = [_row(context, listed.link, item) for item in found[(number - 1) * PER_PAGE : number * PER_PAGE]]
    search = f"q={quote(wanted, safe='')}&" if wanted else ""
    return page(
        "list.html",
        title=_title(listed),
        facts=_facts(listed.link, items, found, wanted),
        rows=rows,
        archive=_archive(context, listed, items),
        limited=listed.link.limit is not None,
        has_live=any(isinstance(item.source, LiveSource) for item in items),
        here=f"/l/{quote(token, safe='')}",
        filters=len(items) >= FILTER_FROM,
        wanted=wanted,
        number=number,
        last=last,
        before=f"?{search}page={number - 1}" if number > 1 else "",
        after=f"?{search}page={number + 1}" if number < last else "",
    )


def _title(listed: ListLink) -> str:
    return listed.name or "Shared with you"


def _facts(link: Link, items: Sequence[SharedItem], found: Sequence[SharedItem], wanted: str) -> str:
    if wanted:
        return f"{len(found):,} of {counted(len(items), 'item')}"
    total = sum(item.size or 0 for item in items)
    facts = [counted(len(items), "item"), *([human_size(total)] if total else [])]
    if link.left is not None:
        facts.append(f"{counted(link.left, 'download')} left")
    return " · ".join(facts)


def _row(context: Shared, link: Link, item: SharedItem) -> Row:
    address = item_address(link.token, item.id)
    page_address = f"/s/{quote(address, safe='')}"
    size = asked(context, item, lambda: context.opener.size(item))
    if context.share_list.problem(item.id) is not None:
        return Row(item.download_name, _kind(item), "The sender’s file is missing now", page_address, ())
    known = item.size if size is None else size
    if isinstance(item.source, LiveSource):
        facts = live_fact(context, item.source)
    elif isinstance(item.source, FolderSource | SelectionSource):
        facts = "ZIP" if known is None else f"ZIP · {human_size(known)}"
    else:
        facts = "" if known is None else human_size(known)
    return Row(
        item.download_name, _kind(item), facts, page_address, _choices(address, item, is_limited=link.limit is not None)
    )


def _choices(address: str, item: SharedItem, *, is_limited: bool) -> tuple[Choice, ...]:
    link = bytes_address(address, item)
    if isinstance(item.source, FolderSource | SelectionSource):
        archive = Choice(
            "Download", link if is_limited else f"{link}?as=attachment"
        )  # what is in it would be downloads that nobody counts
        return (archive,) if is_limited else (archive, Choice("Open", folder_address(address, ""), takes=False))
    if item.disposition is Disposition.INLINE:
        return Choice("Open", link), Choice("Download", f"{link}?as=attachment")
    download = Choice("Download", link)
    return (download, Choice("Open", f"{link}?as=inline")) if is_shown(item.content_type) else (download,)


def _archive(context: Shared, listed: ListLink, items: Sequence[SharedItem]) -> Choice | None:
    """All items as one ZIP; none where that would be a single file, or nothing that has an end."""
    item = context.entrance.lists.together(listed)
    if item is None or not isinstance(item.source, SelectionSource):
        return None
    members = item.source.members
    if len(members) == 1 and not isinstance(members[0].source, FolderSource):
        return None
    size = _archive_size(context, item, item.source, items).replace(" ", "\N{NO-BREAK SPACE}")
    return Choice(f"Download all as ZIP ({size})", bytes_address(item_address(listed.link.token, ALL), item))


def _archive_size(context: Shared, item: SharedItem, source: SelectionSource, items: Sequence[SharedItem]) -> str:
    """Exact where that is quickly known: folders are not looked through for a page."""
    has_folders = any(isinstance(each.source, FolderSource) for each in source.members)
    if len(source.members) <= MOST_LOOKED_AT and not has_folders:
        archive = asked(context, item, lambda: context.opener.indexes.archive(source))
        if archive is not None:
            archive.close()
            return human_size(archive.length)
    return f"about {human_size(sum(each.size or 0 for each in items))}"


def _kind(item: SharedItem) -> str:
    """Which picture stands for it."""
    if isinstance(item.source, FolderSource | SelectionSource):
        return "folder"
    if isinstance(item.source, LiveSource):
        return "live"
    plain = essence(item.content_type)
    kind = plain.partition("/")[0]
    if kind in ("image", "video", "audio"):
        return kind
    return "text" if plain == "application/pdf" or is_text(plain) else "file"
