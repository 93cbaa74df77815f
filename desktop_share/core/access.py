"""Who may have what: one decision, from a token to a grant or a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link
from desktop_share.core.share_list import ShareList


class Refusal(StrEnum):
    """Why a request gets no bytes."""

    UNKNOWN = "unknown"  # no link has this token, or none has it any more
    PAUSED = "paused"  # the owner pauses all sharing
    CHANGED = "changed"  # the rest of one version was asked for by who has the beginning of another
    SOURCE_MISSING = "source-missing"  # the owner's file is gone, unreadable, or no file any more


@dataclass(frozen=True, slots=True)
class Grant:
    """The link opens this item."""

    item: SharedItem
    link: Link


def open_link(share_list: ShareList, token: str, *, paused: bool) -> Grant | Refusal:
    """What the token opens now. While paused, a stranger's guess and a real link get the same answer."""
    found = share_list.find(token)
    if paused:
        return Refusal.PAUSED
    return Refusal.UNKNOWN if found is None else Grant(*found)
