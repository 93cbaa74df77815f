"""A folder opened as a list, and each file in it at an address of its own.

What a request names is looked up among the names of the archive, as it stands, and never made into a path: what is not
in the archive cannot be reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, request

from desktop_share.core.access import Grant, Refusal
from desktop_share.core.archive import entry_representation
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.media_types import media_type_for
from desktop_share.core.sizes import counted, human_size
from desktop_share.core.sources import FolderSource, SelectionSource
from desktop_share.core.tree import Entry
from desktop_share.server.context import Shared, asked, entries_of, shared
from desktop_share.server.delivering import deliver
from desktop_share.server.gate import enter
from desktop_share.server.headers import is_shown
from desktop_share.server.item_addresses import bytes_address, folder_address
from desktop_share.server.item_page import folder_as_archive_only
from desktop_share.server.pages import as_asked, page, refusal_page
from desktop_share.server.task import TARGET

PER_PAGE = 500

_FIGURES = re.compile("[0-9]+")

blueprint = Blueprint("folders", __name__)


class Row(NamedTuple):
    """`other`: the address of what the owner did not choose, '' where there is no such choice."""

    name: str
    address: str
    size: str = ""
    other: str = ""


class Crumb(NamedTuple):
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What is directly in one folder of an archive, in the order in which it is shown."""

    folders: tuple[str, ...]
    files: tuple[Entry, ...]


@blueprint.get("/s/<token>/files/", provide_automatic_options=False)
@blueprint.get("/s/<token>/files/<path:folder>/", provide_automatic_options=False)
def folder_list(token: str, folder: str = "") -> Response:
    context = shared()
    opened = _open_folder(context, token)
    if not isinstance(opened, tuple):
        return opened
    item, entries = opened[0].item, opened[1]
    top = top_folder(entries)
    prefix = f"{folder}/" if folder else top
    contents = contents_of(entries, prefix)
    if contents is None:
        return refusal_page(Refusal.UNKNOWN)
    rows = [Row(name, folder_address(token, f"{prefix}{name}/")) for name in contents.folders]
    inline = item.disposition is Disposition.INLINE
    number, last = page_number(len(rows) + len(contents.files))
    shown = slice((number - 1) * PER_PAGE, number * PER_PAGE)
    folders, files = rows[shown], _cut(contents.files, shown, len(rows))
    here = folder_address(token, prefix)
    crumbs = list(_crumbs(token, item, prefix, top))
    return page(
        "folder.html",
        title=crumbs[-1].name,
        crumbs=crumbs,
        folders=folders,
        files=[_file_row(token, entry, inline=inline) for entry in files],
        inline=inline,
        facts=_facts(len(rows), len(contents.files), number, last),
        archive=bytes_address(token, item),
        number=number,
        last=last,
        before=f"{here}?page={number - 1}" if number > 1 else "",
        after=f"{here}?page={number + 1}" if number < last else "",
    )


@blueprint.route("/f/<token>/<path:name>", methods=["GET", "HEAD"], provide_automatic_options=False)
def file_in_folder(token: str, name: str) -> Response:
    """The bytes of one file, as the owner has the whole folder presented."""
    context = shared()
    opened = _open_folder(context, token)
    if not isinstance(opened, tuple):
        return opened
    grant, entries = opened
    item = grant.item
    entry = entries.get(name)
    if entry is None or entry.is_folder:
        return refusal_page(Refusal.UNKNOWN)
    representation = asked(context, item, lambda: entry_representation(entry))
    if representation is None:
        return refusal_page(Refusal.SOURCE_MISSING)
    try:
        context.opener.typed(representation, entry.name)
    except BaseException:
        representation.close()
        raise
    file = as_asked(as_own_item(item, entry))
    return deliver(context, replace(grant, item=file), representation, part=name)


