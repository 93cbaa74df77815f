"""The colours of a row, from the palette: light or dark, and whatever the system makes of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QPalette

from desktop_share.gui.colours import DARK, LIGHT
from desktop_share.gui.row_words import Tone

Role = QPalette.ColorRole


@dataclass(frozen=True, slots=True)
class RowColours:
    base: QColor
    text: QColor
    quiet: QColor
    active: QColor
    problem: QColor
    notice: QColor
    line: QColor
    hover: QColor
    selected: QColor
    control: QColor  # the groove of the two-way control
    raised: QColor  # its chosen half
    button: QColor
    pressed: QColor
    dark: bool

    @staticmethod
    def of(palette: QPalette) -> RowColours:
        base, accent = palette.color(Role.Base), palette.color(Role.Link)
        text = palette.color(Role.Text)
        dark = base.lightness() < 128
        return RowColours(
            base=base,
            text=text,
            quiet=palette.color(Role.PlaceholderText),
            active=accent,
            problem=palette.color(Role.BrightText),
            notice=QColor(DARK.warning if dark else LIGHT.warning),  # a palette has no role for it
            line=palette.color(Role.Mid),
            hover=mixed(base, text, 0.03 if not dark else 0.05),
            selected=mixed(base, accent, 0.09 if not dark else 0.2),
            control=palette.color(Role.Window),
            raised=mixed(palette.color(Role.Button), text, 0.1) if dark else palette.color(Role.Button),
            button=palette.color(Role.Button),
            pressed=mixed(palette.color(Role.Button), accent, 0.09),
            dark=dark,
        )

    def words(self, tone: Tone) -> QColor:
        """Of a status line."""
        return {
            Tone.QUIET: self.quiet,
            Tone.ACTIVE: self.active,
            Tone.NOTICE: self.notice,
            Tone.PROBLEM: self.problem,
        }[tone]

    def tile(self, media_type: str) -> tuple[QColor, QColor]:
        """Background and text of the tile of a file of this type: kinds of files are told apart, not formats."""
        hue = _hue(media_type)
        grey = 0 if hue is None else 1
        if self.dark:
            return QColor.fromHsl(hue or 0, 95 * grey, 70), QColor.fromHsl(hue or 0, 160 * grey, 225)
        return QColor.fromHsl(hue or 0, 170 * grey, 215), QColor.fromHsl(hue or 0, 170 * grey, 55)


# Hue and what media types of a kind have in them: the first that fits counts. Far apart, and as other programs have
# taught people: red for PDF, green for tables, blue for letters.
_KINDS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (352, ("/pdf", "postscript")),
    (140, ("spreadsheet", "excel", "/csv", "tab-separated")),
    (24, ("presentation", "powerpoint")),
    (215, ("wordprocessing", "msword", "opendocument.text", "/rtf", "epub", "markdown")),
    (52, ("zip", "tar", "compressed", "/x-xz", "zstd", "/vnd.rar", "7z")),
    (320, ("audio/",)),
    (268, ("video/",)),
    (178, ("image/",)),
    (92, ("html", "json", "xml", "script", "css", "x-python", "yaml", "toml")),
)


def _hue(media_type: str) -> int | None:
    """In degrees; None for grey: plain text, programs, what nobody knows."""
    return next((hue for hue, parts in _KINDS if any(part in media_type for part in parts)), None)


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """`one` with `share` (0 to 1) of the other."""
    return QColor.fromRgbF(
        one.redF() + (other.redF() - one.redF()) * share,
        one.greenF() + (other.greenF() - one.greenF()) * share,
        one.blueF() + (other.blueF() - one.blueF()) * share,
    )
