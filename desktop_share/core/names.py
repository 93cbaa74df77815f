"""Names that are legal on every system.

The rules of Windows, macOS, Linux and Android taken together, and none of the characters that make a name look
like another one. What is taken away leaves a `_` where words would run together.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MAX_BYTES = 255  # of UTF-8: the limit of ext4, APFS and of Chromium's downloads; stricter than NTFS's
FALLBACK = "file"

_MAX_EXTENSION_BYTES = 64
_MAX_CLUSTER = 64  # characters; a longer pile of combining marks is cut anywhere

# What a path ends at, here or on the recipient's side: Windows turns the full-width ones into real ones when a
# program is not Unicode, and the others cannot be told apart by eye.
_SEPARATORS = "/\\\u2044\u2215\u2216\u2571\u2572\u27cb\u27cd\u29f5\u29f8\u29f9\ufe68\uff0f\uff3c"
_WINDOWS_FORBIDDEN = '<>:"|?*'
_LINE_BREAKS = re.compile("[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(chr(p << 16 | 0xFFFE) + chr(p << 16 | 0xFFFF) for p in range(17))
_FORBIDDEN = re.compile(
    f"[\x00-\x1f\x7f-\x9f\ud800-\udfff{_NONCHARACTERS}{re.escape(_SEPARATORS + _WINDOWS_FORBIDDEN)}]+"
)

# Takes no room and changes what is seen or compared: soft hyphen, grapheme joiner, bidi marks, overrides and
# isolates, zero-width spaces, fillers, annotation and shorthand controls, the deprecated language tag.
_INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e001f\U000e0080-\U000e00ff]+"
)
_TAG_FLAG = re.compile("(\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6}\U000e007f)")  # Scotland's, say
_ZWNJ, _ZWJ = "\u200c", "\u200d"
_JOINING_SCRIPT = re.compile(  # Arabic, Syriac, the Indic scripts, Khmer, Mongolian, Adlam, …
    "[\u0600-\u109f\u1780-\u18af\u1900-\u1cff\ua800-\uabff\ufb50-\ufdcf\ufdf0-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00010fff\U00011000-\U00011fff\U0001e900-\U0001e95f]"
)
_PICTOGRAPH = re.compile(
    "[\xa9\xae\u203c\u2049\u2100-\u27ff\u2900-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_SKIN_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_REGIONAL = re.compile("[\U0001f1e6-\U0001f1ff]")
_CONTEXTUAL = re.compile("[\u180b-\u180d\u180f\u200c\u200d\ufe00-\ufe0f\U000e0020-\U000e007f\U000e0100-\U000e01ef]")

# With any extension, any case and spaces before the dot. The superscript digits count as digits to Windows.
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9¹²³])\s*(?:\.|\Z)", re.IGNORECASE)

_COMPRESSED = "gz|bz2|xz|zst|lz|lz4|lzma|lzo|z|br"
_EXTENSION = re.compile(
    rf"(?:\.(?:tar|cpio|csv|img|iso|json|log|nii|sql|txt|xml)\.(?:{_COMPRESSED})"
    r"|\.(?:7z|rar|zip)\.[0-9]{3}"
    r"|\.d\.ts"
    r"|\.[^.\s]{1,24})\Z",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)  # asked several times for each request and each painted row
def legal_name(name: str) -> str:
    """A file name that every system can save, from any text.

    The result is NFC, not empty, at most 255 bytes of UTF-8 (cut before the extension, which stays), and legal
    already: `legal_name(legal_name(x)) == legal_name(x)`. Never raises.

    >>> legal_name("Q3/Q4: what?.tar.gz")
    'Q3_Q4_ what_.tar.gz'
    """
    text = unicodedata.normalize("NFC", _INVISIBLE.sub("", _join_surrogates(name)))
    text = _FORBIDDEN.sub("_", _LINE_BREAKS.sub(" ", text))
    text = _trimmed(unicodedata.normalize("NFC", _without_stray_joiners(text))) or FALLBACK
    if _DEVICE.match(text):
        text = "_" + text
    if len(text.encode()) > MAX_BYTES:
        text = _cut(text)
        if _DEVICE.match(text):  # 'CON', 300 spaces and an 'x': now short, so there is room for the underscore
            text = "_" + text
    return text


def split_extension(name: str) -> tuple[str, str]:
    """(stem, extension with its dots): the stem is what an editor selects. `stem + extension == name`.

    A name that starts with its only dot has no extension, nor has text with a space after its last dot.

    >>> split_extension("photos.tar.gz")
    ('photos', '.tar.gz')
    """
    found = _EXTENSION.search(name, 1)
    if found is None or len(found[0].encode("utf-8", "surrogatepass")) > _MAX_EXTENSION_BYTES:
        return name, ""
    return name[: found.start()], found[0]


def _join_surrogates(text: str) -> str:
    """Two halves of one character become that character; a lone half stays, and is replaced later."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _without_stray_joiners(text: str) -> str:
    """Joiners and variation selectors stay where a script or an emoji needs them, else they go."""
    if not _CONTEXTUAL.search(text):
        return text
    pieces = _TAG_FLAG.split(text)  # every second piece is a flag, whole
    return "".join(piece if index % 2 else _settle(piece) for index, piece in enumerate(pieces))


