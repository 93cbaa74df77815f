"""The QR code, read by a real decoder from the picture on the screen."""

from __future__ import annotations

import pytest
import zxingcpp
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from window_parts import NO_NETWORK, STARTING, make_window

from desktop_share.core.errors import Problem
from desktop_share.gui.details_panel import DetailsPanel
from desktop_share.gui.qr_section import QUIET_ZONE, QrCode, QrSection, qr_image
from desktop_share.gui.theme import Theme

# the offscreen platform says so of windows that are shown, raised or limited in size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LINK = "http://192.168.1.20:8765/d/abcdefghijklmnopqrstuv/%E6%97%A5%E6%9C%AC%20%F0%9F%93%B7.jpg"
LONGEST = LINK[:50] + "%E6%97%A5" * 85  # a name of 255 bytes


def decoded(picture: QImage) -> list[str]:
    grey = picture.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = memoryview(bytes(grey.constBits())).cast("B", shape=[grey.height(), grey.bytesPerLine()])
    return [found.text for found in zxingcpp.read_barcodes(rows)]


def in_sight(panel: DetailsPanel) -> bool:
    """Whether the whole code is inside the part of the panel that is scrolled to."""
    code, sight = panel.qr.code, panel.scroller.viewport()
    return code.isVisible() and sight.rect().contains(code.rect().translated(code.mapTo(sight, QPoint())))


@pytest.fixture
def section(qapp: QApplication, qtbot) -> QrSection:
    section = QrSection(Theme(qapp))
    qtbot.addWidget(section)
    section.show()
    return section


@pytest.mark.parametrize("link", [LINK, LONGEST], ids=["usual", "longest"])
@pytest.mark.parametrize("beside", [True, False], ids=["beside", "under"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_that_a_phone_can_read_the_code_from_the_panel(
    qapp: QApplication, qtbot, link: str, beside: bool, theme: str
) -> None:
    chosen = Theme(qapp)
    chosen.choose(theme)
    panel = DetailsPanel(chosen)
    qtbot.addWidget(panel)
    panel.set_open_sections({"link"})
    panel.place(beside, 900)
    panel.resize(480, 420)
    panel.qr.show_link(link, "日本.jpg", "")
    panel.fit()
    panel.show()
    qtbot.waitUntil(lambda: in_sight(panel))
    qtbot.waitUntil(lambda: decoded(panel.grab().toImage()) == [link])


def test_that_the_code_has_its_quiet_zone() -> None:
    image = qr_image(LINK)
    white = QColor(Qt.GlobalColor.white)
    edge = range(QUIET_ZONE)
    assert all(image.pixelColor(x, y) == white for x in range(image.width()) for y in edge)
    assert image.pixelColor(QUIET_ZONE, QUIET_ZONE) != white


def test_that_every_module_is_crisp(qtbot) -> None:
    code = QrCode()
    qtbot.addWidget(code)
    code.set_text(LINK)
    picture = code.grab().toImage()
    shades = {picture.pixelColor(x, y).name() for x in range(picture.width()) for y in range(picture.height())}
    assert shades == {"#000000", "#ffffff"}


def test_that_the_link_is_text_to_select_and_copy(section: QrSection, qtbot) -> None:
    section.show_link(LINK, "a.jpg", "")
    assert section.link.toPlainText() == LINK
    section.link.selectAll()
    section.link.copy()
    assert QApplication.clipboard().text() == LINK
    with qtbot.waitSignal(section.copy_requested):
        qtbot.mouseClick(section.copy_button, Qt.MouseButton.LeftButton)


def test_that_without_a_link_there_is_no_code_but_the_reason(section: QrSection) -> None:
    section.show_link(LINK, "a.jpg", "")
    section.show_link(None, "", "Select a file.")
    assert section.code.isHidden()
    assert section.copy_button.isHidden()
    assert section.hint.text() == "Select a file."


def test_that_escape_hides_the_panel(qapp: QApplication, qtbot) -> None:
    panel = DetailsPanel(Theme(qapp))
    qtbot.addWidget(panel)
    panel.show()
    with qtbot.waitSignal(panel.closed):
        qtbot.keyClick(panel.section("link").head, Qt.Key.Key_Escape)


def test_that_the_code_is_of_the_selected_item_and_follows_selection_rename_and_address(qtbot) -> None:
    parts = make_window(qtbot)
    parts.commands.add_paths(["/home/anna/a.txt", "/home/anna/b.txt"])
    panel = parts.window.panel
    parts.window.commands.qr.trigger()
    for row in (0, 1):
        parts.view.select_ids([parts.items()[row].id])
        link = parts.link(row)
        qtbot.waitUntil(lambda link=link: decoded(panel.grab().toImage()) == [link])
    before = parts.link(1)
    parts.share_list.update([parts.items()[1].id], lambda item: item.renamed("new.txt"))
    parts.model.dataChanged.emit(parts.model.index(1, 0), parts.model.index(1, 0))
    qtbot.waitUntil(lambda: decoded(panel.grab().toImage()) == [parts.link(1)] != [before])
    parts.sharing.become(NO_NETWORK)
    qtbot.waitUntil(lambda: decoded(panel.grab().toImage()) == [parts.link(1)])
    assert "127.0.0.1" in panel.qr.link.toPlainText()
    assert panel.qr.hint.text() == "Only this computer can open this link now."
    parts.sharing.become(STARTING)
    assert panel.qr.code.isHidden()


def test_that_asking_for_the_code_of_a_row_shows_it_and_asking_again_hides_it(qtbot) -> None:
    parts = make_window(qtbot)
    parts.commands.add_paths(["/home/anna/a.txt", "/home/anna/b.txt"])
    second = parts.items()[1].id
    parts.view.qr_requested.emit(second)
    assert parts.window.panel.isVisible()
    assert parts.window.panel.qr.link.toPlainText() == parts.link(1)
    parts.window.panel.qr.copy_button.click()
    assert QApplication.clipboard().text() == parts.link(1)
    parts.view.qr_requested.emit(second)
    assert parts.window.panel.isHidden()


@pytest.mark.parametrize(("width", "height"), [(900, 560), (900, 100), (480, 560), (420, 100)])
def test_that_the_whole_code_is_inside_the_panel_in_every_window(qtbot, width: int, height: int) -> None:
    parts = make_window(qtbot)
    parts.commands.add_paths(["/home/anna/a.txt"])
    parts.window.commands.qr.trigger()
    parts.window.resize(width, height)
    panel = parts.window.panel
    qtbot.waitUntil(lambda: in_sight(panel))
    qtbot.waitUntil(lambda: not panel.qr.code.geometry().intersects(panel.qr.link.geometry()))
    qtbot.waitUntil(lambda: decoded(parts.window.grab().toImage()) == [parts.link(0)])


@pytest.mark.parametrize(("width", "height"), [(900, 560), (900, 500), (480, 560), (480, 480)])
def test_that_the_code_is_never_cut_off_nor_covered_in_a_low_window(qtbot, width: int, height: int) -> None:
    parts = make_window(qtbot)
    parts.commands.add_paths(["/home/anna/a.txt"])
    parts.window.alerts.show_problem(Problem("low", "Something happened.", "Do something."))
    parts.window.resize(width, height)
    parts.window.commands.qr.setChecked(True)
    parts.view.select_ids([parts.items()[0].id])
    panel = parts.window.panel
    qtbot.waitUntil(lambda: in_sight(panel))
    qtbot.waitUntil(lambda: not panel.qr.code.geometry().intersects(panel.qr.hint.geometry()))
