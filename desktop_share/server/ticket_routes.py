"""One download of a link whose downloads are counted: it is begun with a POST, and gets a ticket.

A browser is sent on to the ticket's address; a tool has the bytes at once, with that address in Content-Location, for
the rest of a download that broke off. The ticket's address serves them like any other: with ranges, over several
connections, as often as it takes until they are all there. It is a secret, and who comes with it shows the link's
password and is approved all the same.
"""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, request

from desktop_share.core.access import Grant, Refusal
from desktop_share.core.tickets import RESUME_SECONDS, Ticket
from desktop_share.server.context import look_at, shared
from desktop_share.server.cookies import give_cookie, give_cookies, has_cookie, item_path
from desktop_share.server.delivering import deliver
from desktop_share.server.gate import enter, enter_with_ticket
from desktop_share.server.item_addresses import bytes_address, ticket_address
from desktop_share.server.pages import as_asked, message_page, refusal_page, see_other, wants_html

TICKET_SECONDS = int(RESUME_SECONDS)

blueprint = Blueprint("tickets", __name__)


@blueprint.post("/d/<token>", provide_automatic_options=False)
@blueprint.post("/d/<token>/<path:name>", provide_automatic_options=False)
def begin(token: str, name: str = "") -> Response:  # noqa: ARG001  as in `downloads`
    context = shared()
    opened = enter(token)
    if not isinstance(opened, Grant):
        return opened
    if opened.link.limit is None:
        return _not_counted(opened)
    content = look_at(context, opened.item)  # before a place is taken for what is not there
    if content is None:
        return refusal_page(Refusal.SOURCE_MISSING)
    ticket = _begun_before(opened) or context.entrance.tickets.open(opened)
    if isinstance(ticket, Refusal) or wants_html():
        content.close()
        return refusal_page(ticket) if isinstance(ticket, Refusal) else _with_ticket(opened, ticket)
    return deliver(context, replace(opened, item=as_asked(opened.item)), content, ticket=ticket)


@blueprint.route("/t/<token>", methods=["GET", "HEAD"], provide_automatic_options=False)
@blueprint.route("/t/<token>/<path:name>", methods=["GET", "HEAD"], provide_automatic_options=False)
def download_with_ticket(token: str, name: str = "") -> Response:  # noqa: ARG001
    context = shared()
    if context.paused():  # a guess and a ticket get one answer
        return refusal_page(Refusal.PAUSED)
    ticket = context.entrance.tickets.find(token)
    if isinstance(ticket, Refusal):
        return refusal_page(ticket)
    opened = enter_with_ticket(ticket.grant.address)
    if not isinstance(opened, Grant):
        return opened
    content = look_at(context, opened.item)
    if content is None:
        return refusal_page(Refusal.SOURCE_MISSING)
    return deliver(context, replace(opened, item=as_asked(opened.item)), content, ticket=ticket)


def _not_counted(grant: Grant) -> Response:
    """GET is for that; the page that a browser posts from is older than the end of the limit."""
    if wants_html():
        return _sent_to(bytes_address(grant.address, grant.item))
    response = message_page(HTTPStatus.METHOD_NOT_ALLOWED)
    response.headers["Allow"] = "GET, HEAD"
    return response


def _begun_before(grant: Grant) -> Ticket | None:
    """The ticket that this browser has already, of a download that it did not get."""
    tickets = shared().entrance.tickets
    shown = request.cookies.getlist(_cookie_name(grant)) if wants_html() else []
    return next((ticket for each in shown if (ticket := tickets.again(each, grant)) is not None), None)


def _cookie_name(grant: Grant) -> str:
    return f"ticket-{grant.link.id}"


def _with_ticket(grant: Grant, ticket: Ticket) -> Response:
    """To the ticket's address, at which a browser is known too that gave the password; and it remembers the ticket."""
    address = ticket_address(ticket.token, grant.item)
    response = _sent_to(address)
    give_cookie(response, _cookie_name(grant), ticket.token, path=item_path("d", grant.address), seconds=TICKET_SECONDS)
    if has_cookie(shared().entrance, grant.link):
        give_cookies(response, shared().entrance, grant.link, (f"/t/{ticket.token}",))
    return response


def _sent_to(address: str) -> Response:
    wanted = request.args.get("as")
    asked = f"?as={wanted}" if wanted in ("attachment", "inline") else ""
    return see_other(address + asked)
