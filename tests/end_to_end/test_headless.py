"""The terminal mode as a process of its own: what it prints, what it serves, how it ends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PROGRAM = [sys.executable, "-m", "desktop_share"]
ENDED = signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT


@contextlib.contextmanager
def sharing(*arguments: str | Path, **environment: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """The program and its 'ready' line; killed at the end, if it still runs."""
    command = [*PROGRAM, "--headless", "--json", "--port", "0", *map(str, arguments)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=dict(os.environ, **environment)
    ) as process:
        try:
            yield process, _next(process)
        finally:
            process.kill()


def _next(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line: dict[str, Any] = json.loads(process.stdout.readline())
    return line


def _events_to(process: subprocess.Popen[str], name: str) -> list[dict[str, Any]]:
    """The next lines up to the one that tells of this."""
    lines = [_next(process)]
    while lines[-1]["event"] != name:
        lines.append(_next(process))
    return lines


def _get(link: str) -> tuple[bytes, Any]:
    with urllib.request.urlopen(link, timeout=10) as answer:
        return answer.read(), answer.headers


def _ran(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=60,
        check=False,
        env=dict(os.environ, **environment),
    )


def test_that_json_says_what_is_shared_and_what_happens(pdf: Path, photo: Path, data_dir: Path) -> None:
    with sharing("--data-dir", data_dir, pdf, photo) as (process, ready):
        assert ready["event"] == "ready"
        assert ready["url"].endswith(f":{ready['port']}")
        assert [(item["name"], item["path"]) for item in ready["items"]] == [(p.name, str(p)) for p in (pdf, photo)]
        content, headers = _get(ready["items"][0]["link"])
        assert content == pdf.read_bytes()
        assert headers["Content-Disposition"] == f'attachment; filename="{pdf.name}"'
        started, *_, finished = _events_to(process, "finished")
        assert started["event"] == "started"
        assert finished == started | {"event": "finished", "sent": len(content), "total": len(content)}
        assert started["item"] == ready["items"][0]["id"]
        process.send_signal(ENDED)
        assert process.wait(20) == 0


def test_that_name_type_and_disposition_are_as_asked(pdf: Path, data_dir: Path) -> None:
    options = ("--inline", "--name", "a/b\u202e.txt", "--type", "text/x-odd")
    with sharing("--data-dir", data_dir, *options, pdf) as (_, ready):
        _, headers = _get(ready["items"][0]["link"])
        assert headers["Content-Type"] == "text/x-odd; charset=utf-8"  # all of it is ASCII
        assert headers["Content-Disposition"] == 'inline; filename="a_b.txt"'


def test_that_links_are_the_same_after_a_kill(pdf: Path, data_dir: Path) -> None:
    """Started anew without paths, it shares what it shared."""
    with sharing("--data-dir", data_dir, pdf) as (process, before):
        process.kill()
        process.wait(20)
    with sharing(DESKTOP_SHARE_DATA_DIR=str(data_dir)) as (_, after):
        assert after["items"][0]["link"].split("/d/")[1] == before["items"][0]["link"].split("/d/")[1]
        assert _get(after["items"][0]["link"])[0] == pdf.read_bytes()


def test_that_a_relative_path_is_made_absolute(pdf: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pdf.parent)
    with sharing("--data-dir", data_dir, pdf.name) as (_, ready):
        assert ready["items"][0]["path"] == str(pdf)


def test_that_a_name_that_is_no_text_is_shared(undecodable: Path, data_dir: Path) -> None:
    with sharing("--data-dir", data_dir, undecodable) as (_, ready):
        assert _get(ready["items"][0]["link"])[0] == undecodable.read_bytes()


def test_that_without_a_path_a_welcome_is_shared(data_dir: Path) -> None:
    with sharing("--data-dir", data_dir) as (_, ready):
        content, headers = _get(ready["items"][0]["link"])
        assert b"Desktop Share" in content
        assert headers["Content-Type"].startswith("text/html")


def test_that_no_display_is_said_in_a_line_and_the_terminal_mode_runs(pdf: Path, data_dir: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment.pop("QT_QPA_PLATFORM", None)
    command = [*PROGRAM, "--data-dir", str(data_dir), "--port", "0", str(pdf)]
    if sys.platform in ("win32", "darwin"):
        pytest.skip("Windows and macOS always have a display.")
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, env=environment
    ) as process:
        try:
            assert process.stderr is not None
            assert process.stdout is not None
            said = process.stderr.readline()
            assert said == "desktop-share: There is no display here, so it carries on in the terminal.\n"
            printed = iter(process.stdout.readline, "")
            link = next(line.strip() for line in printed if line.startswith("  http"))
            assert any("█" in line for line in printed)
            assert _get(link)[0] == pdf.read_bytes()
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--headless", "nothing.txt"), 1, "There is no file “nothing.txt”"),
        (("--headless", "--name", "x", "a", "b"), 2, "--name goes with exactly one PATH"),
        (("--headless", "--type", "nonsense", "a"), 2, "is no media type"),
        (("--headless", "--port", "70000"), 2, "70000"),
        (("--headless", "--port", "6000", "{file}"), 2, "Browsers refuse to open port 6000"),
        (("--headless", "--bind", "", "{file}"), 2, "--bind got nothing"),
        (("--headless", "--data-dir", "", "{file}"), 2, "--data-dir got nothing"),
        (("--headless", ""), 1, "There is no file"),
        (("--no-such-option",), 2, "--no-such-option"),
        (("--headless", "--text", ""), 2, "--text got nothing"),
        (("--headless", "--name", "x", "--text", "a", "{file}"), 2, "--name goes with exactly one PATH"),
        (("--headless", "--name", "x"), 2, "--name goes with exactly one PATH"),
        (("--headless", "-", "-"), 2, "Give '-' one time"),
        (("-",), 2, "- goes with --headless or --json"),
        (("--text", "a"), 2, "--text goes with --headless or --json"),
        (("--zip", "{file}"), 2, "--zip goes with --headless or --json"),
        (("--explain", "{file}"), 2, "--explain goes with --headless or --json"),
        (("--headless", "--zip"), 2, "--zip needs at least one PATH"),
        (("--headless", "--zip", "-", "{file}"), 2, "Leave '-' or --zip out"),
        (("--headless", "--zip", "--follow", "{file}"), 2, "an archive cannot grow"),
        (("--headless", "--follow"), 2, "--follow goes with a file that is still growing"),
        (("--headless", "--follow", "-"), 2, "--follow goes with a file that is still growing"),
        (("--headless", "--follow", "{file}", "."), 2, "'.' is a folder"),
        (("--headless", "--cache", "soon", "{file}"), 2, "none of ask, never, and a number of seconds"),
        (("--headless", "--cache", "0", "{file}"), 2, "none of ask, never, and a number of seconds"),
        (("--headless", "--cache", "-5", "{file}"), 2, "none of ask, never, and a number of seconds"),
        (("--headless", "--cache", "9" * 5000, "{file}"), 2, "none of ask, never, and a number of seconds"),
        (("--headless", "-", "nothing.txt"), 1, "There is no file “nothing.txt”"),
        (("--headless", "--bind", "nonsense", "{file}"), 1, "nonsense"),
        (("--headless", "--bind", "203.0.113.77", "{file}"), 1, "203.0.113.77"),
    ],
)
def test_that_bad_input_gets_a_line_that_says_what_to_do(
    pdf: Path, data_dir: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = _ran("--data-dir", data_dir, *(each.format(file=pdf) for each in arguments))
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_that_a_taken_port_is_said_with_the_program_that_has_it(pdf: Path, data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = _ran("--headless", "--data-dir", data_dir, "--bind", "127.0.0.1", "--port", str(port), pdf)
    assert done.returncode == 1
    assert f"Port {port} is in use" in done.stderr
    assert done.stderr.count("\n") == 1


def test_that_a_data_folder_that_cannot_be_written_is_said_and_sharing_goes_on(pdf: Path, tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    command = [*PROGRAM, "--json", "--port", "0", "--data-dir", str(in_the_way / "data"), str(pdf)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            ready = _next(process)
            assert process.stderr is not None
            assert "until you quit" in process.stderr.readline()
            assert _get(ready["items"][0]["link"])[0] == pdf.read_bytes()
        finally:
            process.kill()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="/dev/full is Linux's")
@pytest.mark.parametrize("mode", ["--headless", "--json"])
def test_that_output_that_goes_to_a_full_disk_is_said_in_a_line(pdf: Path, data_dir: Path, mode: str) -> None:
    with open("/dev/full", "w") as full:
        command = [*PROGRAM, mode, "--port", "0", "--bind", "127.0.0.1", "--data-dir", str(data_dir), str(pdf)]
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True, timeout=60, check=False
        )
    assert done.returncode == 1
    assert done.stderr.startswith("desktop-share: The links cannot be printed: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.skipif(os.name != "posix", reason="closing descriptors for a program is the POSIX shell's way")
def test_that_it_serves_without_any_output(pdf: Path, data_dir: Path, free_port: int) -> None:
    options = f"--headless --port {free_port} --bind 127.0.0.1"
    script = f'exec "$0" -m desktop_share {options} --data-dir "$1" "$2" >&- 2>&- <&-'
    with subprocess.Popen(["/bin/sh", "-c", script, sys.executable, str(data_dir), str(pdf)]) as process:
        try:
            answered = None
            for _ in range(1000):
                with contextlib.suppress(OSError):  # not listening yet, or not knowing its names yet
                    answered = _get(f"http://127.0.0.1:{free_port}/robots.txt")
                    break
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.02)
            assert answered is not None
            process.send_signal(ENDED)
            assert process.wait(20) == 0
        finally:
            process.kill()


def test_that_a_foreign_host_gets_nothing(pdf: Path, data_dir: Path) -> None:
    with sharing("--data-dir", data_dir, pdf) as (_, ready):
        asked = urllib.request.Request(ready["items"][0]["link"], headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(asked, timeout=10)
        with refused.value as error:
            assert error.code == 421
