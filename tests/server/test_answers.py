"""What every answer carries: each route, each kind, against a live server."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Response, redirect
from making import MadeStream
from support.live import LiveServer, Reply

from desktop_share.core import approvals
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.server.headers import ANSWERS, PAGE_SECURITY_POLICY, SECURITY_HEADERS, Answer

GUESS = "x" * 22
HTML = {"Accept": "text/html"}


@pytest.fixture
def items(live: LiveServer, tmp_path: Path) -> dict[str, SharedItem]:
    for name in ("a.pdf", "revoked.pdf", "secret.pdf"):
        (tmp_path / name).write_bytes(b"0123456789")
    (tmp_path / "b.html").write_bytes(b"<script>1</script>")
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "c.txt").write_bytes(b"c")
    made = {
        "file": live.share(tmp_path / "a.pdf"),
        "shown": live.share(tmp_path / "b.html", lambda each: each.with_disposition(Disposition.INLINE)),
        "folder": live.share(tmp_path / "album"),
        "revoked": live.share(tmp_path / "revoked.pdf"),
        "secret": live.share(tmp_path / "secret.pdf"),
    }
    live.share_list.update([made["revoked"].id], lambda each: _linked(each, revoked=True))
    live.share_list.update([made["secret"].id], lambda each: _linked(each, password_hash="$argon2id$none"))
    return made


def _linked(item: SharedItem, **changes: object) -> SharedItem:
    return replace(item, links=(replace(item.link, **changes),))  # type: ignore[arg-type]


CASES = [  # method, route, item, header fields, kind, status
    ("GET", "/", "", HTML, Answer.PAGE, 200),
    ("GET", "/", "", {}, Answer.PAGE, 200),
    ("HEAD", "/", "", {}, Answer.PAGE, 200),
    ("GET", "/page.css", "", {}, Answer.STATIC, 200),
    ("GET", "/robots.txt", "", {}, Answer.PAGE, 200),
    ("GET", "/favicon.ico", "", {}, Answer.PAGE, 204),
    ("GET", "/nothing", "", HTML, Answer.REFUSAL, 404),
    ("GET", "/nothing", "", {}, Answer.REFUSAL, 404),
    ("PUT", "/", "", {}, Answer.REFUSAL, 405),
    ("GET", "/", "", {"Host": "evil.example"}, Answer.REFUSAL, 421),
    ("POST", "/s/{}", "file", {"Origin": "null"}, Answer.REFUSAL, 403),
    ("GET", f"/d/{GUESS}", "", HTML, Answer.REFUSAL, 404),
    ("GET", "/d/a.b", "", {}, Answer.REFUSAL, 403),
    ("GET", f"/s/{GUESS}", "", HTML, Answer.REFUSAL, 404),
    ("GET", f"/f/{GUESS}/a", "", {}, Answer.REFUSAL, 404),
    ("GET", "/d/{}", "revoked", HTML, Answer.REFUSAL, 410),
    ("GET", "/d/{}", "secret", HTML, Answer.REFUSAL, 401),
    ("GET", "/s/{}", "file", HTML, Answer.PAGE, 200),
    ("GET", "/s/{}", "folder", HTML, Answer.PAGE, 200),
    ("GET", "/s/{}/files/", "folder", HTML, Answer.PAGE, 200),
    ("GET", "/d/{}", "file", {}, Answer.BYTES, 200),
    ("HEAD", "/d/{}", "file", {}, Answer.BYTES, 200),
    ("GET", "/d/{}", "file", {"Range": "bytes=0-1"}, Answer.BYTES, 206),
    ("GET", "/d/{}", "file", {"Range": "bytes=0-1,4-5"}, Answer.BYTES, 206),
    ("GET", "/d/{}", "file", {"Range": "bytes=99-"}, Answer.BYTES, 416),
    ("GET", "/d/{}", "file", {"If-None-Match": "*"}, Answer.BYTES, 304),
    ("GET", "/d/{}", "file", {"If-Match": '"x"'}, Answer.BYTES, 412),
    ("GET", "/d/{}", "shown", HTML, Answer.BYTES, 200),
    ("GET", "/d/{}?as=attachment", "shown", HTML, Answer.BYTES, 200),
    ("GET", "/d/{}", "folder", {}, Answer.BYTES, 200),
    ("GET", "/f/{}/album/c.txt", "folder", {}, Answer.BYTES, 200),
    ("GET", "/f/{}/album/no.txt", "folder", {}, Answer.REFUSAL, 404),
]


@pytest.mark.parametrize(("method", "route", "name", "fields", "kind", "status"), CASES)
def test_that_every_answer_carries_what_its_kind_has_to(
    live: LiveServer,
    items: dict[str, SharedItem],
    method: str,
    route: str,
    name: str,
    fields: dict[str, str],
    kind: Answer,
    status: int,
) -> None:
    reply = live.ask(route.format(items[name].link.token if name else ""), method, fields)
    assert reply.status == status
    check(reply, kind)
    if kind is Answer.BYTES:
        assert reply["Cache-Control"] == "private, no-cache"
        assert "frame-ancestors 'self'" in (reply["Content-Security-Policy"] or "")
        if name == "shown":
            assert "sandbox" in (reply["Content-Security-Policy"] or "")
        if status in (200, 206):
            assert (reply["Content-Disposition"] or "").startswith(
                "inline" if route == "/d/{}" and name == "shown" else "attachment"
            )
    assert ("Cookie" in (reply["Vary"] or "")) is (name == "secret")


def check(reply: Reply, kind: Answer) -> None:
    """Every field of the kind's row, once each; and nothing about us."""
    for field, value in ANSWERS[kind].items():
        assert reply.headers.get_all(field) == [value], field
    assert reply["Server"] is None
    assert reply["X-Powered-By"] is None
    assert reply["Access-Control-Allow-Origin"] is None
    assert all(len(reply.headers.get_all(field) or ()) == 1 for field in set(reply.headers) - {"Set-Cookie"})


