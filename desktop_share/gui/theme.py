"""How the window looks: its colours, its sizes, and following the system between light and dark."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from desktop_share.core.paths import resource
from desktop_share.gui.icons import line_icon
from desktop_share.gui.style_sheet import STYLE

# Sizes in device-independent pixels, for every module of the window.
GAP = 8
MARGIN = 16
RADIUS = 8
ICON = 18
PANEL_WIDTH = 264
NARROW = 640  # below this width the side panel goes under the list


@dataclass(frozen=True, slots=True)
class Colours:
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


def stylesheet(colours: Colours) -> str:
    name = "dark" if colours is DARK else "light"
    return STYLE.substitute(asdict(colours), radius=RADIUS, name=name, style=resource("icons", "style").as_posix())


def running_application() -> QApplication:
    """The one that is there. Raises RuntimeError where there is none yet."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise RuntimeError("a window needs a QApplication first")
    return application


class Theme(QObject):
    """Dresses the application in light or dark. `changed` says that icons have to be fetched again.

    `undressed`: the style sheet waits for `dress`. Qt looks through it again for all that is in a widget whenever that
    is put into another one: a window that is built first and dressed then is there in half the time.
    """

    changed = Signal()

    def __init__(self, application: QApplication, parent: QObject | None = None, *, undressed: bool = False) -> None:
        super().__init__(parent)
        self._application = application
        self._dressed = not undressed
        self._choice = "auto"
        self._colours: Colours | None = None
        self._icons: dict[tuple[str, str, str], QIcon] = {}
        application.setStyle("Fusion")
        self._system = application.styleHints().colorScheme()
        application.styleHints().colorSchemeChanged.connect(self._system_changed)

    @property
    def colours(self) -> Colours:
        return self._colours or LIGHT

    def choose(self, choice: str) -> None:
        """'light', 'dark', or 'auto': as the system is now and becomes; light where it does not say."""
        self._choice = choice
        hints = self._application.styleHints()
        # where the platform can, this takes title bars and the system's own dialogs along
        if choice == "dark":
            hints.setColorScheme(Qt.ColorScheme.Dark)
        elif choice == "light":
            hints.setColorScheme(Qt.ColorScheme.Light)
        else:
            hints.unsetColorScheme()
            self._system = hints.colorScheme()
        self._apply()

    def dress(self) -> None:
        self._dressed = True
        self._application.setStyleSheet(stylesheet(self.colours))

    def icon(self, name: str, colour: str = "text") -> QIcon:
        """A line icon of `resources/icons/` in one of the theme's colours."""
        shade = str(getattr(self.colours, colour))
        key = (name, shade, self.colours.disabled)
        if key not in self._icons:
            self._icons[key] = line_icon(*key)
        return self._icons[key]

    def _system_changed(self, scheme: Qt.ColorScheme) -> None:
        self._system = scheme
        self._apply()

    def _apply(self) -> None:
        system_is_dark = self._system == Qt.ColorScheme.Dark
        dark = self._choice == "dark" or (self._choice == "auto" and system_is_dark)
        colours = DARK if dark else LIGHT
        if colours is self._colours:
            return
        self._colours = colours
        self._application.setPalette(palette_of(colours))
        if self._dressed:
            self._application.setStyleSheet(stylesheet(colours))
        self.changed.emit()
