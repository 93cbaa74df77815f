"""What every request passes before a route sees it, and every answer on its way out.

In this order: from which network it comes, whether its client asks too often, whether it means this server, and whether
a page of ours sent it. Then the gate decides about links.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from http import HTTPStatus

from flask import Flask, Response, g, request

from desktop_share.core.access import Refusal
from desktop_share.core.access_log import Barred
from desktop_share.core.sources import FolderSource, SelectionSource
from desktop_share.core.throttle import Kind, is_own, network_of
from desktop_share.server import visits
from desktop_share.server.bodies import SegmentBody
from desktop_share.server.context import Shared, shared
from desktop_share.server.headers import ANSWERS, kind_of
from desktop_share.server.hosts import HostPolicy, HostVerdict, judge_host
from desktop_share.server.pages import message_page, refusal_page
from desktop_share.server.task import HOST_VALUES, TARGET

ARCHIVES = "desktop_share.archives"
ARCHIVE_WAIT = 30  # seconds
_ARCHIVED = (FolderSource, SelectionSource)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_MISSES = frozenset({Refusal.UNKNOWN.value, Refusal.SIGNATURE_WRONG.value})
_ORIGIN = re.compile(r"(?P<scheme>[a-z][-+.0-9a-z]*)://(?P<authority>[^/?#@\s]+)")
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Archives:
    """Connections that an archive is being made for: so many for one client, so many in all. Thread-safe.

    A download manager opens up to sixteen for one archive. This computer's own address is bounded by the whole only: a
    tunnel on it carries many people.
    """

    def __init__(self, per_client: int = 24, in_all: int = 128) -> None:
        self._per_client = per_client
        self._in_all = in_all
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    def enter(self, client: str) -> bool:
        network = network_of(client)
        with self._lock:
            is_full = self._open[network] >= self._per_client and not is_own(client)
            if is_full or self._open.total() >= self._in_all:
                return False
            self._open[network] += 1
            return True

    def leave(self, client: str) -> None:
        network = network_of(client)
        with self._lock:
            self._open[network] -= 1
            self._open += Counter()  # drops what is zero


def register(app: Flask) -> None:
    """Before any other `before_request`, so that nothing is done for who is kept out."""
    app.extensions[ARCHIVES] = Archives()
    for judge in (keep_to_the_networks, slow_down, refuse_foreign_hosts, refuse_foreign_forms):
        app.before_request(judge)

    @app.after_request
    def leave(response: Response) -> Response:
        return on_the_way_out(app.extensions[ARCHIVES], response)


def keep_to_the_networks() -> Response | None:
    context = shared()
    if context.entrance.networks().admits(_client()) or visits.is_probe(context):
        return None
    return refusal_page(Refusal.WRONG_NETWORK)


def slow_down() -> Response | None:
    """429 for a client that asks too often, or has guessed too often at links."""
    context = shared()
    if visits.is_probe(context):
        return None
    throttle = context.entrance.throttle
    first, _ = visits.route()
    wait = throttle.is_over(Kind.MISS, _client()) if first in visits.OF_LINKS else None
    if wait is None:
        kind = Kind.BYTES if first in visits.OF_BYTES else Kind.PAGE
        wait = throttle.wait(kind if request.method in _READING else Kind.CHANGE, _client())
    return None if wait is None else refusal_page(Refusal.TOO_MANY, wait=wait)


def refuse_foreign_hosts() -> Response | None:
    """400 for no Host or two, 421 for a name that is not ours: against DNS rebinding (RFC 9110 section 7.4)."""
    policy = shared().host_policy()
    if policy is None:
        return None
    hosts = request.environ.get(HOST_VALUES, (request.environ.get("HTTP_HOST"),))
    target = request.environ.get(TARGET, "/")
    verdict = judge_host([host for host in hosts if host is not None], target, policy)
    if verdict is HostVerdict.OK:
        return None
    g.why = Barred.WRONG_HOST
    if verdict is HostVerdict.MISDIRECTED:
        return message_page(HTTPStatus.MISDIRECTED_REQUEST)
    return message_page(HTTPStatus.BAD_REQUEST)


def refuse_foreign_forms() -> Response | None:
    """403 for a change that a page of another site asks for in a visitor's name (cross-site request forgery)."""
    if request.method in _READING:
        return None
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    # sent to addresses of this computer and over HTTPS only
    is_ours = site is None or site in ("same-origin", "none")
    if is_ours and (origin is None or is_own_origin(origin, shared().host_policy(), request.host)):
        return None
    g.why = Barred.OTHER_SITE
    return message_page(HTTPStatus.FORBIDDEN)


def is_own_origin(origin: str, policy: HostPolicy | None, host: str) -> bool:
    """Whether an Origin (RFC 6454) is this server: with the port, which another server on this computer has not.

    'null', which stands for a page that hides where it is from, is not. Without a policy, `host` is what is ours.
    """
    found = _ORIGIN.fullmatch(origin)
    if found is None:
        return False
    scheme, authority = found["scheme"], found["authority"]
    if policy is None:
        return scheme == "http" and authority == host
    if scheme != policy.scheme:
        return False
    if re.search(r":[0-9]+\Z", authority.rpartition("]")[2]) is None:
        authority = f"{authority}:{_DEFAULT_PORTS[scheme]}"  # for `judge_host` an address without one means any
    return judge_host([authority], "/", policy) is HostVerdict.OK


def on_the_way_out(archives: Archives, response: Response) -> Response:
    """Counts guesses and archives, notes the visit, and completes the header fields."""
    context = shared()
    first, _ = visits.route()
    if not visits.is_probe(context):
        # who asks too often is not worth a look; a look at a ticket would keep it alive
        known = visits.Meant(visits.NOT_LOOKED_UP) if _is_slowed(response) else visits.meant(context)
        response = _one_more_archive(archives, known, response)
        reason = visits.why(response.status_code)
        if reason in _MISSES and known.link is None and first in visits.OF_LINKS:
            context.entrance.throttle.wait(Kind.MISS, _client())
        asks = known.link is not None and (known.link.ask or context.entrance.doors.ask_always())
        is_for_one = asks or (known.link is not None and known.link.password_hash)
        if is_for_one or "Set-Cookie" in response.headers:
            response.vary.add("Cookie")
        _note(context, response, known, reason)
    for name, value in ANSWERS[kind_of(response.status_code, response.headers)].items():
        response.headers.setdefault(name, value)
    return response


def _one_more_archive(archives: Archives, known: visits.Meant, response: Response) -> Response:
    """The response, or a refusal in its place where too many archives are being made already."""
    body = response.response
    if known.item is None or not isinstance(known.item.source, _ARCHIVED) or not isinstance(body, SegmentBody):
        return response
    if visits.route()[0] == "f":  # one file of it
        return response
    client = _client()
    if archives.enter(client):
        body.and_then(lambda: archives.leave(client))
        return response
    body.close()
    return refusal_page(Refusal.TOO_MANY, wait=ARCHIVE_WAIT)


def _note(context: Shared, response: Response, known: visits.Meant, reason: str) -> None:
    visit = visits.visit(response, known, reason)
    if visit is not None:
        context.entrance.visits.note(visit)


def _is_slowed(response: Response) -> bool:
    return response.status_code == HTTPStatus.TOO_MANY_REQUESTS and g.get("why") is Refusal.TOO_MANY


def _client() -> str:
    return request.remote_addr or ""
