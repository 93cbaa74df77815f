"""The program's icon for Windows, drawn from the SVG by Qt, which every build machine has."""

from __future__ import annotations

import os
import struct
from pathlib import Path

SIZES = (16, 20, 24, 32, 40, 48, 64, 256)  # pixels; Explorer's, at 100 to 200 %
_AS_PNG = 256  # from this size on; older readers of smaller ones know bitmaps only


def write_ico(svg: Path, ico: Path) -> None:
    """All sizes in one file: a table, then each picture as a bitmap of 32 bits with an empty mask, or as PNG."""
    pictures = [_png(svg, size) if size >= _AS_PNG else _bitmap(svg, size) for size in SIZES]
    offset = 6 + 16 * len(SIZES)
    table = struct.pack("<HHH", 0, 1, len(SIZES))
    for size, picture in zip(SIZES, pictures, strict=True):
        table += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), offset)
        offset += len(picture)
    ico.write_bytes(table + b"".join(pictures))


def _image(svg: Path, size: int):  # type: ignore[no-untyped-def]  # a QImage: Qt is imported late
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication.instance() or QGuiApplication([])
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(svg)).render(painter)
    painter.end()
    assert application is not None
    return image


def _png(svg: Path, size: int) -> bytes:
    from PySide6.QtCore import QBuffer

    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    assert _image(svg, size).save(buffer, "PNG")
    return bytes(buffer.data().data())


def _bitmap(svg: Path, size: int) -> bytes:
    """A BITMAPINFOHEADER, rows from the bottom up, and the mask: its height is counted twice."""
    image = _image(svg, size)
    pixels = bytes(image.constBits())
    rows = [pixels[row * size * 4 : (row + 1) * size * 4] for row in reversed(range(size))]
    mask = b"\0" * ((size + 31) // 32 * 4 * size)
    header = struct.pack("<IiiHHIIiiII", 40, size, size * 2, 1, 32, 0, size * size * 4 + len(mask), 0, 0, 0, 0)
    return header + b"".join(rows) + mask
