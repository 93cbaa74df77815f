"""Edits of links, of one item's or of several: each changes one field, so that undoing it leaves the others as they
are by then, and the downloads that were counted meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QCoreApplication

from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link, new_link
from desktop_share.gui.link_words import Standing, standing

# letters and digits that nobody takes for another when they are read aloud or from paper
_READABLE = "abcdefghjkmnpqrstuvwxyz23456789"

Targets = Mapping[str, str]
"""Which links: the token of one of each item's, by the item's id."""

Edit = Callable[[SharedItem], SharedItem]


class LinkEditor(Protocol):
    """Does edits off the window's thread, as steps that can be undone: `ShareCommands`."""

    def edit(
        self,
        ids: Iterable[str],
        edit: Edit,
        back: Callable[[SharedItem, SharedItem], SharedItem],
        text: Callable[[str], str],
    ) -> None: ...

    def edit_prepared(
        self,
        ids: Iterable[str],
        prepare: Callable[[], Edit],
        back: Callable[[SharedItem, SharedItem], SharedItem],
        text: Callable[[str], str],
    ) -> None: ...


def tr(text: str) -> str:
    return QCoreApplication.translate("Links", text)


def set_note(editor: LinkEditor, targets: Targets, note: str) -> None:
    text = _step(tr("Note of the link"))
    _edit(editor, targets, lambda link: replace(link, note=note), lambda link, old: replace(link, note=old.note), text)


def set_expires(editor: LinkEditor, targets: Targets, expires: float | None) -> None:
    """`expires` in seconds since the epoch; None: never."""
    _edit(
        editor,
        targets,
        lambda link: replace(link, expires=expires),
        lambda link, old: replace(link, expires=old.expires),
        _step(tr("Expiry of the link")),
    )


def set_limit(editor: LinkEditor, targets: Targets, limit: int | None) -> None:
    """Downloads count from here on. None: any number."""
    _edit(
        editor,
        targets,
        lambda link: link if link.limit == limit else replace(link, limit=limit, used=0),
        lambda link, old: replace(link, limit=old.limit),
        _step(tr("Downloads of the link")),
    )


def set_ask(editor: LinkEditor, targets: Targets, ask: bool) -> None:
    text = _step(tr("“Ask me” for the link"))
    _edit(editor, targets, lambda link: replace(link, ask=ask), lambda link, old: replace(link, ask=old.ask), text)


def set_revoked(editor: LinkEditor, targets: Targets, revoked: bool) -> None:
    _edit(
        editor,
        targets,
        lambda link: replace(link, revoked=revoked),
        lambda link, old: replace(link, revoked=old.revoked),
        _step(tr("Revoke the link") if revoked else tr("Allow the link again")),
    )


def set_password(editor: LinkEditor, targets: Targets, password: str, hashed: Callable[[str], str]) -> None:
    """`hashed` takes its time: it is called on the thread of the edits, before the list is held. '' for none."""
    chosen = dict(targets)

    def prepare() -> Edit:
        made = hashed(password) if password else ""
        return lambda item: _changed(item, chosen, lambda link: replace(link, password_hash=made))

    editor.edit_prepared(
        chosen,
        prepare,
        lambda item, old: _restored(
            item, old, chosen, lambda link, was: replace(link, password_hash=was.password_hash)
        ),
        _step(tr("Password of the link")),
    )


def add_links(editor: LinkEditor, ids: Iterable[str], now: float) -> dict[str, str]:
    """Another link for each item; where the default link opens nothing any more, a new default link. Returns the
    tokens that they will have."""
    made = {each: new_link(now) for each in ids}

    def added(item: SharedItem) -> SharedItem:
        before = item.links.index(item.link) if standing(item.link, now) is not Standing.OPEN else len(item.links)
        return replace(item, links=(*item.links[:before], made[item.id], *item.links[before:]))

    def without(item: SharedItem, _old: SharedItem) -> SharedItem:
        rest = tuple(link for link in item.links if link.token != made[item.id].token)
        return replace(item, links=rest) if rest else item

    editor.edit(made, added, without, _step(tr("New link")))
    return {item_id: link.token for item_id, link in made.items()}


def turn_key(editor: LinkEditor, ids: Iterable[str]) -> None:
    """Take back every signed link that was made for these items until now. Undone, they open again."""
    editor.edit(
        ids,
        lambda item: replace(item, key_turn=item.key_turn + 1),
        lambda item, old: replace(item, key_turn=old.key_turn),
        _step(tr("Take back the quick links")),
    )


def made_up_password() -> str:
    """12 letters and digits in groups of four, 59 bits: 'k7mw-p3fd-x9rt'."""
    letters = [secrets.choice(_READABLE) for _ in range(12)]
    return "-".join("".join(letters[place : place + 4]) for place in (0, 4, 8))


def _edit(
    editor: LinkEditor,
    targets: Targets,
    change: Callable[[Link], Link],
    back: Callable[[Link, Link], Link],
    text: Callable[[str], str],
) -> None:
    """`back` makes of a link as it is then and as it was the link with this change undone."""
    chosen = dict(targets)
    editor.edit(
        chosen,
        lambda item: _changed(item, chosen, change),
        lambda item, old: _restored(item, old, chosen, back),
        text,
    )


def _changed(item: SharedItem, targets: Targets, change: Callable[[Link], Link]) -> SharedItem:
    token = targets.get(item.id)
    return replace(item, links=tuple(change(link) if link.token == token else link for link in item.links))


def _restored(item: SharedItem, old: SharedItem, targets: Targets, back: Callable[[Link, Link], Link]) -> SharedItem:
    was = next((link for link in old.links if link.token == targets.get(old.id)), None)
    return item if was is None else _changed(item, targets, lambda link: back(link, was))


def _step(name: str) -> Callable[[str], str]:
    """What 'Undo' says it undoes: 'Expiry of the link: report.pdf'."""
    return lambda what: tr("{name}: {what}").format(name=name, what=what)
