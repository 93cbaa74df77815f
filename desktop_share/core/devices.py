"""What a client says it is, in a few words."""

from __future__ import annotations

import re
from functools import lru_cache

MOST_CHARACTERS = 40

# The first that is found wins: browsers name their ancestors too, so the youngest stand first.
_BROWSERS = (
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("OPT/", "Opera"),
    ("Vivaldi/", "Vivaldi"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("YaBrowser/", "Yandex Browser"),
    ("UCBrowser/", "UC Browser"),
    ("MiuiBrowser/", "Mi Browser"),
    ("HuaweiBrowser/", "Huawei Browser"),
    ("DuckDuckGo/", "DuckDuckGo"),
    ("Ddg/", "DuckDuckGo"),
    ("FxiOS/", "Firefox"),
    ("Focus/", "Firefox Focus"),
    ("CriOS/", "Chrome"),
    ("GSA/", "Google app"),
    ("Firefox/", "Firefox"),
    ("HeadlessChrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("Trident/", "Internet Explorer"),
    ("MSIE ", "Internet Explorer"),
    ("AppleCoreMedia/", "Media player"),
)

_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("iPod", "iPod"),
    ("PlayStation", "PlayStation"),
    ("Xbox", "Xbox"),
    ("Nintendo", "Nintendo"),
    ("SMART-TV", "a TV"),
    ("SmartTV", "a TV"),
    ("Tizen", "a TV"),
    ("Web0S", "a TV"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "a Mac"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
    ("X11", "Unix"),
)

_PROGRAMS = {
    "aria2": "aria2",
    "axel": "Axel",
    "curl": "curl",
    "dalvik": "an Android app",
    "fdm": "Free Download Manager",
    "go-http-client": "a Go program",
    "http.rb": "a Ruby program",
    "httpie": "HTTPie",
    "infuse": "Infuse",
    "java": "a Java program",
    "jdownloader": "JDownloader",
    "kodi": "Kodi",
    "lavf": "FFmpeg",
    "lftp": "lftp",
    "libmpv": "mpv",
    "mpv": "mpv",
    "node-fetch": "a Node.js program",
    "okhttp": "an Android app",
    "powershell": "PowerShell",
    "python": "a Python program",
    "python-requests": "a Python program",
    "python-urllib": "a Python program",
    "rclone": "rclone",
    "stagefright": "an Android app",
    "vlc": "VLC",
    "libvlc": "VLC",
    "wget": "Wget",
    "wget2": "Wget",
    "xbmc": "Kodi",
}

_PRODUCT = re.compile(r"[A-Za-z][A-Za-z0-9._+-]*")


@lru_cache(maxsize=256)
def device_name(user_agent: str) -> str:
    """'Chrome on Android', 'Safari on iPhone', 'curl'; '' when it says nothing that is known.

    Only words of this module come out, whatever the client sent, at most MOST_CHARACTERS of them.
    """
    text = user_agent[:1024]
    if text.startswith(("Mozilla/", "Opera/")):
        return _browser(text)
    product = _PRODUCT.match(text)
    if product is None:
        return ""
    if "PowerShell" in text:
        return "PowerShell"
    name = product.group().lower()
    known = _PROGRAMS.get(name) or _PROGRAMS.get(name.rstrip("0123456789._-"), "")
    return known or (_browser(text) if "AppleCoreMedia" in text else "")


def _browser(text: str) -> str:
    if "WindowsPowerShell" in text or "PowerShell/" in text:
        return "PowerShell"
    system = _system(text)
    browser = next((name for mark, name in _BROWSERS if mark in text), "")
    if browser == "Safari" and system == "Android":
        browser = "Android browser"
    if browser and system:
        return f"{browser} on {system}"
    return browser or (f"A browser on {system}" if system else "")


def _system(text: str) -> str:
    return next((name for mark, name in _SYSTEMS if mark in text), "")
