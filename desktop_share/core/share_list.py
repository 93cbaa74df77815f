"""The share list: the ordered items, safe to use from every thread, announcing what changed.

Readers take the current state without waiting: it is an immutable value that a change replaces. Writers
queue behind one lock; a change is saved first, then published, then announced, so that what anyone saw
is also what a restart brings back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from desktop_share.core.errors import Problem
from desktop_share.core.events import Announcer
from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link, new_link, same_token, token_digest
from desktop_share.core.sources import Source
from desktop_share.core.tree import LeftOut


class ItemStore(Protocol):
    """Where the list is kept. Every method is one transaction: done when it returns, or StorageError and not done."""

    def load(self) -> list[SharedItem]: ...

    def insert(self, items: Sequence[SharedItem], order: Sequence[str] | None) -> None:
        """Save new items: at the end in their order, or, with `order` (every id of the list), as it says."""

    def update(self, items: Sequence[SharedItem]) -> None: ...

    def remove(self, ids: Sequence[str]) -> None: ...

    def reorder(self, order: Sequence[str]) -> None: ...


# What changed. Indexes are ascending: where the rows are after an insertion or an update, were before a removal.


@dataclass(frozen=True, slots=True)
class ItemsInserted:
    indexes: tuple[int, ...]
    items: tuple[SharedItem, ...]


@dataclass(frozen=True, slots=True)
class ItemsRemoved:
    indexes: tuple[int, ...]
    items: tuple[SharedItem, ...]


@dataclass(frozen=True, slots=True)
class ItemsUpdated:
    indexes: tuple[int, ...]
    items: tuple[SharedItem, ...]


@dataclass(frozen=True, slots=True)
class ItemsReordered:
    order: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProblemChanged:
    """What is wrong with an item now, or that nothing is any more."""

    item_id: str
    problem: Problem | None


@dataclass(frozen=True, slots=True)
class ItemState:
    """What is known of an item's source now, beside what is wrong with it.

    indexed, total   bytes of a folder that have been read for its index, of how many; total None: not counted yet,
                     or nothing to index
    left_out         of a folder: the first of what is not in its archive, and why; `left_out_count` in all
    changed          the source is no longer what the owner shared
    """

    indexed: int = 0
    total: int | None = None
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0
    changed: bool = False

    @property
    def is_indexing(self) -> bool:
        return self.total is not None and self.indexed < self.total


NOTHING_KNOWN = ItemState()


@dataclass(frozen=True, slots=True)
class StateChanged:
    item_id: str
    state: ItemState


ListEvent = ItemsInserted | ItemsRemoved | ItemsUpdated | ItemsReordered | ProblemChanged | StateChanged


@dataclass(frozen=True, slots=True)
class Added:
    """The outcome of `add`, in the order asked: the item of each source, and which of them are new."""

    items: tuple[SharedItem, ...]
    new: tuple[SharedItem, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """What `remove` took out and where it was: what `restore` wants to bring it back."""

    indexes: tuple[int, ...]
    items: tuple[SharedItem, ...]


@dataclass(frozen=True, slots=True)
class _State:
    items: tuple[SharedItem, ...] = ()
    index: Mapping[str, int] = field(default_factory=dict)
    by_source: Mapping[Source, SharedItem] = field(default_factory=dict)
    by_digest: Mapping[bytes, tuple[SharedItem, Link]] = field(default_factory=dict)

    @staticmethod
    def of(items: Iterable[SharedItem]) -> _State:
        ordered = tuple(items)
        return _State(
            ordered,
            {item.id: number for number, item in enumerate(ordered)},
            {item.source: item for item in ordered},
            {link.digest: (item, link) for item in ordered for link in item.links},
        )

    def appended(self, items: Sequence[SharedItem]) -> _State:
        """With new items at the end: what is there is copied, not looked at, as a large drop comes in batches."""
        first = len(self.items)
        return _State(
            (*self.items, *items),
            {**self.index, **{item.id: number for number, item in enumerate(items, first)}},
            {**self.by_source, **{item.source: item for item in items}},
            {**self.by_digest, **{link.digest: (item, link) for item in items for link in item.links}},
        )


class ShareList:
    """See the module. `changed` announces ListEvents in the order of the changes."""

    def __init__(self, store: ItemStore) -> None:
        self._store = store
        self._writing = threading.RLock()
        self._state = _State.of(store.load())
        self._problems: dict[str, Problem] = {}
        self._states: dict[str, ItemState] = {}
        self.changed: Announcer[ListEvent] = Announcer()

    # -- reading, from any thread, without waiting

    def snapshot(self) -> tuple[SharedItem, ...]:
        return self._state.items

    def __len__(self) -> int:
        return len(self._state.items)

    def get(self, item_id: str) -> SharedItem | None:
        state = self._state
        index = state.index.get(item_id)
        return None if index is None else state.items[index]

    def find(self, token: str) -> tuple[SharedItem, Link] | None:
        """The item that this token opens, and the link that it is. Equal work for every unknown token."""
        found = self._state.by_digest.get(token_digest(token))
        if found is None or not same_token(found[1].token, token):
            return None
        return found

    def problem(self, item_id: str) -> Problem | None:
        return self._problems.get(item_id)

    def state(self, item_id: str) -> ItemState:
        return self._states.get(item_id, NOTHING_KNOWN)

    # -- changing

    def add(self, items: Sequence[SharedItem]) -> Added:
        """Append items; one whose source is in the list already is not doubled. Raises StorageError."""
        with self._writing:
            known = dict(self._state.by_source)
            placed: list[SharedItem] = []
            new: list[SharedItem] = []
            for item in items:
                present = known.get(item.source)
                if present is None:
                    known[item.source] = present = item
                    new.append(item)
                placed.append(present)
            if new:
                self._store.insert(new, None)
                self._insert(range(len(self._state.items), len(self._state.items) + len(new)), new)
            return Added(tuple(placed), tuple(new))

    def restore(self, removed: Removed) -> None:
        """Bring removed items back, with their links, where they were. Raises StorageError.

        A source that was added anew meanwhile keeps its new item, and gets the removed item's links too. A link
        that came back in this way before stays with the item that has it.
        """
        with self._writing:
            self._merge_links(removed.items)
            back = [
                (index, self._with_free_links(item))
                for index, item in zip(removed.indexes, removed.items, strict=True)
                if item.id not in self._state.index and item.source not in self._state.by_source
            ]
            if not back:
                return
            items = list(self._state.items)
            for index, item in back:
                items.insert(min(index, len(items)), item)
            position = {item.id: number for number, item in enumerate(items)}
            self._store.insert([item for _, item in back], [item.id for item in items])
            self._insert([position[item.id] for _, item in back], [item for _, item in back], items)

    def update(self, ids: Iterable[str], edit: Callable[[SharedItem], SharedItem]) -> tuple[SharedItem, ...]:
        """Replace items by what `edit` makes of them; ids that are gone are passed over. Raises StorageError.

        Returns the items as they were, of those that changed: `update` with these undoes it.
        """
        with self._writing:
            state = self._state
            edits = [
                (index, state.items[index], edit(state.items[index]))
                for index in sorted({state.index[each] for each in ids if each in state.index})
            ]
            edits = [each for each in edits if each[1] != each[2]]
            if edits:
                self._replace({index: new for index, _, new in edits})
            return tuple(old for _, old, _ in edits)

    def remove(self, ids: Iterable[str]) -> Removed:
        """Take items out; ids that are gone are passed over. Raises StorageError."""
        with self._writing:
            state = self._state
            indexes = tuple(sorted({state.index[each] for each in ids if each in state.index}))
            gone = tuple(state.items[index] for index in indexes)
            if gone:
                self._store.remove([item.id for item in gone])
                leaving = {item.id for item in gone}
                self._state = _State.of(item for item in state.items if item.id not in leaving)
                for item in gone:
                    self._problems.pop(item.id, None)
                    self._states.pop(item.id, None)
                self.changed.announce(ItemsRemoved(indexes, gone))
            return Removed(indexes, gone)

    def move(self, ids: Iterable[str], before: int) -> None:
        """Move items, in their present order, in front of the row that is now at `before` (len: to the end)."""
        with self._writing:
            state = self._state
            moving = {each for each in ids if each in state.index}
            head = [item for item in state.items[:before] if item.id not in moving]
            tail = [item for item in state.items[before:] if item.id not in moving]
            self._reorder([*head, *(item for item in state.items if item.id in moving), *tail])

    def arrange(self, order: Sequence[str]) -> None:
        """Put the items into this order; those that it does not name come last, as they are. Raises StorageError."""
        with self._writing:
            place = {item_id: number for number, item_id in enumerate(order)}
            items = sorted(self._state.items, key=lambda item: place.get(item.id, len(place)))
            self._reorder(items)

    def report(self, item_id: str, problem: Problem | None) -> None:
        """Say what is wrong with an item now, or that nothing is. Not saved: it is looked at anew after a restart."""
        with self._writing:
            if item_id not in self._state.index or self._problems.get(item_id) == problem:
                return
            if problem is None:
                self._problems.pop(item_id, None)
            else:
                self._problems[item_id] = problem
            self.changed.announce(ProblemChanged(item_id, problem))

    def note(self, item_id: str, edit: Callable[[ItemState], ItemState]) -> None:
        """Say what is known of an item now. Not saved: it is found out anew after a restart."""
        with self._writing:
            before = self.state(item_id)
            state = edit(before)
            if item_id in self._state.index and state != before:
                self._states[item_id] = state
                self.changed.announce(StateChanged(item_id, state))

    # -- the published state

    def _insert(
        self,
        indexes: Sequence[int],
        items: Sequence[SharedItem],
        all_items: Sequence[SharedItem] | None = None,
    ) -> None:
        self._state = self._state.appended(items) if all_items is None else _State.of(all_items)
        ordered = sorted(zip(indexes, items, strict=True), key=lambda pair: pair[0])
        self.changed.announce(ItemsInserted(tuple(index for index, _ in ordered), tuple(item for _, item in ordered)))

    def _reorder(self, items: Sequence[SharedItem]) -> None:
        order = tuple(item.id for item in items)
        if order != tuple(item.id for item in self._state.items):
            self._store.reorder(order)
            self._state = _State.of(items)
            self.changed.announce(ItemsReordered(order))

    def _replace(self, new: Mapping[int, SharedItem]) -> None:
        self._store.update(list(new.values()))
        self._state = _State.of(new.get(index, item) for index, item in enumerate(self._state.items))
        self.changed.announce(ItemsUpdated(tuple(new), tuple(new.values())))

    def _merge_links(self, removed: Sequence[SharedItem]) -> None:
        merged: dict[int, SharedItem] = {}
        for item in removed:
            present = self._state.by_source.get(item.source)
            if present is not None and present.id != item.id:
                index = self._state.index[present.id]
                present = merged.get(index, present)
                extra = tuple(link for link in item.links if link.digest not in self._state.by_digest)
                if extra:
                    merged[index] = replace(present, links=(*present.links, *extra))
        if merged:
            self._replace(dict(sorted(merged.items())))

    def _with_free_links(self, item: SharedItem) -> SharedItem:
        """Without the links that another item has by now; with a new one where none is left."""
        free = tuple(link for link in item.links if link.digest not in self._state.by_digest)
        return item if free == item.links else replace(item, links=free or (new_link(),))
