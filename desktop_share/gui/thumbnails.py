"""Small pictures of picture files, read on a thread of their own and only for rows that are seen."""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap

from desktop_share.core.items import SharedItem
from desktop_share.core.sources import FileSource

KEPT = 500  # pictures; 500 × 80 × 80 × 4 bytes = 13 MB
LARGEST_FILE = 50_000_000  # bytes
LARGEST_IMAGE = 60_000_000  # pixels; what is larger keeps its tile. Qt itself refuses from 67 million on
LARGEST_JPEG = 500_000_000  # a JPEG is made smaller while it is read

# Not SVG: a small file of it can keep its reader busy for years.
_READABLE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
_FORMATS = frozenset({b"png", b"jpeg", b"gif", b"webp", b"bmp"})  # Qt's names, of what the file's bytes are

Key = tuple[str, int | None, int]  # path, bytes of the file, side of the picture


class Thumbnails(QObject):
    """`of` gives what is known now; `arrived` says for which item there is more."""

    arrived = Signal(str)  # the item's id
    _read = Signal(object, str, object)  # Key, the item's id, QImage | None

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pictures: OrderedDict[Key, QPixmap | None] = OrderedDict()
        self._asked: set[Key] = set()
        self._closed = False
        self._reader = ThreadPoolExecutor(1, "thumbnails")
        self._read.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    def of(self, item: SharedItem, side: int) -> QPixmap | None:
        """A square picture of `side` device pixels, or None: not yet, or never."""
        if item.content_type not in _READABLE:
            return None
        if not isinstance(item.source, FileSource):
            return None
        key = (str(item.source.path), item.size, side)
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        if key not in self._asked and not self._closed:
            self._asked.add(key)
            self._reader.submit(self._read_on_thread, key, item.id)
        return None

    def close(self) -> None:
        """Read nothing more and wait for the picture that is being read."""
        self._closed = True
        self._reader.shutdown(wait=True, cancel_futures=True)

    def _read_on_thread(self, key: Key, item_id: str) -> None:
        path, _, side = key
        self._read.emit(key, item_id, square_picture(path, side))

    def _keep(self, key: Key, item_id: str, image: QImage | None) -> None:
        self._asked.discard(key)
        self._pictures[key] = None if image is None else QPixmap.fromImage(image)
        while len(self._pictures) > KEPT:
            self._pictures.popitem(last=False)
        if image is not None:
            self.arrived.emit(item_id)


def square_picture(path: str, side: int) -> QImage | None:
    """The middle of a picture file as `side` × `side` pixels, upright; None where it cannot be read. Any thread."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_FILE:  # opening a FIFO would wait for ever
            return None
    except (OSError, ValueError):
        return None
    reader = QImageReader(path)
    reader.setAutoTransform(True)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    kind = bytes(reader.format().data())
    largest = LARGEST_JPEG if kind == b"jpeg" else LARGEST_IMAGE
    if kind not in _FORMATS or size.width() * size.height() > largest:
        return None
    if size.isValid() and not size.isEmpty():
        reader.setScaledSize(size.scaled(QSize(side, side), Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    image = reader.read()
    if image.isNull():
        return None
    if min(image.width(), image.height()) != side:
        expanding = Qt.AspectRatioMode.KeepAspectRatioByExpanding
        image = image.scaled(side, side, expanding, Qt.TransformationMode.SmoothTransformation)
    return image.copy((image.width() - side) // 2, (image.height() - side) // 2, side, side)
