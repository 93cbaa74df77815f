"""The command line's words for who may have it, and for how long."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
import pytest

from desktop_share.core.items import SharedItem
from desktop_share.core.link_terms import AS_THEY_ARE, LinkTerms
from desktop_share.core.links import Link
from desktop_share.core.networks import From
from desktop_share.core.options import Options
from desktop_share.core.settings import Settings
from desktop_share.core.sources import FileSource
from desktop_share.link_options import LONGEST_PASSWORD, check_links, line_of, moment, networks, password

NOW = datetime(2026, 11, 22, 14, 5).timestamp()  # noqa: DTZ001  this computer's time, as people write it


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("30s", 30), ("30m", 1800), ("1h", 3600), ("2d", 172_800), ("1w", 604_800), (" 2 H ", 7200)],
)
def test_that_a_duration_counts_from_now(text: str, seconds: int) -> None:
    assert moment(text, NOW) == NOW + seconds


def test_that_a_moment_is_this_computers_time_unless_it_names_a_zone() -> None:
    wanted = datetime(2026, 12, 1, 18, 0)  # noqa: DTZ001
    assert moment("2026-12-01T18:00", NOW) == wanted.timestamp()
    assert moment("2026-12-01 18:00", NOW) == wanted.timestamp()
    assert moment("2026-12-01T18:00:00+00:00", NOW) == datetime.fromisoformat("2026-12-01T18:00:00Z").timestamp()


@pytest.mark.parametrize("text", ["", "soon", "1", "h", "-1h", "1.5h", "0m", "2020-01-01", "2026-13-01", "9999999999h"])
def test_that_what_is_no_time_to_come_says_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match=r"Write it like|still to come"):
        moment(text, NOW)


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        (b"secret\n", "secret"),
        (b"secret", "secret"),
        (b"two words \r\nmore\n", "two words "),
        ("Zoë 🌻".encode(), "Zoë 🌻"),
    ],
)
def test_that_the_password_is_the_first_line(tmp_path: Path, content: bytes, wanted: str) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    assert password(str(file)) == wanted


def test_that_it_may_come_by_standard_input_and_leaves_the_rest_there() -> None:
    reading, writing = os.pipe()
    try:
        os.write(writing, "Zoë\ny\n".encode())
        assert password("-", lambda: line_of(reading)) == "Zoë"
        assert os.read(reading, 10) == b"y\n"
    finally:
        os.close(reading)
        os.close(writing)
    assert password(None) is None


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\n", b"x" * (LONGEST_PASSWORD + 1)])
def test_that_no_password_says_where_to_put_it(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "password"
    file.write_bytes(content)
    with pytest.raises(click.UsageError, match="password"):
        password(str(file))
    with pytest.raises(click.UsageError, match="Name another file"):
        password(str(tmp_path / "missing"))


def test_that_ranges_are_read_and_limit_this_run() -> None:
    given = networks(None, None, ("192.168.1.77/24", "10.0.0.7"))  # type: ignore[arg-type]
    assert given == ("192.168.1.0/24", "10.0.0.7/32")
    kept = Settings(interfaces=("eth0",), allow=("10.1.0.0/16",), deny=("10.0.0.8",))
    only = Options(Path("/d"), allow=given).limited(kept)
    assert (only.reach, only.interfaces, only.allow, only.deny) == (From.THIS_COMPUTER, (), given, ("10.0.0.8",))
    without = Options(Path("/d"), deny=given).limited(kept)
    assert without == replace(kept, deny=("10.0.0.8", *given))
    assert Options(Path("/d")).limited(kept) == kept
    with pytest.raises(click.BadParameter, match=r"192\.168\.1\.0/24"):
        networks(None, None, ("home",))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "password_file"),
    [
        (Options(Path("/d"), terms=LinkTerms(limit=1), signed=True), None),
        (Options(Path("/d"), terms=LinkTerms(ask=True), signed=True), None),
        (Options(Path("/d"), signed=True), "file"),
        (Options(Path("/d"), paths=("-",), terms=LinkTerms(ask=True)), None),
        (Options(Path("/d"), paths=("-",)), "-"),
    ],
)
def test_that_what_makes_no_sense_together_is_told(options: Options, password_file: str | None) -> None:
    with pytest.raises(click.UsageError, match=r"[Ll]eave .* out"):
        check_links(options, password_file)


def test_that_the_terms_are_the_default_links_and_the_rest_stays() -> None:
    item = SharedItem(FileSource(Path("/a")), 1.0, links=(Link("one", note="n", used=2, limit=2), Link("two")))
    terms = LinkTerms(NOW, 5, "hash", True)
    after = Options(Path("/d"), terms=terms).applied(item)
    assert after.links == (Link("one", "n", NOW, 5, 0, "hash", True), Link("two"))
    assert AS_THEY_ARE.applied(item.link) == item.link
    assert Options(Path("/d"), terms=terms, signed=True).applied(item) == item
