"""What the log may say: no token, no ticket, no password, and no line that a stranger made up.

Names, paths and user agents come from strangers and stand in exceptions and messages; addresses hold the tokens that
open what is shared. All of it passes here when a record is made, so that no handler, now or later, sees it.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import re
import sys
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any

HIDDEN = "[hidden]"

_WORD = r"[A-Za-z0-9_-]"


@functools.cache
def _secrets() -> tuple[tuple[re.Pattern[str], str], ...]:
    """Made for the first line that is written: most starts write none."""
    return (
        # user names and passwords in an address
        (re.compile(r"(?<=://)[^/\s@\"'<>]+(?=@)"), HIDDEN),
        # fields that carry proof; to the end of the line or of the quotation
        (
            re.compile(
                r"(?i)((?:authorization|cookie))\b(['\"]?\s*[:=,]\s*)(['\"]?)(.+?)(?=\3\s*[,})\]]|$)",
                re.M,
            ),
            rf"\1\2\3{HIDDEN}",
        ),
        (re.compile(r"\b((?i:basic|bearer))\s+(?=\S*[A-Z0-9=])[A-Za-z0-9+/=._~-]{4,}"), rf"\1 {HIDDEN}"),
        (re.compile(r"(?i)\b(password|passwd|token|ticket)(['\"]?=['\"]?)[^\s&\"',)>]+"), rf"\1\2{HIDDEN}"),
        (re.compile(r"\$argon2\w*\$\S+"), HIDDEN),
        # what stands behind the route of an address
        (re.compile(r"(?i)((?:/|%2f)[dsftl](?:/|%2f))(?:(?!%2f)[^\s/?#\"'<>]){16,}"), rf"\1{HIDDEN}"),
        # signed links and cookies: [.]payload[.time].signature
        (re.compile(rf"\.?{_WORD}{{8,}}(?:\.{_WORD}+)?\.{_WORD}{{27,}}(?!{_WORD})"), HIDDEN),
        # tokens of links, tickets and this run; capitals and small letters in 22 characters are hardly ever a word
        (re.compile(rf"(?<!{_WORD})(?={_WORD}*[A-Z])(?={_WORD}*[a-z]){_WORD}{{22}}(?!{_WORD})"), HIDDEN),
    )


# Control characters, line separators of Unicode, what turns the direction of text round, and half characters
_UNSEEN = r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
_UNSEEN_BUT_LINES = _UNSEEN.replace(r"\x00-\x1f", r"\x00-\x09\x0b-\x1f")


def redacted(text: str) -> str:
    """The text without anything that opens a link.

    >>> redacted("GET /d/0123456789abcdefghijkl/a.txt?password=x")
    'GET /d/[hidden]/a.txt?password=[hidden]'
    """
    for pattern, instead in _secrets():
        text = pattern.sub(instead, text)
    return text


def one_line(text: str) -> str:
    r"""Every character that is not seen, or that ends a line, written out: '\n', '\x1b', '\u2028'."""
    return re.sub(_UNSEEN, _written_out, text)


def several_lines(text: str) -> str:
    """As `one_line`, of a traceback: its lines stay lines, set in, so that none looks like a record."""
    return "\n".join(f"  {line}" for line in re.sub(_UNSEEN_BUT_LINES, _written_out, text).split("\n"))


def _written_out(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")


@contextlib.contextmanager
def safe_log() -> Iterator[None]:
    """While it lasts, every record of this process is safe to keep and to send on, its traceback too; exceptions that
    nobody caught are records."""
    make_record = logging.getLogRecordFactory()
    hook, thread_hook = sys.excepthook, threading.excepthook

    def made(*arguments: Any, **more: Any) -> logging.LogRecord:
        return _safe(make_record(*arguments, **more))

    logging.setLogRecordFactory(made)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    try:
        yield
    finally:
        logging.setLogRecordFactory(make_record)
        sys.excepthook, threading.excepthook = hook, thread_hook


def _safe(record: logging.LogRecord) -> logging.LogRecord:
    try:
        message = record.getMessage()
    except (TypeError, ValueError, KeyError):  # a mistake in the call: the arguments are not shown at all
        message = f"{record.msg} (its values do not fit)"
    record.msg, record.args = one_line(redacted(message)), ()
    if isinstance(record.exc_info, tuple) and record.exc_info[0] is not None:
        text = logging.Formatter().formatException(record.exc_info)
        record.exc_text = several_lines(redacted(text))
        record.exc_info = None  # a handler would write it anew
    if record.stack_info:
        record.stack_info = several_lines(redacted(record.stack_info))
    return record


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(__name__).critical("the program failed", exc_info=(kind, error, trace))


def _uncaught_in_thread(found: threading.ExceptHookArgs) -> None:
    if found.exc_value is not None and not issubclass(found.exc_type, SystemExit):
        name = "a thread" if found.thread is None else f"the thread {found.thread.name}"
        trace = (found.exc_type, found.exc_value, found.exc_traceback)
        logging.getLogger(__name__).critical("%s failed", name, exc_info=trace)
