"""What is taken out of the list, or whose link is over, is not sent any further."""

from __future__ import annotations

from collections.abc import Callable

from desktop_share.core.access import Doors, Grant, Refusal
from desktop_share.core.reasons import Reason
from desktop_share.core.share_list import ItemsRemoved, ItemsUpdated, ListEvent, ShareList
from desktop_share.core.transfer_book import TransferBook
from desktop_share.core.transfer_record import Lease


def cut_removed(share_list: ShareList, transfers: TransferBook) -> Callable[[], None]:
    """Cut the running transfers of each item that leaves the list, before `remove` returns; the function that is
    returned ends that. To bring the item back does not bring them back."""

    def cut(event: ListEvent) -> None:
        if isinstance(event, ItemsRemoved):
            for item in event.items:
                transfers.cancel_item(item.id)

    return share_list.changed.subscribe(cut)


def cut_refused(doors: Doors, transfers: TransferBook) -> Callable[[], None]:
    """Cut the running transfers whose link is revoked, gone, or of a key that was turned, or whose new end has passed
    already, before the change that says so returns; the function that is returned ends that. What ends by itself while
    it runs is cut by `TransferBook.tick`."""

    def on_list(event: ListEvent) -> None:
        if isinstance(event, ItemsUpdated):
            transfers.recheck()

    ends = (
        doors.share_list.changed.subscribe(on_list),
        doors.lists.changed.subscribe(lambda _: transfers.recheck()),
    )

    def end() -> None:
        for each in ends:
            each()

    return end


def lease_of(doors: Doors, grant: Grant) -> Lease:
    """What a transfer that was granted goes on by. Takes no lock."""

    def lease() -> Reason | None:
        if not doors.is_there(grant):
            return Reason.REMOVED
        found = doors.find(grant.address)
        if isinstance(found, Refusal) or found.link.revoked:
            return Reason.REVOKED
        expires = found.link.expires
        return Reason.EXPIRED if expires is not None and doors.clock() >= expires else None

    return lease
