"""What the attacks share: requests as bytes, which no client library tidies up, and what comes back."""

from __future__ import annotations

import base64
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from argon2 import PasswordHasher
from serving import WAIT, until_closed
from support.live import LiveServer

from desktop_share.core.items import SharedItem
from desktop_share.core.late import Late
from desktop_share.core.links import ListLink, new_link
from desktop_share.core.throttle import Throttle
from desktop_share.server.context import SHARED

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
SECRET = b"nobody may read this"
NAME = "very-private-name"
PASSWORD = "right horse"


@dataclass(frozen=True)
class Raw:
    """An answer as it came: fields by their names in small letters, the first of each."""

    status: int
    head: str
    fields: Mapping[str, str]
    body: bytes


def raw(live: LiveServer, data: bytes, *, half_closed: bool = False) -> bytes:
    """Everything that comes back for these bytes, until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", live.port), timeout=WAIT) as client:
        try:
            client.sendall(data)
            if half_closed:
                client.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # refused before it was read to its end
        return until_closed(client)[0]


def read(data: bytes) -> Raw:
    """The last answer of those that came."""
    begins = [each.start() for each in re.finditer(rb"^HTTP/1\.[01] ", data, re.M)]
    assert begins, f"no answer: {data[:200]!r}"
    head, _, body = data[begins[-1] :].partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    fields: dict[str, str] = {}
    for name, _, value in (line.partition(":") for line in lines):
        fields.setdefault(name.lower(), value.strip())
    return Raw(int(first.split()[1]), head.decode("latin-1"), fields, body)


def asked(live: LiveServer, target: str | bytes, *lines: str | bytes, method: str = "GET", body: bytes = b"") -> Raw:
    """One request: `lines` are header lines as they stand; a Host of ours is sent where there is none among them."""
    sent = [each if isinstance(each, bytes) else each.encode() for each in lines]
    if not any(each.lower().startswith(b"host") for each in sent):
        sent.insert(0, b"Host: 127.0.0.1:%d" % live.port)
    if body:
        sent.append(b"Content-Length: %d" % len(body))
    target = target if isinstance(target, bytes) else target.encode()
    first = method.encode() + b" " + target + b" HTTP/1.1"
    return read(raw(live, b"\r\n".join([first, *sent, b"Connection: close", b"", body])))


def basic(password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"any:{password}".encode()).decode()}


def without_rates(live: LiveServer) -> None:
    """However often this test asks, it is not told to wait."""
    shared = live.app.extensions[SHARED]
    live.app.extensions[SHARED] = replace(shared, entrance=replace(shared.entrance, throttle=Throttle({}, {})))


def quick_passwords(live: LiveServer) -> None:
    """Hashes that are made in no time: this test makes hundreds of guesses."""
    live.entrance.passwords._hasher = Late(lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def edit_link(live: LiveServer, item: SharedItem, **changes: object) -> SharedItem:
    live.share_list.update([item.id], lambda each: each.with_link(replace(each.link, **changes)))  # type: ignore[arg-type]
    found = live.share_list.get(item.id)
    assert found is not None
    return found


def private_file(live: LiveServer, folder: Path, **changes: object) -> SharedItem:
    path = folder / f"{NAME}.txt"
    path.write_bytes(SECRET)
    return edit_link(live, live.share(path), **changes)


def private_folder(live: LiveServer, folder: Path, **changes: object) -> SharedItem:
    (folder / f"{NAME}-folder" / "in").mkdir(parents=True)
    (folder / f"{NAME}-folder" / "in" / "b.txt").write_bytes(SECRET)
    return edit_link(live, live.share(folder / f"{NAME}-folder"), **changes)


def list_of(live: LiveServer, *items: SharedItem, **changes: object) -> ListLink:
    """A link to a list of these items."""
    link = replace(new_link(), **changes)  # type: ignore[arg-type]
    listed = ListLink(link, f"{NAME} list", tuple(item.id for item in items))
    live.entrance.lists.update(lambda lists: (*lists, listed))
    return listed
