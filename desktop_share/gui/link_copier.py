"""Links on the clipboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QClipboard

from desktop_share.core.share_list import ShareList
from desktop_share.core.sharing import Sharing, SharingState
from desktop_share.gui.background import Background
from desktop_share.gui.wording import links_copied

PAINTED_MS = 60
_MANY = 100  # links beyond which they are put together off the window's thread


@dataclass(frozen=True, slots=True)
class _Wanted:
    ids: tuple[str, ...]
    shared_before: bool


class LinkCopier(QObject):
    """Puts the links of items on the clipboard, one a line, percent-encoded.

    While there is no address, the last request waits for one. `copied` carries what to tell the person.
    """

    copied = Signal(str)

    def __init__(
        self,
        share_list: ShareList,
        sharing: Sharing,
        clipboard: QClipboard,
        background: Background,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._share_list = share_list
        self._sharing = sharing
        self._clipboard = clipboard
        self._background = background
        self._waiting: _Wanted | None = None

    @property
    def waiting(self) -> bool:
        return self._waiting is not None

    def copy(self, ids: Sequence[str], *, shared_before: bool = False) -> None:
        """Copy the links as the items are now; `shared_before`: say that these were in the list already."""
        if ids:
            self._waiting = _Wanted(tuple(ids), shared_before)
            self.try_again(self._sharing.state)

    def try_again(self, state: SharingState) -> None:
        """The address may have changed: copy what waits, where there is one."""
        wanted = self._waiting
        if wanted is None or state.base_url is None:
            return
        self._waiting = None
        links = self._links(state, wanted.ids)
        if len(wanted.ids) <= _MANY:
            self._put(links(), wanted)
        else:
            # after the rows that were selected just now are painted: both at once would hold the window up
            QTimer.singleShot(
                PAINTED_MS, self, lambda: self._background.run(links, lambda made: self._put(made, wanted))
            )

    def _links(self, state: SharingState, ids: Sequence[str]) -> Callable[[], list[str]]:
        def links() -> list[str]:
            items = [item for item in map(self._share_list.get, ids) if item is not None]
            return [link for link in map(state.link_for, items) if link is not None]

        return links

    def _put(self, links: list[str], wanted: _Wanted) -> None:
        if links and self._waiting is None:
            self._clipboard.setText("\n".join(links))
            self.copied.emit(links_copied(len(links), shared_before=wanted.shared_before))
