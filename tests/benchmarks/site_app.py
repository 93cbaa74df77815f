"""What is measured of ours: a folder behind Flask, on the engine or on plain waitress.

python site_app.py engine|waitress PORT FOLDER
"""

from __future__ import annotations

import re
import sys
import threading
from pathlib import Path

from flask import Flask, Response, request, send_file

from desktop_share.core.items import SharedItem
from desktop_share.core.sources import FileSource
from desktop_share.core.transfer_book import TransferBook
from desktop_share.server.bodies import SegmentBody
from desktop_share.server.thread import ServerThread


def engine_app(folder: Path, book: TransferBook) -> Flask:
    """The least that a route does: open, decide on one range, hand over; every byte is counted in the book."""
    app = Flask(__name__)
    items: dict[str, SharedItem] = {}

    @app.get("/<name>")
    def file(name: str) -> Response:
        item = items.setdefault(name, SharedItem(FileSource(folder / name), added=0.0))
        representation = item.source.representation()
        start, stop = 0, representation.length
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
        if wanted:
            start, stop = int(wanted[1]), min(int(wanted[2] or stop - 1) + 1, stop)
        delivery = book.open(
            item,
            request.environ["REMOTE_ADDR"],
            request.headers.get("User-Agent", ""),
            representation.etag,
            representation.length,
            request.environ["desktop_share.cut"],
            partial=bool(wanted),
        )
        pieces = []
        at = start
        for segment in representation.slice(start, stop):
            pieces.append((segment, at))
            at += segment.length
        body = SegmentBody(
            pieces,
            length=stop - start,
            close=representation.close,
            unchanged=representation.unchanged,
            delivery=delivery,
        )
        headers = {"Content-Length": str(stop - start), "ETag": representation.etag or "", "Accept-Ranges": "bytes"}
        if wanted:
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{representation.length}"
        return Response(body, 206 if wanted else 200, headers, direct_passthrough=True)

    return app


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
        with ServerThread(engine_app(folder, book), ["127.0.0.1"], port, tick=book.tick, sendfile=kind != "reading"):
            threading.Event().wait()


if __name__ == "__main__":
    main()
