"""How the window looked last, for the moment before its storage is open: a small file of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QByteArray, QPoint, QRect, QSettings
from PySide6.QtWidgets import QWidget

FILE = "window.ini"  # in the data folder
_REACHABLE = 80  # pixels of a window that have to be on a screen for it to be dragged back
_MOST = 4096  # pixels between the window's edge and the card's


class Look(NamedTuple):
    """`geometry`: of `QWidget.saveGeometry`, b'' for none. `theme`: as in the settings. `card`: how far the list's
    card is from the window's left, upper, right and lower edge."""

    geometry: bytes = b""
    theme: str = "auto"
    card: tuple[int, int, int, int] = (16, 61, 16, 37)


def read_look(path: Path) -> Look:
    """What cannot be read is as it is at first. A few hundred bytes, read before there is a window to wait."""
    kept = QSettings(str(path), QSettings.Format.IniFormat)
    geometry, theme, card = kept.value("geometry"), kept.value("theme"), kept.value("card")
    first = Look()
    return Look(
        bytes(geometry.data()) if isinstance(geometry, QByteArray) else first.geometry,
        theme if theme in ("light", "dark") else first.theme,
        _distances(card) or first.card,
    )


def write_look(path: Path, look: Look) -> None:
    """Whole or not at all. Where it cannot be written, the next start looks as it did before."""
    kept = QSettings(str(path), QSettings.Format.IniFormat)
    kept.setValue("geometry", QByteArray(look.geometry))
    kept.setValue("theme", look.theme)
    kept.setValue("card", [str(each) for each in look.card])
    kept.sync()


def look_of(window: QWidget, card: QWidget, theme: str) -> Look:
    """As it is now."""
    at = card.mapTo(window, QPoint())
    right, below = window.width() - card.width() - at.x(), window.height() - card.height() - at.y()
    return Look(bytes(window.saveGeometry().data()), theme, (at.x(), at.y(), right, below))


def _distances(kept: object) -> tuple[int, int, int, int] | None:
    if not isinstance(kept, list) or len(kept) != 4:
        return None
    try:
        left, top, right, bottom = (int(each) for each in kept)
    except (TypeError, ValueError):
        return None
    return (left, top, right, bottom) if all(0 <= each <= _MOST for each in (left, top, right, bottom)) else None


def on_screen(window: QRect, screens: Sequence[QRect]) -> QRect:
    """`window` as it is where enough of its upper edge is on one of `screens`; else inside the first of them."""
    title = QRect(window.x(), window.y(), window.width(), _REACHABLE)
    for screen in screens:
        seen = title.intersected(screen)
        if seen.width() >= min(_REACHABLE, window.width()) and seen.height() >= _REACHABLE // 2:
            return window
    if not screens:
        return window
    inside = QRect(0, 0, min(window.width(), screens[0].width()), min(window.height(), screens[0].height()))
    inside.moveCenter(screens[0].center())
    return inside
