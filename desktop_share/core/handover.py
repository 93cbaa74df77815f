"""What a second start tells the running program: one message each way, of a length, then that much JSON in UTF-8.

The length is 4 bytes, most significant first. Other programs of the same user can write here too, so that nothing in
a message is believed before it was looked at.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from typing import Any

from desktop_share.core.items import CachePolicy, Disposition
from desktop_share.core.link_terms import AS_THEY_ARE, LinkTerms
from desktop_share.core.media_types import is_valid_media_type
from desktop_share.core.options import Options

VERSION = 1
HEADER = 4  # bytes
MOST_BYTES = 4 * 1024 * 1024
MOST_PATHS = 10_000
_LONGEST_NAME = 4096  # characters
_LONGEST_TOKEN = 512
_LONGEST_HASH = 512
_FARTHEST = 2**31  # seconds that a copy may be kept
_LAST_MOMENT = 253_402_300_799  # the end of the year 9999, in seconds since the epoch
_MOST_DOWNLOADS = 2**63 - 1  # that the database can hold

OPEN, QUIT = "open", "quit"


class HandoverError(Exception):
    """A message that is not one."""


@dataclass(frozen=True, slots=True)
class Handover:
    """`action`: OPEN or QUIT. `token`: what the desktop gave the second start to raise a window with, or ''."""

    options: Options
    action: str = OPEN
    token: str = ""


def encode(handover: Handover) -> bytes:
    """Paths are made absolute here, where relative ones mean something. Raises HandoverError, OSError."""
    options = handover.options
    if len(options.paths) > MOST_PATHS:
        raise HandoverError("too many paths")
    return _framed(
        {
            "version": VERSION,
            "action": handover.action,
            "paths": [os.path.abspath(path) for path in options.paths],
            "disposition": options.disposition and options.disposition.value,
            "name": options.name,
            "type": options.media_type,
            "cache": None if options.cache is None else [options.cache.seconds],
            "follow": options.follow,
            "terms": [options.terms.expires, options.terms.limit, options.terms.password_hash, options.terms.ask],
            "token": handover.token,
        }
    )


def answer(refused: str = "") -> bytes:
    return _framed({"version": VERSION, "refused": refused})


def length(header: bytes | bytearray) -> int:
    """Of the JSON that follows. Raises HandoverError."""
    number = int.from_bytes(header[:HEADER], "big")
    if number > MOST_BYTES:
        raise HandoverError("too long")
    return number


def refusal(message: bytes) -> str:
    """What an answer refuses with; '' where it does not. Raises HandoverError."""
    return _text(_object(message), "refused", MOST_BYTES) or ""


def decode(message: bytes, own: Options) -> Handover:
    """The message without its header. `own`: the running program's options, where it says nothing.
    Raises HandoverError."""
    said = _object(message)
    if said.get("version") != VERSION:
        raise HandoverError("another version")
    action = _text(said, "action", _LONGEST_TOKEN)
    if action not in (OPEN, QUIT):
        raise HandoverError("an unknown action")
    media_type = _text(said, "type", _LONGEST_NAME)
    if media_type is not None and not is_valid_media_type(media_type):
        raise HandoverError("no media type")
    paths = _paths(said)
    name = _text(said, "name", _LONGEST_NAME)
    if name is not None and len(paths) != 1:
        raise HandoverError("one name for several paths")
    options = replace(
        own,
        paths=paths,
        text=None,
        disposition=_disposition(said),
        name=name,
        media_type=media_type,
        cache=_cache(said),
        follow=said.get("follow") is True,
        terms=_terms(said),
    )
    return Handover(options, action, _token(said))


def _framed(said: dict[str, Any]) -> bytes:
    # in ASCII, lone surrogates survive: they stand for the bytes of names that are not UTF-8
    body = json.dumps(said, ensure_ascii=True).encode("ascii")
    if len(body) > MOST_BYTES:
        raise HandoverError("too long")
    return len(body).to_bytes(HEADER, "big") + body


def _object(message: bytes) -> dict[str, Any]:
    try:
        said = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise HandoverError("no JSON") from error
    if not isinstance(said, dict):
        raise HandoverError("no object")
    return said


def _text(said: dict[str, Any], key: str, longest: int) -> str | None:
    value = said.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > longest:
        raise HandoverError(f"{key} is no text")
    return value.encode("utf-8", "replace").decode()


def _paths(said: dict[str, Any]) -> tuple[str, ...]:
    paths = said.get("paths")
    if not isinstance(paths, list) or len(paths) > MOST_PATHS or not all(map(_is_path, paths)):
        raise HandoverError("no list of absolute paths")
    return tuple(paths)


def _is_path(value: object) -> bool:
    if not isinstance(value, str) or "\0" in value or not os.path.isabs(value):
        return False
    try:
        os.fsencode(value)
    except UnicodeEncodeError:
        return False
    return True


def _disposition(said: dict[str, Any]) -> Disposition | None:
    value = said.get("disposition")
    if value is None:
        return None
    if value not in [each.value for each in Disposition]:
        raise HandoverError("no disposition")
    return Disposition(value)


def _cache(said: dict[str, Any]) -> CachePolicy | None:
    match said.get("cache"):
        case None:
            return None
        case [None]:
            return CachePolicy()
        case [int(seconds)] if not isinstance(seconds, bool) and 0 <= seconds <= _FARTHEST:
            return CachePolicy(seconds)
    raise HandoverError("no cache policy")


def _terms(said: dict[str, Any]) -> LinkTerms:
    match said.get("terms"):
        case None:
            return AS_THEY_ARE
        case [int() | float() | None as expires, int() | None as limit, str() | None as password_hash, bool(ask)]:
            hashed = _text({"hash": password_hash}, "hash", _LONGEST_HASH)
            if _is_within(expires, _LAST_MOMENT) and _is_within(limit, _MOST_DOWNLOADS) and limit != 0:
                return LinkTerms(None if expires is None else float(expires), limit, hashed, ask)
    raise HandoverError("no terms of a link")


def _is_within(number: float | None, most: int) -> bool:
    """NaN is not."""
    return number is None or (not isinstance(number, bool) and 0 <= number <= most)


def _token(said: dict[str, Any]) -> str:
    """It goes into the environment: printable ASCII only."""
    token = _text(said, "token", _LONGEST_TOKEN) or ""
    return token if token.isascii() and token.isprintable() else ""
