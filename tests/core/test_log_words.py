"""The log holds nothing that opens a link, and no line that a stranger made up."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.links import new_link
from desktop_share.core.log_words import HIDDEN, one_line, redacted, safe_log
from desktop_share.core.signed_links import Signer
from desktop_share.core.sources import FileSource

TOKEN = "2Ycs_cJhhriUKHXNyM421Q"


def signed() -> str:
    return Signer(b"s" * 32).sign(SharedItem(FileSource(Path("a").absolute()), 1.0), Disposition.INLINE, 1e9)


@pytest.mark.parametrize(
    "text",
    [
        "GET /d/{} HTTP/1.1",
        "'/s/{}/files/a b'",
        "http://192.168.1.2:8765/d/{}/name.txt",
        "%2Fd%2F{}%2Fname",
        "Referer: http://a/t/{}?x",
        "the token {} is odd",
        "Link(token='{}', note='')",
        "({})",
        "token={}&x",
        "/f/{}",
    ],
)
def test_that_a_token_is_hidden_wherever_it_stands(text: str) -> None:
    for secret in (TOKEN, signed(), "a" * 22, "-" + "_" * 21):
        if secret in (TOKEN, signed()) or "/" in text or "%2F" in text or "token=" in text:
            assert secret not in redacted(text.format(secret))
            assert HIDDEN in redacted(text.format(secret))


def test_that_tokens_of_ours_are_hidden() -> None:
    for token in (new_link().token for _ in range(300)):
        assert token not in redacted(f"/d/{token}")
        if token not in (token.lower(), token.upper()):  # one in ten thousand looks like a word, out of its place
            assert token not in redacted(f"what is {token}?")


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Authorization: Basic YW5hOnNlY3JldA==", "YW5hOnNlY3JldA"),
        ("'HTTP_AUTHORIZATION': 'Basic YW5hOnNlY3JldA==', 'x': 1", "YW5hOnNlY3JldA"),
        ("got basic YW5hOnNlY3JldA==", "YW5hOnNlY3JldA"),
        ("http://ana:secret@box/d/x", "secret"),
        ("Cookie: link=secret; other=secret", "secret"),
        ("Set-Cookie: link=secret; Path=/", "secret"),
        ("'HTTP_COOKIE': 'a=secret'", "secret"),
        ("/s/x?password=secret&a=b", "secret"),
        ("password='secret'", "secret"),
        ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaGhhc2g", "aGFzaGhhc2g"),
    ],
)
def test_that_credentials_are_hidden(text: str, secret: str) -> None:
    assert secret not in redacted(text)
    assert HIDDEN in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "port 8765 is taken by nginx",
        "basic settings are wrong",
        "/home/d/file.txt",
        "desktop_share.server.sharing.SharingService",
        "2026-11-22T14:05:09 192.168.1.7 fe80::1%eth0",
        "ein_sehr_langer_Dateiname_ohne_Ende.pdf",
        "HTTP/1.1 404 NOT FOUND",
    ],
)
def test_that_other_words_stay(text: str) -> None:
    assert redacted(text) == text


def test_that_a_line_stays_one_line() -> None:
    text = "a\nERROR forged\r\x1b[31m\u2028b\u202ec\x85d\ud800e\x00"
    assert one_line(text) == r"a\nERROR forged\r\x1b[31m\u2028b\u202ec\x85d\ud800e\x00"
    assert one_line("Zoë – 日本語 👋") == "Zoë – 日本語 👋"


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Iterator[io.StringIO]:
    """What a handler that somebody else made writes."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logging.getLogger().addHandler(handler)
    with safe_log():
        yield out
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize("name", ["waitress", "werkzeug", "desktop_share.server", "", "anything"])
def test_that_every_logger_of_the_process_is_safe(written: io.StringIO, name: str) -> None:
    logging.getLogger(name).error("%s asked for /d/%s", "a\nb", TOKEN)
    assert written.getvalue() == f"ERROR a\\nb asked for /d/{HIDDEN}\n"


def test_that_a_traceback_shows_no_token_and_forges_no_line(written: io.StringIO) -> None:
    try:
        try:
            raise ValueError(f"/d/{TOKEN}")
        except ValueError as error:
            raise OSError(2, f"no file\nERROR forged {signed()}") from error
    except OSError:
        logging.getLogger("desktop_share").exception("an answer failed")
    text = written.getvalue()
    assert "OSError" in text
    assert "ValueError" in text
    assert TOKEN not in text
    assert signed() not in text
    assert [line for line in text.splitlines() if not line.startswith("  ")] == ["ERROR an answer failed"]


def test_that_no_handler_gets_at_the_exception_itself(written: io.StringIO, caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError(f"/d/{TOKEN}")
    except ValueError:
        logging.getLogger("x").exception("failed")
    (record,) = caplog.records
    assert record.exc_info is None
    assert TOKEN not in repr(vars(record))


def test_that_a_wrong_call_shows_none_of_its_values(written: io.StringIO) -> None:
    logging.getLogger("x").error("%d of %s", TOKEN)
    assert written.getvalue() == "ERROR %d of %s (its values do not fit)\n"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_that_an_exception_that_nobody_caught_is_a_record(written: io.StringIO) -> None:
    def fail() -> None:
        raise ValueError(f"/d/{TOKEN}")  # its line is shown, too

    thread = threading.Thread(target=fail, name="a\nb")
    thread.start()
    thread.join()
    try:
        fail()
    except ValueError:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    text = written.getvalue()
    assert "CRITICAL the thread a\\nb failed" in text
    assert "CRITICAL the program failed" in text
    assert text.count("  ValueError: /d/") == 2
    assert TOKEN not in text


def test_that_it_ends() -> None:
    before = logging.getLogRecordFactory(), sys.excepthook, threading.excepthook
    with safe_log():
        assert logging.getLogRecordFactory() is not before[0]
    assert (logging.getLogRecordFactory(), sys.excepthook, threading.excepthook) == before


@given(st.text())
def test_that_no_text_is_too_odd(text: str) -> None:
    line = one_line(redacted(text))
    assert len(line.splitlines()) <= 1
    line.encode()
