"""What a link to a list allows: each field edits it at once, and undo gives that one field back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from entrance_parts import Entered, Store, enter
from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QGuiApplication
from window_parts import Parts

from desktop_share.core.errors import Problem
from desktop_share.core.history_table import HistoryEntry
from desktop_share.core.links import Link, ListLink, new_link
from desktop_share.core.list_links import ListLinks
from desktop_share.core.opening import Opener
from desktop_share.core.share_list import ShareList
from desktop_share.core.transfers import Transfer, TransferState
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.item_links import LinkServices
from desktop_share.gui.list_link_commands import ListLinkCommands
from desktop_share.gui.list_links_dialog import ListLinksDialog

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NOW = 1_800_000_000.0
HOUR, DAY = 3_600, 86_400


def hashed(password: str) -> str:
    return f"hash of {password}"


# -- the commands, on the real thread of changes


@dataclass
class Edits:
    lists: ListLinks
    share: ShareCommands
    do: ListLinkCommands
    token: str

    @property
    def listed(self) -> ListLink:
        (listed,) = self.lists.snapshot()
        return listed

    @property
    def link(self) -> Link:
        return self.listed.link


@pytest.fixture
def edits(qapp) -> Iterator[Edits]:
    store = Store()
    share_list = ShareList(store)
    share = ShareCommands(share_list, Opener(share_list, store))
    lists = ListLinks(store, share_list)
    listed = ListLink(Link("t" * 22, limit=5, used=2, expires=NOW))
    lists.update(lambda _: [listed])
    yield Edits(lists, share, ListLinkCommands(lists, share), listed.link.token)
    share.close()


EDITS: dict[str, tuple[Callable[[Edits], None], dict[str, Any], dict[str, Any]]] = {
    "never": (lambda e: e.do.set_expires(e.token, None), {"expires": None}, {"expires": NOW}),
    "later": (lambda e: e.do.set_expires(e.token, NOW + DAY), {"expires": NOW + DAY}, {"expires": NOW}),
    # what was counted before is not brought back
    "once": (lambda e: e.do.set_limit(e.token, 1), {"limit": 1, "used": 0}, {"limit": 5, "used": 0}),
    "any number": (lambda e: e.do.set_limit(e.token, None), {"limit": None, "used": 0}, {"limit": 5, "used": 0}),
    "ask": (lambda e: e.do.set_ask(e.token, True), {"ask": True}, {"ask": False}),
    "password": (
        lambda e: e.do.set_password(e.token, "secret", hashed),
        {"password_hash": "hash of secret"},
        {"password_hash": ""},
    ),
}


@pytest.mark.parametrize(("edit", "after", "undone"), EDITS.values(), ids=EDITS)
def test_that_an_edit_changes_one_field_and_undo_gives_it_back(qtbot, edits: Edits, edit, after, undone) -> None:
    before = edits.link
    with qtbot.waitSignal(edits.share.undo_changed):
        edit(edits)
    assert edits.link == replace(before, **after)
    with qtbot.waitSignal(edits.share.undo_changed):
        edits.share.undo()
    assert edits.link == replace(before, **undone)


def test_that_undo_leaves_what_others_changed_and_counted_meanwhile(qtbot, edits: Edits) -> None:
    with qtbot.waitSignal(edits.share.undo_changed):
        edits.do.set_expires(edits.token, None)
    edits.lists.update(lambda all_: [replace(each, link=replace(each.link, used=4, note="now")) for each in all_])
    with qtbot.waitSignal(edits.share.undo_changed):
        edits.share.undo()
    assert (edits.link.expires, edits.link.used, edits.link.note) == (NOW, 4, "now")


def test_that_the_same_limit_again_goes_on_counting(qtbot, edits: Edits) -> None:
    with qtbot.assertNotEmitted(edits.share.undo_changed):
        edits.do.set_limit(edits.token, 5)
        edits.share.close()
    assert edits.link.used == 2


def test_that_a_password_is_hashed_on_the_thread_of_the_edits_and_taken_away_without(qtbot, edits: Edits) -> None:
    threads: list[str] = []

    def slow(password: str) -> str:
        threads.append(threading.current_thread().name)
        return hashed(password)

    for password, kept in (("secret", "hash of secret"), ("", "")):
        with qtbot.waitSignal(edits.share.undo_changed):
            edits.do.set_password(edits.token, password, slow)
        assert edits.link.password_hash == kept
    assert len(threads) == 1
    assert threads[0].startswith("edits")


@pytest.mark.parametrize(
    ("ids", "added", "removed"),
    [(("a", "b"), ("a", "b", "c"), ("a",)), ((), ("b", "c"), ()), (None, None, None)],
    ids=["some", "none", "everything"],
)
def test_that_items_are_added_behind_and_removed_and_undone(qtbot, edits: Edits, ids, added, removed) -> None:
    for edit, chosen, after in (
        (edits.do.add_items, ["b", "c"], added),
        (edits.do.remove_items, ["b", "c"], removed),
    ):
        edits.lists.update(lambda all_: [replace(each, item_ids=ids) for each in all_])
        edit(edits.token, chosen)
        edits.do.rename(edits.token, "done")
        qtbot.waitUntil(lambda: edits.listed.name == "done")
        assert edits.listed.item_ids == after
        edits.share.undo()
        edits.share.undo()  # where nothing was changed, there is nothing more to undo
        qtbot.waitUntil(lambda: (edits.listed.name, edits.listed.item_ids) == ("", ids))


# -- the dialog


@dataclass
class World:
    """A clock that stands, and what the history has."""

    now: float = NOW
    receipts: dict[str, list[HistoryEntry]] = field(default_factory=dict)

    def receipts_of(self, link_id: str) -> list[HistoryEntry]:
        assert threading.current_thread() is not threading.main_thread()
        return self.receipts.get(link_id, [])

    @property
    def services(self) -> LinkServices:
        return LinkServices(lambda: self.now, hashed, None, self.receipts_of)


@pytest.fixture
def world() -> World:
    return World()


@dataclass
class Opened:
    entered: Entered
    dialog: ListLinksDialog

    @property
    def parts(self) -> Parts:
        return self.entered.parts

    @property
    def form(self) -> Any:
        return self.dialog.details.form

    @property
    def links(self) -> list[Link]:
        return [each.link for each in self.entered.entrance.lists.snapshot()]

    def change(self, **fields: Any) -> None:
        """As somebody else does it, to the latest link."""
        self.entered.entrance.lists.update(
            lambda all_: (*all_[:-1], replace(all_[-1], link=replace(all_[-1].link, **fields)))
        )
        QCoreApplication.processEvents()


@pytest.fixture
def opened(qtbot, world: World) -> Opened:
    """The dialog with two links to everything, and the latest of them chosen."""
    entered = enter(qtbot, link_services=world.services)
    entered.parts.commands.add_paths(["/a.txt", "/b.txt", "/c.txt"])
    entered.entrance.lists.update(lambda _: [ListLink(new_link(NOW)), ListLink(new_link(NOW))])
    entered.window.commands.list_links.trigger()
    dialog = entered.window.doors.lists.dialog()
    qtbot.waitExposed(dialog)
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    return Opened(entered, dialog)


def choose(combo: Any, words: str) -> None:
    row = combo.findText(words)
    assert row >= 0
    combo.setCurrentIndex(row)
    combo.activated.emit(row)


def type_password(opened: Opened, qtbot, password: str) -> None:
    qtbot.keyClicks(opened.form.password.line, password)
    qtbot.keyClick(opened.form.password.line, Qt.Key.Key_Return)


FIELDS: dict[str, tuple[Callable[[Opened, Any], None], dict[str, Any], str]] = {
    "an hour": (lambda o, _: choose(o.form.expiry.choice, "In 1 hour"), {"expires": NOW + HOUR}, "until"),
    "once": (lambda o, _: choose(o.form.limit.choice, "Once"), {"limit": 1}, "1 download left"),
    "a number": (lambda o, _: choose(o.form.limit.choice, "Number…"), {"limit": 3}, "3 of 3 downloads left"),
    "password": (lambda o, bot: type_password(o, bot, "abc"), {"password_hash": "hash of abc"}, "password"),
    "ask": (lambda o, _: o.form.ask.click(), {"ask": True}, "asks you"),
}


@pytest.mark.parametrize(("edit", "after", "words"), FIELDS.values(), ids=FIELDS)
def test_that_each_field_edits_the_chosen_link_and_is_said(qtbot, opened: Opened, edit, after, words: str) -> None:
    first, second = opened.links
    assert opened.dialog.details.allows.text() == "for whoever has it"
    edit(opened, qtbot)
    qtbot.waitUntil(lambda: opened.links == [first, replace(second, **after)])
    qtbot.waitUntil(lambda: words in opened.dialog.details.allows.text())
    assert opened.dialog.isVisible()
    with qtbot.waitSignal(opened.parts.bridge.lists_changed):
        qtbot.keyClick(opened.dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert opened.links == [first, second]
    qtbot.waitUntil(lambda: opened.dialog.details.allows.text() == "for whoever has it")


def test_that_a_link_that_is_over_says_so_and_what_helps(qtbot, opened: Opened, world: World) -> None:
    details = opened.dialog.details
    opened.change(expires=NOW + 10)
    qtbot.waitUntil(lambda: details.allows.text().startswith("until"))
    assert details.hint.isHidden()
    world.now = NOW + 11
    opened.dialog._timer.timeout.emit()
    assert details.allows.text().startswith("expired")
    assert "has expired" in details.hint.text()
    assert "expired" in opened.dialog.model.index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)
    details.copy_button.click()
    assert opened.dialog.toast.text == "Link copied, but it has expired"
    assert QGuiApplication.clipboard().text() == details.link.text()


def test_that_a_timer_runs_only_while_something_expires(qtbot, opened: Opened) -> None:
    assert not opened.dialog._timer.isActive()
    opened.change(expires=NOW + HOUR)
    qtbot.waitUntil(opened.dialog._timer.isActive)
    opened.dialog.close()
    assert not opened.dialog._timer.isActive()


def test_that_what_was_stepped_to_is_for_the_link_that_was_chosen_then(qtbot, opened: Opened) -> None:
    opened.change(limit=3)
    qtbot.waitUntil(opened.form.limit.number.isVisible)
    opened.form.limit.number.stepUp()
    opened.form.note.setText("for Ana")
    opened.dialog.view.selectRow(1)
    assert [(each.limit, each.note) for each in opened.links] == [(None, ""), (4, "for Ana")]
    assert opened.form.note.text() == ""


def test_that_a_password_does_not_stay_in_the_field_for_another_link(qtbot, opened: Opened) -> None:
    type_password(opened, qtbot, "abc")
    opened.form.password.copy_button.click()
    assert opened.dialog.toast.text == "Password copied"
    opened.dialog.view.selectRow(1)
    assert opened.form.password.line.text() == ""


def test_that_an_edit_that_could_not_be_kept_is_taken_out_of_the_field(opened: Opened) -> None:
    opened.form.ask.setChecked(True)
    opened.parts.commands.failed.emit(Problem("storage-full", "The disk is full.", "Make room."))
    assert not opened.form.ask.isChecked()


def transfer(number: int) -> HistoryEntry:
    ended = Transfer(str(number), "a", "a.txt", "192.168.1.7", "Chrome", 9, NOW, 9, state=TransferState.FINISHED)
    return HistoryEntry(number, ended)


def test_that_the_last_downloads_of_the_chosen_link_are_shown(qtbot, opened: Opened, world: World) -> None:
    world.receipts[opened.links[0].id] = [transfer(1)]
    assert opened.form.receipts.isHidden()
    opened.dialog.view.selectRow(1)
    qtbot.waitUntil(opened.form.receipts.isVisible)
    assert "Chrome (192.168.1.7)" in opened.form.receipts.text()
    world.receipts[opened.links[0].id].insert(0, transfer(2))
    opened.parts.bridge.history_changed.emit(None)
    qtbot.waitUntil(lambda: len(opened.form.receipts.text().splitlines()) == 3)


def test_that_the_dialog_fits_a_small_screen_and_every_field_can_be_scrolled_to(qtbot, opened: Opened) -> None:
    opened.change(expires=NOW + HOUR, limit=3, password_hash="x")
    qtbot.waitUntil(opened.form.limit.number.isVisible)
    assert opened.dialog.minimumSizeHint().width() <= 634
    assert opened.dialog.minimumSizeHint().height() <= 402
    opened.dialog.resize(634, 402)
    details = opened.dialog.details
    for each in (*opened.form.in_order, details.copy_button):
        if each.isVisibleTo(opened.dialog):
            details.ensureWidgetVisible(each)
            assert not each.visibleRegion().isEmpty()
            assert each.visibleRegion().boundingRect().width() == each.width()


def listed_names(opened: Opened) -> list[str]:
    names = opened.dialog.details.items.names
    return [names.item(row).text() for row in range(names.count())]


def test_that_items_are_added_from_the_selection_and_removed_by_button_and_key(qtbot, opened: Opened) -> None:
    one, two, three = (each.id for each in opened.parts.items())
    items, view = opened.dialog.details.items, opened.parts.view
    assert items.isHidden()  # for a link to everything
    view.list_link_requested.emit([one])
    qtbot.waitUntil(lambda: listed_names(opened) == ["a.txt"])
    view.clearSelection()
    items.add_button.click()
    assert opened.dialog.toast.text == "Select items in the list of the window first"
    view.select_ids([one, two, three])
    items.add_button.click()
    qtbot.waitUntil(lambda: listed_names(opened) == ["a.txt", "b.txt", "c.txt"])
    assert not items.remove_button.isEnabled()
    items.names.item(1).setSelected(True)
    items.remove_button.click()
    qtbot.waitUntil(lambda: listed_names(opened) == ["a.txt", "c.txt"])
    items.names.setFocus()
    items.names.item(0).setSelected(True)
    qtbot.keyClick(items.names, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: listed_names(opened) == ["c.txt"])
    assert opened.entered.entrance.lists.snapshot()[-1].item_ids == (three,)
    assert len(opened.parts.items()) == 3
