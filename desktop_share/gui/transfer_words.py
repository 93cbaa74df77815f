"""What the activity panel says of a transfer: two lines for each cell."""

from __future__ import annotations

import time
from dataclasses import dataclass
from enum import IntEnum

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale

from desktop_share.core.reasons import Reason
from desktop_share.core.sizes import human_duration, human_rate, human_size
from desktop_share.core.transfers import Transfer, TransferState
from desktop_share.gui.row_words import Tone


class TransferColumn(IntEnum):
    """Of the transfers and of the history; the last one is the cancel button there, the time here."""

    DEVICE = 0
    FILE = 1
    STATE = 2
    LAST = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """A line, a smaller one under it, and how they are meant; `fraction`: of the progress bar, None: there is none."""

    first: str
    second: str = ""
    tone: Tone = Tone.QUIET
    fraction: float | None = None

    @property
    def spoken(self) -> str:
        done = "" if self.fraction is None else f"{self.fraction:.0%}"
        return ", ".join(each for each in (self.first, self.second, done) if each)


_WORTH_A_RATE = 1_000_000  # bytes; what is smaller is over before its rate means anything


def tr(text: str) -> str:
    return QCoreApplication.translate("Transfers", text)


def device_cell(transfer: Transfer) -> Cell:
    return Cell(transfer.device or tr("A device"), transfer.client)


def file_cell(transfer: Transfer) -> Cell:
    if transfer.total is None or (transfer.sent >= transfer.total and not _runs(transfer)):
        amount = human_size(transfer.sent)
    else:
        amount = tr("{sent} of {total}").format(sent=human_size(transfer.sent), total=human_size(transfer.total))
    fraction = transfer.sent / transfer.total if _runs(transfer) and transfer.total else None
    return Cell(transfer.item_name, amount, fraction=fraction)


def state_cell(transfer: Transfer) -> Cell:
    if _runs(transfer):
        if transfer.rate <= 0:
            return Cell(tr("Waiting"), tr("nothing moves just now"), Tone.ACTIVE)
        left = "" if transfer.eta is None else tr("{time} left").format(time=human_duration(transfer.eta))
        return Cell(human_rate(transfer.rate), left, Tone.ACTIVE)
    if transfer.state is TransferState.FINISHED:
        return Cell(tr("Finished"), human_rate(transfer.rate) if transfer.sent >= _WORTH_A_RATE else "")
    ours = transfer.reason in (Reason.CANCELLED, Reason.REMOVED, Reason.REVOKED, Reason.EXPIRED)
    why = QCoreApplication.translate("Reason", transfer.reason) if transfer.reason else ""
    return Cell(tr("Cancelled") if ours else tr("Not finished"), why, Tone.PROBLEM)


def cancel_cell(transfer: Transfer) -> Cell:
    """Of the button; empty where there is nothing to cancel."""
    if not _runs(transfer):
        return Cell("")
    return Cell(tr("Cancel the download of “{name}”").format(name=transfer.item_name))


def time_cell(transfer: Transfer) -> Cell:
    """When it ended, on this computer's clock."""
    return moment_cell(transfer.started if transfer.ended is None else transfer.ended)


def moment_cell(seconds: float) -> Cell:
    """Seconds since the epoch as the time and the day."""
    moment = QDateTime.fromMSecsSinceEpoch(int(seconds * 1000))
    locale = QLocale()
    clock = locale.toString(moment.time(), QLocale.FormatType.ShortFormat)
    if time.localtime(seconds)[:3] == time.localtime()[:3]:
        return Cell(clock, tr("today"))
    return Cell(clock, locale.toString(moment.date(), QLocale.FormatType.ShortFormat))


def downloads_now(finished: int, running: int) -> str:
    """'3 downloads, 1 now': how many there were in this run, and how many are under way; '' for none."""
    if not finished + running:
        return ""
    count = finished + running
    whole = tr("1 download") if count == 1 else tr("{count} downloads").format(count=count)
    return tr("{downloads}, {running} now").format(downloads=whole, running=running) if running else whole


def paused_words(running: int) -> str:
    if running == 1:
        return tr("Paused. 1 download finishes first.")
    return tr("Paused. {count} downloads finish first.").format(count=running)


def _runs(transfer: Transfer) -> bool:
    return transfer.state is TransferState.STARTED
