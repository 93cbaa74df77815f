"""The page of one item: what a link gives, before it gives it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, Response, request

from desktop_share.core.access import Grant, Refusal
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.representation import Representation
from desktop_share.core.sizes import counted, human_size
from desktop_share.core.sources import FolderSource, LiveSource, SelectionSource
from desktop_share.server.context import Shared, asked, entries_of, look_at, shared
from desktop_share.server.gate import enter
from desktop_share.server.headers import is_shown
from desktop_share.server.item_addresses import bytes_address, folder_address
from desktop_share.server.pages import one_line, page, refusal_page, wants_html

NOTES = "How to download.txt"  # as what a tool saves the page that it did not expect

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
    opened = enter(token)
    return show(shared(), opened) if isinstance(opened, Grant) else opened


def show(context: Shared, grant: Grant) -> Response:
    """The page. Where downloads are counted, its button is a form that begins one, and a tool gets lines of text.

    That is a 200 too: nothing was refused, and what is here is a page. A tool that saves it all the same saves it
    under a name that says what it is.
    """
    item = grant.item
    look = _look(context, item)
    if look is None:
        return refusal_page(Refusal.SOURCE_MISSING)
    is_counted = grant.link.limit is not None
    if is_counted and not wants_html():
        return _for_tools(grant, look)
    is_folder = isinstance(item.source, FolderSource | SelectionSource)
    response = page(
        "item.html",
        name=item.download_name,
        kind="folder" if is_folder else "live" if isinstance(item.source, LiveSource) else "file",
        facts=look.facts,
        sha256=look.sha256,
        inline=item.disposition is Disposition.INLINE,
        can_be_shown=is_shown(look.media_type),
        link=bytes_address(grant.address, item),
        folder=folder_address(grant.address, "") if is_folder and not is_counted else "",
        left=downloads_left(grant),
        command=_command(grant) if is_counted else "",
    )
    if is_counted:
        response.vary.add("Accept")
    return response


def folder_as_archive_only(context: Shared, grant: Grant) -> Response:
    """A refusal of a list or of one file, where downloads are counted: the folder is one of them, as a whole."""
    response = show(context, grant)
    if response.status_code == HTTPStatus.OK:
        response.status_code = HTTPStatus.FORBIDDEN
    return response


def downloads_left(grant: Grant) -> str:
    """'2 of 3 downloads left', '1 download left'; '' where there is no limit."""
    link = grant.link
    if link.limit is None or link.left is None:
        return ""
    return (
        f"{counted(link.left, 'download')} left" if link.limit == 1 else f"{link.left} of {link.limit} downloads left"
    )


def _for_tools(grant: Grant, look: _Look) -> Response:
    lines = (
        f"{grant.item.download_name} · {' · '.join(look.facts)}",
        f"{downloads_left(grant)}. This command begins one:",
        _command(grant),
    )
    response = one_line(HTTPStatus.OK, "\n".join(lines))
    response.headers["Content-Disposition"] = f'inline; filename="{NOTES}"'
    response.vary.add("Accept")
    return response


def _command(grant: Grant) -> str:
    """curl asks for the password itself: on a command line, every program of that computer could read it."""
    link = shlex.quote(request.host_url.rstrip("/") + bytes_address(grant.address, grant.item))
    return f"curl {'-u any ' if grant.link.password_hash else ''}-OJ -X POST {link}"


def live_fact(context: Shared, source: LiveSource) -> str:
    """Of a stream that has ended, its size."""
    size = context.opener.streams.final_size(source)
    return "Live: goes on while it grows" if size is None else human_size(size)


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
        assert isinstance(item.source, LiveSource)
        return _Look((live_fact(context, item.source),), opened.media_type)
    digest = context.digests.of(item.id, opened.etag)
    if digest is None:
        context.digests.want(item.id)
    return _Look((human_size(opened.length),), opened.media_type, "" if digest is None else digest.hex())
