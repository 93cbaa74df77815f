"""What a start of the terminal mode was given, as items of the list."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.stores import MemoryStore

from desktop_share.core.errors import ShareError, SourceError
from desktop_share.core.items import NEVER_KEEP, Disposition, SharedItem
from desktop_share.core.opening import Opener
from desktop_share.core.options import Options
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import (
    FileSource,
    FolderSource,
    LiveSource,
    Member,
    MemorySource,
    SelectionSource,
    file_source,
)
from desktop_share.given import feed_standard_input, given_items


class Given:
    def __init__(self) -> None:
        self.store = MemoryStore()
        self.list = ShareList(self.store)
        self.opener = Opener(self.list, self.store)

    def __call__(self, **options: Any) -> list[SharedItem]:
        return list(given_items(Options(Path("/data"), **options), self.list, self.opener))


@pytest.fixture
def given() -> Iterator[Given]:
    made = Given()
    yield made
    made.opener.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Photos" / "old").mkdir(parents=True)
    (tmp_path / "Photos" / "a.jpg").write_bytes(b"12345")
    (tmp_path / "letter.txt").write_bytes(b"123")
    return tmp_path


def test_that_files_folders_standard_input_and_a_text_come_in_this_order(given: Given, folder: Path) -> None:
    paths = (str(folder / "Photos"), "-", str(folder / "letter.txt"))
    items = given(paths=paths, text="Grüße")
    assert [item.source for item in items[:3]] == [
        FolderSource(folder / "Photos"),
        LiveSource(None, name="stdin"),
        FileSource(folder / "letter.txt"),
    ]
    assert [item.size for item in items] == [None, None, 3, 7]
    assert [item.until_quit for item in items] == [False, True, False, False]
    text = items[3]
    assert isinstance(text.source, MemorySource)
    assert given.opener.contents.get(text.source) == "Grüße".encode()
    assert text.content_type == "text/plain; charset=utf-8"
    assert text.download_name.startswith("Note 2")
    assert text.download_name.endswith(".txt")
    assert list(given.list.snapshot()) == items


def test_that_a_file_called_minus_is_a_file(given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "-").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert [item.source for item in given(paths=("./-",))] == [FileSource(tmp_path / "-")]


@pytest.mark.parametrize(
    ("paths", "name", "download_name"),
    [
        (("Photos", "letter.txt"), None, "Files.zip"),
        (("Photos",), None, "Photos.zip"),
        (("letter.txt",), None, "letter.zip"),
        (("Photos", "letter.txt"), "Holidays", "Holidays.zip"),
        (("Photos", "letter.txt"), "Holidays.ZIP", "Holidays.ZIP"),
    ],
)
def test_that_all_paths_are_one_archive(
    given: Given, folder: Path, paths: tuple[str, ...], name: str | None, download_name: str
) -> None:
    (item,) = given(paths=tuple(str(folder / each) for each in (*paths, *paths)), as_zip=True, name=name)
    assert isinstance(item.source, SelectionSource)
    assert [member.name for member in item.source.members] == list(paths)
    assert Member("Photos", FolderSource(folder / "Photos")) in item.source.members or "Photos" not in paths
    assert (item.download_name, item.content_type, item.size) == (download_name, "application/zip", None)


def test_that_what_is_named_in_two_ways_is_in_the_archive_once(given: Given, folder: Path) -> None:
    ways = (f"{folder}/Photos", f"{folder}/Photos/", f"{folder}/./Photos", f"{folder}/Photos/../Photos")
    (item,) = given(paths=ways, as_zip=True)
    assert isinstance(item.source, SelectionSource)
    assert item.source.members == (Member("Photos", FolderSource(folder / "Photos")),)


def test_that_what_is_in_the_list_already_is_presented_as_asked_and_keeps_its_link(given: Given, folder: Path) -> None:
    path = str(folder / "letter.txt")
    (before,) = given(paths=(path,))
    (after,) = given(paths=(path,), cache=NEVER_KEEP, disposition=Disposition.INLINE, name="b.txt")
    assert (after.id, after.links) == (before.id, before.links)
    assert (after.cache, after.disposition, after.download_name) == (NEVER_KEEP, Disposition.INLINE, "b.txt")


def test_that_a_followed_file_is_an_item_of_its_own(given: Given, folder: Path) -> None:
    path = folder / "letter.txt"
    (plain,) = given(paths=(str(path),))
    (followed,) = given(paths=(str(path),), follow=True)
    assert followed.source == LiveSource(path)
    assert followed.id != plain.id
    assert given(paths=(str(path),), follow=True) == [followed]


def test_that_nothing_given_is_what_is_in_the_list_or_a_welcome(given: Given, folder: Path) -> None:
    (welcome,) = given()
    assert (welcome.download_name, welcome.disposition) == ("welcome.html", Disposition.INLINE)
    given.list.add([SharedItem(file_source(folder / "letter.txt"), 1.0)])
    assert given() == list(given.list.snapshot())


def test_that_a_text_is_not_joined_by_the_list(given: Given, folder: Path) -> None:
    given(paths=(str(folder / "letter.txt"),))
    assert len(given(text="a")) == 1


@pytest.mark.parametrize("options", [{"paths": ("nothing.txt",)}, {"paths": ("nothing.txt",), "as_zip": True}])
def test_that_what_is_not_there_is_refused_and_nothing_is_added(given: Given, options: dict[str, Any]) -> None:
    with pytest.raises(SourceError):
        given(**options)
    assert len(given.list) == 0


def test_that_closed_standard_input_is_said(given: Given, monkeypatch: pytest.MonkeyPatch) -> None:
    items = given(paths=("-",))
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(ShareError, match="Standard input is closed"):
        feed_standard_input(items, given.opener)


def test_that_only_standard_input_is_read(given: Given, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    feed_standard_input(given(paths=(str(folder / "letter.txt"), str(folder / "Photos"))), given.opener)


class Typed(io.BytesIO):
    """What stands in for a terminal: `buffer` is what is read of it."""

    @property
    def buffer(self) -> io.BytesIO:
        return io.BytesIO(self.getvalue())

    def isatty(self) -> bool:
        return True


def test_that_a_terminal_as_standard_input_gets_a_hint(
    given: Given, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    items = given(paths=("-",))
    monkeypatch.setattr(sys, "stdin", Typed(b"hello"))
    feed_standard_input(items, given.opener)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("desktop-share: what you type here is shared; Ctrl-")
    assert said.err.count("\n") == 1
