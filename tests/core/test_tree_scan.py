"""Looking into a folder: what is in it is there, what leads out of it or is no file is left out."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from desktop_share.core import tree_scan
from desktop_share.core.errors import SourceError
from desktop_share.core.sources import FileSource, FolderSource, Member, MemorySource, SelectionSource
from desktop_share.core.tree import LeftOut, Tree, WhyLeftOut
from desktop_share.core.tree_scan import ScanStopped, scan, selection_tree, tree_version

posix = pytest.mark.skipif(os.name != "posix", reason="what only POSIX systems have")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "Photos"
    folder.mkdir()
    return folder


def names(tree: Tree) -> list[str]:
    return [entry.name for entry in tree.entries]


def test_that_the_folder_is_at_the_top_and_empty_ones_are_kept(root):
    (root / "b" / "inner").mkdir(parents=True)
    (root / "a.txt").write_text("a")
    (root / "b" / "c.txt").write_text("cc")
    (root / ".hidden").write_text("")
    tree = scan(root)
    assert names(tree) == [
        "Photos/", "Photos/.hidden", "Photos/a.txt", "Photos/b/", "Photos/b/c.txt", "Photos/b/inner/"
    ]  # fmt: skip
    entry = tree.entries[4]
    status = os.lstat(root / "b" / "c.txt")
    assert entry[1:8] == (
        str(root / "b" / "c.txt"), 2, status.st_mtime_ns, status.st_mode, status.st_ino, status.st_dev,
        status.st_ctime_ns,
    )  # fmt: skip
    assert tree.entries[3].size == 0
    assert stat.S_ISDIR(tree.entries[3].mode)
    assert (tree.left_out, tree.left_out_count) == ((), 0)


@posix
def test_that_what_is_in_a_renamed_folder_follows_its_new_name(root):
    (root / "a:b").mkdir()
    (root / "a?b").mkdir()
    (root / "a?b" / "x").write_text("")
    (root / "A_B").write_text("")
    assert names(scan(root)) == ["Photos/", "Photos/A_B", "Photos/a_b (2)/", "Photos/a_b (3)/", "Photos/a_b (3)/x"]


@posix
def test_that_a_name_that_is_no_text_is_there_and_is_found_on_disk(root):
    path = os.path.join(os.fsencode(root), b"caf\xe9.txt")
    try:
        Path(os.fsdecode(path)).write_text("x")
    except OSError:
        pytest.skip("a file system of Unicode names")
    entry = scan(root).entries[1]
    assert entry.name == "Photos/caf_.txt"
    assert os.fsencode(entry.path) == path


@posix
@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda path: path.symlink_to("/etc/passwd"), WhyLeftOut.LEADS_OUT),
        (lambda path: path.symlink_to(path.parent.parent / "Photos2" / "x"), WhyLeftOut.LEADS_OUT),
        (lambda path: path.symlink_to("/"), WhyLeftOut.LEADS_OUT),
        (lambda path: path.symlink_to(".."), WhyLeftOut.LEADS_OUT),
        (lambda path: path.symlink_to("."), WhyLeftOut.LINKED_FOLDER),
        (lambda path: path.symlink_to("inner"), WhyLeftOut.LINKED_FOLDER),
        (lambda path: path.symlink_to("nothing"), WhyLeftOut.BROKEN_LINK),
        (lambda path: path.symlink_to(path.name), WhyLeftOut.BROKEN_LINK),
        (lambda path: path.symlink_to("/dev/null"), WhyLeftOut.LEADS_OUT),
        (lambda path: os.mkfifo(path), WhyLeftOut.NOT_A_FILE),
        (lambda path: _bind(path), WhyLeftOut.NOT_A_FILE),
        (lambda path: _device(path), WhyLeftOut.NOT_A_FILE),
    ],
)
def test_that_what_is_not_in_the_folder_or_no_file_is_left_out(root: Path, make: Callable[[Path], object], why):
    (root / "inner").mkdir()
    (root.parent / "Photos2").mkdir()
    (root.parent / "Photos2" / "x").write_text("a sibling whose name begins the same")
    make(root / "odd")
    tree = scan(root)
    assert names(tree) == ["Photos/", "Photos/inner/"]
    assert (tree.left_out, tree.left_out_count) == ((LeftOut("odd", why),), 1)


def _bind(path: Path) -> None:
    here = os.getcwd()
    with socket.socket(socket.AF_UNIX) as listening:
        os.chdir(path.parent)  # the name of a socket is a hundred bytes at most
        try:
            listening.bind(path.name)
        finally:
            os.chdir(here)


def _device(path: Path) -> None:
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only the superuser makes devices")


@posix
def test_that_a_link_to_a_file_in_the_folder_is_that_file(root):
    (root / "b").mkdir()
    (root / "b" / "real").write_text("real")
    (root / "link").symlink_to("b/real")
    (root / "chain").symlink_to(root / "link")
    whole = root.parent / "shared by a link"
    whole.symlink_to(root)
    tree = scan(whole)
    top = "shared by a link/"
    assert names(tree) == [top, top + "b/", top + "b/real", top + "chain", top + "link"]
    assert {entry.path for entry in tree.entries if not entry.is_folder} == {str(whole / "b" / "real")}
    assert [entry.size for entry in tree.entries][2:] == [4, 4, 4]


def test_that_what_may_not_be_read_is_left_out(root, monkeypatch):
    (root / "secret").write_text("")
    (root / "open").write_text("")
    monkeypatch.setattr(tree_scan, "may_read", lambda path: not path.endswith("secret"))
    tree = scan(root)
    assert names(tree) == ["Photos/", "Photos/open"]
    assert tree.left_out == (LeftOut("secret", WhyLeftOut.UNREADABLE),)


@pytest.mark.parametrize(
    ("error", "left_out"),
    [
        (PermissionError(13, "no"), (LeftOut("b", WhyLeftOut.UNREADABLE),)),
        (OSError(36 if os.name == "posix" else 38, "long"), (LeftOut("b", WhyLeftOut.TOO_DEEP),)),
        (OSError(5, "broken disk"), (LeftOut("b", WhyLeftOut.UNREADABLE),)),
        (FileNotFoundError(2, "gone"), ()),
    ],
)
def test_that_a_folder_that_cannot_be_looked_into_is_left_out_and_a_vanished_one_is_not_there(
    root, monkeypatch, error, left_out
):
    (root / "b").mkdir()
    (root / "c").mkdir()
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("b"):
            raise error
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    tree = scan(root)
    assert names(tree) == ["Photos/", "Photos/c/"]
    assert tree.left_out == left_out


def test_that_a_file_that_vanishes_while_it_is_looked_at_is_not_there(root, monkeypatch):
    (root / "a").write_text("")
    (root / "b").write_text("")
    real = os.lstat

    def lstat(path: str) -> os.stat_result:
        if path == str(root / "a"):
            os.unlink(path)
        return real(path)

    monkeypatch.setattr(os, "lstat", lstat)
    tree = scan(root)
    assert names(tree) == ["Photos/", "Photos/b"]
    assert tree.left_out_count == 0


@posix
def test_that_only_the_first_of_many_that_are_left_out_are_named(root):
    for number in range(250):
        (root / f"{number:03}").symlink_to("/etc/passwd")
    tree = scan(root)
    assert tree.left_out_count == 250
    assert [each.path for each in tree.left_out] == [f"{number:03}" for number in range(100)]


@posix
def test_that_folders_nested_more_deeply_than_calls_are_looked_into(root):
    levels = [root]
    for _ in range(1500):
        levels.append(levels[-1] / "d")
        levels[-1].mkdir()
    (levels[-1] / "bottom").write_text("")
    try:
        assert scan(root).entries[-1].name == "Photos/" + "d/" * 1500 + "bottom"
    finally:  # what clears up after the tests calls itself for every level
        (levels[-1] / "bottom").unlink()
        for level in reversed(levels):
            level.rmdir()


def test_that_a_name_too_long_for_an_archive_is_left_out(root, monkeypatch):
    monkeypatch.setattr(tree_scan, "LONGEST", 20)
    (root / "inner").mkdir()
    (root / "inner" / "a name of some length").write_text("")
    assert scan(root).left_out == (
        LeftOut(os.path.join("inner", "a name of some length").replace(os.sep, "/"), WhyLeftOut.TOO_DEEP),
    )


@pytest.mark.parametrize(
    ("change", "etag_differs", "version_differs"),
    [
        (os.fspath, False, False),
        (lambda root: (root / "a").write_text("longer"), True, True),
        (lambda root: os.utime(root / "a", ns=(1, 1)), True, True),
        (lambda root: (root / "new").write_text(""), True, True),
        (lambda root: (root / "a").rename(root / "b"), True, True),
        (lambda root: (root / "empty").rmdir(), True, True),
        pytest.param(lambda root: (root / "a").chmod(0o400), True, False, marks=posix),
        (lambda root: os.utime(root, ns=(1, 1)), True, False),
    ],
)
def test_that_a_change_is_another_etag_and_what_the_owner_calls_a_change_another_version(
    root, change, etag_differs, version_differs
):
    (root / "a").write_text("a")
    (root / "empty").mkdir()
    os.utime(root, ns=(5, 5))
    before = scan(root)
    change(root)
    after = scan(root)
    assert (before.etag != after.etag) == etag_differs
    assert (tree_version(before) != tree_version(after)) == version_differs
    assert after.etag.startswith('"')
    assert after.etag.endswith('"')


@pytest.mark.parametrize(("make", "kind"), [(os.fspath, "file-gone"), (lambda path: path.write_text(""), "is-file")])
def test_that_a_folder_that_is_none_any_more_is_said(tmp_path, make, kind):
    make(tmp_path / "Photos")
    with pytest.raises(SourceError) as raised:
        scan(tmp_path / "Photos")
    assert raised.value.problem.kind == kind


def test_that_a_folder_that_may_not_be_read_is_said(root, monkeypatch):
    def refuse(path: object) -> object:
        raise PermissionError(13, "no")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(SourceError) as raised:
        scan(root)
    assert raised.value.problem.kind == "file-unreadable"


def test_that_a_scan_can_be_stopped(root):
    (root / "b").mkdir()
    asked = []
    with pytest.raises(ScanStopped):
        scan(root, lambda: bool(asked) or asked.append(1) or False)


def test_that_the_members_of_a_selection_lie_side_by_side(root):
    (root / "x").write_text("x")
    file = root.parent / "note.txt"
    file.write_text("file")
    memory = MemorySource(b"d" * 32, 4, "note.txt", "text/plain")
    source = SelectionSource(
        (Member("note.txt", FileSource(file)), Member("NOTE.txt", memory), Member("Photos", FolderSource(root))), "3"
    )
    tree = selection_tree(source, lambda _: b"memo")
    assert names(tree) == ["note.txt", "NOTE (2).txt", "Photos/", "Photos/x"]
    assert (tree.entries[0].path, tree.entries[0].size) == (str(file), 4)
    assert (tree.entries[1].path, tree.entries[1].data, tree.entries[1].size) == ("", b"memo", 4)
    other = SelectionSource(
        (*source.members[:1], Member("NOTE.txt", MemorySource(b"e" * 32, 4, "", "")), *source.members[2:]), "3"
    )
    assert selection_tree(other, lambda _: b"mama").etag != tree.etag


def test_that_a_selection_without_one_of_its_files_says_which(tmp_path):
    source = SelectionSource((Member("a", FileSource(tmp_path / "a")),), "1")
    with pytest.raises(SourceError, match="“a” was moved or deleted"):
        selection_tree(source, lambda _: b"")


PARTS = st.text(st.sampled_from("aA?:.é \\"), min_size=1, max_size=4).filter(lambda part: part not in (".", ".."))


@posix
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(paths=st.lists(st.lists(PARTS, min_size=1, max_size=3), max_size=12))
def test_that_every_file_of_any_folder_has_a_name_of_its_own(tmp_path_factory, paths):
    root = tmp_path_factory.mktemp("any") / "top"
    root.mkdir()
    for parts in paths:
        path = root.joinpath(*parts)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        except OSError:  # a file where this one wants a folder
            continue
    tree = scan(root)
    on_disk = {str(Path(folder, name)) for folder, folders, files in os.walk(root) for name in folders + files}
    assert {entry.path for entry in tree.entries} == on_disk | {str(root)}
    assert len({entry.name.rstrip("/").casefold() for entry in tree.entries}) == len(tree.entries) == len(on_disk) + 1
    folders = {""} | {entry.name for entry in tree.entries if entry.is_folder}
    assert all(
        entry.name.rstrip("/").rpartition("/")[0] + "/" in folders or entry.name == "top/" for entry in tree.entries
    )
