"""Links on the clipboard."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QClipboard

from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link
from desktop_share.core.share_list import ShareList
from desktop_share.core.sharing import Sharing, SharingState
from desktop_share.gui.background import Background
from desktop_share.gui.link_words import Standing, dead_links_copied, standing
from desktop_share.gui.wording import links_copied

PAINTED_MS = 60
_MANY = 100  # links beyond which they are put together off the window's thread


@dataclass(frozen=True, slots=True)
class _Wanted:
    ids: tuple[str, ...]
    shared_before: bool
    token: str = ""


@dataclass(frozen=True, slots=True)
class _Made:
    """`dead`: the items whose link opens nothing, and why."""

    links: tuple[str, ...]
    dead: tuple[tuple[str, Standing], ...]


class LinkCopier(QObject):
    """Puts the links of items on the clipboard, one a line, percent-encoded.

    While there is no address, the last request waits for one. `copied` carries what to tell the person;
    `dead_copied` that too, and the ids of items whose links were copied though they open nothing any more.
    """

    copied = Signal(str)
    dead_copied = Signal(str, object)

    def __init__(
        self,
        share_list: ShareList,
        sharing: Sharing,
        clipboard: QClipboard,
        background: Background,
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(parent)
        self._share_list = share_list
        self._sharing = sharing
        self._clipboard = clipboard
        self._background = background
        self.clock = clock
        self._waiting: _Wanted | None = None

    @property
    def waiting(self) -> bool:
        return self._waiting is not None

    def copy(self, ids: Sequence[str], *, shared_before: bool = False, token: str = "") -> None:
        """Copy the links as the items are now; `shared_before`: say that these were in the list already. `token`:
        of the link that is wanted of one item; '' for the default link."""
        if ids:
            self._waiting = _Wanted(tuple(ids), shared_before, token)
            self.try_again(self._sharing.state)

    def try_again(self, state: SharingState) -> None:
        """The address may have changed: copy what waits, where there is one."""
        wanted = self._waiting
        if wanted is None or state.base_url is None:
            return
        self._waiting = None
        links = partial(self._made, state, wanted)
        if len(wanted.ids) <= _MANY:
            self._put(links(), wanted)
        else:
            # after the rows that were selected just now are painted: both at once would hold the window up
            QTimer.singleShot(
                PAINTED_MS, self, lambda: self._background.run(links, lambda made: self._put(made, wanted))
            )

    def _made(self, state: SharingState, wanted: _Wanted) -> _Made:
        now = self.clock()
        items = [item for item in map(self._share_list.get, wanted.ids) if item is not None]
        chosen = [(item, _wanted_link(item, wanted.token)) for item in items]
        addresses = (state.link_with(item, link) for item, link in chosen)
        standings = ((item.id, standing(link, now)) for item, link in chosen)
        return _Made(
            tuple(each for each in addresses if each is not None),
            tuple(each for each in standings if each[1] is not Standing.OPEN),
        )

    def _put(self, made: _Made, wanted: _Wanted) -> None:
        if not made.links or self._waiting is not None:
            return
        self._clipboard.setText("\n".join(made.links))
        if made.dead:
            text = dead_links_copied([state for _, state in made.dead], len(made.links))
            self.dead_copied.emit(text, [item_id for item_id, _ in made.dead])
        else:
            self.copied.emit(links_copied(len(made.links), shared_before=wanted.shared_before))


def _wanted_link(item: SharedItem, token: str) -> Link:
    return next((link for link in item.links if link.token == token), item.link)
