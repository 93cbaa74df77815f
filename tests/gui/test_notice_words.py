"""What a notification says, for everybody who may ask."""

from __future__ import annotations

import pytest

from desktop_share.core.approvals import Asking
from desktop_share.gui.notice_words import Notice, notice_of

ONE = "A device asks to be let in"


def asking(number: int, what: str = "a.pdf", device: str = "curl", client: str | None = None) -> Asking:
    return Asking(str(number), client or f"192.168.1.{number}", device, what, 0.0)


CASES = {
    "one": (
        [asking(7, "report.pdf", "Chrome on Android")],
        Notice(ONE, "Chrome on Android (192.168.1.7) wants “report.pdf”"),
    ),
    "who says nothing of itself": ([asking(7, device="")], Notice(ONE, "A device (192.168.1.7) wants “a.pdf”")),
    "for nothing that has a name": ([asking(7, "")], Notice(ONE, "curl (192.168.1.7) wants to come in")),
    "by IPv6": ([asking(7, client="fe80::1")], Notice(ONE, "curl (fe80::1) wants “a.pdf”")),
    "one at two links": (
        [asking(7, "a"), asking(7, "b")],
        Notice(ONE, "curl (192.168.1.7) wants “a”\ncurl (192.168.1.7) wants “b”"),
    ),
    "two at one address": (
        [asking(7), asking(7, device="Wget")],
        Notice("2 devices ask to be let in", "curl (192.168.1.7) wants “a.pdf”\nWget (192.168.1.7) wants “a.pdf”"),
    ),
    "three": (
        [asking(1), asking(2), asking(3)],
        Notice(
            "3 devices ask to be let in",
            "curl (192.168.1.1) wants “a.pdf”\ncurl (192.168.1.2) wants “a.pdf”\ncurl (192.168.1.3) wants “a.pdf”",
        ),
    ),
    "more than there is room for": (
        [asking(number) for number in range(1, 21)],
        Notice(
            "20 devices ask to be let in",
            "curl (192.168.1.1) wants “a.pdf”\ncurl (192.168.1.2) wants “a.pdf”\nand 18 more",
        ),
    ),
    "marks are text": (
        [asking(7, "<b>x</b> & y", "<i>z</i>")],
        Notice(ONE, "<i>z</i> (192.168.1.7) wants “<b>x</b> & y”"),
    ),
    "one line, one direction": ([asking(7, "a\nb\u202ec")], Notice(ONE, "curl (192.168.1.7) wants “a\ufffdb\ufffdc”")),
    "braces are no fields": ([asking(7, "{who}")], Notice(ONE, "curl (192.168.1.7) wants “{who}”")),
    "a long name keeps its end": (
        [asking(7, "x" * 200 + ".tar.gz")],
        Notice(ONE, f"curl (192.168.1.7) wants “{'x' * 26}…xxxxxx.tar.gz”"),
    ),
    "a name that just fits": ([asking(7, "x" * 40)], Notice(ONE, f"curl (192.168.1.7) wants “{'x' * 40}”")),
}


@pytest.mark.parametrize(("waiting", "notice"), CASES.values(), ids=CASES)
def test_that_it_says_who_wants_what(waiting: list[Asking], notice: Notice) -> None:
    assert notice_of(waiting) == notice
