"""The one place where a thread crosses into the window: what the core announces becomes a queued Qt signal."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal

from desktop_share.core.access_log import Visit
from desktop_share.core.approvals import Approval
from desktop_share.core.digests import ItemDigest
from desktop_share.core.errors import Problem
from desktop_share.core.events import Announcer
from desktop_share.core.links import ListLink
from desktop_share.core.settings import SettingsBook
from desktop_share.core.share_list import ShareList
from desktop_share.core.sharing import Sharing
from desktop_share.core.transfers import Transfer


class Transfers(Protocol):
    changed: Announcer[Transfer]


class Digests(Protocol):
    changed: Announcer[ItemDigest]


class Changing(Protocol):
    changed: Announcer[Problem | None]


class Approvals(Protocol):
    changed: Announcer[Approval]


class Visits(Protocol):
    changed: Announcer[Visit]


class Lists(Protocol):
    changed: Announcer[tuple[ListLink, ...]]


class Entrance(Protocol):
    """What the window hears of `core.entrance.Entrance`."""

    @property
    def approvals(self) -> Approvals: ...

    @property
    def visits(self) -> Visits: ...

    @property
    def lists(self) -> Lists: ...


class Bridge(QObject):
    """Subscribes to the announcers; `close` ends that. The signals arrive on the thread that made the bridge.

    Whoever wants a state and its changes connects first and takes the snapshot afterwards: an event may then repeat
    what the snapshot has already, but none is lost.
    """

    list_changed = Signal(object)  # ListEvent
    sharing_changed = Signal(object)  # SharingState
    settings_changed = Signal(object)  # Settings
    transfer_changed = Signal(object)  # Transfer
    digest_changed = Signal(object)  # ItemDigest
    history_changed = Signal(object)  # Problem | None: what keeps it from being written
    approval_changed = Signal(object)  # Approval
    visit_noted = Signal(object)  # Visit
    lists_changed = Signal(object)  # tuple[ListLink, ...]

    _list_event = Signal(object)
    _sharing_state = Signal(object)
    _settings = Signal(object)
    _transfer = Signal(object)
    _digest = Signal(object)
    _history = Signal(object)
    _approval = Signal(object)
    _visit = Signal(object)
    _lists = Signal(object)

    def __init__(
        self,
        share_list: ShareList,
        sharing: Sharing,
        settings: SettingsBook,
        transfers: Transfers | None = None,
        digests: Digests | None = None,
        parent: QObject | None = None,
        *,
        history: Changing | None = None,
        entrance: Entrance | None = None,
    ) -> None:
        super().__init__(parent)
        queued = Qt.ConnectionType.QueuedConnection
        self._list_event.connect(self.list_changed, queued)
        self._sharing_state.connect(self.sharing_changed, queued)
        self._settings.connect(self.settings_changed, queued)
        self._transfer.connect(self.transfer_changed, queued)
        self._digest.connect(self.digest_changed, queued)
        self._history.connect(self.history_changed, queued)
        self._approval.connect(self.approval_changed, queued)
        self._visit.connect(self.visit_noted, queued)
        self._lists.connect(self.lists_changed, queued)
        self._ends = [
            share_list.changed.subscribe(self._list_event.emit),
            sharing.changed.subscribe(self._sharing_state.emit),
            settings.changed.subscribe(self._settings.emit),
        ]
        if transfers is not None:
            self._ends.append(transfers.changed.subscribe(self._transfer.emit))
        if digests is not None:
            self._ends.append(digests.changed.subscribe(self._digest.emit))
        if history is not None:
            self._ends.append(history.changed.subscribe(self._history.emit))
        if entrance is not None:
            self._ends += [
                entrance.approvals.changed.subscribe(self._approval.emit),
                entrance.visits.changed.subscribe(self._visit.emit),
                entrance.lists.changed.subscribe(self._lists.emit),
            ]

    def close(self) -> None:
        """Hear nothing any more. Events that are on their way still arrive while the loop runs."""
        for end in self._ends:
            end()
        self._ends.clear()
