"""The program's own icons: line drawings in SVG, 24 units square, drawn in `currentColor`."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop_share.core.paths import resource

# pixels: what buttons, alerts and the invitation use, and the same on a screen of 200 %
SIZES = (16, 18, 20, 36, 40, 48, 96)
APP_ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)


def line_icon(name: str, colour: str, disabled: str) -> QIcon:
    """The icon `name` in `colour`, and in `disabled` where its button is. Raises FileNotFoundError."""
    drawing = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    icon = QIcon()
    for mode, shade in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, disabled)):
        for size in SIZES:
            icon.addPixmap(_drawn(drawing.replace("currentColor", shade), size), mode)
    return icon


def icon_renderer(name: str, colour: str) -> QSvgRenderer:
    """Draws the icon `name` as lines, crisp at any size. Raises FileNotFoundError."""
    drawing = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    return QSvgRenderer(QByteArray(drawing.replace("currentColor", colour).encode()))


def app_icon() -> QIcon:
    """The program's icon, in its own colours."""
    drawing = resource("icons", "desktop-share.svg").read_text(encoding="utf-8")
    icon = QIcon()
    for size in APP_ICON_SIZES:
        icon.addPixmap(_drawn(drawing, size))
    return icon


def _drawn(svg: str, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
