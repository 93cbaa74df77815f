"""Where things are in a row: the same rectangles for painting, for the mouse and for the tests."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRect

ROW_HEIGHT = 64
TILE = 40
PAD = 12
CONTROL_HEIGHT = 32
NARROW_LIST = 560  # pixels; below this width the copy button shows its picture only
DISPOSITION_WIDTHS = (176, 152)  # wide list, narrow list
COPY_WIDTHS = (108, 44)
MENU_WIDTHS = (48, 40)
PROGRESS_HEIGHT = 3


@dataclass(frozen=True, slots=True)
class NameCell:
    """The parts of the first column."""

    tile: QRect
    name: QRect
    status: QRect
    progress: QRect


def name_cell(cell: QRect) -> NameCell:
    tile = QRect(cell.left() + PAD, cell.top() + (cell.height() - TILE) // 2, TILE, TILE)
    left = tile.right() + 1 + PAD
    width = max(cell.right() - PAD - left, 0)
    return NameCell(
        tile,
        QRect(left, tile.top() - 1, width, 22),
        QRect(left, tile.top() + 21, width, 20),
        QRect(left, cell.bottom() - 5, width, PROGRESS_HEIGHT),
    )


def editor_rect(cell: QRect) -> QRect:
    """Of the line edit: its text where the name was, and the status line still readable."""
    name = name_cell(cell).name
    return QRect(name.left() - 7, name.top() - 3, name.width() + 7, 27)


def control(cell: QRect) -> QRect:
    """Of the two-way control, or of a button: the cell without its margins."""
    top = cell.top() + (cell.height() - CONTROL_HEIGHT) // 2
    return QRect(cell.left() + 6, top, cell.width() - 12, CONTROL_HEIGHT)


def halves(cell: QRect) -> tuple[QRect, QRect]:
    """Download and Open, inside the two-way control's frame."""
    inside = control(cell).adjusted(2, 2, -2, -2)
    middle = inside.left() + round(inside.width() * 0.53)  # 'Download' is the longer word
    return (
        QRect(inside.left(), inside.top(), middle - inside.left(), inside.height()),
        QRect(middle, inside.top(), inside.right() + 1 - middle, inside.height()),
    )
