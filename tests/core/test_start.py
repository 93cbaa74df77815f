"""What a double click starts is read without the command line's library, and means the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from unittest.mock import Mock

import pytest

from desktop_share import cli
from desktop_share.core.start import Start, plain_start


@pytest.mark.parametrize("arguments", [[], ["/a"], ["a b.txt", "日本", "./-x", "../up", "~home", "$x", "a*"]])
def test_that_paths_alone_mean_what_the_command_line_makes_of_them(
    arguments: Sequence[str], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    launch = Mock(return_value=0)
    monkeypatch.setattr(cli, "launch", launch)
    _run(arguments)
    (full,) = launch.call_args.args
    plain = plain_start(arguments, "linux")
    assert isinstance(full, Start)
    assert plain is not None
    assert plain.data_dir == full.data_dir == data_dir
    assert plain.options() == full.options()


def _run(arguments: Sequence[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.cli.main(list(arguments), standalone_mode=False)
    assert ended.value.code == 0


@pytest.mark.parametrize("arguments", [["--headless", "a"], ["-"], ["a", "-v"], ["--"], ["a", ""], ["-h"]])
def test_that_all_else_is_for_the_command_line(arguments: Sequence[str]) -> None:
    assert plain_start(arguments, "linux") is None


@pytest.mark.parametrize("argument", ["*.jpg", "~", "$HOME", "%TEMP%", "a?", "[ab]"])
def test_that_what_windows_leaves_to_programs_to_expand_is_expanded(argument: str) -> None:
    assert plain_start([argument], "win32") is None
    assert plain_start([argument], "linux") is not None
