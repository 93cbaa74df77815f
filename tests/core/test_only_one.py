"""Who is the one program of a user and a data folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from desktop_share.core.only_one import Meeting, meeting, take

posix = pytest.mark.skipif(os.name != "posix", reason="a pipe and a mutex have names there, not places")


@pytest.fixture
def runtime(monkeypatch) -> Path:
    """A short one, as sockets want it."""
    with tempfile.TemporaryDirectory(prefix="ds") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Path(folder)


@pytest.fixture
def place(runtime: Path, tmp_path: Path) -> Meeting:
    return meeting(tmp_path)


def test_that_each_data_folder_has_a_meeting_of_its_own(runtime: Path, tmp_path: Path) -> None:
    assert meeting(tmp_path / "a") == meeting(tmp_path / "a")
    assert meeting(tmp_path / "a") == meeting(tmp_path / "b" / ".." / "a")
    assert meeting(tmp_path / "a").server != meeting(tmp_path / "b").server
    assert meeting(tmp_path / "a").lock != meeting(tmp_path / "b").lock


@posix
def test_that_a_folder_and_a_link_to_it_are_one(runtime: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert meeting(tmp_path / "a") == meeting(tmp_path / "b")


@posix
def test_that_the_place_is_private_and_its_path_short_enough_for_a_socket(runtime: Path, tmp_path: Path) -> None:
    server = Path(meeting(tmp_path / ("deep/" * 100)).server)
    assert server.parent.parent == runtime
    assert server.parent.stat().st_mode & 0o077 == 0
    assert len(os.fsencode(server)) <= 80


@posix
def test_that_a_runtime_folder_with_a_long_path_is_passed_over(runtime: Path, tmp_path: Path, monkeypatch) -> None:
    far = runtime / ("x" * 100)
    far.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(far))
    monkeypatch.setattr(tempfile, "tempdir", str(runtime))
    assert Path(meeting(tmp_path).server).parent.parent == runtime


@posix
@pytest.mark.parametrize("squatted", ["open", "file", "link"])
def test_that_a_place_that_others_can_write_to_is_not_used(squatted: str, runtime: Path, monkeypatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(runtime))
    folder = runtime / f"desktop-share-{os.getuid()}"
    if squatted == "open":
        folder.mkdir()
        folder.chmod(0o777)
    elif squatted == "file":
        folder.touch()
    else:
        (runtime / "elsewhere").mkdir(mode=0o700)
        folder.symlink_to("elsewhere")
    assert not meeting(runtime).server.startswith(f"{folder}{os.sep}")


def test_that_one_holds_it_until_it_gives_it_up(place: Meeting) -> None:
    give_up = take(place.lock)
    assert give_up is not None
    assert take(place.lock) is None
    give_up()
    again = take(place.lock)
    assert again is not None
    again()


def test_that_who_is_killed_holds_nothing(place: Meeting) -> None:
    code = (
        "import sys; from desktop_share.core.only_one import take; held = take(sys.argv[1]); print(flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, place.lock], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        assert take(place.lock) is None
        other.kill()
        other.wait(20)
        give_up = take(place.lock)
        assert give_up is not None
        give_up()


@posix
def test_that_a_link_in_place_of_the_lock_is_not_followed(place: Meeting, tmp_path: Path) -> None:
    Path(place.lock).symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic link"):
        take(place.lock)
    assert not (tmp_path / "precious").exists()
