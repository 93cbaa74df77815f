"""How what happened is told: by the clipboard, a toast, or the alert bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_share.core.errors import Problem
from desktop_share.core.items import SharedItem
from desktop_share.core.settings import Settings
from desktop_share.core.share_list import Added, Removed
from desktop_share.core.sharing import Sharing, SharingState, SharingStatus
from desktop_share.gui.alerts import Alert, AlertAction, AlertBar, AlertKind
from desktop_share.gui.link_commands import add_links
from desktop_share.gui.link_copier import LinkCopier
from desktop_share.gui.toast import Toast
from desktop_share.gui.wording import removed_items

if TYPE_CHECKING:
    from desktop_share.gui.commands import ShareCommands

_SHARING = "sharing"  # the key of the one alert about the server


class News(QObject):
    """Listens to the commands and to the state of sharing. `select` selects items by their ids."""

    def __init__(
        self,
        commands: ShareCommands,
        sharing: Sharing,
        settings: Callable[[], Settings],
        copier: LinkCopier,
        alerts: AlertBar,
        toast: Toast,
        select: Callable[[Sequence[str]], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._commands = commands
        self._sharing = sharing
        self._settings = settings
        self._copier = copier
        self._alerts = alerts
        self._toast = toast
        self._select = select
        self._problem: Problem | None = None
        self._new_links: dict[str, str] = {}  # tokens of links that are copied once they are there, by the item's id
        commands.added.connect(self.added)
        commands.plain_shared.connect(self.plain_shared)
        commands.sandboxed.connect(self.sandboxed)
        commands.removed.connect(self.removed)
        commands.restored.connect(select)
        commands.renamed.connect(self.renamed)
        commands.failed.connect(alerts.show_problem)
        commands.undo_changed.connect(self._undo_changed)
        commands.edited.connect(self._edited)
        copier.copied.connect(toast.say)
        copier.dead_copied.connect(self.dead_copied)

    def added(self, added: Added) -> None:
        ids = tuple(dict.fromkeys(item.id for item in added.items))
        if not ids:
            return
        self._select(ids)
        if self._settings().copy_link_on_drop:
            self._copier.copy(ids, shared_before=not added.new)
        elif not added.new:
            self._toast.say(self.tr("Already shared"))

    def plain_shared(self, item_id: str, markup: str) -> None:
        """Comes after `added`, whose words stay in front: the other choice is one click, and taken back as one."""
        said = [] if self._copier.waiting or not self._toast.text else [self._toast.text]
        text = " · ".join([*said, self.tr("Shared as plain text")])
        share = partial(self._commands.share_formatted, item_id, markup)
        self._toast.say(text, button=self.tr("Share with formatting"), run=share)

    def sandboxed(self) -> None:
        """Advice for who never looks into the details."""
        self._toast.say(self.tr("Opens in a locked box: no script in it runs"))

    def dead_copied(self, text: str, ids: Sequence[str]) -> None:
        """Links that open nothing any more went to the clipboard: say so, and offer others."""
        name = self.tr("New link") if len(ids) == 1 else self.tr("New links")
        self._toast.say(text, button=name, run=partial(self._make_links, tuple(ids)))

    def _make_links(self, ids: tuple[str, ...]) -> None:
        self._new_links = add_links(self._commands, ids, self._copier.clock())

    def _edited(self, ids: tuple[str, ...]) -> None:
        if ids and ids == tuple(self._new_links):
            token = self._new_links[ids[0]] if len(ids) == 1 else ""
            self._new_links = {}
            self._copier.copy(ids, token=token)

    def removed(self, removed: Removed) -> None:
        if removed.items:
            names = tuple(item.download_name for item in removed.items)
            self._toast.say(removed_items(names), button=self.tr("Undo"), run=self._commands.undo)

    def renamed(self, item: SharedItem, typed: str) -> None:
        """Say so where the name is not quite the one that was typed: not every system could save that."""
        if not typed.strip() or item.download_name.strip() == typed.strip():
            self._alerts.withdraw("renamed")
            return
        what = self.tr("The name is “{name}” now.").format(name=item.download_name)
        why = self.tr("What you typed has parts that not every device can save.")
        undo = AlertAction(self.tr("Undo"), self._commands.undo)
        self._alerts.show_alert(Alert("renamed", AlertKind.INFO, what, why, action=undo))

    def sharing_changed(self, state: SharingState) -> None:
        self._copier.try_again(state)
        if state.problem == self._problem:
            return
        self._problem = state.problem
        if state.problem is None:
            self._alerts.withdraw(_SHARING)
        else:
            failed = state.status is SharingStatus.FAILED
            kind = AlertKind.ERROR if failed else AlertKind.WARNING
            self._alerts.show_problem(state.problem, kind, key=_SHARING, action=self._way_out(state, state.problem))

    def _way_out(self, state: SharingState, problem: Problem) -> AlertAction | None:
        port = dict(problem.values).get("port")
        if problem.kind == "port-taken" and port is not None and state.status is SharingStatus.SHARING:
            return AlertAction(self.tr("Use port {port} again").format(port=port), self._sharing.restart)
        return None  # where sharing failed, 'Try again' is in the bar

    def _undo_changed(self) -> None:
        # the button would undo something else now; the commands announce this before what they removed
        self._toast.dismiss_button()
