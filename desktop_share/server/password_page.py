"""The page that asks for a link's password, and where what was typed arrives."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus

from flask import Blueprint, Response, g, request

from desktop_share.core.access import Asker, Grant, ListGrant, Proof, Refusal
from desktop_share.core.links import Link
from desktop_share.core.sizes import human_duration
from desktop_share.server.context import shared
from desktop_share.server.cookies import WHOLE_SERVER, give_cookies, item_paths
from desktop_share.server.item_addresses import list_address, page_address
from desktop_share.server.pages import one_line, page, refusal_page, see_other, wants_html

REALM = 'Basic realm="the password of this link", charset="UTF-8"'

_NEEDED = ("This link needs a password", "Ask its sender for the password.")
_WRONG = ("That is not the password", "Look at it again: capital letters count.")
_FOR_TOOLS = "Any user name goes with it: curl -u any …"

blueprint = Blueprint("password_page", __name__)


@blueprint.post("/s/<address>", provide_automatic_options=False)
def password_for_item(address: str) -> Response:
    """The item's page from now on, for this browser: nothing in the request says where to go on."""
    context = shared()
    typed = _Typed()
    found = context.entrance.doors.open(address, typed.asker(), paused=context.paused())
    paths = (WHOLE_SERVER,) if isinstance(found, Grant) and found.listed else item_paths(address)
    return _answered(found, typed, page_address(address), paths)


@blueprint.post("/l/<token>", provide_automatic_options=False)
def password_for_list(token: str) -> Response:
    context = shared()
    typed = _Typed()
    found = context.entrance.doors.open_list(token, typed.asker(), paused=context.paused())
    return _answered(found, typed, list_address(token), (WHOLE_SERVER,))


def password_page(refusal: Refusal, form: str, *, wait: int | None = None) -> Response:
    """PASSWORD_NEEDED or PASSWORD_WRONG: 401 with a form for people, and no window of the browser's own; for tools, one
    line and what they know to answer. `wait`: 429, no guess is looked at for so many seconds. `form`: an address."""
    status = HTTPStatus.UNAUTHORIZED
    title, text = _NEEDED if refusal is Refusal.PASSWORD_NEEDED else _WRONG
    if wait is None:
        g.why = refusal
    else:
        status, title = HTTPStatus.TOO_MANY_REQUESTS, "Too many wrong passwords"
        text = f"Wait {human_duration(wait)}, then try again."
    if wants_html():
        response = page("password.html", title=title, text=text, form=form, wait=wait)
        response.status_code = status
    else:
        response = one_line(status, f"{title}. {text}" if wait is not None else f"{title}. {text} {_FOR_TOOLS}")
        if wait is None:
            response.headers["WWW-Authenticate"] = REALM
    if wait is not None:
        response.headers["Retry-After"] = str(wait)
    response.vary.update(("Accept", "Cookie", "Authorization"))
    return response


class _Typed:
    """What was typed into the form, as a proof. Approval is asked for by the page that comes after."""

    def __init__(self) -> None:
        self.wait: int | None = None

    def asker(self) -> Asker:
        return Asker(password=partial(self._proof), approval=lambda _: None)

    def _proof(self, link: Link) -> Proof:
        password = request.form.get("password", "")
        if not password:
            return Proof.NONE
        answer = shared().entrance.guessing.guess(request.remote_addr or "", link, password)
        if isinstance(answer, Proof):
            return answer
        self.wait = answer
        return Proof.WRONG


def _answered(found: Grant | ListGrant | Refusal, typed: _Typed, address: str, paths: tuple[str, ...]) -> Response:
    if found in (Refusal.PASSWORD_NEEDED, Refusal.PASSWORD_WRONG):
        return password_page(Refusal(found), address, wait=typed.wait)
    if isinstance(found, Refusal):
        return refusal_page(found)
    response = see_other(address)
    if found.link.password_hash:
        give_cookies(response, shared().entrance, found.link, paths)
    return response
