"""Media types by content: for names that say nothing, and whether a text is UTF-8.

Nothing active comes of it. What looks like HTML, SVG or XML under a name that does not say so is plain text: a
browser that is told so runs nothing in it.
"""

from __future__ import annotations

import codecs
import itertools
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator

from desktop_share.core.errors import SourceError
from desktop_share.core.media_types import OCTET_STREAM, is_text, media_type_for
from desktop_share.core.representation import MemorySegment, NotYet, Representation, Segment, read_at

PLAIN = "text/plain"
HEAD = 4096  # bytes that a type is told from
WHOLE = 16 << 20  # bytes up to which a text is read from end to end
SAMPLE = 1 << 20  # bytes at each end of a longer one
REMEMBERED = 2_000  # representations

_BLOCK = 256 << 10
_BYTE_ORDER_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# tab, line feed, form feed, carriage return and escape are in real texts; the others are not
_NO_CONTROLS = bytes(set(range(256)) - ({*range(32), 127} - {9, 10, 12, 13, 27}))

# Of what puremagic tells, what can be believed: its extensions, each with the bytes that have to have matched. It has
# 1,400 signatures of one byte and more, gives all the same weight, and for a ZIP it names Word's type first.
_STRONG = {
    ".png": 8,
    ".jpg": 3,
    ".gif": 6,
    ".webp": 12,
    ".tiff": 4,
    ".psd": 4,
    ".jxl": 12,
    ".djvu": 16,
    ".icns": 4,
    ".dcm": 4,
    ".flac": 4,
    ".mp3": 5,
    ".wav": 8,
    ".aiff": 12,
    ".mid": 4,
    ".avi": 8,
    ".mpg": 4,
    ".flv": 4,
    ".asf": 8,
    ".gz": 3,
    ".bz2": 3,
    ".xz": 6,
    ".zst": 4,
    ".7z": 6,
    ".rar": 7,
    ".tar": 5,
    ".cab": 4,
    ".rpm": 4,
    ".woff": 4,
    ".woff2": 4,
    ".otf": 4,
    ".db": 16,
}
_ISO_BRANDS = {  # ISO/IEC 14496-12: the four bytes after 'ftyp'
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis"), "image/heic"),
    **dict.fromkeys((b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"avc1", b"dash", b"mp41", b"mp42"), "video/mp4"),
    **dict.fromkeys((b"M4V ", b"M4VH", b"M4VP", b"MSNV", b"f4v "), "video/mp4"),
}


def sniffed(head: bytes) -> str:
    """The media type of what begins so (`HEAD` bytes of it, or all); OCTET_STREAM where that is not sure.

    >>> sniffed(b"Dear all,"), sniffed(b"\\x89PNG\\r\\n\\x1a\\n"), sniffed(b"<html>"), sniffed(b"")
    ('text/plain', 'image/png', 'text/plain', 'application/octet-stream')
    """
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"{\\rtf1"):
        return "application/rtf"
    if head and (_is_utf16(head) or _looks_like_text(head)):
        return PLAIN
    if head[4:8] == b"ftyp":
        return "video/3gpp" if head[8:11] == b"3gp" else _ISO_BRANDS.get(head[8:12], OCTET_STREAM)
    if head.startswith(b"\x1aE\xdf\xa3"):
        return _matroska(head)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip(head)
    if head.startswith(b"OggS"):  # what is in it decides between sound and video, pages later
        return "application/ogg"
    return _by_signature(head)


def is_utf8(representation: Representation) -> bool:
    """Whether its bytes are UTF-8 text: all of them, of more than `WHOLE` the first and the last `SAMPLE`.

    Not where they hold a NUL: English in UTF-16 without a mark would be valid UTF-8.
    """
    length = representation.length
    if length <= WHOLE:
        return _decodes(_blocks(representation, 0, length), at_end=True)
    tail = b"".join(_blocks(representation, length - SAMPLE, length))
    return _decodes(_blocks(representation, 0, SAMPLE), at_end=False) and _decodes(
        [_from_a_character_on(tail)], at_end=True
    )


