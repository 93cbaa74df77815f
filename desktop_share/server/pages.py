"""What a person sees in a browser where there are no bytes to give; one line of text for tools."""

from __future__ import annotations

from http import HTTPStatus

from flask import Blueprint, Response, make_response, render_template, request

from desktop_share.core.access import Grant, Refusal, open_link
from desktop_share.core.items import Disposition
from desktop_share.core.paths import resource
from desktop_share.core.representation import Representation
from desktop_share.core.sharing import link_path
from desktop_share.core.sizes import human_size
from desktop_share.server.context import look_at, shared
from desktop_share.server.headers import PAGE_SECURITY_POLICY

blueprint = Blueprint("pages", __name__)

_REFUSALS = {
    Refusal.UNKNOWN: (
        HTTPStatus.NOT_FOUND,
        "This link opens nothing",
        "It may have been cut off when it was copied, or it is no longer shared. "
        "Ask whoever sent it for the link again.",
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


@blueprint.get("/s/<token>", provide_automatic_options=False)
def item_page(token: str) -> Response:
    """What a link gives, before it gives it: name, size, the SHA-256 once it is known, and one button."""
    context = shared()
    opened = open_link(context.share_list, token, paused=context.paused())
    if not isinstance(opened, Grant):
        return refusal_page(opened)
    item = opened.item
    representation = look_at(context, item)
    if not isinstance(representation, Representation):
        return refusal_page(Refusal.SOURCE_MISSING)
    representation.close()
    digest = context.digests.of(item.id, representation.etag)
    if digest is None:
        context.digests.want(item.id)
    page = render_template(
        "item.html",
        name=item.download_name,
        size=human_size(representation.length),
        inline=item.disposition is Disposition.INLINE,
        link=link_path(item),
        sha256="" if digest is None else digest.hex(),
    )
    return _private(make_response(page))


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


def refusal_page(refusal: Refusal) -> Response:
    """Why there are no bytes, in plain words with a next step."""
    status, title, text = _REFUSALS[refusal]
    response = _page(status, title, text)
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "60"
    return response


def message_page(status: HTTPStatus) -> Response:
    """A page for a status that no link is behind."""
    title, text = _STATUSES.get(status, (status.phrase, "Open the link again, just as it was sent to you."))
    return _page(status, title, text)


def _page(status: HTTPStatus, title: str, text: str) -> Response:
    if "text/html" in request.headers.get("Accept", "").lower():
        response = make_response(render_template("message.html", title=title, text=text), status)
    else:
        response = Response(f"{title}. {text}\n", status, mimetype="text/plain")
    response.headers["Vary"] = "Accept"
    return _private(response)


def _private(page: Response) -> Response:
    page.headers["Content-Security-Policy"] = PAGE_SECURITY_POLICY
    page.headers["Cache-Control"] = "no-store"
    return page
