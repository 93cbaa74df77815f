"""The gate: every route that a link opens goes through here, and nowhere else is decided who may have what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from flask import Response, after_this_request, request

from desktop_share.core.access import Asker, Grant, ListGrant, Proof, Refusal, judge
from desktop_share.core.entrance import Entrance
from desktop_share.core.links import Link
from desktop_share.server import approval_page
from desktop_share.server.context import shared
from desktop_share.server.cookies import has_cookie
from desktop_share.server.item_addresses import list_address, page_address
from desktop_share.server.pages import refusal_page
from desktop_share.server.password_page import password_page

G = TypeVar("G", Grant, ListGrant)


def enter(address: str) -> Grant | Response:
    """What stands in an address in the place of a token: the item that it opens for who asks, or why it does not."""
    context = shared()
    return _entered(
        address,
        lambda asker: context.entrance.doors.open(address, asker, paused=context.paused()),
        page_address(address),
    )


def enter_list(token: str) -> ListGrant | Response:
    """As `enter`, for the page of a list."""
    context = shared()
    return _entered(
        token,
        lambda asker: context.entrance.doors.open_list(token, asker, paused=context.paused()),
        list_address(token),
    )


def enter_with_ticket(address: str) -> Grant | Response:
    """As `enter`, for who holds a place among the downloads that the link has left: that they are all delivered
    meanwhile, this one among them, is no refusal."""
    context = shared()
    doors = context.entrance.doors

    def look(asker: Asker) -> Grant | Refusal:
        if context.paused():
            return Refusal.PAUSED
        found = doors.find(address)
        if isinstance(found, Refusal):
            return found
        return judge(replace(found.link, limit=None), asker, doors.clock(), ask_always=doors.ask_always()) or found

    return _entered(address, look, page_address(address))


def _entered(address: str, look: Callable[[Asker], G | Refusal], form: str) -> G | Response:
    """`address`: as for `enter`, or the token of a list. `form`: where the password page sends what is typed."""
    password = _ShownPassword(shared().entrance)
    found = look(_asker(address, password))
    if not isinstance(found, Refusal):
        return found
    if found in (Refusal.PASSWORD_NEEDED, Refusal.PASSWORD_WRONG):
        return password_page(found, form, wait=password.wait)
    return approval_page.waiting(address) if found is Refusal.WAITING else refusal_page(found)


def _asker(address: str, password: _ShownPassword) -> Asker:
    return Asker(password=password, approval=lambda link: approval_page.standing(link, address))


class _ShownPassword:
    """What this request shows for a link's password: a cookie, which is never slowed, or Basic (RFC 7617), of which
    the user name does not matter.

    wait   whole seconds for which the client's guesses are not looked at; None: they are
    """

    def __init__(self, entrance: Entrance) -> None:
        self._entrance = entrance
        self.wait: int | None = None

    def __call__(self, link: Link) -> Proof:
        after_this_request(_depends_on_who_asks)
        if has_cookie(self._entrance, link):
            return Proof.GIVEN
        try:
            shown = request.authorization
        except ValueError:  # of werkzeug, for Base64 with letters beyond ASCII
            shown = None
        if shown is None or shown.type != "basic" or shown.password is None:
            return Proof.NONE
        answer = self._entrance.guessing.guess(request.remote_addr or "", link, shown.password)
        if isinstance(answer, Proof):
            return answer
        self.wait = answer
        return Proof.WRONG


def _depends_on_who_asks(response: Response) -> Response:
    """No copy of this answer is for a request with other proofs."""
    response.vary.update(("Cookie", "Authorization"))
    return response
