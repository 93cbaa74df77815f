"""The gate: every route that a link opens goes through here, and nowhere else is decided who may have what."""

from __future__ import annotations

from flask import Response

from desktop_share.core.access import Asker, Grant, ListGrant, Refusal
from desktop_share.server import approval_page
from desktop_share.server.context import shared
from desktop_share.server.pages import refusal_page


def enter(address: str) -> Grant | Response:
    """What stands in an address in the place of a token: the item that it opens for who asks, or why it does not."""
    context = shared()
    found = context.entrance.doors.open(address, _asker(address), paused=context.paused())
    return _refused(found, address) if isinstance(found, Refusal) else found


def enter_list(token: str) -> ListGrant | Response:
    """As `enter`, for the page of a list."""
    context = shared()
    found = context.entrance.doors.open_list(token, _asker(token), paused=context.paused())
    return _refused(found, token) if isinstance(found, Refusal) else found


def _asker(address: str) -> Asker:
    return Asker(approval=lambda link: approval_page.standing(link, address))


def _refused(refusal: Refusal, address: str) -> Response:
    return approval_page.waiting(address) if refusal is Refusal.WAITING else refusal_page(refusal)
