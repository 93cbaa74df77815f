"""A start that fails is told to who sees no terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_share.core.errors import Problem, ShareError
from desktop_share.core.options import Options
from desktop_share.core.start import Start
from desktop_share.launch import EXIT_FAILED, launch

FULL = Problem("disk-full", "The disk is full.", "Make room.")


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Problem]:
    problems: list[Problem] = []
    monkeypatch.setattr("desktop_share.gui.last_words.tell", problems.append)
    return problems


def fails_with(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: object, **__: object) -> int:
        raise error

    monkeypatch.setattr("desktop_share.app.run", run)


def test_that_a_problem_is_told_with_what_to_do_next(
    told: list[Problem], data_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fails_with(ShareError(FULL), monkeypatch)
    assert launch(Start.of(Options(data_dir))) == EXIT_FAILED
    assert told == [FULL]
    assert capsys.readouterr().err == "desktop-share: The disk is full. Make room.\n"


def test_that_what_nobody_expected_is_told_too_and_goes_on_to_the_log(
    told: list[Problem], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fails_with(RuntimeError("a fault"), monkeypatch)
    with pytest.raises(RuntimeError, match="a fault"):
        launch(Start.of(Options(data_dir)))
    assert [each.kind for each in told] == ["unexpected"]
