"""Pictures of pictures: read on another thread, upright, and nothing that a file does can hold the window up."""

from __future__ import annotations

import os
import struct
import threading
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QSignalSpy

from desktop_share.core.contents import lost
from desktop_share.core.errors import SourceError
from desktop_share.core.items import SharedItem
from desktop_share.core.sources import FileSource, MemorySource
from desktop_share.gui import thumbnails as module
from desktop_share.gui.thumbnails import Thumbnails, square_picture

RED, BLUE = QColor("#d02020"), QColor("#2020d0")


@pytest.fixture
def thumbnails(qapp) -> Iterator[Thumbnails]:
    thumbnails = Thumbnails()
    yield thumbnails
    thumbnails.close()


def halves(width: int, height: int) -> QImage:
    """The upper half red, the lower half blue."""
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(BLUE)
    painter = QPainter(image)
    painter.fillRect(0, 0, width, height // 2, RED)
    painter.end()
    return image


def saved(image: QImage, path: Path) -> SharedItem:
    assert image.save(str(path))
    return shared(path)


def shared(path: Path) -> SharedItem:
    return SharedItem(FileSource(path), 1.0, size=path.stat().st_size)


def near(one: QColor, other: QColor) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(one.getRgb(), other.getRgb(), strict=True))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.bmp", "a.webp"])
@pytest.mark.parametrize("size", [(300, 200), (60, 400), (7, 5), (80, 80)])
def test_that_the_middle_of_a_picture_fills_the_square(qapp, tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    saved(halves(*size), tmp_path / name)
    picture = square_picture(str(tmp_path / name), 80)
    assert (picture.width(), picture.height()) == (80, 80)
    assert near(picture.pixelColor(40, 5), RED)
    assert near(picture.pixelColor(40, 74), BLUE)


def turned(path: Path, orientation: int) -> None:
    """Give a JPEG the EXIF orientation that cameras write."""
    tiff = b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, 0x0112, 3, 1, orientation, 0, 0)
    exif = b"Exif\0\0" + tiff
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + data[2:])


@pytest.mark.parametrize(("orientation", "red_at"), [(1, (40, 5)), (3, (40, 74)), (6, (74, 40)), (8, (5, 40))], ids=str)
def test_that_a_picture_from_a_camera_is_upright(
    qapp, tmp_path: Path, orientation: int, red_at: tuple[int, int]
) -> None:
    path = tmp_path / "photo.jpg"
    saved(halves(200, 200), path)
    turned(path, orientation)
    assert near(square_picture(str(path), 80).pixelColor(*red_at), RED)


def test_that_pictures_are_read_on_a_thread_of_their_own_and_arrive(
    thumbnails: Thumbnails, qtbot, tmp_path: Path, monkeypatch
) -> None:
    threads: list[threading.Thread] = []
    read = square_picture
    monkeypatch.setattr(
        module, "square_picture", lambda *given: (threads.append(threading.current_thread()), read(*given))[1]
    )
    item = saved(halves(100, 100), tmp_path / "a.png")
    with qtbot.waitSignal(thumbnails.arrived) as arrived:
        assert thumbnails.of(item, 80) is None
        assert thumbnails.of(item, 80) is None  # asked for with every painting, read once
    assert arrived.args == [item.id]
    assert thumbnails.of(item, 80).width() == 80
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


def test_that_a_sharper_screen_gets_a_sharper_picture(thumbnails: Thumbnails, qtbot, tmp_path: Path) -> None:
    item = saved(halves(200, 200), tmp_path / "a.png")
    for side in (40, 80):
        with qtbot.waitSignal(thumbnails.arrived):
            thumbnails.of(item, side)
    assert [thumbnails.of(item, side).width() for side in (40, 80)] == [40, 80]


