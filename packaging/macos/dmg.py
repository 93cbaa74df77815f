"""dmgbuild's settings: the program and a way into Applications.

dmgbuild -s packaging/macos/dmg.py -D app="build/frozen/Desktop Share.app" "Desktop Share" dist/desktop-share.dmg
"""
# ruff: noqa: F821  dmgbuild gives `defines`

from pathlib import Path

application = defines.get("app", "build/frozen/Desktop Share.app")

format = "ULFO"  # LZFSE: small, and every macOS that the program runs on reads it
files = [application]
symlinks = {"Applications": "/Applications"}
icon = str(next(iter(Path(application, "Contents", "Resources").glob("*.icns")), "")) or None
window_rect = ((200, 160), (560, 340))
icon_size = 112
icon_locations = {Path(application).name: (140, 150), "Applications": (420, 150)}
default_view = "icon-view"
