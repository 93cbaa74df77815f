"""What a second start tells the first: what is carried, and what is believed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from desktop_share.core import handover
from desktop_share.core.handover import HEADER, MOST_BYTES, MOST_PATHS, QUIT, Handover, HandoverError, decode, encode
from desktop_share.core.items import ASK_EVERY_TIME, NEVER_KEEP, CachePolicy, Disposition
from desktop_share.core.link_terms import LinkTerms
from desktop_share.core.options import Options

OWN = Options(Path("/own/data"), paths=("/own/file",), bind="127.0.0.1", port=4711)
ROOT = os.path.abspath(os.sep)


def sent(options: Options, **others: str) -> Handover:
    message = encode(Handover(options, **others))
    assert handover.length(message) == len(message) - HEADER
    return decode(message[HEADER:], OWN)


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"disposition": Disposition.INLINE},
        {"disposition": Disposition.ATTACHMENT, "name": "日本 🌻.txt", "media_type": "text/plain"},
        {"cache": ASK_EVERY_TIME},
        {"cache": NEVER_KEEP, "follow": True},
        {"cache": CachePolicy(3600)},
        {"terms": LinkTerms(1_800_000_000.5, 3, "$argon2id$x", True)},
        {"terms": LinkTerms(limit=1)},
    ],
    ids=str,
)
def test_that_how_a_file_is_to_be_presented_arrives(asked: dict) -> None:
    got = sent(Options(Path("/theirs"), paths=(f"{ROOT}a",), **asked)).options
    assert got.paths == (f"{ROOT}a",)
    assert {key: getattr(got, key) for key in asked} == asked
    assert (got.data_dir, got.bind, got.port) == (OWN.data_dir, OWN.bind, OWN.port)


def test_that_relative_paths_mean_the_folder_of_who_sends_them(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    got = sent(Options(Path("/x"), paths=("a", "./b/../c", f"{ROOT}d")))
    assert got.options.paths == (str(tmp_path / "a"), str(tmp_path / "c"), f"{ROOT}d")


@pytest.mark.skipif(os.name != "posix", reason="names are text there")
def test_that_a_name_that_is_not_utf8_arrives_byte_for_byte() -> None:
    name = b"/caf\xe9 \xff\n.txt"
    assert os.fsencode(sent(Options(Path("/x"), paths=(os.fsdecode(name),))).options.paths[0]) == name


def test_that_nothing_but_raising_the_window_and_quitting_are_messages_too() -> None:
    assert sent(Options(Path("/x"))).options.paths == ()
    assert sent(Options(Path("/x")), action=QUIT).action == QUIT
    assert sent(Options(Path("/x")), token="kwin-7_TIME123").token == "kwin-7_TIME123"


GOOD = {"version": 1, "action": "open", "paths": [f"{ROOT}a"]}


def test_that_what_a_later_version_adds_is_left_aside() -> None:
    assert decode(json.dumps(GOOD | {"colour": "green"}).encode(), OWN).options.paths == (f"{ROOT}a",)


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0" * 50,
        b"GET / HTTP/1.1\r\n\r\n",
        b"[" * 200_000,
        b"\xff\xfe{}",
        b"7",
        b"[]",
        json.dumps({}).encode(),
        *(
            json.dumps(GOOD | wrong).encode()
            for wrong in (
                {"version": 2},
                {"version": "1"},
                {"action": "delete"},
                {"action": None},
                {"paths": None},
                {"paths": "/a"},
                {"paths": ["a"]},
                {"paths": [""]},
                {"paths": [f"{ROOT}a\0b"]},
                {"paths": [7]},
                {"paths": [[]]},
                {"paths": [f"{ROOT}a"] * (MOST_PATHS + 1)},
                {"paths": [f"{ROOT}a", f"{ROOT}b"], "name": "one"},
                {"name": 7},
                {"name": "n" * 5000},
                {"type": "nonsense"},
                {"type": "text/html\r\nX: y"},
                {"disposition": "run"},
                {"disposition": []},
                {"cache": "never"},
                {"cache": [True]},
                {"cache": [-1]},
                {"cache": [1e400]},
                {"cache": [10**30]},
                {"terms": "mine"},
                {"terms": [True, None, None, False]},
                {"terms": [None, 0, None, False]},
                {"terms": [None, True, None, False]},
                {"terms": [None, None, 7, False]},
                {"terms": [None, None, None, 1]},
                {"terms": [None, None, None]},
                {"token": {}},
                {"token": "t" * 5000},
            )
        ),
    ],
    ids=lambda message: message[:60].decode("latin-1"),
)
def test_that_what_is_no_message_is_refused(message: bytes) -> None:
    with pytest.raises(HandoverError):
        decode(message, OWN)


@pytest.mark.skipif(os.name != "posix", reason="any UTF-16 is a name there")
def test_that_a_path_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(HandoverError):
        decode(json.dumps(GOOD | {"paths": ["/\ud800"]}).encode(), OWN)


@pytest.mark.parametrize("token", ["two\nlines", "é", "\0"])
def test_that_a_token_that_is_none_is_left_aside(token: str) -> None:
    assert decode(json.dumps(GOOD | {"token": token}).encode(), OWN).token == ""


def test_that_a_name_with_half_characters_becomes_one_that_can_be_kept() -> None:
    name = decode(json.dumps(GOOD | {"name": "a\ud800b"}).encode(), OWN).options.name
    assert name is not None
    assert name.encode("utf-8") == b"a?b"


def test_that_lengths_are_bounded() -> None:
    assert handover.length(MOST_BYTES.to_bytes(4, "big")) == MOST_BYTES
    with pytest.raises(HandoverError):
        handover.length((MOST_BYTES + 1).to_bytes(4, "big"))
    with pytest.raises(HandoverError):
        encode(Handover(Options(Path("/x"), paths=("/" + "é" * 1_000_000,))))
    with pytest.raises(HandoverError):
        encode(Handover(Options(Path("/x"), paths=("/a",) * (MOST_PATHS + 1))))


def test_that_an_answer_says_why_it_refuses() -> None:
    assert handover.refusal(handover.answer()[HEADER:]) == ""
    assert handover.refusal(handover.answer("no")[HEADER:]) == "no"
    with pytest.raises(HandoverError):
        handover.refusal(b"nonsense")
