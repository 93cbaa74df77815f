"""What file managers, browsers and terminals put into a drop or on the clipboard."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage

from desktop_share.gui.offers import Glance, OfferKind, at_a_glance, carried_by, offer_of, paths_in_text
from desktop_share.gui.pasted import Picture, picture_content

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
        (b"file:///%FF%FE.txt", (b"/\xff\xfe.txt".decode("utf-8", "surrogateescape"),)),
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
        ({"text__uri_list": b"sftp://example.org/a.png"}, "not-on-this-computer"),
        ({}, "nothing-offered"),
        ({"text__plain": b" \n "}, "blank-text"),
        ({"application__x_unknown": b"x"}, "nothing-offered"),
    ],
)
def test_that_what_cannot_be_shared_is_refused_with_the_reason(kinds: dict[str, bytes], kind: str) -> None:
    offer = offer_of(carried(**kinds))
    assert (offer.paths, offer.text, offer.picture) == ((), "", None)
    assert [problem.kind for problem in offer.refused] == [kind]
    assert offer.refused[0].next_step_text()
    assert at_a_glance(carried(**kinds)).refused == offer.refused[0]


@posix_only
def test_that_files_are_taken_though_a_web_address_is_among_them() -> None:
    offer = offer_of(carried(text__uri_list=b"file:///a\nhttps://example.org/b\nfile:///b"))
    assert offer.paths == ("/a", "/b")
    assert offer.refused[0].what_text() == "“https://example.org/b” is not a file on this computer."


@pytest.mark.parametrize("count", [1, 3, 10_000])
def test_that_what_is_in_the_air_is_counted_at_a_glance(count: int) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(f"/pictures/{number}.jpg") for number in range(count)])
    assert at_a_glance(carried_by(data, in_the_air=True)) == Glance(count)


# -- what is no file


def png(width: int = 2, height: int = 2) -> bytes:
    return picture_content(Picture(image=QImage(width, height, QImage.Format.Format_RGB32))).data


WEB = b"https://example.org/cats/tom.jpg"
TAG = b"<img src='https://example.org/cats/tom.jpg'>"


@pytest.mark.parametrize(
    ("kinds", "kind"),
    [
        ({"text__plain": b"hello"}, OfferKind.TEXT),
        ({"text__html": b"<b>hello</b>"}, OfferKind.TEXT),
        ({"text__plain": b" https://example.org/x.pdf\n"}, OfferKind.LINK),
        ({"text__plain": b"see https://example.org/x.pdf"}, OfferKind.TEXT),
        ({"text__uri_list": WEB}, OfferKind.LINK),
        ({"text__uri_list": WEB + b"\r\nhttps://example.org/"}, OfferKind.TEXT),
        ({"image__png": png()}, OfferKind.PICTURE),
        ({"text__html": TAG, "image__png": png()}, OfferKind.PICTURE),  # 'Copy image' of a browser
        ({"text__uri_list": WEB, "text__html": TAG, "image__png": png()}, OfferKind.PICTURE),
        ({"text__plain": b"a\tb", "text__html": b"<table>", "image__png": png()}, OfferKind.TEXT),  # a spreadsheet
        ({"text__uri_list": b"file:///a.png", "image__tiff": b"the icon of the file"}, OfferKind.FILES),  # macOS
    ],
)
def test_that_what_is_offered_is_told_at_a_glance_and_is_what_is_taken(kinds: dict[str, bytes], kind) -> None:
    data = QMimeData()
    for each, value in kinds.items():
        data.setData(each.replace("__", "/").replace("_", "-"), value)
    glance = at_a_glance(carried_by(data, in_the_air=True))
    assert (glance.kind, glance.count, glance.refused) == (kind, 1, None)
    offer = offer_of(carried_by(data))
    assert (offer.kind, offer.refused) == (kind, ())


def test_that_a_dragged_picture_is_the_file_that_the_page_has() -> None:
    """Chromium hands the file's bytes over beside its address."""
    jpeg = b"\xff\xd8\xff\xe0 the photograph"
    offer = offer_of(carried(text__uri_list=WEB, application__octet_stream=jpeg, image__png=png()))
    assert offer.picture == Picture(jpeg, address=WEB.decode())
    content = picture_content(offer.picture)
    assert (content.data, content.media_type, content.name(0.0, ())) == (jpeg, "image/jpeg", "tom.jpg")


def test_that_bytes_which_are_no_picture_leave_the_link() -> None:
    offer = offer_of(carried(text__uri_list=WEB, application__octet_stream=b"<!doctype html>"))
    assert (offer.kind, offer.text) == (OfferKind.LINK, WEB.decode())


def test_that_pixels_are_taken_where_there_is_no_file_of_them() -> None:
    data = QMimeData()
    data.setImageData(QImage(3, 2, QImage.Format.Format_RGB32))
    offer = offer_of(carried_by(data))
    assert offer.kind is OfferKind.PICTURE
    content = picture_content(offer.picture)
    assert QImage.fromData(content.data).width() == 3
    assert content.name(0.0, ()).startswith("Screenshot 1970-01-01 ")


def test_that_rich_text_is_offered_plain_and_with_its_formatting() -> None:
    offer = offer_of(carried(text__plain=b"hello", text__html=b"<b>hello</b>"))
    assert (offer.text, offer.html) == ("hello", "<b>hello</b>")
    assert offer_of(carried(text__html=b"<p>one</p><p>two</p>")).text == "one\ntwo"


@posix_only
@pytest.mark.parametrize(
    ("kinds", "passing"),
    [
        ({"text__x_moz_url": b"x"}, ["/tmp/dnd_file/tom.jpg"]),
        ({"text__html": TAG}, ["/tmp/dnd_file/tom.jpg"]),
        ({}, []),  # a file manager's: the file is where its owner keeps it
    ],
)
def test_that_only_the_temporary_files_of_browsers_are_passing(kinds: dict[str, bytes], passing: list[str]) -> None:
    offer = offer_of(carried(text__uri_list=b"file:///tmp/dnd_file/tom.jpg\nfile:///home/anna/b.jpg", **kinds))
    assert offer.paths == ("/tmp/dnd_file/tom.jpg", "/home/anna/b.jpg")
    assert sorted(offer.passing) == passing