def test_that_only_so_many_are_kept_and_the_latest_of_them(
    thumbnails: Thumbnails, qtbot, tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr(module, "KEPT", 2)
    items = [saved(halves(10, 10), tmp_path / f"{number}.png") for number in range(3)]
    for each in items:
        with qtbot.waitSignal(thumbnails.arrived):
            thumbnails.of(each, 10)
    assert len(thumbnails._pictures) == 2
    assert thumbnails.of(items[2], 10) is not None
    with qtbot.waitSignal(thumbnails.arrived):
        assert thumbnails.of(items[0], 10) is None  # it is read again


def test_that_what_is_no_picture_by_its_type_is_never_opened(thumbnails: Thumbnails, tmp_path: Path) -> None:
    for name in ("a.pdf", "a.svg", "a.txt", "a"):
        (tmp_path / name).write_bytes(b"x")
        assert thumbnails.of(shared(tmp_path / name), 80) is None
    assert not thumbnails._asked


def test_that_a_closed_reader_reads_no_more(qapp, tmp_path: Path) -> None:
    before = set(threading.enumerate())
    thumbnails = Thumbnails()
    arrived = QSignalSpy(thumbnails.arrived)
    thumbnails.of(saved(halves(10, 10), tmp_path / "a.png"), 80)
    thumbnails.close()
    assert set(threading.enumerate()) <= before
    assert thumbnails.of(saved(halves(10, 10), tmp_path / "b.png"), 80) is None
    assert arrived.count() == 0


def test_that_a_picture_in_memory_is_asked_for_on_the_reading_thread(qapp, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    saved(halves(100, 100), path)
    threads: list[threading.Thread] = []

    def content_of(_source: MemorySource) -> bytes:
        threads.append(threading.current_thread())
        return path.read_bytes()

    thumbnails = Thumbnails(content_of)
    item = SharedItem(MemorySource(b"digest", 1, "Screenshot.png", "image/png"), 1.0)
    with qtbot.waitSignal(thumbnails.arrived):
        assert thumbnails.of(item, 80) is None
    assert thumbnails.of(item, 80).width() == 80
    assert threads != [threading.main_thread()]
    thumbnails.close()


def test_that_a_picture_which_is_kept_no_longer_keeps_its_tile(qapp, qtbot) -> None:
    def content_of(source: MemorySource) -> bytes:
        raise SourceError(lost(source))

    thumbnails = Thumbnails(content_of)
    item = SharedItem(MemorySource(b"digest", 1, "Screenshot.png", "image/png"), 1.0)
    thumbnails.of(item, 80)
    qtbot.waitUntil(lambda: not thumbnails._asked)
    assert thumbnails.of(item, 80) is None
    thumbnails.close()


# -- hostile files


def png(width: int, height: int) -> bytes:
    """The beginning of a PNG that says it is so large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000))


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.jpg", b""),
        ("text.jpg", b"this is no picture\n" * 100),
        ("drawing.png", SVG),
        ("drawing.jpg", b'<?xml version="1.0"?>' + SVG),
        ("bitmap.png", b'/* XPM */\nstatic char *a[] = {\n"1 1 1 1",\n"a c #ff0000",\n"a"};\n'),
        ("large.png", png(60_000, 60_000)),
        ("largest.png", png(2**31 - 1, 2**31 - 1)),
        ("none.png", png(0, 0)),
        ("head.jpg", b"\xff\xd8\xff\xe0"),
        ("noise.gif", b"GIF89a" + bytes(range(256))),
        ("noise.bmp", b"BM" + b"\xff" * 200),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_that_hostile_files_keep_their_tile(qapp, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert square_picture(str(tmp_path / name), 80) is None


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_that_a_truncated_picture_is_shown_as_far_as_it_goes_or_not_at_all(
    qapp, tmp_path: Path, name: str, share: float
) -> None:
    path = tmp_path / name
    saved(halves(300, 300), path)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    picture = square_picture(str(path), 80)
    assert picture is None or picture.size().width() == 80


def test_that_one_name_may_have_the_bytes_of_another_format(qapp, tmp_path: Path) -> None:
    assert halves(50, 50).save(str(tmp_path / "really-a-png.jpg"), "PNG")
    assert square_picture(str(tmp_path / "really-a-png.jpg"), 80) is not None


def test_that_what_is_no_file_is_not_waited_for(qapp, tmp_path: Path) -> None:
    assert square_picture(str(tmp_path), 80) is None
    assert square_picture(str(tmp_path / "missing.png"), 80) is None
    assert square_picture("nul\0.png", 80) is None
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.png")
        assert square_picture(str(tmp_path / "pipe.png"), 80) is None


def test_that_a_huge_file_is_not_read(qapp, tmp_path: Path) -> None:
    path = tmp_path / "huge.png"
    saved(halves(10, 10), path)
    os.truncate(path, module.LARGEST_FILE + 1)
    assert square_picture(str(path), 80) is None
