"""How items are sent, as the owner chooses it: media type and cache policy, of one item or of several."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Protocol

from PySide6.QtCore import QCoreApplication

from desktop_share.core.items import CachePolicy, SharedItem
from desktop_share.gui.presentation_words import cache_words

Edit = Callable[[SharedItem], SharedItem]
Back = Callable[[SharedItem, SharedItem], SharedItem]


class Editor(Protocol):
    """Does an edit off the window's thread, as a step that can be undone: `ShareCommands`."""

    def edit(self, ids: Iterable[str], edit: Edit, back: Back, text: Callable[[str], str]) -> None: ...


def set_media_type(editor: Editor, ids: Iterable[str], media_type: str | None) -> None:
    """Give items this media type, which has to be a valid one; None: the one that they have by themselves."""
    name = media_type or QCoreApplication.translate("Presentation", "Automatic type")
    editor.edit(
        ids,
        lambda item: replace(item, media_type=media_type),
        lambda item, old: replace(item, media_type=old.media_type),
        lambda what: _step(name, what),
    )


def set_cache(editor: Editor, ids: Iterable[str], cache: CachePolicy) -> None:
    editor.edit(
        ids,
        lambda item: replace(item, cache=cache),
        lambda item, old: replace(item, cache=old.cache),
        lambda what: _step(cache_words(cache), what),
    )


def _step(name: str, what: str) -> str:
    """What 'Undo' says it undoes: '“Never keep” for report.pdf'."""
    return QCoreApplication.translate("Presentation", "“{name}” for {what}").format(name=name, what=what)
