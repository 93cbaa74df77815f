"""Values of header fields: pure, and safe to send whatever they are made from.

What leaves here is Latin-1 without control characters; names and types that people typed are made so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import quote

from werkzeug.datastructures import Headers

from desktop_share.core.items import ASK_EVERY_TIME, CachePolicy, Disposition
from desktop_share.core.media_types import OCTET_STREAM, essence, is_active, is_text, is_valid_media_type
from desktop_share.core.names import FALLBACK, legal_name, split_extension
from desktop_share.server.http_dates import http_date

Header = tuple[str, str]

# All that a page could ask of a device, and no answer of ours has reason to. Full screen, sound by itself and picture
# in picture are left to the browser: a film that it shows needs them.
_NO_FEATURES = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "bluetooth",
        "browsing-topics",
        "camera",
        "clipboard-read",
        "display-capture",
        "geolocation",
        "gyroscope",
        "hid",
        "idle-detection",
        "local-fonts",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "publickey-credentials-get",
        "serial",
        "storage-access",
        "usb",
        "window-management",
        "xr-spatial-tracking",
    )
)

# For every answer. Set them, do not add them: `download_headers` has them too.
SECURITY_HEADERS: tuple[Header, ...] = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),  # the address holds the token
    ("X-Robots-Tag", "noindex, nofollow"),
    ("Cross-Origin-Resource-Policy", "same-origin"),  # no other site builds an item into its pages
    ("Permissions-Policy", _NO_FEATURES),
)

# For the recipient's pages, which bring style and script along and nothing from elsewhere.
PAGE_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "frame-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_NOTHING_IN_IT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


class Answer(StrEnum):
    """Every kind of answer that there is."""

    PAGE = "page"
    REFUSAL = "refusal"
    REDIRECT = "redirect"
    STATIC = "static"  # style: the same for everybody
    BYTES = "bytes"  # of an item, or what is said about them without them: 304, 412, 416
    STREAM = "stream"


# To others a page says as little about its address as `no-referrer` does. But under that, browsers send 'Origin: null'
# with our own forms (Fetch, "append a request Origin header"), like a form in a stranger's page.
_SAYS_NOTHING_ELSEWHERE = ("Referrer-Policy", "same-origin")


def _with(*headers: Header) -> Mapping[str, str]:
    return MappingProxyType(dict(SECURITY_HEADERS) | dict(headers))


# What each answer carries, where the one who made it did not say otherwise.
ANSWERS: Mapping[Answer, Mapping[str, str]] = MappingProxyType(
    {
        Answer.PAGE: _with(
            _SAYS_NOTHING_ELSEWHERE, ("Content-Security-Policy", PAGE_SECURITY_POLICY), ("Cache-Control", "no-store")
        ),
        Answer.REFUSAL: _with(
            _SAYS_NOTHING_ELSEWHERE, ("Content-Security-Policy", PAGE_SECURITY_POLICY), ("Cache-Control", "no-store")
        ),
        Answer.REDIRECT: _with(("Content-Security-Policy", _NOTHING_IN_IT), ("Cache-Control", "no-store")),
        Answer.STATIC: _with(("Content-Security-Policy", _NOTHING_IN_IT)),
        Answer.BYTES: _with(),  # the policies of an item go by its type and its owner: `download_headers`
        Answer.STREAM: _with(("Cache-Control", "no-store")),
    }
)


def kind_of(status: int, fields: Headers) -> Answer:
    """Which kind an answer is, from what it carries so far."""
    if "Location" in fields:
        return Answer.REDIRECT
    parts = fields.get("Accept-Ranges")
    if parts is not None:
        return Answer.STREAM if parts == "none" else Answer.BYTES
    if status >= 400:
        return Answer.REFUSAL
    return Answer.STATIC if "max-age" in fields.get("Cache-Control", "") else Answer.PAGE


# Shown in a place of its own: no script, no origin, no forms, nothing from elsewhere; what the file brings along works.
_SANDBOXED = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline' data:; img-src data:; font-src data:; media-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
# A viewer of the browser's own shows these, and any stricter policy breaks one: Chromium does not play a video under
# `sandbox` or `default-src 'none'`, Safari leaves a sandboxed PDF blank, Firefox has a viewer for JSON. None of them
# can run script in our origin.
_SHOWN_BY_A_VIEWER = "frame-ancestors 'self'"
_VIEWED = re.compile(r"(?:audio|image|video)/.*|application/(?:pdf|json|ogg|vnd\.apple\.mpegurl)|.*\+json")

# Of text, browsers show all that is text/… but what another program is there for (Chromium: blink's mime_util.cc), and
# of application/… scripts alone: shell scripts, YAML and SQL are saved
_SAVED_THOUGH_READABLE = frozenset(
    {
        "message/rfc822",
        "multipart/related",
        "text/calendar",
        "text/csv",
        "text/directory",
        "text/ldif",
        "text/qif",
        "text/rtf",
        "text/tab-separated-values",
        "text/vcard",
        "text/x-vcalendar",
        "text/x-vcard",
    }
)
_SCRIPTS = frozenset({"application/ecmascript", "application/javascript"})

_ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
_ATTR_CHARS = "!#$&+-.^_`|~"  # RFC 8187 section 3.2.1, with letters and digits
_UNSAFE_IN_FALLBACK = re.compile(r"[^ !#$&'()+,\-.0-9;=@A-Z\[\]^_`a-z{}~]+")
_SPELLED_OUT = str.maketrans(  # letters that Unicode does not take apart; dashes and quotes of print
    dict(
        zip(
            "ßẞæÆœŒøØđĐłŁðÐþÞħĦ\u0131",
            ["ss", "SS", "ae", "AE", "oe", "OE", "o", "O", "d", "D", "l", "L", "d", "D", "th", "Th", "h", "H", "i"],
            strict=True,
        )
    )
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
    | dict.fromkeys("\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u2039\u203a«»", "'")
)


def content_disposition(disposition: Disposition, name: str) -> str:
    """RFC 6266: a quoted ASCII name for every client, and `filename*` (RFC 8187) where that is not the whole name.

    >>> content_disposition(Disposition.ATTACHMENT, "Zoë.txt")
    'attachment; filename="Zoe.txt"; filename*=UTF-8\\'\\'Zo%C3%AB.txt'
    """
    name = legal_name(name)
    fallback = _ascii_name(name)
    value = f'{disposition.value}; filename="{fallback}"'
    return value if fallback == name else f"{value}; filename*=UTF-8''{quote(name, safe=_ATTR_CHARS)}"


def _ascii_name(name: str) -> str:
    """The name as a client without `filename*` saves it: legal, with its extension, and nothing to escape in quotes.

    No percent sign either: some clients decode it (RFC 6266 appendix D).
    """
    if not _UNSAFE_IN_FALLBACK.search(name):
        return name
    stem, extension = (_ascii(part) for part in split_extension(name))
    if not re.search("[0-9A-Za-z]", stem):
        stem = FALLBACK
    if not re.search("[0-9A-Za-z]", extension):
        extension = ""
    return legal_name(stem + extension)


def _ascii(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_SPELLED_OUT))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    return _UNSAFE_IN_FALLBACK.sub("_", bare)


def content_type(media_type: str, *, is_utf8: bool = False) -> str:
    """Content-Type for a type from the table or typed by the owner; what is no media type is octet-stream.

    `is_utf8`: the bytes are known to be UTF-8, so text without a charset gets one. A browser guesses otherwise.
    """
    media_type = media_type.strip(" \t")
    if not is_valid_media_type(media_type):
        return OCTET_STREAM
    if is_utf8 and is_text(media_type) and not re.search(r";[ \t]*charset=", media_type, re.IGNORECASE):
        return f"{media_type.rstrip('; ')}; charset=utf-8"
    return media_type


def content_security_policy(media_type: str) -> str:
    """What an item may do in a browser that shows it: sandboxed unless it is known to need no sandbox."""
    plain = essence(media_type) if is_valid_media_type(media_type.strip(" \t")) else OCTET_STREAM
    return _SHOWN_BY_A_VIEWER if _VIEWED.fullmatch(plain) and not is_active(plain) else _SANDBOXED


def download_headers(
    *,
    name: str,
    disposition: Disposition,
    media_type: str,
    etag: str | None,
    last_modified: float | None,
    now: float,
    is_utf8: bool = False,
    cache: CachePolicy = ASK_EVERY_TIME,
) -> list[Header]:
    """The header fields of an item's bytes, 200 or 206, but for Content-Length, Content-Range and Date.

    `etag` with its quotes; `last_modified` and `now` in seconds since the epoch. There is no Content-Encoding: a
    `.gz` is what it is. For several ranges, Content-Type becomes the multipart's. Raises ValueError for an etag that
    is none.
    """
    return [
        ("Content-Type", content_type(media_type, is_utf8=is_utf8)),
        ("Content-Disposition", content_disposition(disposition, name)),
        *validator_headers(etag, last_modified, now, cache),
        ("Accept-Ranges", "bytes"),
        *SECURITY_HEADERS,
        ("Content-Security-Policy", content_security_policy(media_type)),
    ]


def live_headers(*, name: str, disposition: Disposition, media_type: str, is_utf8: bool = False) -> list[Header]:
    """The header fields of a live stream: no validators, no parts, no length, and nothing of it is kept."""
    return [
        ("Content-Type", content_type(media_type, is_utf8=is_utf8)),
        ("Content-Disposition", content_disposition(disposition, name)),
        ("Cache-Control", "no-store"),
        ("Accept-Ranges", "none"),
        *SECURITY_HEADERS,
        ("Content-Security-Policy", content_security_policy(media_type)),
    ]


def cache_control(cache: CachePolicy) -> str:
    """Cache-Control (RFC 9111 section 5.2.2). `private`: for the recipient's browser, never for a proxy between."""
    if cache.seconds is None:
        return "private, no-cache"
    return f"private, max-age={cache.seconds}" if cache.seconds > 0 else "no-store"


def is_shown(media_type: str) -> bool:
    """Whether a browser shows the type itself, rather than save it whatever it is asked."""
    if not is_valid_media_type(media_type.strip(" \t")):
        return False
    plain = essence(media_type)
    if plain in _SAVED_THOUGH_READABLE:
        return False
    return bool(_VIEWED.fullmatch(plain)) or plain.startswith("text/") or plain in _SCRIPTS or is_active(plain)


def validator_headers(
    etag: str | None, last_modified: float | None, now: float, cache: CachePolicy = ASK_EVERY_TIME
) -> list[Header]:
    """What a copy is recognised by, and whether it may be kept: all that a 304 has to say (RFC 9110 15.4.5).

    A date ahead of the clock is sent as now (8.8.2.1). Raises ValueError for an etag that is none.
    """
    headers: list[Header] = []
    if etag is not None:
        if not _ENTITY_TAG.fullmatch(etag):
            raise ValueError(f"not an entity tag: {etag!r}")
        headers.append(("ETag", etag))
    if last_modified is not None:
        headers.append(("Last-Modified", http_date(min(last_modified, now))))
    headers.append(("Cache-Control", cache_control(cache)))
    return headers
