"""Links to lists: each opens a page of several items, and from there each of them, and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

from desktop_share.core.events import Announcer
from desktop_share.core.items import SharedItem
from desktop_share.core.links import ListLink, same_token, token_digest
from desktop_share.core.selection import members_of
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import SelectionSource

ALL = "all"  # in the place of an item's id: all items of the list as one ZIP
_NAME = "Shared files"  # of that ZIP, where the list has none


class ListLinkStore(Protocol):
    """Each method is one transaction, or StorageError."""

    def load_lists(self) -> list[ListLink]: ...

    def save_lists(self, lists: Sequence[ListLink]) -> None: ...


class ListLinks:
    """Thread-safe: one immutable state that a change replaces. `changed` announces all of them."""

    def __init__(self, store: ListLinkStore, share_list: ShareList) -> None:
        self.changed: Announcer[tuple[ListLink, ...]] = Announcer()
        self._store = store
        self._share_list = share_list
        self._writing = threading.RLock()
        self._links: tuple[ListLink, ...] = ()
        self._by_digest: Mapping[bytes, ListLink] = {}
        self._publish(tuple(store.load_lists()))

    def snapshot(self) -> tuple[ListLink, ...]:
        """In the order in which they were made."""
        return self._links

    def find(self, token: str) -> ListLink | None:
        """The link that this token is. Equal work for every unknown token."""
        found = self._by_digest.get(token_digest(token))
        return found if found is not None and same_token(found.link.token, token) else None

    def items(self, link: ListLink) -> tuple[SharedItem, ...]:
        """The items that the link opens now, in the order of its page."""
        if link.item_ids is None:
            return self._share_list.snapshot()
        return tuple(item for each in link.item_ids if (item := self._share_list.get(each)) is not None)

    def opens(self, link: ListLink, item_id: str) -> SharedItem | None:
        """The item, if the link opens it; for ALL, see `together`."""
        if item_id == ALL:
            return self.together(link)
        return self._share_list.get(item_id) if link.item_ids is None or item_id in link.item_ids else None

    def together(self, link: ListLink) -> SharedItem | None:
        """All items of the list as one, which is in no list itself: a ZIP without streams, which have no end, and
        without what is known to be missing. None where nothing is left."""
        members = members_of(item for item in self.items(link) if self._share_list.problem(item.id) is None)
        if not members:
            return None
        name = f"{link.name or _NAME}.zip"
        # no item's id has a tilde in it
        return SharedItem(SelectionSource(members, name), link.link.created, id=f"~{link.link.id}", links=(link.link,))

    def update(self, edit: Callable[[tuple[ListLink, ...]], Iterable[ListLink]]) -> tuple[ListLink, ...]:
        """Replace the links by what `edit` makes of them; returns them as they were. Raises StorageError."""
        with self._writing:
            before = self._links
            after = tuple(edit(before))
            if after != before:
                self._store.save_lists(after)
                self._publish(after)
                self.changed.announce(after)
            return before

    def _publish(self, links: tuple[ListLink, ...]) -> None:
        self._by_digest = {each.link.digest: each for each in links}
        self._links = links
