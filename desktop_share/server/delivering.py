"""An item's bytes for who may have them: which representation, which part of it, with which headers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http import HTTPStatus

from flask import Response, request
from werkzeug.datastructures import Headers

from desktop_share.core.access import Grant, Refusal
from desktop_share.core.archive_stream import ArchiveStream
from desktop_share.core.cutting import lease_of
from desktop_share.core.items import SharedItem
from desktop_share.core.live import LiveStream
from desktop_share.core.opening import Opened
from desktop_share.core.reasons import Reason
from desktop_share.core.representation import MemorySegment, NotYet, Representation
from desktop_share.core.tickets import Ticket
from desktop_share.core.transfer_book import Delivery
from desktop_share.server import headers, ranges
from desktop_share.server.bodies import SegmentBody
from desktop_share.server.context import Shared
from desktop_share.server.digest_fields import repr_digest, sha256_preference
from desktop_share.server.item_addresses import ticket_address
from desktop_share.server.pages import refusal_page
from desktop_share.server.pieces import Piece, before_the_end, positioned
from desktop_share.server.task import CUT, RANGE_LINES


def deliver(
    context: Shared, grant: Grant, content: Opened, *, part: str = "", ticket: Ticket | None = None
) -> Response:
    """The response to a request that may have the item that was granted; the content is closed when it was sent.

    `part`: the name of the one file of a folder that the item now stands for; '' for the whole. `ticket`: of a link
    whose downloads are counted. A POST gives what GET gives, and always the whole (RFC 9110 section 14.2); with a
    ticket it says where the rest is, should it break off.
    """
    try:
        if isinstance(content, Representation):
            response = _deliver(context, grant, content, part, ticket)
        else:
            response = _deliver_live(context, grant, content, ticket)
    except BaseException:
        content.close()
        raise
    if ticket is not None and request.method == "POST":
        response.headers["Content-Location"] = ticket_address(ticket.token, grant.item)
    return response


def _deliver(
    context: Shared, grant: Grant, representation: Representation, part: str, ticket: Ticket | None
) -> Response:
    item = grant.item
    validators = ranges.Validators(representation.etag, representation.last_modified)
    now = time.time()
    conditions = _conditions()
    if _would_splice(context, item.id + part, representation, conditions):
        representation.close()
        return refusal_page(Refusal.CHANGED)
    answer = ranges.decide(_method(), conditions, validators, representation.length, now)
    fields = _fields(item, representation, validators, now)
    if answer.status in (HTTPStatus.OK, HTTPStatus.PARTIAL_CONTENT):
        digest = None if part else _digest(context, item, representation)
        if digest is not None:
            fields["Repr-Digest"] = repr_digest(digest)
        pieces, length = _content(representation, answer, fields)
        fields["Content-Length"] = str(length)
        if _method() == "GET":
            is_part = answer.status == HTTPStatus.PARTIAL_CONTENT
            delivery, holds = _delivery(
                context, grant, ticket, representation.etag, representation.length, is_part=is_part
            )
            if ticket is not None:
                parts = answer.parts if is_part else [ranges.ByteRange(0, representation.length)]
                spans = [(part.start, part.stop) for part in parts]
                pieces = before_the_end(pieces, partial(_counted, context, ticket, delivery, spans))
            body = SegmentBody(
                pieces,
                length=length,
                close=representation.close,
                unchanged=representation.unchanged if holds else _never,
                delivery=delivery,
            )
            return Response(body, answer.status, fields, direct_passthrough=True)
    elif answer.status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        fields["Content-Range"] = ranges.content_range(None, representation.length)
    representation.close()
    return _without_content(answer.status, fields)


def _deliver_live(context: Shared, grant: Grant, stream: LiveStream | ArchiveStream, ticket: Ticket | None) -> Response:
    """From its beginning, without a length, and never a part."""
    item = grant.item
    now = time.time()
    nothing = ranges.Validators(None, None)
    answer = ranges.decide(_method(), replace(_conditions(), range=None), nothing, 0, now)
    media_type = stream.media_type or item.content_type
    fields = Headers(headers.live_headers(name=item.download_name, disposition=item.disposition, media_type=media_type))
    if answer.status != HTTPStatus.OK or request.method == "HEAD":
        stream.close()
        return _without_content(answer.status, fields)
    context.transfers.versions.begins(item.id, *_client(), None)  # nothing is put behind it later
    body = SegmentBody(
        positioned(stream.segments(), 0),
        length=None,
        close=stream.close,
        delivery=_delivery(context, grant, ticket, None, None)[0],
    )
    return Response(body, HTTPStatus.OK, fields, direct_passthrough=True)


def _fields(item: SharedItem, content: Representation, validators: ranges.Validators, now: float) -> Headers:
    return Headers(
        headers.download_headers(
            name=item.download_name,
            disposition=item.disposition,
            media_type=content.media_type or item.content_type,
            etag=validators.etag,
            last_modified=validators.last_modified,
            now=now,
            cache=item.cache,
        )
    )


def _digest(context: Shared, item: SharedItem, representation: Representation) -> bytes | None:
    """The SHA-256 that Repr-Digest tells, of the whole for a part too: where it is known, or wanted and quickly made.

    What is made on the way, or is a file inside of an item, is not hashed for it. A 304 has none: it repeats what a
    copy is recognised by, and nothing else (RFC 9110 section 15.4.5).
    """
    preference = sha256_preference(request.headers.get("Want-Repr-Digest"))
    if preference is None:
        return context.digests.of(item.id, representation.etag)
    is_made_on_the_way = representation.length > 0 and not representation.segments
    listed = context.share_list.get(item.id)
    if not preference or is_made_on_the_way or listed is None or listed.source != item.source:
        return None
    return context.digests.want_now(item.id, representation)


def _content(representation: Representation, answer: ranges.Answer, fields: Headers) -> tuple[Iterator[Piece], int]:
    """What is sent, and how many bytes that is; the fields get what a part of the item needs."""
    if answer.status == HTTPStatus.OK:
        return _part(representation, ranges.ByteRange(0, representation.length)), representation.length
    if len(answer.parts) == 1:
        fields["Content-Range"] = ranges.content_range(answer.parts[0], representation.length)
        return _part(representation, answer.parts[0]), answer.parts[0].length
    frame = ranges.multipart(answer.parts, fields["Content-Type"], representation.length, ranges.new_boundary())
    fields["Content-Type"] = frame.content_type
    return _parts(representation, frame), frame.length


def _part(representation: Representation, part: ranges.ByteRange) -> Iterator[Piece]:
    yield from positioned(representation.slice(part.start, part.stop), part.start)


def _parts(representation: Representation, frame: ranges.Multipart) -> Iterator[Piece]:
    for head, part in frame.parts:
        yield MemorySegment(head), None
        yield from _part(representation, part)
    yield MemorySegment(frame.closing), None


def _delivery(
    context: Shared, grant: Grant, ticket: Ticket | None, etag: str | None, total: int | None, *, is_part: bool = False
) -> tuple[Delivery, bool]:
    """And whether what was granted still holds: if not, the connection is cut, and a body that is faster than the cut
    must not come to its end."""
    lease = lease_of(context.entrance.doors, grant)
    delivery = context.transfers.open(
        grant.item,
        *_client(),
        etag,
        total,
        request.environ.get(CUT, _nothing_to_cut),
        partial=is_part,
        link_id=grant.link.id,
        ticket="" if ticket is None else ticket.id,
        covered=None if ticket is None else ticket.covered,
        lease=lease,
    )
    lost = lease()  # since it was granted, when the cut came too early
    if lost is None and ticket is not None and not context.entrance.tickets.has_place(ticket):
        lost = Reason.EXPIRED
    if lost is not None:
        context.transfers.cancel(delivery.transfer_id, lost)
    return delivery, lost is None


def _counted(context: Shared, ticket: Ticket, delivery: Delivery, spans: list[tuple[int, int]]) -> NotYet | None:
    return context.entrance.tickets.count_ahead(ticket) if delivery.is_last(spans) else None


def _never() -> bool:
    return False


def _nothing_to_cut() -> None:
    """Under a server that is not ours, such as Flask's test client, a connection cannot be cut."""


