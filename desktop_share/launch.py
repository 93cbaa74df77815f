"""From what a start wants to the window, to the window that is open already, or to the terminal."""

from __future__ import annotations

import contextlib
import gc
import signal
import sys
from collections.abc import Iterator

from desktop_share.core.errors import Problem, ShareError
from desktop_share.core.start import Start
from desktop_share.gui.display import missing_for_qt, nowhere_to_show

EXIT_DONE = 0
EXIT_FAILED = 1
LOG_FORMAT = "%(levelname)s %(message)s"
UNEXPECTED = Problem(
    "unexpected",
    "Something unexpected happened, and Desktop Share had to end.",
    "Start it again. If it happens again, start it in a terminal: there it says more.",
)


def launch(start: Start, *, headless: bool = False) -> int:
    """Run the program until it ends. Returns the exit code."""
    if not headless:
        with _ended_by_ctrl_c():
            missing = nowhere_to_show() or missing_for_qt()
            if missing is None:
                return _in_window(start)
        _say(f"{missing.reason}, so it carries on in the terminal. {missing.next_step}".rstrip())
    return _in_terminal(start)


@contextlib.contextmanager
def _ended_by_ctrl_c() -> Iterator[None]:
    """At once, as long as nothing else answers it: an exception while Qt is loaded aborts the process, or hangs it."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # else somebody wants it otherwise, such as nohup
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        if before is signal.default_int_handler:
            signal.signal(signal.SIGINT, before)


def _in_window(start: Start) -> int:
    """The exit code, of this window or of having handed over to the one that is open."""
    from desktop_share.app import run
    from desktop_share.gui.single_instance import first_or_hand_over, given_token

    gc.disable()  # nearly all that is made until the window is filled stays: looking for what does not takes 20 ms
    try:
        first = first_or_hand_over(start, given_token())
        if first is None:
            return EXIT_DONE
        try:
            return run(start, meeting=first.meeting)
        finally:
            first.give_up()
    except ShareError as error:
        _say(str(error))
        if not sys.stderr.isatty():
            from desktop_share.gui.last_words import tell

            tell(error.problem)
        return EXIT_FAILED
    except Exception:
        if not sys.stderr.isatty():
            from desktop_share.gui.last_words import tell

            tell(UNEXPECTED)
        raise  # to the log
    finally:
        gc.enable()


def _in_terminal(start: Start) -> int:
    from desktop_share.headless import run
    from desktop_share.terminal import OutputError, give_up_output

    try:
        return run(start.options())
    except ShareError as error:
        if isinstance(error, OutputError):
            give_up_output(sys.stdout)
        _say(str(error))
        return EXIT_FAILED


def _say(text: str) -> None:
    import click

    click.echo(f"desktop-share: {text}", err=True)
