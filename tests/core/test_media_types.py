"""Media types: facts of the shipped table, and what may be typed."""

from __future__ import annotations

import json
import mimetypes

import pytest
from hypothesis import given
from hypothesis import strategies as st
from media_type_cases import AMBIGUOUS, COMMON, DECIDED

from desktop_share.core.media_types import (
    OCTET_STREAM,
    essence,
    is_active,
    is_text,
    is_valid_media_type,
    known_media_types,
    media_type_for,
)
from desktop_share.core.paths import resource


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.jpg", "image/jpeg"),
        ("a.JPEG", "image/jpeg"),
        ("a.png", "image/png"),
        ("a.webp", "image/webp"),
        ("a.avif", "image/avif"),
        ("a.heic", "image/heic"),
        ("a.jxl", "image/jxl"),
        ("a.svg", "image/svg+xml"),
        ("a.ico", "image/vnd.microsoft.icon"),
        ("a.mp3", "audio/mpeg"),
        ("a.m4a", "audio/mp4"),
        ("a.flac", "audio/flac"),
        ("a.opus", "audio/ogg"),
        ("a.wav", "audio/wav"),
        ("a.mp4", "video/mp4"),
        ("a.mkv", "video/x-matroska"),
        ("a.webm", "video/webm"),
        ("a.mov", "video/quicktime"),
        ("00001.MTS", "video/mp2t"),  # a camcorder's
        ("a.pdf", "application/pdf"),
        ("a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.odt", "application/vnd.oasis.opendocument.text"),
        ("a.epub", "application/epub+zip"),
        ("a.md", "text/markdown"),
        ("a.txt", "text/plain"),
        ("a.csv", "text/csv"),
        ("a.html", "text/html"),
        ("a.css", "text/css"),
        ("a.js", "text/javascript"),  # RFC 9239
        ("a.mjs", "text/javascript"),
        ("a.json", "application/json"),
        ("a.xml", "application/xml"),
        ("a.yaml", "application/yaml"),  # RFC 9512
        ("a.ics", "text/calendar"),
        ("a.vcf", "text/vcard"),
        ("a.wasm", "application/wasm"),
        ("a.woff2", "font/woff2"),
        ("a.ttf", "font/ttf"),
        ("a.parquet", "application/vnd.apache.parquet"),
        ("a.sqlite", "application/vnd.sqlite3"),
        ("a.zip", "application/zip"),
        ("a.7z", "application/x-7z-compressed"),
        ("a.rar", "application/vnd.rar"),
        ("a.tar", "application/x-tar"),
        ("a.tar.gz", "application/gzip"),
        ("a.tgz", "application/gzip"),
        ("a.tar.zst", "application/zstd"),
        ("a.tar.xz", "application/x-xz"),
        ("a.apk", "application/vnd.android.package-archive"),
        ("a.dmg", "application/x-apple-diskimage"),
        ("a.iso", "application/x-iso9660-image"),
        ("a.deb", "application/vnd.debian.binary-package"),
        ("a.rpm", "application/x-rpm"),
        ("a.exe", "application/vnd.microsoft.portable-executable"),
        ("a.py", "text/x-python"),
        ("README", "text/plain"),
        ("Makefile", "text/plain"),
        (".gitignore", "text/plain"),
        ("日本語 🎉.PDF", "application/pdf"),
        # unknown
        ("a.unheard-of", OCTET_STREAM),
        ("picture", OCTET_STREAM),
        ("png", OCTET_STREAM),
        ("a.", OCTET_STREAM),
        ("a.png ", OCTET_STREAM),
        ("", OCTET_STREAM),
        (".", OCTET_STREAM),
        ("a.\udcff", OCTET_STREAM),
    ],
)
def test_that_a_name_has_its_media_type(name: str, media_type: str) -> None:
    assert media_type_for(name) == media_type


@pytest.mark.parametrize("category", COMMON)
def test_that_common_extensions_have_their_types(category: str) -> None:
    expected = dict(line.split() for line in COMMON[category].strip().splitlines())
    assert {extension: media_type_for(f"a{extension}") for extension in expected} == expected


def test_that_what_was_decided_otherwise_than_the_registries_stays_decided() -> None:
    assert {each: media_type_for(f"a{each}") for each in DECIDED} == {each: kind for each, (kind, _) in DECIDED.items()}


