"""Which status and which bytes a request gets: preconditions and ranges (RFC 9110 sections 13 and 14).

Pure: header values in, an answer out. Where the RFC leaves a choice, the comment says what nginx or Caddy
does, and why this does so.
"""

from __future__ import annotations

import math
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from desktop_share.server.http_dates import parse_http_date

MAX_PARTS = 16

# 8.8.3: no quote inside and no escapes, so a comma between quotes belongs to the tag
_ETAG = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_ETAG_ALONE = re.compile(_ETAG)
_LIST_ITEM = re.compile(rf"[ \t]*(?:(?P<tag>{_ETAG})[ \t]*)?(?:,|\Z)")  # 5.6.1: empty elements count for nothing
_INT_RANGE = re.compile("([0-9]+)-([0-9]*)")
_SUFFIX_RANGE = re.compile("-([0-9]+)")


@dataclass(frozen=True, slots=True)
class RequestConditions:
    """The header values of a request as they came; None: not sent.

    range_lines   how many Range lines there were, where the caller can know
    """

    if_match: str | None = None
    if_none_match: str | None = None
    if_modified_since: str | None = None
    if_unmodified_since: str | None = None
    if_range: str | None = None
    range: str | None = None
    range_lines: int = 1


@dataclass(frozen=True, slots=True)
class Validators:
    """What the representation is recognised by (section 8.8).

    etag            with its quotes, and with W/ when weak; None where there is none
    last_modified   seconds since the epoch; fractions are not seen by a client, so they are dropped
    """

    etag: str | None
    last_modified: float | None


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `start` up to but not including `stop`."""

    start: int
    stop: int

    @property
    def length(self) -> int:
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request gets.

    status   200, 206, 304, 412 or 416
    parts    the bytes of the body, were it a GET: all in one for 200, one or more for 206, none for the others
    """

    status: int
    parts: tuple[ByteRange, ...] = ()


def decide(method: str, conditions: RequestConditions, validators: Validators, length: int, now: float) -> Answer:
    """Section 13.2.2, step by step, for a representation of `length` bytes at `now` (seconds since the epoch)."""
    failed = _failed_precondition(method, conditions, validators, now)
    if failed is not None:
        return Answer(failed)
    whole = Answer(200, (ByteRange(0, length),))
    if method != "GET" or conditions.range is None or conditions.range_lines > 1:  # 14.2: Range is for GET only
        return whole
    if conditions.if_range is not None and not _if_range_holds(conditions.if_range, validators, now):
        return whole
    parts = requested_parts(conditions.range, length)
    if parts is None:
        return whole
    return Answer(206, parts) if parts else Answer(416)


def _failed_precondition(method: str, conditions: RequestConditions, validators: Validators, now: float) -> int | None:
    """412 or 304 where a precondition fails, else None. Dates that are no dates are as if not sent (13.1.3, 13.1.4)."""
    reading = method in ("GET", "HEAD")
    modified = _sent_date(validators, now)
    if conditions.if_match is not None:
        if not _names(conditions.if_match, validators.etag, strong=True):
            return 412
    elif conditions.if_unmodified_since is not None and modified is not None:
        limit = parse_http_date(conditions.if_unmodified_since.strip(" \t"), now)
        if limit is not None and modified > limit:
            return 412
    if conditions.if_none_match is not None:
        if _names(conditions.if_none_match, validators.etag, strong=False):
            return 304 if reading else 412
    elif conditions.if_modified_since is not None and modified is not None and reading:
        limit = parse_http_date(conditions.if_modified_since.strip(" \t"), now)
        if limit is not None and modified <= limit:
            return 304
    return None


def _sent_date(validators: Validators, now: float) -> int | None:
    """Last-Modified as `headers.download_headers` sends it: whole seconds, never later than Date (8.8.2.1)."""
    if validators.last_modified is None:
        return None
    return math.floor(min(validators.last_modified, now))


def _names(field: str, etag: str | None, *, strong: bool) -> bool:
    """Whether an If-Match or If-None-Match value names this representation, which exists.

    A malformed list names nothing: the update is refused, the bytes are sent. Both are the safe side.
    """
    if field.strip(" \t") == "*":
        return True
    tags = _tags(field)
    if etag is None or tags is None:
        return False
    if strong:
        return not etag.startswith("W/") and etag in tags
    return etag.removeprefix("W/") in {tag.removeprefix("W/") for tag in tags}


def _tags(field: str) -> list[str] | None:
    """The entity tags of a list; None when it is malformed."""
    tags: list[str] = []
    position = 0
    while position < len(field):
        found = _LIST_ITEM.match(field, position)
        if found is None:
            return None
        if found["tag"]:
            tags.append(found["tag"])
        position = found.end()
    return tags


def _if_range_holds(field: str, validators: Validators, now: float) -> bool:
    """13.1.5: one strong tag, or exactly the date, and only if that is strong by 8.8.2.2.

    A date is strong once its second is over: within it the file may change again and keep the date.
    """
    field = field.strip(" \t")
    if '"' in field[:3]:
        etag = validators.etag
        return etag is not None and not etag.startswith("W/") and bool(_ETAG_ALONE.fullmatch(field)) and field == etag
    date, modified = parse_http_date(field, now), _sent_date(validators, now)
    return date is not None and date == modified and now >= date + 1


# -- ranges


def requested_parts(field: str, length: int) -> tuple[ByteRange, ...] | None:
    """The parts that a Range value asks for, merged where they overlap or touch, else in the order asked for.

    None: answer as if there were no Range (14.2: unknown unit, malformed, or more trouble than the whole file).
    Empty: nothing of it can be satisfied, 416.
    """
    unit, equals, ranges = field.strip(" \t").partition("=")
    if not equals or unit.lower() != "bytes":
        return None
    specs = [spec.strip(" \t") for spec in ranges.split(",")]
    wanted = [_resolve(spec, length) for spec in specs if spec]
    if not wanted or None in wanted:  # one invalid range spoils the set (14.1.1)
        return None
    found = [part for part in wanted if part is not None and part.length > 0]
    if not found:
        # An empty file has no byte to name in Content-Range. From byte 0 on it is all there is: 200, as nginx
        # answers, for players and download tools that send `bytes=0-` with every request.
        return None if length == 0 and any(part == ByteRange(0, 0) for part in wanted) else ()
    if sum(part.length for part in found) > length:  # nginx and Caddy too: the whole file is shorter
        return None
    merged = _merged(found)
    return merged if len(merged) <= MAX_PARTS else None


_NOTHING = ByteRange(-1, -1)  # valid, but not satisfiable


def _resolve(spec: str, length: int) -> ByteRange | None:
    """One int-range or suffix-range against a length (14.1.2); None when it is invalid, a part without length when
    it cannot be satisfied."""
    suffix = _SUFFIX_RANGE.fullmatch(spec)
    if suffix:
        # More than there is: all of it (14.1.2), a 206 as nginx and Caddy answer: the client asked for a part
        # and learns from Content-Range that this is the whole.
        count = _position(suffix[1], length)
        return ByteRange(length - count, length) if count or suffix[1].strip("0") else _NOTHING
    found = _INT_RANGE.fullmatch(spec)
    if found is None:
        return None
    if found[2] and _magnitude(found[2]) < _magnitude(found[1]):
        return None
    start = _position(found[1], length)
    if start >= length:
        return ByteRange(0, 0) if length == 0 and not found[1].strip("0") else _NOTHING
    return ByteRange(start, min(_position(found[2], length) + 1, length) if found[2] else length)


def _magnitude(digits: str) -> tuple[int, str]:
    """Orders numbers of any length without converting them: `int` refuses more than 4,300 digits."""
    digits = digits.lstrip("0")
    return len(digits), digits


def _position(digits: str, length: int) -> int:
    """The number, or `length` when it is more."""
    return int(digits.lstrip("0") or "0") if _magnitude(digits) < _magnitude(str(length)) else length


def _merged(parts: Sequence[ByteRange]) -> tuple[ByteRange, ...]:
    """Parts that overlap or touch become one, in the place of the first of them that was asked for (15.3.7.2)."""
    groups: list[tuple[int, ByteRange]] = []
    for place, part in sorted(enumerate(parts), key=lambda pair: pair[1].start):
        if groups and part.start <= groups[-1][1].stop:
            first, last = groups[-1]
            groups[-1] = min(first, place), ByteRange(last.start, max(last.stop, part.stop))
        else:
            groups.append((place, part))
    return tuple(part for _, part in sorted(groups, key=lambda pair: pair[0]))


# -- what says so in the answer


def content_range(part: ByteRange | None, length: int) -> str:
    """Content-Range of a part (206), or of none (416) (section 14.4).

    >>> content_range(ByteRange(0, 10), 100), content_range(None, 100)
    ('bytes 0-9/100', 'bytes */100')
    """
    return f"bytes */{length}" if part is None else f"bytes {part.start}-{part.stop - 1}/{length}"


@dataclass(frozen=True, slots=True)
class Multipart:
    """A multipart/byteranges body: for each part its header and then its bytes, then `closing` (section 14.6).

    length   of the whole body, for Content-Length
    """

    content_type: str
    parts: tuple[tuple[bytes, ByteRange], ...]
    closing: bytes
    length: int


def new_boundary() -> str:
    """128 random bits: no file can have been made to contain it."""
    return secrets.token_hex(16)


def multipart(parts: Sequence[ByteRange], media_type: str, length: int, boundary: str) -> Multipart:
    """The frame around several parts of a representation of `length` bytes.

    `media_type` is the Content-Type of the whole, `boundary` 1 to 70 letters and digits (RFC 2046 section 5.1.1).
    """
    if not re.fullmatch("[0-9A-Za-z]{1,70}", boundary):
        raise ValueError(f"not a boundary: {boundary!r}")
    framed = tuple(  # each part after the first begins with the line end that closes the bytes before it
        (
            f"{line_end}--{boundary}\r\nContent-Type: {media_type}\r\n"
            f"Content-Range: {content_range(part, length)}\r\n\r\n".encode("latin-1"),
            part,
        )
        for line_end, part in zip(("", *["\r\n"] * len(parts)), parts, strict=False)
    )
    closing = f"\r\n--{boundary}--\r\n".encode("ascii")
    total = sum(len(header) + part.length for header, part in framed) + len(closing)
    return Multipart(f"multipart/byteranges; boundary={boundary}", framed, closing, total)
