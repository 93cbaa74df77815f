"""What a row says: its status line, its controls, its tool tip."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from desktop_share.core.errors import Problem
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.sizes import human_rate, human_size
from desktop_share.core.sources import shown
from desktop_share.gui.activity import Activity


class Tone(StrEnum):
    """How a status line is coloured."""

    QUIET = "quiet"
    ACTIVE = "active"
    PROBLEM = "problem"


def tr(text: str, count: int = -1) -> str:
    return QCoreApplication.translate("Row", text, None, count)


def row_status(item: SharedItem, problem: Problem | None, activity: Activity) -> tuple[Tone, str]:
    """The line under the name, and how it is meant."""
    if problem is not None:
        return Tone.PROBLEM, _problem_words(problem)
    parts = [] if item.size is None else [human_size(item.size)]
    if activity.running:
        parts.append(tr("sending to %n device(s)", len(activity.running)))
        if activity.fraction is not None:
            parts.append(f"{activity.fraction:.0%}")
        rate = sum(transfer.rate for transfer in activity.running.values())
        if rate:
            parts.append(human_rate(rate))
        return Tone.ACTIVE, " · ".join(parts)
    if activity.finished:
        parts.append(tr("downloaded {count}×").format(count=activity.finished))
    if shown(item.source.disk_name) != item.download_name:
        parts.append(tr("“{name}” on disk").format(name=shown(item.source.disk_name)))
    elif not activity.finished:
        parts.append(tr("ready to share"))
    return Tone.QUIET, " · ".join(parts)


def row_summary(item: SharedItem, problem: Problem | None, activity: Activity) -> str:
    """The status line, for a screen reader too."""
    return row_status(item, problem, activity)[1]


def _problem_words(problem: Problem) -> str:
    """Short, as the name stands above it already."""
    return {
        "file-gone": tr("Moved or deleted: Locate…"),
        "file-unreadable": tr("You may not read this file: Locate another…"),
        "is-folder": tr("A folder is in its place now: Locate…"),
        "not-a-file": tr("It is no file any more: Locate…"),
    }.get(problem.kind, problem.what_text(lambda text: QCoreApplication.translate("Problem", text)))


def control_words(item: SharedItem, column: str, visible: bool) -> str:
    """A control's label, or, for tool tips and screen readers, what it is for."""
    if column == "DISPOSITION":
        if item.disposition is Disposition.INLINE:
            return tr("Open") if visible else tr("Open: the browser shows it")
        return tr("Download") if visible else tr("Download: the browser saves it")
    if column == "COPY":
        return tr("Copy link") if visible else tr("Copy the link of “{name}”").format(name=item.download_name)
    return tr("More") if visible else tr("More for “{name}”").format(name=item.download_name)


def tool_tip(item: SharedItem, problem: Problem | None, sha256: bytes | None = None) -> str:
    """Plain text: the characters of a name cannot be taken for rich text."""
    lines = [item.download_name, shown(str(item.source.path)), item.content_type]
    if sha256 is not None:
        lines.append(f"SHA-256 {sha256.hex()}")
    if problem is not None:
        lines.append(problem.next_step_text(lambda text: QCoreApplication.translate("Problem", text)))
    escaped = "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;")
    return f"<p style='white-space: pre'>{escaped}</p>"
