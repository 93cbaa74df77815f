"""What keeps strangers out is connected in the program as it runs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from desktop_share.core.access_file import FILE_NAME
from desktop_share.core.access_log import Visit
from desktop_share.core.options import Options
from desktop_share.parts import connected_parts

STRANGER = "203.0.113.9"


def test_that_the_networks_of_the_settings_count_at_once(data_dir: Path) -> None:
    with connected_parts(Options(data_dir=data_dir)) as parts:
        networks = parts.entrance.networks
        assert networks().admits(STRANGER)
        parts.settings.update(reach="this-computer")
        assert not networks().admits(STRANGER)
        parts.settings.update(allow=(STRANGER,))
        assert networks().admits(STRANGER)
        parts.settings.update(deny=("203.0.113.0/24",))
        assert not networks().admits(STRANGER)
        assert networks().admits("127.0.0.1")


def test_that_the_access_log_is_written_beside_the_database_while_it_is_on(data_dir: Path) -> None:
    visit = Visit(time.time(), STRANGER, "curl", "GET", "report.pdf", 200)
    with connected_parts(Options(data_dir=data_dir)) as parts:
        parts.entrance.visits.note(visit)
        parts.settings.update(keep_access_log=False)
        parts.entrance.visits.note(Visit(time.time(), STRANGER, "curl", "GET", "other.pdf", 200))
        assert parts.entrance.visits.snapshot() == (visit,)
    text = (data_dir / FILE_NAME).read_text("utf-8")
    assert "got  report.pdf (200)" in text
    assert "other.pdf" not in text


def test_that_the_programs_log_is_safe_from_its_first_record_and_after_a_crash() -> None:
    code = (
        "import logging, desktop_share.__main__ as program\n"
        "def launch(_):\n"
        "    logging.warning('GET /d/%s\\nforged', '2Ycs_cJhhriUKHXNyM421Q')\n"
        "    raise ValueError('/d/2Ycs_cJhhriUKHXNyM421Q')\n"
        "program.launch = launch\n"
        "program.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "GET /d/[hidden]\\nforged" in done.stderr
    assert "  ValueError: /d/[hidden]" in done.stderr
    assert "2Ycs_cJhhriUKHXNyM421Q" not in done.stderr
