"""What the header fields of an answer ask for, in plain words: one sentence for each, templates for the window."""

from __future__ import annotations

import re
from collections.abc import Callable

from desktop_share.core.errors import Problem
from desktop_share.core.sizes import human_duration, human_size

_SENTENCES = {
    "accept-ranges: bytes": "A part can be asked for: a broken download goes on, and a video can be wound forward.",
    "accept-ranges: none": "No part can be asked for: a broken download begins anew.",
    "cross-origin-resource-policy": "Other sites cannot use it in their pages.",
    "date": "When this was answered.",
    "etag": "The mark of this version: by it a broken download goes on, and a browser checks its copy.",
    "last-modified": "When it was changed last.",
    "referrer-policy": "A site that is opened from here is not told this link.",
    "repr-digest": "The SHA-256 of the whole: a program can check its copy against it.",
    "transfer-encoding": "It is sent as it comes: nobody knows its length beforehand.",
    "x-content-type-options": "The browser takes the type as it is told, and does not guess another.",
    "permissions-policy": "What it shows may use no camera, no microphone and nothing else of the device.",
    "x-robots-tag": "Search engines are asked not to list it.",
}


def meaning_of(name: str, value: str) -> Problem:
    """The sentence for one field as it is sent; its text is '' where a layman gains nothing from one."""
    name = name.lower()
    if name in _BY_VALUE:
        what, values = _BY_VALUE[name](value)
    else:
        what, values = _SENTENCES.get(f"{name}: {value}", _SENTENCES.get(name, "")), ()
    return Problem(f"field-{name}", what, "", values)


def saved_name(disposition: str) -> str:
    """The name in a Content-Disposition of ours for a client that reads `filename` alone; '' where there is none."""
    found = re.search(r'; filename="([^"]*)"', disposition)
    return found[1] if found else ""


_Sentence = tuple[str, tuple[tuple[str, str], ...]]


def _content_disposition(value: str) -> _Sentence:
    if value.startswith("inline"):
        return "Asks the browser to show it rather than to save it.", ()
    return "Asks the browser to save it rather than to show it. Some browsers open some types all the same.", ()


def _content_type(value: str) -> _Sentence:
    if value == "application/octet-stream":
        return "Says no more than that these are bytes: the browser can only save them.", ()
    return "What it is. The browser shows it, or finds the program for it, by this.", ()


def _content_length(value: str) -> _Sentence:
    size = human_size(int(value)) if value.isdecimal() else value
    return "How long it is: {size}. So the browser can tell how much is still to come.", (("size", size),)


def _cache_control(value: str) -> _Sentence:
    if value == "no-store":
        return "The browser keeps no copy of its own, only what is saved.", ()
    kept = re.search(r"max-age=([0-9]+)", value)
    if kept:
        time = human_duration(int(kept[1]))
        return "The browser may keep a copy, and use it for {time} without asking again.", (("time", time),)
    return "The browser may keep a copy, and asks every time whether it still holds.", ()


def _content_security_policy(value: str) -> _Sentence:
    if value.startswith("sandbox"):
        return "Opened in a browser, it is on its own: no script in it runs, and nothing is loaded from elsewhere.", ()
    return "Other sites cannot show it inside their pages.", ()


def _retry_after(value: str) -> _Sentence:
    time = human_duration(int(value)) if value.isdecimal() else value
    return "It is worth trying again in {time}.", (("time", time),)


_BY_VALUE: dict[str, Callable[[str], _Sentence]] = {
    "cache-control": _cache_control,
    "content-disposition": _content_disposition,
    "content-length": _content_length,
    "content-security-policy": _content_security_policy,
    "content-type": _content_type,
    "retry-after": _retry_after,
}
