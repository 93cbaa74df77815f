"""A folder as one ZIP, sent by the terminal mode as a process of its own, fetched by the programs that people have."""

from __future__ import annotations

import hashlib
import io
import os
import re
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.processes import started
from support.program import Curl, sharing

UTF8 = {**os.environ, "LC_ALL": "C.UTF-8"}
MIB = 1 << 20


def sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def assert_has(archive: zipfile.ZipFile, folder: Path) -> None:
    """The archive has each file of the folder, and no other."""
    files = {str(path.relative_to(folder.parent)): path for path in folder.rglob("*") if path.is_file()}
    assert files.keys() == {name for name in archive.namelist() if not name.endswith("/")}
    for name, path in files.items():
        assert archive.read(name) == path.read_bytes(), name


# -- interrupted and gone on with


@pytest.fixture
def many(tmp_path: Path) -> Path:
    """2,000 files, 200 MB."""
    folder, block = tmp_path / "many", os.urandom(MIB)
    for number in range(2000):
        place = folder / f"{number % 20:02}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number}.bin").write_bytes(block[number : number + 100_000 + number])
    return folder


def test_that_a_killed_download_of_a_folder_goes_on_where_it_was(
    many: Path, tmp_path: Path, curl: Curl, need: Callable[[str], str]
) -> None:
    got, again = tmp_path / "got.zip", tmp_path / "again.zip"
    with sharing(many) as program:
        program.event("indexed")
        link = program.links[0]
        length = int(fields(curl("--head", link).stdout)["content-length"])
        have = length // 2
        with started([need("curl"), "--silent", link], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            got.write_bytes(process.stdout.read(have))
            process.kill()
        told = fields(curl("--continue-at", "-", "--dump-header", "-", "--output", got, link).stdout)
        assert told["content-range"] == f"bytes {have}-{length - 1}/{length}"
        finished = program.event("finished")
        curl("--output", again, link)
        assert program.event("finished")["transfer"] != finished["transfer"]
    assert finished["sent"] == finished["total"] == length  # both parts together
    assert sha256(got) == sha256(again)
    with zipfile.ZipFile(got) as archive:
        assert_has(archive, many)


def fields(answer: bytes) -> dict[str, str]:
    lines = answer.split(b"\r\n\r\n")[0].decode("ascii").splitlines()[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


# -- before it has been read, and beyond 4 GB


LARGE = 5 << 30
BEGINS, ENDS = b"begins here", b"ends here"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """A folder with a small file, a sparse one of 5 GB, and a small one behind it."""
    folder = tmp_path / "film"
    folder.mkdir()
    (folder / "a.txt").write_bytes(b"before\n" * 100_000)
    with (folder / "b.bin").open("wb") as large:
        large.write(BEGINS)
        large.truncate(LARGE)
        large.seek(LARGE - len(ENDS))
        large.write(ENDS)
    if hasattr(os.stat_result, "st_blocks") and (folder / "b.bin").stat().st_blocks * 512 > LARGE // 2:
        pytest.skip("This disk has no sparse files.")
    (folder / "c.txt").write_bytes(b"behind")
    return folder


def test_that_a_download_begins_before_the_folder_has_been_read_and_has_ranges_beyond_4_gb_then(
    film: Path, curl: Curl, need: Callable[[str], str]
) -> None:
    with sharing(film) as program:
        link = program.links[0]
        with started([need("curl"), "--silent", "--no-buffer", link], stdout=subprocess.PIPE) as early:
            assert early.stdout is not None
            beginning = early.stdout.read(MIB // 2)
            early.kill()
        before = [line["event"] for line in program.events_to("indexed")]
        assert "started" in before
        head = fields(curl("--head", link).stdout)
        assert (head["accept-ranges"], head["etag"][0]) == ("bytes", '"')
        length = int(head["content-length"])
        assert length > LARGE
        assert curl("--range", f"0-{MIB // 2 - 1}", link).stdout == beginning
        with zipfile.ZipFile(io.BufferedReader(Remote(curl, link, length), 4096)) as archive:
            assert [(each.filename, each.file_size) for each in archive.infolist()] == [
                ("film/", 0),
                ("film/a.txt", 700_000),
                ("film/b.bin", LARGE),
                ("film/c.txt", 6),
            ]
            assert archive.getinfo("film/c.txt").header_offset > LARGE
            assert archive.read("film/c.txt") == b"behind"
            with archive.open("film/b.bin") as member:
                assert member.read(len(BEGINS)) == BEGINS
            behind = archive.getinfo("film/c.txt").header_offset
        end = curl("--range", f"{behind - len(ENDS)}-{behind + 3}", link).stdout
        assert end == ENDS + b"PK\3\4"


class Remote(io.RawIOBase):
    """What a link gives, read by ranges."""

    def __init__(self, curl: Curl, link: str, length: int) -> None:
        self._curl, self._link, self._length = curl, link, length
        self._position = 0

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._position = offset + (0, self._position, self._length)[whence]
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        last = min(self._position + len(buffer), self._length) - 1
        if last < self._position:
            return 0
        data = self._curl("--range", f"{self._position}-{last}", self._link).stdout
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


# -- what is hard to pack, read by all


@pytest.fixture
def awkward(tmp_path: Path) -> Path:
    """Names and kinds of every sort. What may not go into an archive is named 'never …'."""
    if sys.platform in ("win32", "darwin"):
        pytest.skip("Such names and kinds are made on Linux.")
    folder = tmp_path / "Awkward 🗻"
    deep = folder / "deep"
    deep.mkdir(parents=True)
    for _ in range(40):
        deep = deep / "folder in folder"
        deep.mkdir()
    (deep / "treasure.txt").write_bytes(b"found")
    for name in ("日程.txt", "cafe\u0301.txt", "café.txt", "emoji 🇯🇵.bin", "Same.txt", "SAME.txt", "same.txt"):
        (folder / name).write_bytes(name.encode())
    for name in (
        "a:b.txt",
        "a?b.txt",
        "back\\slash.txt",
        "con.txt",
        "trailing dot.",
        " space ",
        "new\nline",
        ".hidden",
    ):
        (folder / name).write_bytes(name.encode())
    (folder / os.fsdecode(b"caf\xe9 latin.txt")).write_bytes(b"latin")
    (folder / "empty folder" / "inside").mkdir(parents=True)
    (folder / "empty file").write_bytes(b"")
    (folder / "link in").symlink_to("日程.txt")
    (tmp_path / "secret.txt").write_bytes(b"secret")
    (folder / "never secret").symlink_to("../secret.txt")
    (folder / "never passwd").symlink_to("/etc/passwd")
    (folder / "never parent").symlink_to("..")
    (folder / "never itself").symlink_to(".")
    (folder / "never there").symlink_to("nothing")
    os.mkfifo(folder / "never fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        here = os.open(folder, os.O_RDONLY)
        listening.bind(f"/proc/self/fd/{here}/never socket")
        os.close(here)
    return folder


def piped(need: Callable[[str], str], link: str, *command: str) -> str:
    """What a program says that reads from curl as it comes."""
    with started([need("curl"), "--silent", link], stdout=subprocess.PIPE) as curl:
        done = subprocess.run(command, stdin=curl.stdout, capture_output=True, env=UTF8, check=False, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def test_that_an_awkward_folder_is_read_by_all(
    awkward: Path, tmp_path: Path, curl: Curl, need: Callable[[str], str]
) -> None:
    got = tmp_path / "got.zip"
    with sharing(awkward) as program:
        link = program.links[0]
        curl("--output", got, link)
        listed = {
            "bsdtar": piped(need, link, need("bsdtar"), "-tf", "-").splitlines(),
            "jar": piped(
                need, link, need("jar"), "-J-Dsun.stdout.encoding=UTF-8", "-J-Dfile.encoding=UTF-8", "t"
            ).splitlines(),
        }
    with zipfile.ZipFile(got) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        contents = sorted(archive.read(name) for name in names if not name.endswith("/"))
    for command in (("unzip", "-tq"), ("7z", "t")):
        done = subprocess.run([need(command[0]), command[1], str(got)], capture_output=True, env=UTF8, check=False)
        assert done.returncode == 0, done.stdout
    assert {reader: len(lines) for reader, lines in listed.items()} == dict.fromkeys(listed, len(names))
    assert listed["jar"] == names
    assert len({name.casefold() for name in names}) == len(names)
    assert not [
        name for name in names if "never" in name or re.search(r'[\\:*?"<>|\x00-\x1f]|(^|/)\.\.?(/|$)|^/', name)
    ]
    on_disk = [path for path in awkward.rglob("*") if not path.name.startswith("never")]
    assert contents == sorted(path.read_bytes() for path in on_disk if path.is_file())
    assert sum(name.endswith("/") for name in names) == 1 + sum(path.is_dir() for path in on_disk)


# -- changed while it is sent


@pytest.fixture
def parts(tmp_path: Path) -> Path:
    folder = tmp_path / "parts"
    folder.mkdir()
    for number in range(40):
        (folder / f"part {number:02}.bin").write_bytes(os.urandom(MIB))
    return folder


CHANGES: dict[str, Callable[[Path], object]] = {
    "changed": lambda path: path.write_bytes(b"other"),
    "moved or deleted": lambda path: path.unlink(),
    "changed while": lambda path: os.truncate(path, MIB // 2),
}


@pytest.mark.parametrize("said", CHANGES)
def test_that_a_change_while_it_is_sent_breaks_it_off_and_the_owner_hears_which_file_it_was(
    parts: Path, tmp_path: Path, curl: Curl, need: Callable[[str], str], said: str
) -> None:
    got = tmp_path / "got.zip"
    with sharing(parts) as program:
        program.event("indexed")
        link = program.links[0]
        with started([need("curl"), "--silent", link], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.read(MIB)  # and no more: what is between the two ends is far smaller than the rest
            CHANGES[said](parts / "part 24.bin")
            process.stdout.read()
            assert process.wait(60) != 0
        aborted = program.event("aborted")
        assert "part 24.bin" in aborted["reason"]
        assert said in aborted["reason"]
        assert aborted["sent"] < aborted["total"]
        curl("--output", got, link)
    with zipfile.ZipFile(got) as archive:
        assert_has(archive, parts)


# -- nothing outside


ATTACKS = [
    *("../secret.txt", "..%2fsecret.txt", "%2e%2e/secret.txt", "%2e%2e%2fsecret.txt", "%252e%252e%252fsecret.txt"),
    *("..%5csecret.txt", "..\\secret.txt", "x/../../secret.txt", "x/..%2f..%2fsecret.txt", "//secret.txt"),
    *("/etc/passwd", "%2fetc%2fpasswd", "..//..//..//..//..//..//etc/passwd", "../parts-private/secret.txt"),
    *("-private/secret.txt", "out/secret.txt", "secret link", "part 00.bin::$DATA", "PART00~1.BIN", "..;/secret.txt"),
    *(
        "%c0%ae%c0%ae/secret.txt",
        "%e2%80%a5/secret.txt",
        "..%00/secret.txt",
        "part%2000.bin%00",
        "./part%2000.bin",
        "../parts/part%2000.bin",
    ),
]


@pytest.mark.skipif(os.name == "nt", reason="Windows needs a right for links")
def test_that_no_trick_of_an_address_leads_out_of_the_folder(parts: Path, tmp_path: Path, curl: Curl) -> None:
    (tmp_path / "secret.txt").write_bytes(b"the secret")
    (tmp_path / "parts-private").mkdir()
    (tmp_path / "parts-private" / "secret.txt").write_bytes(b"the secret")
    (parts / "out").symlink_to("..")
    (parts / "secret link").symlink_to("../secret.txt")
    with sharing(parts) as program:
        base, _, token = program.links[0].partition("/d/")
        token = token.partition("/")[0]
        inside = curl("--fail", f"{base}/f/{token}/parts/part%2000.bin").stdout
        assert inside == (parts / "part 00.bin").read_bytes()
        for place in (f"f/{token}/", f"f/{token}/parts/", f"f/{token}/parts", f"s/{token}/files/parts/", f"f/{token}"):
            addresses = [f"{base}/{place}{attack.replace(' ', '%20')}" for attack in ATTACKS]
            answers = curl("--path-as-is", "--globoff", "--write-out", "%{http_code}\n", *addresses).stdout
            assert b"the secret" not in answers
            assert b"root:" not in answers
            assert set(re.findall(rb"^\d{3}$", answers, re.MULTILINE)) <= {b"404", b"400", b"403"}
            assert len(re.findall(rb"^\d{3}$", answers, re.MULTILINE)) == len(ATTACKS)
