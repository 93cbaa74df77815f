"""The state of sharing in words that a person reads."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from desktop_share.core.addresses import HostAddress, Reach
from desktop_share.core.settings import Settings
from desktop_share.core.sharing import SharingState, SharingStatus
from desktop_share.gui.wording import items, what_happened


@dataclass(frozen=True, slots=True)
class StateWords:
    """What the bar shows: `dot` names one of the theme's colours; `address`: the headline leads up to it."""

    dot: str
    headline: str
    address: bool = False
    try_again: bool = False


def tr(text: str) -> str:
    return QCoreApplication.translate("Sharing", text)


def only_this_computer(state: SharingState) -> bool:
    """Whether the links open nowhere else: no network, or the owner chose so."""
    return state.chosen is None or state.chosen.reach is Reach.LOOPBACK


def words_for(state: SharingState) -> StateWords:
    match state.status:
        case SharingStatus.STARTING:
            return StateWords("warning", tr("Starting…"))
        case SharingStatus.PAUSED:
            return StateWords("warning", tr("Paused: nobody can download until you resume"))
        case SharingStatus.SHARING if only_this_computer(state):
            return StateWords("warning", tr("Only this computer can open these links"), address=True)
        case SharingStatus.SHARING:
            return StateWords("ok", tr("Sharing on"), address=True)
        case SharingStatus.FAILED if state.problem is not None:
            reason = what_happened(state.problem)
            return StateWords("danger", tr("Not sharing: {reason}").format(reason=reason), try_again=True)
    return StateWords("danger", tr("Not sharing"), try_again=True)


def who_can_open(count: int, state: SharingState, settings: Settings) -> str:
    """The second half of the status line: 'anyone on this network with a link can open them'."""
    one = count == 1
    match state.status:
        case SharingStatus.SHARING if only_this_computer(state) or settings.reach == "this-computer":
            return tr("only this computer can open it") if one else tr("only this computer can open them")
        case SharingStatus.SHARING if settings.ask_always:
            return tr("you are asked about each new device")
        case SharingStatus.SHARING if settings.allow and one:
            return tr("only the addresses that you chose can open it")
        case SharingStatus.SHARING if settings.allow:
            return tr("only the addresses that you chose can open them")
        case SharingStatus.SHARING if one:
            return tr("anyone on this network with the link can open it")
        case SharingStatus.SHARING:
            return tr("anyone on this network with a link can open them")
        case SharingStatus.STARTING:
            return tr("sharing is about to start")
        case SharingStatus.PAUSED:
            return tr("nobody can open it while paused") if one else tr("nobody can open them while paused")
    return tr("nobody can open it now") if one else tr("nobody can open them now")


def status_line(count: int, downloads: str, state: SharingState, settings: Settings) -> str:
    """How many files are shared, how many downloads there were, and who can open the links."""
    shared = (items(count), downloads, who_can_open(count, state, settings))
    return " · ".join(each for each in (shared if count else (tr("Nothing is shared yet"), downloads)) if each)


def hint_for_code(state: SharingState, link: str | None) -> str:
    """What stands under the QR code of `link`."""
    if link is None:
        return tr("There is a link as soon as sharing has started.")
    if only_this_computer(state):
        return tr("Only this computer can open this link now.")
    if state.status is SharingStatus.PAUSED:
        return tr("The link works again when you resume sharing.")
    return tr("Point the camera of a phone at it. The phone has to be on the same network.")


def reason_for(address: HostAddress) -> str:
    """Who an address is good for: 'your network (wlan0)'."""
    reasons = {
        Reach.LAN: tr("your network"),
        Reach.VPN: tr("through a VPN"),
        Reach.VIRTUAL: tr("containers and virtual machines only"),
        Reach.LINK_LOCAL: tr("devices connected directly"),
        Reach.LOOPBACK: tr("this computer only"),
    }
    reason = reasons[address.reach]
    return f"{reason} ({address.interface})" if address.interface else reason
