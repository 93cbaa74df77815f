"""How the selected items are sent, edited in the panel beside the list: at once, off the window's thread, undoable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from details_parts import DetailsParts, explained, make_details
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from desktop_share.core.errors import Problem
from desktop_share.core.items import ASK_EVERY_TIME, NEVER_KEEP, CachePolicy, Disposition
from desktop_share.core.media_types import is_valid_media_type, known_media_types
from desktop_share.gui.media_type_field import COMMON, MediaTypeField
from desktop_share.gui.presentation_words import CACHE_POLICIES, cache_words, own_type_words

# the offscreen platform says so of windows that are shown, raised or limited in size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

HOUR = CachePolicy(3_600)


@pytest.fixture
def parts(qtbot) -> Iterator[DetailsParts]:
    parts = make_details(qtbot, "photo.png", "page.html", "notes.unheard")
    parts.panel.set_open_sections({"sending"})
    yield parts
    parts.close()


def choose_cache(parts: DetailsParts, policy: CachePolicy) -> None:
    combo = parts.panel.sending.cache
    row = combo.findText(cache_words(policy))
    combo.setCurrentIndex(row)
    combo.activated.emit(row)


def type_in(parts: DetailsParts, text: str) -> None:
    line = parts.panel.sending.media_type.line
    line.setFocus()
    line.selectAll()
    parts.qtbot.keyClick(line, Qt.Key.Key_Delete)
    if text.isascii():
        parts.qtbot.keyClicks(line, text)
    else:
        line.insert(text)  # QTest has no keys for it
    parts.panel.sending.media_type.combo.completer().popup().hide()
    parts.qtbot.keyClick(line, Qt.Key.Key_Return)


# -- one item


def test_that_each_control_edits_the_item_and_each_edit_is_undone(parts: DetailsParts) -> None:
    sending = parts.panel.sending
    parts.view.select_ids(["photo.png"])
    states = [parts.get("photo.png")]
    for change, holds in (
        (sending.disposition.buttons[1].click, lambda each: each.disposition is Disposition.INLINE),
        (lambda: type_in(parts, "image/webp"), lambda each: each.media_type == "image/webp"),
        (lambda: choose_cache(parts, NEVER_KEEP), lambda each: each.cache == NEVER_KEEP),
        (lambda: (sending.name.setText("new.png"), sending.name.editingFinished.emit()),
         lambda each: each.name == "new.png"),
    ):  # fmt: skip
        change()
        parts.done()
        assert holds(parts.get("photo.png"))
        states.append(parts.get("photo.png"))
    assert len(set(states)) == 5
    for state in reversed(states[:-1]):
        parts.undo()
        parts.done()
        assert parts.get("photo.png") == state
    parts.until(lambda: sending.name.text() == "photo.png" and sending.disposition.buttons[0].isChecked())
    assert sending.media_type.line.text() == ""
    assert sending.cache.currentData() == ASK_EVERY_TIME


def test_that_undo_says_what_it_undoes(parts: DetailsParts) -> None:
    parts.view.select_ids(["photo.png"])
    undo = parts.window.commands.undo
    type_in(parts, "image/webp")
    parts.until(lambda: undo.text() == "Undo: “image/webp” for photo.png")
    choose_cache(parts, HOUR)
    parts.until(lambda: undo.text() == "Undo: “May keep for 1 hour” for photo.png")
    type_in(parts, "")
    parts.until(lambda: undo.text() == "Undo: “Automatic type” for photo.png")


def test_that_an_edit_keeps_what_else_was_edited_since(parts: DetailsParts) -> None:
    parts.view.select_ids(["photo.png"])
    type_in(parts, "image/webp")
    choose_cache(parts, HOUR)
    parts.done()
    parts.share_list.update(["photo.png"], lambda each: each.renamed("later.png"))
    parts.undo()
    parts.done()
    only = parts.get("photo.png")
    assert (only.media_type, only.cache, only.name) == ("image/webp", ASK_EVERY_TIME, "later.png")


def test_that_the_panel_follows_edits_from_elsewhere(parts: DetailsParts) -> None:
    parts.view.select_ids(["photo.png"])
    parts.share_list.update(
        ["photo.png"],
        lambda each: replace(each, name="x.png", media_type="image/gif", cache=CachePolicy(7_200)),
    )
    sending = parts.panel.sending
    parts.until(lambda: sending.name.text() == parts.panel.name.whole == "x.png")
    assert sending.name_note.text() == "“photo.png” on disk"
    assert sending.media_type.line.text() == "image/gif"
    assert sending.cache.currentText() == "May keep for 2 hours"  # set in terminal mode, so not among the usual ones


@pytest.mark.parametrize(
    ("item_id", "words"),
    [
        ("photo.png", "image/png, by its name"),
        ("page.html", "text/html, by its name"),
        ("notes.unheard", "By its content"),
    ],
)
def test_that_the_empty_field_tells_the_type_by_itself(parts: DetailsParts, item_id: str, words: str) -> None:
    parts.view.select_ids([item_id])
    assert parts.panel.sending.media_type.line.placeholderText() == words


def test_that_the_type_by_itself_is_told_beside_a_chosen_one(parts: DetailsParts) -> None:
    assert own_type_words(replace(parts.get("photo.png"), media_type="text/plain")) == "image/png, by its name"


@pytest.mark.parametrize("typed", ["png", "image/", "image/*", "image/png; charset", "image/png\u00e9", "a b/c"])
def test_that_what_is_no_media_type_is_told_and_changes_nothing(parts: DetailsParts, typed: str) -> None:
    field = parts.panel.sending.media_type
    parts.view.select_ids(["photo.png"])
    type_in(parts, typed)
    assert "slash" in field.error.text()
    assert field.error.isVisible()
    parts.done()
    assert parts.get("photo.png").media_type is None
    assert not parts.window.commands.undo.isEnabled()
    type_in(parts, "image/png")
    assert field.error.isHidden()
    parts.done()
    assert parts.get("photo.png").media_type == "image/png"


def test_that_escape_takes_back_what_was_typed_before_it_hides_the_panel(parts: DetailsParts) -> None:
    field = parts.panel.sending.media_type
    parts.view.select_ids(["photo.png"])
    type_in(parts, "nonsense")
    parts.qtbot.keyClick(field.combo, Qt.Key.Key_Escape)
    assert (field.line.text(), field.error.isHidden(), parts.panel.isVisible()) == ("", True, True)
    parts.qtbot.keyClick(field.combo, Qt.Key.Key_Escape)
    assert parts.panel.isHidden()


def test_that_a_wrong_type_is_forgotten_with_the_item_it_was_for(parts: DetailsParts) -> None:
    field = parts.panel.sending.media_type
    parts.view.select_ids(["photo.png"])
    type_in(parts, "nonsense")
    parts.view.select_ids(["page.html"])
    assert (field.line.text(), field.error.isHidden()) == ("", True)


def test_that_what_is_being_typed_stays_while_the_item_is_downloaded(parts: DetailsParts) -> None:
    sending = parts.panel.sending
    parts.view.select_ids(["photo.png"])
    sending.media_type.line.setText("image/we")
    sending.name.setText("half a na")
    parts.share_list.update(["photo.png"], lambda each: replace(each, size=77))
    parts.done()
    assert (sending.media_type.line.text(), sending.name.text()) == ("image/we", "half a na")


def test_that_the_types_on_offer_are_the_common_ones_then_all_others_once(qtbot) -> None:
    field = MediaTypeField()
    qtbot.addWidget(field)
    offered = [field.combo.itemText(row) for row in range(field.combo.count()) if field.combo.itemText(row)]
    assert offered[: len(COMMON) + 1] == ["Automatic", *COMMON]
    assert len(offered) == len(set(offered))
    assert set(offered[1:]) == set(COMMON) | set(known_media_types())
    assert all(map(is_valid_media_type, offered[1:]))


def test_that_a_type_is_completed_by_any_part_of_it(qtbot) -> None:
    field = MediaTypeField()
    qtbot.addWidget(field)
    completer = field.combo.completer()
    completer.setCompletionPrefix("SVG")
    assert completer.currentCompletion() == "image/svg+xml"


def test_that_automatic_is_a_choice(parts: DetailsParts) -> None:
    field = parts.panel.sending.media_type
    parts.view.select_ids(["photo.png"])
    type_in(parts, "image/webp")
    parts.done()
    field.combo.setCurrentIndex(0)
    field.combo.activated.emit(0)
    parts.done()
    assert parts.get("photo.png").media_type is None
    assert field.line.text() == ""


def test_that_going_to_the_name_selects_its_stem(parts: DetailsParts) -> None:
    parts.view.select_ids(["photo.png"])
    name = parts.panel.sending.name
    name.setFocus(Qt.FocusReason.TabFocusReason)
    parts.until(lambda: name.selectedText() == "photo")
    parts.view.setFocus()
    parts.until(lambda: not name.hasFocus())
    name.deselect()
    parts.qtbot.mouseClick(name, Qt.MouseButton.LeftButton)
    assert name.selectedText() == "photo"


def test_that_a_name_which_has_to_be_changed_is_shown_as_it_became(parts: DetailsParts) -> None:
    parts.view.select_ids(["photo.png"])
    name = parts.panel.sending.name
    for typed, became in (("a/b.png", "a_b.png"), ("a\\b.png", "a_b.png"), ("  ", "photo.png")):
        name.setText(typed)
        name.editingFinished.emit()
        parts.until(lambda became=became: name.text() == became)


def test_that_an_edit_which_cannot_be_saved_is_told_and_not_shown(parts: DetailsParts) -> None:
    parts.view.select_ids(["photo.png"])
    parts.store.fail()
    type_in(parts, "image/webp")
    choose_cache(parts, HOUR)
    sending = parts.panel.sending
    parts.until(lambda: bool(parts.window.alerts.alerts))
    assert "disk is full" in parts.window.alerts.alerts[-1].what
    parts.until(lambda: sending.media_type.line.text() == "" and sending.cache.currentData() == ASK_EVERY_TIME)


def test_that_a_type_which_can_run_scripts_comes_with_advice_where_it_is_shown(parts: DetailsParts) -> None:
    advice = parts.panel.sending.advice
    parts.view.select_ids(["page.html"])
    assert advice.isHidden()
    parts.panel.sending.disposition.buttons[1].click()
    parts.until(advice.isVisible)
    assert "scripts in it do not run" in advice.text()
    type_in(parts, "text/plain")
    parts.until(advice.isHidden)


def test_that_the_wheel_scrolls_the_panel_and_changes_nothing(parts: DetailsParts) -> None:
    parts.view.select_ids(["photo.png"])
    combo = parts.panel.sending.cache
    down, none = QPoint(0, -120), Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), down, down, Qt.MouseButton.NoButton, none, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(combo, event)
    assert combo.currentData() == ASK_EVERY_TIME


@pytest.mark.parametrize(
    ("policy", "words"),
    [
        (ASK_EVERY_TIME, "Ask every time"),
        (NEVER_KEEP, "Never keep"),
        (HOUR, "May keep for 1 hour"),
        (CachePolicy(86_400), "May keep for 1 day"),
        (CachePolicy(604_800), "May keep for 1 week"),
        (CachePolicy(90), "May keep for 90 seconds"),
        (CachePolicy(1_209_600), "May keep for 2 weeks"),
    ],
)
def test_that_a_cache_policy_has_words(policy: CachePolicy, words: str) -> None:
    assert cache_words(policy) == words


# -- several, none, gone


def test_that_several_items_are_edited_at_once_and_undone_in_one_step(parts: DetailsParts) -> None:
    before = parts.share_list.snapshot()
    parts.view.select_ids(["photo.png", "page.html"])
    assert parts.panel.name.whole == "2 items selected"
    for change in (
        lambda: type_in(parts, "application/zip"),
        lambda: choose_cache(parts, HOUR),
        parts.panel.sending.disposition.buttons[1].click,
    ):
        change()
        parts.done()
    first, second, third = parts.share_list.snapshot()
    for each in (first, second):
        assert (each.media_type, each.cache, each.disposition) == ("application/zip", HOUR, Disposition.INLINE)
    assert third == before[2]
    for _ in range(3):
        parts.undo()
    parts.done()
    assert parts.share_list.snapshot() == before


def test_that_what_differs_among_several_is_shown_as_such_and_left_alone(parts: DetailsParts) -> None:
    parts.share_list.update(
        ["photo.png"],
        lambda each: replace(each, media_type="image/webp", cache=HOUR, disposition=Disposition.INLINE),
    )
    before = parts.share_list.snapshot()
    parts.view.select_ids(["photo.png", "page.html"])
    sending = parts.panel.sending
    assert sending.media_type.line.placeholderText() == "Different types"
    assert sending.cache.currentIndex() == -1
    assert [button.isChecked() for button in sending.disposition.buttons] == [False, False]
    assert not sending.name.isEnabled()
    sending.media_type.line.setFocus()
    parts.qtbot.keyClick(sending.media_type.line, Qt.Key.Key_Return)
    parts.view.setFocus()
    parts.done()
    assert parts.share_list.snapshot() == before
    sending.media_type.combo.activated.emit(0)  # 'Automatic'
    parts.done()
    assert [each.media_type for each in parts.share_list.snapshot()] == [None] * len(before)


def test_that_items_of_different_types_by_themselves_say_so(parts: DetailsParts) -> None:
    parts.view.select_ids(["photo.png", "page.html"])
    assert parts.panel.sending.media_type.line.placeholderText() == "Automatic, for each its own"


def test_that_the_cache_of_different_items_can_be_made_the_same(parts: DetailsParts) -> None:
    parts.share_list.update(["photo.png"], lambda each: replace(each, cache=HOUR))
    parts.view.select_ids(["photo.png", "page.html"])
    choose_cache(parts, CACHE_POLICIES[0])
    parts.done()
    assert {each.cache for each in parts.share_list.snapshot()} == {ASK_EVERY_TIME}


def test_that_the_links_of_several_are_copied_together(parts: DetailsParts) -> None:
    parts.panel.set_open_sections({"link"})
    parts.view.select_ids(["photo.png", "page.html"])
    assert parts.panel.qr.code.isHidden()
    assert parts.panel.qr.copy_button.text() == "Copy 2 links"
    parts.panel.qr.copy_button.click()
    assert len(QApplication.clipboard().text().splitlines()) == 2


def test_that_nothing_selected_says_so(parts: DetailsParts) -> None:
    parts.view.select_ids(["photo.png"])
    parts.view.clearSelection()
    assert parts.panel.note.isVisible()
    assert not any(section.isVisible() for section in parts.panel.sections)


def test_that_a_removed_item_leaves_the_panel(parts: DetailsParts) -> None:
    parts.view.select_ids(["photo.png"])
    parts.commands.remove(["photo.png"])
    parts.until(lambda: parts.panel.name.whole != "photo.png")


def test_that_a_file_which_is_gone_is_told_until_it_is_back(parts: DetailsParts) -> None:
    parts.view.select_ids(["photo.png"])
    assert parts.panel.problem.isHidden()
    gone = Problem("file-gone", "“{name}” was moved or deleted.", "Locate it.", (("name", "<b>x</b>"),))
    parts.share_list.report("photo.png", gone)
    parts.until(parts.panel.problem.isVisible)
    assert parts.panel.problem.text() == "“<b>x</b>” was moved or deleted. Locate it."
    assert parts.panel.problem.textFormat() is Qt.TextFormat.PlainText
    parts.share_list.report("photo.png", None)
    parts.until(parts.panel.problem.isHidden)


# -- keys and folding


def test_that_no_field_of_the_panel_keeps_a_drop_to_itself(parts: DetailsParts) -> None:
    parts.sharing.explanations["photo.png"] = explained("image/png")
    parts.panel.set_open_sections({"link", "sending", "answer"})
    parts.view.select_ids(["photo.png"])
    parts.until(parts.panel.explanation.answer.isVisible)
    assert [each for each in parts.panel.findChildren(QWidget) if each.isVisible() and each.acceptDrops()] == []


def test_that_asking_for_the_code_opens_the_link_and_asking_again_hides_the_panel(parts: DetailsParts) -> None:
    parts.view.select_ids(["photo.png"])
    parts.view.action_qr.trigger()
    assert parts.panel.isVisible()
    assert "link" in parts.panel.open_sections
    parts.view.action_qr.trigger()
    assert parts.panel.isHidden()


def test_that_the_panel_beside_the_list_is_wider_in_a_wide_window(parts: DetailsParts) -> None:
    parts.window.resize(900, 560)
    parts.until(lambda: parts.panel.width() == 264)
    parts.window.resize(1400, 700)
    parts.until(lambda: parts.panel.width() > 300)
    parts.window.resize(480, 800)
    parts.until(lambda: parts.panel.y() > parts.view.mapTo(parts.window, QPoint()).y())
