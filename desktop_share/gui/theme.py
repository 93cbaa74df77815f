"""How the window looks: its colours, its sizes, and following the system between light and dark."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from string import Template

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPalette
from PySide6.QtWidgets import QApplication

from desktop_share.core.paths import resource
from desktop_share.gui.icons import line_icon

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


# Only what a palette cannot say: rounded corners, the one blue button, a focus ring that is seen.
_STYLE = Template("""
QPushButton, QToolButton#barButton {
    background: $raised; color: $text; border: 1px solid $line; border-radius: ${radius}px; padding: 6px 12px;
    min-height: 20px;
}
QPushButton:hover, QToolButton#barButton:hover { background: $hover; }
QPushButton:pressed, QToolButton#barButton:pressed { background: $line; }
QToolButton#barButton:checked { background: $accent_soft; border-color: $accent; }
QPushButton:disabled, QToolButton#barButton:disabled { color: $disabled; background: $window; }
QPushButton[primary="true"], QToolButton#barButton[primary="true"] {
    background: $accent; color: $on_accent; border-color: $accent; font-weight: 600;
}
QPushButton[primary="true"]:hover, QToolButton#barButton[primary="true"]:hover { background: $accent_hover; }
QPushButton:focus, QToolButton#barButton:focus { border: 2px solid $accent; padding: 5px 11px; }
QPushButton[primary="true"]:focus, QToolButton#barButton[primary="true"]:focus { border-color: $ring_on_accent; }
QToolButton#barButton { padding-right: 6px; }  /* Qt adds two spaces to the right of a text */
QToolButton#barButton:focus { padding-right: 5px; }
QToolButton#barButton[textOnly="true"] { padding: 6px 12px; }
QToolButton#barButton[textOnly="true"]:focus { padding: 5px 11px; }
QToolButton#barButton[iconOnly="true"] { padding: 6px 8px; }
QToolButton#barButton[iconOnly="true"]:focus { padding: 5px 7px; }
QToolButton::menu-indicator { image: none; width: 0; }
QToolButton#flatButton { background: transparent; border: 2px solid transparent; border-radius: 6px; padding: 3px; }
QToolButton#flatButton:hover { background: $hover; }
QToolButton#flatButton:focus { border-color: $accent; }
QComboBox, QSpinBox, QDoubleSpinBox, QDateTimeEdit, QLineEdit#search {
    background: $surface; color: $text; border: 1px solid $muted; border-radius: 6px;
    padding: 4px 8px; min-height: 20px;
}
QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QDateTimeEdit:focus, QLineEdit#search:focus {
    border: 2px solid $accent; padding: 3px 7px;
}
QComboBox::drop-down, QDateTimeEdit::drop-down { border: none; width: 24px; }
QComboBox::down-arrow, QDateTimeEdit::down-arrow { image: url("$style/down-$name.svg"); width: 14px; height: 14px; }
QComboBox QAbstractItemView, QListView#completions {
    background: $surface; border: 1px solid $line; selection-background-color: $accent_soft;
    selection-color: $text; }
