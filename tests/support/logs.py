"""A log record of WARNING or above that no test expected fails the test that it came in."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator

import pytest


class LogWatch(logging.Handler):
    """Collects what is logged, from every thread, until it is expected or allowed."""

    def __init__(self, level: int = logging.WARNING) -> None:
        super().__init__(level)
        self._records: list[logging.LogRecord] = []
        self._allowed: list[tuple[str, re.Pattern[str]]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append(record)

    @contextlib.contextmanager
    def __call__(self, match: str, *, logger: str = "") -> Iterator[None]:
        """Inside the `with`, at least one record has to come whose message matches (`re.search`), from this logger
        or one below it. All that match are as expected."""
        before = list(self._records)
        yield
        pattern = re.compile(match)
        hits = [each for each in self._records if each not in before and _matches(each, logger, pattern)]
        came = [_shown(each) for each in self._records if each not in before]
        assert hits, f"no log record matches {match!r}; these came: {came}"
        self._records = [each for each in self._records if each not in hits]

    def allow(self, match: str, *, logger: str = "") -> None:
        """Records that match may come, at any time in this test, or not."""
        self._allowed.append((logger, re.compile(match)))

    def unexpected(self) -> list[str]:
        return [
            _shown(each)
            for each in self._records
            if not any(_matches(each, logger, pattern) for logger, pattern in self._allowed)
        ]


def _matches(record: logging.LogRecord, logger: str, pattern: re.Pattern[str]) -> bool:
    from_it = not logger or record.name == logger or record.name.startswith(f"{logger}.")
    return from_it and pattern.search(record.getMessage()) is not None


def _shown(record: logging.LogRecord) -> str:
    text = f"{record.levelname} {record.name}: {record.getMessage()}"
    if record.exc_info:
        text += "\n" + logging.Formatter().formatException(record.exc_info)
    return text


@pytest.fixture(autouse=True)
def expected_logs() -> Iterator[LogWatch]:
    """`with expected_logs("port .* taken", logger="desktop_share.server"): …`, or `expected_logs.allow(…)`."""
    watch = LogWatch()
    root = logging.getLogger()
    root.addHandler(watch)
    yield watch
    root.removeHandler(watch)
    if unexpected := watch.unexpected():
        pytest.fail("log records that no one expected:\n" + "\n".join(unexpected), pytrace=False)
