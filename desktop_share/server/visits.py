"""What a request was for, in words for the owner: looked up again once it is answered, whoever answered it."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from http import HTTPStatus

from flask import Response, g, request

from desktop_share.core.access import Grant, Refusal
from desktop_share.core.access_log import Barred, Visit
from desktop_share.core.devices import device_name
from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link
from desktop_share.server.context import Shared

FRONT_PAGE = "the front page"
LIST = "a list"
NOT_THERE = "a page that is not there"
UNKNOWN_LINK = "a link that opens nothing"
NOT_LOOKED_UP = "a page or a file"
UNREADABLE = "a request that cannot be read"

OF_BYTES = frozenset({"d", "f", "t"})
OF_LINKS = OF_BYTES | {"s", "l"}
_OF_PAGES = frozenset({"page.css", "favicon.ico", "robots.txt"})

_BY_STATUS = {
    HTTPStatus.BAD_REQUEST: Barred.WRONG_HOST,
    HTTPStatus.MISDIRECTED_REQUEST: Barred.WRONG_HOST,
    HTTPStatus.UNAUTHORIZED: Refusal.PASSWORD_NEEDED,
    HTTPStatus.NOT_FOUND: Refusal.UNKNOWN,
    HTTPStatus.TOO_MANY_REQUESTS: Refusal.TOO_MANY,
}


@dataclass(frozen=True, slots=True)
class Meant:
    """link, item   None where the address opens none"""

    what: str
    link: Link | None = None
    item: SharedItem | None = None


def route() -> tuple[str, str]:
    """The first two parts of the path: 'd' and a token; '' where there are none."""
    _, first, second, *_ = (*request.path.split("/", 3), "", "")
    return first, second


def is_probe(context: Shared) -> bool:
    """Whether this program asks itself."""
    first, second = route()
    return first == "d" and same_text(second, context.probe_token)


def same_text(one: str, other: str) -> bool:
    """Compared in constant time; of different lengths, at once."""
    return len(one) == len(other) and secrets.compare_digest(_bytes(one), _bytes(other))


def meant(context: Shared) -> Meant:
    first, address = route()
    doors = context.entrance.doors
    if first == "l" and (listed := doors.lists.find(address)) is not None:
        return Meant(listed.name or LIST, listed.link)
    if first == "t":
        ticket = context.entrance.tickets.find(address)
        found = ticket if isinstance(ticket, Refusal) else ticket.grant
    else:
        found = doors.find(address) if first in OF_LINKS else Refusal.UNKNOWN
    if isinstance(found, Grant):
        return Meant(found.item.download_name, found.link, found.item)
    if first in OF_LINKS:
        return Meant(UNKNOWN_LINK)
    return Meant(NOT_THERE if first else FRONT_PAGE)


def why(status: int) -> str:
    """Why this request was refused with this status, '' for none: as `refusal_page` said, or what the status says."""
    if status < HTTPStatus.BAD_REQUEST:
        return ""
    if status in (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE):
        return ""  # the item is theirs; they asked for a part that it does not have
    told = g.get("why")
    if told is not None:
        return str(told)
    otherwise = Barred.FAILED if status >= HTTPStatus.INTERNAL_SERVER_ERROR else Barred.NOT_POSSIBLE
    return str(_BY_STATUS.get(HTTPStatus(status), otherwise))


def visit(response: Response, known: Meant, reason: str) -> Visit | None:
    """None for what browsers ask for by themselves."""
    first, _ = route()
    if first in _OF_PAGES and not reason:
        return None
    what = known.what
    if first == "f" and known.item is not None and not reason:
        what = f"{what}: {request.path.split('/', 3)[3]}"
    return Visit(
        time.time(),
        request.remote_addr or "",
        device_name(request.headers.get("User-Agent", "")),
        request.method,
        what,
        response.status_code,
        reason,
        "" if known.link is None else known.link.id,
    )


def unread(client: str, status: int) -> Visit:
    """Of what was refused before it reached a route."""
    failed = status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return Visit(time.time(), client, "", "", UNREADABLE, status, Barred.FAILED if failed else Barred.NOT_POSSIBLE)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
