"""What a person sees in a browser where there are no bytes to give; one line of text for tools."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, g, make_response, render_template, request

from desktop_share.core.access import Refusal
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.paths import resource
from desktop_share.server.headers import PAGE_SECURITY_POLICY

blueprint = Blueprint("pages", __name__)

_REFUSALS = {
    Refusal.UNKNOWN: (
        HTTPStatus.NOT_FOUND,
        "This link opens nothing",
        "It may have been cut off when it was copied, or it is no longer shared. "
        "Ask whoever sent it for the link again.",
    ),
    Refusal.REVOKED: (
        HTTPStatus.GONE,
        "This link was taken back",
        "Its sender does not share it any more. Ask them for a new link.",
    ),
    Refusal.EXPIRED: (
        HTTPStatus.GONE,
        "This link’s time is over",
        "It was good for a while only. Ask its sender for a new link.",
    ),
    Refusal.USED_UP: (
        HTTPStatus.GONE,
        "All downloads of this link are used up",
        "It was good for a number of downloads only. Ask its sender for a new link.",
    ),
    Refusal.ALL_TAKEN: (
        HTTPStatus.TOO_MANY_REQUESTS,
        "Somebody else is downloading it",
        "No more downloads of this link may begin now. Should one be given up, there is a place again: "
        "try in a few minutes.",
    ),
    Refusal.PASSWORD_NEEDED: (
        HTTPStatus.UNAUTHORIZED,
        "This link needs a password",
        "Ask its sender for the password.",
    ),
    Refusal.PASSWORD_WRONG: (
        HTTPStatus.UNAUTHORIZED,
        "That is not the password",
        "Look at it again: capital letters count.",
    ),
    Refusal.SIGNATURE_WRONG: (
        HTTPStatus.FORBIDDEN,
        "This link is not right",
        "It was changed or cut off on its way, or taken back. Ask whoever sent it for the link again.",
    ),
    Refusal.NOT_APPROVED: (
        HTTPStatus.FORBIDDEN,
        "You were not let in",
        "The sender decides about each new device. Ask them, and open the link again.",
    ),
    Refusal.WAITING: (
        HTTPStatus.FORBIDDEN,
        "Waiting for the sender",
        "They have been asked whether to let you in.",
    ),
    Refusal.TOO_MANY: (
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many requests",
        "Wait a little, then try again.",
    ),
    Refusal.WRONG_NETWORK: (
        HTTPStatus.FORBIDDEN,
        "Not from here",
        "The sender shares with other networks only. Ask them, or open the link in their network.",
    ),
    Refusal.PAUSED: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        "Sharing is paused",
        "The link is right, but its sender has paused sharing. Try again in a few minutes.",
    ),
    Refusal.CHANGED: (
        HTTPStatus.CONFLICT,
        "The file has changed",
        "You have the beginning of an earlier version. Delete that part and download the file anew.",
    ),
    Refusal.SOURCE_MISSING: (
        HTTPStatus.NOT_FOUND,
        "The sender’s file is missing",
        "The link is right, but the file was moved or cannot be read on the sender’s computer. "
        "Tell the sender: they have been shown it too.",
    ),
}

_STATUSES = {
    HTTPStatus.BAD_REQUEST: ("That request was not understood", "Open the link again, just as it was sent to you."),
    HTTPStatus.FORBIDDEN: (
        "That came from another page",
        "Only the page of the link itself can ask for this. Open the link, just as it was sent to you.",
    ),
    HTTPStatus.NOT_FOUND: _REFUSALS[Refusal.UNKNOWN][1:],
    HTTPStatus.METHOD_NOT_ALLOWED: ("That is not possible here", "Open the link in a browser to get the file."),
    HTTPStatus.MISDIRECTED_REQUEST: (
        "This address is not one of ours",
        "Open the link just as it was sent to you, with the same name or number in front.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: (
        "Something went wrong on the sender’s computer",
        "Try again. If it happens again, tell the sender.",
    ),
}


@blueprint.get("/", provide_automatic_options=False)
def front() -> Response:
    """Reveals nothing: not what is shared, not by whom."""
    return _page(HTTPStatus.OK, "Nothing to see here", "To get a file, open the whole link that was sent to you.")


@blueprint.get("/favicon.ico", provide_automatic_options=False)
def favicon() -> Response:
    return make_response("", HTTPStatus.NO_CONTENT)


@blueprint.get("/page.css", provide_automatic_options=False)
def stylesheet() -> Response:
    response = Response(resource("static", "page.css").read_bytes(), mimetype="text/css")
    response.headers["Cache-Control"] = "max-age=3600"
    return response


@blueprint.get("/robots.txt", provide_automatic_options=False)
def robots() -> Response:
    return Response("User-agent: *\nDisallow: /\n", mimetype="text/plain")


def refusal_page(refusal: Refusal, *, wait: int = 60) -> Response:
    """Why there are no bytes, in plain words with a next step. `wait`: seconds until it is worth trying again, where
    waiting helps."""
    status, title, text = _REFUSALS[refusal]
    g.why = refusal
    response = _page(status, title, text)
    if status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
        response.headers["Retry-After"] = str(wait)
    return response


def message_page(status: HTTPStatus) -> Response:
    """A page for a status that no link is behind."""
    title, text = _STATUSES.get(status, (status.phrase, "Open the link again, just as it was sent to you."))
    return _page(status, title, text)


def page(template: str, **values: Any) -> Response:
    """A recipient's page about an item: for nobody's cache, and with nothing from elsewhere in it."""
    return _private(make_response(render_template(template, **values)))


def one_line(status: HTTPStatus, text: str) -> Response:
    """A page for tools."""
    return _private(Response(f"{text}\n", status, mimetype="text/plain"))


def see_other(address: str) -> Response:
    """On to an address of ours, with GET."""
    return _private(Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address}))


def wants_html() -> bool:
    """Whether a person's browser asks, rather than a tool."""
    return "text/html" in request.headers.get("Accept", "").lower()


def as_asked(item: SharedItem) -> SharedItem:
    """The item as this request wants it: the pages offer what the owner did not choose too, with `?as=`.

    It says what a browser is asked to do, and neither who may have the item nor what it may do in a browser.
    """
    wanted = request.args.get("as")
    return item.with_disposition(Disposition(wanted)) if wanted in set(Disposition) else item


def _page(status: HTTPStatus, title: str, text: str) -> Response:
    if wants_html():
        response = make_response(render_template("message.html", title=title, text=text), status)
    else:
        response = Response(f"{title}. {text}\n", status, mimetype="text/plain")
    response.headers["Vary"] = "Accept"
    return _private(response)


def _private(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = PAGE_SECURITY_POLICY
    response.headers["Cache-Control"] = "no-store"
    return response
