"""Repr-Digest and Want-Repr-Digest: tables of cases (RFC 9530, RFC 9651), and both asked of a live server."""

from __future__ import annotations

import base64
import hashlib
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_share.core.digests import AT_ONCE
from desktop_share.server.digest_fields import repr_digest, sha256_preference

CONTENT = bytes(range(256)) * 40
FIELD = f"sha-256=:{base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()}:"


@pytest.mark.parametrize(
    ("section", "field", "preference"),
    [
        ("9530 4 the strongest", "sha-256=10", 10),
        ("9530 4 the weakest", "sha-256=1", 1),
        ("9530 4 not acceptable", "sha-256=0", 0),
        ("9530 4 the RFC's example", "sha-512=3, sha-256=10, unixsum=0", 10),
        ("9530 4 unknown algorithms are passed over", "md5=10,  blake3=9 ,sha-256=2", 2),
        ("9530 4 other algorithms only", "sha-512=10", None),
        ("9530 4 above the scale", "sha-256=11", None),
        ("9530 4 below the scale", "sha-256=-1", None),
        ("9530 4 not sent", None, None),
        ("9530 4 a value without meaning", "sha-256", None),
        ("9530 4 a boolean", "sha-256=?1", None),
        ("9530 4 a decimal", "sha-256=1.0", None),
        ("9530 4 a string", 'sha-256="10"', None),
        ("9530 4 a list", "sha-256=(1 2)", None),
        ("9530 2 names are case-sensitive here", "SHA-256=10", None),
        ("9651 3.1.2 parameters", "sha-256=5;q=0.5;a", 5),
        ("9651 3.2 a doubled key: the last counts", "sha-256=5, sha-256=7", 7),
        ("9651 3.2 a doubled key: a last without meaning", "sha-256=5, sha-256=x", None),
        ("9651 3.1.1 a list within a list", "i=(1 ()), sha-256=3", None),
        ("9651 3.2 members of every type",
         'a=1.5, b="x,\\"y", c=t/x;p=1, d=:YQ==:, e=?0, f=@-1, g=%"%c3", h, i=(1 "2";x  a);y, j=(), sha-256=3', 3),
        ("9651 3.2 tabs about the comma", "a=1\t,\tsha-256=4", 4),
        ("9651 4.2 spaces around all", "  sha-256=4  ", 4),
        ("9651 3.3.1 leading zeros", "sha-256=0007", 7),
        ("9651 3.3.1 fifteen digits", "sha-256=000000000000007", 7),
        ("9651 3.3.1 sixteen digits", "sha-256=0000000000000007", None),
        ("9651 4.2.2 a comma at the end spoils it", "sha-256=4,", None),
        ("9651 4.2.2 two commas spoil it", "a=1,,sha-256=4", None),
        ("9651 4.2.2 no comma between", "a=1 sha-256=4", None),
        ("9651 4.2.2 one malformed member spoils all", "sha-256=4, a=", None),
        ("9651 3.1.2 a capital key", "sha-256=4, A=1", None),
        ("9651 4.2 space before the equals", "sha-256 =4", None),
        ("9651 3.3.3 an open string", 'sha-256=4, a="', None),
        ("9651 3.3.1 a sign", "sha-256=+4", None),
        ("9651 3.3.1 digits of other scripts", "sha-256=٤", None),
        ("empty", "", None),
        ("a list of names, as the older Want-Digest has it", "sha-256;q=1, sha-512", None),
    ],
)  # fmt: skip
def test_that_a_preference_for_sha_256_is_understood(section: str, field: str | None, preference: int | None) -> None:
    assert sha256_preference(field) == preference


@given(st.text(max_size=80) | st.text(alphabet='sha-256=,;:()?@%" \\1a*', max_size=80))
def test_that_any_value_is_a_preference_or_none(field: str) -> None:
    assert sha256_preference(field) in (None, *range(11))


