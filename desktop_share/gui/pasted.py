"""What is pasted or dropped and is no file: the bytes that are kept of it, and a name that says what it is and when."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit

from PySide6.QtCore import QBuffer, QByteArray, QCoreApplication, QIODevice
from PySide6.QtGui import QImage, QImageWriter

from desktop_share.core.errors import Problem, ShareError
from desktop_share.core.names import legal_name, split_extension

TEXT = "text/plain; charset=utf-8"
HTML = "text/html; charset=utf-8"

_WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_LONGEST_STEM = 60  # characters; four bytes each leave room for a number and an extension
_LONGEST_HOST = 30
_PNG_QUALITY = 80  # the fastest that compresses: 4K pixels of noise take a second


def tr(text: str) -> str:
    return QCoreApplication.translate("Pasted", text)


@dataclass(frozen=True, slots=True)
class Picture:
    """Of a picture there is at least one: its file's bytes, or its pixels. `address`: where on the web it is from."""

    encoded: bytes = b""
    image: QImage | None = None
    from_browser: bool = False
    address: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes to keep. `stem`: of its name, where it has one; else it is called by `word` and the time."""

    data: bytes
    word: str
    extension: str
    media_type: str
    stem: str = ""

    def name(self, now: float, taken: Collection[str]) -> str:
        """'Note 2026-11-22 14.05.txt', told apart from the names in `taken` by a number, whatever their case."""
        stem = self.stem or f"{self.word} {time.strftime('%Y-%m-%d %H.%M', time.localtime(now))}"
        return unused(stem, self.extension, taken)


def unused(stem: str, extension: str, taken: Collection[str]) -> str:
    """A legal name that is not taken: the stem is cut where a number would not fit behind it."""
    stem = stem[:_LONGEST_STEM]
    folded = {each.casefold() for each in taken}
    name, number = legal_name(stem + extension), 1
    while name.casefold() in folded:
        number += 1
        name = legal_name(f"{stem} ({number}){extension}")
    return name


def is_web_address(text: str) -> bool:
    """Whether the whole text is one http or https address."""
    return _WEB_ADDRESS.fullmatch(text.strip()) is not None and _parts(text.strip()).hostname is not None


def _parts(address: str) -> SplitResult:
    """Nothing but an empty result of what is no address: brackets that hold no IPv6."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def text_content(text: str) -> Content:
    """A note; of a text that is a web address, a page with the link. Raises ShareError where there is nothing in it.

    Half surrogate pairs, which Windows lets through, become question marks.
    """
    if not text.strip():
        raise ShareError(BLANK)
    if is_web_address(text):
        host = (_parts(text.strip()).hostname or "")[:_LONGEST_HOST]
        page = link_page(text.strip())
        return Content(page.encode("utf-8", "replace"), f"{tr('Link')} {host}", ".html", HTML)
    return Content(text.encode("utf-8", "replace"), tr("Note"), ".txt", TEXT)


def formatted_content(markup: str) -> Content:
    """Rich text as a page of its own."""
    whole = re.search(r"<html[\s>]", markup, re.IGNORECASE) is not None
    page = markup if whole else f"<!doctype html>\n<meta charset='utf-8'>\n{markup}\n"
    return Content(page.encode("utf-8", "replace"), tr("Note"), ".html", HTML)


# A page, not a text: a phone opens the link with one tap. The policy that HTML is served with (`sandbox`) lets a page
# that fills the window follow its own links, though nothing in it can run.
_LINK_PAGE = (
    '<!doctype html>\n<html lang="">\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width">\n<meta name="referrer" content="no-referrer">\n'
    "<title>{text}</title>\n"
    "<style>:root {{ color-scheme: light dark }} body {{ font: 1.25rem/1.5 system-ui, sans-serif; margin: 2rem; "
    "overflow-wrap: anywhere }}</style>\n"
    '<a href="{text}">{text}</a>\n'
)


def link_page(address: str) -> str:
    return _LINK_PAGE.format(text=html.escape(address, quote=True))


def editable_text(data: bytes) -> str:
    """What the owner edits: the text itself; of a page that is only a link, its address. Raises ShareError."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ShareError(NOT_TEXT) from error
    found = re.search(r'<a href="([^"]*)"', text)
    address = html.unescape(found[1]) if found else ""
    return address if address and link_page(address) == text else text


def edited_content(text: str, media_type: str, was_link: bool) -> Content:
    """What is kept of an edited text: of the type that it had; a link becomes a note where it is none any more."""
    if was_link or not text.strip():
        return text_content(text)
    return Content(text.encode("utf-8", "replace"), "", "", media_type)


# -- pictures


def picture_kind(data: bytes) -> tuple[str, str] | None:
    """(media type, extension) of formats that every browser shows, by their first bytes."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", ".png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", ".jpg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif", ".gif"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp", ".webp"
    return ("image/avif", ".avif") if data[4:12] in (b"ftypavif", b"ftypavis") else None


def picture_content(picture: Picture) -> Content:
    """As it came where browsers show its format, else as PNG. Takes up to a second. Raises ShareError."""
    data, kind = picture.encoded, picture_kind(picture.encoded)
    if kind is None:
        image = picture.image if picture.image is not None else QImage.fromData(picture.encoded)
        if image.isNull():
            raise ShareError(NO_PICTURE)
        data, kind = _png(image), ("image/png", ".png")
    word = tr("Picture") if picture.from_browser or picture.address else tr("Screenshot")
    last = unquote(_parts(picture.address).path.rpartition("/")[2])
    stem, extension = split_extension(last)
    return Content(data, word, kind[1], kind[0], stem if extension else "")


def _png(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"png"))
    writer.setQuality(_PNG_QUALITY)
    if not writer.write(image):
        raise ShareError(NO_PICTURE)
    return bytes(buffer.data().data())


BLANK = Problem(
    "blank-text",
    "There is nothing but white space in the text.",
    "Copy some words and paste them again.",
)
NO_PICTURE = Problem(
    "broken-picture",
    "The picture cannot be read.",
    "Save it as a file in the other program, then drop the file.",
)
NOT_TEXT = Problem(
    "not-text",
    "That is not text in UTF-8.",
    "Paste the text again.",
)
