"""The options of the terminal mode that say who may have it, and for how long: as processes, fetched by curl."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psutil
import pytest
from support.processes import wait_until
from support.program import OPTIONS, PROGRAM, Curl, Program, sharing
from support.tools import ROOT, need

ENDED = signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT
PASSWORD = "Tr0ub4dor-7c1e"
HOUR = 3600
LARGE = 48 << 20  # more than the buffers between the two ends


@pytest.fixture
def large(tmp_path: Path) -> Path:
    file = tmp_path / "large.bin"
    with file.open("wb") as out:
        out.truncate(LARGE)
    return file


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\nnot this\n", "utf-8")
    return file


@contextlib.contextmanager
def started(*arguments: str | Path, **options: object) -> Iterator[subprocess.Popen[bytes]]:
    """curl, while it runs."""
    command = [need("curl"), "--silent", "--show-error", "--max-time", "60", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **options) as process:  # type: ignore[call-overload]
        try:
            yield process
        finally:
            process.kill()


def rest_of(running: subprocess.Popen[bytes]) -> int:
    """How many bytes it still had, when the other end is gone; nothing was read from it before, so that it stood."""
    taken = len(running.communicate(timeout=30)[0])
    assert running.returncode in (18, 56)  # curl: closed with bytes remaining, or reset
    return taken


def status(curl: Curl, *arguments: str | Path) -> int:
    asked = ("--output", os.devnull, "--write-out", "%{http_code}", *arguments)
    return int(curl(*asked).stdout)


def refused(program: Program, reason: str, name: str) -> None:
    """The next thing that is told is this refusal."""
    assert program.line() == {"event": "refused", "reason": reason, "client": "127.0.0.1", "name": name}


# -- how long


class Later:
    """A clock for the program's links that stands still for the test, until it is set forward."""

    def __init__(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._path = path
        path.touch()
        monkeypatch.setenv("LATER", str(path))
        self.program = [sys.executable, "-m", "support.later_program", *OPTIONS]
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join(map(str, (ROOT, ROOT / "tests"))))

    def set_forward(self, seconds: int) -> None:
        os.truncate(self._path, seconds)


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Later:
    return Later(tmp_path / "later", monkeypatch)


def test_that_at_the_end_of_its_time_a_link_is_cut_and_gone(large: Path, curl: Curl, later: Later) -> None:
    with sharing("--expires", "1h", large, program=later.program) as program, started(program.links[0]) as running:
        program.event("started")
        later.set_forward(HOUR)
        cut = program.event("aborted")
        assert cut["reason"] == "The link’s time was over."
        assert rest_of(running) <= cut["sent"] < LARGE
        gone = curl("--include", program.links[0]).stdout.decode("utf-8")
        assert gone.startswith("HTTP/1.1 410 ")
        assert "This link’s time is over. It was good for a while only." in gone
        refused(program, "expired", large.name)


def test_that_a_signed_link_is_good_until_a_moment_and_cannot_be_changed(large: Path, curl: Curl, later: Later) -> None:
    until = datetime.fromtimestamp(time.time() + HOUR).isoformat()  # noqa: DTZ006  this computer's, as people write it
    with sharing("--signed", "--expires", until, large, program=later.program) as program:
        (link,) = program.links
        payload, name = link.rsplit("/", 1)
        changed = payload[:-10] + ("A" if payload[-10] != "A" else "B") + payload[-9:]
        assert status(curl, f"{changed}/{name}") == 403
        assert program.line()["reason"] == "signature-wrong"
        with started(link) as running:
            program.event("started")
            later.set_forward(HOUR)
            assert program.event("aborted")["reason"] == "The link’s time was over."
            assert rest_of(running) < LARGE
        assert status(curl, link) == 410
        refused(program, "expired", large.name)


def test_that_signed_links_are_the_items_bytes_and_outlive_the_program(pdf: Path, curl: Curl) -> None:
    with sharing("--signed", "--inline", pdf) as program:
        before = program.links[0]
        assert curl(before).stdout == pdf.read_bytes()
        assert b"\r\nContent-Disposition: inline;" in curl("--head", before).stdout
        assert program.event("finished")["sent"] == pdf.stat().st_size
        program.process.send_signal(ENDED)
        assert program.process.wait(20) == 0
    with sharing() as program:
        there = program.ready["url"] + "/d/" + before.split("/d/")[1]
        assert curl(there).stdout == pdf.read_bytes()
        assert program.links[0] != there


# -- how often


def test_that_a_link_is_good_for_so_many_whole_downloads(pdf: Path, curl: Curl, inbox: Path) -> None:
    with sharing("--downloads", "2", pdf) as program:
        (link,) = program.links
        for left in (2, 1):
            page = f"{left} of 2 downloads left. This command begins one:\ncurl -OJ -X POST {link}\n"
            wait_until(lambda page=page: page in curl(link).stdout.decode("utf-8"), "the last download to be counted")
            curl("--output-dir", inbox, "-OJ", "-X", "POST", link)
            assert program.event("finished")["sent"] == pdf.stat().st_size
            (got,) = inbox.iterdir()
            assert (got.name, got.read_bytes()) == (pdf.name, pdf.read_bytes())
            got.unlink()
        wait_until(lambda: status(curl, link) == 410, "the second download to be counted")
        assert status(curl, "-X", "POST", link) == 410
        assert program.event("refused")["reason"] == "used-up"


