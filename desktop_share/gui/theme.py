"""How the window looks: its sizes, its style sheet, and following the system between light and dark."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from desktop_share.core.paths import resource
from desktop_share.gui.colours import DARK, LIGHT, Colours, colours_of, palette_of
from desktop_share.gui.icons import line_icon
from desktop_share.gui.style_sheet import STYLE

# Sizes in device-independent pixels, for every module of the window.
GAP = 8
MARGIN = 16
RADIUS = 8
ICON = 18
PANEL_WIDTH = 264
NARROW = 640  # below this width the side panel goes under the list


def stylesheet(colours: Colours) -> str:
    name = "dark" if colours is DARK else "light"
    return STYLE.substitute(colours._asdict(), radius=RADIUS, name=name, style=resource("icons", "style").as_posix())


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
        colours = colours_of(self._choice, system_is_dark=self._system == Qt.ColorScheme.Dark)
        if colours is self._colours:
            return
        self._colours = colours
        self._application.setPalette(palette_of(colours))
        if self._dressed:
            self._application.setStyleSheet(stylesheet(colours))
        self.changed.emit()
