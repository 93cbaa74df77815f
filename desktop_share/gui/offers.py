"""What a drop or the clipboard offers: files, text, a picture, and why the rest cannot be shared."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage, QTextDocumentFragment

from desktop_share.core.errors import Problem
from desktop_share.core.names import shown
from desktop_share.gui.pasted import BLANK, Picture, is_web_address, picture_kind

# what file managers put on the clipboard beside, or instead of, text/uri-list: an operation, then one URL a line
_COPIED_FILES = ("x-special/gnome-copied-files", "x-special/mate-copied-files", "x-special/KDE-copied-files")
_GLANCE = 50  # URLs that are looked at while something is dragged
_GLANCE_TEXT = 10_000  # characters
_SHORTEST_WEB_SCHEME = 2  # 'c:' is a drive, not a scheme
_DRIVE_OR_SHARE = re.compile(r"[A-Za-z]:[\\/]|\\\\[^\\/]")

# Whatever there is of a picture, the lossless first: programs offer all that they could convert it into.
_PICTURES = ("image/png", "image/jpeg", "image/webp", "image/gif", "image/avif", "image/bmp", "image/tiff")
_BYTES = "application/octet-stream"  # Chromium's, of the file behind a picture that is dragged
_BROWSERS = ("x-moz-", "_netscape_", "chromium", "webkit", "text/html")  # in the names of their formats
# folders and files that browsers and screenshot tools make for a drag and remove afterwards
_PASSING = re.compile(r"dnd_file|TemporaryItems|org\.chromium|mozilla_|spectacle\.", re.IGNORECASE)


class OfferKind(StrEnum):
    FILES = "files"
    TEXT = "text"
    LINK = "link"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True)
class Carried:
    """What a drag or the clipboard carries, taken out of Qt's hands so that any thread can look through it.

    text    plain; '' where there are URLs
    """

    urls: tuple[QUrl, ...] = ()
    text: str = ""
    html: str = ""
    picture: Picture | None = None
    from_browser: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be shared; `refused` says why other parts cannot.

    paths      absolute, not looked at yet
    passing    those of `paths` that another program will remove soon: they are copied
    html       the text with its formatting, where there is one
    """

    paths: tuple[str, ...] = ()
    refused: tuple[Problem, ...] = ()
    passing: frozenset[str] = frozenset()
    text: str = ""
    html: str = ""
    picture: Picture | None = None

    @property
    def kind(self) -> OfferKind:
        if self.picture is not None:
            return OfferKind.PICTURE
        if self.text:
            return OfferKind.LINK if is_web_address(self.text) else OfferKind.TEXT
        return OfferKind.FILES


@dataclass(frozen=True, slots=True)
class Glance:
    """About how many items there will be, and of what kind; or 0 and why."""

    count: int = 0
    kind: OfferKind = OfferKind.FILES
    refused: Problem | None = None


def carried_by(data: QMimeData, *, in_the_air: bool = False) -> Carried:
    """Takes 3 ms for 10,000 files. Of a picture `in_the_air`, only that there is one: its bytes come with the drop."""
    urls = tuple(_urls(data))
    formats = data.formats()
    plain = "" if urls else data.text()
    from_browser = any(mark in each.lower() for each in formats for mark in _BROWSERS)
    markup = "" if urls else data.html()
    if _is_local(urls) or plain.strip():  # an office program adds a picture of the text to it
        return Carried(urls, plain, markup, None, from_browser)
    picture = Picture() if in_the_air and _has_picture(data) else None if in_the_air else _picture(data, urls)
    return Carried(urls, plain, markup, picture and replace(picture, from_browser=from_browser), from_browser)


def offer_of(carried: Carried) -> Offer:
    """Files as any file manager hands them over, or text that is nothing but paths; then a picture, a link, text; never
    an empty answer.

    Takes 100 ms for 10,000 files: not for the window's thread.
    """
    local = [(url, _local_path(url)) for url in carried.urls]
    paths = tuple(path for _, path in local if path is not None)
    if paths:
        refused = tuple(not_on_this_computer(url) for url, path in local if path is None)
        return Offer(paths, refused, _passing(paths) if carried.from_browser else frozenset())
    if carried.picture is not None:
        return Offer(picture=carried.picture)
    if carried.urls:
        addresses = [(url, bytes(url.toEncoded().data()).decode("ascii", "replace")) for url in carried.urls]
        text = "\n".join(address for _, address in addresses if is_web_address(address))
        return Offer((), tuple(not_on_this_computer(url) for url, each in addresses if not is_web_address(each)),
                     text=text)  # fmt: skip
    text = carried.text or _plain(carried.html)
    if not text.strip():
        return Offer(refused=(BLANK if text else NOTHING,))
    written = paths_in_text(text)
    return Offer(written) if written else Offer(text=text, html="" if is_web_address(text) else carried.html)


