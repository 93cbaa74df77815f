"""The program's icon in the forms that systems want: `python packaging/icons.py FOLDER`.

Drawn with Qt from resources/icons/desktop-share.svg: PNGs by size, an .ico for Windows, an .icns for macOS, and the
picture beside the last page of setup.exe.
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

DRAWING = Path(__file__).resolve().parent.parent / "resources" / "icons" / "desktop-share.svg"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512, 1024)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
SIDE = (164, 314)  # pixels, as NSIS wants it
ICNS_TYPES = {b"icp4": 16, b"icp5": 32, b"icp6": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512, b"ic10": 1024}


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    application = QGuiApplication.instance() or QGuiApplication([])
    assert application is not None
    pngs = {size: png(size) for size in SIZES}
    for size, data in pngs.items():
        (folder / f"{size}.png").write_bytes(data)
    (folder / "desktop-share.ico").write_bytes(ico({size: pngs[size] for size in ICO_SIZES}))
    (folder / "desktop-share.icns").write_bytes(icns({kind: pngs[size] for kind, size in ICNS_TYPES.items()}))
    side().save(str(folder / "side.bmp"))


def side() -> QImage:
    """The icon on the window's own background."""
    image = QImage(*SIDE, QImage.Format.Format_RGB32)
    image.fill(QColor("#e8eefc"))
    width, height = SIDE
    icon = width // 2
    painter = QPainter(image)
    QSvgRenderer(str(DRAWING)).render(painter, QRectF((width - icon) / 2, height * 0.3, icon, icon))
    painter.end()
    return image


def png(size: int) -> bytes:
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(DRAWING)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def ico(pngs: dict[int, bytes]) -> bytes:
    """An ICONDIR with PNG images, which Windows reads since Vista; a width of 256 is written as 0."""
    offset = 6 + 16 * len(pngs)
    entries = b""
    for size, data in pngs.items():
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(data), offset)
        offset += len(data)
    return struct.pack("<HHH", 0, 1, len(pngs)) + entries + b"".join(pngs.values())


def icns(pngs: dict[bytes, bytes]) -> bytes:
    """A sequence of types, lengths (of the header too) and PNGs, behind the length of the whole."""
    body = b"".join(struct.pack(">4sI", kind, 8 + len(data)) + data for kind, data in pngs.items())
    return struct.pack(">4sI", b"icns", 8 + len(body)) + body


if __name__ == "__main__":
    main(Path(sys.argv[1]))
