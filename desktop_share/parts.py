"""The parts that both modes run: the list and what is kept of it, the server, and what listens to its transfers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from desktop_share.core.access_file import AccessFile
from desktop_share.core.awake import KeepAwake, system_inhibitor
from desktop_share.core.cutting import cut_removed
from desktop_share.core.digests import Digests
from desktop_share.core.entrance import Entrance, make_entrance
from desktop_share.core.errors import StorageError
from desktop_share.core.history import History
from desktop_share.core.networks import Networks
from desktop_share.core.opening import Opener
from desktop_share.core.options import Options
from desktop_share.core.settings import SettingsBook
from desktop_share.core.share_list import ShareList
from desktop_share.core.storage import OpenedStorage, Storage, open_storage
from desktop_share.core.transfer_book import TransferBook
from desktop_share.server.sharing import SharingService


@dataclass(frozen=True, slots=True)
class Parts:
    """Made and connected; nothing is started."""

    opened: OpenedStorage
    share_list: ShareList
    settings: SettingsBook
    transfers: TransferBook
    history: History
    digests: Digests
    opener: Opener
    entrance: Entrance
    sharing: SharingService

    def start(self) -> None:
        self.sharing.start()
        self.opener.start()
        self.digests.start()


@contextlib.contextmanager
def connected_parts(options: Options) -> Iterator[Parts]:
    """The parts of one run, taken apart again in the reverse order: the server first, the storage last."""
    with contextlib.ExitStack() as closing:
        opened = open_storage(options.data_dir)
        closing.callback(opened.storage.close)
        _tidy(opened.storage)  # what a killed run left
        closing.callback(_tidy, opened.storage)
        share_list = ShareList(opened.storage)
        settings = SettingsBook(opened.storage)
        transfers = TransferBook()
        closing.enter_context(KeepAwake(transfers.changed, system_inhibitor("Desktop Share", "Files are being sent")))
        history = History(opened.storage, lambda: settings.value.keep_history)
        closing.callback(history.close)
        transfers.changed.subscribe(history.record)
        cut_removed(share_list, transfers)
        opener = Opener(share_list, opened.storage)
        closing.callback(opener.close)
        digests = Digests(share_list, transfers, opener)
        closing.callback(digests.close)
        keeps_visits = partial(_keeps_visits, settings)
        entrance = make_entrance(
            opened.storage,
            share_list,
            transfers,
            networks=Networks(lambda: options.limited(settings.value)),
            ask_always=lambda: settings.value.ask_always,
            keep_visits=keeps_visits,
        )
        closing.callback(entrance.close)
        closing.callback(AccessFile(options.data_dir, entrance.visits, keeps_visits).close)
        sharing = SharingService(
            share_list, settings, transfers, digests, opener, entrance, bind=options.bind, port=options.port
        )
        closing.callback(sharing.close)
        yield Parts(opened, share_list, settings, transfers, history, digests, opener, entrance, sharing)


def _keeps_visits(settings: SettingsBook) -> bool:
    return settings.value.keep_access_log


def _tidy(storage: Storage) -> None:
    with contextlib.suppress(StorageError):  # the disk may be full: the next run tries again
        storage.tidy()