def test_that_a_download_that_broke_off_costs_nothing(large: Path, curl: Curl) -> None:
    with sharing("--downloads", "2", large) as program:
        (link,) = program.links
        with started("-X", "POST", link):
            program.event("started")
        assert program.event("aborted")["sent"] < LARGE
        assert "2 of 2 downloads left" in curl(link).stdout.decode("utf-8")
        curl("--output", os.devnull, "-X", "POST", link)
        assert program.event("finished")["sent"] == LARGE
        # who broke off may still come back for the rest: that place is not given to another yet
        wait_until(lambda: "1 of 2 downloads left" in curl(link).stdout.decode("utf-8"), "the download to be counted")
        assert status(curl, "-X", "POST", link) == 429
        refused(program, "all-taken", large.name)


# -- who knows the password


@pytest.mark.parametrize("way", ["file", "standard input"])
def test_that_the_password_opens_the_link_and_is_seen_nowhere(
    pdf: Path, secret: Path, curl: Curl, data_dir: Path, tmp_path: Path, way: str
) -> None:
    given = secret if way == "file" else Path("-")
    log = tmp_path / "log"
    with log.open("wb") as errors, secret.open("rb") as lines:
        stdin = subprocess.DEVNULL if way == "file" else lines
        with sharing("--verbose", "--password-file", given, pdf, stdin=stdin, stderr=errors) as program:
            (link,) = program.links
            asked = curl("--include", link).stdout.decode("utf-8")
            assert asked.startswith("HTTP/1.1 401 ")
            assert "curl -u any" in asked
            assert curl("-u", f":{PASSWORD}", link).stdout == pdf.read_bytes()
            program.event("finished")
            assert status(curl, "-u", ":not this", link) == 401
            refused(program, "password-wrong", pdf.name)
            process = psutil.Process(program.process.pid)
            seen = [*process.cmdline(), *process.environ().values(), program.ready]
            assert PASSWORD not in str(seen)
            program.process.send_signal(ENDED)
            assert program.process.wait(20) == 0
            rest = program.process.stdout.read() if program.process.stdout else b""
    for written in (rest, log.read_bytes(), *(each.read_bytes() for each in data_dir.rglob("*") if each.is_file())):
        assert PASSWORD.encode() not in written


# -- whom the owner lets in


@pytest.mark.parametrize("word", ["y", "o"])
def test_that_who_is_let_in_on_the_terminal_gets_the_bytes_that_they_waited_for(
    pdf: Path, curl: Curl, word: str
) -> None:
    with sharing("--approve", pdf) as program, started(program.links[0]) as waiting:
        asking = program.line()
        assert asking["event"] == "asking"
        assert (asking["client"], asking["name"]) == ("127.0.0.1", pdf.name)
        assert asking["device"].startswith("curl")
        assert waiting.poll() is None
        program.stdin.write(f"{word}\n".encode())
        program.stdin.flush()
        assert waiting.communicate(timeout=30)[0] == pdf.read_bytes()
        told = program.events_to("finished")
        assert curl(program.links[0]).stdout == pdf.read_bytes()  # and is not asked about again
        told += program.events_to("finished")
        assert {each["event"] for each in told} <= {"started", "progress", "finished"}


def test_that_who_is_not_let_in_is_told_so(pdf: Path) -> None:
    with sharing("--approve", pdf) as program, started("--include", program.links[0]) as waiting:
        asking = program.line()
        program.stdin.write(f"n {asking['id']}\n".encode())
        program.stdin.flush()
        answer = waiting.communicate(timeout=30)[0].decode("utf-8")
        assert answer.startswith("HTTP/1.1 403 ")
        assert "You were not let in. The sender decides about each new device." in answer
        refused(program, "not-approved", pdf.name)


def test_that_the_password_and_the_answers_come_one_behind_the_other(pdf: Path) -> None:
    """As from `printf 'secret\\nmaybe\\n' |`: both are there at once, and the one takes nothing of the other."""
    reading, writing = os.pipe()
    os.write(writing, f"{PASSWORD}\nmaybe\n".encode())
    try:
        with sharing("--password-file", "-", "--approve", pdf, stdin=reading, stderr=subprocess.PIPE) as program:
            assert program.process.stderr is not None
            assert "“maybe” answers nobody" in program.process.stderr.readline().decode("utf-8")
            with started("-u", f":{PASSWORD}", program.links[0]) as waiting:
                program.event("asking")
                os.write(writing, b"y\n")
                assert waiting.communicate(timeout=30)[0] == pdf.read_bytes()
    finally:
        os.close(reading)
        os.close(writing)