QSpinBox::up-button, QSpinBox::down-button, QDoubleSpinBox::up-button, QDoubleSpinBox::down-button {
    border: none; background: transparent; width: 24px;
}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$style/up-$name.svg"); width: 12px; height: 12px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$style/down-$name.svg"); width: 12px; height: 12px; }
QCheckBox { spacing: 8px; padding: 3px; border: 2px solid transparent; border-radius: 6px; }
QCheckBox:focus { border-color: $accent; }
QCheckBox::indicator { width: 16px; height: 16px; border: 1px solid $muted; border-radius: 4px; background: $surface; }
QCheckBox::indicator:checked {
    background: $accent; border-color: $accent; image: url("$style/check-$name.svg");
}
QCheckBox::indicator:indeterminate { background: $disabled; }
QLineEdit#nameEdit {
    background: $surface; color: $text; border: 2px solid $accent; border-radius: 6px; padding: 0 3px;
    selection-background-color: $accent; selection-color: $on_accent;
}
QDialog QScrollArea, QDialog QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; border: none; width: 10px; margin: 2px; }
QScrollBar::handle:vertical { background: $line; border-radius: 3px; min-height: 32px; }
QScrollBar::handle:vertical:hover { background: $disabled; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QTabBar { background: transparent; }
QTabBar::tab {
    background: transparent; color: $muted; border: 2px solid transparent; border-radius: 6px; padding: 4px 10px;
}
QTabBar::tab:hover { background: $hover; }
QTabBar::tab:selected { color: $text; background: $accent_soft; }
QTabBar::tab:focus { border-color: $accent; }
QPushButton#sectionHead {
    background: transparent; border: 2px solid transparent; border-radius: 6px; text-align: left; font-weight: 600;
    padding: 3px 2px 3px 0px;
}
QPushButton#sectionHead:hover { background: $hover; }
QPushButton#sectionHead:focus { border-color: $accent; }
QFrame#linkRow { background: transparent; border: 1px solid $line; border-radius: ${radius}px; }
QFrame#linkRow[chosen="true"] { background: $accent_soft; border-color: $accent; }
QPushButton#linkHead {
    background: transparent; border: 2px solid transparent; border-radius: 6px; text-align: left; padding: 2px 6px;
}
QPushButton#linkHead:hover { background: $hover; }
QPushButton#linkHead:checked { font-weight: 600; }
QPushButton#linkHead:focus { border-color: $accent; padding: 2px 6px; }
QPushButton#linkHead[revoked="true"] { color: $muted; }
QFrame#twoWay { background: $window; border: 1px solid $line; border-radius: ${radius}px; }
QFrame#twoWay QPushButton {
    background: transparent; color: $muted; border: 1px solid transparent; border-radius: 6px; padding: 3px 8px;
    min-height: 16px;
}
QFrame#twoWay QPushButton:hover { color: $text; }
QFrame#twoWay QPushButton:checked { background: $raised; color: $text; border-color: $line; font-weight: 600; }
QFrame#twoWay QPushButton:focus { border: 2px solid $accent; padding: 2px 7px; }
QLineEdit#field {
    background: $surface; color: $text; border: 1px solid $muted; border-radius: 6px; padding: 4px 6px;
    min-height: 20px; selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit#field:disabled { background: $window; border-color: $line; }
QLineEdit#field, QComboBox { placeholder-text-color: $muted; }
QLineEdit#field:focus { border: 2px solid $accent; padding: 3px 5px; }
QListWidget#names {
    background: $surface; border: 1px solid $muted; border-radius: 6px; padding: 2px;
    selection-background-color: $accent_soft; selection-color: $text;
}
QListWidget#names:focus { border: 2px solid $accent; padding: 1px; }
QListWidget#names::item { padding: 2px 4px; }
QPlainTextEdit#lines { background: $surface; border: 1px solid $muted; border-radius: 6px; }
QPlainTextEdit#lines:focus { border: 2px solid $accent; }
QComboBox[wrong="true"], QPlainTextEdit#lines[wrong="true"] { border-color: $danger; }
QLabel#advice { color: $warning; }
QLabel#problem { color: $danger; }
QFrame#card QTextEdit#answer { background: $window; border: 1px solid $line; border-radius: 6px; }
QFrame#card QTextEdit#answer:focus { border: 2px solid $accent; }
QLabel#headline { font-weight: 600; }
QLabel#muted { color: $muted; }
QFrame#card { background: $surface; border: 1px solid $line; border-radius: 10px; }
QFrame#card QPlainTextEdit { background: $window; border: 1px solid $line; border-radius: 6px; }
QFrame#card QPlainTextEdit:focus { border: 2px solid $accent; }
QFrame#card QLineEdit#digest { background: $window; border: 1px solid $line; border-radius: 6px; padding: 4px 6px; }
QFrame#card QLineEdit#digest:focus { border: 2px solid $accent; padding: 3px 5px; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QFrame#alert { border: 1px solid $line; border-radius: ${radius}px; }
QFrame#alert[kind="info"] { background: $accent_soft; border-color: $accent; }
QFrame#alert[kind="warning"] { background: $warning_soft; border-color: $warning; }
QFrame#alert[kind="error"] { background: $danger_soft; border-color: $danger; }
QFrame#toast { background: $toast; border-radius: ${radius}px; }
QFrame#toast QLabel { color: $on_toast; font-weight: 600; }
QFrame#toast QPushButton {
    background: transparent; color: $toast_accent; border: 2px solid transparent; padding: 1px 8px; font-weight: 600;
}
QFrame#toast QPushButton:hover { text-decoration: underline; }
QFrame#toast QPushButton:focus { border-color: $toast_accent; }
QToolTip { background: $toast; color: $on_toast; border: 1px solid $toast; padding: 3px; }
QMenu { background: $surface; color: $text; border: 1px solid $line; padding: 4px; }
QMenu::item { padding: 6px 24px 6px 8px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $disabled; }
QMenu::icon { padding-left: 6px; }
QMenu::separator { height: 1px; background: $line; margin: 4px 6px; }
""")


def stylesheet(colours: Colours) -> str:
    name = "dark" if colours is DARK else "light"
    return _STYLE.substitute(asdict(colours), radius=RADIUS, name=name, style=resource("icons", "style").as_posix())


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
