"""Rows painted in every state, in colours that can be read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest
from list_parts import GONE, ListParts, item, make_list, transfer
from PySide6.QtCore import QObject, QPoint, QRect, QRectF
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem

from desktop_share.core.errors import Problem
from desktop_share.core.items import Disposition
from desktop_share.core.links import new_link
from desktop_share.core.share_list import ItemsInserted, ItemState
from desktop_share.core.sources import FolderSource, LiveSource, MemorySource, SelectionSource
from desktop_share.core.tree import LeftOut, WhyLeftOut
from desktop_share.gui import row_geometry as geometry
from desktop_share.gui.activity import QUIET, Activity
from desktop_share.gui.colours import DARK, LIGHT, Colours, palette_of
from desktop_share.gui.delegates import Marks, NameEdit, Pointer, RowDelegate, kind_of
from desktop_share.gui.row_colours import RowColours
from desktop_share.gui.row_words import Tone, row_status, tool_tip
from desktop_share.gui.share_model import Column

LONG = "a name that goes on and on " * 9 + ".doc"
THEMES = pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
WIDTHS = (520, 176, 108, 48)


# -- colours


def contrast(one: QColor, other: QColor) -> float:
    """WCAG 2.1: 1 to 21."""

    def luminance(colour: QColor) -> float:
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour.getRgbF()[:3]]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_that_contrast_is_measured_as_wcag_does() -> None:
    assert contrast(QColor("#000"), QColor("#fff")) == pytest.approx(21)
    assert contrast(QColor("#777"), QColor("#fff")) == pytest.approx(4.48, abs=0.01)


PAIRS = [
    *(
        (front, ground)
        for front in ("text", "quiet", "active", "notice", "problem")
        for ground in ("base", "hover", "selected")
    ),
    ("text", "raised"),
    ("text", "control"),
    ("quiet", "control"),
    ("active", "button"),
    ("active", "control"),
    ("active", "pressed"),
]


@THEMES
@pytest.mark.parametrize(("front", "ground"), PAIRS)
def test_that_words_stand_out_from_what_they_lie_on(qapp, colours: Colours, front: str, ground: str) -> None:
    row = RowColours.of(palette_of(colours))
    assert contrast(getattr(row, front), getattr(row, ground)) >= 4.5


TYPES = (
    "application/pdf",
    "application/zip",
    "audio/mpeg",
    "video/mp4",
    "image/png",
    "text/html",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/octet-stream",
)


@THEMES
def test_that_tiles_can_be_read_and_kinds_told_apart(qapp, colours: Colours) -> None:
    row = RowColours.of(palette_of(colours))
    tiles = [row.tile(each) for each in TYPES]
    assert all(contrast(text, ground) >= 4.5 for ground, text in tiles)
    for (one, _), (other, _) in combinations(tiles, 2):
        assert sum(abs(a - b) for a, b in zip(one.getRgb(), other.getRgb(), strict=True)) >= 20


def test_that_all_formats_of_a_kind_have_its_colour(qapp) -> None:
    row = RowColours.of(palette_of(LIGHT))
    for one, other in (
        ("application/gzip", "application/zip"),
        ("application/x-7z-compressed", "application/vnd.rar"),
        ("text/csv", "application/vnd.ms-excel"),
        ("audio/flac", "audio/mp4"),
        ("text/plain", "application/octet-stream"),
    ):
        assert row.tile(one) == row.tile(other)


# -- painting


class Painter:
    """Paints a whole row of the model into a picture of its own."""

    def __init__(self, parts: ListParts, colours: Colours) -> None:
        self.parts, self.colours = parts, colours
        self.pointer, self.marks = Pointer(), Marks()
        self.picture: QPixmap | None = None
        self._owner = QObject()
        self.delegate = RowDelegate(lambda: self.pointer, lambda *_: self.picture, lambda: self.marks, self._owner)

    def row(self, row: int = 0, *, ratio: float = 1.0, selected: bool = False, font: QFont | None = None) -> QImage:
        image = QImage(round(sum(WIDTHS) * ratio), round(geometry.ROW_HEIGHT * ratio), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor(self.colours.surface))
        painter = QPainter(image)
        left = 0
        for column, width in zip(Column, WIDTHS, strict=True):
            option = QStyleOptionViewItem()
            option.rect = QRect(left, 0, width, geometry.ROW_HEIGHT)
            option.palette = palette_of(self.colours)
            option.font = font or option.font
            if selected:
                option.state |= QStyle.StateFlag.State_Selected
            self.delegate.paint(painter, option, self.parts.model.index(row, column))
            left += width
        painter.end()
        return image


def cell(column: Column) -> QRect:
    return QRect(sum(WIDTHS[:column]), 0, WIDTHS[column], geometry.ROW_HEIGHT)


@pytest.fixture
def parts(qapp) -> Iterator[ListParts]:
    parts = make_list("a.pdf", LONG)
    parts.share_list.add([item("b.tar.gz", disposition=Disposition.INLINE, size=10), item("日本 🌻")])
    qapp.processEvents()
    yield parts
    parts.close()


def every_state(parts: ListParts) -> list[str]:
    """Bring rows into every state that there is; returns their ids."""
    parts.share_list.report("a.pdf", GONE)
    parts.model.apply_transfer(transfer("b.tar.gz", sent=400, rate=1e6))
    parts.model.apply_transfer(transfer("日本 🌻", "u", total=None))
    return [each.id for each in parts.share_list.snapshot()]


@THEMES
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_that_every_state_is_painted_without_a_word_from_qt(
    parts: ListParts, qtlog, qapp, colours: Colours, ratio: float
) -> None:
    ids = every_state(parts)
    qapp.processEvents()
    paint = Painter(parts, colours)
    seen: list[QImage] = []
    for row in range(len(ids)):
        for marks, selected in (
            (Marks(), False),
            (Marks(), True),
            (Marks(hovered=row), False),
            (Marks(focused=row), True),
            (Marks(focused=row), False),
            (Marks(edited=row), True),
        ):
            paint.marks = marks
            seen.append(paint.row(row, ratio=ratio, selected=selected))
    same = [(a, b) for a, b in combinations(range(len(seen)), 2) if seen[a] == seen[b]]
    assert same == []
    assert [each.message for each in qtlog.records] == []


def test_that_the_band_of_a_row_goes_through_all_of_its_cells(parts: ListParts) -> None:
    paint = Painter(parts, LIGHT)
    expected = RowColours.of(palette_of(LIGHT))
    for marks, selected, colour in (
        (Marks(hovered=0), False, expected.hover),
        (Marks(), True, expected.selected),
        (Marks(focused=0), True, expected.selected),
        (Marks(hovered=1), False, expected.base),
    ):
        paint.marks = marks
        image = paint.row(selected=selected)
        between = [cell(column).left() + 2 for column in Column][1:]
        assert {image.pixelColor(x, 8).name() for x in between} == {colour.name()}


def test_that_the_ring_of_the_keyboard_goes_round_the_row_and_not_its_cells(parts: ListParts) -> None:
    paint = Painter(parts, LIGHT)
    paint.marks = Marks(focused=0)
    image = paint.row(selected=True)
    on_top = [image.pixelColor(cell(column).center().x(), 2).name() for column in Column]
    assert on_top == [LIGHT.accent] * len(Column)
    edges = [image.pixelColor(cell(column).left(), 8).name() for column in Column][1:]
    assert LIGHT.accent not in edges


def test_that_a_chosen_half_and_only_that_is_raised(parts: ListParts) -> None:
    colours = RowColours.of(palette_of(DARK))
    halves = geometry.halves(cell(Column.DISPOSITION))
    for row, chosen in ((0, 0), (2, 1)):
        image = Painter(parts, DARK).row(row)
        grounds = [image.pixelColor(half.left() + 4, half.center().y()).name() for half in halves]
        assert grounds[chosen] == colours.raised.name()
        assert grounds[1 - chosen] == colours.control.name()


def test_that_a_control_under_the_mouse_looks_different_and_again_when_pressed(parts: ListParts) -> None:
    paint = Painter(parts, LIGHT)
    for column in (Column.COPY, Column.MENU):
        where = cell(column).center()
        pictures = []
        for pointer in (Pointer(), Pointer(where), Pointer(where, pressed=True)):
            paint.pointer = pointer
            pictures.append(paint.row())
        assert all(one != other for one, other in combinations(pictures, 2))
    paint.pointer = Pointer(QPoint(5, 5))
    assert paint.row() == pictures[0]


def test_that_progress_is_as_long_as_what_was_sent(parts: ListParts) -> None:
    paint = Painter(parts, LIGHT)
    line = geometry.name_cell(cell(Column.NAME)).progress
    for sent in (250, 500, 1000):
        parts.model.apply_transfer(transfer("b.tar.gz", sent=sent))
        image = paint.row(2)
        blue = [x for x in range(sum(WIDTHS)) if image.pixelColor(x, line.center().y()).name() == LIGHT.accent]
        assert len(blue) == pytest.approx(line.width() * sent / 1000, abs=4)


def test_that_a_thumbnail_takes_the_place_of_the_tile(parts: ListParts) -> None:
    paint = Painter(parts, LIGHT)
    paint.picture = QPixmap(80, 80)
    paint.picture.fill(QColor("#123456"))
    centre = geometry.name_cell(cell(Column.NAME)).tile.center()
    assert paint.row(ratio=2.0).pixelColor(centre * 2).name() == "#123456"


def test_that_large_print_is_painted_too(parts: ListParts, qtlog) -> None:
    font = QFont()
    font.setPointSize(22)
    assert Painter(parts, LIGHT).row(1, font=font) != Painter(parts, LIGHT).row(1)
    assert qtlog.records == []


def test_that_no_reference_is_lost_in_thousands_of_paintings(parts: ListParts) -> None:
    """PySide6 6.12.0 loses one to None on every void call on Python 3.10 and 3.11, and aborts in the end."""
    image = QImage(100, 100, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    rect = QRectF(0, 0, 50, 50)
    before = sys.getrefcount(None)
    for _ in range(2500):
        painter.setOpacity(0.5)
        rect.setWidth(20)
    painter.end()
    paint = Painter(parts, LIGHT)
    for _ in range(50):
        paint.row()
    assert abs(sys.getrefcount(None) - before) < 500


# -- the parts of a row


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.pdf", "PDF"),
        ("a.tar.gz", "GZ"),
        ("README", "FILE"),
        ("a.jpeg", "JPEG"),
        ("a.torrent", "FILE"),
        ("a.文書", "FILE"),
        (".hidden", "FILE"),
    ],
)
def test_that_a_tile_says_the_kind_in_four_letters_at_most(name: str, kind: str) -> None:
    assert kind_of(item(name)) == kind


@pytest.mark.parametrize("width", WIDTHS)
def test_that_everything_is_inside_its_cell(width: int) -> None:
    whole = QRect(10, 640, width, geometry.ROW_HEIGHT)
    download, open_ = geometry.halves(whole)
    assert all(whole.contains(rect) for rect in (download, open_, geometry.control(whole)))
    assert download.right() + 1 == open_.left()
    if width > 200:
        parts = geometry.name_cell(whole)
        inside = (parts.tile, parts.name, parts.status, parts.progress, geometry.editor_rect(whole))
        assert all(whole.contains(rect) for rect in inside)
        assert not any(one.intersects(other) for one, other in combinations((parts.name, parts.status), 2))


def test_that_the_editor_says_what_it_is_for(parts: ListParts, qtbot) -> None:
    delegate = Painter(parts, LIGHT).delegate
    editor = delegate.createEditor(None, QStyleOptionViewItem(), parts.model.index(0, 0))
    qtbot.addWidget(editor)
    delegate.setEditorData(editor, parts.model.index(0, 0))
    assert isinstance(editor, NameEdit)
    assert (editor.text(), editor.accessibleName()) == ("a.pdf", "Name that the recipient saves")


# -- the words of a row

RUNNING = Activity({"t": transfer("a", sent=420, rate=2_900_000)})
TWO = Activity({"t": transfer("a", sent=500, rate=5), "u": transfer("a", "u", sent=0)})
UNKNOWN = Activity({"t": transfer("a", total=None)})
NONE_YET = Activity({"t": transfer("a", total=0)})
FULL = Problem("file-error", "“{name}” cannot be opened: {reason}.", "Try again.", (("name", "a"), ("reason", "why")))


@pytest.mark.parametrize(
    ("shown", "problem", "activity", "tone", "words"),
    [
        (item("a", size=61_000), None, QUIET, Tone.QUIET, ("61.0 kB · ready to share", "61.0 kB")),
        (item("a"), None, QUIET, Tone.QUIET, ("ready to share",)),
        (item("a", size=1), None, Activity(finished=3), Tone.QUIET, ("1 B · downloaded 3×", "downloaded 3×")),
        (item("a", size=1, name="b"), None, QUIET, Tone.QUIET, ("1 B · “a” on disk", "“a” on disk")),
        (
            item("a", size=1, name="b"),
            None,
            Activity(finished=1),
            Tone.QUIET,
            ("1 B · downloaded 1× · “a” on disk", "1 B · downloaded 1×", "downloaded 1×"),
        ),
        (
            item("a", size=1000),
            None,
            RUNNING,
            Tone.ACTIVE,
            (
                "1.0 kB · sending to 1 device · 42% · 2.9 MB/s",
                "sending to 1 device · 42%",
                "42% · 2.9 MB/s",
                "42%",
            ),
        ),
        (
            item("a"),
            None,
            TWO,
            Tone.ACTIVE,
            ("sending to 2 devices · 25% · 5 B/s", "sending to 2 devices · 25%", "25% · 5 B/s", "25%"),
        ),
        (item("a"), None, UNKNOWN, Tone.ACTIVE, ("sending to 1 device", "sending")),
        (item("a"), GONE, RUNNING, Tone.PROBLEM, ("Moved or deleted: Locate…", "Gone: Locate…")),
        (item("a"), FULL, QUIET, Tone.PROBLEM, ("“a” cannot be opened: why.", "Locate…")),
    ],
)
def test_that_a_row_says_what_is_going_on(shown, problem, activity, tone, words) -> None:
    assert row_status(shown, problem, activity) == (tone, words)


PLACE = Path("/files/Photos")
FOLDER = replace(item("a"), source=FolderSource(PLACE), size=1000)
ZIP_OF_TWO = replace(item("a"), source=SelectionSource((), "2 items.zip"), size=2000)
NOTE = replace(item("a"), source=MemorySource(b"", 5, "Note.txt", "text/plain"), size=5)
LIVE = replace(item("a"), source=LiveSource(Path("/files/a.log")))
READING = ItemState(indexed=45, total=100)
LOST = Problem("content-lost", "It is not kept any more.", "Paste it again.")


@pytest.mark.parametrize(
    ("shown", "problem", "state", "tone", "words"),
    [
        (FOLDER, None, ItemState(), Tone.QUIET, ("1.0 kB as ZIP · ready to share", "1.0 kB as ZIP")),
        (ZIP_OF_TWO, None, ItemState(), Tone.QUIET, ("2.0 kB as ZIP · ready to share", "2.0 kB as ZIP")),
        (FOLDER, None, READING, Tone.ACTIVE, ("1.0 kB as ZIP · reading 45%…", "reading 45%…")),
        (replace(FOLDER, size=None), None, READING, Tone.ACTIVE, ("reading 45%…",)),
        (
            FOLDER,
            None,
            ItemState(changed=True),
            Tone.NOTICE,
            ("1.0 kB as ZIP · changed since you shared it", "changed since you shared it", "changed"),
        ),
        (FOLDER, None, ItemState(left_out_count=3), Tone.QUIET, ("1.0 kB as ZIP · 3 left out", "3 left out")),
        (
            FOLDER.renamed("b.zip"),
            None,
            ItemState(),
            Tone.QUIET,
            ("1.0 kB as ZIP · “Photos” on disk", "“Photos” on disk"),
        ),
        (NOTE.renamed("b.txt"), None, ItemState(), Tone.QUIET, ("5 B · ready to share", "5 B")),
        (replace(NOTE, until_quit=True), None, ItemState(), Tone.QUIET, ("5 B · until you quit", "until you quit")),
        (LIVE, None, ItemState(), Tone.QUIET, ("live · grows · ready to share", "live · grows")),
        (NOTE, LOST, ItemState(), Tone.PROBLEM, ("It is not kept any more.",)),
    ],
)
def test_that_a_row_says_what_it_is(shown, problem, state, tone, words) -> None:
    assert row_status(shown, problem, QUIET, state) == (tone, words)


def test_that_what_was_left_out_is_in_the_tool_tip_with_the_reasons() -> None:
    left_out = tuple(LeftOut(f"link {number}", WhyLeftOut.LEADS_OUT) for number in range(20))
    tip = tool_tip(FOLDER, None, None, ItemState(left_out=left_out, left_out_count=25))
    assert "link 9: It is a link that leads out of the folder." in tip
    assert "link 10" not in tip
    assert "… and 15 more" in tip


def test_that_the_line_of_a_folder_is_as_long_as_what_was_read(parts: ListParts, qapp) -> None:
    paint = Painter(parts, LIGHT)
    line = geometry.name_cell(cell(Column.NAME)).progress
    for indexed in (20, 80):
        parts.share_list.note("b.tar.gz", lambda state, n=indexed: replace(state, indexed=n, total=100))
        image = paint.row(2)
        blue = [x for x in range(sum(WIDTHS)) if image.pixelColor(x, line.center().y()).name() == LIGHT.accent]
        assert len(blue) == pytest.approx(line.width() * indexed / 100, abs=4)


@THEMES
def test_that_a_folder_a_zip_and_a_stream_have_tiles_of_their_own(qapp, colours: Colours) -> None:
    parts = make_list()
    parts.share_list.add(
        [replace(each, id=str(n), links=(new_link(),)) for n, each in enumerate((FOLDER, ZIP_OF_TWO, LIVE))]
    )
    parts.model.apply(ItemsInserted((0, 1, 2), parts.share_list.snapshot()))
    tile = geometry.name_cell(cell(Column.NAME)).tile
    tiles = [Painter(parts, colours).row(row).copy(tile) for row in range(3)]
    assert all(one != other for one, other in combinations(tiles, 2))
    parts.close()


def test_that_an_empty_file_on_its_way_has_no_percentage() -> None:
    assert NONE_YET.fraction is None


def test_that_a_tool_tip_says_where_the_file_is_and_what_to_do() -> None:
    tip = tool_tip(item("a.pdf"), GONE)
    assert "/files/a.pdf" in tip.replace("\\", "/")
    assert "application/pdf" in tip
    assert "Locate it." in tip
