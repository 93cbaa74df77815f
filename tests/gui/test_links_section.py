"""The links of the selected items in the panel: each edit at once, off the window's thread, undoable."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from details_parts import DetailsParts, make_details
from PySide6.QtCore import QDateTime, Qt
from PySide6.QtWidgets import QApplication, QWidget
from support.stores import MemoryStore
from window_parts import LAN, PAUSED, SHARING, STARTING

from desktop_share.core.access import Asker, Doors, Grant, Refusal
from desktop_share.core.history_table import HistoryEntry
from desktop_share.core.items import Disposition
from desktop_share.core.links import Link
from desktop_share.core.list_links import ListLinks
from desktop_share.core.passwords import Passwords
from desktop_share.core.signed_links import Signer
from desktop_share.core.transfers import Transfer, TransferState
from desktop_share.gui.item_links import LinkServices
from desktop_share.gui.link_fields import SETTLE_MS
from desktop_share.gui.link_form import LinkForm
from desktop_share.gui.links_section import LinksSection

# the offscreen platform says so of windows that are shown, raised or limited in size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

NOW = 1_800_000_000.0
HOUR, DAY = 3_600, 86_400


@dataclass
class World:
    """What the window is given from outside: a clock that stands, and threads that are noted."""

    now: float = NOW
    hashing: list[int] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    receipts: dict[str, list[HistoryEntry]] = field(default_factory=dict)
    signer: Signer = field(default_factory=lambda: Signer(b"k" * 32))

    def hashed(self, password: str) -> str:
        self.hashing.append(threading.get_ident())
        return Passwords().hash(password)

    def receipts_of(self, link_id: str) -> list[HistoryEntry]:
        assert threading.current_thread() is not threading.main_thread()
        self.asked.append(link_id)
        return self.receipts.get(link_id, [])

    @property
    def services(self) -> LinkServices:
        return LinkServices(lambda: self.now, self.hashed, self.signer.sign, self.receipts_of)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def parts(qtbot, world: World) -> Iterator[DetailsParts]:
    parts = make_details(qtbot, "a.txt", "b.txt", "c.txt", link_services=world.services)
    parts.panel.set_open_sections({"link", "links"})
    parts.view.select_ids(["a.txt"])
    yield parts
    parts.close()


def section(parts: DetailsParts) -> LinksSection:
    return parts.panel.links


def arrived(parts: DetailsParts) -> None:
    """Wait until every edit is done and the section shows what came of it."""
    parts.done()
    parts.until(lambda: all(item == parts.get(item.id) for item in section(parts)._items))


def form(parts: DetailsParts) -> LinkForm:
    return parts.panel.links.form


def choose(combo: Any, words: str) -> None:
    row = combo.findText(words)
    assert row >= 0
    combo.setCurrentIndex(row)
    combo.activated.emit(row)


def type_in(parts: DetailsParts, line: QWidget, text: str) -> None:
    line.setFocus()
    line.selectAll()
    parts.qtbot.keyClicks(line, text)
    parts.qtbot.keyClick(line, Qt.Key.Key_Return)


def link(parts: DetailsParts, item_id: str = "a.txt", number: int = 0) -> Link:
    return parts.get(item_id).links[number]


def change(parts: DetailsParts, item_id: str = "a.txt", **fields: Any) -> None:
    """As somebody else does it, or as it was before."""
    parts.share_list.update((item_id,), lambda item: item.with_link(replace(item.link, **fields)))
    arrived(parts)


def add(parts: DetailsParts, *links: Link) -> None:
    parts.share_list.update(("a.txt",), lambda item: replace(item, links=(*item.links, *links)))
    arrived(parts)


def titles(parts: DetailsParts) -> list[str]:
    return [row.head.whole for row in section(parts).rows if not row.isHidden()]


# -- each control, one item

EDITS = {
    "note": (lambda p: type_in(p, form(p).note, "for Ana"), {"note": "for Ana"}),
    "in an hour": (lambda p: choose(form(p).expiry.choice, "In 1 hour"), {"expires": NOW + HOUR}),
    "in a day": (lambda p: choose(form(p).expiry.choice, "In 1 day"), {"expires": NOW + DAY}),
    "in a week": (lambda p: choose(form(p).expiry.choice, "In 1 week"), {"expires": NOW + 7 * DAY}),
    "once": (lambda p: choose(form(p).limit.choice, "Once"), {"limit": 1}),
    "a number": (lambda p: choose(form(p).limit.choice, "Number…"), {"limit": 3}),
    "ask": (lambda p: form(p).ask.click(), {"ask": True}),
    "revoke": (lambda p: form(p).revoke.click(), {"revoked": True}),
}


@pytest.mark.parametrize(("edit", "after"), EDITS.values(), ids=EDITS)
def test_that_each_control_edits_the_link_at_once_and_undo_gives_it_back(parts, edit, after) -> None:
    before = link(parts)
    edit(parts)
    arrived(parts)
    assert link(parts) == replace(before, **after)
    parts.undo()
    arrived(parts)
    assert link(parts) == before
    assert form(parts).note.text() == ""
    assert form(parts).expiry.choice.currentText() == "Never"
    assert form(parts).limit.choice.currentText() == "Any number"
    assert not form(parts).ask.isChecked()


def test_that_a_moment_is_chosen_by_date_and_time(parts: DetailsParts) -> None:
    choose(form(parts).expiry.choice, "At…")
    arrived(parts)
    first = link(parts).expires
    assert first is not None
    assert NOW + 22 * HOUR < first < NOW + 26 * HOUR
    moment = form(parts).expiry.moment
    parts.until(moment.isVisible)
    assert moment.dateTime() == QDateTime.fromMSecsSinceEpoch(int(first * 1000))
    moment.setDateTime(moment.dateTime().addDays(3))
    moment.editingFinished.emit()
    arrived(parts)
    assert link(parts).expires == pytest.approx(first + 3 * DAY, abs=2 * HOUR)  # summer time may begin


def test_that_steps_of_a_number_that_follow_each_other_are_one_edit(parts: DetailsParts) -> None:
    choose(form(parts).limit.choice, "Number…")
    arrived(parts)
    number = form(parts).limit.number
    for _ in range(4):
        number.stepUp()
    assert form(parts).limit.settling.interval() == SETTLE_MS
    parts.until(lambda: link(parts).limit == 7)
    parts.undo()
    arrived(parts)
    assert link(parts).limit == 3
    parts.until(lambda: number.value() == 3)


def test_that_a_step_that_was_just_made_is_for_the_item_that_was_shown(parts: DetailsParts) -> None:
    change(parts, limit=3)
    change(parts, "b.txt", limit=9)
    form(parts).limit.number.stepUp()
    parts.view.select_ids(["b.txt"])
    arrived(parts)
    assert (link(parts).limit, link(parts, "b.txt").limit) == (4, 9)
    assert form(parts).limit.number.value() == 9


def test_that_another_limit_starts_counting_anew_and_undo_brings_no_old_count_back(parts: DetailsParts) -> None:
    change(parts, limit=3, used=2)
    assert "2 used" in form(parts).limit.note.text()
    choose(form(parts).limit.choice, "Once")
    arrived(parts)
    assert (link(parts).limit, link(parts).used) == (1, 0)
    parts.undo()
    arrived(parts)
    assert (link(parts).limit, link(parts).used) == (3, 0)


def test_that_what_is_typed_stays_while_a_download_is_counted(parts: DetailsParts) -> None:
    change(parts, limit=3)
    form(parts).note.setFocus()
    parts.qtbot.keyClicks(form(parts).note, "for A")
    change(parts, used=1)
    assert form(parts).note.text() == "for A"
    parts.qtbot.keyClick(form(parts).note, Qt.Key.Key_Escape)
    assert form(parts).note.text() == ""


def test_that_an_edit_that_could_not_be_saved_is_not_shown(parts: DetailsParts) -> None:
    parts.store.fail()
    choose(form(parts).limit.choice, "Once")
    arrived(parts)
    parts.until(lambda: form(parts).limit.choice.currentText() == "Any number")
    assert link(parts).limit is None


# -- passwords


def test_that_a_password_is_hashed_off_the_windows_thread_and_kept_nowhere(parts: DetailsParts, world: World) -> None:
    said: list[str] = []
    parts.commands.undo_changed.connect(said.append)
    type_in(parts, form(parts).password.line, "correct horse")
    arrived(parts)
    assert Passwords().verify(link(parts).password_hash, "correct horse")
    assert world.hashing
    assert threading.get_ident() not in world.hashing
    parts.until(lambda: bool(said))
    assert "horse" not in "".join(said)
    parts.view.select_ids(["b.txt"])
    parts.view.select_ids(["a.txt"])
    assert form(parts).password.line.text() == ""
    parts.undo()
    arrived(parts)
    assert link(parts).password_hash == ""


def test_that_a_made_up_password_is_shown_set_and_can_be_copied(parts: DetailsParts) -> None:
    password = form(parts).password
    password.make_button.click()
    made = password.line.text()
    arrived(parts)
    assert Passwords().verify(link(parts).password_hash, made)
    assert password.line.echoMode() is password.line.EchoMode.Normal
    password.copy_button.click()
    assert QApplication.clipboard().text() == made
    assert parts.window.toast.text == "Password copied"


def test_that_a_password_is_removed_and_the_field_is_emptied_when_the_section_is_folded(parts: DetailsParts) -> None:
    password = form(parts).password
    assert not password.remove_button.isVisible()
    password.make_button.click()
    arrived(parts)
    parts.panel.set_open_sections(set())
    assert password.line.text() == ""
    parts.panel.set_open_sections({"links"})
    assert password.remove_button.isVisible()
    password.remove_button.click()
    arrived(parts)
    assert link(parts).password_hash == ""


def test_that_a_typed_password_is_hidden_until_it_shall_be_seen(parts: DetailsParts) -> None:
    password = form(parts).password
    parts.qtbot.keyClicks(password.line, "abc")
    assert password.line.echoMode() is password.line.EchoMode.Password
    password.eye.click()
    assert password.line.echoMode() is password.line.EchoMode.Normal
    assert password.eye.accessibleName() == "Hide the password"


# -- several links


def test_that_a_new_link_is_one_click_and_its_note_can_be_typed(parts: DetailsParts) -> None:
    section(parts).new_button.click()
    arrived(parts)
    parts.until(lambda: titles(parts) == ["Default link", "Link 2"])
    parts.until(lambda: section(parts).targets == {"a.txt": link(parts, number=1).token})
    assert parts.window.focusWidget() is form(parts).note
    type_in(parts, form(parts).note, "for Ana")
    arrived(parts)
    assert [each.note for each in parts.get("a.txt").links] == ["", "for Ana"]
    assert titles(parts) == ["Default link", "for Ana"]
    for _ in range(2):
        parts.undo()
        arrived(parts)
    assert len(parts.get("a.txt").links) == 1
    assert titles(parts) == ["Default link"]


def test_that_fields_code_and_copy_are_of_the_chosen_link(parts: DetailsParts) -> None:
    add(parts, Link("tokenofanaxxxxxxxxxxxx", note="for Ana", limit=5))
    row = section(parts).rows[1]
    row.head.click()
    assert form(parts).limit.number.value() == 5
    assert "/d/tokenofanaxxxxxxxxxxxx/a.txt" in parts.panel.qr.link.toPlainText()
    parts.panel.qr.copy_button.click()
    assert QApplication.clipboard().text() == f"{LAN.url(8765)}/d/tokenofanaxxxxxxxxxxxx/a.txt"
    section(parts).rows[0].copy_button.click()
    assert QApplication.clipboard().text() == SHARING.link_for(parts.get("a.txt"))
    choose(form(parts).expiry.choice, "In 1 hour")
    arrived(parts)
    assert [each.expires for each in parts.get("a.txt").links] == [None, NOW + HOUR]


def test_that_the_fields_stand_under_the_chosen_link(parts: DetailsParts) -> None:
    add(parts, Link("x" * 22, note="x"), Link("y" * 22, note="y"))
    column = section(parts).layout()
    for number in (2, 0, 1, 2):
        section(parts).rows[number].head.click()
        assert column.indexOf(form(parts)) == column.indexOf(section(parts).rows[number]) + 1
        assert [row.head.isChecked() for row in section(parts).rows] == [number == each for each in range(3)]


def test_that_a_revoked_link_stays_last_and_can_come_back(parts: DetailsParts) -> None:
    add(parts, Link("x" * 22, note="for Ana"))
    form(parts).revoke.click()
    arrived(parts)
    assert titles(parts) == ["for Ana", "Link 1"]
    row = section(parts).rows[1]
    assert row.words.text() == "revoked"
    assert not row.copy_button.isVisible()
    assert section(parts).targets == {"a.txt": "x" * 22}
    row.back_button.click()
    arrived(parts)
    assert titles(parts) == ["Default link", "for Ana"]
    assert not link(parts).revoked


def test_that_the_code_of_a_dead_link_says_so(parts: DetailsParts, world: World) -> None:
    change(parts, expires=NOW + 60)
    assert "phone" in parts.panel.qr.hint.text()
    world.now += 60
    section(parts)._timer.timeout.emit()
    assert "expired" in parts.panel.qr.hint.text()
    assert section(parts).rows[0].words.text().startswith("expired")


def test_that_time_is_told_only_while_it_is_seen_and_something_expires(parts: DetailsParts) -> None:
    timer = section(parts)._timer
    assert not timer.isActive()
    change(parts, expires=NOW + 90)
    assert timer.isActive()
    assert timer.remainingTime() <= 31_000
    parts.panel.set_open_sections(set())
    assert not timer.isActive()
    parts.panel.set_open_sections({"links"})
    assert timer.isActive()
    change(parts, expires=NOW - 1)
    assert not timer.isActive()


# -- several items


def test_that_several_items_are_edited_at_once_and_differences_are_shown(parts: DetailsParts) -> None:
    change(parts, note="for Ana", limit=3, ask=True, password_hash="x")
    parts.view.select_ids(["a.txt", "b.txt"])
    assert titles(parts) == []
    assert form(parts).note.placeholderText() == "Different"
    assert form(parts).limit.choice.currentIndex() == -1
    assert form(parts).expiry.choice.currentText() == "Never"
    assert form(parts).ask.checkState() is Qt.CheckState.PartiallyChecked
    assert form(parts).password.line.placeholderText() == "Some have one"
    form(parts).ask.click()
    choose(form(parts).expiry.choice, "In 1 day")
    arrived(parts)
    assert [(link(parts, each).ask, link(parts, each).expires) for each in ("a.txt", "b.txt", "c.txt")] == [
        (True, NOW + DAY),
        (True, NOW + DAY),
        (False, None),
    ]
    parts.undo()
    parts.undo()
    arrived(parts)
    assert [link(parts, each).ask for each in ("a.txt", "b.txt")] == [True, False]
    assert link(parts).note == "for Ana"


# -- quick links


def doors(parts: DetailsParts, world: World) -> Doors:
    lists = ListLinks(MemoryStore(), parts.share_list)
    return Doors(parts.share_list, lists, world.signer, lambda: world.now)


def test_that_a_quick_link_on_the_clipboard_opens_for_an_hour(parts: DetailsParts, world: World) -> None:
    section(parts).quick_button.click()
    address = QApplication.clipboard().text()
    assert address.startswith(f"{LAN.url(8765)}/d/")
    signed = urlsplit(address).path.split("/")[2]
    found = doors(parts, world).open(signed, Asker(), paused=False)
    assert isinstance(found, Grant)
    assert (found.item.id, found.item.disposition) == ("a.txt", Disposition.ATTACHMENT)
    world.now += HOUR
    assert doors(parts, world).open(signed, Asker(), paused=False) is Refusal.EXPIRED
    assert parts.window.toast.text == "Quick link copied: it opens for an hour"


def test_that_all_quick_links_are_taken_back_and_undo_lets_them_in_again(parts: DetailsParts, world: World) -> None:
    section(parts).quick_button.click()
    signed = urlsplit(QApplication.clipboard().text()).path.split("/")[2]
    section(parts).take_back_button.click()
    arrived(parts)
    assert doors(parts, world).open(signed, Asker(), paused=False) is Refusal.SIGNATURE_WRONG
    parts.undo()
    arrived(parts)
    assert isinstance(doors(parts, world).open(signed, Asker(), paused=False), Grant)


def test_that_there_is_no_quick_link_before_there_is_an_address(parts: DetailsParts) -> None:
    QApplication.clipboard().setText("untouched")
    parts.sharing.become(STARTING)
    section(parts).quick_button.click()
    assert QApplication.clipboard().text() == "untouched"
    parts.sharing.become(PAUSED)
    section(parts).quick_button.click()
    assert QApplication.clipboard().text() != "untouched"


# -- copying what opens nothing


@pytest.mark.parametrize(
    ("dead", "said"),
    [
        ({"expires": NOW}, "Link copied, but it has expired"),
        ({"limit": 1, "used": 1}, "Link copied, but it is used up"),
        ({"revoked": True}, "Link copied, but you revoked it"),
    ],
)
def test_that_copying_a_dead_link_says_so_and_offers_another_that_works(parts, dead: dict, said: str) -> None:
    change(parts, **dead)
    old = SHARING.link_for(parts.get("a.txt"))
    parts.window.copier.copy(["a.txt"])
    toast = parts.window.toast
    assert (toast.text, toast.button.text()) == (said, "New link")
    assert QApplication.clipboard().text() == old
    toast.button.click()
    parts.until(lambda: toast.text == "Link copied")
    new = parts.get("a.txt").link
    assert (new.revoked, new.limit, new.expires) == (False, None, None)
    assert QApplication.clipboard().text() == f"{LAN.url(8765)}/d/{new.token}/a.txt"


# -- receipts


def transfer(number: int, state: TransferState) -> HistoryEntry:
    ended = Transfer(str(number), "a.txt", "a.txt", "192.168.1.7", "Chrome <b>", 9, NOW, 9, ended=NOW, state=state)
    return HistoryEntry(number, ended)


def test_that_the_last_downloads_of_the_chosen_link_are_shown(parts: DetailsParts, world: World) -> None:
    add(parts, Link("x" * 22, note="for Ana"))
    ana = link(parts, number=1)
    world.receipts[ana.id] = [transfer(2, TransferState.ABORTED), transfer(1, TransferState.FINISHED)]
    assert not form(parts).receipts.isVisible()
    section(parts).choose(ana.token)
    parts.until(form(parts).receipts.isVisible)
    lines = form(parts).receipts.text().splitlines()
    assert form(parts).receipts.textFormat() is Qt.TextFormat.PlainText
    assert ["Not finished" in lines[1], "Finished" in lines[2], "Chrome <b> (192.168.1.7)" in lines[1]] == [True] * 3
    section(parts).choose("")
    assert not form(parts).receipts.isVisible()


def test_that_nothing_is_looked_up_for_a_section_that_is_folded(parts: DetailsParts, world: World) -> None:
    parts.panel.set_open_sections({"link"})
    arrived(parts)
    world.asked.clear()
    parts.view.select_ids(["b.txt"])
    arrived(parts)
    assert world.asked == []
    parts.panel.set_open_sections({"links"})
    parts.until(lambda: world.asked == [link(parts, "b.txt").id])


# -- for everybody


def test_that_every_control_has_a_name_and_a_place_in_the_order_of_the_keyboard(parts: DetailsParts) -> None:
    add(parts, Link("x" * 22, note="for Ana", limit=3, expires=NOW + 60))
    section(parts).choose("x" * 22)
    arrived(parts)
    form(parts).password.make_button.click()
    arrived(parts)
    controls = [
        each
        for each in section(parts).findChildren(QWidget)
        if each.isVisible() and each.focusPolicy() & Qt.FocusPolicy.TabFocus and each.parent().objectName() != "qt"
    ]
    assert len(controls) >= 12
    for each in controls:
        assert each.accessibleName() or getattr(each, "text", lambda: "")(), each
    assert section(parts).rows[1].head.accessibleName().startswith("for Ana, until")


def test_that_the_keyboard_goes_from_the_top_down(parts: DetailsParts) -> None:
    add(parts, Link("x" * 22, note="x"), Link("y" * 22, note="y"))
    rows = section(parts).rows
    for chosen in (0, 2, 1):
        rows[chosen].head.click()
        wanted = [rows[0].head, rows[1].head, rows[2].head]
        wanted.insert(chosen + 1, form(parts).note)
        wanted.append(section(parts).new_button)
        chain = [rows[0].head]
        while chain[-1] is not section(parts).new_button:
            chain.append(chain[-1].nextInFocusChain())
        assert [each for each in chain if each in wanted] == wanted


def test_that_the_row_in_the_list_says_how_its_link_is_limited(parts: DetailsParts) -> None:
    def said() -> str:
        model = parts.view.model()
        return str(model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole))

    choose(form(parts).limit.choice, "Once")
    parts.until(lambda: said().endswith(", 1 download left"))
    change(parts, used=1)
    parts.until(lambda: said().endswith(", Link used up: make a new one"))
    section(parts).new_button.click()
    parts.until(lambda: said().endswith(", ready to share"))
