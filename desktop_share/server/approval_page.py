"""Letting new devices in, as the recipient sees it: a page that waits for a person, a request that waits for a tool."""

from __future__ import annotations

import re
import secrets
import socket
from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response, g, request

from desktop_share.core.access import Grant, Refusal
from desktop_share.core.approvals import GONE_SECONDS, UNANSWERED_SECONDS
from desktop_share.core.devices import device_name
from desktop_share.core.links import Link
from desktop_share.server.context import shared
from desktop_share.server.pages import page, refusal_page, wants_html
from desktop_share.server.parking import PARKS, WAITED, Parked

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

COOKIE = "device"
COOKIE_SECONDS = 365 * 86400
REFRESH_SECONDS = 3
TOOL_SECONDS = GONE_SECONDS  # no longer than tools and people behind them wait
_SECRET = re.compile("[A-Za-z0-9_-]{43}")


class Waits(Response):
    """An answer that is given only where requests cannot be parked; the server parks this one."""

    def __init__(self, refusal: Response, parked: Parked) -> None:
        super().__init__(refusal.get_data(), refusal.status, refusal.headers)
        self._parked = parked

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if environ.get(PARKS) and not environ.get(WAITED):
            return self._parked
        return super().__call__(environ, start_response)


def standing(link: Link, address: str) -> Refusal | None:
    """Whether the owner lets in who asks now; asks the owner about a device that is new. For `Asker.approval`."""
    approvals = shared().entrance.approvals
    if request.environ.get(WAITED):
        return approvals.answered(_secret(), link)
    if _is_new_browser():
        # No question yet: previews, bots and browsers that refuse cookies never come back with it
        return Refusal.WAITING
    g.awaited_link = link
    client, lasting, waits = request.remote_addr or "", _has_cookie(), not wants_html()
    return approvals.ask(_secret(), link, client, _device(), _named(address), lasting=lasting, waits=waits)


def waiting(address: str) -> Response:
    """The answer to who waits: a page that asks again by itself, or for tools the same request once it is decided."""
    if not wants_html():
        parked = Parked(partial(shared().entrance.approvals.when_answered, _secret(), g.awaited_link), TOOL_SECONDS)
        refusal = refusal_page(Refusal.NOT_APPROVED)
        g.why = Refusal.WAITING  # it is no refusal until they have waited
        return Waits(refusal, parked)
    g.why = Refusal.WAITING
    is_new = _is_new_browser()
    response = page(
        "waiting.html",
        computer=socket.gethostname(),
        device=_device(),
        checks_cookies=is_new,
        minutes=round(UNANSWERED_SECONDS / 60),
    )
    response.status_code = 403
    response.headers["Vary"] = "Accept, Cookie"
    response.headers["Refresh"] = f"{1 if is_new else REFRESH_SECONDS}{_onward(address)}"
    if is_new:
        _give_cookie(response)
    return response


def _secret() -> str:
    """What this device shows: its cookie. Without one, its address and what it says it is, which are weaker: whoever
    has both the same, behind one router, one tunnel or on one computer, is let in with it, so not for long. It is no
    cookie's value."""
    if _has_cookie():
        return request.cookies[COOKIE]
    return f"{request.remote_addr} {request.headers.get('User-Agent', '')}"


def _has_cookie() -> bool:
    return _SECRET.fullmatch(request.cookies.get(COOKIE, "")) is not None


def _is_new_browser() -> bool:
    return wants_html() and not _has_cookie()


def _give_cookie(response: Response) -> None:
    # Lax: with Strict, the cookie would not come along when a link is followed out of a web mail or a chat in the
    # browser, and a device that was let in would be new again. It is sent with no request that another site's page
    # makes for itself, and opens nothing without the link.
    response.set_cookie(
        COOKIE, secrets.token_urlsafe(32), max_age=COOKIE_SECONDS, path="/", httponly=True, samesite="Lax"
    )


def _device() -> str:
    return device_name(request.headers.get("User-Agent", ""))


def _named(address: str) -> str:
    """What is asked for, in the owner's words."""
    doors = shared().entrance.doors
    found = doors.find(address)
    if isinstance(found, Grant):
        return found.item.download_name
    listed = doors.lists.find(address)
    return "" if listed is None else listed.name


def _onward(address: str) -> str:
    """Where the page goes on, where that is not its own address: a download would leave the page standing as it is,
    and a form is not sent again."""
    first = request.path.split("/")[1]
    if first == "f":
        return f"; url=/s/{quote(address, safe='~')}/files/"
    return f"; url=/s/{quote(address, safe='~')}" if first in ("d", "t") else ""
