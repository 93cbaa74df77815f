"""Media types by file name, from the shipped table and never from the system's.

The system's differ (on Windows any program may write nonsense into the registry), and Python's own lacks webp, m4a,
flac, mkv, md, 7z, docx and epub.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping

from desktop_share.core.paths import resource

OCTET_STREAM = "application/octet-stream"

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_QUOTED = r'"(?:[\t \x21\x23-\x5b\x5d-\x7e]|\\[\t \x21-\x7e])*"'
_MEDIA_TYPE = re.compile(  # white space in one place only, so that there is one way to match it
    rf"(?P<type>{_TOKEN}/{_TOKEN})(?:[ \t]*\Z|[ \t]*(?:;[ \t]*(?:{_TOKEN}=(?:{_TOKEN}|{_QUOTED})[ \t]*)?)+\Z)"
)
_MAX_LENGTH = 255

_TEXT = frozenset(
    {
        "application/ecmascript",
        "application/geo+json",
        "application/graphql",
        "application/javascript",
        "application/json",
        "application/json5",
        "application/jsonl",
        "application/mbox",
        "application/n-quads",
        "application/n-triples",
        "application/node",
        "application/pgp-keys",
        "application/sparql-query",
        "application/sql",
        "application/toml",
        "application/trig",
        "application/vnd.apple.mpegurl",
        "application/x-chess-pgn",
        "application/x-csh",
        "application/x-desktop",
        "application/x-httpd-php",
        "application/x-ndjson",
        "application/x-pem-file",
        "application/x-sh",
        "application/x-subrip",
        "application/x-tcl",
        "application/x-tex",
        "application/x-typescript",
        "application/xml",
        "application/xml-dtd",
        "application/yaml",
        "message/rfc822",
    }
)
_ACTIVE = frozenset(
    {
        "application/xml",
        "application/xml-dtd",
        "application/xml-external-parsed-entity",
        "message/rfc822",  # MHTML, an archived page
        "multipart/related",
        "multipart/x-mixed-replace",
        "text/html",
        "text/xml",
        "text/xml-external-parsed-entity",
        "text/xsl",
    }
)


def media_type_for(name: str) -> str:
    """The media type (no parameters) that a name's extension stands for; application/octet-stream when unknown.

    A compressed file is what it is compressed with: `notes.tar.gz` is application/gzip.
    """
    table = _table()
    name = name.lower()
    _, dot, extension = name.rpartition(".")
    return table.get("." + extension if dot else name, OCTET_STREAM)


def is_valid_media_type(text: str) -> bool:
    """Whether text can be sent as a Content-Type: RFC 9110 section 8.3.1, in ASCII, no wildcards, up to 255 characters.

    >>> is_valid_media_type('text/html; charset="utf-8"'), is_valid_media_type("text")
    (True, False)
    """
    if len(text) > _MAX_LENGTH or "\n" in text:
        return False
    return _MEDIA_TYPE.match(text) is not None and "*" not in essence(text).split("/")


def essence(media_type: str) -> str:
    """'type/subtype' in lower case, without parameters."""
    return media_type.partition(";")[0].strip(" \t").lower()


def is_text(media_type: str) -> bool:
    """Whether it is text, so that a charset can be told and a person can read it."""
    plain = essence(media_type)
    return plain.startswith("text/") or plain in _TEXT or plain.endswith(("+json", "+xml", "+yaml"))


def is_active(media_type: str) -> bool:
    """Whether a browser may run script in it when it is opened: HTML, SVG, every XML, archived pages."""
    plain = essence(media_type)
    return plain in _ACTIVE or plain.endswith("+xml")


def known_media_types() -> tuple[str, ...]:
    """Every type that a name can stand for, in alphabetical order."""
    return tuple(sorted(set(_table().values())))


@functools.cache
def _table() -> Mapping[str, str]:
    """Extension with its dot, or a whole name without any, to media type; all lower case."""
    by_type: dict[str, list[str]] = json.loads(resource("media_types.json").read_text("utf-8"))
    return {name: media_type for media_type, names in by_type.items() for name in names}
