"""What is done with links to lists: on the thread of all changes, and taken back with them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from desktop_share.core.links import Link, ListLink, new_link
from desktop_share.core.list_links import ListLinks
from desktop_share.gui.edit_thread import EditThread
from desktop_share.gui.list_link_words import contents
from desktop_share.gui.undo import Step


class ListLinkCommands(QObject):
    """Each returns at once. What fails is told by the `failed` of the edit thread.

    made      ListLink
    revoked   ListLink: what `undo` gives back
    """

    made = Signal(object)
    revoked = Signal(object)

    def __init__(self, lists: ListLinks, edits: EditThread, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lists = lists
        self._edits = edits

    def new(self, ids: Iterable[str] | None = None) -> None:
        """A link to these items, in this order; None: to every item, those that come later too."""
        link = new_link(time.time())
        listed = ListLink(link, item_ids=None if ids is None else tuple(ids))

        def make() -> Step:
            self._lists.update(lambda links: (*links, listed))
            text = self.tr("New link to {what}").format(what=contents(listed))
            return Step(text, lambda: self._forget(link.token))

        self._edits.change(make, lambda: self.made.emit(listed))

    def rename(self, token: str, name: str) -> None:
        """Give the page that it opens another name, which its recipients see; '' takes it away."""
        self._edit(
            token,
            lambda each: replace(each, name=name.strip()),
            lambda each, old: replace(each, name=old.name),
            self.tr("Name of a link"),
        )

    def add_items(self, token: str, ids: Iterable[str]) -> None:
        """Have it open these too, after the others. A link to every item opens them already."""
        more = tuple(ids)
        self._edit_items(token, lambda old: tuple(dict.fromkeys((*old, *more))))

    def remove_items(self, token: str, ids: Iterable[str]) -> None:
        """These stay in the list, and it opens them no more. A link to every item stays one."""
        gone = frozenset(ids)
        self._edit_items(token, lambda old: tuple(each for each in old if each not in gone))

    def set_note(self, token: str, note: str) -> None:
        """Write down for the owner alone what it is for."""
        self._edit_link(
            token,
            lambda link: replace(link, note=note.strip()),
            lambda link, old: replace(link, note=old.note),
            self.tr("Note of a link"),
        )

    def set_expires(self, token: str, expires: float | None) -> None:
        """`expires` in seconds since the epoch; None: never."""
        self._edit_link(
            token,
            lambda link: replace(link, expires=expires),
            lambda link, old: replace(link, expires=old.expires),
            self.tr("Expiry of a link"),
        )

    def set_limit(self, token: str, limit: int | None) -> None:
        """Downloads count from here on. None: any number."""
        self._edit_link(
            token,
            lambda link: link if link.limit == limit else replace(link, limit=limit, used=0),
            lambda link, old: replace(link, limit=old.limit),
            self.tr("Downloads of a link"),
        )

    def set_ask(self, token: str, ask: bool) -> None:
        """Whether the owner is asked about each new device."""
        self._edit_link(
            token,
            lambda link: replace(link, ask=ask),
            lambda link, old: replace(link, ask=old.ask),
            self.tr("“Ask me” for a link"),
        )

    def set_password(self, token: str, password: str, hashed: Callable[[str], str]) -> None:
        """`hashed` takes its time: it is called on the thread of the edits, before the links are held. '' for none."""

        def prepare() -> Callable[[ListLink], ListLink]:
            made = hashed(password) if password else ""
            return _of_link(lambda link: replace(link, password_hash=made))

        self._edit_prepared(
            token,
            prepare,
            lambda each, old: replace(each, link=replace(each.link, password_hash=old.link.password_hash)),
            self.tr("Password of a link"),
        )

    def revoke(self, token: str) -> None:
        """It opens nothing any more; who has it is told so."""
        self._edit_link(
            token,
            lambda link: replace(link, revoked=True),
            lambda link, old: replace(link, revoked=old.revoked),
            self.tr("Revoke a link"),
            self.revoked.emit,
        )

    def _edit_items(self, token: str, edit: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        self._edit(
            token,
            lambda each: each if each.item_ids is None else replace(each, item_ids=edit(each.item_ids)),
            lambda each, old: replace(each, item_ids=old.item_ids),
            self.tr("Items of a link"),
        )

    def _edit_link(
        self,
        token: str,
        edit: Callable[[Link], Link],
        back: Callable[[Link, Link], Link],
        text: str,
        then: Callable[[ListLink], object] = lambda _: None,
    ) -> None:
        self._edit(token, _of_link(edit), lambda each, old: replace(each, link=back(each.link, old.link)), text, then)

    def _edit(
        self,
        token: str,
        edit: Callable[[ListLink], ListLink],
        back: Callable[[ListLink, ListLink], ListLink],
        text: str,
        then: Callable[[ListLink], object] = lambda _: None,
    ) -> None:
        self._edit_prepared(token, lambda: edit, back, text, then)

    def _edit_prepared(
        self,
        token: str,
        prepare: Callable[[], Callable[[ListLink], ListLink]],
        back: Callable[[ListLink, ListLink], ListLink],
        text: str,
        then: Callable[[ListLink], object] = lambda _: None,
    ) -> None:
        """`prepare` makes the edit, on the edit thread. `back` makes of the link as it is then and as it was before
        the link with this edit undone."""
        changed: list[ListLink] = []

        def change() -> Step | None:
            edit, old = prepare(), self._lists.find(token)
            if old is None or edit(old) == old:
                return None
            self._update(token, edit)
            changed.append(old)
            return Step(text, lambda: self._update(token, lambda each: back(each, old)))

        self._edits.change(change, lambda: [then(each) for each in changed])

    def _update(self, token: str, edit: Callable[[ListLink], ListLink]) -> None:
        self._lists.update(lambda links: [edit(each) if each.link.token == token else each for each in links])

    def _forget(self, token: str) -> None:
        self._lists.update(lambda links: [each for each in links if each.link.token != token])


def _of_link(edit: Callable[[Link], Link]) -> Callable[[ListLink], ListLink]:
    return lambda each: replace(each, link=edit(each.link))
