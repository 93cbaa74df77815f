"""Who may have what: one decision, from what stands in an address to a grant or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link, ListLink
from desktop_share.core.list_links import ListLinks
from desktop_share.core.share_list import ShareList
from desktop_share.core.signed_links import MARK, Signer
from desktop_share.core.sources import SelectionSource

OF_LIST = "~"  # between the token of a link to a list and the id of an item on it; in no token and no id


def item_address(token: str, item_id: str) -> str:
    """What stands in the place of a token for an item on a list; `list_links.ALL` for all of them together."""
    return f"{token}{OF_LIST}{item_id}"


class Refusal(StrEnum):
    """Why a request gets no bytes."""

    UNKNOWN = "unknown"  # no link has this token, or none has it any more
    REVOKED = "revoked"  # the owner took the link back
    EXPIRED = "expired"  # its time is over
    USED_UP = "used-up"  # all its downloads were delivered
    ALL_TAKEN = "all-taken"  # those that are left are under way to others
    PASSWORD_NEEDED = "password-needed"
    PASSWORD_WRONG = "password-wrong"
    SIGNATURE_WRONG = "signature-wrong"  # a signed link that was not made here, or was changed, or taken back
    NOT_APPROVED = "not-approved"  # the owner said no, or said nothing in time
    WAITING = "waiting"  # the owner is being asked
    TOO_MANY = "too-many-requests"
    WRONG_NETWORK = "wrong-network"  # the owner does not share with this address
    PAUSED = "paused"  # the owner pauses all sharing
    CHANGED = "changed"  # the rest of one version was asked for by who has the beginning of another
    SOURCE_MISSING = "source-missing"  # the owner's file is gone, unreadable, or no file any more


class Proof(StrEnum):
    """What a recipient has shown where something has to be shown."""

    GIVEN = "given"
    NONE = "none"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks, as far as a link wants to know. The functions are asked only where the link asks for it.

    password   whether the link's password was given
    approval   None: approved; else WAITING or NOT_APPROVED
    """

    password: Callable[[Link], Proof] = lambda _: Proof.NONE
    approval: Callable[[Link], Refusal | None] = lambda _: Refusal.NOT_APPROVED


@dataclass(frozen=True, slots=True)
class Grant:
    """The address opens this item, as `link` allows.

    address   what stood in the address in the place of a token: the item's other addresses are made with it too
    listed    the link to a list that the item was found through
    """

    item: SharedItem
    link: Link
    address: str = ""
    listed: ListLink | None = None


@dataclass(frozen=True, slots=True)
class ListGrant:
    """The address opens the page of a list."""

    listed: ListLink

    @property
    def link(self) -> Link:
        return self.listed.link


G = TypeVar("G", Grant, ListGrant)


@dataclass(frozen=True, slots=True)
class Doors:
    """What links are looked up in.

    clock        seconds since the epoch (see `clock.py`)
    ask_always   whether the owner is asked about each new device at every link now
    """

    share_list: ShareList
    lists: ListLinks
    signer: Signer
    clock: Callable[[], float]
    ask_always: Callable[[], bool] = lambda: False

    def open(self, address: str, asker: Asker, *, paused: bool) -> Grant | Refusal:
        """The item that an address opens now, for who asks. While paused, a guess and a real link get one answer."""
        found = self.find(address)
        return Refusal.PAUSED if paused else self._judged(found, asker)

    def open_list(self, token: str, asker: Asker, *, paused: bool) -> ListGrant | Refusal:
        """As `open`, for the page of a list."""
        listed = self.lists.find(token)
        if paused:
            return Refusal.PAUSED
        return Refusal.UNKNOWN if listed is None else self._judged(ListGrant(listed), asker)

    def find(self, address: str) -> Grant | Refusal:
        """The item and the link that an address means, whoever asks: UNKNOWN or SIGNATURE_WRONG where there are none.

        An address is a link's token; the token of a link to a list with an item's id; or a signed link.
        """
        if MARK in address:
            return self._signed(address)
        token, of_list, item_id = address.partition(OF_LIST)
        if of_list:
            listed = self.lists.find(token)
            item = None if listed is None else self.lists.opens(listed, item_id)
            return Refusal.UNKNOWN if listed is None or item is None else Grant(item, listed.link, address, listed)
        found = self.share_list.find(address)
        return Refusal.UNKNOWN if found is None else Grant(*found, address)

    def is_there(self, grant: Grant) -> bool:
        """Whether what was granted is still shared; of all items of a list together, whether each of them is."""
        if self.share_list.get(grant.item.id) is not None:
            return True
        found = self.find(grant.address)
        if not isinstance(found, Grant) or found.item.id != grant.item.id:
            return False
        granted, now = grant.item.source, found.item.source
        if isinstance(granted, SelectionSource) and isinstance(now, SelectionSource):
            return set(granted.members) <= set(now.members)
        return True  # it came back between the two looks: removing it was undone

    def _signed(self, text: str) -> Grant | Refusal:
        signed = self.signer.read(text)
        item = None if signed is None else self.share_list.get(signed.item_id)
        if signed is None or (item is not None and item.key_turn != signed.key_turn):
            return Refusal.SIGNATURE_WRONG
        if item is None:
            return Refusal.UNKNOWN
        # its token is its text: no other link has it, and what is cut and told by links goes on working
        return Grant(replace(item, disposition=signed.disposition), Link(text, expires=signed.expires), text)

    def _judged(self, found: G | Refusal, asker: Asker) -> G | Refusal:
        if isinstance(found, Refusal):
            return found
        return judge(found.link, asker, self.clock(), ask_always=self.ask_always()) or found


def judge(link: Link, asker: Asker, now: float, *, ask_always: bool = False) -> Refusal | None:
    """Whether a link is good now, for who asks: the first thing that is in the way, None where nothing is."""
    if link.revoked:
        return Refusal.REVOKED
    if link.expires is not None and now >= link.expires:
        return Refusal.EXPIRED
    if link.left == 0:
        return Refusal.USED_UP
    if link.password_hash:
        proof = asker.password(link)
        if proof is not Proof.GIVEN:
            return Refusal.PASSWORD_WRONG if proof is Proof.WRONG else Refusal.PASSWORD_NEEDED
    return asker.approval(link) if link.ask or ask_always else None