def test_that_every_route_is_among_the_cases(live: LiveServer) -> None:
    asked = {route.split("?")[0].split("/")[1] for _, route, *_ in CASES}
    assert {rule.rule.split("/")[1] for rule in live.app.url_map.iter_rules()} <= asked | {"l", "t"}


def test_that_a_stream_and_a_redirect_and_a_mistake_carry_theirs(
    live: LiveServer,
    items: dict[str, SharedItem],
    monkeypatch: pytest.MonkeyPatch,
    expected_logs: Callable[..., object],
) -> None:
    monkeypatch.setattr(live.opener, "open", lambda _, **__: MadeStream(b"line\n"))
    check(live.get(items["file"]), Answer.STREAM)

    live.app.view_functions["pages.front"] = lambda: redirect("/s/x", 303, Response)
    gone_on = live.ask("/")
    assert (gone_on.status, gone_on["Location"]) == (303, "/s/x")
    check(gone_on, Answer.REDIRECT)

    live.app.view_functions["pages.front"] = lambda: 1 / 0
    with expected_logs("an answer failed"):  # type: ignore[attr-defined]
        failed = live.ask("/", headers=HTML)
    assert failed.status == 500
    assert b"ZeroDivisionError" not in failed.body
    check(failed, Answer.REFUSAL)


def test_that_the_table_says_what_each_kind_needs() -> None:
    assert set(ANSWERS) == set(Answer)
    for kind, fields in ANSWERS.items():
        assert set(dict(SECURITY_HEADERS)) <= set(fields)
        assert fields["X-Content-Type-Options"] == "nosniff"
        assert fields["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "noindex" in fields["X-Robots-Tag"]
        assert "camera=()" in fields["Permissions-Policy"]
        # 'same-origin' tells others as little, and lets our own forms say where they are from
        forms = kind in (Answer.PAGE, Answer.REFUSAL)
        assert fields["Referrer-Policy"] == ("same-origin" if forms else "no-referrer")
        if kind is not Answer.BYTES and kind is not Answer.STREAM:
            assert "frame-ancestors 'none'" in fields["Content-Security-Policy"]
            assert "unsafe" not in fields["Content-Security-Policy"]
        if kind not in (Answer.BYTES, Answer.STATIC):
            assert fields["Cache-Control"] == "no-store"
    assert ANSWERS[Answer.PAGE]["Content-Security-Policy"] == PAGE_SECURITY_POLICY


def test_that_an_answer_to_one_visitor_is_no_answer_to_another(live: LiveServer, items: dict[str, SharedItem]) -> None:
    live.share_list.update([items["file"].id], lambda each: _linked(each, ask=True))
    # as a browser: a tool would wait for the owner's answer
    assert "Cookie" in (live.get(items["file"], Accept="text/html")["Vary"] or "")

    def with_cookie() -> Response:
        response = Response("x")
        response.set_cookie("a", "b")
        return response

    assert "Cookie" not in (live.ask("/")["Vary"] or "")
    live.app.view_functions["pages.front"] = with_cookie
    assert "Cookie" in (live.ask("/")["Vary"] or "")


@pytest.mark.parametrize("always", [False, True], ids=["this link asks", "every link asks"])
def test_that_what_a_device_that_was_let_in_gets_is_for_it_alone(
    live: LiveServer, items: dict[str, SharedItem], always: bool
) -> None:
    live.asks_always = always
    item = items["file"]
    live.share_list.update([item.id], lambda each: _linked(each, ask=not always))
    entrance, secret = live.entrance, "s" * 43
    entrance.approvals.ask(secret, item.link, "127.0.0.1", "", "")
    entrance.approvals.answer(entrance.approvals.state.asking[0].id, approvals.Answer.ALLOW)
    reply = live.get(item, Cookie=f"device={secret}")
    assert (reply.status, "Cookie" in (reply["Vary"] or "")) == (200, True)
