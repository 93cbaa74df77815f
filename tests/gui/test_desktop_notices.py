"""Each way to notify is tried in its turn; where there is none, the log says so once, and nothing else happens."""

from __future__ import annotations

import logging
from collections.abc import Callable

import pytest
from notice_parts import StandInNotices
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSystemTrayIcon

from desktop_share.gui.desktop_notices import DesktopNotices
from desktop_share.gui.notice_words import Notice
from desktop_share.gui.tray_notices import TrayNotices, without_marks

NOTICE, ANOTHER = Notice("Title", "Body"), Notice("Another title", "Body")


class Ways:
    """Stand-ins, and those of them that were made."""

    def __init__(self, *fails: str) -> None:
        self.made: list[StandInNotices] = []
        self.makes = [self._making(why) for why in fails]

    def _making(self, why: str) -> Callable[[QObject], StandInNotices]:
        def make(parent: QObject) -> StandInNotices:
            self.made.append(StandInNotices(parent, why))
            return self.made[-1]

        return make


@pytest.fixture
def parent(qapp) -> QObject:
    return QObject()


def test_that_the_first_way_is_taken_and_kept(parent: QObject) -> None:
    ways = Ways("", "")
    notices = DesktopNotices(parent, ways.makes)
    assert ways.made == []
    notices.show_notice(NOTICE)
    notices.show_notice(ANOTHER)
    (way,) = ways.made
    assert way.told == [NOTICE, ANOTHER]
    notices.withdraw()
    assert way.now is None


def test_that_the_second_stands_in_for_the_first(qtbot, parent: QObject) -> None:
    ways = Ways("no bus", "")
    notices = DesktopNotices(parent, ways.makes)
    notices.show_notice(NOTICE)
    assert [each.now for each in ways.made] == [None, NOTICE]
    notices.show_notice(ANOTHER)
    assert [each.now for each in ways.made] == [None, ANOTHER]
    with qtbot.waitSignal(notices.clicked) as clicked:
        ways.made[1].clicked.emit("token")
    assert clicked.args == ["token"]
    notices.close()
    assert all(each.closed for each in ways.made)


def test_that_where_there_is_none_the_log_says_so_once(parent: QObject, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ways = Ways("no bus", "no tray")
    notices = DesktopNotices(parent, ways.makes)
    for _ in range(3):
        notices.show_notice(NOTICE)
    (record,) = caplog.records
    assert record.levelname == "INFO"
    assert record.getMessage().endswith("in the window only: no bus; no tray")
    assert len(ways.made) == 6  # each time anew: what shows them may have been started meanwhile
    assert all(each.closed for each in ways.made)


def test_that_where_the_bus_hangs_nobody_waits_for_the_tray(parent: QObject, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    ways = Ways("it hangs", "")
    DesktopNotices(parent, ways.makes).show_notice(NOTICE)
    assert len(ways.made) == 1
    assert len(caplog.records) == 1


def test_that_what_was_withdrawn_is_shown_by_no_other_way(parent: QObject) -> None:
    ways = Ways("", "")
    notices = DesktopNotices(parent, ways.makes)
    notices.show_notice(NOTICE)
    notices.withdraw()
    ways.made[0].failed.emit("the bus is gone", False)
    assert len(ways.made) == 1


def test_that_nothing_is_shown_once_it_is_closed(parent: QObject) -> None:
    ways = Ways("")
    notices = DesktopNotices(parent, ways.makes)
    notices.close()
    notices.show_notice(NOTICE)
    assert ways.made == []


# -- the tray


@pytest.fixture
def tray(parent: QObject, monkeypatch: pytest.MonkeyPatch) -> TrayNotices:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    return TrayNotices(parent)


@pytest.mark.qt_log_ignore("systemTrayWindowChanged")  # which the offscreen platform has not
def test_that_the_icon_is_there_only_while_it_is_needed(tray: TrayNotices, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(QSystemTrayIcon, "showMessage", lambda _icon, title, body, _picture: told.append((title, body)))
    assert not tray.icon.isVisible()
    tray.show_notice(NOTICE)
    assert tray.icon.isVisible()
    assert told == [("Title", "Body")]
    tray.withdraw()
    assert not tray.icon.isVisible()
    tray.show_notice(ANOTHER)
    tray.close()
    assert not tray.icon.isVisible()


@pytest.mark.parametrize("how", ["the message", "the icon"])
def test_that_a_click_on_either_is_one(qtbot, tray: TrayNotices, how: str) -> None:
    with qtbot.waitSignal(tray.clicked) as clicked:
        if how == "the message":
            tray.icon.messageClicked.emit()
        else:
            tray.icon.activated.emit(QSystemTrayIcon.ActivationReason.Trigger)
    assert clicked.args == [""]


def test_that_without_a_tray_there_is_no_icon(qtbot, tray: TrayNotices, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    with qtbot.waitSignal(tray.failed):
        tray.show_notice(NOTICE)
    assert not tray.icon.isVisible()


@pytest.mark.parametrize(
    ("platform", "text"), [("linux", "(b)x + y(/b)"), ("win32", "<b>x & y</b>"), ("darwin", "<b>x & y</b>")]
)
def test_that_marks_mean_nothing_in_the_tray(platform: str, text: str) -> None:
    assert without_marks("<b>x & y</b>", platform) == text
