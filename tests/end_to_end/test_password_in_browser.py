"""A browser at a link with a password and a limit: from the form to the file, without a script."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from support.browser import Chromium
from support.live import LiveServer
from support.processes import wait_until

BODY = bytes(range(256)) * 40


def test_that_a_password_and_a_press_of_the_button_bring_the_file(
    live: LiveServer, chromium: Chromium, tmp_path: Path
) -> None:
    path, downloads = tmp_path / "a.bin", tmp_path / "downloads"
    path.write_bytes(BODY)
    downloads.mkdir()
    password_hash = live.entrance.passwords.hash("right")
    item = live.share(path, lambda each: each.with_link(replace(each.link, limit=2, password_hash=password_hash)))
    with chromium.opened(downloads) as browser:
        browser.go(live.url(item))
        for password, title in (("wrong", "That is not the password"), ("right", "a.bin")):
            browser.script("document.querySelector('#password').value = arguments[0]", password)
            browser.click("button")
            wait_until(lambda title=title: browser.title == title, title)  # type: ignore[misc]
        assert browser.script("return location.pathname") == f"/s/{item.link.token}"
        assert browser.script("return document.cookie") == ""
        saved = browser.downloaded(lambda: browser.click("form .button"))
        assert saved.read_bytes() == BODY
        wait_until(lambda: live.share_list.snapshot()[0].links[0].used == 1, "it is counted")
        browser.go(live.url(item))
        assert "1 of 2 downloads left" in browser.script("return document.body.innerText")
    origins = [each["Origin"] for each in live.requests if "Origin" in each]
    assert origins == [f"http://127.0.0.1:{live.port}"] * 3, "each form says where it comes from"
    assert not any("right" in str(each) for each in live.requests)
