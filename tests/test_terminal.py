"""The lines of the terminal mode: for people, whose terminal obeys nothing in a name, and for programs."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st

from desktop_share.core.access import Refusal
from desktop_share.core.access_log import Barred, Visit
from desktop_share.core.addresses import HostAddress, Reach
from desktop_share.core.approvals import Asking
from desktop_share.core.errors import Problem
from desktop_share.core.explanation import ExplainedField, Explanation
from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link
from desktop_share.core.share_list import NOTHING_KNOWN, ItemState
from desktop_share.core.sharing import SharingState, SharingStatus
from desktop_share.core.sources import FileSource, FolderSource, LiveSource
from desktop_share.core.transfers import Transfer, TransferState
from desktop_share.core.tree import LeftOut, WhyLeftOut
from desktop_share.terminal import JsonLines, TextLines, warn

LAN = HostAddress("192.168.1.20", "wlan0", Reach.LAN)
STATE = SharingState(SharingStatus.SHARING, 8765, (LAN,), LAN)
REPORT = SharedItem(FileSource(Path("/files/report.pdf")), 1.0, size=61_000, id="one", links=(Link("t" * 22),))
PHOTO = SharedItem(FileSource(Path("/files/日本 🌻.jpg")), 1.0, id="two", links=(Link("u" * 22),))
LINK = "http://192.168.1.20:8765/d/tttttttttttttttttttttt/report.pdf"
BEGUN = Transfer("x1", "one", "report.pdf", "192.168.1.30", "Chrome on Android", 1000, 1.0)
ON_ITS_WAY = replace(BEGUN, sent=400, rate=100.0)
DONE = replace(BEGUN, sent=1000, state=TransferState.FINISHED, ended=2.0)
CUT = replace(BEGUN, sent=400, state=TransferState.ABORTED, ended=2.0, reason="the connection was closed")

EXPLAINED = Explanation(
    "HTTP/1.1 200 OK",
    (
        ExplainedField("Content-Type", "application/pdf", Problem("type", "It is a {kind}.", "", (("kind", "PDF"),))),
        ExplainedField("ETag", '"1"', Problem("", "", "")),
    ),
    (Problem("opens", "A browser may still open it.", ""),),
    "curl -OJ 'http://x'",
    "Invoke-WebRequest 'http://x'",
)


def links(state: SharingState, items: Sequence[SharedItem]) -> list[tuple[SharedItem, str | None]]:
    return [(item, state.link_for(item)) for item in items]


def terminal(encoding: str = "utf-8") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding, newline="\n")


def text(out: io.TextIOWrapper) -> str:
    out.flush()
    return out.buffer.getvalue().decode(out.encoding)


def said_of(transfers: list[Transfer], encoding: str = "utf-8") -> list[str]:
    out = terminal(encoding)
    lines = TextLines(out)
    for each in transfers:
        lines.transfer(each)
    return text(out).splitlines()


# -- for people


def test_that_every_item_has_its_name_size_and_link() -> None:
    out = terminal()
    TextLines(out).ready(STATE, links(STATE, [REPORT, PHOTO]))
    lines = text(out).splitlines()
    assert lines[1:3] == ["report.pdf  61.0 kB", f"  {LINK}"]
    assert lines[4] == "日本 🌻.jpg"
    assert lines[5].endswith("/%E6%97%A5%E6%9C%AC%20%F0%9F%8C%BB.jpg")
    assert "Ctrl-C stops sharing." in lines[-2]


def test_that_the_last_line_says_who_alone_may_come_in() -> None:
    out = terminal()
    TextLines(out, allowed=("192.168.1.0/24", "fd00::/8")).ready(STATE, links(STATE, [REPORT]))
    said = text(out).splitlines()[-2]
    assert said == "Only this computer and 192.168.1.0/24, fd00::/8 can open it. Ctrl-C stops sharing."


def test_that_where_only_this_computer_can_come_in_nobody_else_is_promised_it() -> None:
    out = terminal()
    here = HostAddress("127.0.0.1", "lo", Reach.LOOPBACK)
    state = SharingState(SharingStatus.SHARING, 8765, (here,), here)
    TextLines(out).ready(state, links(state, [REPORT]))
    assert text(out).splitlines()[-2] == "Only this computer can open it. Ctrl-C stops sharing."


def test_that_what_a_link_is_good_for_stands_under_it() -> None:
    out = terminal()
    limited = REPORT.with_link(replace(REPORT.link, limit=3, password_hash="hash"))
    TextLines(out).ready(STATE, links(STATE, [limited, PHOTO]))
    lines = text(out).splitlines()
    assert lines[2:5] == [f"  {LINK}", "  3 downloads · password", ""]
    assert lines[7] == ""  # nothing under the other


@pytest.mark.parametrize("why", [*Refusal, *Barred])
def test_that_every_refusal_is_in_plain_words(why: str) -> None:
    out = io.StringIO()
    TextLines(out).refused(replace(REFUSED, why=why))
    (line,) = out.getvalue().splitlines()
    said = line.partition(".pdf. ")[2]
    assert said not in ("", f"Refused: {why}.")
    assert said[0].isupper()


def read_code(lines: list[str]) -> list[str]:
    """What a phone sees in the block characters of a terminal: each is two modules, one above the other."""
    blocks = {" ": (0, 0), "▀": (255, 0), "▄": (0, 255), "█": (255, 255)}
    rows = [line for line in lines if line and set(line) <= set(blocks)]
    modules = [[blocks[each][half] for each in row] for row in rows for half in (0, 1)]
    wide = [[each for each in row for _ in range(8)] for row in modules for _ in range(8)]
    data = memoryview(bytes(each for row in wide for each in row)).cast("B", shape=[len(wide), len(wide[0])])
    return [found.text for found in zxingcpp.read_barcodes(data)]


@pytest.mark.parametrize("items", [[REPORT], [REPORT, PHOTO]])
def test_that_the_qr_code_is_the_first_link(items: list[SharedItem]) -> None:
    out = terminal()
    TextLines(out).ready(STATE, links(STATE, items))
    lines = [
        line.replace("\x1b[0m", "").replace("\x1b[7m", "").replace("\x1b[49m", "") for line in text(out).split("\n")
    ]
    assert read_code(lines) == [LINK]


def test_that_a_terminal_without_blocks_gets_the_link_only_and_question_marks() -> None:
    out = terminal("ascii")
    TextLines(out).ready(STATE, links(STATE, [REPORT, PHOTO]))
    said = text(out)
    assert LINK in said
    assert "?? ?.jpg" in said


def test_that_nothing_is_encoded_while_there_is_no_address() -> None:
    out = terminal()
    TextLines(out).ready(
        replace(STATE, addresses=(), chosen=None), links(replace(STATE, addresses=(), chosen=None), [REPORT])
    )
    assert "█" not in text(out)


def test_that_a_download_is_told_at_its_start_and_its_end() -> None:
    assert said_of([BEGUN, ON_ITS_WAY, ON_ITS_WAY, DONE]) == [
        "Chrome on Android (192.168.1.30) is getting report.pdf",
        "Chrome on Android (192.168.1.30) got report.pdf (1.0 kB)",
    ]
    assert said_of([replace(CUT, device="")]) == [
        "A device (192.168.1.30) did not get all of report.pdf: the connection was closed"
    ]


def test_that_one_who_comes_back_is_told_of_again() -> None:
    assert len(said_of([BEGUN, CUT, ON_ITS_WAY, DONE])) == 4


@given(st.text())
def test_that_no_name_or_device_can_move_the_cursor_or_begin_a_line(wild: str) -> None:
    steered = replace(BEGUN, item_name=wild, device=wild, reason=wild)
    for each in (
        steered,
        replace(steered, state=TransferState.FINISHED),
        replace(steered, state=TransferState.ABORTED),
    ):
        (line,) = said_of([each])
        assert line.isprintable()


@pytest.mark.parametrize("wild", ["\x1b[2J", "a\rb", "a\nb", "\x9b31m", "\u202egnp.exe", "\udce9", "\x07\x08"])
def test_that_names_on_disk_are_harmless_in_the_list_of_links(wild: str) -> None:
    out = terminal()
    item = replace(REPORT, source=FileSource(Path("/files") / f"x{wild}y"))
    TextLines(out).ready(
        replace(STATE, addresses=(), chosen=None), links(replace(STATE, addresses=(), chosen=None), [item])
    )
    assert all(line.isprintable() for line in text(out).split("\n"))


def test_that_a_warning_is_one_line_on_the_other_stream(capsys) -> None:
    warn(Problem("port-taken", "Port {port} is used.", "Links use 8766.", (("port", "8765"),)))
    assert capsys.readouterr() == ("", "desktop-share: Port 8765 is used. Links use 8766.\n")


def test_that_an_explanation_is_the_answer_with_a_word_on_each_line() -> None:
    out = terminal()
    TextLines(out).explained(REPORT, EXPLAINED)
    assert text(out).splitlines() == [
        "What a browser gets for report.pdf:",
        "  HTTP/1.1 200 OK",
        "  Content-Type: application/pdf",
        "      It is a PDF.",
        '  ETag: "1"',
        "  * A browser may still open it.",
        "  To save it from a terminal:",
        "    curl -OJ 'http://x'",
        "  In Windows PowerShell:",
        "    Invoke-WebRequest 'http://x'",
        "",
    ]


@given(st.text())
def test_that_nothing_in_an_explanation_can_move_the_cursor_or_begin_a_line(wild: str) -> None:
    out = terminal()
    field = ExplainedField("X", wild, Problem("", "{x}", "", (("x", wild),)))
    TextLines(out).explained(
        replace(REPORT, name=wild), Explanation("HTTP/1.1 200 OK", (field,), (field.meaning,), wild, wild)
    )
    lines = text(out).split("\n")
    assert len(lines) == 11
    assert all(line.isprintable() for line in lines)


def test_that_a_folder_that_is_ready_is_said_once() -> None:
    out = terminal()
    lines = TextLines(out)
    folder = replace(REPORT, source=FolderSource(Path("/files/Photos")), size=1_200_000_000)
    lines.indexed(folder, NOTHING_KNOWN)
    lines.indexed(folder, NOTHING_KNOWN)
    lines.indexed(replace(folder, id="two", size=None), NOTHING_KNOWN)
    assert text(out).splitlines() == ["Photos.zip is ready: 1.2 GB", "Photos.zip is ready"]


LEFT_OUT = (LeftOut("old/a\x1b", WhyLeftOut.LEADS_OUT), LeftOut("b", WhyLeftOut.UNREADABLE))


def test_that_what_was_left_out_of_a_folder_is_told_with_its_reason() -> None:
    out = terminal()
    folder = replace(REPORT, source=FolderSource(Path("/files/Photos")), size=None)
    TextLines(out).indexed(folder, ItemState(left_out=LEFT_OUT, left_out_count=2))
    assert text(out).splitlines() == [
        "Photos.zip is ready",
        "Not in it:",
        "  old/a\ufffd: It is a link that leads out of the folder.",
        "  b: It may not be read.",
    ]


def test_that_of_much_that_was_left_out_the_first_is_named_and_the_rest_counted() -> None:
    out = terminal()
    TextLines(out).indexed(PHOTO, ItemState(left_out=LEFT_OUT * 50, left_out_count=300))
    _, *lines = text(out).splitlines()
    assert (len(lines), lines[-1]) == (12, "  and 290 more")


# -- for programs


def test_that_an_explanation_is_one_object() -> None:
    out = terminal("ascii")
    JsonLines(out).explained(REPORT, EXPLAINED)
    assert json.loads(text(out)) == {
        "event": "explained",
        "item": "one",
        "status": "HTTP/1.1 200 OK",
        "headers": [["Content-Type", "application/pdf"], ["ETag", '"1"']],
        "meanings": ["It is a PDF.", ""],
        "notes": ["A browser may still open it."],
        "curl": "curl -OJ 'http://x'",
        "powershell": "Invoke-WebRequest 'http://x'",
    }


def test_that_what_is_no_file_has_no_path_and_an_index_that_is_complete_is_told() -> None:
    out = terminal("ascii")
    lines = JsonLines(out)
    lines.ready(STATE, links(STATE, [replace(REPORT, source=LiveSource(None, name="stdin"))]))
    lines.indexed(PHOTO, NOTHING_KNOWN)
    ready, indexed = map(json.loads, text(out).splitlines())
    assert (ready["items"][0]["path"], ready["items"][0]["name"]) == (None, "stdin")
    assert indexed == {"event": "indexed", "item": "two"}


def test_that_programs_are_told_what_was_left_out() -> None:
    out = terminal("ascii")
    JsonLines(out).indexed(PHOTO, ItemState(left_out=LEFT_OUT[1:], left_out_count=7))
    assert json.loads(text(out)) == {
        "event": "indexed",
        "item": "two",
        "left_out": [{"path": "b", "why": "It may not be read."}],
        "left_out_count": 7,
    }


def json_lines(*calls: Transfer) -> list[dict[str, object]]:
    out = terminal()
    lines = JsonLines(out)
    for each in calls:
        lines.transfer(each)
    return [json.loads(line) for line in text(out).splitlines()]


def test_that_ready_has_exactly_what_was_promised() -> None:
    out = terminal("ascii")
    JsonLines(out).ready(STATE, links(STATE, [REPORT, PHOTO]))
    (line,) = text(out).splitlines()
    assert json.loads(line) == {
        "event": "ready",
        "url": "http://192.168.1.20:8765",
        "port": 8765,
        "items": [
            {"id": "one", "name": "report.pdf", "path": str(Path("/files/report.pdf")), "link": LINK},
            {
                "id": "two",
                "name": "日本 🌻.jpg",
                "path": str(Path("/files/日本 🌻.jpg")),
                "link": f"http://192.168.1.20:8765/d/{'u' * 22}/%E6%97%A5%E6%9C%AC%20%F0%9F%8C%BB.jpg",
            },
        ],
    }


def test_that_each_event_of_a_transfer_is_one_object() -> None:
    about = {"transfer": "x1", "item": "one", "client": "192.168.1.30", "total": 1000}
    assert json_lines(BEGUN, ON_ITS_WAY, DONE) == [
        {"event": "started", "sent": 0, **about},
        {"event": "progress", "sent": 400, **about},
        {"event": "finished", "sent": 1000, **about},
    ]
    assert json_lines(BEGUN, CUT)[1] == {
        "event": "aborted",
        "sent": 400,
        "reason": "the connection was closed",
        **about,
    }


def test_that_an_unknown_length_is_null_and_two_transfers_are_kept_apart() -> None:
    other = replace(BEGUN, id="x2", total=None)
    assert [
        (each["event"], each["transfer"], each["total"]) for each in json_lines(BEGUN, other, other, ON_ITS_WAY)
    ] == [
        ("started", "x1", 1000),
        ("started", "x2", None),
        ("progress", "x2", None),
        ("progress", "x1", 1000),
    ]


def test_that_a_path_which_is_no_text_still_makes_a_line_of_ascii() -> None:
    out = terminal("ascii")
    JsonLines(out).ready(STATE, links(STATE, [replace(REPORT, source=FileSource(Path("/files/caf\udce9.txt")))]))
    (item,) = json.loads(text(out))["items"]
    assert Path(item["path"]) == Path("/files/caf\udce9.txt")


ASKING = Asking("aa11", "10.0.0.1", "Chrome on\nAndroid", "a\x1b[2J.pdf", 1.0)
REFUSED = Visit(1.0, "10.0.0.1", "", "GET", "a\r\n.pdf", 401, "password-wrong")


def test_that_who_asks_and_who_is_refused_is_one_line_each_for_people() -> None:
    out = io.StringIO()
    lines = TextLines(out)
    lines.asking(ASKING)
    lines.refused(REFUSED)
    assert out.getvalue().splitlines() == [
        "Chrome on\ufffdAndroid (10.0.0.1) wants a\ufffd[2J.pdf. Let it in? y: yes, o: this once, n: no [aa11]",
        "A device (10.0.0.1) did not get a\ufffd\ufffd.pdf. Wrong password.",
    ]


def test_that_who_asks_and_who_is_refused_is_one_object_each_for_programs() -> None:
    out = io.StringIO()
    lines = JsonLines(out)
    lines.asking(ASKING)
    lines.refused(REFUSED)
    assert [json.loads(line) for line in out.getvalue().splitlines()] == [
        {"event": "asking", "id": "aa11", "client": "10.0.0.1", "device": "Chrome on\nAndroid", "name": ASKING.what},
        {"event": "refused", "reason": "password-wrong", "client": "10.0.0.1", "name": REFUSED.what},
    ]
