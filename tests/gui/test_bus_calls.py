"""What the desktop is asked to show over the bus, in which order, and what is made of its answers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QObject, Signal

if sys.platform != "linux":
    pytest.skip("Only Linux desktops have a session bus.", allow_module_level=True)

from desktop_share.gui import bus_notices
from desktop_share.gui.bus_notices import BusNotices
from desktop_share.gui.notice_words import Notice

NOTICE, ANOTHER = Notice("A < B", "1 < 2 & 3"), Notice("Another", "Body")
ALL = ["actions", "body", "body-markup"]


class StandInBus(QObject):
    """`calls`: method and arguments. Those that want an answer wait for `answer` or `refuse`."""

    opened = Signal()
    heard = Signal(str, tuple)
    failed = Signal(str, bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.calls: list[tuple[str, tuple[Any, ...]]] = []
        self.opens = 0
        self._waiting: list[tuple[Callable[..., object], Callable[..., object]]] = []

    def open(self) -> None:
        self.opens += 1

    def close(self) -> None:
        self._waiting.clear()

    def listen(self, to: object) -> None: ...

    def tell(self, _to: object, method: str, _signature: str, body: tuple[Any, ...]) -> None:
        self.calls.append((method, body))

    def call(self, to: object, method: str, signature: str, body: tuple[Any, ...], *outcomes: Any) -> None:
        self.tell(to, method, signature, body)
        self._waiting.append(outcomes)

    def answer(self, *body: Any) -> None:
        self._waiting.pop(0)[0](body)

    def refuse(self) -> None:
        self._waiting.pop(0)[1]("org.freedesktop.DBus.Error.ServiceUnknown")

    def connect_with(self, capabilities: list[str]) -> None:
        self.opened.emit()
        self.answer(capabilities)
        self.calls.pop(0)

    @property
    def shown(self) -> list[tuple[int, str]]:
        """Of each notification: which number it replaces, and its title."""
        return [(body[1], body[3]) for method, body in self.calls if method == "Notify"]

    @property
    def withdrawn(self) -> list[int]:
        return [body[0] for method, body in self.calls if method == "CloseNotification"]


@pytest.fixture
def notices(qapp, monkeypatch: pytest.MonkeyPatch) -> Iterator[BusNotices]:
    monkeypatch.setattr(bus_notices, "SessionBus", StandInBus)
    parent = QObject()
    yield BusNotices(parent)
    parent.deleteLater()


@pytest.fixture
def bus(notices: BusNotices) -> StandInBus:
    bus = notices.findChild(StandInBus)
    assert bus is not None
    return bus


@pytest.mark.parametrize(
    ("capabilities", "body", "actions"),
    [
        (ALL, "1 &lt; 2 &amp; 3", ["default", "Show the window"]),
        (["body", "actions"], "1 < 2 & 3", ["default", "Show the window"]),  # shows every sign as it is
        (["body"], "1 < 2 & 3", []),  # would show actions as a dialog
    ],
)
def test_that_it_is_text_and_a_click_for_every_desktop(
    notices: BusNotices, bus: StandInBus, capabilities: list[str], body: str, actions: list[str]
) -> None:
    notices.show_notice(NOTICE)
    assert (bus.opens, bus.calls) == (1, [])
    bus.connect_with(capabilities)
    ((_, arguments),) = bus.calls
    assert (arguments[3], arguments[4], arguments[5]) == ("A < B", body, actions)


def test_that_the_next_one_replaces_it(notices: BusNotices, bus: StandInBus) -> None:
    notices.show_notice(NOTICE)
    bus.connect_with(ALL)
    bus.answer(41)
    notices.show_notice(ANOTHER)
    bus.answer(41)
    assert bus.shown == [(0, "A < B"), (41, "Another")]
    notices.withdraw()
    notices.withdraw()
    assert bus.withdrawn == [41]


def test_that_one_that_comes_before_the_answer_replaces_it_too(notices: BusNotices, bus: StandInBus) -> None:
    notices.show_notice(NOTICE)
    bus.connect_with(ALL)
    notices.show_notice(ANOTHER)
    assert bus.shown == [(0, "A < B")]
    bus.answer(41)
    assert bus.shown == [(0, "A < B"), (41, "Another")]


def test_that_what_is_withdrawn_before_it_is_there_goes_away_when_it_is(notices: BusNotices, bus: StandInBus) -> None:
    notices.show_notice(NOTICE)
    bus.connect_with(ALL)
    notices.withdraw()
    assert bus.withdrawn == []
    bus.answer(41)
    assert bus.withdrawn == [41]


def test_that_what_is_withdrawn_while_it_connects_is_never_shown(notices: BusNotices, bus: StandInBus) -> None:
    notices.show_notice(NOTICE)
    notices.withdraw()
    bus.connect_with(ALL)
    assert bus.calls == []


def test_that_a_click_brings_what_wayland_wants(qtbot, notices: BusNotices, bus: StandInBus) -> None:
    notices.show_notice(NOTICE)
    bus.connect_with(ALL)
    bus.answer(41)
    bus.heard.emit("ActivationToken", (41, "token"))
    with qtbot.waitSignal(notices.clicked) as clicked:
        bus.heard.emit("ActionInvoked", (41, "default"))
    assert clicked.args == ["token"]
    with qtbot.waitSignal(notices.clicked) as clicked:
        bus.heard.emit("ActionInvoked", (41, "default"))
    assert clicked.args == [""]  # good for one time


@pytest.mark.parametrize(
    ("signal", "arguments"),
    [
        ("ActionInvoked", (40, "default")),
        ("ActionInvoked", (41, "other")),
        ("ActionInvoked", ()),
        ("Other", (41,)),
        ("ActionInvoked", (41,)),
        ("ActivationToken", (41, 7)),
        ("NotificationClosed", ("41", 2)),
    ],
)
def test_that_what_concerns_others_is_passed_over(
    qtbot, notices: BusNotices, bus: StandInBus, signal: str, arguments: tuple[Any, ...]
) -> None:
    notices.show_notice(NOTICE)
    bus.connect_with(ALL)
    bus.answer(41)
    with qtbot.assertNotEmitted(notices.clicked):
        bus.heard.emit(signal, arguments)


def test_that_one_that_the_person_closed_is_not_replaced(notices: BusNotices, bus: StandInBus) -> None:
    notices.show_notice(NOTICE)
    bus.connect_with(ALL)
    bus.answer(41)
    bus.heard.emit("NotificationClosed", (41, 2))
    notices.withdraw()
    notices.show_notice(ANOTHER)
    assert bus.withdrawn == []
    assert bus.shown[-1] == (0, "Another")


@pytest.mark.parametrize("answer", [(), ("41",), (None,)])
def test_that_an_answer_without_a_number_is_one_that_nothing_replaces(
    notices: BusNotices, bus: StandInBus, answer: tuple[Any, ...]
) -> None:
    notices.show_notice(NOTICE)
    bus.opened.emit()
    bus.answer(*answer)  # which says nothing of what it can, either
    bus.answer(*answer)
    notices.withdraw()
    assert bus.withdrawn == []


def test_that_where_nobody_shows_them_it_fails_and_is_tried_anew(qtbot, notices: BusNotices, bus: StandInBus) -> None:
    notices.show_notice(NOTICE)
    bus.opened.emit()
    with qtbot.waitSignal(notices.failed) as failed:
        bus.refuse()
    assert failed.args[1] is False
    assert "ServiceUnknown" in failed.args[0]
    bus.calls.clear()
    notices.show_notice(NOTICE)
    assert bus.opens == 2
    bus.connect_with(ALL)
    assert bus.shown == [(0, "A < B")]
