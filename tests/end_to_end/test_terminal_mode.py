"""What the terminal mode shares beside files, as a process of its own, fetched by curl."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from support.program import PROGRAM, Curl, sharing

ENDED = signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT


def fields(answer: bytes) -> dict[str, str]:
    lines = answer.split(b"\r\n\r\n")[0].decode("ascii").splitlines()[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "Photos"
    (folder / "old").mkdir(parents=True)
    (folder / "old" / "a.jpg").write_bytes(os.urandom(100_000))
    (folder / "note").write_text("Grüße\n", "utf-8")
    return folder


def test_that_a_folder_is_ready_at_once_and_told_when_it_is_indexed(photos: Path, curl: Curl, tmp_path: Path) -> None:
    with sharing(photos) as program:
        (item,) = program.ready["items"]
        assert (item["name"], item["path"]) == ("Photos.zip", str(photos))
        assert program.event("indexed") == {"event": "indexed", "item": item["id"]}
        curl("--output", tmp_path / "got.zip", item["link"])
        with zipfile.ZipFile(tmp_path / "got.zip") as archive:
            assert archive.testzip() is None
            assert sum(name.endswith("old/a.jpg") for name in archive.namelist()) == 1
        assert program.event("finished")["total"] == (tmp_path / "got.zip").stat().st_size


def test_that_all_paths_are_one_zip(photos: Path, pdf: Path, curl: Curl, tmp_path: Path) -> None:
    with sharing("--zip", "--name", "Holidays", photos, pdf) as program:
        (item,) = program.ready["items"]
        assert (item["name"], item["path"]) == ("Holidays.zip", None)
        assert program.event("indexed")["item"] == item["id"]
        curl("--output", tmp_path / "got.zip", item["link"])
        with zipfile.ZipFile(tmp_path / "got.zip") as archive:
            assert archive.testzip() is None
            assert archive.read(pdf.name) == pdf.read_bytes()
            assert "Photos/note" in archive.namelist()


def test_that_standard_input_goes_to_one_who_waits_and_to_one_who_is_late(curl: Curl) -> None:
    data = os.urandom(300_000)
    with sharing("--name", "backup.tar", "-") as program:
        (item,) = program.ready["items"]
        assert (item["name"], item["path"]) == ("backup.tar", None)
        with subprocess.Popen(
            ["curl", "--silent", "--no-buffer", "--max-time", "30", item["link"]], stdout=subprocess.PIPE
        ) as early:
            assert early.stdout is not None
            program.stdin.write(data[:1000])
            program.stdin.flush()
            assert early.stdout.read(1000) == data[:1000]  # before the rest is there
            program.stdin.write(data[1000:])
            program.stdin.close()
            assert early.stdout.read() == data[1000:]
        late = curl("--include", item["link"])
        assert late.stdout.split(b"\r\n\r\n", 1)[1] == data
        told = fields(late.stdout)
        assert (told["cache-control"], told["content-type"]) == ("no-store", "application/x-tar")
        assert "content-length" not in told


def test_that_standard_input_is_forgotten_with_the_program(curl: Curl) -> None:
    with sharing("-", "--text", "kept") as program:
        assert len(program.ready["items"]) == 2
        program.stdin.close()
        assert curl(program.links[0]).stdout == b""
        program.process.send_signal(ENDED)
        assert program.process.wait(20) == 0
    with sharing() as program:
        (item,) = program.ready["items"]
        assert curl(item["link"]).stdout == b"kept"


def test_that_it_ends_while_standard_input_is_open_and_nothing_comes() -> None:
    with sharing("-") as program:
        program.process.send_signal(ENDED)
        assert program.process.wait(20) == 0


def test_that_a_text_is_shared_as_utf8(curl: Curl) -> None:
    with sharing("--text", "Grüße, 日本", "--name", "hello.txt", "--inline") as program:
        answer = curl("--include", program.links[0])
        told = fields(answer.stdout)
        assert answer.stdout.endswith("\r\n\r\nGrüße, 日本".encode())
        assert told["content-type"] == "text/plain; charset=utf-8"
        assert told["content-disposition"] == 'inline; filename="hello.txt"'


@pytest.mark.parametrize(
    ("asked", "sent"),
    [("ask", "private, no-cache"), ("never", "no-store"), ("3600", "private, max-age=3600")],
)
def test_that_the_cache_policy_is_as_asked(pdf: Path, curl: Curl, asked: str, sent: str) -> None:
    with sharing("--cache", asked, pdf) as program:
        assert fields(curl("--head", program.links[0]).stdout)["cache-control"] == sent


def test_that_a_file_that_grows_is_followed(tmp_path: Path, need: Callable[[str], str]) -> None:
    log = tmp_path / "growing.log"
    log.write_bytes(b"one\n")
    with (
        sharing("--follow", log) as program,
        subprocess.Popen([need("curl"), "--silent", "--no-buffer", program.links[0]], stdout=subprocess.PIPE) as curl,
    ):
        assert program.ready["items"][0]["path"] == str(log)
        assert curl.stdout is not None
        assert curl.stdout.readline() == b"one\n"
        with log.open("ab") as more:
            more.write(b"two\n")
        assert curl.stdout.readline() == b"two\n"
        curl.kill()


def test_that_an_explanation_is_the_answer_that_curl_gets(pdf: Path, curl: Curl) -> None:
    with sharing("--explain", pdf) as program:
        explained = program.event("explained")
        assert explained["item"] == program.ready["items"][0]["id"]
        assert explained["status"] == "HTTP/1.1 200 OK"
        head = fields(curl("--head", program.links[0]).stdout)
        told = {name.lower(): value for name, value in explained["headers"]}
        for name in ("content-type", "content-disposition", "cache-control", "etag", "content-length"):
            assert told[name] == head[name]
        assert all(isinstance(note, str) and note for note in explained["notes"])
        program.process.send_signal(ENDED)  # it went on serving until now
        assert program.process.wait(20) == 0


def test_that_an_explanation_is_text_for_people(pdf: Path) -> None:
    command = [*PROGRAM, "--headless", "--explain", str(pdf)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            printed = iter(process.stdout.readline, "")
            assert any(line == f"What a browser gets for {pdf.name}:\n" for line in printed)
            assert next(printed) == "  HTTP/1.1 200 OK\n"
            assert any(line == "  Content-Type: application/pdf\n" for line in printed)
            assert any(line.startswith("    curl ") for line in printed)
        finally:
            process.kill()


def test_that_a_name_that_says_nothing_is_typed_by_its_content(tmp_path: Path, photo: Path, curl: Curl) -> None:
    (tmp_path / "letter").write_text("Grüße", "utf-8")
    (tmp_path / "picture").write_bytes(photo.read_bytes())
    (tmp_path / "old.txt").write_bytes("Grüße".encode("latin-1"))
    with sharing(tmp_path / "letter", tmp_path / "picture", tmp_path / "old.txt") as program:
        sent = [fields(curl("--head", link).stdout)["content-type"] for link in program.links]
    assert sent == ["text/plain; charset=utf-8", "image/jpeg", "text/plain"]