class ContentTypes:
    """What the content has told, by the representations' validators. Thread-safe."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._types: OrderedDict[tuple[str, str], str] = OrderedDict()
        self._lock = threading.Lock()

    def typed(self, representation: Representation, declared: str, *, chosen: bool = False) -> None:
        """Set its media type: the declared one, with a charset where it is text in UTF-8; by its content where
        OCTET_STREAM was declared and not `chosen`. Bytes are read for these two only, and once for each version."""
        if not (
            (is_text(declared) and "charset=" not in declared.lower()) or (declared == OCTET_STREAM and not chosen)
        ):
            representation.media_type = declared
            return
        key = None if representation.etag is None else (representation.etag, declared)
        with self._lock:
            known = None if key is None else self._types.get(key)
            if key is not None and known is not None:
                self._types.move_to_end(key)
        if known is not None:
            representation.media_type = known
            return
        try:
            representation.media_type = found = _looked_at(representation, declared)
        except (OSError, SourceError):  # whoever sends it runs into the same and can tell it
            representation.media_type = declared
            return
        if key is not None and representation.unchanged():
            with self._lock:
                self._types[key] = found
                while len(self._types) > self._remembered:
                    self._types.popitem(last=False)


def _looked_at(representation: Representation, declared: str) -> str:
    if declared != OCTET_STREAM:
        return _with_charset(declared) if is_utf8(representation) else declared
    head = b"".join(_blocks(representation, 0, min(HEAD, representation.length)))
    found = sniffed(head)
    if found != PLAIN or _is_utf16(head):
        return found
    return _with_charset(PLAIN) if is_utf8(representation) else OCTET_STREAM  # a text at its beginning only


def _with_charset(media_type: str) -> str:
    return f"{media_type.rstrip('; ')}; charset=utf-8"


def _looks_like_text(head: bytes) -> bool:
    return not head.translate(None, delete=_NO_CONTROLS) and _decodes([head], at_end=len(head) < HEAD)


def _is_utf16(head: bytes) -> bool:
    """Whether it is text in UTF-16 behind its mark: a browser reads the mark and needs no charset."""
    if not head.startswith(_BYTE_ORDER_MARKS):
        return False
    text = head[: len(head) & ~1].decode("utf-16", "replace")
    return "\ufffd" not in text[:-1] and all(c.isprintable() or c.isspace() for c in text)


def _matroska(head: bytes) -> str:
    """By the EBML header's DocType (RFC 8794 section 11.2.6): its id, a length of one byte, the text."""
    at = head.find(b"\x42\x82", 4, 80)
    return "video/webm" if at > 0 and head[at + 3 : at + 7] == b"webm" else "video/x-matroska"


def _zip(head: bytes) -> str:
    """EPUB and OpenDocument say what they are in a first entry that is not compressed; the others do not."""
    if head[30:38] == b"mimetype":
        size = int.from_bytes(head[18:22], "little")
        start = 38 + int.from_bytes(head[28:30], "little")
        told = head[start : start + min(size, 100)].decode("ascii", "replace")
        if told == "application/epub+zip" or told.startswith("application/vnd.oasis.opendocument."):
            return told
    return "application/zip"


def _by_signature(head: bytes) -> str:
    import puremagic  # reads its signatures, 20 ms: only for the first name that says nothing

    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):  # nothing matches; nothing is there
        return OCTET_STREAM
    believed = [
        (len(match.byte_match), match.extension)
        for match in matches
        if match.offset >= 0 and len(match.byte_match) >= _STRONG.get(match.extension, HEAD)
    ]
    return media_type_for(max(believed)[1]) if believed else OCTET_STREAM


def _decodes(blocks: Iterable[bytes], *, at_end: bool) -> bool:
    """Whether it is UTF-8 without a NUL; without `at_end`, a character that is cut at the end is none the worse."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in blocks:
            if b"\0" in block:
                return False
            decoder.decode(block)
        decoder.decode(b"", final=at_end)
    except UnicodeDecodeError:
        return False
    return True


def _from_a_character_on(data: bytes) -> bytes:
    """Without the rest of a character that a cut left at the beginning: at most three continuation bytes."""
    rest = sum(1 for _ in itertools.takewhile(lambda byte: 0x80 <= byte < 0xC0, data[:3]))
    return data[rest:]


def _blocks(representation: Representation, start: int, stop: int) -> Iterator[bytes]:
    """The bytes from `start` to `stop` in pieces. Raises OSError and SourceError."""
    for piece in representation.slice(start, stop):
        if isinstance(piece, NotYet):
            raise OSError("not known yet")
        yield from _read(piece)


def _read(piece: Segment) -> Iterator[bytes]:
    if isinstance(piece, MemorySegment):
        yield piece.data
        return
    position = 0
    while position < piece.length:
        block = read_at(piece, position, min(_BLOCK, piece.length - position))
        if not block:
            raise OSError("the file is shorter than it was")
        position += len(block)
        yield block
