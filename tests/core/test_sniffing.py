"""Media types by content, and when a text gets a charset."""

from __future__ import annotations

import codecs
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.stores import MemoryStore

from desktop_share.core import sniffing
from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.items import SharedItem
from desktop_share.core.media_types import OCTET_STREAM, is_active
from desktop_share.core.opening import Opener
from desktop_share.core.representation import MemorySegment, NotYet, Pieces, Representation
from desktop_share.core.share_list import ShareList
from desktop_share.core.sniffing import HEAD, SAMPLE, WHOLE, ContentTypes, is_utf8, sniffed
from desktop_share.core.sources import FileSource

ZEROS = bytes(200)


def zipped(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "application/epub+zip" if name == "mimetype" else "content")
    return out.getvalue()


def box(brand: bytes) -> bytes:
    return b"\0\0\0\x1cftyp" + brand + b"\0\0\2\0" + brand + b"mp41mp42" + ZEROS


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n" + ZEROS, "image/png"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF" + ZEROS, "image/jpeg"),
        (b"\xff\xd8\xff\xe1\0\x10Exif" + ZEROS, "image/jpeg"),
        (b"GIF89a" + ZEROS, "image/gif"),
        (b"RIFF\1\0\0\0WEBPVP8 " + ZEROS, "image/webp"),
        (b"II*\0\x08\0\0\0" + ZEROS, "image/tiff"),
        (b"8BPS\0\1" + ZEROS, "image/vnd.adobe.photoshop"),
        (box(b"avif"), "image/avif"),
        (box(b"heic"), "image/heic"),
        (box(b"mif1"), "image/heif"),
        (box(b"isom"), "video/mp4"),
        (box(b"iso6"), "video/mp4"),
        (box(b"qt  "), "video/quicktime"),
        (box(b"M4A "), "audio/mp4"),
        (box(b"3gp5"), "video/3gpp"),
        (box(b"????"), OCTET_STREAM),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\1B\xf7\x81\1B\xf2\x81\4B\xf3\x81\x08B\x82\x84webm" + ZEROS, "video/webm"),
        (b"\x1aE\xdf\xa3\x93B\x82\x88matroska" + ZEROS, "video/x-matroska"),
        (b"OggS\0\2" + ZEROS, "application/ogg"),
        (b"fLaC\0\0\0\x22" + ZEROS, "audio/flac"),
        (b"ID3\4\0" + ZEROS, "audio/mpeg"),
        (b"RIFF\1\0\0\0WAVEfmt " + ZEROS, "audio/wav"),
        (b"RIFF\1\0\0\0AVI LIST" + ZEROS, "video/x-msvideo"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "application/pdf"),
        (b"%PDF-1.4\nall of it is ASCII", "application/pdf"),
        (b"{\\rtf1\\ansi hello}", "application/rtf"),
        (b"\x1f\x8b\x08\0" + ZEROS, "application/gzip"),
        (b"\xfd7zXZ\0" + ZEROS, "application/x-xz"),
        (b"\x28\xb5\x2f\xfd" + ZEROS, "application/zstd"),
        (b"7z\xbc\xaf\x27\x1c" + ZEROS, "application/x-7z-compressed"),
        (b"Rar!\x1a\7\1\0" + ZEROS, "application/vnd.rar"),
        (b"a.txt" + bytes(252) + b"ustar\0" + b"00" + ZEROS, "application/x-tar"),
        (b"SQLite format 3\0" + ZEROS, "application/vnd.sqlite3"),
        (b"wOF2" + ZEROS, "font/woff2"),
        # every ZIP begins as Word's documents do
        (zipped("a.txt"), "application/zip"),
        (zipped("[Content_Types].xml", "word/document.xml"), "application/zip"),
        (zipped("META-INF/MANIFEST.MF"), "application/zip"),
        (zipped(), "application/zip"),
        (zipped("mimetype", "a"), "application/epub+zip"),
        (zipped("mimetype").replace(b"application/epub+zip", b"text/html; a=b cccc!"), "application/zip"),
        # nothing active, whatever it looks like
        (b"<!DOCTYPE html><html><script>alert(1)</script>", "text/plain"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "text/plain"),
        (b'<?xml version="1.0"?><a/>', "text/plain"),
        # text that begins like something else
        (b"BMW is a car.\n", "text/plain"),
        (b"MZ are two letters", "text/plain"),
        (b"ID3 is a tag, BZh another, PK\x20a third", "text/plain"),
        (b'{"a": 1}', "text/plain"),
        (b"#!/usr/bin/env python\n", "text/plain"),
        ("Grüße, 日本, 🌻".encode(), "text/plain"),
        (b"\x1b[31mred\x1b[0m\n", "text/plain"),
        (codecs.BOM_UTF16_LE + "Grüße\r\n".encode("utf-16-le"), "text/plain"),
        (codecs.BOM_UTF16_BE + "日本".encode("utf-16-be"), "text/plain"),
        # nothing that is sure
        (b"", OCTET_STREAM),
        (ZEROS, OCTET_STREAM),
        (b"BM\x36\0\0\0" + ZEROS, OCTET_STREAM),
        (b"MZ\x90\0\3\0\0\0" + ZEROS, OCTET_STREAM),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + ZEROS, OCTET_STREAM),  # Word's, Excel's, an installer's
        (b"\x7fELF\2\1\1" + ZEROS, OCTET_STREAM),
        ("Grüße".encode("latin-1"), OCTET_STREAM),
        (codecs.BOM_UTF16_LE + b"\0\xd8\0\xd8" + ZEROS, OCTET_STREAM),
        (b"a bell \a", OCTET_STREAM),
    ],
)
def test_that_content_has_its_type_or_none(head: bytes, media_type: str) -> None:
    assert sniffed(head[:HEAD]) == media_type


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_that_nothing_active_comes_of_any_content(head: bytes) -> None:
    assert not is_active(sniffed(head))


