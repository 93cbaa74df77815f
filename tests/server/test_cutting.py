"""What leaves the list is not sent any further, and nobody takes a part of it for the whole."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from desktop_share.core.cutting import cut_removed
from desktop_share.core.items import SharedItem
from desktop_share.core.reasons import Reason
from desktop_share.core.transfers import Transfer, TransferState

WAIT = 20.0
SIZE = 64 << 20  # more than every buffer between the two ends


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "film.bin"
    with path.open("wb") as file:
        file.truncate(SIZE)
    return path


@pytest.fixture
def cutting(live) -> Iterator[object]:
    end = cut_removed(live.share_list, live.transfers)
    yield live
    end()


def begun(live, item: SharedItem, *lines: str) -> socket.socket:
    """A download whose reader pauses after the first bytes."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 10)
    client.settimeout(WAIT)
    client.connect(("127.0.0.1", live.port))
    head = "".join(
        f"{line}\r\n" for line in (f"GET /d/{item.link.token} HTTP/1.1", f"Host: 127.0.0.1:{live.port}", *lines)
    )
    client.sendall(f"{head}\r\n".encode())
    assert client.recv(9) == b"HTTP/1.1 "
    return client


def rest(client: socket.socket) -> tuple[int, bool]:
    """How many bytes still come, and whether the connection then ended with a reset."""
    count = 0
    try:
        while chunk := client.recv(1 << 20):
            count += len(chunk)
    except ConnectionResetError:
        return count, True
    finally:
        client.close()
    return count, False


@pytest.mark.parametrize("lines", [(), ("Connection: close",), ("Range: bytes=1000-",)])
def test_that_removing_an_item_cuts_a_paused_reader_short(cutting, big: Path, lines: tuple[str, ...]) -> None:
    item = cutting.share(big)
    client = begun(cutting, item, *lines)
    cutting.share_list.remove([item.id])
    ended = cutting.transfers.snapshot()
    assert [(each.state, each.reason) for each in ended] == [(TransferState.ABORTED, Reason.REMOVED)]
    assert cutting.transfers.running_count() == 0
    count, reset = rest(client)
    assert count < SIZE
    assert reset, "a reader has to see an error, not an end"


def test_that_other_items_go_on(cutting, big: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.bin"
    other.write_bytes(big.read_bytes())
    removed, kept = cutting.share(big), cutting.share(other)
    cut, going_on = begun(cutting, removed), begun(cutting, kept, "Connection: close")
    cutting.share_list.remove([removed.id])
    assert rest(cut)[1]
    count, reset = rest(going_on)
    assert (count > SIZE, reset) == (True, False)


def test_that_every_connection_of_a_download_is_cut(cutting, big: Path) -> None:
    item = cutting.share(big)
    clients = [begun(cutting, item, f"Range: bytes={start}-") for start in (0, 1000, 2000)]
    cutting.share_list.remove([item.id])
    assert all(rest(client)[1] for client in clients)


def test_that_undo_brings_back_the_link_but_not_the_download(cutting, big: Path) -> None:
    item = cutting.share(big)
    client = begun(cutting, item)
    removed = cutting.share_list.remove([item.id])
    cutting.share_list.restore(removed)
    assert rest(client)[1]
    assert cutting.get(item, "HEAD").status == 200
    assert [each.state for each in cutting.transfers.snapshot()] == [TransferState.ABORTED]


def test_that_a_request_that_overtakes_the_removal_gets_nothing_whole(
    cutting, big: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The item is found, then leaves the list, then its transfer begins: the cut has gone by already."""
    item = cutting.share(big)
    open_transfer = cutting.transfers.open

    def open_late(*arguments: object, **named: object) -> object:
        cutting.share_list.remove([item.id])
        return open_transfer(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(cutting.transfers, "open", open_late)
    ended: list[Transfer] = []
    cutting.transfers.changed.subscribe(ended.append)
    client = socket.create_connection(("127.0.0.1", cutting.port), timeout=WAIT)
    client.sendall(f"GET /d/{item.link.token} HTTP/1.1\r\nHost: 127.0.0.1:{cutting.port}\r\n\r\n".encode())
    count, reset = rest(client)
    assert count < SIZE
    assert reset
    assert ended[-1].reason == Reason.REMOVED
