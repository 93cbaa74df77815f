"""The command line: arguments, logging, exit codes."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from desktop_share import __version__
from desktop_share.command_line import cache_policy, check
from desktop_share.core.errors import ShareError
from desktop_share.core.items import CachePolicy, Disposition
from desktop_share.core.log_words import safe_log
from desktop_share.core.options import Options
from desktop_share.core.paths import DATA_DIR_VARIABLE, default_data_dir
from desktop_share.gui.display import Missing, missing_display
from desktop_share.terminal import OutputError, give_up_output

log = logging.getLogger(__name__)

EXIT_FAILED = 1


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=str))
@click.option("--headless", is_flag=True, help="No window: print links and a QR code, serve until Ctrl-C.")
@click.option("--json", "as_json", is_flag=True, help="With --headless: one JSON object a line instead of text.")
@click.option("--bind", metavar="ADDRESS", help="Listen on this address only.  [default: every address]")
@click.option("--port", metavar="N", type=click.IntRange(0, 65535), help="Listen on this port; 0: any free one.")
@click.option("--inline", "disposition", flag_value="inline", help="Browsers show the files.")
@click.option("--attachment", "disposition", flag_value="attachment", help="Browsers save the files.  [default]")
@click.option("--name", metavar="NAME", help="The name that the recipient saves (one PATH only).")
@click.option("--type", "media_type", metavar="MEDIA/TYPE", help="The media type, instead of the one by name.")
@click.option(
    "--cache",
    metavar="ask|never|SECONDS",
    callback=cache_policy,
    help="Whether browsers may keep a copy: asking every time, never, or for so long.  [default: ask]",
)
@click.option("--follow", is_flag=True, help="The files still grow: send what comes, until nothing does.")
@click.option("--text", metavar="TEXT", help="With --headless: share a text.")
@click.option("--zip", "as_zip", is_flag=True, help="With --headless: share all PATHs as one ZIP archive.")
@click.option("--explain", is_flag=True, help="With --headless: say what a browser gets for each link, and why.")
@click.option(
    "--data-dir",
    metavar="DIR",
    envvar=DATA_DIR_VARIABLE,
    type=click.Path(path_type=str),
    help="Keep everything that is stored here.",
)
@click.option("-v", "--verbose", is_flag=True, help="Log what happens.")
@click.version_option(__version__, prog_name="desktop-share")
def cli(
    paths: tuple[str, ...],
    headless: bool,
    as_json: bool,
    bind: str | None,
    port: int | None,
    disposition: str | None,
    name: str | None,
    media_type: str | None,
    cache: CachePolicy | None,
    follow: bool,
    text: str | None,
    as_zip: bool,
    explain: bool,
    data_dir: str | None,
    verbose: bool,
) -> None:
    """Share files and folders with a link that any browser on your network can open.

    Opens the window, with the PATHs in its list. With --headless, the PATH - shares standard input, while it comes.
    """
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(message)s")
    options = Options(
        data_dir=Path(data_dir or default_data_dir()).absolute(),
        paths=paths,
        text=text,
        as_zip=as_zip,
        explain=explain,
        as_json=as_json,
        bind=bind,
        port=port,
        disposition=None if disposition is None else Disposition(disposition),
        name=name,
        media_type=media_type,
        cache=cache,
        follow=follow,
    )
    check(options, headless=headless or as_json, data_dir=data_dir)
    sys.exit(_run(options, headless or as_json))


def _run(options: Options, headless: bool) -> int:
    missing = None if headless else missing_display()
    if missing is not None:
        click.echo(_carrying_on(missing), err=True)
    try:
        if headless or missing is not None:
            from desktop_share.headless import run
        else:
            from desktop_share.app import run
        return run(options)
    except ShareError as error:
        if isinstance(error, OutputError):
            give_up_output(sys.stdout)
        click.echo(f"desktop-share: {error}", err=True)
        return EXIT_FAILED


def _carrying_on(missing: Missing) -> str:
    return f"desktop-share: {missing.reason}, so it carries on in the terminal. {missing.next_step}".rstrip()


def main() -> None:
    """Run the program and exit: 0 stopped by the user, 2 wrong usage, 1 anything else."""
    if sys.platform == "win32" and sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    # Started with them closed (`>&-`, a program without a console on Windows), Python has None in their place.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  for as long as we run
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    with safe_log():
        try:
            cli(prog_name="desktop-share")
        except BrokenPipeError:
            give_up_output(sys.stdout)  # whoever read it is gone: nothing is left to say
            sys.exit(EXIT_FAILED)
        except Exception:
            log.critical("the program failed", exc_info=True)
            sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
