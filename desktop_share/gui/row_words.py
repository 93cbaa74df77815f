"""What a row says: its status line, its controls, its tool tip."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from desktop_share.core.errors import Problem
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.names import shown
from desktop_share.core.sizes import human_rate, human_size
from desktop_share.core.sources import source_path
from desktop_share.gui.activity import Activity


class Tone(StrEnum):
    """How a status line is coloured."""

    QUIET = "quiet"
    ACTIVE = "active"
    PROBLEM = "problem"


def tr(text: str) -> str:
    return QCoreApplication.translate("Row", text)


def row_status(item: SharedItem, problem: Problem | None, activity: Activity) -> tuple[Tone, tuple[str, ...]]:
    """The line under the name: how it is meant, and its words, from the whole of it to what is left when a narrow
    row has no room for it."""
    if problem is not None:
        return Tone.PROBLEM, _problem_words(problem)
    size = [] if item.size is None else [human_size(item.size)]
    if activity.running:
        return Tone.ACTIVE, _running_words(size, activity)
    news = [tr("downloaded {count}×").format(count=activity.finished)] if activity.finished else []
    own_name = shown(item.source.own_name)
    if own_name != item.download_name:
        news.append(tr("“{name}” on disk").format(name=own_name))
    ready = [tr("ready to share")]
    return Tone.QUIET, _variants(size + (news or ready), size + news[:1] or ready, news[:1] or size or ready)


def row_summary(item: SharedItem, problem: Problem | None, activity: Activity) -> str:
    """The status line, whole, for a screen reader too."""
    return row_status(item, problem, activity)[1][0]


def _running_words(size: list[str], activity: Activity) -> tuple[str, ...]:
    count = len(activity.running)
    whom = tr("sending to 1 device") if count == 1 else tr("sending to {count} devices").format(count=count)
    share = [] if activity.fraction is None else [f"{activity.fraction:.0%}"]
    rate = sum(transfer.rate for transfer in activity.running.values())
    speed = [human_rate(rate)] if rate else []
    return _variants([*size, whom, *share, *speed], [whom, *share], [*share, *speed], share or speed or [tr("sending")])


def _variants(*lines: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" · ".join(parts) for parts in lines if parts))


def _problem_words(problem: Problem) -> tuple[str, ...]:
    """Short, as the name stands above it already."""
    words = {
        "file-gone": (tr("Moved or deleted: Locate…"), tr("Gone: Locate…")),
        "file-unreadable": (tr("You may not read this file: Locate another…"), tr("Not readable: Locate…")),
        "is-folder": (tr("A folder is in its place now: Locate…"), tr("A folder: Locate…")),
        "not-a-file": (tr("It is no file any more: Locate…"), tr("No file: Locate…")),
    }
    whole = problem.what_text(lambda text: QCoreApplication.translate("Problem", text))
    return words.get(problem.kind, (whole, tr("Locate…")))


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
    path = source_path(item.source)
    lines = [item.download_name, *([] if path is None else [shown(str(path))]), item.content_type]
    if sha256 is not None:
        lines.append(f"SHA-256 {sha256.hex()}")
    if problem is not None:
        lines.append(problem.next_step_text(lambda text: QCoreApplication.translate("Problem", text)))
    escaped = "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;")
    return f"<p style='white-space: pre'>{escaped}</p>"
