"""The access log in the window: the newest first, in plain words, and fluent while a crowd comes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from entrance_parts import Entered, enter
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester

from desktop_share.core.access import Refusal
from desktop_share.core.access_log import KEPT, AccessLog, Visit
from desktop_share.gui.row_words import Tone
from desktop_share.gui.transfer_words import TransferColumn
from desktop_share.gui.visit_words import told_cell, visitor_cell, wish_cell
from desktop_share.gui.visits_model import VisitsModel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

VISIT = Visit(1_700_000_000.0, "192.168.1.7", "Chrome on Android", "GET", "report.pdf", 200)
REFUSED = replace(VISIT, status=401, why=Refusal.PASSWORD_WRONG)


def visit(number: int, **changes: object) -> Visit:
    return replace(VISIT, at=VISIT.at + number, what=f"{number}.pdf", **changes)  # type: ignore[arg-type]


@pytest.fixture
def log() -> AccessLog:
    return AccessLog(bound=50)


@pytest.fixture
def model(qapp, log: AccessLog) -> VisitsModel:
    model = VisitsModel(log)
    model.tester = QAbstractItemModelTester(  # type: ignore[attr-defined]
        model, QAbstractItemModelTester.FailureReportingMode.Fatal
    )
    return model


def rows(model: VisitsModel) -> list[str]:
    return [model.visit_at(row).what for row in range(model.rowCount())]


def test_that_the_newest_is_first_and_new_ones_are_put_on_top(qtbot, log: AccessLog, model: VisitsModel) -> None:
    for number in range(3):
        log.note(visit(number))
    model.look()
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.rowsInserted):
        log.note(visit(3))
        log.note(visit(4))
        model.look()
    assert rows(model) == ["4.pdf", "3.pdf", "2.pdf", "1.pdf", "0.pdf"]


def test_that_the_same_again_is_counted_in_its_row(qtbot, log: AccessLog, model: VisitsModel) -> None:
    log.note(visit(0))
    log.note(visit(1))
    model.look()
    with qtbot.assertNotEmitted(model.modelReset), qtbot.waitSignal(model.dataChanged):
        log.note(visit(1))
        log.note(visit(2))
        model.look()
    assert rows(model) == ["2.pdf", "1.pdf", "0.pdf"]
    assert wish_cell(model.visit_at(1)).second == "×2"


@pytest.mark.parametrize("seed", range(5))
def test_that_it_is_what_the_log_is_whatever_comes_between_two_looks(
    log: AccessLog, model: VisitsModel, seed: int
) -> None:
    number = seed
    for step in range(1, 60):
        for _ in range(step * (seed + 3) % 17):
            number += (step + number) % 3 != 0
            log.note(visit(number, why=Refusal.UNKNOWN if number % 2 else ""))
        if step % 19 == 0:
            model.show_only_refused(step % 2 == 0)
        model.look()
        wanted = [each for each in reversed(log.snapshot()) if each.why or not model._only_refused]
        assert [model.visit_at(row) for row in range(model.rowCount())] == wanted
    assert number > 50


def test_that_only_those_who_were_refused_can_be_shown(log: AccessLog, model: VisitsModel) -> None:
    log.note(visit(0))
    log.note(visit(1, status=404, why=Refusal.UNKNOWN))
    log.note(visit(2, status=500))
    model.show_only_refused(True)
    assert rows(model) == ["2.pdf", "1.pdf"]
    model.show_only_refused(False)
    assert len(rows(model)) == 3


def test_that_what_is_cleared_is_gone(log: AccessLog, model: VisitsModel) -> None:
    log.note(VISIT)
    model.look()
    log.clear()
    model.look()
    assert model.rowCount() == 0


@pytest.mark.parametrize("refusal", Refusal)
def test_that_every_refusal_has_words(refusal: Refusal) -> None:
    cell = told_cell(replace(VISIT, status=403, why=refusal))
    assert cell.first not in ("", "Refused")
    assert cell.tone is Tone.PROBLEM
    assert refusal.value != cell.first


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Got it"),
        ({"status": 206}, "Got a part"),
        ({"status": 304}, "Has it already"),
        ({"status": 303, "method": "POST"}, "Sent on to another page"),
        ({"method": "POST"}, "Answer taken"),
        ({"method": "HEAD"}, "Asked about it"),
        ({"why": Refusal.PASSWORD_WRONG, "status": 401}, "Wrong password"),
        ({"why": Refusal.EXPIRED, "status": 410}, "Link expired"),
        ({"why": Refusal.UNKNOWN, "status": 404}, "Unknown address"),
        ({"why": "of another version", "status": 400}, "Refused"),
        ({"status": 500}, "Refused"),
    ],
)
def test_that_what_they_were_told_is_said_plainly(changes: dict[str, object], words: str) -> None:
    assert told_cell(replace(VISIT, **changes)).first == words  # type: ignore[arg-type]


def test_that_nothing_a_stranger_sends_forges_a_line() -> None:
    forged = replace(VISIT, device="a\nb\u202e", client="1\r2", what="x\ny", why="w\nz", status=400)
    for cell in (visitor_cell(forged), wish_cell(forged), told_cell(forged)):
        assert cell.first.isprintable()
        assert cell.second.isprintable()


# -- the page


def opened(qtbot, **settings: object) -> Entered:
    entered = enter(qtbot, show_activity=True, **settings)
    entered.window.activity.tabs.setCurrentIndex(2)
    return entered


def test_that_an_empty_log_says_what_it_is_for(qtbot) -> None:
    page = opened(qtbot).window.doors.visits
    assert page.empty.isVisible()
    assert "listed here" in page.empty.text()
    assert not page.clear_button.isEnabled()


def test_that_a_log_that_is_off_says_so(qtbot) -> None:
    page = opened(qtbot, keep_access_log=False).window.doors.visits
    assert "is off" in page.empty.text()


def test_that_who_comes_while_one_looks_appears(qtbot) -> None:
    entered = opened(qtbot)
    page = entered.window.doors.visits
    with qtbot.waitSignal(page.model.looked):
        entered.entrance.visits.note(VISIT)
    assert page.view.isVisible()
    cells = [page.model.index(0, column).data() for column in TransferColumn]
    assert cells[:3] == ["Chrome on Android", "report.pdf", "Got it"]


def test_that_who_came_while_nobody_looked_is_there_when_one_does(qtbot) -> None:
    entered = opened(qtbot)
    page, tabs = entered.window.doors.visits, entered.window.activity.tabs
    tabs.setCurrentIndex(0)
    with qtbot.waitSignal(entered.parts.bridge.visit_noted):
        entered.entrance.visits.note(VISIT)
    assert not page.model._looking.isActive()
    tabs.setCurrentIndex(2)
    assert page.model.rowCount() == 1


def test_that_a_crowd_is_looked_at_a_few_times_only(qtbot) -> None:
    entered = opened(qtbot)
    page, looks = entered.window.doors.visits, []
    page.model.looked.connect(lambda: looks.append(page.model.rowCount()))
    for number in range(KEPT + 500):
        entered.entrance.visits.note(visit(number))
    qtbot.waitUntil(lambda: bool(looks) and looks[-1] == KEPT)
    assert len(looks) < 20
    assert page.model.visit_at(0).what == f"{KEPT + 499}.pdf"
    qtbot.waitUntil(lambda: not page.model._looking.isActive())


def test_that_the_filter_and_clear_are_beside_the_tabs_and_work(qtbot) -> None:
    entered = opened(qtbot)
    page = entered.window.doors.visits
    entered.entrance.visits.note(VISIT)
    with qtbot.waitSignal(page.model.looked):
        entered.entrance.visits.note(REFUSED)
    qtbot.waitUntil(lambda: page.model.rowCount() == 2)
    qtbot.mouseClick(page.only_refused, Qt.MouseButton.LeftButton)
    assert [page.model.visit_at(0).why] == [Refusal.PASSWORD_WRONG]
    qtbot.mouseClick(page.clear_button, Qt.MouseButton.LeftButton)
    assert page.empty.isVisible()
    assert entered.entrance.visits.snapshot() == ()
    assert entered.window.toast.text == "The access log is empty now"


def test_that_only_the_controls_of_the_shown_page_are_there(qtbot) -> None:
    entered = opened(qtbot)
    doors, activity = entered.window.doors, entered.window.activity
    pages = (None, activity.history.controls, doors.visits.controls, doors.devices.controls)
    for number in range(len(pages)):
        activity.tabs.setCurrentIndex(number)
        for each, controls in enumerate(pages):
            assert controls is None or controls.isVisible() is (each == number)
