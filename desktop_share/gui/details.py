"""Keeps the details panel as the selected items are, and does what is asked for there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QClipboard

from desktop_share.core.digests import Digests
from desktop_share.core.errors import Problem
from desktop_share.core.explanation import Explanation
from desktop_share.core.items import SharedItem
from desktop_share.core.share_list import ShareList
from desktop_share.core.sharing import Sharing, SharingState
from desktop_share.gui.background import Background
from desktop_share.gui.details_panel import DetailsPanel
from desktop_share.gui.item_links import ItemLinks, LinkServices
from desktop_share.gui.link_words import Standing, hint_for_dead, standing
from desktop_share.gui.presentation_commands import set_cache, set_media_type
from desktop_share.gui.sharing_words import hint_for_code
from desktop_share.gui.wording import items_selected, what_happened, what_next

if TYPE_CHECKING:
    from desktop_share.gui.commands import ShareCommands

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an explanation depends on: where one of these differs, it is asked for anew."""

    item: SharedItem
    sharing: SharingState
    problem: Problem | None
    changed: bool
    indexing: bool


class Details(QObject):
    """`said` is news for a toast; `copy_requested` carries the ids of items whose links shall be copied, and the
    token of the one's link that is wanted; '' for the default links."""

    said = Signal(str)
    copy_requested = Signal(object, str)

    def __init__(
        self,
        panel: DetailsPanel,
        share_list: ShareList,
        sharing: Sharing,
        commands: ShareCommands,
        clipboard: QClipboard,
        background: Background,
        digests: Digests | None,
        parent: QObject,
        link_services: LinkServices,
    ) -> None:
        super().__init__(parent)
        self.panel = panel
        self._share_list = share_list
        self._sharing = sharing
        self._commands = commands
        self._clipboard = clipboard
        self._background = background
        self._digests = digests
        self._clock = link_services.clock
        self.links = ItemLinks(panel.links, commands, sharing, clipboard, background, link_services, self)
        self._ids: tuple[str, ...] = ()
        self._shown: tuple[object, ...] = ()
        self._asked: _Asked | None = None
        self._number = 0  # of the latest question
        self._digest = ""  # in hexadecimal, of the one item that is shown
        self._hash_wanted = ""  # the item whose SHA-256 was asked for last
        self._connect()

    def _connect(self) -> None:
        panel = self.panel
        panel.sections_changed.connect(self._explain)
        panel.qr.copy_requested.connect(self._copy_link)
        self.links.chosen.connect(self._show_link)
        self.links.copy_requested.connect(self.copy_requested)
        self.links.said.connect(self.said)
        panel.explanation.copied.connect(self._copy)
        sending, commands = panel.sending, self._commands
        sending.disposition_chosen.connect(lambda each: commands.set_disposition(self._ids, each))
        sending.renamed.connect(lambda name: commands.rename(self._ids[0], name))
        sending.type_chosen.connect(lambda chosen: set_media_type(commands, self._ids, chosen or None))
        sending.cache_chosen.connect(lambda policy: set_cache(commands, self._ids, policy))
        # what was typed may have become something else, or nothing
        commands.renamed.connect(lambda *_: self._fill_anew())
        commands.failed.connect(lambda _problem: self._fill_anew())

    # -- for the window

    @property
    def ids(self) -> tuple[str, ...]:
        """The items that are shown, from the top down."""
        return self._ids

    def select(self, ids: Iterable[str]) -> None:
        self._ids = tuple(ids)
        self.fill()

    def fill(self) -> None:
        """Show the items as they are now; nothing happens while the panel is hidden."""
        if self.panel.isHidden():
            self._forget()
            return
        state = self._sharing.state
        items = tuple(item for item in map(self._share_list.get, self._ids) if item is not None)
        problem = self._share_list.problem(items[0].id) if len(items) == 1 else None
        digest = self.sha256(items[0].id) if len(items) == 1 else ""
        shown = (items, state, problem, digest)
        if shown != self._shown:
            self._shown = shown
            self._show(items, problem, digest)
        self._explain()

    def sha256(self, item_id: str) -> str:
        """In hexadecimal; '' while it is not known, and then it is asked for, once for each time an item is shown."""
        if self._digests is None:
            return ""
        known = self._digests.latest(item_id)
        if item_id != self._hash_wanted:
            self._hash_wanted = item_id
            self._digests.want(item_id)
        return "" if known is None else known.hex()

    # -- inside

    def _fill_anew(self) -> None:
        if not self.panel.isHidden():
            items = [item for item in map(self._share_list.get, self._ids) if item is not None]
            self.panel.sending.show_items(items, anew=True)
            self.links.show_anew()

    def _show(self, items: tuple[SharedItem, ...], problem: Problem | None, digest: str) -> None:
        panel = self.panel
        if not items:
            panel.show_head("", "", self.tr("Select a file to see its link and how it is sent."))
        elif len(items) == 1:
            trouble = "" if problem is None else f"{what_happened(problem)} {what_next(problem)}".strip()
            panel.show_head(items[0].download_name, trouble, "")
            self._digest = digest
        else:
            panel.show_head(items_selected(len(items)), "", "")
            panel.qr.show_link(None, "", self.tr("Select one of them to see its QR code."), count=len(items))
        self.links.show_items(items)
        if items:
            panel.sending.show_items(items)
        self._show_link()
        panel.fit()  # what was hidden until now takes room

    def _shown_item(self) -> SharedItem | None:
        return self._share_list.get(self._ids[0]) if len(self._ids) == 1 else None

    def _show_link(self) -> None:
        """The link that is chosen among those of the one item."""
        item = self._shown_item()
        if item is None or self.panel.isHidden():
            return
        state, link = self._sharing.state, self.links.link_of(item)
        address, stands = state.link_with(item, link), standing(link, self._clock())
        hint = hint_for_code(state, address) if stands is Standing.OPEN else hint_for_dead(stands)
        self.panel.qr.show_link(address, item.download_name, hint, self._digest)
        self.panel.fit()

    def _copy_link(self) -> None:
        item = self._shown_item()
        self.copy_requested.emit(self._ids, "" if item is None else self.links.link_of(item).token)

    def _explain(self) -> None:
        """Ask what a browser would get, where the section shows it and something that it depends on has changed."""
        asked = self._question()
        if asked == self._asked:
            return
        same_item = asked is not None and self._asked is not None and asked.item.id == self._asked.item.id
        self._asked = asked
        self._number += 1
        if asked is None:
            self.panel.explanation.show_words(self.tr("Select one of them to see what a browser gets for it."))
            return
        if not same_item:
            self.panel.explanation.show_words(self.tr("Asking…"))
        number, item_id = self._number, asked.item.id
        self._background.run(
            # the questions of rows that were only passed by are not put
            lambda: self._sharing.explain(item_id) if number == self._number else None,
            self._when_latest(number, self._explained),
            self._when_latest(number, lambda problem: self.panel.explanation.show_words(what_happened(problem))),
        )

    def _question(self) -> _Asked | None:
        wanted = self.panel.section("answer").is_open and not self.panel.isHidden()
        item = self._share_list.get(self._ids[0]) if wanted and len(self._ids) == 1 else None
        if item is None:
            return None
        known = self._share_list.state(item.id)
        problem = self._share_list.problem(item.id)
        return _Asked(item, self._sharing.state, problem, known.changed, known.is_indexing)

    def _when_latest(self, number: int, show: Callable[[T], object]) -> Callable[[T], object]:
        """An answer that something overtook is dropped."""
        return lambda answer: show(answer) if number == self._number else None

    def _explained(self, answer: Explanation | None) -> None:
        if answer is not None:
            self.panel.explanation.show_explanation(answer)
        else:
            self.panel.explanation.show_words(self.tr("A browser gets nothing while nothing is shared."))

    def _forget(self) -> None:
        self._shown = ()
        self._asked = None
        self._number += 1

    def _copy(self, text: str, said: str) -> None:
        self._clipboard.setText(text)
        self.said.emit(said)
