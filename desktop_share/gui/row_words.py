"""What a row says: its status line, its controls, its tool tip."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import QCoreApplication

from desktop_share.core.errors import Problem
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.names import shown
from desktop_share.core.share_list import NOTHING_KNOWN, ItemState
from desktop_share.core.sizes import human_rate, human_size
from desktop_share.core.sources import FolderSource, LiveSource, SelectionSource, source_path
from desktop_share.gui.activity import Activity
from desktop_share.gui.link_words import NO_SIGN, LinkSign

_LEFT_OUT_IN_TIP = 10  # lines


class Tone(StrEnum):
    """How a status line is coloured."""

    QUIET = "quiet"
    ACTIVE = "active"
    NOTICE = "notice"
    PROBLEM = "problem"


def tr(text: str) -> str:
    return QCoreApplication.translate("Row", text)


def row_status(
    item: SharedItem,
    problem: Problem | None,
    activity: Activity,
    state: ItemState = NOTHING_KNOWN,
    sign: LinkSign = NO_SIGN,
) -> tuple[Tone, tuple[str, ...]]:
    """The line under the name: how it is meant, and its words, from the whole of it to what is left when a narrow
    row has no room for it."""
    if problem is not None:
        return Tone.PROBLEM, _problem_words(problem, source_path(item.source) is not None)
    size = _size(item)
    if activity.running:
        return Tone.ACTIVE, _running_words(size, activity)
    if state.is_indexing and state.total:
        reading = [tr("reading {share}…").format(share=f"{state.indexed / state.total:.0%}")]
        return Tone.ACTIVE, _variants(size + reading, reading)
    limits, brief = list(sign.words[:1]), [[each] for each in sign.words]
    if sign.dead:
        return Tone.NOTICE, _variants(size + limits, *brief)
    news = [tr("downloaded {count}×").format(count=activity.finished)] if activity.finished else []
    news += _kept(item, state)
    if state.changed:
        changed = [tr("changed since you shared it")]
        return Tone.NOTICE, _variants(size + changed + limits + news, size + changed, changed, [tr("changed")])
    ready = [tr("ready to share")]
    if sign.words:
        return Tone.QUIET, _variants(size + limits + news, size + limits, *brief)
    return Tone.QUIET, _variants(size + (news or ready), size + news[:1] or ready, news[:1] or size or ready)


def row_summary(
    item: SharedItem,
    problem: Problem | None,
    activity: Activity,
    state: ItemState = NOTHING_KNOWN,
    sign: LinkSign = NO_SIGN,
) -> str:
    """The status line, whole, for a screen reader too."""
    return row_status(item, problem, activity, state, sign)[1][0]


def _size(item: SharedItem) -> list[str]:
    if isinstance(item.source, LiveSource):
        return [tr("live · grows")]
    if item.size is None:
        return []
    size = human_size(item.size)
    archive = isinstance(item.source, FolderSource | SelectionSource)
    return [tr("{size} as ZIP").format(size=size) if archive else size]


def _kept(item: SharedItem, state: ItemState) -> list[str]:
    """What is worth knowing of an item at rest, the most important first."""
    news = []
    if state.left_out_count:
        news.append(tr("{count} left out").format(count=state.left_out_count))
    if item.until_quit:
        news.append(tr("until you quit"))
    path = source_path(item.source)
    if path is not None and shown(item.source.own_name) != item.download_name:
        news.append(tr("“{name}” on disk").format(name=shown(path.name)))
    return news


def left_out_lines(state: ItemState, most: int) -> list[str]:
    """What a folder's ZIP does not hold, and why: one a line, in the end how many more there are."""
    lines = [f"{shown(each.path)}: {QCoreApplication.translate('LeftOut', each.why)}" for each in state.left_out[:most]]
    more = state.left_out_count - len(lines)
    return [*lines, tr("… and {count} more").format(count=more)] if more > 0 else lines


def _running_words(size: list[str], activity: Activity) -> tuple[str, ...]:
    count = len(activity.running)
    whom = tr("sending to 1 device") if count == 1 else tr("sending to {count} devices").format(count=count)
    share = [] if activity.fraction is None else [f"{activity.fraction:.0%}"]
    rate = sum(transfer.rate for transfer in activity.running.values())
    speed = [human_rate(rate)] if rate else []
    return _variants([*size, whom, *share, *speed], [whom, *share], [*share, *speed], share or speed or [tr("sending")])


def _variants(*lines: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" · ".join(parts) for parts in lines if parts))


def _problem_words(problem: Problem, has_place: bool) -> tuple[str, ...]:
    """Short, as the name stands above it already."""
    words = {
        "file-gone": (tr("Moved or deleted: Locate…"), tr("Gone: Locate…")),
        "file-unreadable": (tr("You may not read this file: Locate another…"), tr("Not readable: Locate…")),
        "is-folder": (tr("A folder is in its place now: Locate…"), tr("A folder: Locate…")),
        "not-a-file": (tr("It is no file any more: Locate…"), tr("No file: Locate…")),
    }
    whole = problem.what_text(lambda text: QCoreApplication.translate("Problem", text))
    return words.get(problem.kind, (whole, tr("Locate…"))) if has_place else (whole,)


def control_words(item: SharedItem, column: str, visible: bool) -> str:
    """A control's label, or, for tool tips and screen readers, what it is for."""
    if column == "DISPOSITION":
        if item.disposition is Disposition.INLINE:
            return tr("Open") if visible else tr("Open: the browser shows it")
        return tr("Download") if visible else tr("Download: the browser saves it")
    if column == "COPY":
        return tr("Copy link") if visible else tr("Copy the link of “{name}”").format(name=item.download_name)
    return tr("More") if visible else tr("More for “{name}”").format(name=item.download_name)


def tool_tip(
    item: SharedItem, problem: Problem | None, sha256: bytes | None = None, state: ItemState = NOTHING_KNOWN
) -> str:
    """Plain text: the characters of a name cannot be taken for rich text."""
    path = source_path(item.source)
    lines = [item.download_name, *([] if path is None else [shown(str(path))]), item.content_type]
    if sha256 is not None:
        lines.append(f"SHA-256 {sha256.hex()}")
    if problem is not None:
        lines.append(problem.next_step_text(lambda text: QCoreApplication.translate("Problem", text)))
    if state.left_out_count:
        lines += [tr("Left out of the ZIP:"), *left_out_lines(state, _LEFT_OUT_IN_TIP)]
    escaped = "\n".join(lines).replace("&", "&amp;").replace("<", "&lt;")
    return f"<p style='white-space: pre'>{escaped}</p>"
