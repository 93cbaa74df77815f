"""The command line: arguments, logging, exit codes."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import click

from desktop_share import __version__
from desktop_share.core.errors import ShareError
from desktop_share.core.items import Disposition
from desktop_share.core.media_types import is_valid_media_type
from desktop_share.core.options import Options
from desktop_share.core.paths import DATA_DIR_VARIABLE, default_data_dir
from desktop_share.core.ports import unusable_port
from desktop_share.gui.display import Missing, missing_display
from desktop_share.terminal import OutputError, give_up_output

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
    "--data-dir",
    metavar="DIR",
    envvar=DATA_DIR_VARIABLE,
    type=click.Path(path_type=str),
    help="Keep everything that is stored here.",
)
@click.option("--smoke", is_flag=True, help="Try the whole program on a file of its own, say OK, and exit.")
@click.option("--smoke-out", metavar="FILE", type=click.Path(path_type=Path), help="With --smoke: write it here too.")
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
    data_dir: str | None,
    smoke: bool,
    smoke_out: Path | None,
    verbose: bool,
) -> None:
    """Share files with a link that any browser on your network can open.

    Opens the window, with the PATHs in its list.
    """
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(message)s")
    if smoke:
        from desktop_share.smoke import smoke as run_smoke

        sys.exit(run_smoke(smoke_out))
    if name is not None and len(paths) != 1:
        raise click.UsageError("--name goes with exactly one PATH. Give one file, or leave --name out.")
    if media_type is not None and not is_valid_media_type(media_type):
        raise click.UsageError(f"'{media_type}' is no media type. Write it like text/plain or image/png.")
    for option, given in (("--bind", bind), ("--data-dir", data_dir)):
        if given == "":  # Path("") would be the folder that the program was started in
            raise click.UsageError(f"{option} got nothing. Give it a value, or leave {option} out.")
    blocked = None if port is None else unusable_port(port)
    if blocked is not None:
        raise click.UsageError(str(blocked))
    options = Options(
        paths=paths,
        as_json=as_json,
        bind=bind,
        port=port,
        disposition=None if disposition is None else Disposition(disposition),
        name=name,
        media_type=media_type,
        data_dir=Path(data_dir or default_data_dir()).absolute(),
    )
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
    try:
        cli(prog_name="desktop-share")
    except BrokenPipeError:
        give_up_output(sys.stdout)  # whoever read it is gone: nothing is left to say
        sys.exit(EXIT_FAILED)


if __name__ == "__main__":
    main()
