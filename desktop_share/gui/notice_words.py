"""What a notification of the desktop says of who asks to be let in: plain text, and short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop_share.core.approvals import Asking
from desktop_share.core.names import shown
from desktop_share.gui.visit_words import who_asks

MOST_LINES = 3  # desktops cut what is longer, each in its own place
MOST_OF_A_NAME = 40  # characters


@dataclass(frozen=True, slots=True)
class Notice:
    """Plain text: whoever shows it where marks mean something escapes them. `body` may have several lines."""

    title: str
    body: str


def tr(text: str) -> str:
    return QCoreApplication.translate("Notice", text)


def notice_of(waiting: Sequence[Asking]) -> Notice:
    """Of those who wait, at least one; who waits longest first."""
    devices = {(each.client, each.device) for each in waiting}
    title = tr("A device asks to be let in")
    if len(devices) > 1:
        title = tr("{count} devices ask to be let in").format(count=len(devices))
    lines = [_wish(each) for each in waiting[:MOST_LINES]]
    if len(waiting) > MOST_LINES:
        lines[-1] = tr("and {count} more").format(count=len(waiting) - MOST_LINES + 1)
    return Notice(title, "\n".join(lines))


def _wish(asking: Asking) -> str:
    if not asking.what:
        return tr("{who} wants to come in").format(who=who_asks(asking))
    return tr("{who} wants “{name}”").format(who=who_asks(asking), name=_short(shown(asking.what)))


def _short(name: str) -> str:
    """Its beginning and its end, which tells what kind of file it is."""
    if len(name) <= MOST_OF_A_NAME:
        return name
    end = MOST_OF_A_NAME // 3
    return f"{name[: MOST_OF_A_NAME - end - 1]}…{name[-end:]}"
