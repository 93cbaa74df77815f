"""'What the browser gets': asked for in the background, when it is open and something changed, not otherwise."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from details_parts import DetailsParts, explained, make_details
from PySide6.QtWidgets import QApplication
from window_parts import PAUSED, STARTING

from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.share_list import ItemState

# the offscreen platform says so of windows that are shown, raised or limited in size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def parts(qtbot) -> Iterator[DetailsParts]:
    parts = make_details(qtbot, "a", "b", "c")
    parts.sharing.explanations.update({name: explained(f"text/{name}") for name in "abc"})
    yield parts
    parts.close()


def shown(parts: DetailsParts) -> str:
    section = parts.panel.explanation
    return section.answer.toPlainText() if section.answer.isVisible() else section.note.text()


def open_for(parts: DetailsParts, item_id: str) -> None:
    parts.view.select_ids([item_id])
    parts.panel.set_open_sections({"answer"})
    parts.until(lambda: f"text/{item_id}" in shown(parts))


def test_that_each_field_has_its_plain_word_under_it(parts: DetailsParts) -> None:
    open_for(parts, "a")
    assert shown(parts).splitlines() == [
        "HTTP/1.1 200 OK",
        "Content-Type:",
        "text/a",
        "It is <b>text/a</b>.",
        "Content-Length:",
        "7",
        "A browser may open it all the same. Send a ZIP.",
    ]


def test_that_it_is_asked_for_off_the_windows_thread(parts: DetailsParts) -> None:
    open_for(parts, "a")
    assert threading.get_ident() not in parts.sharing.threads


def test_that_nothing_is_asked_while_the_section_or_the_panel_is_closed(parts: DetailsParts) -> None:
    parts.panel.set_open_sections({"link", "sending"})
    parts.view.select_ids(["a"])
    parts.share_list.update(["a"], lambda each: each.renamed("x"))
    parts.sharing.become(PAUSED)
    parts.window.commands.qr.setChecked(False)
    parts.panel.set_open_sections({"answer"})
    parts.view.select_ids(["b"])
    parts.done()
    assert parts.sharing.asked == []


def test_that_it_is_asked_for_again_when_the_item_or_the_sharing_changes(parts: DetailsParts) -> None:
    open_for(parts, "a")
    changes = (
        lambda: parts.share_list.update(["a"], lambda each: each.renamed("new")),
        lambda: parts.sharing.become(PAUSED),
        lambda: parts.share_list.report("a", Problem("file-gone", "Gone.", "")),
        lambda: parts.share_list.note("a", lambda _: ItemState(changed=True)),
        lambda: parts.panel.set_open_sections(()) or parts.panel.set_open_sections({"answer"}),
    )
    for number, change in enumerate(changes, 2):
        parts.sharing.explanations["a"] = explained(f"image/{number}")
        change()
        parts.until(lambda number=number: f"image/{number}" in shown(parts))
        assert parts.sharing.asked == ["a"] * number


def test_that_nothing_is_asked_when_something_else_changes(parts: DetailsParts) -> None:
    open_for(parts, "a")
    parts.share_list.update(["b"], lambda each: each.renamed("new"))
    parts.share_list.note("a", lambda _: ItemState(indexed=0, total=1000))
    parts.until(lambda: len(parts.sharing.asked) == 2)  # a folder is being indexed: it is sent otherwise than before
    for done in (100, 500, 900):
        parts.share_list.note("a", lambda _, done=done: ItemState(indexed=done, total=1000))
    parts.window.details.fill()
    parts.done()
    assert parts.sharing.asked == ["a", "a"]


def test_that_an_answer_which_was_overtaken_is_dropped(parts: DetailsParts) -> None:
    open_for(parts, "a")
    parts.sharing.answering.clear()
    parts.view.select_ids(["b"])
    parts.until(lambda: parts.sharing.asked == ["a", "b"])
    assert shown(parts) == "Asking…"
    for item_id in ("c", "a", "c"):
        parts.view.select_ids([item_id])
    parts.sharing.answering.set()
    seen: list[str] = []
    parts.until(lambda: seen.append(shown(parts)) or "text/c" in seen[-1])
    assert not any("text/b" in each or "text/a" in each for each in seen)
    assert parts.sharing.asked == ["a", "b", "c"]  # the rows that were passed by are not asked for


def test_that_the_old_answer_stays_until_the_new_one_is_there(parts: DetailsParts) -> None:
    open_for(parts, "a")
    parts.sharing.answering.clear()
    parts.share_list.update(["a"], lambda each: each.renamed("new"))
    parts.until(lambda: len(parts.sharing.asked) == 2)
    assert "text/a" in shown(parts)


def test_that_an_answer_for_a_closed_section_is_dropped(parts: DetailsParts) -> None:
    parts.sharing.answering.clear()
    parts.view.select_ids(["a"])
    parts.panel.set_open_sections({"answer"})
    parts.until(lambda: parts.sharing.asked == ["a"])
    parts.window.commands.qr.setChecked(False)
    parts.sharing.answering.set()
    parts.done()
    assert "text/a" not in parts.panel.explanation.answer.toPlainText()


def test_that_nothing_to_show_is_said_in_words(parts: DetailsParts) -> None:
    open_for(parts, "a")
    parts.sharing.explanations.clear()
    parts.sharing.become(STARTING)
    parts.until(lambda: shown(parts) == "A browser gets nothing while nothing is shared.")
    parts.sharing.error = SourceError(Problem("file-gone", "“{name}” is gone.", "Locate it.", (("name", "a"),)))
    parts.sharing.become(PAUSED)
    parts.until(lambda: shown(parts) == "“a” is gone.")
    parts.view.selectAll()
    parts.until(lambda: shown(parts).startswith("Select one of them"))


def test_that_the_answer_is_copied_as_text_and_as_commands(parts: DetailsParts) -> None:
    open_for(parts, "a")
    section = parts.panel.explanation
    for button, text, said in (
        (section.copy_text, "HTTP/1.1 200 OK\nContent-Type: text/a\nContent-Length: 7", "Answer copied"),
        (section.copy_curl, "curl -OJ text/a", "curl command copied"),
        (section.copy_powershell, "Invoke-WebRequest text/a", "PowerShell command copied"),
    ):
        button.click()
        assert QApplication.clipboard().text() == text
        assert parts.window.toast.text == said


def test_that_the_same_answer_again_keeps_what_is_selected(parts: DetailsParts) -> None:
    open_for(parts, "a")
    parts.panel.explanation.answer.selectAll()
    parts.share_list.update(["a"], lambda each: each.renamed("new"))
    parts.until(lambda: len(parts.sharing.asked) == 2)
    parts.done()
    assert parts.panel.explanation.answer.textCursor().hasSelection()


def test_that_all_of_a_long_answer_can_be_scrolled_to(parts: DetailsParts) -> None:
    parts.sharing.explanations["a"] = explained("text/a; name=" + "x" * 3000)
    open_for(parts, "a")
    answer = parts.panel.explanation.answer
    parts.until(lambda: answer.viewport().height() >= answer.document().size().height())
    assert answer.width() <= parts.panel.scroller.viewport().width()
    parts.until(lambda: parts.panel.scroller.verticalScrollBar().maximum() > 0)