def _settle(text: str) -> str:
    kept: list[str] = []
    before = ""  # the last character that is no combining mark: NFC may still reorder the marks
    for index, character in enumerate(text):
        if not _CONTEXTUAL.match(character) or _needed(character, before, text[index + 1 : index + 2]):
            kept.append(character)
            before = before if unicodedata.combining(character) else character
    return "".join(kept)


def _needed(character: str, before: str, after: str) -> bool:
    if character in (_ZWJ, _ZWNJ):
        if _JOINING_SCRIPT.match(before):
            return True
        emoji_before = bool(_PICTOGRAPH.match(before)) or before == "\ufe0f"
        return character == _ZWJ and emoji_before and bool(_PICTOGRAPH.match(after))
    if "\ufe00" <= character <= "\ufe0f":  # one a character: emoji, keycaps, mathematical and CJK forms
        return before in tuple("#0123456789") or (before > "\xa8" and not _blank(before))
    if character >= "\U000e0100":
        return before >= "\u2e80" and not _CONTEXTUAL.match(before)
    return "\u1820" <= before <= "\u18aa" and "\u180b" <= character <= "\u180f"


def _blank(character: str) -> bool:
    return character.isspace() or bool(_CONTEXTUAL.match(character))


def _trimmed(text: str) -> str:
    """Without dots that hide a file and without the dots and spaces that Windows loses at the end."""
    first, last = 0, len(text)
    while first < last and (text[first] in ".\u2800" or _blank(text[first])):
        first += 1
    while last > first and (text[last - 1] in ".\u2800" or text[last - 1].isspace()):
        last -= 1
    return text[first:last]


def _cut(text: str) -> str:
    """The longest beginning of the stem that fits with the extension, without half of a visible character."""
    stem, extension = split_extension(text)
    room = MAX_BYTES - len(extension.encode())
    fitting = len(stem.encode()[:room].decode("utf-8", "ignore"))
    end = fitting
    while end > max(fitting - _MAX_CLUSTER, 1) and _inside_cluster(stem, end):
        end -= 1
    if _inside_cluster(stem, end):
        end = fitting
    return _trimmed(_without_stray_joiners(stem[:end])) + extension


def _inside_cluster(text: str, end: int) -> bool:
    """Whether a cut at `end` would part what is seen as one character (the common cases of UAX 29)."""
    after = text[end : end + 1]
    if not after:
        return False
    if text[end - 1] == _ZWJ or _CONTEXTUAL.match(after) or _SKIN_TONE.match(after):
        return True
    if _REGIONAL.match(after):  # flags are pairs
        start = end
        while start and _REGIONAL.match(text[start - 1]):
            start -= 1
        return (end - start) % 2 == 1
    return unicodedata.category(after).startswith("M")


def shown(name: str) -> str:
    """A name as plain text: what is not text on disk shows as the replacement character."""
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" or not c.isprintable() else c for c in name)
