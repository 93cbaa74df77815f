"""The bar says where the list is shared, in every state and at every width."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton
from window_parts import FAILED, LAN, NO_NETWORK, PAUSED, PORT_TAKEN, SHARING, STARTING, VPN, make_window

from desktop_share.core.addresses import HostAddress, Reach
from desktop_share.core.sharing import SharingState, SharingStatus

# the offscreen platform says so of windows that are shown, raised or limited in size
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

STATES = [
    (SHARING, "Sharing on", "http://192.168.1.20:8765", "anyone on this network with the link can open it"),
    (NO_NETWORK, "Only this computer can open these links", "127.0.0.1:8765", "only this computer can open it"),
    (PAUSED, "Paused: nobody can download until you resume", None, "nobody can open it while paused"),
    (STARTING, "Starting…", None, "sharing is about to start"),
    (FAILED, "Not sharing: No port is free.", None, "nobody can open it now"),
    (SharingState(SharingStatus.STOPPED), "Not sharing", None, "nobody can open it now"),
]


@pytest.mark.parametrize(("state", "headline", "address", "status"), STATES)
def test_that_every_state_is_told_in_words(
    qtbot, state: SharingState, headline: str, address: str, status: str
) -> None:
    parts = make_window(qtbot, state=STARTING)
    parts.commands.add_paths(["/home/anna/a.txt"])
    parts.sharing.become(state)
    bar = parts.window.bar
    assert bar.headline.whole == headline
    assert bar.address.isVisible() == (address is not None)
    if address is not None:
        qtbot.waitUntil(lambda: address in bar.address.text())
    assert parts.window.status.whole == f"1 item · {status}"


@pytest.mark.parametrize(("state", "status"), [(state, status) for state, _, _, status in STATES])
def test_that_several_items_are_spoken_of_as_several(qtbot, state: SharingState, status: str) -> None:
    parts = make_window(qtbot, state=state)
    parts.commands.add_paths(["/a.txt", "/b.txt"])
    several = status.replace("with the link", "with a link").replace("open it", "open them")
    assert parts.window.status.whole == f"2 items · {several}"


@pytest.mark.parametrize("state", [FAILED, SharingState(SharingStatus.STOPPED)])
def test_that_try_again_starts_anew_where_sharing_failed(qtbot, state: SharingState) -> None:
    parts = make_window(qtbot, state=state)
    qtbot.mouseClick(parts.window.bar.retry, Qt.MouseButton.LeftButton)
    assert parts.sharing.calls == ["restart"]
    parts.sharing.become(SHARING)
    assert parts.window.bar.retry.isHidden()


def test_that_one_button_pauses_and_resumes(qtbot) -> None:
    parts = make_window(qtbot)
    button = parts.window.bar.buttons[2]
    assert button.text() == "Pause"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert button.text() == "Resume"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert parts.sharing.calls == ["pause", "resume"]


def test_that_the_other_addresses_are_in_its_menu_each_with_its_reason(qtbot) -> None:
    parts = make_window(qtbot)
    texts = [action.text() for action in parts.window.bar.addresses.actions()]
    assert "http://192.168.1.20:8765   your network (wlan0)" in texts
    assert "http://10.8.0.3:8765   through a VPN (tun0)" in texts


@pytest.mark.parametrize(("before", "row", "ip"), [(-2, -1, VPN.ip), (-1, -2, LAN.ip), (-1, -3, None)])
def test_that_choosing_an_address_is_kept_and_restarts_nothing(qtbot, before: int, row: int, ip: str | None) -> None:
    parts = make_window(qtbot)
    for each in (before, row):
        with qtbot.waitSignal(parts.bridge.settings_changed):
            parts.window.bar.addresses.actions()[each].trigger()
    qtbot.waitUntil(lambda: parts.window.bar.addresses.actions()[row].isChecked())
    assert list(parts.settings_store.values.values()) == [ip]
    assert "restart" not in parts.sharing.calls


def test_that_the_address_can_be_copied_too(qtbot) -> None:
    parts = make_window(qtbot)
    parts.window.bar.addresses.actions()[0].trigger()
    assert QApplication.clipboard().text() == "http://192.168.1.20:8765"
    assert parts.window.toast.text == "Address copied"


def test_that_a_taken_port_is_told_once_and_the_old_one_offered_again(qtbot) -> None:
    parts = make_window(qtbot)
    state = replace(SHARING, port=8766, problem=PORT_TAKEN)
    parts.sharing.become(state)
    alerts = parts.window.alerts
    assert alerts.alerts[-1].what == "Port 8765 is used by “nginx”."
    assert alerts.action_button.text() == "Use port 8765 again"
    qtbot.mouseClick(alerts.action_button, Qt.MouseButton.LeftButton)
    assert parts.sharing.calls == ["restart"]
    parts.sharing.become(state)
    assert alerts.alerts == ()  # closed is closed, while nothing changes
    parts.sharing.become(SHARING)
    parts.sharing.become(state)
    assert len(alerts.alerts) == 1


def test_that_the_alert_goes_when_its_problem_is_gone(qtbot) -> None:
    parts = make_window(qtbot, state=FAILED)
    assert parts.window.alerts.isVisible()
    parts.sharing.become(SHARING)
    assert parts.window.alerts.isHidden()


LONG = HostAddress("2001:db8:1234:5678:9abc:def0:1234:5678", "Ethernet adapter 2", Reach.LAN)


@pytest.mark.parametrize("width", [420, 480, 640, 800, 900, 1600])
@pytest.mark.parametrize(
    "state", [*(row[0] for row in STATES), SharingState(SharingStatus.SHARING, 8765, (LONG,), LONG)]
)
def test_that_everything_fits_into_every_width(qtbot, width: int, state: SharingState) -> None:
    parts = make_window(qtbot, state=state)
    parts.window.resize(width, 400)
    QApplication.processEvents()
    assert parts.window.width() == width
    bar = parts.window.bar
    shown = [child for child in bar.findChildren(QToolButton) if child.isVisible()]
    edges = sorted((child.geometry().left(), child.geometry().right()) for child in shown)
    assert edges[-1][1] <= bar.width()
    assert all(right < left for (_, right), (left, _) in pairwise(edges))
    assert all(child.width() >= child.minimumSizeHint().width() for child in shown if child is not bar.address)


def test_that_a_narrow_window_has_icons_and_a_wide_one_words(qtbot) -> None:
    parts = make_window(qtbot)
    for width, style in (
        (480, Qt.ToolButtonStyle.ToolButtonIconOnly),
        (1200, Qt.ToolButtonStyle.ToolButtonTextBesideIcon),
    ):
        parts.window.resize(width, 400)
        QApplication.processEvents()
        assert {button.toolButtonStyle() for button in parts.window.bar.buttons} == {style}


def test_that_every_control_can_be_reached_by_keyboard_and_has_a_name(qtbot) -> None:
    bar = make_window(qtbot).window.bar
    for button in bar.findChildren(QToolButton):
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert button.accessibleName() or button.text()