def test_that_a_character_that_the_head_cuts_is_none_the_worse() -> None:
    assert sniffed(("x" * (HEAD - 1) + "ü").encode()[:HEAD]) == "text/plain"
    assert sniffed(b"x\xc3") == OCTET_STREAM  # all there is


# -- UTF-8


class Read(Representation):
    """Bytes that count how many of them were asked for."""

    def __init__(self, data: bytes, etag: str | None = '"1"') -> None:
        super().__init__(len(data), etag, None, (MemorySegment(data),))
        self.asked = 0

    def slice(self, start: int, stop: int) -> Pieces:
        self.asked += stop - start
        middle = (start + stop) // 2  # in two pieces, anywhere in a character
        yield from super().slice(start, middle)
        yield from super().slice(middle, stop)


@pytest.mark.parametrize(
    ("data", "utf8"),
    [
        (b"", True),
        (b"plain", True),
        ("Grüße 日本 🌻".encode(), True),
        (codecs.BOM_UTF8 + b"with a mark", True),
        ("Grüße".encode("latin-1"), False),
        ("english".encode("utf-16-le"), False),  # each of its bytes is valid UTF-8
        ("日本".encode("shift-jis"), False),
        (codecs.BOM_UTF16_LE + "a".encode("utf-16-le"), False),
        ("ü".encode()[:1], False),
        (b"\xed\xa0\x80", False),  # half a surrogate pair
        (b"\xc0\x80", False),
    ],
)
def test_that_utf8_is_told_from_the_others(data: bytes, utf8: bool) -> None:
    assert is_utf8(Read(data)) is utf8


@given(st.binary(max_size=12) | st.text(max_size=6).map(str.encode))
def test_that_utf8_is_what_the_codec_says(data: bytes) -> None:
    try:
        expected = "\0" not in data.decode()
    except UnicodeDecodeError:
        expected = False
    assert is_utf8(Read(data)) is expected


