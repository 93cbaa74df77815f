"""The links that the window and the terminal hand out."""

from __future__ import annotations

from pathlib import Path

from desktop_share.core.addresses import HostAddress, Reach
from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link, ListLink
from desktop_share.core.sharing import SharingState, SharingStatus, link_path, list_path
from desktop_share.core.sources import FileSource

HERE = HostAddress("192.168.1.20", "eth0", Reach.LAN)
STATE = SharingState(SharingStatus.SHARING, 8765, (HERE,), HERE)
ITEM = SharedItem(
    FileSource(Path("/a b.txt").absolute()), 0.0, links=(Link("old", revoked=True), Link("one"), Link("two"))
)
LISTED = ListLink(Link("list"))


def test_that_each_link_has_its_own_address_and_the_default_one_is_first_to_be_handed_out() -> None:
    assert STATE.link_for(ITEM) == "http://192.168.1.20:8765/d/one/a%20b.txt"
    assert STATE.link_with(ITEM, ITEM.links[2]) == "http://192.168.1.20:8765/d/two/a%20b.txt"
    assert STATE.link_for_list(LISTED) == "http://192.168.1.20:8765/l/list"
    assert (link_path(ITEM), link_path(ITEM, ITEM.links[0])) == ("/d/one/a%20b.txt", "/d/old/a%20b.txt")
    assert list_path(LISTED) == "/l/list"


def test_that_there_is_no_link_without_an_address() -> None:
    nowhere = SharingState(SharingStatus.STOPPED)
    assert nowhere.link_for(ITEM) is None
    assert nowhere.link_with(ITEM, ITEM.link) is None
    assert nowhere.link_for_list(LISTED) is None
