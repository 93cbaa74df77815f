"""The cookie that a browser gets for a link's password.

It is good for one link, until its password is changed, for twelve hours. A link's addresses have no common beginning
that is theirs alone, so each has a cookie of its own (RFC 6265 section 5.1.4: a path covers what is below it, and
nothing beside): it is not sent with the other links of this server, nor to what else answers on this computer, which
a port does not keep it from (section 8.5). Only a link to a list gets one cookie for the whole server: the
addresses of its items lie beside the one of its page, and there is no end to them.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from urllib.parse import quote

from flask import Response, request
from itsdangerous import BadData, URLSafeSerializer

from desktop_share.core.entrance import Entrance
from desktop_share.core.links import Link

SECONDS = 12 * 3600
PLACES = ("s", "d", "f")  # where an address of an item can stand
WHOLE_SERVER = "/"


def item_paths(address: str) -> tuple[str, ...]:
    return tuple(item_path(place, address) for place in PLACES)


def item_path(place: str, address: str) -> str:
    return f"/{place}/{quote(address, safe='')}"


def cookie_name(link: Link) -> str:
    return f"link-{link.id}"


def give_cookies(response: Response, entrance: Entrance, link: Link, paths: Iterable[str]) -> None:
    """For who gave the link's password just now, or is known by a cookie."""
    until = int(entrance.doors.clock()) + SECONDS
    value = _serializer(entrance).dumps([link.id, _fingerprint(link), until])
    for path in paths:
        text = value if isinstance(value, str) else value.decode()
        give_cookie(response, cookie_name(link), text, path=path, seconds=SECONDS)


def give_cookie(response: Response, name: str, value: str, *, path: str, seconds: int) -> None:
    """A cookie for no script, and for no request that another site has a browser make."""
    response.set_cookie(
        name, value, max_age=seconds, path=path, secure=request.is_secure, httponly=True, samesite="Strict"
    )


def has_cookie(entrance: Entrance, link: Link) -> bool:
    """Whether the request shows that the link's present password was given; compared in constant time."""
    for value in request.cookies.getlist(cookie_name(link)):
        try:
            link_id, fingerprint, until = _serializer(entrance).loads(value)
            same = secrets.compare_digest(f"{link_id} {fingerprint}", f"{link.id} {_fingerprint(link)}")
            if same and entrance.doors.clock() < until:
                return True
        except (BadData, ValueError, TypeError):
            continue
    return False


def _serializer(entrance: Entrance) -> URLSafeSerializer:
    return URLSafeSerializer(entrance.cookie_secret, salt=b"desktop-share password cookie")


def _fingerprint(link: Link) -> str:
    """Of the hash, whose salt is new with each password."""
    return hashlib.blake2b(link.password_hash.encode(), digest_size=12).hexdigest()
