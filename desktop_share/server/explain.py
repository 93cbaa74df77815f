"""What a browser would get for an item now: asked of the running server, so that nothing of it is a copy.

A HEAD request over the loopback or the address that links are made with: the fields are those of a GET (RFC 9110
section 9.3.2), with what the server itself puts in, in its order and spelling. No transfer comes of it.
"""

from __future__ import annotations

import http.client
import re
import unicodedata
from collections.abc import Mapping
from http import HTTPStatus

from desktop_share.core.addresses import HostAddress
from desktop_share.core.errors import Problem
from desktop_share.core.explanation import ExplainedField, Explanation
from desktop_share.core.items import SharedItem
from desktop_share.core.media_types import OCTET_STREAM, essence, is_active
from desktop_share.core.names import split_extension
from desktop_share.core.sharing import link_path
from desktop_share.server.field_meanings import meaning_of, saved_name
from desktop_share.server.headers import is_shown

TIMEOUT = 10.0  # seconds; a folder is looked through before its archive has a length
ACCEPT = "text/html,application/xhtml+xml,*/*;q=0.8"  # as browsers say it: a refusal is a page then

_OPENED_ANYWAY = re.compile(r"(?:image|audio|video)/.*|application/pdf|text/plain")
_REPLACED_ON_WINDOWS = frozenset({".lnk", ".local", ".scf", ".url"})  # Chromium: net/base/filename_util_internal.cc
_LONG_FOR_WINDOWS = 200  # characters; 260 for the whole path, with the folder that downloads are saved in
_SINGLE_QUOTES = re.compile("['\u2018\u2019\u201a\u201b]")  # each of them ends a quoted text in PowerShell


def explain(item: SharedItem, address: HostAddress, port: int) -> Explanation | None:
    """See `Explanation`. None where the server does not answer. Waits for the answer: not for the window's thread."""
    connection = http.client.HTTPConnection(address.ip, port, timeout=TIMEOUT)
    try:
        connection.request("HEAD", link_path(item), headers={"Accept": ACCEPT})
        answer = connection.getresponse()
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    link = address.url(port) + link_path(item)
    method = "GET" if item.link.limit is None else "POST"
    return Explanation(
        status_line=f"HTTP/1.1 {answer.status} {answer.reason}",
        fields=tuple(ExplainedField(name, value, meaning_of(name, value)) for name, value in answer.getheaders()),
        notes=_notes(item, answer.status, dict(answer.getheaders())),
        curl=curl_command(link, item.download_name, method),
        powershell=powershell_command(link, item.download_name, method),
    )


def _notes(item: SharedItem, status: int, fields: Mapping[str, str]) -> tuple[Problem, ...]:
    if status == HTTPStatus.UNAUTHORIZED:
        return (_note("password", "The browser gets a page that asks for the password, and then what the link gives."),)
    if status == HTTPStatus.OK and item.link.limit is not None:
        text = "Downloads of this link are counted: the browser gets a page first, and its button begins the download."
        return (_note("counted", text),)
    return notes(item.download_name, status, fields)


def notes(name: str, status: int, fields: Mapping[str, str]) -> tuple[Problem, ...]:
    """What no single field says, of an answer that saves as `name`."""
    if status != HTTPStatus.OK:
        return (_note("refused", "No file is given now: the browser gets a page that says why."),)
    media_type = essence(fields.get("Content-Type", OCTET_STREAM))
    disposition = fields.get("Content-Disposition", "")
    found = [
        *_about_showing(media_type, is_inline=disposition.startswith("inline")),
        *_about_the_name(name, media_type),
    ]
    plain = saved_name(disposition)
    if plain != name:
        text = "Old programs, and curl, cannot read this name and save it as “{plain}”."
        found.append(_note("plain-name", text, plain=plain))
    return tuple(found)


def curl_command(link: str, name: str, method: str = "GET") -> str:
    """For sh. `method`: POST where downloads are counted. `-J` takes the name that the server says, as far as curl
    reads it: plain ASCII."""
    target = "-OJ" if name.isascii() else f"-o {_for_sh(name)}"
    return f"curl -f {target}{'' if method == 'GET' else f' -X {method}'} {_for_sh(link)}"


def powershell_command(link: str, name: str, method: str = "GET") -> str:
    """For Windows PowerShell 5 (which needs Internet Explorer without `-UseBasicParsing`) and later ones."""
    how = "" if method == "GET" else f" -Method {method.capitalize()}"
    return f"Invoke-WebRequest -Uri {_for_powershell(link)}{how} -OutFile {_for_powershell(name)} -UseBasicParsing"


def _about_showing(media_type: str, *, is_inline: bool) -> list[Problem]:
    if is_inline and not is_shown(media_type):
        return [
            _note("not-shown", "Most browsers cannot show this type: they save it, though they are asked to show it.")
        ]
    if is_inline and is_active(media_type):
        text = "This type can hold programs. It is shown, but no program in it runs, so some of it may not work."
        return [_note("sandboxed", text)]
    if not is_inline and _OPENED_ANYWAY.fullmatch(media_type):
        text = "iPhones and iPads show pictures, videos, PDF and text even where they are asked to save them."
        return [_note("opened-anyway", text)]
    return []


def _about_the_name(name: str, media_type: str) -> list[Problem]:
    stem, extension = split_extension(name)
    in_chromium = chromium_name(name)
    if in_chromium != name:
        return [_note("name-chromium", "Chrome, Edge and Android save it as “{name}”.", name=in_chromium)]
    if extension.lower() in _REPLACED_ON_WINDOWS:
        text = "Chrome and Edge on Windows save it as “{name}”: this ending could start a program."
        return [_note("name-windows", text, name=f"{stem}.download")]
    if not extension and media_type != OCTET_STREAM:
        return [
            _note("name-ending", "This name has no ending: Firefox and Android may add one that goes with its type.")
        ]
    if len(name) > _LONG_FOR_WINDOWS:
        return [_note("name-long", "Windows may cut this name: with its folder it can be 260 characters long at most.")]
    return []


def chromium_name(name: str) -> str:
    """What Chromium makes of a legal name: no invisible character (such as joins the parts of an emoji), and no tilde
    at either end."""
    bare = "".join("_" if unicodedata.category(c) == "Cf" else c for c in name)
    return re.sub(r"^~|~\Z", "_", bare)


def _note(kind: str, text: str, **values: str) -> Problem:
    return Problem(f"explain-{kind}", text, "", tuple(values.items()))


def _for_sh(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _for_powershell(text: str) -> str:
    return "'" + _SINGLE_QUOTES.sub(lambda quote: quote[0] * 2, text) + "'"