def _method() -> str:
    return "GET" if request.method == "POST" else request.method


def _conditions() -> ranges.RequestConditions:
    sent = request.headers if request.method != "POST" else Headers()
    return ranges.RequestConditions(
        if_match=sent.get("If-Match"),
        if_none_match=sent.get("If-None-Match"),
        if_modified_since=sent.get("If-Modified-Since"),
        if_unmodified_since=sent.get("If-Unmodified-Since"),
        if_range=sent.get("If-Range"),
        range=sent.get("Range"),
        range_lines=request.environ.get(RANGE_LINES, 1),
    )


def _would_splice(
    context: Shared, item_id: str, representation: Representation, conditions: ranges.RequestConditions
) -> bool:
    """Whether this range would be put behind the beginning of another version (see `core/versions.py`)."""
    version = (item_id, *_client(), representation.etag)
    if conditions.range is None or conditions.range.replace(" ", "").startswith("bytes=0-"):
        if _method() == "GET":
            context.transfers.versions.begins(*version)
        return False
    named = conditions.if_range or conditions.if_match or conditions.if_unmodified_since
    return not named and context.transfers.versions.has_another(*version)


def _client() -> tuple[str, str]:
    """Address and user agent: as near as HTTP comes to a device."""
    return request.remote_addr or "", request.headers.get("User-Agent", "")


def _without_content(status: int, fields: Headers) -> Response:
    """304 describes nothing but the validators; 412 and 416 have no content of their own; HEAD has GET's headers."""
    if status in (HTTPStatus.NOT_MODIFIED, HTTPStatus.PRECONDITION_FAILED, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE):
        for name in ("Content-Type", "Content-Disposition", "Content-Length"):
            fields.pop(name, None)
    if status in (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE):
        fields["Content-Length"] = "0"
    response = Response(status=status, headers=fields)
    response.automatically_set_content_length = False
    return response
