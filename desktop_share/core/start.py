"""What a start of the program wants, before anything is loaded that a window can do without."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from desktop_share.core.paths import default_data_dir

if TYPE_CHECKING:
    from desktop_share.core.options import Options

_EXPANDED = frozenset("*?[]~$%")  # in arguments on Windows, by whom the command line is read; its shell does not


class Start(NamedTuple):
    """`options`: in full, made by the call: what they are made of takes longer to load than a window."""

    data_dir: Path
    options: Callable[[], Options]

    @staticmethod
    def of(options: Options) -> Start:
        return Start(options.data_dir, lambda: options)


def plain_start(arguments: Sequence[str], platform: str = sys.platform) -> Start | None:
    """A start with nothing but paths, as by a double click; None where there is more to read."""
    for each in arguments:
        if not each or each.startswith("-") or (platform == "win32" and not _EXPANDED.isdisjoint(each)):
            return None
    data_dir, paths = Path(os.path.abspath(default_data_dir())), tuple(arguments)

    def options() -> Options:
        from desktop_share.core.options import Options

        return Options(data_dir, paths)

    return Start(data_dir, options)
