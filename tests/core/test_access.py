"""From a token to a grant or a refusal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from desktop_share.core.access import Grant, Refusal, open_link
from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import FileSource


class Nowhere:
    def load(self) -> list[SharedItem]:
        return []

    def insert(self, *_: object) -> None: ...

    update = remove = reorder = insert


ITEM = SharedItem(FileSource(Path("/files/a")), 1.0, links=(Link("first-token"), Link("second-token")))


@pytest.fixture
def shared() -> ShareList:
    shared = ShareList(Nowhere())
    shared.add([ITEM])
    return shared


@pytest.mark.parametrize("link", ITEM.links)
def test_that_each_link_of_an_item_opens_it(shared: ShareList, link: Link) -> None:
    assert open_link(shared, link.token, paused=False) == Grant(ITEM, link)


@pytest.mark.parametrize(
    "token", ["", "first-toke", "first-token ", "FIRST-TOKEN", "日本", "\udce9", "a\0b", "x" * 10_000]
)
def test_that_anything_else_is_unknown(shared: ShareList, token: str) -> None:
    assert open_link(shared, token, paused=False) is Refusal.UNKNOWN


@pytest.mark.parametrize("token", ["first-token", "a guess"])
def test_that_a_pause_tells_nobody_which_links_there_are(shared: ShareList, token: str) -> None:
    assert open_link(shared, token, paused=True) is Refusal.PAUSED


def test_that_a_removed_item_is_refused_at_once_and_opens_again_when_it_is_back(shared: ShareList) -> None:
    removed = shared.remove([ITEM.id])
    assert open_link(shared, "first-token", paused=False) is Refusal.UNKNOWN
    shared.restore(removed)
    assert open_link(shared, "first-token", paused=False) == Grant(ITEM, ITEM.links[0])


def test_that_a_grant_is_for_the_item_as_it_is_now(shared: ShareList) -> None:
    shared.update([ITEM.id], lambda item: replace(item, name="new.txt", links=item.links[1:]))
    assert open_link(shared, "first-token", paused=False) is Refusal.UNKNOWN
    granted = open_link(shared, "second-token", paused=False)
    assert isinstance(granted, Grant)
    assert granted.item.name == "new.txt"
