"""The program's own icons: line drawings in SVG, 24 units square, drawn in `currentColor`."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from desktop_share.core.paths import resource

APP_ICON_SIZES = (16, 24, 32, 48, 64, 128, 256)


def line_icon(name: str, colour: str, disabled: str) -> QIcon:
    """The icon `name` in `colour`, and in `disabled` where its button is. Raises FileNotFoundError."""
    drawing = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    return QIcon(_LineIcon(drawing, colour, disabled))


class _LineIcon(QIconEngine):
    """Draws itself in the size that is asked for, when it is: most icons stand in menus that nobody has opened yet."""

    def __init__(self, drawing: str, colour: str, disabled: str) -> None:
        super().__init__()
        self._drawing = drawing
        self._colour = colour
        self._disabled = disabled
        self._pixmaps: dict[tuple[str, int], QPixmap] = {}

    def clone(self) -> QIconEngine:
        return _LineIcon(self._drawing, self._colour, self._disabled)

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        _renderer(self._in(self._shade(mode))).render(painter, QRectF(rect))

    def pixmap(self, size: QSize, mode: QIcon.Mode, _state: QIcon.State) -> QPixmap:
        key = self._shade(mode), min(size.width(), size.height())
        if key not in self._pixmaps:
            self._pixmaps[key] = _drawn(_renderer(self._in(key[0])), key[1])
        return self._pixmaps[key]

    def _shade(self, mode: QIcon.Mode) -> str:
        return self._disabled if mode is QIcon.Mode.Disabled else self._colour

    def _in(self, shade: str) -> str:
        return self._drawing.replace("currentColor", shade)


def icon_renderer(name: str, colour: str) -> QSvgRenderer:
    """Draws the icon `name` as lines, crisp at any size. Raises FileNotFoundError."""
    drawing = resource("icons", f"{name}.svg").read_text(encoding="utf-8")
    return _renderer(drawing.replace("currentColor", colour))


def app_icon() -> QIcon:
    """The program's icon, in its own colours."""
    drawing = resource("icons", "desktop-share.svg").read_text(encoding="utf-8")
    icon, renderer = QIcon(), _renderer(drawing)
    for size in APP_ICON_SIZES:  # window managers are told each of them
        icon.addPixmap(_drawn(renderer, size))
    return icon


def _renderer(svg: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(svg.encode()))


def _drawn(renderer: QSvgRenderer, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap
