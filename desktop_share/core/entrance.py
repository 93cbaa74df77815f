"""Everything that decides who may come in, made and connected in one place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from desktop_share.core.access import Doors
from desktop_share.core.access_log import AccessLog
from desktop_share.core.approvals import Approvals, DeviceStore
from desktop_share.core.clock import Clock
from desktop_share.core.cutting import cut_refused
from desktop_share.core.guessing import Guessing
from desktop_share.core.list_links import ListLinks, ListLinkStore
from desktop_share.core.networks import EVERYONE, NetworkPolicy
from desktop_share.core.passwords import Passwords
from desktop_share.core.share_list import ShareList
from desktop_share.core.signed_links import Signer
from desktop_share.core.throttle import GuessDelay, Throttle
from desktop_share.core.tickets import Tickets
from desktop_share.core.transfer_book import TransferBook


class EntranceStore(ListLinkStore, DeviceStore, Protocol):
    def secret(self, name: str) -> bytes:
        """32 random bytes of this installation."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """`cookie_secret`: what cookies are signed with. `networks`: from where anybody may come in, now."""

    doors: Doors
    tickets: Tickets
    passwords: Passwords
    guesses: GuessDelay
    guessing: Guessing
    approvals: Approvals
    throttle: Throttle
    visits: AccessLog
    cookie_secret: bytes = field(repr=False)
    networks: Callable[[], NetworkPolicy]

    @property
    def lists(self) -> ListLinks:
        return self.doors.lists

    def close(self) -> None:
        self.tickets.close()


def make_entrance(
    store: EntranceStore,
    share_list: ShareList,
    transfers: TransferBook,
    *,
    networks: Callable[[], NetworkPolicy] = lambda: EVERYONE,
    ask_always: Callable[[], bool] = lambda: False,
    keep_visits: Callable[[], bool] = lambda: True,
    throttle: Throttle | None = None,
    clock: Callable[[], float] | None = None,
) -> Entrance:
    """`clock` gives seconds since the epoch; None: the one that nobody sets while the program runs. `ask_always`: the
    owner is asked about each new device, whatever a link says. `keep_visits`: whether the access log is on."""
    doors = Doors(
        share_list, ListLinks(store, share_list), Signer(store.secret("signed links")), clock or Clock(), ask_always
    )
    tickets = Tickets(doors)
    passwords, guesses = Passwords(), GuessDelay()
    transfers.changed.subscribe(tickets.heard)
    cut_refused(doors, transfers)
    return Entrance(
        doors,
        tickets,
        passwords,
        guesses,
        Guessing(passwords, guesses),
        Approvals(store),
        throttle or Throttle(),
        AccessLog(is_on=keep_visits),
        store.secret("cookies"),
        networks,
    )
