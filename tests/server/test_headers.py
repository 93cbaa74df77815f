"""Header values: exact for the common cases, harmless for the hostile ones."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_share.core.items import ASK_EVERY_TIME, NEVER_KEEP, CachePolicy, Disposition
from desktop_share.core.names import legal_name
from desktop_share.server.headers import (
    PAGE_SECURITY_POLICY,
    SECURITY_HEADERS,
    cache_control,
    content_disposition,
    content_security_policy,
    content_type,
    download_headers,
    is_shown,
    live_headers,
    validator_headers,
)
from desktop_share.server.http_dates import http_date, parse_http_date

NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("name", "fallback", "encoded"),
    [
        # RFC 6266 section 4.3: one form is enough for plain ASCII
        ("photo.jpg", "photo.jpg", None),
        ("Report (final), v1.2; it's #1 & more.pdf", "Report (final), v1.2; it's #1 & more.pdf", None),
        ("a  b.txt", "a  b.txt", None),
        # accents go, letters stay
        ("Zoë.txt", "Zoe.txt", "Zo%C3%AB.txt"),
        ("Ångström Straße.tar.gz", "Angstrom Strasse.tar.gz", "%C3%85ngstr%C3%B6m%20Stra%C3%9Fe.tar.gz"),
        ("Łódź — “2024”.md", "Lodz - '2024'.md", "%C5%81%C3%B3d%C5%BA%20%E2%80%94%20%E2%80%9C2024%E2%80%9D.md"),
        ("ﬁne ①.txt", "fine 1.txt", "%EF%AC%81ne%20%E2%91%A0.txt"),
        # no letters left: a name all the same, with its extension
        ("日本語.txt", "file.txt", "%E6%97%A5%E6%9C%AC%E8%AA%9E.txt"),
        ("日本語 🎉.tar.gz", "file.tar.gz", "%E6%97%A5%E6%9C%AC%E8%AA%9E%20%F0%9F%8E%89.tar.gz"),
        ("日本 2024.txt", "_ 2024.txt", "%E6%97%A5%E6%9C%AC%202024.txt"),
        ("ファイル", "file", "%E3%83%95%E3%82%A1%E3%82%A4%E3%83%AB"),
        ("данные.тхт", "file", "%D0%B4%D0%B0%D0%BD%D0%BD%D1%8B%D0%B5.%D1%82%D1%85%D1%82"),
        ("…", "file", "%E2%80%A6"),
        # RFC 6266 appendix D: no percent signs, some clients decode them
        ("100%41.txt", "100_41.txt", "100%2541.txt"),
        # what only turns dangerous when taken apart
        ("℀.txt", "a_c.txt", "%E2%84%80.txt"),
        ("：x？.txt", "_x_.txt", "%EF%BC%9Ax%EF%BC%9F.txt"),
        ("＂.txt", "file.txt", "%EF%BC%82.txt"),
        ("CÓN.txt", "_CON.txt", "C%C3%93N.txt"),
        ("‥x.txt", "x.txt", "%E2%80%A5x.txt"),
        # what was never legal
        ('"quoted".txt', "_quoted_.txt", None),
        ("back\\slash/name.txt", "back_slash_name.txt", None),
        ("a\r\nSet-Cookie: x=1.txt", "a Set-Cookie_ x=1.txt", None),
        ("nul\x00.txt", "nul_.txt", None),
        ("caf\udce9.txt", "caf_.txt", None),
        (".htaccess", "htaccess", None),
        ("..", "file", None),
        ("", "file", None),
        # RFC 8187 section 3.2.1: attr-char
        (
            "é!#$&+-.^_`~ '()[]{}@,;=.x",
            "e!#$&+-.^_`~ '()[]{}@,;=.x",
            "%C3%A9!#$&+-.^_`~%20%27%28%29%5B%5D%7B%7D%40%2C%3B%3D.x",
        ),
    ],
)
def test_that_content_disposition_has_a_name_for_every_client(name: str, fallback: str, encoded: str | None) -> None:
    expected = f'attachment; filename="{fallback}"' + (f"; filename*=UTF-8''{encoded}" if encoded else "")
    assert content_disposition(Disposition.ATTACHMENT, name) == expected
    assert content_disposition(Disposition.INLINE, name) == expected.replace("attachment", "inline", 1)


@given(st.text(st.characters(codec=None), max_size=300))
def test_that_content_disposition_always_parses_back_to_the_legal_name(name: str) -> None:
    value = content_disposition(Disposition.ATTACHMENT, name)
    parsed = re.fullmatch(
        r'attachment; filename="([ !#$&-\[\]-~]+)"(?:; filename\*=UTF-8\'\'([A-Za-z0-9!#$&+.^_`|~%-]+))?', value
    )
    assert parsed is not None
    fallback, encoded = parsed.groups()
    assert not fallback.startswith(".")
    assert legal_name(fallback) == fallback
    assert (unquote(encoded, errors="strict") if encoded else fallback) == legal_name(name)


@pytest.mark.parametrize(
    ("media_type", "is_utf8", "value"),
    [
        ("image/png", False, "image/png"),
        ("image/png", True, "image/png"),
        ("text/plain", False, "text/plain"),
        ("text/plain", True, "text/plain; charset=utf-8"),
        ("application/json", True, "application/json; charset=utf-8"),
        ("text/html; charset=iso-8859-1", True, "text/html; charset=iso-8859-1"),
        ("text/html;Charset=iso-8859-1", True, "text/html;Charset=iso-8859-1"),
        ("text/markdown; variant=GFM;", True, "text/markdown; variant=GFM; charset=utf-8"),
        (" text/plain ", False, "text/plain"),
        ("text", False, "application/octet-stream"),
        ("text/plain\r\nX: y", True, "application/octet-stream"),
        ("text/plain; x=ü", False, "application/octet-stream"),
        ("", True, "application/octet-stream"),
    ],
)
def test_that_content_type_tells_a_charset_only_when_it_is_known(media_type: str, is_utf8: bool, value: str) -> None:
    assert content_type(media_type, is_utf8=is_utf8) == value


@pytest.mark.parametrize(
    "media_type",
    [
        *("text/html", "TEXT/HTML; charset=utf-8", "application/xhtml+xml", "image/svg+xml", "IMAGE/SVG+XML"),
        *("application/xml", "text/xml", "application/atom+xml", "message/rfc822", "multipart/related", "text/plain"),
        *("application/octet-stream", "text/javascript", "something/new", "no type at all", "", "image/png\r\n"),
    ],
)
def test_that_what_could_run_script_is_sandboxed(media_type: str) -> None:
    directives = content_security_policy(media_type).split("; ")
    assert directives[:2] == ["sandbox", "default-src 'none'"]
    assert "frame-ancestors 'self'" in directives
    assert "allow-scripts" not in content_security_policy(media_type)


@pytest.mark.parametrize(
    "media_type",
    [
        *("video/mp4", "video/webm", "Video/MP4; codecs=avc1", "audio/mpeg", "audio/flac", "image/png", "image/webp"),
        *("application/pdf", "application/json", "application/geo+json", "application/ogg"),
    ],
)
def test_that_no_policy_stops_a_browsers_own_viewer(media_type: str) -> None:
    # Chromium plays no top-level video under sandbox or default-src 'none'; Safari shows no sandboxed PDF
    assert content_security_policy(media_type) == "frame-ancestors 'self'"


def test_that_pages_load_nothing_from_elsewhere_and_no_answer_leaks_its_address() -> None:
    assert "default-src 'none'" in PAGE_SECURITY_POLICY
    assert "frame-ancestors 'none'" in PAGE_SECURITY_POLICY
    assert "unsafe" not in PAGE_SECURITY_POLICY
    assert dict(SECURITY_HEADERS) == {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": dict(SECURITY_HEADERS)["Permissions-Policy"],
    }
    refused = dict(SECURITY_HEADERS)["Permissions-Policy"].split(", ")
    assert {"camera=()", "microphone=()", "geolocation=()", "clipboard-read=()", "payment=()"} <= set(refused)
    assert all(each.endswith("=()") for each in refused)
    assert not {"fullscreen=()", "autoplay=()"} & set(refused)  # of a film that the browser shows


def test_that_an_items_bytes_have_these_headers_in_this_order() -> None:
    headers = download_headers(
        name="photos.tar.gz",
        disposition=Disposition.INLINE,
        media_type="application/gzip",
        etag='"e"',
        last_modified=784111777.9,
        now=NOW,
    )
    assert headers == [
        ("Content-Type", "application/gzip"),
        ("Content-Disposition", 'inline; filename="photos.tar.gz"'),
        ("ETag", '"e"'),
        ("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
        ("Cache-Control", "private, no-cache"),
        ("Accept-Ranges", "bytes"),
        *SECURITY_HEADERS,
        ("Content-Security-Policy", content_security_policy("application/gzip")),
    ]


def test_that_what_is_not_known_is_not_said_and_the_future_is_now() -> None:
    assert validator_headers(None, None, NOW) == [("Cache-Control", "private, no-cache")]
    assert ("Last-Modified", http_date(NOW)) in validator_headers(None, NOW + 86400, NOW)  # RFC 9110 section 8.8.2.1


@pytest.mark.parametrize(
    ("cache", "value"),
    [
        (ASK_EVERY_TIME, "private, no-cache"),
        (NEVER_KEEP, "no-store"),
        (CachePolicy(1), "private, max-age=1"),
        (CachePolicy(31_536_000), "private, max-age=31536000"),
        (CachePolicy(-5), "no-store"),
    ],
)
def test_that_the_owner_says_whether_a_copy_may_be_kept(cache: CachePolicy, value: str) -> None:
    assert cache_control(cache) == value
    assert ("Cache-Control", value) in validator_headers('"e"', None, NOW, cache)


def test_that_of_a_live_stream_nothing_is_kept_and_no_part_is_offered() -> None:
    headers = live_headers(name="log.txt", disposition=Disposition.INLINE, media_type="text/plain", is_utf8=True)
    assert headers == [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Disposition", 'inline; filename="log.txt"'),
        ("Cache-Control", "no-store"),
        ("Accept-Ranges", "none"),
        *SECURITY_HEADERS,
        ("Content-Security-Policy", content_security_policy("text/plain")),
    ]


@pytest.mark.parametrize(
    ("media_type", "shown"),
    [
        *(
            (each, True)
            for each in ("image/png", "video/mp4", "application/pdf", "text/plain", "TEXT/HTML; charset=utf-8")
        ),
        *((each, True) for each in ("application/json", "image/svg+xml", "audio/flac", "text/markdown")),
        *((each, True) for each in ("text/x-python", "application/geo+json", "application/javascript", "text/vtt")),
        *((each, False) for each in ("application/zip", "application/octet-stream", "", "font/woff2", "no type")),
        *((each, False) for each in ("text/csv", "text/calendar; charset=utf-8", "text/vcard", "message/rfc822")),
        *((each, False) for each in ("application/x-sh", "application/sql", "application/yaml", "application/toml")),
    ],
)
def test_that_what_a_browser_shows_can_be_told(media_type: str, shown: bool) -> None:
    assert is_shown(media_type) is shown


@pytest.mark.parametrize("etag", ["", "e", '"e', 'e"', '"a"b"', '"a b"', '"a\r\nX: y"', '"ā"', 'w/"e"', '"e"\n'])
def test_that_an_entity_tag_which_is_none_is_not_sent(etag: str) -> None:
    with pytest.raises(ValueError, match="entity tag"):
        validator_headers(etag, None, NOW)


@given(
    name=st.text(st.characters(codec=None), max_size=80),
    disposition=st.sampled_from(Disposition),
    media_type=st.text(st.characters(codec=None), max_size=30) | st.from_regex(r"[a-z]+/[ -~]*", fullmatch=True),
    last_modified=st.none() | st.floats(allow_nan=False),
    is_utf8=st.booleans(),
)
def test_that_every_value_can_be_sent_whatever_it_is_made_from(
    name: str, disposition: Disposition, media_type: str, last_modified: float | None, is_utf8: bool
) -> None:
    headers = download_headers(
        name=name,
        disposition=disposition,
        media_type=media_type,
        etag='W/"\xff"',
        last_modified=last_modified,
        now=NOW,
        is_utf8=is_utf8,
    )
    assert "Content-Encoding" not in dict(headers)
    assert len(dict(headers)) == len(headers)
    for field, value in headers:
        assert re.fullmatch("[A-Za-z-]+", field)
        assert re.fullmatch("[\x20-\x7e\xa0-\xff]+", value)
        assert value == value.strip()


# -- dates, RFC 9110 section 5.6.7


@pytest.mark.parametrize(
    ("seconds", "date"),
    [
        (784111777, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (784111777.999, "Sun, 06 Nov 1994 08:49:37 GMT"),
        (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
        (-0.5, "Wed, 31 Dec 1969 23:59:59 GMT"),
        (1709164800, "Thu, 29 Feb 2024 00:00:00 GMT"),
        (2**33, "Wed, 16 Mar 2242 12:56:32 GMT"),
        (2**63, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (float("inf"), "Fri, 31 Dec 9999 23:59:59 GMT"),
        (-(2**63), "Mon, 01 Jan 0001 00:00:00 GMT"),
    ],
)
def test_that_a_time_becomes_a_date(seconds: float, date: str) -> None:
    assert http_date(seconds) == date


@given(st.integers(-62135596800, 253402300799))
def test_that_a_date_reads_back_as_the_time_it_was_made_from(seconds: int) -> None:
    assert parse_http_date(http_date(seconds)) == seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784111777),  # IMF-fixdate
        ("Sunday, 06-Nov-94 08:49:37 GMT", 784111777),  # RFC 850
        ("Sun Nov  6 08:49:37 1994", 784111777),  # asctime
        ("Wed Nov 16 08:49:37 1994", 784975777),
        ("Mon, 06 Nov 1994 08:49:37 GMT", 784111777),  # the wrong day's name changes nothing
        ("Thu, 29 Feb 2024 00:00:00 GMT", 1709164800),
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1483228800),  # a leap second
        ("Wednesday, 01-Jan-70 00:00:00 GMT", 3155760000),
        ("Tuesday, 14-Nov-73 00:00:00 GMT", 3277843200),  # 50 years ahead of now is still ahead
        ("Thursday, 15-Nov-73 00:00:00 GMT", 122169600),  # a day more is in the past
        ("Tuesday, 01-Jan-74 00:00:00 GMT", 126230400),
    ],
)
def test_that_all_three_forms_of_a_date_are_read(text: str, seconds: int) -> None:
    assert parse_http_date(text, NOW) == seconds


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "0", "784111777", "now", "GMT", "Sun,", "\x00"),
        "Sun, 06 Nov 1994 08:49:37",  # no zone
        "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37 GMT+1",
        "Sun, 06 Nov 1994 08:49:37 gmt",  # case-sensitive
        "sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT",
        "Sun, 06 Nov 01994 08:49:37 GMT",
        "Sun, 06 Nov 1994 8:49:37 GMT",
        "Sun, 06 Nov 1994 08:49 GMT",
        "Sun,  06 Nov 1994 08:49:37 GMT",
        " Sun, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 06 Nov 1994 08:49:37 GMT\n",
        "Sun, 06 Nov 1994 08:49:37 GMT; length=1",  # an old Netscape's
        "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
        "06 Nov 1994 08:49:37 GMT",
        "Xyz, 06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Xyz 1994 08:49:37 GMT",
        "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Wed, 29 Feb 2023 00:00:00 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, ٠٦ Nov 1994 08:49:37 GMT",  # digits of another script
        "Sun, -6 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06-Nov-94 08:49:37 GMT",
        "Sun Nov 6 08:49:37 1994",
        "Sun Nov 06 08:49:37 1994 GMT",
        "1994-11-06T08:49:37Z",
    ],
)
def test_that_what_is_no_date_is_none(text: str) -> None:
    assert parse_http_date(text, NOW) is None


@given(st.text(max_size=60))
def test_that_no_text_makes_the_date_reader_raise(text: str) -> None:
    result = parse_http_date(text, NOW)
    assert result is None or isinstance(result, float)
