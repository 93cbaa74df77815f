"""Digest fields (RFC 9530): what is sent, and what a client wants. Pure."""

from __future__ import annotations

import base64
import re

ALGORITHM = "sha-256"
MOST = 10  # section 4: the strongest preference
_LONGEST = 4096  # characters of a Want-Repr-Digest that is read

# Structured fields (RFC 9651). Atomic groups: no value makes the search go back and forth.
_KEY = r"(?>[a-z*][a-z0-9_\-.*]*)"
_BARE = (
    r"(?>"
    r"-?[0-9]{1,12}\.[0-9]{1,3}(?![0-9.])"  # decimal
    r"|-?[0-9]{1,15}(?![0-9.])"  # integer
    r'|"(?>[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"'  # string
    r"|[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*"  # token
    r"|:[A-Za-z0-9+/=]*:"  # bytes
    r"|\?[01]"  # boolean
    r"|@-?[0-9]{1,15}(?![0-9.])"  # date
    r'|%"(?>[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*"'  # display string
    r")"
)
_PARAMETERS = rf"(?>(?:;\x20*{_KEY}(?:={_BARE})?)*)"
_INNER_LIST = rf"\(\x20*(?>(?:{_BARE}{_PARAMETERS}(?:\x20+|(?=\))))*)\)"
_MEMBER = re.compile(rf"(?P<key>{_KEY})(?:=(?P<value>{_BARE}|{_INNER_LIST}))?{_PARAMETERS}")
_BETWEEN = re.compile(r"[ \t]*,[ \t]*")


def repr_digest(sha256: bytes) -> str:
    """The value of Repr-Digest for a hash of the whole representation, whichever part of it is sent.

    >>> repr_digest(bytes(32))
    'sha-256=:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=:'
    """
    return f"{ALGORITHM}=:{base64.b64encode(sha256).decode('ascii')}:"


def sha256_preference(field: str | None) -> int | None:
    """How much a Want-Repr-Digest value asks for SHA-256 (section 4): 1 to 10, and 0 for not at all.

    None: it says nothing of SHA-256, is not a dictionary, or says something that is no preference.
    """
    members = None if field is None else _dictionary(field)
    value = (members or {}).get(ALGORITHM)
    if value is None or not re.fullmatch("-?[0-9]+", value):
        return None
    preference = int(value)
    return preference if 0 <= preference <= MOST else None


def _dictionary(field: str) -> dict[str, str | None] | None:
    """The members as they are written, None for one without a value; of a doubled key the last (RFC 9651 4.2.2)."""
    field = field.strip(" ")
    if len(field) > _LONGEST:
        return None
    members: dict[str, str | None] = {}
    position = 0
    while position < len(field):
        member = _MEMBER.match(field, position)
        if member is None:
            return None
        members[member["key"]] = member["value"]
        position = member.end()
        if position < len(field):
            comma = _BETWEEN.match(field, position)
            if comma is None or comma.end() == len(field):
                return None
            position = comma.end()
    return members
