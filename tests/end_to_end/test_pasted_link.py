"""A pasted link in a real browser: one tap, although its page may do nothing else."""

from __future__ import annotations

from pathlib import Path

from support.browser import Chromium
from support.live import LiveServer
from support.processes import wait_until

from desktop_share.core.items import Disposition, SharedItem
from desktop_share.gui.pasted import text_content


def test_that_the_page_of_a_pasted_link_leads_there(live: LiveServer, chromium: Chromium, tmp_path: Path) -> None:
    target = tmp_path / "target.txt"
    target.write_text("You have arrived.")
    there = live.share(target, lambda item: item.with_disposition(Disposition.INLINE))
    content = text_content(live.url(there))
    source = live.opener.contents.put(content.data, "Link.html", content.media_type)
    (link,) = live.share_list.add([SharedItem(source, 1.0, disposition=Disposition.INLINE)]).items
    assert "sandbox" in (live.get(link)["Content-Security-Policy"] or "")
    with chromium.opened(tmp_path) as browser:
        browser.go(live.url(link))
        browser.click("a")
        wait_until(lambda: "You have arrived." in browser.script("return document.body.innerText"), "the link's page")
