"""Headless Chromium: its command line, and a small WebDriver client (W3C WebDriver) for what needs hands."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.processes import started, wait_until
from support.tools import need

FLAGS = (
    "--headless=new",
    "--no-sandbox",  # Chromium refuses to start as root with it
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the key of an element reference, W3C WebDriver section 11


@dataclass(frozen=True)
class Chromium:
    path: str

    def command(self, profile: Path, *more: str) -> list[str]:
        """Headless, with a profile folder of its own."""
        return [self.path, *FLAGS, f"--user-data-dir={profile}", *more]

    def page_text(self, url: str, *more: str) -> str:
        """The page's HTML after its scripts ran."""
        return self._once("--dump-dom", *more, url).decode("utf-8", "replace")

    def screenshot(self, url: str, target: Path, size: tuple[int, int] = (390, 844), *more: str) -> Path:
        """The page as PNG; the size of a phone unless told. `--force-dark-mode` shows its dark side."""
        self._once(f"--screenshot={target}", f"--window-size={size[0]},{size[1]}", *more, url)
        return target

    def _once(self, *arguments: str) -> bytes:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            done = subprocess.run(
                self.command(Path(profile), *arguments),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=True,
                timeout=60,
            )
        return done.stdout

    @contextlib.contextmanager
    def opened(self, downloads: Path) -> Iterator[Browser]:
        """A browser that stays open and saves into `downloads` without asking."""
        driver = [need("chromedriver"), "--port=0"]
        with (
            tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile,
            started(driver, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process,
        ):
            assert process.stdout is not None
            port = next(int(m[1]) for line in process.stdout if (m := re.search(rb"successfully on port (\d+)", line)))
            browser = Browser(port, self.command(Path(profile)), downloads)
            try:
                yield browser
            finally:
                browser.quit()


class Browser:
    """One WebDriver session."""

    def __init__(self, port: int, command: list[str], downloads: Path) -> None:
        self.downloads = downloads
        self._port = port
        self._session = ""
        options = {
            "binary": command[0],
            "args": command[1:],
            "prefs": {"download.default_directory": str(downloads), "download.prompt_for_download": False},
        }
        capabilities = {"alwaysMatch": {"browserName": "chrome", "goog:chromeOptions": options}}
        self._session = "/session/" + self._ask("POST", "/session", {"capabilities": capabilities})["sessionId"]
        allow = {"behavior": "allow", "downloadPath": str(downloads)}
        self._ask("POST", "/goog/cdp/execute", {"cmd": "Browser.setDownloadBehavior", "params": allow})

    def go(self, url: str) -> None:
        """Load a page; for a download it returns as soon as the download begins."""
        self._ask("POST", "/url", {"url": url})

    def script(self, source: str, *arguments: object) -> Any:
        """What this function body returns in the page."""
        return self._ask("POST", "/execute/sync", {"script": source, "args": list(arguments)})

    def resize(self, width: int, height: int) -> None:
        """As a phone of this size, in CSS pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 2, "mobile": True}
        self._ask("POST", "/goog/cdp/execute", {"cmd": "Emulation.setDeviceMetricsOverride", "params": size})

    def click(self, css: str) -> None:
        element = self._ask("POST", "/element", {"using": "css selector", "value": css})[ELEMENT]
        self._ask("POST", f"/element/{element}/click", {})

    @property
    def title(self) -> str:
        return str(self._ask("GET", "/title"))

    def download(self, url: str) -> Path:
        """Open a link that saves a file, and wait until it is whole."""
        return self.downloaded(lambda: self.go(url))

    def downloaded(self, act: Callable[[], None]) -> Path:
        """The file that `act` makes the browser save, once it is whole."""
        before = set(self.downloads.iterdir())
        act()
        return wait_until(lambda: self._saved(before), f"a download in {self.downloads}")

    def quit(self) -> None:
        self._ask("DELETE", "")

    def _saved(self, before: set[Path]) -> Path | None:
        new = set(self.downloads.iterdir()) - before
        # Chromium writes to 'Unconfirmed … .crdownload' or a hidden file, and renames it at the end
        whole = all(path.suffix != ".crdownload" and not path.name.startswith(".") for path in new)
        return next(iter(new)) if len(new) == 1 and whole else None

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        with contextlib.closing(connection):
            sent = None if body is None else json.dumps(body)
            connection.request(method, self._session + path, sent, {"Content-Type": "application/json"})
            value = json.loads(connection.getresponse().read())["value"]
        if isinstance(value, dict) and "error" in value:
            raise AssertionError(f"{method} {path}: {value['error']}: {value.get('message', '')}")
        return value


@pytest.fixture(scope="session")
def chromium() -> Chromium:
    return Chromium(need("chromium"))
