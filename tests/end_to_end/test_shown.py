"""What Chromium does with an item: its viewers work, nothing in it runs in our origin, and it is saved as we say."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.browser import Browser, Chromium
from support.live import LiveServer
from support.processes import wait_until
from support.samples import DATA, one_page_pdf

from desktop_share.core.items import Disposition
from desktop_share.server.explain import chromium_name

SCRIPT = "document.documentElement.setAttribute('data-ran', 'yes')"
XHTML = 'xmlns="http://www.w3.org/1999/xhtml"'
ACTIVE = {
    "page.html": f'<!doctype html><p>here</p><script>{SCRIPT}</script><img src=x onerror="{SCRIPT}">',
    "picture.svg": f'<svg xmlns="http://www.w3.org/2000/svg" onload="{SCRIPT}"><script>{SCRIPT}</script></svg>',
    "page.xhtml": f"<html {XHTML}><head><title/></head><body><script>{SCRIPT}</script></body></html>",
    "data.xml": f"<data><script {XHTML}>{SCRIPT}</script></data>",
}


def _sound() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes(8000))
    return made.getvalue()


SHOWN = {
    "sound.wav": (
        _sound(),
        "const a = document.querySelector('audio,video'); return a && a.readyState > 0 && a.duration",
    ),
    "photo.jpg": ((DATA / "photo.jpg").read_bytes(), "return document.images[0] && document.images[0].naturalWidth"),
    "notes.txt": ("Grüße".encode(), "return document.body.innerText.length"),
    "data.json": (json.dumps({"a": 1}).encode(), "return document.body.innerText.includes('{')"),
    # Chromium's viewer is a frame that no script sees into; around it is a page with this background
    "minutes.pdf": (one_page_pdf("Minutes"), "return document.body.style.backgroundColor == 'rgb(40, 40, 40)'"),
}


@pytest.fixture(scope="module")
def browser(chromium: Chromium, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with chromium.opened(tmp_path_factory.mktemp("saved")) as opened:
        yield opened


@pytest.mark.parametrize("name", SHOWN)
def test_that_a_browser_shows_what_is_shown(live: LiveServer, tmp_path: Path, browser: Browser, name: str) -> None:
    content, looks = SHOWN[name]
    (tmp_path / name).write_bytes(content)
    item = live.share(tmp_path / name, lambda each: each.with_disposition(Disposition.INLINE))
    browser.go(live.url(item))
    wait_until(lambda: browser.script(looks), f"{name} to be shown")
    assert list(browser.downloads.iterdir()) == []


@pytest.mark.parametrize("name", ACTIVE)
def test_that_no_script_of_an_item_runs(live: LiveServer, tmp_path: Path, browser: Browser, name: str) -> None:
    ran = "return document.documentElement.getAttribute('data-ran')"
    (tmp_path / name).write_text(ACTIVE[name])
    item = live.share(tmp_path / name, lambda each: each.with_disposition(Disposition.INLINE))
    browser.go((tmp_path / name).as_uri())
    assert browser.script(ran)  # where nothing forbids it
    browser.go(live.url(item))
    assert browser.script("return location.href") == live.url(item)
    assert browser.script("return document.getElementsByTagName('script').length") == 1
    assert browser.script(ran) is None
    assert browser.script("return self.origin") == "null"


@pytest.mark.parametrize(
    "name",
    [
        *("plain.txt", "family 👨‍👩‍👧.txt", "flag 🏴󠁧󠁢󠁳󠁣󠁴󠁿.txt", "نمی‌خواهم.txt", "~draft.txt", "draft~", "a~b%20c;d=e.txt"),
        *("日本語 🌻.txt", "README", "Q3, “final” (1).tar.gz", "picture.jpg"),
    ],
)
def test_that_chromium_saves_under_the_name_that_the_owner_is_told(
    live: LiveServer, tmp_path: Path, browser: Browser, name: str
) -> None:
    (tmp_path / "bytes").write_bytes(b"hello")
    item = live.share(tmp_path / "bytes", lambda each: each.renamed(name))
    saved = browser.download(live.url(item))
    assert (saved.name, saved.read_bytes()) == (chromium_name(name), b"hello")
    saved.unlink()


def test_that_a_long_name_does_not_make_the_page_wider_than_a_phone(
    live: LiveServer, tmp_path: Path, browser: Browser
) -> None:
    (tmp_path / "bytes").write_bytes(b"hello")
    item = live.share(tmp_path / "bytes", lambda each: each.renamed("w" * 250 + ".txt"))
    browser.go(live.url(item).replace("/d/", "/s/").rpartition("/")[0])
    widest = """document.documentElement.style.width = '360px';
        return Math.max(...[...document.querySelectorAll('body *')].map(e => e.getBoundingClientRect().right))"""
    assert 300 < browser.script(widest) <= 360