@pytest.mark.parametrize("shift", range(4))
def test_that_of_a_long_text_the_ends_are_read_and_cut_characters_are_no_fault(shift: int) -> None:
    text = b"x" * shift + "🌻".encode() * (WHOLE // 4 + 1)
    read = Read(text)
    assert is_utf8(read)
    assert read.asked == 2 * SAMPLE
    assert not is_utf8(Read(text + "Grüße".encode("latin-1")))
    assert not is_utf8(Read(b"\xff" + text))
    assert not is_utf8(Read(text[:-1]))


# -- what an item is sent as


def typed(representation: Representation, declared: str, *, chosen: bool = False) -> str:
    ContentTypes().typed(representation, declared, chosen=chosen)
    return representation.media_type


UTF8 = "Grüße".encode()
LATIN = "Grüße".encode("latin-1")


@pytest.mark.parametrize(
    ("data", "declared", "sent"),
    [
        (UTF8, "text/plain", "text/plain; charset=utf-8"),
        (UTF8, "text/html", "text/html; charset=utf-8"),
        (UTF8, "application/json", "application/json; charset=utf-8"),
        (UTF8, "text/x-odd; a=b", "text/x-odd; a=b; charset=utf-8"),
        (LATIN, "text/plain", "text/plain"),
        (LATIN, "text/plain; charset=latin-1", "text/plain; charset=latin-1"),
        (UTF8, "text/plain; Charset=latin-1", "text/plain; Charset=latin-1"),
        (UTF8, "application/pdf", "application/pdf"),
        (UTF8, OCTET_STREAM, "text/plain; charset=utf-8"),
        (LATIN, OCTET_STREAM, OCTET_STREAM),
        (b"text, and then more of it. " * 400 + LATIN, OCTET_STREAM, OCTET_STREAM),
        (codecs.BOM_UTF16_LE + "a".encode("utf-16-le"), OCTET_STREAM, "text/plain"),
        (b"%PDF-1.4 text", OCTET_STREAM, "application/pdf"),
        (b"<html>", OCTET_STREAM, "text/plain; charset=utf-8"),
        (b"<html>", "text/html", "text/html; charset=utf-8"),
    ],
)
def test_that_the_type_is_as_declared_with_a_charset_for_utf8(data: bytes, declared: str, sent: str) -> None:
    assert typed(Read(data), declared) == sent


def test_that_who_chose_octet_stream_gets_it() -> None:
    assert typed(Read(UTF8), OCTET_STREAM, chosen=True) == OCTET_STREAM


@pytest.mark.parametrize("declared", ["image/jpeg", "application/zip", "video/mp4", "text/plain; charset=utf-8"])
def test_that_nothing_is_read_where_nothing_is_to_be_learned(declared: str) -> None:
    read = Read(UTF8)
    assert typed(read, declared) == declared
    assert read.asked == 0


def test_that_each_version_is_read_once_and_the_oldest_is_forgotten() -> None:
    types = ContentTypes(remembered=2)

    def asked(etag: str | None, data: bytes = UTF8, declared: str = "text/plain") -> int:
        read = Read(data, etag)
        types.typed(read, declared)
        assert read.media_type == "text/plain" + ("; charset=utf-8" if data is UTF8 else "")
        return read.asked

    assert asked('"a"') > 0
    assert asked('"a"') == 0
    assert asked('"b"', LATIN) > 0
    assert asked('"a"') == 0
    assert asked('"c"') > 0
    assert (asked('"a"'), asked('"c"')) == (0, 0)
    assert asked('"b"', LATIN) > 0
    assert (asked(None) > 0, asked(None) > 0) == (True, True)


class Unreadable(Read):
    def __init__(self, how: type[Exception] | None) -> None:
        super().__init__(UTF8)
        self._how = how

    def slice(self, start: int, stop: int) -> Pieces:  # noqa: ARG002
        if self._how is SourceError:
            raise SourceError(Problem("gone", "", ""))
        if self._how is not None:
            raise self._how
        yield NotYet(lambda wake: wake())


@pytest.mark.parametrize("how", [OSError, SourceError, None])
def test_that_what_cannot_be_read_is_sent_as_declared_and_asked_again(how: type[Exception] | None) -> None:
    types = ContentTypes()
    for declared in ("text/plain", OCTET_STREAM):
        read = Unreadable(how)
        types.typed(read, declared)
        assert read.media_type == declared
        again = Read(UTF8)
        types.typed(again, declared)
        assert again.media_type == "text/plain; charset=utf-8"


# -- through the opener


@pytest.fixture
def opener() -> Iterator[Opener]:
    store = MemoryStore()
    made = Opener(ShareList(store), store)
    yield made
    made.close()


@pytest.mark.parametrize(
    ("name", "data", "chosen", "sent"),
    [
        ("README", UTF8, None, "text/plain; charset=utf-8"),
        ("letter", UTF8, None, "text/plain; charset=utf-8"),
        ("picture", b"\x89PNG\r\n\x1a\n" + ZEROS, None, "image/png"),
        ("page", b"<html>", None, "text/plain; charset=utf-8"),
        ("page.html", b"<html>", None, "text/html; charset=utf-8"),
        ("page.html", LATIN, None, "text/html"),
        ("picture.jpg", UTF8, None, "image/jpeg"),
        ("picture", b"\x89PNG\r\n\x1a\n" + ZEROS, OCTET_STREAM, OCTET_STREAM),
        ("a.jpg", UTF8, "text/csv", "text/csv; charset=utf-8"),
    ],
)
def test_that_a_file_is_opened_with_its_type(
    opener: Opener, tmp_path: Path, name: str, data: bytes, chosen: str | None, sent: str
) -> None:
    (tmp_path / name).write_bytes(data)
    opened = opener.open(SharedItem(FileSource(tmp_path / name), 1.0, media_type=chosen))
    assert opened.media_type == sent
    opened.close()


def test_that_a_changed_file_is_looked_at_anew(opener: Opener, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    for data, sent in ((UTF8, "text/plain; charset=utf-8"), (LATIN * 2, "text/plain")):
        file.write_bytes(data)
        opened = opener.open(SharedItem(FileSource(file), 1.0))
        opened.close()
        assert opened.media_type == sent


def test_that_what_was_pasted_has_the_type_that_it_came_with_or_that_was_chosen(opener: Opener) -> None:
    source = opener.contents.put(UTF8, "Note.txt", "text/html; charset=utf-8")
    assert opener.open(SharedItem(source, 1.0)).media_type == "text/html; charset=utf-8"
    assert opener.open(SharedItem(source, 1.0, media_type="text/plain")).media_type == "text/plain; charset=utf-8"


def test_that_a_jpeg_is_not_read_to_be_opened(opener: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> bytes:
        raise AssertionError("read")

    monkeypatch.setattr(sniffing, "read_at", refuse)
    (tmp_path / "a.jpg").write_bytes(ZEROS)
    opener.open(SharedItem(FileSource(tmp_path / "a.jpg"), 1.0)).close()


def test_that_what_is_in_a_folder_is_typed_by_its_name_then_by_its_content(opener: Opener) -> None:
    for name, sent in (("a/b.css", "text/css; charset=utf-8"), ("a.b/README", "text/plain; charset=utf-8")):
        read = Read(UTF8, None)
        opener.typed(read, name)
        assert read.media_type == sent