def contents_of(entries: Mapping[str, Entry], prefix: str) -> Contents | None:
    """What is directly below `prefix` ('' or with a slash at its end): folders, then files, each in the order of
    people. None for what is no folder of the archive. A folder with something in it need not be an entry itself."""
    folders: set[str] = set()
    files: list[Entry] = []
    found = not prefix
    for name, entry in entries.items():
        if name.startswith(prefix):
            found = True
            first, slash, _ = name[len(prefix) :].partition("/")
            if slash:
                folders.add(first)
            elif first:
                files.append(entry)
    if not found:
        return None
    return Contents(
        tuple(sorted(folders, key=_in_order)), tuple(sorted(files, key=lambda entry: _in_order(entry.name)))
    )


def top_folder(entries: Mapping[str, Entry]) -> str:
    """The folder that everything in the archive is in, with its slash: the first list is of what is in it. '' where
    there is none."""
    first, slash, _ = next(iter(entries), "").partition("/")
    top = first + slash
    return top if slash and all(name.startswith(top) for name in entries) else ""


def as_own_item(item: SharedItem, entry: Entry) -> SharedItem:
    """The item with one file of it in place of the archive: a name and a type of its own, the same policies."""
    name = leaf(entry.name)
    return replace(item, name=name, media_type=media_type_for(name), size=entry.size)


def leaf(name: str) -> str:
    return name.rpartition("/")[2]


def _open_folder(context: Shared, token: str) -> tuple[Grant, Mapping[str, Entry]] | Response:
    opened = enter(token)
    if not isinstance(opened, Grant):
        return opened
    if not isinstance(opened.item.source, FolderSource | SelectionSource) or _has_an_encoded_slash():
        return refusal_page(Refusal.UNKNOWN)
    if opened.link.limit is not None:
        return folder_as_archive_only(context, opened)
    entries = entries_of(context, opened.item)
    return refusal_page(Refusal.SOURCE_MISSING) if entries is None else (opened, entries)


def _has_an_encoded_slash() -> bool:
    """No name has a slash in it, so no address of ours has one: what has one was made by hand."""
    path, _, _ = str(request.environ.get(TARGET, "")).partition("?")
    return "%2f" in path.lower()


def _file_row(token: str, entry: Entry, *, inline: bool) -> Row:
    name = leaf(entry.name)
    address = f"/f/{quote(token, safe='')}/{quote(entry.name)}"
    other = Disposition.ATTACHMENT if inline else Disposition.INLINE
    offered = inline or is_shown(media_type_for(name))
    return Row(name, address, human_size(entry.size), f"{address}?as={other}" if offered else "")


def _facts(folders: int, files: int, number: int, last: int) -> list[str]:
    facts = [counted(count, thing) for count, thing in ((folders, "folder"), (files, "file")) if count]
    return [*facts, f"page {number} of {last}"] if last > 1 else facts


def _cut(files: tuple[Entry, ...], shown: slice, before: int) -> Iterable[Entry]:
    """The files that a page shows of a list with so many folders in front of them."""
    return files[max(shown.start - before, 0) : max(shown.stop - before, 0)]


def _crumbs(token: str, item: SharedItem, prefix: str, top: str) -> Iterator[Crumb]:
    yield Crumb(item.download_name.removesuffix(".zip"), folder_address(token, ""))
    path = top
    for name in prefix[len(top) :].split("/")[:-1]:
        path += f"{name}/"
        yield Crumb(name, folder_address(token, path))


def page_number(rows: int) -> tuple[int, int]:
    """Which page of the list is asked for, and how many there are; the nearest one for a number that there is not."""
    last = max(-(-rows // PER_PAGE), 1)
    wanted = request.args.get("page", "")
    number = int(wanted) if re.fullmatch("[0-9]{1,9}", wanted) else 1
    return min(max(number, 1), last), last


def _in_order(name: str) -> str:
    """A key that puts 'Page 2' before 'page 10': figures by their value, letters whatever their case. Names that
    differ in case alone are not in one folder of an archive."""
    return _FIGURES.sub(_padded, name.casefold())


def _padded(figures: re.Match[str]) -> str:
    return figures[0].zfill(20)