def test_that_an_extension_of_several_things_says_nothing() -> None:
    assert {each: media_type_for(f"a{each}") for each in AMBIGUOUS} == dict.fromkeys(AMBIGUOUS, OCTET_STREAM)


def test_that_the_table_is_large_sound_and_without_doubles() -> None:
    table: dict[str, list[str]] = json.loads(resource("media_types.json").read_text("utf-8"))
    names = [name for names in table.values() for name in names]
    assert len(names) == len(set(names)) > 1400
    assert all(name == name.lower() and name.strip(". ") for name in names)
    assert all(is_valid_media_type(media_type) and media_type == essence(media_type) for media_type in table)


def test_that_the_system_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(mimetypes.types_map, ".png", "text/html")
    monkeypatch.setitem(mimetypes.types_map, ".unheard-of", "text/html")
    assert media_type_for("a.png") == "image/png"
    assert media_type_for("a.unheard-of") == OCTET_STREAM


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("text/html", True),
        ("TEXT/Html", True),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", True),
        ("image/svg+xml", True),
        ("x-conference/x-cooltalk", True),
        ("text/html; charset=utf-8", True),
        ("text/html;charset=utf-8", True),
        ('text/html ; charset="utf-8" ; x=y', True),
        (r'text/html; title="a \"b\"; c"', True),
        ("text/html;", True),
        ("text/html; ; ;", True),
        # RFC 9110 section 8.3.1
        ("", False),
        ("text", False),
        ("/", False),
        ("text/", False),
        ("/html", False),
        ("text/html/x", False),
        ("text /html", False),
        ("text/ html", False),
        (" text/html", False),
        ("text/html charset=utf-8", False),
        ("text/html, text/plain", False),
        ("text/html; charset", False),
        ("text/html; charset=", False),
        ("text/html; charset = utf-8", False),
        ('text/html; charset="utf-8', False),
        ('text/html; charset=a"b"', False),
        ("*/*", False),
        ("text/*", False),
        # nothing that could end a header line or leave ASCII
        ("text/html\r\nX: y", False),
        ("text/html\n", False),
        ("text/html;\n x=y", False),
        ("text/html\x00", False),
        ('text/html; x="\x7f"', False),
        ('text/html; x="\\\r\n"', False),
        ("text/häml", False),
        ('text/html; x="ü"', False),
        ("text/html\udcff", False),
        ("text/" + "x" * 300, False),
        ("text/html" + "; " * 100 + "x", False),  # one way to match: no exponential work
    ],
)
def test_that_a_typed_media_type_is_judged_by_the_grammar(text: str, valid: bool) -> None:
    assert is_valid_media_type(text) is valid


@given(st.text(max_size=60) | st.from_regex(r"[a-z*]+/[a-z*]+[ -~\t\r\n]*", fullmatch=True))
def test_that_a_valid_media_type_can_be_sent(text: str) -> None:
    if is_valid_media_type(text):
        assert text.isascii()
        assert not set(text) & set("\r\n\x00\x7f")
        assert all(c == "\t" or c >= " " for c in text)


@pytest.mark.parametrize(
    ("media_type", "text", "active"),
    [
        ("text/plain", True, False),
        ("Text/Plain; charset=utf-8", True, False),
        ("text/html", True, True),
        ("TEXT/HTML ; charset=utf-8", True, True),
        ("text/xml", True, True),
        ("application/xml", True, True),
        ("application/xhtml+xml", True, True),
        ("image/svg+xml", True, True),
        ("application/atom+xml", True, True),
        ("message/rfc822", True, True),
        ("multipart/related", False, True),
        ("application/json", True, False),
        ("application/geo+json", True, False),
        ("application/yaml", True, False),
        ("text/javascript", True, False),
        ("application/x-sh", True, False),
        ("application/pdf", False, False),
        ("image/png", False, False),
        ("video/mp4", False, False),
        ("application/gzip", False, False),
        (OCTET_STREAM, False, False),
        ("", False, False),
    ],
)
def test_that_text_and_active_content_are_told_apart(media_type: str, text: bool, active: bool) -> None:
    assert (is_text(media_type), is_active(media_type)) == (text, active)


def test_that_the_known_types_are_in_order_each_once_and_can_be_sent() -> None:
    known = known_media_types()
    assert list(known) == sorted(set(known))
    assert {"image/png", "application/zip", "text/markdown"} < set(known)
    assert all(map(is_valid_media_type, known))