@pytest.mark.parametrize("unit", ["a,", "a;b", "(", '"', "a=(1 ", "a=(a;a ", "0", ":", ";", " ", "\\", "%a", "a=1.1"])
def test_that_a_long_and_hostile_value_is_judged_in_linear_work(unit: str) -> None:
    for value in (unit * (32_000 // len(unit)), unit * (4_000 // len(unit)), "x=" + unit * (4_000 // len(unit))):
        assert sha256_preference(value + "\x00") is None


def test_that_the_value_is_a_byte_sequence_in_a_dictionary() -> None:
    # RFC 9530 appendix B: the digest of {"hello": "world"} and a line feed
    body = b'{"hello": "world"}\n'
    expected = "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
    assert repr_digest(hashlib.sha256(body).digest()) == expected


@pytest.fixture
def item(live, tmp_path):
    path = tmp_path / "numbers.bin"
    path.write_bytes(CONTENT)
    return live.share(path)


def test_that_a_small_file_is_hashed_for_who_asks_and_then_known_to_all(live, item):
    assert live.get(item)["Repr-Digest"] is None
    assert live.get(item, Want_Repr_Digest="sha-256=1")["Repr-Digest"] == FIELD
    plain, head = live.get(item), live.get(item, "HEAD")
    assert (plain.body, plain["Repr-Digest"], head["Repr-Digest"]) == (CONTENT, FIELD, FIELD)


@pytest.mark.parametrize("wanted", ["bytes=0-9", "bytes=0-9,20-29", "bytes=-1"])
def test_that_a_part_carries_the_digest_of_the_whole(live, item, wanted):
    reply = live.get(item, Range=wanted, Want_Repr_Digest="sha-256=10")
    assert (reply.status, reply["Repr-Digest"]) == (206, FIELD)


def test_that_only_an_answer_with_the_representation_carries_its_digest(live, item):
    first = live.get(item, Want_Repr_Digest="sha-256=10")
    for fields, status in (
        ({"If_None_Match": first["ETag"]}, 304),
        ({"If_Match": '"other"'}, 412),
        ({"Range": "bytes=999999-"}, 416),
    ):
        reply = live.get(item, Want_Repr_Digest="sha-256=10", **fields)
        assert (reply.status, reply["Repr-Digest"]) == (status, None)


@pytest.mark.parametrize("field", ["sha-512=10", "sha-256=11", "nonsense,", "sha-256"])
def test_that_a_wish_that_says_nothing_of_it_changes_nothing(live, item, field):
    assert live.get(item, Want_Repr_Digest=field)["Repr-Digest"] is None
    live.get(item, Want_Repr_Digest="sha-256=5")
    assert live.get(item, Want_Repr_Digest=field)["Repr-Digest"] == FIELD


def test_that_who_refuses_it_is_spared(live, item):
    live.get(item, Want_Repr_Digest="sha-256=5")
    assert live.get(item, Want_Repr_Digest="sha-256=0")["Repr-Digest"] is None


def test_that_a_changed_file_does_not_carry_the_old_digest(live, item):
    live.get(item, Want_Repr_Digest="sha-256=5")
    item.source.path.write_bytes(CONTENT[::-1])
    assert live.get(item)["Repr-Digest"] is None


def test_that_a_large_file_is_answered_without_and_has_it_soon_after(live, tmp_path):
    path = tmp_path / "large.bin"
    with path.open("wb") as sparse:
        sparse.truncate(AT_ONCE + 1)
    item = live.share(path)
    assert live.get(item, "HEAD", Want_Repr_Digest="sha-256=10")["Repr-Digest"] is None
    hashed = threading.Event()
    live.digests.changed.subscribe(lambda _: hashed.set())
    with live.digests:
        assert hashed.wait(20)
    expected = repr_digest(hashlib.sha256(bytes(AT_ONCE + 1)).digest())
    assert live.get(item, "HEAD")["Repr-Digest"] == expected
