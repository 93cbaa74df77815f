"""Where the program's own files are: the resources it ships and the folder it keeps things in."""

from __future__ import annotations

import os
from pathlib import Path

from platformdirs import user_data_path

DATA_DIR_VARIABLE = "DESKTOP_SHARE_DATA_DIR"


def resources_dir() -> Path:
    """The folder of icons, templates and tables: inside the package once installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "resources"
    return installed if installed.is_dir() else package.parent / "resources"


def resource(*parts: str) -> Path:
    return resources_dir().joinpath(*parts)


def default_data_dir() -> Path:
    """DESKTOP_SHARE_DATA_DIR where it is set, else the user's data folder on this system. It may not exist yet."""
    chosen = os.environ.get(DATA_DIR_VARIABLE)
    return Path(chosen).absolute() if chosen else user_data_path("desktop-share", appauthor=False)
