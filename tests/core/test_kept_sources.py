"""Every kind of source comes back from the database as it was, and nothing stays that no item needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from support.stores import MemoryStore

from desktop_share.core.checksum_table import Checksum
from desktop_share.core.contents import Contents
from desktop_share.core.items import NEVER_KEEP, CachePolicy, SharedItem
from desktop_share.core.source_rows import source_from_row, source_row
from desktop_share.core.sources import (
    FileSource,
    FolderSource,
    LiveSource,
    Member,
    MemorySource,
    SelectionSource,
    Source,
)
from desktop_share.core.storage import open_storage

NO_TEXT = Path(b"/files/\xff\xfe name".decode("utf-8", "surrogateescape"))
NOTE = MemorySource(b"d" * 32, 5, "Note 2026-11-22 14.05.txt", "text/plain; charset=utf-8")
SOURCES: list[Source] = [
    FileSource(NO_TEXT),
    FolderSource(Path("/")),
    FolderSource(NO_TEXT),
    NOTE,
    LiveSource(Path("/var/log/messages"), 12.5),
    LiveSource(None, 30.0, "backup.tar"),
    SelectionSource(
        (Member("a", FileSource(NO_TEXT)), Member("日本", FolderSource(Path("/b"))), Member("c.txt", NOTE)),
        "3 items.zip",
    ),
    SelectionSource((), "none.zip"),
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: type(source).__name__)
def test_that_a_source_survives_the_database(tmp_path: Path, source: Source) -> None:
    kept = SharedItem(source, 1.0, cache=CachePolicy(3600), seen="v1")
    storage = open_storage(tmp_path).storage
    storage.insert([kept], None)
    storage.update([replace(kept, cache=NEVER_KEEP)])
    storage.close()
    opened = open_storage(tmp_path)
    assert opened.problems == ()
    assert opened.storage.load() == [replace(kept, cache=NEVER_KEEP)]
    opened.storage.close()


@pytest.mark.parametrize(
    "row",
    [
        ("memory", None, "{}"),
        ("live", None, '{"name": "x"}'),
        ("selection", None, '{"name": "x", "members": [{"name": "y"}]}'),
        ("selection", None, "["),
        ("file", None, None),
        ("moon", b"/a", None),
    ],
)
def test_that_a_row_that_no_version_writes_is_refused(row: tuple[str, bytes | None, str | None]) -> None:
    with pytest.raises(ValueError, match=r"."):
        source_from_row(*row)


def test_that_rows_hold_no_text_that_is_none() -> None:
    for source in SOURCES:
        kind, _, details = source_row(source)
        assert (kind + (details or "")).isascii()


def test_that_what_lasts_until_quit_is_gone_after_a_restart_and_the_rest_keeps_its_order(tmp_path: Path) -> None:
    items = [SharedItem(FileSource(Path(f"/{name}")), 1.0, until_quit=name == "b") for name in "abc"]
    storage = open_storage(tmp_path).storage
    storage.insert(items, None)
    storage.close()
    storage = open_storage(tmp_path).storage
    assert storage.load() == [items[0], items[2]]
    storage.close()


def test_that_tidying_forgets_what_no_item_needs(tmp_path: Path) -> None:
    storage = open_storage(tmp_path).storage
    other = replace(NOTE, digest=b"\xff" * 32)
    passing = SharedItem(FileSource(Path("/secret")), 1.0, until_quit=True)
    folder = tmp_path / "shared"
    storage.insert([SharedItem(NOTE, 1.0), SharedItem(FolderSource(folder), 1.0), passing], None)
    for source in (NOTE, other):
        storage.save_content(source.digest, b"hello")
    known = Checksum(1, -5, 2**64 - 1, 7)
    inside, beside = str(folder / "sub" / "a"), f"{folder}-beside/a"
    storage.save_checksums({inside: known, beside: known, "/": known})
    storage.tidy()
    assert storage.load_content(NOTE.digest) == b"hello"
    assert storage.load_content(other.digest) is None
    assert storage.load_checksums("/") == {inside: known}
    assert storage.load_checksums(str(folder)) == {inside: known}
    storage.close()
    assert b"/secret" not in b"".join(each.read_bytes() for each in tmp_path.glob("desktop-share*"))


@pytest.mark.parametrize("data", [b"", b"hello"])
def test_that_bytes_are_there_whether_they_are_kept_or_for_this_run_only(data: bytes) -> None:
    contents = Contents(MemoryStore())
    source = contents.put(data, "a.txt", "text/plain")
    assert contents.get(source) == data
    contents.set_until_quit(source, True)
    assert contents.get(source) == data
    contents.set_until_quit(source, False)
    assert contents.get(source) == data
