"""The bytes of an item: which representation, which part of it, with which headers."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus

from flask import Blueprint, Response, request
from werkzeug.datastructures import Headers

from desktop_share.core.access import Grant, Refusal, open_link
from desktop_share.core.errors import SourceError
from desktop_share.core.items import SharedItem
from desktop_share.core.representation import MemorySegment, Representation, Segment
from desktop_share.core.share_list import ShareList
from desktop_share.server import headers, ranges
from desktop_share.server.bodies import SegmentBody
from desktop_share.server.context import Shared, shared
from desktop_share.server.pages import refusal_page

blueprint = Blueprint("downloads", __name__)

Piece = tuple[Segment, int | None]


@blueprint.route("/d/<token>", methods=["GET", "HEAD"], provide_automatic_options=False)
@blueprint.route("/d/<token>/<path:name>", methods=["GET", "HEAD"], provide_automatic_options=False)
def download(token: str, name: str = "") -> Response:  # noqa: ARG001  the token decides, the name is for people
    context = shared()
    if secrets.compare_digest(token.encode(), context.probe_token.encode()):
        return Response(status=HTTPStatus.NO_CONTENT)
    opened = open_link(context.share_list, token, paused=context.paused())
    if not isinstance(opened, Grant):
        return refusal_page(opened)
    representation = _look_at(context.share_list, opened.item)
    if representation is None:
        return refusal_page(Refusal.SOURCE_MISSING)
    try:
        return _answer(context, opened.item, representation)
    except BaseException:
        representation.close()
        raise


def _look_at(share_list: ShareList, item: SharedItem) -> Representation | None:
    """The item's bytes as they are now; what is wrong with them, or no longer, is told to the owner."""
    try:
        representation = item.source.representation()
    except SourceError as error:
        share_list.report(item.id, error.problem)
        return None
    if share_list.problem(item.id) is not None:
        share_list.report(item.id, None)
    return representation


def _answer(context: Shared, item: SharedItem, representation: Representation) -> Response:
    answer = ranges.decide(
        request.method,
        _conditions(),
        ranges.Validators(representation.etag, representation.last_modified),
        representation.length,
        time.time(),
    )
    fields = headers.download_headers(item, representation)
    if answer.status in (HTTPStatus.NOT_MODIFIED, HTTPStatus.PRECONDITION_FAILED):
        representation.close()
        return _without_content(answer.status, fields)
    if answer.status == HTTPStatus.RANGE_NOT_SATISFIABLE:
        representation.close()
        return _without_content(answer.status, [*fields, ("Content-Range", f"bytes */{representation.length}")])
    pieces, extra = _pieces(item, representation, answer)
    length = sum(segment.length for segment, _ in pieces)
    response = Response(status=answer.status, headers=_merged(fields, [*extra, ("Content-Length", str(length))]))
    if request.method == "HEAD":
        representation.close()
        return response
    response.response = _body(context, item, representation, pieces, length)
    response.direct_passthrough = True
    return response
