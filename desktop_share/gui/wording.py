"""Texts that more than one part of the window needs: counts, and problems in the person's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from desktop_share.core.errors import Problem
from desktop_share.gui.offers import OfferKind


def tr(text: str) -> str:
    return QCoreApplication.translate("Wording", text)


def translated_problem_text(template: str) -> str:
    """A template of `core.errors.Problem` in the person's language."""
    return QCoreApplication.translate("Problem", template)


def what_happened(problem: Problem) -> str:
    return problem.what_text(translated_problem_text)


def what_next(problem: Problem) -> str:
    return problem.next_step_text(translated_problem_text)


def items(count: int) -> str:
    """'1 item', '5 items'"""
    return tr("1 item") if count == 1 else tr("{count} items").format(count=count)


def items_selected(count: int) -> str:
    return tr("{count} items selected").format(count=count)


def adding_files(done: int, total: int) -> str:
    return tr("Adding {done} of {total}…").format(done=done, total=total)


def share_items(count: int, kind: OfferKind) -> str:
    words = {
        OfferKind.TEXT: tr("Share this text"),
        OfferKind.LINK: tr("Share this link"),
        OfferKind.PICTURE: tr("Share this picture"),
    }
    one = words.get(kind, tr("Share 1 item"))
    return one if count == 1 else tr("Share {count} items").format(count=count)


def links_copied(count: int, *, shared_before: bool) -> str:
    """What the toast says after links went to the clipboard."""
    if shared_before:
        if count == 1:
            return tr("Already shared: link copied")
        return tr("Already shared: {count} links copied").format(count=count)
    return tr("Link copied") if count == 1 else tr("{count} links copied").format(count=count)


def copy_links(count: int) -> str:
    return tr("Copy link") if count < 2 else tr("Copy {count} links").format(count=count)


def removed_items(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return tr("Removed {name}").format(name=names[0])
    return tr("Removed {count} items").format(count=len(names))


def not_shared(refused: int, asked: int | None) -> str:
    """'3 of 12 could not be shared.'"""
    if asked is None or asked < refused:
        return tr("{refused} items could not be shared.").format(refused=refused)
    return tr("{refused} of {asked} could not be shared.").format(refused=refused, asked=asked)
