"""What the command line asks for, applied to items."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_share.core.items import NEVER_KEEP, CachePolicy, Disposition, SharedItem
from desktop_share.core.options import Options
from desktop_share.core.sources import FileSource, FolderSource, LiveSource

ITEM = SharedItem(FileSource(Path("/files/a.txt")), 1.0, disposition=Disposition.INLINE, name="kept.txt")


def test_that_nothing_asked_for_leaves_an_item_as_it_is() -> None:
    assert Options(Path("/data")).applied(ITEM) is ITEM


@pytest.mark.parametrize(
    ("asked", "field", "value"),
    [
        ({"disposition": Disposition.ATTACHMENT}, "disposition", Disposition.ATTACHMENT),
        ({"name": "Q3/Q4.pdf"}, "name", "Q3_Q4.pdf"),
        ({"name": " "}, "name", None),
        ({"media_type": "text/x-odd"}, "content_type", "text/x-odd"),
        ({"cache": NEVER_KEEP}, "cache", NEVER_KEEP),
        ({"cache": CachePolicy(60)}, "cache", CachePolicy(60)),
    ],
)
def test_that_each_wish_changes_its_own_field_only(asked: dict[str, object], field: str, value: object) -> None:
    item = Options(Path("/data"), **asked).applied(ITEM)
    assert getattr(item, field) == value
    assert (item.id, item.links, item.source) == (ITEM.id, ITEM.links, ITEM.source)
    same = {"disposition", "name", "content_type", "cache"} - {field}
    assert all(getattr(item, each) == getattr(ITEM, each) for each in same)


def test_that_all_wishes_are_granted_together_and_twice_is_as_once() -> None:
    options = Options(Path("/data"), disposition=Disposition.ATTACHMENT, name="b.pdf", media_type="text/x-odd")
    item = options.applied(ITEM)
    assert (item.disposition, item.name, item.media_type) == (Disposition.ATTACHMENT, "b.pdf", "text/x-odd")
    assert options.applied(item) == item


def test_that_a_followed_file_is_a_stream_and_nothing_else_changes() -> None:
    options = Options(Path("/data"), follow=True)
    item = options.applied(ITEM)
    assert item.source == LiveSource(Path("/files/a.txt"))
    assert (item.id, item.links, item.name, item.size) == (ITEM.id, ITEM.links, ITEM.name, None)
    assert options.applied(item) == item
    folder = SharedItem(FolderSource(Path("/files")), 1.0)
    assert options.applied(folder) is folder
