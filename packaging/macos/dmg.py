"""dmgbuild's settings: the program, a way into Applications, and the service for Finder, which a double click installs.
From the root of the sources:

dmgbuild -s packaging/macos/dmg.py -D app="build/frozen/Desktop Share.app" "Desktop Share" dist/desktop-share.dmg
"""
# ruff: noqa: F821  dmgbuild gives `defines`

from pathlib import Path

application = defines.get("app", "build/frozen/Desktop Share.app")

format = "ULFO"  # LZFSE: small, and every macOS that the program runs on reads it
service = "packaging/macos/Share with a link.workflow"
files = [application, service]
symlinks = {"Applications": "/Applications"}
icon = str(next(iter(Path(application, "Contents", "Resources").glob("*.icns")), "")) or None
window_rect = ((200, 160), (560, 460))
icon_size = 112
icon_locations = {
    Path(application).name: (140, 130),
    "Applications": (420, 130),
    Path(service).name: (280, 310),
}
default_view = "icon-view"
