"""The owner is notified while they are elsewhere, once for all who come together, and less and less often."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from entrance_parts import enter
from notice_parts import StandInNotices
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from desktop_share.core.approvals import Answer, Asking
from desktop_share.gui import asking_notices, desktop_notices
from desktop_share.gui.asking_notices import FIRST_PAUSE, GATHER, LONGEST_PAUSE, AskingNotices, Pace
from desktop_share.gui.theme import running_application


def asking(number: int) -> Asking:
    return Asking(str(number), f"192.168.1.{number}", "curl", "a.pdf", 0.0)


@dataclass
class Elsewhere:
    """The owner, at another program until they `come`; and what they are told there. `now`: the clock."""

    notices: StandInNotices = field(default_factory=StandInNotices)
    raised: list[str] = field(default_factory=list)
    now: float = 1000.0
    here: bool = False

    def begin(self, window: QWidget) -> None:
        self.asking = AskingNotices(window, self.notices, lambda: self.now)

    @property
    def waits(self) -> float | None:
        """Seconds until the next notification, None where there is none to come."""
        return self.asking.timer.interval() / 1000 if self.asking.timer.isActive() else None

    def shows(self, *numbers: int) -> None:
        """These wait."""
        self.asking.show_asking([asking(number) for number in numbers])

    def pass_time(self) -> None:
        """Until the next notification is due."""
        assert self.waits is not None
        self.now += self.waits
        self.asking.timer.stop()
        self.asking.timer.timeout.emit()

    def come(self, window: QWidget) -> None:
        self.here = True
        running_application().focusWindowChanged.emit(window.windowHandle())

    def leave(self) -> None:
        self.here = False
        running_application().focusWindowChanged.emit(None)


@pytest.fixture
def window(qtbot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.winId()
    return window


@pytest.fixture
def owner(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> Elsewhere:
    owner = Elsewhere()
    monkeypatch.setattr(asking_notices, "bring_to_front", lambda _window, token: owner.raised.append(token))
    monkeypatch.setattr(QGuiApplication, "focusWindow", lambda: window.windowHandle() if owner.here else None)
    owner.begin(window)
    return owner


def test_that_who_comes_within_a_moment_is_one_notification(owner: Elsewhere) -> None:
    owner.shows(1)
    assert owner.waits == GATHER
    owner.shows(1, 2)
    owner.shows(1, 2, 3)
    assert owner.notices.told == []
    owner.pass_time()
    assert [each.title for each in owner.notices.told] == ["3 devices ask to be let in"]
    assert owner.waits is None


def test_that_who_is_known_of_is_not_told_again(owner: Elsewhere) -> None:
    owner.shows(1, 2)
    owner.pass_time()
    owner.shows(1, 2)
    owner.shows(2)
    assert owner.waits is None


def test_that_who_comes_later_replaces_it_after_a_pause(owner: Elsewhere) -> None:
    owner.shows(1)
    owner.pass_time()
    owner.shows(1, 2)
    assert owner.waits == FIRST_PAUSE
    owner.pass_time()
    assert owner.notices.now is not None
    assert owner.notices.now.title == "2 devices ask to be let in"


def test_that_it_goes_away_when_nobody_asks_any_more(owner: Elsewhere) -> None:
    owner.shows(1)
    owner.pass_time()
    assert owner.notices.now is not None
    owner.shows()
    assert owner.notices.now is None


def test_that_who_gives_up_at_once_is_not_told(owner: Elsewhere) -> None:
    owner.shows(1)
    owner.shows()
    assert owner.waits is None
    assert owner.notices.told == []


def test_that_there_is_none_while_the_owner_is_at_the_window(owner: Elsewhere, window: QWidget) -> None:
    owner.come(window)
    owner.shows(1)
    owner.pass_time()
    owner.leave()
    owner.shows(1)
    assert owner.waits is None  # they have seen the bar
    owner.shows(1, 2)
    owner.pass_time()
    assert len(owner.notices.told) == 1


def test_that_it_goes_away_when_the_owner_comes(owner: Elsewhere, window: QWidget) -> None:
    owner.shows(1)
    owner.pass_time()
    owner.shows(1, 2)
    owner.come(window)
    assert owner.notices.now is None
    assert owner.waits is None
    owner.leave()
    owner.shows(1, 2)
    assert owner.waits is None


@pytest.mark.parametrize("token", ["", "of Wayland's"])
def test_that_a_click_raises_the_window(owner: Elsewhere, token: str) -> None:
    owner.shows(1)
    owner.pass_time()
    owner.notices.clicked.emit(token)
    assert owner.raised == [token]


def test_that_a_neighbour_who_asks_over_and_over_is_told_of_less_and_less_often(owner: Elsewhere) -> None:
    began = owner.now
    number = 0
    while owner.now < began + 3600:
        number += 1
        owner.shows(number)  # another device each time
        owner.pass_time()
        owner.shows()
    assert len(owner.notices.told) <= 12


def test_that_who_closes_the_window_is_notified_no_more(owner: Elsewhere, window: QWidget) -> None:
    owner.shows(1)
    owner.pass_time()
    owner.shows(1, 2)
    owner.asking.close()
    assert owner.notices.closed
    assert owner.waits is None
    owner.come(window)  # hears nothing of it


# -- how often


def test_that_each_pause_is_twice_the_one_before_up_to_a_bound() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    waits = []
    for _ in range(8):
        waits.append(pace.wait)
        now[0] += pace.wait
        pace.note_shown()
    assert waits == [GATHER, 20, 40, 80, 160, 320, LONGEST_PAUSE, LONGEST_PAUSE]


@pytest.mark.parametrize(("quiet", "then"), [(LONGEST_PAUSE, 40), (LONGEST_PAUSE + 1, FIRST_PAUSE)])
def test_that_after_a_long_quiet_time_it_begins_anew(quiet: float, then: float) -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    pace.note_shown()
    now[0] += FIRST_PAUSE + quiet
    assert pace.wait == GATHER
    pace.note_shown()
    assert pace.wait == then


def test_that_it_begins_anew_when_the_owner_comes() -> None:
    now = [0.0]
    pace = Pace(lambda: now[0])
    for _ in range(5):
        pace.note_shown()
    pace.start_anew()
    assert pace.wait == GATHER


# -- in the whole window


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[StandInNotices]:
    """What the window made to notify with, while another program has the focus: the offscreen platform leaves it with
    a minimised window."""
    made: list[StandInNotices] = []

    def make(parent: Any) -> StandInNotices:
        made.append(StandInNotices(parent))
        return made[-1]

    monkeypatch.setattr(desktop_notices, "DesktopNotices", make)
    monkeypatch.setattr(asking_notices, "GATHER", 0.0)
    monkeypatch.setattr(QGuiApplication, "focusWindow", lambda: None)
    return made


def test_that_a_minimised_window_tells_who_asks_and_comes_back_by_a_click(qtbot, shown: list[StandInNotices]) -> None:
    entered = enter(qtbot)
    assert shown == []  # nothing of it is made before somebody asks
    qtbot.waitUntil(entered.window.isActiveWindow)
    entered.window.showMinimized()
    entered.ask(7)
    qtbot.waitUntil(lambda: bool(shown) and shown[0].now is not None)
    assert shown[0].told[0].body == "Chrome on Android (192.168.1.7) wants “report.pdf”"
    shown[0].clicked.emit("")
    qtbot.waitUntil(lambda: not entered.window.isMinimized())
    entered.window.close()
    assert shown[0].closed


def test_that_a_denied_device_takes_its_notification_along(qtbot, shown: list[StandInNotices]) -> None:
    entered = enter(qtbot)
    qtbot.waitUntil(entered.window.isActiveWindow)
    who = entered.ask(7)
    qtbot.waitUntil(lambda: bool(shown) and shown[0].now is not None)
    entered.entrance.approvals.answer(who.id, Answer.DENY)
    qtbot.waitUntil(lambda: shown[0].now is None)
