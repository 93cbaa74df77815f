"""The last downloads of a link, looked up on the thread that waits for the disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from desktop_share.core.history_table import HistoryEntry
from desktop_share.gui.background import Background

ReceiptsOf = Callable[[str], Sequence[HistoryEntry]]


class Receipts:
    """`show` is given what `receipts_of` finds of the link that was asked for last; nothing until it is found."""

    def __init__(
        self,
        background: Background,
        receipts_of: ReceiptsOf | None,
        show: Callable[[Sequence[HistoryEntry]], object],
    ) -> None:
        self._background = background
        self._receipts_of = receipts_of
        self._show = show
        self._asked: tuple[str, int] | None = None  # the link whose receipts are shown, and which question that was
        self._number = 0

    def ask(self, link_id: str | None) -> None:
        """None: nobody sees them."""
        self._number += 1
        if self._receipts_of is None or link_id is None:
            self._asked = None
            self._show(())
            return
        if self._asked is None or self._asked[0] != link_id:
            self._show(())
        self._asked = asked = (link_id, self._number)
        ask = partial(self._receipts_of, link_id)
        self._background.run(
            lambda: ask() if asked == self._asked else None,  # rows that were only passed by are not looked up
            lambda entries: None if entries is None else self._found(asked, entries),
            lambda _problem: self._found(asked, ()),
        )

    def _found(self, asked: tuple[str, int], entries: Sequence[HistoryEntry]) -> None:
        if asked == self._asked:
            self._show(entries)
