"""The colours of the window, in light and dark.

The window's frame is there before all else is loaded: not even `Qt`, whose enumerations take longer than all the rest.
"""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtGui import QColor, QPalette


class Colours(NamedTuple):
    """The colours of one theme, as '#rrggbb'. Text stands out from what it lies on by 4.5:1 or more.

    surface   the list and what is typed into       raised     buttons
    muted     second-rank text                      line       borders
    *_soft    backgrounds of the alert bar and of what is selected, under `text`
    toast     a background that stands out from both, under `on_toast` and `toast_accent`
    """

    window: str
    surface: str
    raised: str
    hover: str
    text: str
    muted: str
    disabled: str
    line: str
    accent: str
    accent_hover: str
    on_accent: str
    ring_on_accent: str
    accent_soft: str
    ok: str
    warning: str
    warning_soft: str
    danger: str
    danger_soft: str
    toast: str
    on_toast: str
    toast_accent: str


LIGHT = Colours(
    window="#f4f6f9",
    surface="#ffffff",
    raised="#ffffff",
    hover="#eceff4",
    text="#1a1d23",
    muted="#565e6b",
    disabled="#8b93a0",
    line="#d5dae2",
    accent="#2563eb",
    accent_hover="#1d4fc4",
    on_accent="#ffffff",
    ring_on_accent="#0c1428",
    accent_soft="#e6eefe",
    ok="#15803d",
    warning="#8f5a00",
    warning_soft="#fff4d9",
    danger="#b3261e",
    danger_soft="#fdeceb",
    toast="#1f232b",
    on_toast="#ffffff",
    toast_accent="#9dbcff",
)

DARK = Colours(
    window="#16181d",
    surface="#1d2026",
    raised="#282c34",
    hover="#333842",
    text="#eceef2",
    muted="#a5adba",
    disabled="#6d7582",
    line="#3a404b",
    accent="#7aa5ff",
    accent_hover="#94b7ff",
    on_accent="#0c1428",
    ring_on_accent="#0c1428",
    accent_soft="#223356",
    ok="#4ade80",
    warning="#f0b656",
    warning_soft="#3a2e17",
    danger="#ff8f86",
    danger_soft="#43211f",
    toast="#e6e9ef",
    on_toast="#1a1d23",
    toast_accent="#1d4fc4",
)


def colours_of(choice: str, *, system_is_dark: bool) -> Colours:
    """`choice`: 'light', 'dark', or 'auto': as the system is."""
    return DARK if choice == "dark" or (choice == "auto" and system_is_dark) else LIGHT


def palette_of(colours: Colours) -> QPalette:
    """The same colours in the roles that Qt's own drawing and the delegates of the list go by."""
    role = QPalette.ColorRole
    roles = {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.hover,
        role.Text: colours.text,
        role.PlaceholderText: colours.muted,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.BrightText: colours.danger,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Accent: colours.accent,
        role.Link: colours.accent,
        role.LinkVisited: colours.accent,
        role.ToolTipBase: colours.toast,
        role.ToolTipText: colours.on_toast,
        role.Light: colours.hover,
        role.Midlight: colours.hover,
        role.Mid: colours.line,
        role.Dark: colours.line,
        role.Shadow: colours.line,
    }
    palette = QPalette()
    for each, colour in roles.items():
        palette.setColor(each, QColor(colour))
    for each in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, each, QColor(colours.disabled))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(colours.line))
    return palette