def at_a_glance(carried: Carried) -> Glance:
    """From the first few, while they are in the air."""
    text = (carried.text or carried.html)[:_GLANCE_TEXT]
    offer = offer_of(replace(carried, urls=carried.urls[:_GLANCE], text=text, from_browser=False))
    if offer.paths:
        return Glance(len(offer.paths) + max(len(carried.urls) - _GLANCE, 0))
    if offer.text or offer.picture is not None:
        return Glance(1, offer.kind)
    return Glance(refused=offer.refused[0])


def paths_in_text(text: str) -> tuple[str, ...]:
    """The paths of a text in which every line is one ('/home/a b', '"C:\\a"', '~/a', 'file:///a'); else none."""
    lines = [line.strip().strip("\"'") for line in text.splitlines() if line.strip()]
    paths = [_path_in_line(line) for line in lines]
    return tuple(path for path in paths if path) if all(paths) else ()


def _path_in_line(line: str) -> str | None:
    if line.lower().startswith("file:"):
        return _local_path(QUrl.fromEncoded(line.encode("utf-8", "surrogateescape")))
    path = os.path.expanduser(line) if line.startswith("~") else line
    if "\0" in path or not os.path.isabs(path):
        return None
    # on Windows '/a' counts as absolute in older Pythons, though no drive is named
    return path if os.name != "nt" or _DRIVE_OR_SHARE.match(path) else None


def _urls(data: QMimeData) -> list[QUrl]:
    if data.hasUrls():
        return data.urls()
    for kind in _COPIED_FILES:
        lines = bytes(data.data(kind).data()).splitlines()
        if lines:
            return [QUrl.fromEncoded(line.strip()) for line in lines if b":" in line]
    return []


def _is_local(urls: tuple[QUrl, ...]) -> bool:
    return any(_local_path(url) is not None for url in urls[:_GLANCE])


def _local_path(url: QUrl) -> str | None:
    """The path of a file URL, byte for byte; None for what is not a file of this computer."""
    if len(url.scheme()) >= _SHORTEST_WEB_SCHEME and url.scheme() != "file":
        return None
    if os.name != "nt" and url.host() in ("", "localhost"):
        # Qt's toLocalFile puts replacement characters where a name is not UTF-8
        encoded = bytes(url.path(QUrl.ComponentFormattingOption.FullyEncoded).encode())
        path = os.fsdecode(unquote_to_bytes(encoded))
    else:
        path = url.toLocalFile()
    return path or None


def _passing(paths: tuple[str, ...]) -> frozenset[str]:
    """Those in a folder for temporary files, or with the name of one."""
    folders = [os.path.realpath(each) for each in {tempfile.gettempdir(), "/tmp", "/var/tmp"}]
    return frozenset(
        path
        for path in paths
        if _PASSING.search(path) or any(Path(os.path.realpath(path)).is_relative_to(each) for each in folders)
    )


def _has_picture(data: QMimeData) -> bool:
    return data.hasImage() or any(each in _PICTURES for each in data.formats())


def _picture(data: QMimeData, urls: tuple[QUrl, ...]) -> Picture | None:
    """The bytes of a picture file before pixels: nothing is lost or encoded again."""
    formats = data.formats()
    address = urls[0].toString() if urls else ""
    if urls and _BYTES in formats:
        found = bytes(data.data(_BYTES).data())
        if picture_kind(found) is not None:
            return Picture(found, address=address)
    encoded = next((each for each in _PICTURES if each in formats), None)
    if encoded is not None:
        return Picture(bytes(data.data(encoded).data()), address=address)
    image = data.imageData() if data.hasImage() else None
    return Picture(image=image, address=address) if isinstance(image, QImage) else None


def _plain(markup: str) -> str:
    return QTextDocumentFragment.fromHtml(markup).toPlainText() if markup else ""


def not_on_this_computer(url: QUrl) -> Problem:
    return Problem(
        "not-on-this-computer",
        "“{address}” is not a file on this computer.",
        "Save it here first, then drop the saved file.",
        (("address", shown(url.toDisplayString())),),
    )


NOTHING = Problem(
    "nothing-offered",
    "There is nothing in it that can be shared.",
    "Copy or drag files, folders, text or a picture.",
)
