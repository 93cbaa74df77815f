"""Who came, what they wanted and what they were told, in plain words."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from desktop_share.core.access_log import Visit
from desktop_share.core.approvals import Asking, Device
from desktop_share.core.names import shown
from desktop_share.core.refusal_words import refusal_words
from desktop_share.gui.row_words import Tone
from desktop_share.gui.transfer_words import Cell, moment_cell


def tr(text: str) -> str:
    return QCoreApplication.translate("Visits", text)


def _named(device: str, client: str) -> str:
    name = shown(device) or tr("A device")
    return f"{name} ({shown(client)})" if client else name


def who_asks(asking: Asking) -> str:
    """'Chrome on Android (192.168.1.7)'"""
    return _named(asking.device, asking.client)


def who_wants(asking: Asking) -> str:
    moment = QDateTime.fromMSecsSinceEpoch(int(asking.since * 1000))
    clock = QLocale().toString(moment.time(), QLocale.FormatType.ShortFormat)
    if not asking.what:
        return tr("wants to come in · asked at {time}").format(time=clock)
    return tr("wants “{name}” · asked at {time}").format(name=shown(asking.what), time=clock)


# -- the access log


def is_refused(visit: Visit) -> bool:
    return bool(visit.why) or visit.status >= 400


def visitor_cell(visit: Visit) -> Cell:
    return Cell(shown(visit.device) or tr("A device"), shown(visit.client))


def wish_cell(visit: Visit) -> Cell:
    return Cell(shown(visit.what) or tr("Something"), f"×{visit.count}" if visit.count > 1 else "")


def told_cell(visit: Visit) -> Cell:
    if is_refused(visit):
        told, why = _refused(visit)
        return Cell(told, why, Tone.PROBLEM)
    return Cell(_given(visit))


def visit_time_cell(visit: Visit) -> Cell:
    return moment_cell(visit.at)


def _given(visit: Visit) -> str:
    if visit.status == 304:
        return tr("Has it already")
    if 300 <= visit.status < 400:
        return tr("Sent on to another page")
    if visit.method == "HEAD":
        return tr("Asked about it")
    if visit.method == "POST":
        return tr("Answer taken")
    return tr("Got a part") if visit.status == 206 else tr("Got it")


def _refused(visit: Visit) -> tuple[str, str]:
    """What they were told, and what that means."""
    words = refusal_words(visit.why)
    if words is not None:
        told, why = words
        return tr(told), tr(why) if why else ""
    return tr("Refused"), shown(visit.why) or tr("with the number {status}").format(status=visit.status)


# -- devices


def device_name_cell(device: Device) -> Cell:
    return Cell(shown(device.name))


def device_address_cell(device: Device) -> Cell:
    return Cell(shown(device.client), tr("when you let it in"))


def device_since_cell(device: Device) -> Cell:
    return moment_cell(device.approved)
