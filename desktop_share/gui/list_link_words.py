"""Links to lists in words, and their addresses."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from desktop_share.core.items import SharedItem
from desktop_share.core.links import ListLink
from desktop_share.core.names import shown
from desktop_share.gui.link_words import allows
from desktop_share.gui.transfer_words import Cell, moment_cell
from desktop_share.gui.wording import items

_NAMED = 3  # items


def tr(text: str) -> str:
    return QCoreApplication.translate("ListLinks", text)


def contents(listed: ListLink) -> str:
    """'the whole list', '3 items': as the link was made."""
    return tr("the whole list") if listed.item_ids is None else items(len(listed.item_ids))


def made_words(listed: ListLink, *, copied: bool) -> str:
    words = tr("Link to {what} copied") if copied else tr("Link to {what} made; copy it once sharing has started")
    return words.format(what=contents(listed))


def name_cell(listed: ListLink, now: float) -> Cell:
    """Its name, the owner's note, and what it allows where it is limited."""
    unnamed = tr("The whole list") if listed.item_ids is None else tr("Some of the list")
    link = listed.link
    limited = link.expires is not None or link.limit is not None or link.password_hash or link.ask
    parts = (shown(link.note), allows(link, now) if limited else "")
    return Cell(shown(listed.name) or unnamed, " · ".join(part for part in parts if part))


def contents_cell(listed: ListLink, present: int) -> Cell:
    """What it opens: everything, or how many of its items are in the list still."""
    if listed.item_ids is None:
        return Cell(tr("everything"), items(present))
    gone = len(listed.item_ids) - present
    return Cell(items(present), tr("{count} not in the list now").format(count=gone) if gone else "")


def made_cell(listed: ListLink) -> Cell:
    return moment_cell(listed.link.created)


def opens(listed: ListLink, present: Sequence[SharedItem]) -> str:
    """'report.pdf, photo.jpg, notes.txt and 2 more'"""
    if listed.item_ids is None:
        return tr("Opens every item of the list, those that come later too.")
    if not present:
        return tr("None of its items is in the list now.")
    names = ", ".join(f"“{shown(item.download_name)}”" for item in present[:_NAMED])
    more = len(present) - _NAMED
    if more > 0:
        return tr("Opens {names} and {count} more.").format(names=names, count=more)
    return tr("Opens {names}.").format(names=names)
