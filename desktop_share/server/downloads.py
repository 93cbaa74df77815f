"""The address of an item's bytes."""

from __future__ import annotations

import secrets
from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response

from desktop_share.core.access import Grant, Refusal
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.sources import FolderSource, SelectionSource
from desktop_share.server.context import look_at, shared
from desktop_share.server.delivering import deliver
from desktop_share.server.gate import enter
from desktop_share.server.item_addresses import folder_address
from desktop_share.server.item_page import show
from desktop_share.server.pages import as_asked, refusal_page, see_other, wants_html

blueprint = Blueprint("downloads", __name__)


@blueprint.route("/d/<token>", methods=["GET", "HEAD"], provide_automatic_options=False)
@blueprint.route("/d/<token>/<path:name>", methods=["GET", "HEAD"], provide_automatic_options=False)
def download(token: str, name: str = "") -> Response:  # noqa: ARG001  the token decides, the name is for people
    """The bytes; where the link's downloads are counted, the item's page, whoever looks and however often: a preview, a
    prefetch and a robot ask for no more than that."""
    context = shared()
    if secrets.compare_digest(token.encode(), context.probe_token.encode()):
        return Response(status=HTTPStatus.NO_CONTENT)
    opened = enter(token)
    if not isinstance(opened, Grant):
        return opened
    if opened.link.limit is not None:
        return show(context, opened)
    item = as_asked(opened.item)
    if _opens_as_list(item) and wants_html():
        response = see_other(folder_address(opened.address, ""))
        response.vary.add("Accept")
        return response
    content = look_at(context, item)
    if content is None:
        return refusal_page(Refusal.SOURCE_MISSING)
    return deliver(context, replace(opened, item=item), content)


def _opens_as_list(item: SharedItem) -> bool:
    """To open a folder is to see what is in it: no browser shows a ZIP. A tool gets the ZIP all the same."""
    return isinstance(item.source, FolderSource | SelectionSource) and item.disposition is Disposition.INLINE
