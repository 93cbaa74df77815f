"""What is measured of ours: a folder behind the program's own app and server, or behind `send_file` on waitress.

python site_app.py engine|reading|folders|waitress PORT FOLDER
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Flask, Response, send_file

from desktop_share.core.approvals import Device
from desktop_share.core.checksum_table import Checksum
from desktop_share.core.digests import Digests
from desktop_share.core.entrance import make_entrance
from desktop_share.core.items import SharedItem
from desktop_share.core.links import ListLink
from desktop_share.core.opening import Opener
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import path_source
from desktop_share.core.transfer_book import TransferBook
from desktop_share.server.context import Shared
from desktop_share.server.factory import create_app
from desktop_share.server.hosts import policy_for
from desktop_share.server.thread import ServerThread

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class NoStore:
    """Keeps nothing: what a disk costs is not what is measured."""

    def load(self) -> list[SharedItem]:
        return []

    def load_lists(self) -> list[ListLink]:
        return []

    def load_devices(self) -> list[Device]:
        return []

    def secret(self, name: str) -> bytes:
        return name.encode()

    def insert(self, items: Sequence[SharedItem], order: Sequence[str] | None) -> None: ...

    def update(self, items: Sequence[SharedItem]) -> None: ...

    def load_checksums(self, _folder: str) -> dict[str, Checksum]:
        return {}

    def save_checksums(self, checksums: Mapping[str, Checksum]) -> None: ...

    def remove(self, ids: Sequence[str]) -> None: ...

    def reorder(self, order: Sequence[str]) -> None: ...


def own_app(folder: Path, port: int, book: TransferBook, *, folders: bool = False) -> WSGIApplication:
    """The program's own app with each file of the folder in its list, or each folder in it; '/name' stands for the
    link of that file, '/name.zip' of that folder.

    Nothing hashes in the background: the digests are there and not started.
    """
    store = NoStore()
    share_list = ShareList(store)
    opener = Opener(share_list, store)
    sources = [path_source(path) for path in folder.iterdir() if path.is_dir() is folders]
    items = share_list.add([SharedItem(source, added=0.0) for source in sources]).items
    links = {f"/{item.download_name}": f"/d/{item.link.token}" for item in items}
    if folders:
        opener.start()
    policy = policy_for(["127.0.0.1"], "localhost", port)
    entrance = make_entrance(store, share_list, book)
    entrance.throttle.load()  # as the program does once it shares
    shared = Shared(
        share_list, book, Digests(share_list, book, opener), opener, entrance, lambda: policy, lambda: False, "no probe"
    )
    app = create_app(shared).wsgi_app

    def by_name(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ["PATH_INFO"] = links.get(environ["PATH_INFO"], environ["PATH_INFO"])
        return app(environ, start_response)

    return by_name


def plain_app(folder: Path) -> Flask:
    app = Flask(__name__)

    @app.get("/<name>")
    def file(name: str) -> Response:
        return send_file(folder / name, conditional=True)

    return app


def main() -> None:
    kind, port, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if kind == "waitress":
        import waitress

        waitress.serve(
            plain_app(folder),
            host="127.0.0.1",
            port=port,
            threads=8,
            connection_limit=3000,
            asyncore_use_poll=True,
            _quiet=True,
        )
    else:
        book = TransferBook()
        app = own_app(folder, port, book, folders=kind == "folders")
        with ServerThread(app, ["127.0.0.1"], port, tick=book.tick, sendfile=kind != "reading"):
            threading.Event().wait()


if __name__ == "__main__":
    main()
