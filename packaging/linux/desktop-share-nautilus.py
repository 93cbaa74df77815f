"""'Share with a link' in the context menu of Files (Nautilus), by way of nautilus-python."""

import subprocess

from gi.repository import GObject, Nautilus


class DesktopShareMenu(GObject.GObject, Nautilus.MenuProvider):
    def get_file_items(self, *arguments):
        files = arguments[-1]  # Nautilus before version 43 passes its window first
        paths = [file.get_location().get_path() for file in files if not file.is_directory()]
        if len(paths) != len(files) or not paths or None in paths:
            return []
        item = Nautilus.MenuItem(name="DesktopShare::share", label="Share with a link", icon="desktop-share")
        item.connect("activate", self._share, paths)
        return [item]

    def _share(self, _item, paths):
        subprocess.Popen(["desktop-share", *paths], stdin=subprocess.DEVNULL, start_new_session=True)
