"""What a drop or the clipboard offers: the paths in it, and why the rest cannot be shared."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl

from desktop_share.core.errors import Problem
from desktop_share.core.names import shown

# what file managers put on the clipboard beside, or instead of, text/uri-list: an operation, then one URL a line
_COPIED_FILES = ("x-special/gnome-copied-files", "x-special/mate-copied-files", "x-special/KDE-copied-files")
_GLANCE = 50  # URLs that are looked at while something is dragged
_SHORTEST_WEB_SCHEME = 2  # 'c:' is a drive, not a scheme
_WEB_ADDRESS = re.compile(r"(?:https?|ftps?)://\S+", re.IGNORECASE)
_DRIVE_OR_SHARE = re.compile(r"[A-Za-z]:[\\/]|\\\\[^\\/]")


@dataclass(frozen=True, slots=True)
class Carried:
    """What a drag or the clipboard carries, taken out of Qt's hands so that any thread can look through it."""

    urls: tuple[QUrl, ...] = ()
    text: str = ""
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """`paths` are absolute and not looked at yet; `refused` says why other parts cannot be shared."""

    paths: tuple[str, ...] = ()
    refused: tuple[Problem, ...] = ()


def carried_by(data: QMimeData) -> Carried:
    """Takes 3 ms for 10,000 files."""
    urls = tuple(_urls(data))
    picture = data.hasImage() or any(each.startswith("image/") for each in data.formats())
    return Carried(urls, "" if urls else data.text(), picture)


def offer_of(carried: Carried) -> Offer:
    """Files as any file manager hands them over, or text that is nothing but paths; never an empty answer.

    Takes 100 ms for 10,000 files: not for the window's thread.
    """
    local = [(url, _local_path(url)) for url in carried.urls]
    paths = tuple(path for _, path in local if path is not None)
    if paths:
        return Offer(paths, tuple(not_on_this_computer(url) for url, path in local if path is None))
    if carried.picture:
        return Offer(refused=(PICTURE,))
    if carried.urls:
        return Offer(refused=tuple(map(not_on_this_computer, carried.urls)))
    if carried.text.strip():
        written = paths_in_text(carried.text)
        return Offer(written) if written else Offer(refused=(_refused_text(carried.text.strip()),))
    return Offer(refused=(NOTHING,))


def _refused_text(text: str) -> Problem:
    """A copied web address is text as well, and what one does with it is another thing."""
    return not_on_this_computer(QUrl(text)) if _WEB_ADDRESS.fullmatch(text) else TEXT


def at_a_glance(carried: Carried) -> tuple[int, Problem | None]:
    """How many items there will be about, or 0 and why: from the first few, while they are in the air."""
    offer = offer_of(replace(carried, urls=carried.urls[:_GLANCE]))
    if not offer.paths:
        return 0, offer.refused[0]
    return len(offer.paths) + max(len(carried.urls) - _GLANCE, 0), None


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


def not_on_this_computer(url: QUrl) -> Problem:
    return Problem(
        "not-on-this-computer",
        "“{address}” is not a file on this computer.",
        "Save it here first, then drop the saved file.",
        (("address", shown(url.toDisplayString())),),
    )


PICTURE = Problem(
    "picture-offered",
    "A picture that is not a file yet cannot be shared.",
    "Save it first, then drop the saved file.",
)
TEXT = Problem(
    "text-offered",
    "Text cannot be shared yet, only files.",
    "Save it in a file, then drop the file.",
)
NOTHING = Problem(
    "nothing-offered",
    "There is no file in it.",
    "Copy or drag files from your file manager.",
)
