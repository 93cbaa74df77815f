"""What can be asked for on the command line, and what makes no sense: told with what to do instead."""

from __future__ import annotations

import os

import click

from desktop_share.core.items import ASK_EVERY_TIME, NEVER_KEEP, CachePolicy
from desktop_share.core.media_types import is_valid_media_type
from desktop_share.core.options import STDIN, Options
from desktop_share.core.ports import unusable_port

_LONGEST = 10 * 365 * 24 * 3600  # seconds


def cache_policy(_ctx: click.Context, _param: click.Parameter, value: str | None) -> CachePolicy | None:
    """Of `ask`, `never` or a number of seconds: for a click option. Raises click.BadParameter."""
    if value is None:
        return None
    if value in ("ask", "never"):
        return ASK_EVERY_TIME if value == "ask" else NEVER_KEEP
    if value.isascii() and value.isdigit() and len(value) < 12 and 0 < int(value) <= _LONGEST:
        return CachePolicy(int(value))
    raise click.BadParameter(f"'{value}' is none of ask, never, and a number of seconds from 1 to {_LONGEST}.")


def check(options: Options, *, headless: bool, data_dir: str | None) -> None:
    """Raises click.UsageError for what cannot be meant."""
    for option, given in (("--bind", options.bind), ("--data-dir", data_dir), ("--text", options.text)):
        if given == "":  # Path("") would be the folder that the program was started in
            raise click.UsageError(f"{option} got nothing. Give it a value, or leave {option} out.")
    if options.media_type is not None and not is_valid_media_type(options.media_type):
        raise click.UsageError(f"'{options.media_type}' is no media type. Write it like text/plain or image/png.")
    blocked = None if options.port is None else unusable_port(options.port)
    if blocked is not None:
        raise click.UsageError(str(blocked))
    if not headless:
        _check_window(options)
    _check_items(options)


def _check_window(options: Options) -> None:
    """What the window has a better place for, or, with standard input, none at all."""
    asked = {
        "-": STDIN in options.paths,
        "--text": options.text is not None,
        "--zip": options.as_zip,
        "--explain": options.explain,
        "--signed": options.signed,
    }
    for option, given in asked.items():
        if given:
            raise click.UsageError(f"{option} goes with --headless or --json. Add one of them.")


def _check_items(options: Options) -> None:
    items = (1 if options.as_zip and options.paths else len(options.paths)) + (options.text is not None)
    if options.name is not None and items != 1:
        raise click.UsageError(
            "--name goes with exactly one PATH, or one --text, or --zip. Give one file, or leave --name out."
        )
    if options.paths.count(STDIN) > 1:
        raise click.UsageError("Standard input can be shared once only. Give '-' one time.")
    if options.as_zip and not options.paths:
        raise click.UsageError("--zip needs at least one PATH. Name the files and folders that go into it.")
    if options.as_zip and STDIN in options.paths:
        raise click.UsageError("Standard input cannot go into a ZIP: its length is not known. Leave '-' or --zip out.")
    if options.follow:
        _check_followed(options)


def _check_followed(options: Options) -> None:
    if options.as_zip:
        raise click.UsageError("--follow and --zip do not go together: an archive cannot grow. Leave one of them out.")
    files = [path for path in options.paths if path != STDIN]
    if not files:
        raise click.UsageError("--follow goes with a file that is still growing. Give its PATH, or leave --follow out.")
    folder = next((path for path in files if os.path.isdir(path)), None)
    if folder is not None:
        raise click.UsageError(
            f"--follow goes with files, and '{folder}' is a folder. Give the file in it, or leave --follow out."
        )
