"""The command line's words for who may have it, and for how long."""

from __future__ import annotations

import getpass
import os
import re
import sys
import time
from collections.abc import Callable
from datetime import datetime

import click

from desktop_share.core.errors import ShareError
from desktop_share.core.networks import parse_networks
from desktop_share.core.options import STDIN, Options

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_DURATION = re.compile(r"(\d{1,6})\s*([smhdw])")
LONGEST_PASSWORD = 1024
MOST_DOWNLOADS = 1_000_000


def moment(text: str, now: float) -> float:
    """Seconds since the epoch of '90m' (from `now` on) or '2026-12-01T18:00' (this computer's time, unless it names a
    zone). Raises ValueError, with what to write instead."""
    duration = _DURATION.fullmatch(text.strip().lower())
    if duration is not None:
        expires = now + int(duration[1]) * _SECONDS[duration[2]]
    else:
        try:
            expires = datetime.fromisoformat(text.strip()).timestamp()
        except (ValueError, OverflowError, OSError) as error:
            raise ValueError(f"'{text}' is no time. Write it like 30m, 1h, 2d or 2026-12-01T18:00.") from error
    if expires <= now:
        raise ValueError(f"'{text}' is over already. Give a time that is still to come.")
    return expires


def expires(_ctx: click.Context, _param: click.Parameter, value: str | None) -> float | None:
    """For a click option."""
    try:
        return None if value is None else moment(value, time.time())
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


def typed_or_piped() -> str:
    """The first line of standard input, and nothing of what is behind it: answers may be. On a terminal it is asked
    for, and what is typed is not shown."""
    if sys.stdin is None:
        return ""
    if sys.stdin.isatty():
        try:
            return getpass.getpass("Password for the links: ")
        except EOFError:
            return ""
    return line_of(sys.stdin.fileno())


def line_of(descriptor: int) -> str:
    """Read byte by byte. Raises ValueError for what is no UTF-8."""
    line = b""
    while len(line) < 4 * LONGEST_PASSWORD + 2 and not line.endswith(b"\n") and (byte := os.read(descriptor, 1)):
        line += byte
    return line.decode("utf-8")


def password(file: str | None, standard_input: Callable[[], str] = typed_or_piped) -> str | None:
    """The first line of a file, of standard input for `-`; without its line end. Raises click.UsageError."""
    if file is None:
        return None
    try:
        if file == STDIN:
            first = standard_input()
        else:
            with open(file, encoding="utf-8") as lines:
                first = lines.readline(LONGEST_PASSWORD + 2)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise click.UsageError(f"The password cannot be read from '{file}': {reason}. Name another file.") from error
    first = first.rstrip("\r\n")
    if not first or len(first) > LONGEST_PASSWORD:
        raise click.UsageError(
            f"There is no password in '{file}'. Put it on the first line, with up to {LONGEST_PASSWORD} characters."
        )
    return first


def networks(_ctx: click.Context, _param: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """For a click option: addresses and ranges."""
    try:
        return tuple(map(str, parse_networks(value)))
    except ShareError as error:
        raise click.BadParameter(str(error)) from error


def check_links(options: Options, password_file: str | None) -> None:
    """Raises click.UsageError for what cannot be meant."""
    if options.signed:
        asked = {
            "--downloads": options.terms.limit is not None,
            "--password-file": password_file is not None,
            "--approve": options.terms.ask,
        }
        for option, given in asked.items():
            if given:
                raise click.UsageError(
                    f"A signed link knows nothing but its item and its time: leave {option} or --signed out."
                )
    if STDIN in options.paths and (options.terms.ask or password_file == STDIN):
        other = "--approve reads the answers from" if options.terms.ask else "the password comes from"
        raise click.UsageError(f"Standard input cannot be shared when {other} it. Leave one of them out.")
