"""Colours that can be read, and following the system between light and dark."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication

from desktop_share.core.paths import resources_dir
from desktop_share.gui.colours import DARK, LIGHT, Colours, palette_of
from desktop_share.gui.icons import app_icon, line_icon
from desktop_share.gui.theme import Theme

TEXT_ON = [
    ("text", "window"),
    ("text", "surface"),
    ("text", "raised"),
    ("text", "hover"),
    ("text", "line"),
    ("text", "accent_soft"),
    ("text", "warning_soft"),
    ("text", "danger_soft"),
    ("muted", "window"),
    ("muted", "surface"),
    ("muted", "accent_soft"),
    ("muted", "danger_soft"),
    ("muted", "warning_soft"),
    ("accent", "surface"),
    ("accent", "window"),
    ("on_accent", "accent"),
    ("on_accent", "accent_hover"),
    ("danger", "surface"),
    ("on_toast", "toast"),
    ("toast_accent", "toast"),
]
# what is no text but has to be seen: dots, icons, focus rings, frames of fields
SEEN_ON = [
    ("ok", "window"),
    ("warning", "window"),
    ("danger", "window"),
    ("warning", "warning_soft"),
    ("danger", "danger_soft"),
    ("accent", "accent_soft"),
    ("accent", "raised"),
    ("muted", "raised"),
    ("ring_on_accent", "accent"),
]


def contrast(one: str, other: str) -> float:
    """WCAG 2.1's contrast ratio, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = QColor(colour).getRgbF()[:3]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_that_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_that_every_text_can_be_read(colours: Colours, text: str, ground: str) -> None:
    assert contrast(getattr(colours, text), getattr(colours, ground)) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), SEEN_ON)
def test_that_every_mark_can_be_seen(colours: Colours, mark: str, ground: str) -> None:
    assert contrast(getattr(colours, mark), getattr(colours, ground)) >= 3


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [("WindowText", "Window"), ("Text", "Base"), ("ButtonText", "Button"), ("HighlightedText", "Highlight"),
     ("ToolTipText", "ToolTipBase"), ("PlaceholderText", "Base"), ("Link", "Base")],
)  # fmt: skip
def test_that_the_palette_can_be_read_where_qt_or_a_delegate_draws(colours: Colours, text: str, ground: str) -> None:
    palette = palette_of(colours)
    role = QPalette.ColorRole
    assert contrast(palette.color(role[text]).name(), palette.color(role[ground]).name()) >= 4.5


@pytest.mark.parametrize(("choice", "colours"), [("light", LIGHT), ("dark", DARK)])
def test_that_a_chosen_theme_holds_whatever_the_system_says(qapp: QApplication, choice: str, colours: Colours) -> None:
    theme = Theme(qapp)
    theme.choose(choice)
    assert theme.colours is colours
    assert qapp.palette().color(QPalette.ColorRole.Window).name() == colours.window
    assert colours.accent in qapp.styleSheet()


def test_that_auto_follows_the_system_and_its_changes(qapp: QApplication, qtbot) -> None:
    theme = Theme(qapp)
    theme.choose("auto")
    assert theme.colours is LIGHT
    system_changed = qapp.styleHints().colorSchemeChanged
    with qtbot.waitSignal(theme.changed):
        system_changed.emit(Qt.ColorScheme.Dark)
    assert theme.colours is DARK
    theme.choose("light")
    system_changed.emit(Qt.ColorScheme.Dark)
    assert theme.colours is LIGHT


def test_that_every_shipped_icon_draws_something_at_every_size(qapp: QApplication) -> None:
    names = [path.stem for path in resources_dir().joinpath("icons").glob("*.svg")]
    assert len(names) > 15
    for name in names:
        icon = app_icon() if name == "desktop-share" else line_icon(name, "#ff0000", "#888888")
        for size in (16, 18, 20, 36, 40, 48, 96):  # of buttons, alerts and the invitation; and at 200 %
            assert drawn_pixels(icon.pixmap(size, size).toImage()) > size, (name, size)


def test_that_icons_take_the_colour_of_the_theme(qapp: QApplication) -> None:
    theme = Theme(qapp)
    for choice, colours in (("light", LIGHT), ("dark", DARK)):
        theme.choose(choice)
        image = theme.icon("pause").pixmap(48, 48).toImage()
        assert image.pixelColor(16, 24).name() == colours.text
    assert theme.icon("pause", "on_accent").pixmap(48, 48).toImage().pixelColor(16, 24).name() == DARK.on_accent


def test_that_an_icon_is_crisp_on_any_screen_and_pale_where_its_button_is(qapp: QApplication) -> None:
    icon = line_icon("pause", "#ff0000", "#888888")
    sharp = icon.pixmap(QSize(18, 18), 1.5)
    assert sharp.size() == QSize(27, 27)
    assert sharp.devicePixelRatio() == 1.5
    copy = QIcon(icon)
    del icon
    gc.collect()  # Qt keeps what draws it
    pale = copy.pixmap(QSize(48, 48), QIcon.Mode.Disabled).toImage()
    assert pale.pixelColor(16, 24).name() == "#888888"
    painted = QPixmap(48, 48)
    painter = QPainter(painted)
    copy.paint(painter, painted.rect())
    painter.end()
    assert painted.toImage().pixelColor(16, 24).name() == "#ff0000"
    copy.addPixmap(painted)  # changing a copy clones what draws it
    assert not copy.isNull()


def drawn_pixels(image: QImage) -> int:
    return sum(image.pixelColor(x, y).alpha() > 100 for x in range(image.width()) for y in range(image.height()))
