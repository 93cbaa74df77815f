"""Small pictures of picture files, read on a thread of their own and only for rows that are seen."""

from __future__ import annotations

import os
import stat
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QBuffer, QIODevice, QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap

from desktop_share.core.errors import ShareError
from desktop_share.core.items import SharedItem
from desktop_share.core.sources import FileSource, MemorySource

KEPT = 500  # pictures; 500 × 80 × 80 × 4 bytes = 13 MB
LARGEST_FILE = 50_000_000  # bytes
LARGEST_IMAGE = 60_000_000  # pixels; what is larger keeps its tile. Qt itself refuses from 67 million on
LARGEST_JPEG = 500_000_000  # a JPEG is made smaller while it is read

# Not SVG: a small file of it can keep its reader busy for years.
_READABLE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp"})
_FORMATS = frozenset({b"png", b"jpeg", b"gif", b"webp", b"bmp"})  # Qt's names, of what the file's bytes are

Key = tuple[str, int | None, int]  # path or digest, bytes of the picture file, side of the square


class Thumbnails(QObject):
    """`of` gives what is known now; `arrived` says for which item there is more."""

    arrived = Signal(str)  # the item's id
    _read = Signal(object, str, object)  # Key, the item's id, QImage | None

    def __init__(
        self, content_of: Callable[[MemorySource], bytes] | None = None, parent: QObject | None = None
    ) -> None:
        """`content_of`: the bytes of what was pasted, asked for on the reading thread; it raises ShareError."""
        super().__init__(parent)
        self._content_of = content_of
        self._pictures: OrderedDict[Key, QPixmap | None] = OrderedDict()
        self._asked: set[Key] = set()
        self._closed = False
        self._reader = ThreadPoolExecutor(1, "thumbnails")
        self._read.connect(self._keep, Qt.ConnectionType.QueuedConnection)

    def of(self, item: SharedItem, side: int) -> QPixmap | None:
        """A square picture of `side` device pixels, or None: not yet, or never."""
        if item.content_type not in _READABLE:
            return None
        source = item.source
        if isinstance(source, FileSource):
            key = (str(source.path), item.size, side)
        elif isinstance(source, MemorySource) and self._content_of is not None:
            key = (source.digest.hex(), item.size, side)
        else:
            return None
        if key in self._pictures:
            self._pictures.move_to_end(key)
            return self._pictures[key]
        if key not in self._asked and not self._closed:
            self._asked.add(key)
            self._reader.submit(self._read_on_thread, key, item.id, source)
        return None

    def close(self) -> None:
        """Read nothing more and wait for the picture that is being read."""
        self._closed = True
        self._reader.shutdown(wait=True, cancel_futures=True)

    def _read_on_thread(self, key: Key, item_id: str, source: FileSource | MemorySource) -> None:
        path, _, side = key
        if isinstance(source, FileSource):
            self._read.emit(key, item_id, square_picture(path, side))
        elif self._content_of is not None:
            try:
                image = square_content(self._content_of(source), side)
            except ShareError:  # the row says so when it is asked for
                image = None
            self._read.emit(key, item_id, image)

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
    return _middle(QImageReader(path), side)


def square_content(data: bytes, side: int) -> QImage | None:
    """The same of a picture in memory."""
    buffer = QBuffer()
    buffer.setData(data)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    return _middle(QImageReader(buffer), side)


def _middle(reader: QImageReader, side: int) -> QImage | None:
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
