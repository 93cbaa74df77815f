"""The workflows, which only the hosted runners can run: what can be seen of them here."""

from __future__ import annotations

import plistlib
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCRIPTS = sorted((ROOT / "packaging").glob("*/*.sh"))
PLISTS = sorted([*(ROOT / "packaging" / "macos").rglob("*.plist"), *(ROOT / "packaging" / "macos").rglob("*.wflow")])


def jobs(path: Path) -> dict[str, dict]:
    return yaml.safe_load(path.read_text("utf-8"))["jobs"]


def steps(path: Path) -> Iterator[tuple[dict, dict]]:
    for job in jobs(path).values():
        for step in job["steps"]:
            yield job, step


def test_that_there_are_workflows_scripts_and_property_lists() -> None:
    assert [path.stem for path in WORKFLOWS] == ["ci", "release"]
    assert SCRIPTS
    assert PLISTS


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_that_every_job_says_where_and_how_long_it_runs_and_waits_for_jobs_that_exist(path: Path) -> None:
    for job in jobs(path).values():
        assert {"runs-on", "timeout-minutes", "steps"} <= job.keys()
        assert set(job.get("needs", ())) <= jobs(path).keys()
        for step in job["steps"]:
            assert ("run" in step) != ("uses" in step)


def runners(path: Path, name: str) -> set[str]:
    """The machines that a job runs on, of its matrix where it has one."""
    job = jobs(path)[name]
    matrix = job.get("strategy", {}).get("matrix", {})
    return set(matrix.get("os", ())) | {each["os"] for each in matrix.get("include", ())} or {job["runs-on"]}


def test_that_make_test_runs_on_the_three_systems() -> None:
    ci = ROOT / ".github/workflows/ci.yml"
    assert {each.partition("-")[0] for each in runners(ci, "test")} == {"ubuntu", "windows", "macos"}
    tests = [step for step in jobs(ci)["test"]["steps"] if step.get("run") == "make test"]
    assert len(tests) == 1
    assert "if" not in tests[0]


def test_that_a_release_is_tried_on_every_system_before_it_is_published() -> None:
    release = ROOT / ".github/workflows/release.yml"
    tried = {"linux-try", "windows", "macos"}
    assert runners(release, "macos") == {"macos-15", "macos-15-intel"}
    for job in tried:
        assert "packaging/smoke.py" in str(jobs(release)[job]["steps"])
    assert tried <= set(jobs(release)["publish"]["needs"])
    published = str(jobs(release)["publish"]["steps"])
    assert "sha256sum" in published
    assert "cyclonedx-py" in published


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_that_every_bash_script_in_it_can_be_read_by_bash(path: Path, need: Callable[[str], str]) -> None:
    scripts = [step["run"] for _, step in steps(path) if "run" in step and step.get("shell", "bash") == "bash"]
    assert scripts
    for script in scripts:
        plain = re.sub(r"\$\{\{.*?\}\}", "expression", script)
        done = subprocess.run([need("bash"), "-n"], input=plain, capture_output=True, text=True, timeout=20)
        assert (done.returncode, done.stderr) == (0, ""), script


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_that_every_script_can_be_read_by_bash(path: Path, need: Callable[[str], str]) -> None:
    assert subprocess.run([need("bash"), "-n", str(path)], timeout=20).returncode == 0


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_that_files_of_the_project_that_it_names_are_there(path: Path) -> None:
    named = set(re.findall(r"packaging/[\w./-]+\.(?:py|sh|spec)", path.read_text("utf-8")))
    assert [each for each in sorted(named) if not (ROOT / each).is_file()] == []


def test_that_secrets_reach_a_script_through_its_environment_only() -> None:
    for path in WORKFLOWS:
        for _, step in steps(path):
            assert "secrets." not in step.get("run", ""), step["run"]


def test_that_signing_is_left_out_without_its_secrets() -> None:
    signing = [step for _, step in steps(ROOT / ".github/workflows/release.yml") if "secrets." in str(step.get("env"))]
    assert len(signing) >= 5
    assert all(step["if"] in ("env.SIGNING == 'true'", "env.NOTARIZING == 'true'") for step in signing)


@pytest.mark.parametrize("path", PLISTS, ids=lambda path: path.name)
def test_that_the_property_lists_are_such(path: Path) -> None:
    assert plistlib.loads(path.read_bytes())