def test_that_a_browser_that_waits_is_no_refusal(pdf: Path, curl: Curl, tmp_path: Path) -> None:
    jar = tmp_path / "cookies"
    page = ("--header", "Accept: text/html", "--cookie", jar, "--cookie-jar", jar)
    with sharing("--approve", pdf) as program:
        for _ in range(2):  # the first brings the cookie, the second asks
            assert status(curl, *page, program.links[0]) == 403
        asking = program.line()
        assert asking["event"] == "asking"
        program.stdin.write(b"n\n")
        program.stdin.flush()
        wait_until(lambda: b"You were not let in" in curl(*page, program.links[0]).stdout, "the answer")
        refused(program, "not-approved", pdf.name)


# -- from where


NEIGHBOUR, STRANGER = "10.77.0.5", "10.77.9.5"
NETWORK_OF_ITS_OWN = 'ip link set lo up && ip route add local 10.77.0.0/16 dev lo && exec "$@"'


@contextlib.contextmanager
def sharing_apart(*arguments: str | Path) -> Iterator[Program]:
    """In a network of its own, whose loopback takes 10.77.0.0/16 too: addresses that no adapter has."""
    if sys.platform != "linux":
        pytest.skip("Only Linux has network namespaces.")
    apart = [need("unshare"), "--map-root-user", "--net", "sh", "-c", NETWORK_OF_ITS_OWN, "sh"]
    if need("ip") and subprocess.run([*apart, "true"], capture_output=True, check=False).returncode:
        pytest.skip("This system lets nobody make a network namespace.")
    command = [*apart, *PROGRAM, "--json", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.PIPE) as process:
        try:
            yield Program(process)
        finally:
            process.kill()


def status_from(client: str, program: Program) -> int:
    """Of the first link, asked for from this address."""
    inside = [need("nsenter"), "--target", str(program.process.pid), "--user", "--net", "--preserve-credentials"]
    asked = [need("curl"), "--silent", "--max-time", "30", "--interface", client, program.links[0]]
    command = [*inside, *asked, "--output", os.devnull, "--write-out", "%{http_code}"]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


@pytest.mark.parametrize(
    "options", [("--allow", "10.77.0.0/24"), ("--deny", "10.77.9.0/24"), ("--allow", "10.0.0.0/8", "--deny", STRANGER)]
)
def test_that_only_the_addresses_that_are_meant_come_in(pdf: Path, options: tuple[str, ...]) -> None:
    with sharing_apart(*options, pdf) as program:
        assert status_from(NEIGHBOUR, program) == 200
        assert program.event("finished")["client"] == NEIGHBOUR
        assert status_from(STRANGER, program) == 403
        told = program.line()
        assert (told["event"], told["reason"], told["client"]) == ("refused", "wrong-network", STRANGER)
        assert status_from("127.0.0.1", program) == 200  # the owner is never locked out


def test_that_every_other_refusal_is_told_with_its_reason(pdf: Path, curl: Curl, tmp_path: Path) -> None:
    with sharing(pdf) as program:
        (link,) = program.links
        cases = (
            ("unknown", 404, f"{program.ready['url']}/d/{'x' * 22}/"),
            ("wrong-host", 421, "--header", "Host: elsewhere.example", link),
            ("other-site", 403, "--header", "Origin: http://elsewhere.example", "-X", "POST", link),
            ("not-possible", 405, "-X", "DELETE", link),
            ("source-missing", 404, link),
        )
        for reason, number, *asked in cases:
            if reason == "source-missing":
                pdf.rename(tmp_path / "elsewhere")
            assert status(curl, *asked) == number
            told = program.line()
            assert (told["event"], told["reason"], told["client"]) == ("refused", reason, "127.0.0.1")


# -- what cannot be meant


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--expires", "soon"), "'soon' is no time. Write it like 30m, 1h, 2d or 2026-12-01T18:00."),
        (("--expires", "2020-01-01T00:00"), "is over already"),
        (("--downloads", "0"), "0 is not in the range"),
        (("--password-file", "nowhere"), "The password cannot be read from 'nowhere'"),
        (("--password-file", "-"), "There is no password in '-'"),
        (("--signed", "--downloads", "1"), "leave --downloads or --signed out"),
        (("--signed", "--approve"), "leave --approve or --signed out"),
        (("--signed", "--password-file", "x"), "leave --password-file or --signed out"),
        (("--approve", "-"), "Standard input cannot be shared"),
        (("--password-file", "-", "-"), "Standard input cannot be shared"),
        (("--allow", "home"), "Write it like 192.168.1.20 or 192.168.1.0/24."),
        (("--deny", "10.0.0.0/99"), "is no address and no range"),
    ],
)
def test_that_what_cannot_be_meant_is_wrong_usage(tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = subprocess.run(
        [*PROGRAM, "--headless", *arguments],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
        cwd=tmp_path,
    )
    assert ran.returncode == 2
    assert ran.stdout == b""
    assert said in " ".join(ran.stderr.decode("utf-8").split())
