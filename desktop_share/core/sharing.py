"""What the window and the terminal know of the running server: its state and a few commands.

The server implements `Sharing`; `app.py` and `headless.py` hand it over. So the window never sees HTTP.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import quote

from desktop_share.core.addresses import HostAddress
from desktop_share.core.errors import Problem
from desktop_share.core.events import Announcer
from desktop_share.core.explanation import Explanation
from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link, ListLink


class SharingStatus(StrEnum):
    STOPPED = "stopped"
    STARTING = "starting"
    SHARING = "sharing"
    PAUSED = "paused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SharingState:
    """Where the list is reachable now.

    port          the TCP port that answers; None while nothing listens
    addresses     the addresses that answer, best first; an address that did not answer is not among them
    chosen        the address that links are made with: the owner's choice, else the first; None: none
    problem       what went wrong or is not as wanted (port taken, no network), with the next step
    """

    status: SharingStatus
    port: int | None = None
    addresses: tuple[HostAddress, ...] = ()
    chosen: HostAddress | None = None
    problem: Problem | None = None

    @property
    def base_url(self) -> str | None:
        """'http://192.168.1.20:8765', without a slash at the end; None while no address is known."""
        if self.chosen is None or self.port is None:
            return None
        return self.chosen.url(self.port)

    def link_for(self, item: SharedItem) -> str | None:
        """The whole link to an item, percent-encoded, ready to be pasted anywhere."""
        return self.link_with(item, item.link)

    def link_with(self, item: SharedItem, link: Link) -> str | None:
        """As `link_for`, with one of several links of the item, or a signed one."""
        base = self.base_url
        return None if base is None else base + link_path(item, link)

    def link_for_list(self, listed: ListLink) -> str | None:
        """The whole link to the page of a list."""
        base = self.base_url
        return None if base is None else base + list_path(listed)


def link_path(item: SharedItem, link: Link | None = None) -> str:
    """'/d/<token>/<name>': the token decides, the name is for people. `link` None: the item's default link."""
    return f"/d/{(link or item.link).token}/{quote(item.download_name, safe='')}"


def list_path(listed: ListLink) -> str:
    return f"/l/{listed.link.token}"


class Sharing(Protocol):
    """The server as the window sees it. Commands return at once; what came of them is announced."""

    changed: Announcer[SharingState]

    @property
    def state(self) -> SharingState: ...

    def start(self) -> None:
        """Listen, on the settings' address and port; the next free one, with a problem, where it is taken."""

    def pause(self) -> None:
        """Answer no new request with bytes; running downloads go on to their end."""

    def resume(self) -> None: ...

    def restart(self) -> None:
        """Stop and start again with the settings as they are now."""

    def refresh(self) -> None:
        """Look again at which addresses answer, and which of them links are made with."""

    def explain(self, item_id: str) -> Explanation | None:
        """What a browser would get for an item now; None while nothing is shared, and for an item that is gone.

        Asks the routes themselves, and looks at the disk: not for the window's thread.
        """

    def close(self) -> None:
        """Stop and wait until every thread and descriptor is gone."""
