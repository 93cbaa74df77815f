"""The downloads of a limited list: all that is on it counts together."""

from __future__ import annotations

from pathlib import Path

from support.live import LiveServer
from support.processes import wait_until
from test_list_pages import make_list, share


def test_that_all_items_of_a_limited_list_count_together(live: LiveServer, tmp_path: Path) -> None:
    items = [share(live, tmp_path, name) for name in ("a.txt", "b.txt")]
    token = make_list(live, items, limit=2).link.token
    assert live.ask(f"/d/{token}~{items[0].id}", "POST").body == b"hello"
    assert live.ask(f"/d/{token}~all", "POST").body.startswith(b"PK")
    wait_until(lambda: live.entrance.lists.snapshot()[0].link.used == 2, "both are counted")
    assert live.ask(f"/d/{token}~{items[1].id}", "POST").status == 410
    assert live.ask(f"/l/{token}").status == 410
