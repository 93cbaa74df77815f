"""The lists that drop down from fields."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from desktop_share.gui.small_widgets import QuietCombo
from desktop_share.gui.theme import Theme

LEAST_HEIGHT = 24  # for a finger or an unsteady hand


@pytest.mark.parametrize("texts", [("Any number", "Once", "Number…"), tuple(f"Choice {n}" for n in range(7))])
def test_that_every_choice_is_seen_whole(qtbot, qapp: QApplication, texts: tuple[str, ...]) -> None:
    """In the list of a menu, Qt leaves room for the rows, and then lays strips to scroll with over the last one."""
    theme = Theme(qapp)
    theme.choose("light")
    combo = QuietCombo("Choices")
    qtbot.addWidget(combo)
    combo.addItems(texts)
    combo.resize(300, combo.sizeHint().height())
    combo.show()
    combo.showPopup()
    view = combo.view()
    seen = view.viewport().rect()
    rows = [view.visualRect(view.model().index(row, 0)) for row in range(len(texts))]
    assert all(seen.top() <= row.top() and row.bottom() <= seen.bottom() for row in rows)
    assert all(row.height() >= LEAST_HEIGHT for row in rows)
    assert [each for each in view.parentWidget().children() if each.isWidgetType()] == [view]
    combo.hidePopup()
    theme.deleteLater()
