"""Where the program starts: a window at once, unless the command line says more than that."""

from __future__ import annotations

import logging
import os
import sys

from desktop_share.core.log_words import safe_log
from desktop_share.core.start import plain_start
from desktop_share.launch import EXIT_FAILED, LOG_FORMAT, launch

log = logging.getLogger(__name__)


def main() -> None:
    """Run the program and exit: 0 stopped by the user, 2 wrong usage, 1 anything else."""
    if sys.platform == "win32" and sys.stdout is not None and hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    # Started with them closed (`>&-`, a program without a console on Windows), Python has None in their place.
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115  for as long as we run
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    with safe_log():
        try:
            _start()
        except BrokenPipeError:
            from desktop_share.terminal import give_up_output

            give_up_output(sys.stdout)  # whoever read it is gone: nothing is left to say
            sys.exit(EXIT_FAILED)
        except KeyboardInterrupt:  # before anything was there that ends in its own way
            sys.exit(EXIT_FAILED)
        except Exception:
            log.critical("the program failed", exc_info=True)
            sys.exit(EXIT_FAILED)


def _start() -> None:
    start = plain_start(sys.argv[1:])
    if start is None:
        from desktop_share.cli import cli

        cli(prog_name="desktop-share")
    else:
        logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
        sys.exit(launch(start))


if __name__ == "__main__":
    main()
