"""What file managers, browsers and terminals put into a drop or on the clipboard."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from desktop_share.gui.offers import Carried, at_a_glance, carried_by, offer_of, paths_in_text

posix_only = pytest.mark.skipif(os.name == "nt", reason="paths as they are on Linux and macOS")


def carried(**kinds: bytes):
    data = QMimeData()
    for kind, value in kinds.items():
        data.setData(kind.replace("__", "/").replace("_", "-"), value)
    return carried_by(data)


def paths(**kinds: bytes) -> tuple[str, ...]:
    return offer_of(carried(**kinds)).paths


def test_that_several_files_come_as_their_paths_in_order(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("b 1.txt", "a#2%.txt", "日本 📷.jpg")]
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(file)) for file in files])
    assert [Path(path) for path in offer_of(carried_by(data)).paths] == files


@posix_only
@pytest.mark.parametrize(
    ("uris", "found"),
    [
        (b"file:///a%20b\r\nfile:///c\r\n", ("/a b", "/c")),
        (b"# a comment\r\nfile:///a", ("/a",)),
        (b"file://localhost/a", ("/a",)),
        (b"file:/a", ("/a",)),
        (b"file:///%FF%FE.txt", (os.fsdecode(b"/\xff\xfe.txt"),)),
        (b"file:///%E6%97%A5", ("/日",)),
        ("file:///日".encode(), ("/日",)),
        (b"file:///100%25", ("/100%",)),
        (b"file:///what%3F%23", ("/what?#",)),
    ],
)
def test_that_uri_lists_are_read_byte_for_byte(uris: bytes, found: tuple[str, ...]) -> None:
    assert paths(text__uri_list=uris) == found


@posix_only
@pytest.mark.parametrize("kind", ["x_special__gnome_copied_files", "x_special__mate_copied_files"])
def test_that_files_copied_in_a_file_manager_are_found(kind: str) -> None:
    assert paths(**{kind: b"copy\nfile:///a%20b\nfile:///c"}) == ("/a b", "/c")


@posix_only
@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/home/anna/a b.txt", ("/home/anna/a b.txt",)),
        ("  /a\n\n/b  \n", ("/a", "/b")),
        ("'/a b'\n\"/c\"", ("/a b", "/c")),
        ("file:///a%20b\nfile:///c", ("/a b", "/c")),
        ("~/a", (os.path.expanduser("~/a"),)),
        ("/a\nand some words", ()),
        ("relative/path", ()),
        ("https://example.org/a", ()),
        ("file://elsewhere.example/a", ("//elsewhere.example/a",)),
        ("", ()),
        ("\0", ()),
        ("/a\0b", ()),
    ],
)
def test_that_text_counts_only_where_every_line_is_a_path(text: str, found: tuple[str, ...]) -> None:
    assert paths_in_text(text) == found


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        ({"text__plain": b"hello"}, "text-offered"),
        ({"text__uri_list": b"https://example.org/a.png"}, "not-on-this-computer"),
        ({"text__uri_list": b"https://example.org/a.png", "image__png": b"x"}, "picture-offered"),
        ({"text__html": b"<p>", "image__png": b"x"}, "picture-offered"),
        ({}, "nothing-offered"),
        ({"text__plain": b" \n "}, "nothing-offered"),
        ({"application__x_unknown": b"x"}, "nothing-offered"),
    ],
)
def test_that_what_is_no_file_is_refused_with_the_reason(kinds: dict[str, bytes], kind: str) -> None:
    offer = offer_of(carried(**kinds))
    assert offer.paths == ()
    assert [problem.kind for problem in offer.refused] == [kind]
    assert offer.refused[0].next_step_text()


def test_that_a_picture_from_a_browser_is_refused_as_a_picture() -> None:
    data = QMimeData()
    data.setImageData(QImage(2, 2, QImage.Format.Format_RGB32))
    assert [problem.kind for problem in offer_of(carried_by(data)).refused] == ["picture-offered"]


@posix_only
def test_that_files_are_taken_though_a_web_address_is_among_them() -> None:
    offer = offer_of(carried(text__uri_list=b"file:///a\nhttps://example.org/b\nfile:///b"))
    assert offer.paths == ("/a", "/b")
    assert offer.refused[0].what_text() == "“https://example.org/b” is not a file on this computer."


@pytest.mark.parametrize("count", [1, 3, 10_000])
def test_that_what_is_in_the_air_is_counted_at_a_glance(count: int) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(f"/pictures/{number}.jpg") for number in range(count)])
    assert at_a_glance(carried_by(data)) == (count, None)


def test_that_a_refusal_is_told_at_a_glance() -> None:
    count, refused = at_a_glance(carried(text__plain=b"hello"))
    assert count == 0
    assert refused is not None


def test_that_a_copied_web_address_is_named_and_other_text_is_not() -> None:
    address = offer_of(Carried(text=" https://example.org/x.pdf\n"))
    assert [problem.kind for problem in address.refused] == ["not-on-this-computer"]
    text = offer_of(Carried(text="see https://example.org/x.pdf"))
    assert [problem.kind for problem in text.refused] == ["text-offered"]
