"""What is taken out of the list is not sent any further."""

from __future__ import annotations

from collections.abc import Callable

from desktop_share.core.share_list import ItemsRemoved, ListEvent, ShareList
from desktop_share.core.transfer_book import TransferBook


def cut_removed(share_list: ShareList, transfers: TransferBook) -> Callable[[], None]:
    """Cut the running transfers of each item that leaves the list, before `remove` returns; the function that is
    returned ends that. To bring the item back does not bring them back."""

    def cut(event: ListEvent) -> None:
        if isinstance(event, ItemsRemoved):
            for item in event.items:
                transfers.cancel_item(item.id)

    return share_list.changed.subscribe(cut)
