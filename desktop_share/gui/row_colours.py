"""The colours of a row, from the palette: light or dark, and whatever the system makes of it."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

Role = QPalette.ColorRole


@dataclass(frozen=True, slots=True)
class RowColours:
    text: QColor
    quiet: QColor
    active: QColor
    problem: QColor
    line: QColor
    hover: QColor
    selected: QColor
    control: QColor  # the groove of the two-way control
    raised: QColor  # its chosen half, and buttons
    dark: bool

    @staticmethod
    def of(palette: QPalette) -> RowColours:
        base, accent = palette.color(Role.Base), palette.color(Role.Link)
        text = palette.color(Role.Text)
        dark = base.lightness() < 128
        return RowColours(
            text=text,
            quiet=palette.color(Role.PlaceholderText),
            active=accent,
            problem=palette.color(Role.BrightText),
            line=palette.color(Role.Mid),
            hover=mixed(base, text, 0.03 if not dark else 0.05),
            selected=mixed(base, accent, 0.11 if not dark else 0.2),
            control=palette.color(Role.Window),
            raised=mixed(palette.color(Role.Button), text, 0.1) if dark else palette.color(Role.Button),
            dark=dark,
        )

    def tile(self, kind: str) -> tuple[QColor, QColor]:
        """Background and text of the tile of a kind of file ('PDF'): the same kind, the same colour, always."""
        hue = zlib.crc32(kind.encode()) % 360
        if self.dark:
            return QColor.fromHsl(hue, 90, 70), QColor.fromHsl(hue, 160, 225)
        return QColor.fromHsl(hue, 150, 215), QColor.fromHsl(hue, 160, 55)


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`one` with `share` (0 to 1) of the other."""
    return QColor.fromRgbF(
        one.redF() + (other.redF() - one.redF()) * share,
        one.greenF() + (other.greenF() - one.greenF()) * share,
        one.blueF() + (other.blueF() - one.blueF()) * share,
    )
