"""Does what is asked for in the section of the links: edits, copies, quick links, and receipts from the history."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QClipboard

from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.links import Link
from desktop_share.core.passwords import Passwords
from desktop_share.core.sharing import Sharing
from desktop_share.gui import link_commands as do
from desktop_share.gui.background import Background
from desktop_share.gui.link_words import tr
from desktop_share.gui.links_section import LinksSection
from desktop_share.gui.receipts import Receipts, ReceiptsOf

if TYPE_CHECKING:
    from desktop_share.gui.commands import ShareCommands

QUICK = 3_600  # seconds that a quick link is good for


@dataclass(frozen=True, slots=True)
class LinkServices:
    """What the window needs of those who decide who may come in.

    clock        seconds since the epoch, by which links expire
    hashed       what is kept of a password; takes its time
    sign         makes a signed link of an item, good until a moment; None: there are none
    receipts_of  the last downloads of a link by its id, newest first; waits for the disk, may raise StorageError
    """

    clock: Callable[[], float] = time.time
    hashed: Callable[[str], str] = field(default_factory=lambda: Passwords().hash)
    sign: Callable[[SharedItem, Disposition, float | None], str] | None = None
    receipts_of: ReceiptsOf | None = None


class ItemLinks(QObject):
    """`said` is news for a toast; `copy_requested` the ids of items, and the token of the one's link that is wanted,
    or '' for the default links. `chosen` when another link is shown."""

    said = Signal(str)
    copy_requested = Signal(object, str)
    chosen = Signal()

    def __init__(
        self,
        section: LinksSection,
        commands: ShareCommands,
        sharing: Sharing,
        clipboard: QClipboard,
        background: Background,
        services: LinkServices,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.section = section
        self._commands = commands
        self._sharing = sharing
        self._clipboard = clipboard
        self._receipts = Receipts(background, services.receipts_of, section.form.show_receipts)
        self._services = services
        self._items: tuple[SharedItem, ...] = ()
        section.quick_button.setVisible(services.sign is not None)
        section.take_back_button.setVisible(services.sign is not None)
        self._connect()

    def _connect(self) -> None:
        section, form, commands = self.section, self.section.form, self._commands
        for signal, edit in (
            (form.note_typed, do.set_note),
            (form.expiry_chosen, do.set_expires),
            (form.limit_chosen, do.set_limit),
            (form.ask_chosen, do.set_ask),
        ):
            signal.connect(lambda value, edit=edit: edit(commands, section.targets, value))
        form.password_chosen.connect(
            lambda password: do.set_password(commands, section.targets, password, self._services.hashed)
        )
        form.password.copied.connect(lambda: self.said.emit(tr("Password copied")))
        form.revoke_chosen.connect(self._revoke)
        section.back_requested.connect(
            lambda token: do.set_revoked(commands, {item.id: token for item in self._items}, False)
        )
        section.new_requested.connect(self._make_new)
        section.quick_requested.connect(self._make_quick)
        section.take_back_requested.connect(self._take_back)
        section.copy_requested.connect(self._copy)
        section.chosen.connect(self.chosen)
        section.chosen.connect(self.ask_receipts)
        section.seen.connect(self.ask_receipts)

    def show_items(self, items: Sequence[SharedItem]) -> None:
        self._items = tuple(items)
        self.section.show_items(items)
        self.ask_receipts()

    def link_of(self, item: SharedItem) -> Link:
        """The link that is chosen of an item; the default one where none is."""
        return self.section.link_of(item)

    def show_anew(self) -> None:
        """An edit did not happen: show the links as they are."""
        self.section.show_items(self._items)

    def ask_receipts(self) -> None:
        """Look up the last downloads of the chosen link, where they are seen."""
        link = self.link_of(self._items[0]) if len(self._items) == 1 else None
        self._receipts.ask(link.id if link is not None and self.section.isVisible() else None)

    # -- what is asked for

    def _revoke(self) -> None:
        targets = self.section.targets
        self.section.choose("")
        do.set_revoked(self._commands, targets, True)
        self.said.emit(tr("Link revoked") if len(targets) == 1 else tr("Links revoked"))

    def _make_new(self) -> None:
        tokens = do.add_links(self._commands, [item.id for item in self._items], self._services.clock())
        for token in tokens.values():
            self.section.await_link(token)

    def _make_quick(self) -> None:
        sign, state = self._services.sign, self._sharing.state
        if sign is None or state.base_url is None:
            self.said.emit(tr("There is a link as soon as sharing has started."))
            return
        until = self._services.clock() + QUICK
        made = [state.link_with(item, Link(sign(item, item.disposition, until))) for item in self._items]
        self._clipboard.setText("\n".join(each for each in made if each is not None))
        self.said.emit(
            tr("Quick link copied: it opens for an hour")
            if len(made) == 1
            else tr("{count} quick links copied: they open for an hour").format(count=len(made))
        )

    def _take_back(self) -> None:
        do.turn_key(self._commands, [item.id for item in self._items])
        self.said.emit(tr("No quick link opens any more"))

    def _copy(self, token: str) -> None:
        if self._items:
            self.copy_requested.emit([item.id for item in self._items], token)
