"""The command line: its options, and what makes of them what the program goes by."""

from __future__ import annotations

import logging
import sys
from dataclasses import replace
from pathlib import Path

import click

from desktop_share import __version__, link_options
from desktop_share.command_line import cache_policy, check
from desktop_share.core.errors import ShareError
from desktop_share.core.items import CachePolicy, Disposition
from desktop_share.core.link_terms import LinkTerms
from desktop_share.core.options import Options
from desktop_share.core.passwords import Passwords
from desktop_share.core.paths import DATA_DIR_VARIABLE, default_data_dir
from desktop_share.core.start import Start
from desktop_share.launch import EXIT_DONE, EXIT_FAILED, LOG_FORMAT, launch


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
    "--expires",
    metavar="TIME",
    callback=link_options.expires,
    help="The links are good until then: 30m, 1h, 2d, or 2026-12-01T18:00.",
)
@click.option(
    "--downloads",
    metavar="N",
    type=click.IntRange(1, link_options.MOST_DOWNLOADS),
    help="Each link is good for so many downloads.",
)
@click.option(
    "--password-file",
    metavar="FILE",
    type=click.Path(path_type=str, allow_dash=True),
    help="The links need the password on the first line of FILE; -: of standard input.",
)
@click.option("--approve", is_flag=True, help="Ask about each new device. With --headless: on the terminal.")
@click.option("--signed", is_flag=True, help="With --headless: print links that are signed and kept nowhere.")
@click.option(
    "--allow",
    metavar="CIDR",
    multiple=True,
    callback=link_options.networks,
    help="Only these addresses may come in, in this run.",
)
@click.option(
    "--deny",
    metavar="CIDR",
    multiple=True,
    callback=link_options.networks,
    help="These addresses may not, in this run.",
)
@click.option(
    "--data-dir",
    metavar="DIR",
    envvar=DATA_DIR_VARIABLE,
    type=click.Path(path_type=str),
    help="Keep everything that is stored here.",
)
@click.option("--quit", "quit_running", is_flag=True, help="Close the window that is open, and wait until it is.")
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
    cache: CachePolicy | None,
    follow: bool,
    text: str | None,
    as_zip: bool,
    explain: bool,
    expires: float | None,
    downloads: int | None,
    password_file: str | None,
    approve: bool,
    signed: bool,
    allow: tuple[str, ...],
    deny: tuple[str, ...],
    data_dir: str | None,
    quit_running: bool,
    smoke: bool,
    smoke_out: Path | None,
    verbose: bool,
) -> None:
    """Share files and folders with a link that any browser on your network can open.

    Opens the window, with the PATHs in its list. With --headless, the PATH - shares standard input, while it comes.
    """
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format=LOG_FORMAT)
    if smoke:
        from desktop_share.smoke import smoke as run_smoke

        sys.exit(run_smoke(smoke_out))
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
        terms=LinkTerms(expires, downloads, None, approve),
        signed=signed,
        allow=allow,
        deny=deny,
    )
    if quit_running:
        sys.exit(_quit_running(options.data_dir))
    check(options, headless=headless or as_json, data_dir=data_dir)
    link_options.check_links(options, password_file)
    password = link_options.password(password_file)
    if password is not None:
        options = replace(options, terms=replace(options.terms, password_hash=Passwords().hash(password)))
    sys.exit(launch(Start.of(options), headless=headless or as_json))


def _quit_running(data_dir: Path) -> int:
    from desktop_share.gui.single_instance import ask_to_quit

    try:
        ask_to_quit(data_dir)
    except ShareError as error:
        click.echo(f"desktop-share: {error}", err=True)
        return EXIT_FAILED
    return EXIT_DONE
