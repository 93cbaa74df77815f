"""Names in an archive: legal wherever it is unpacked, and never two that fall together there."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_share.core.entry_names import entry_part, told_apart
from desktop_share.core.names import MAX_BYTES, legal_name


@pytest.mark.parametrize(
    ("on_disk", "in_archive"),
    [
        ("IMG_0001.jpg", "IMG_0001.jpg"),
        ("日本語.txt", "日本語.txt"),
        (".gitignore", ".gitignore"),
        ("..data", "..data"),
        (".CON", ".CON"),
        (".", "_"),
        ("..", "_"),
        ("...", "_"),
        (". ", "_"),
        (".\u0301a", ".\u0301a"),
        ("a\\b", "a_b"),
        ("C:\\x", "C_x"),
        ("..\\..\\etc", ".._.._etc"),
        ("stream.txt:hidden", "stream.txt_hidden"),
        ("CON", "_CON"),
        ("nul.txt", "_nul.txt"),
        ("Console.log", "Console.log"),
        ("trailing. ", "trailing"),
        ("line\nbreak", "line break"),
        ("bell\x07", "bell_"),
        (os.fsdecode(b"caf\xe9.txt") if os.name == "posix" else "caf\udce9.txt", "caf_.txt"),
        ("u\u0308ber", "über"),
        ("gpj\u202e.exe", "gpj.exe"),
        ("", "file"),
        ("-rf", "-rf"),
        ("a" * 300 + ".txt", "a" * 251 + ".txt"),
        ("." + "a" * 300, "." + "a" * 254),
    ],
)
def test_that_a_part_is_legal_on_every_system(on_disk, in_archive):
    assert entry_part(on_disk) == in_archive


@pytest.mark.parametrize(
    ("parts", "names"),
    [
        (["a.txt", "b.txt"], ["a.txt", "b.txt"]),
        (["A.txt", "a.txt"], ["A.txt", "a (2).txt"]),
        (["A.txt", "a (2).txt", "a.txt"], ["A.txt", "a (2).txt", "a (3).txt"]),
        (["a:b.txt", "a?b.txt", "a_b.txt"], ["a_b (2).txt", "a_b (3).txt", "a_b.txt"]),
        (["photos.tar.gz", "PHOTOS.tar.gz"], ["photos.tar.gz", "PHOTOS (2).tar.gz"]),
        (["Straße", "STRASSE"], ["Straße", "STRASSE (2)"]),
        (["u\u0308", "ü"], ["ü (2)", "ü"]),
        (["a/", "A"], ["a", "A (2)"]),
        (["my.files/", "MY.files/", "my.FILES"], ["my.files", "MY.files (2)", "my (2).FILES"]),
        (["x" * 255, "X" * 255], ["x" * 255, "X" * 251 + " (2)"]),
        ([os.fsdecode(b"\xff"), os.fsdecode(b"\xfe")] if os.name == "posix" else ["\udcff", "\udcfe"], ["_", "_ (2)"]),
    ],
)
def test_that_names_that_fall_together_are_told_apart(parts, names):
    assert told_apart((part.rstrip("/"), part.endswith("/")) for part in parts) == names


def test_that_many_of_one_name_cost_no_more_than_others():
    names = told_apart((f"a{'?' * (1 + number)}", False) for number in range(5000))
    assert names[0] == "a_"
    assert names[-1] == "a_ (5000)"


ANY_NAME = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=40).filter(
    lambda name: name not in (".", "..")
)
CLASHING = st.text(st.sampled_from("aA.:?_ ()2\u0308\udcff"), min_size=1, max_size=6).filter(
    lambda name: name not in (".", "..")
)


@given(st.lists(st.tuples(ANY_NAME | CLASHING, st.booleans()), unique_by=lambda part: part[0], max_size=40))
def test_that_whatever_lies_in_a_folder_has_legal_names_that_differ_everywhere(parts):
    names = told_apart(parts)
    assert len({name.casefold() for name in names}) == len(parts)
    for name in names:
        assert name not in ("", ".", "..")
        assert not set(name) & set('/\\:*?"<>|\0')
        assert name == name.rstrip(". ")
        assert len(name.encode()) <= MAX_BYTES
        assert entry_part(name) == name
        if not name.startswith("."):
            assert legal_name(name) == name
    assert told_apart(parts) == names


@given(ANY_NAME)
def test_that_the_short_way_for_plain_names_says_the_same_as_the_long_one(name):
    if not name.startswith("."):
        assert entry_part(name) == legal_name(name)


@given(st.text(st.sampled_from("conCONprnaulx.1 -)$@~"), min_size=1, max_size=9))
def test_that_no_device_takes_the_short_way(name):
    if not name.startswith("."):
        assert entry_part(name) == legal_name(name)
