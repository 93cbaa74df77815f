"""Every reader of ours that sees bytes of strangers, with text that nobody thought of: an answer, and no exception."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.live import LiveServer

from desktop_share.core.access import Grant, Refusal
from desktop_share.core.devices import device_name
from desktop_share.core.errors import ShareError
from desktop_share.core.handover import HEADER, Handover, HandoverError, decode, encode, length, refusal
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.link_terms import LinkTerms
from desktop_share.core.links import ListLink, new_link
from desktop_share.core.list_links import ALL
from desktop_share.core.log_words import one_line, redacted
from desktop_share.core.networks import NetworkPolicy, parse_network, plain_address
from desktop_share.core.options import Options
from desktop_share.core.signed_links import Signer
from desktop_share.core.sources import FileSource
from desktop_share.core.throttle import Throttle, is_own, network_of
from desktop_share.server.context import SHARED
from desktop_share.server.guard import is_own_origin
from desktop_share.server.hosts import policy_for
from desktop_share.server.limits import Limits
from desktop_share.server.parsing import RequestParser, ServerAdjustments
from desktop_share.server.ranges import RequestConditions, Validators, decide

SLOWLY = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
QUICKLY = settings(deadline=None, max_examples=100)
LIMITS = Limits(request_line=300, header_bytes=2000, header_lines=20, request_body=4000)
OWN = Options(Path("/own/data"), paths=("/own/file",))
HOME = policy_for(["192.168.1.20", "fd00::1"], "box", 8765)

printable = st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f")
field_value = st.one_of(
    st.text(printable, max_size=200),
    st.lists(st.sampled_from(["=", ";", ",", '"', "\\", " ", "%", "-", "~", ".", ":", "é", "a", "0", "\t"])).map(
        "".join
    ),
)


# -- what comes over a connection

_heads = st.lists(
    st.one_of(
        st.sampled_from(
            [
                b"GET / HTTP/1.1\r\n",
                b"POST /d/x HTTP/1.0\r\n",
                b"Host: a\r\n",
                b"Content-Length: 3\r\n",
                b"Content-Length: -1\r\n",
                b"Transfer-Encoding: chunked\r\n",
                b"Transfer-Encoding: gzip, chunked\r\n",
                b"Connection: close, upgrade\r\n",
                b"Expect: 100-continue\r\n",
                b"Range: bytes=0-\r\n",
                b"\r\n",
                b"\n\n",
                b"3\r\nabc\r\n",
                b"0\r\n\r\n",
                b"ffffffffffffffff\r\n",
                b'3;x="\r\n',
                b"X: \xff\x00\r\n",
                b" folded\r\n",
                b"\x16\x03\x01",
            ]
        ),
        st.binary(max_size=40),
    ),
    max_size=12,
)


@QUICKLY
@given(_heads, st.integers(1, 50))
def test_that_any_bytes_are_a_request_or_a_refusal(parts: list[bytes], step: int) -> None:
    parser = RequestParser(ServerAdjustments(LIMITS))
    data = b"".join(parts)
    try:
        while data and not parser.completed:
            piece = data[:step]
            consumed = parser.received(piece)
            assert 0 <= consumed <= len(piece)
            assert consumed or parser.completed, "it would be given the same bytes for ever"
            data = data[consumed:]
        if parser.error is not None:
            assert parser.completed
            assert 400 <= parser.error.code < 600
        elif parser.completed and not parser.empty:
            assert len(parser.host_values) <= 1
            assert "\r" not in parser.request_uri
    finally:
        parser.close()


@QUICKLY
@given(
    st.builds(
        RequestConditions,
        *[st.none() | field_value | st.sampled_from(["*", '"tag"', 'W/"tag"', "bytes=0-5", "bytes=-1,0-"])] * 6,
    ),
    st.sampled_from(["GET", "HEAD", "POST"]),
    st.integers(0, 10**13),
    st.sampled_from([Validators('"tag"', 784111777.5), Validators(None, None), Validators('W/"tag"', -5.0)]),
)
def test_that_any_conditions_get_an_answer_within_the_file(
    conditions: RequestConditions, method: str, size: int, validators: Validators
) -> None:
    answer = decide(method, conditions, validators, size, 1_800_000_000.0)
    assert answer.status in (200, 206, 304, 412, 416)
    assert bool(answer.parts) is (answer.status in (200, 206))
    assert all(0 <= part.start <= part.stop <= size for part in answer.parts)


@QUICKLY
@given(st.one_of(st.text(), field_value, st.from_regex(r"https?://[\[\]a-z0-9.:@%]{0,30}", fullmatch=True)))
def test_that_any_origin_is_ours_or_not(origin: str) -> None:
    ours = is_own_origin(origin, HOME, "box:8765")
    assert not ours or origin.rpartition("@")[0] == ""
    assert not ours or origin.startswith("http://")
    assert is_own_origin(origin, None, "box:8765") is (origin == "http://box:8765")


# -- addresses


@QUICKLY
@given(st.one_of(st.text(), st.from_regex(r"[0-9a-f:.%/]{0,50}", fullmatch=True)))
def test_that_any_text_is_a_range_of_addresses_or_none(text: str) -> None:
    address = plain_address(text)
    assert isinstance(network_of(text), str)
    assert isinstance(is_own(text), bool)
    assert address is not None or not is_own(text)
    closed = NetworkPolicy((ip_network("192.168.1.0/24"),))
    assert not closed.admits(text) or address is not None
    try:
        network = parse_network(text)
    except ShareError:
        return
    assert parse_network(str(network)) == network


@QUICKLY
@given(st.ip_addresses(), st.integers(0, 128))
def test_that_a_range_of_addresses_reads_back(address, bits: int) -> None:
    network = parse_network(f"{address}/{min(bits, address.max_prefixlen)}")
    assert isinstance(network, IPv4Network | IPv6Network)
    assert parse_network(f" {network}\n") == network
    plain = plain_address(str(address))
    assert plain is not None
    if plain.version == network.version:  # '::ffff:0:0/90' holds more than IPv4, and no client's address
        assert plain in network
        assert NetworkPolicy(deny=(network,)).admits(str(address)) is plain.is_loopback


@pytest.mark.parametrize(
    ("text", "network"),
    [("::ffff:10.0.0.0/104", "10.0.0.0/8"), ("::ffff:10.0.0.7", "10.0.0.7/32"), ("::ffff:0:0/96", "0.0.0.0/0")],
)
def test_that_ipv4_written_as_ipv6_is_denied_as_well(text: str, network: str) -> None:
    assert parse_network(text) == ip_network(network)
    assert not NetworkPolicy(deny=(parse_network(text),)).admits("10.0.0.7")


@QUICKLY
@given(st.one_of(st.text(), st.text().map("Mozilla/5.0 ".__add__)))
def test_that_any_user_agent_is_named_in_our_words(text: str) -> None:
    name = device_name(text)
    assert len(name) < 50
    assert name.isprintable()


@pytest.mark.parametrize("unit", ["a", "aA", " ", ".", "a.", "/d/", "cookie: ", "://", "@", "%2f", "basic ", "token="])
def test_that_no_long_text_keeps_the_log_busy(unit: str) -> None:
    """As long as a request line can be. A search that goes back and forth would run into the time limit of a test."""
    text = unit * (8192 // len(unit))
    assert redacted(f"cookie: {text}")
    assert "\n" not in one_line(text)


# -- links


@QUICKLY
@given(st.one_of(st.text(), st.from_regex(r"[\w.~-]{0,80}", fullmatch=True)))
def test_that_no_text_is_signed_that_we_did_not_sign(text: str) -> None:
    assert Signer(bytes(32)).read(text) is None


@QUICKLY
@given(
    st.sampled_from(list(Disposition)),
    st.none() | st.integers(0, 2**40),
    st.integers(0, 2**31),
    st.data(),
)
def test_that_a_signed_link_reads_back_and_no_character_of_it_can_be_another(
    disposition: Disposition, expires: int | None, turn: int, data: st.DataObject
) -> None:
    signer = Signer(b"a secret" * 4)
    item = SharedItem(FileSource(Path("/a")), 0.0, id="0123456789abcdef", key_turn=turn)
    text = signer.sign(item, disposition, expires)
    read = signer.read(text)
    assert read is not None
    assert (read.item_id, read.disposition, read.expires, read.key_turn) == (item.id, disposition, expires, turn)
    where = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters(codec="utf-8").filter(lambda each: each != text[where]))
    assert signer.read(text[:where] + other + text[where + 1 :]) is None
    assert signer.read(text[:where] + other + text[where:]) is None
    assert signer.read(text + other) is None
    assert Signer(bytes(32)).read(text) is None


@SLOWLY
@given(st.data())
def test_that_any_address_is_looked_up(live: LiveServer, data: st.DataObject) -> None:
    if not live.share_list.snapshot():
        live.share_list.add([SharedItem(FileSource(Path("/nowhere/a.txt")), 0.0)])
        live.entrance.lists.update(lambda _: [ListLink(new_link(), "All")])
    item, listed = live.share_list.snapshot()[0], live.entrance.lists.snapshot()[0]
    signed = live.entrance.doors.signer.sign(item, item.disposition, None)
    known = st.sampled_from([item.link.token, listed.link.token, item.id, signed, ALL, "~", ".", "", "/", "\0"])
    address = "".join(data.draw(st.lists(st.one_of(known, st.text(max_size=8)), max_size=4)))
    found = live.entrance.doors.find(address)
    right = {
        item.link.token: item.id,
        f"{listed.link.token}~{item.id}": item.id,
        f"{listed.link.token}~{ALL}": f"~{listed.link.id}",
        signed: item.id,
    }
    if isinstance(found, Grant):
        assert found.item.id == right[address]
    else:
        assert address not in right
        assert found in (Refusal.UNKNOWN, Refusal.SIGNATURE_WRONG)
    assert (live.entrance.lists.find(address) is not None) is (address == listed.link.token)
    assert live.entrance.tickets.find(address) is Refusal.UNKNOWN


# -- fields and forms, through the whole application


@pytest.fixture
def locked(live: LiveServer, tmp_path: Path) -> SharedItem:
    """A folder behind a password, with no limit on guesses at tokens."""
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "secret.txt").write_bytes(b"the secret")
    item = live.share(tmp_path / "album")
    hashed = live.entrance.passwords.hash("right")
    live.share_list.update([item.id], lambda each: each.with_link(replace(each.link, password_hash=hashed)))
    shared = live.app.extensions[SHARED]
    live.app.extensions[SHARED] = replace(shared, entrance=replace(shared.entrance, throttle=Throttle({}, {})))
    return live.share_list.snapshot()[0]


@pytest.fixture
def opened(live: LiveServer, locked: SharedItem, tmp_path: Path) -> dict[str, str]:
    """What stands in addresses, in the place of a token, of links without a password."""
    live.share_list.update([locked.id], lambda each: each.with_link(replace(each.link, password_hash="")))
    for name in ("file", "limited"):
        (tmp_path / name).write_bytes(b"0123456789")
    file = live.share(tmp_path / "file")
    limited = live.share(tmp_path / "limited", lambda each: each.with_link(replace(each.link, limit=1)))
    listed = ListLink(new_link(), "All")
    live.entrance.lists.update(lambda _: [listed])
    signed = live.entrance.doors.signer.sign(file, Disposition.INLINE, None)
    links = {"file": file.link, "folder": locked.link, "limited": limited.link, "list": listed.link}
    return {name: link.token for name, link in links.items()} | {"signed": signed}


_others = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        [
            "User-Agent",
            "Accept",
            "Range",
            "If-Range",
            "If-None-Match",
            "If-Modified-Since",
            "Want-Repr-Digest",
            "Content-Type",
            "Accept-Encoding",
            "Forwarded",
            "X-Forwarded-For",
            "X-HTTP-Method-Override",
        ],
        field_value,
    ),
)


@SLOWLY
@given(
    route=st.sampled_from(["/d/{}", "/s/{}", "/s/{}/files/", "/f/{}/album/secret.txt", "/l/{}", "/t/{}", "/d/{}~all"]),
    method=st.sampled_from(["GET", "HEAD"]),
    query=st.one_of(
        st.text(printable, max_size=40), field_value.map("page={}".format), field_value.map("as={}".format)
    ),
    cookie=st.one_of(
        field_value,
        field_value.map("link-ID={}".format),
        field_value.map("ticket-ID={}; device=".format),
        field_value.map('link-ID="{}"; link-ID=.'.format),
    ),
    authorization=st.one_of(
        field_value,
        field_value.map("Basic {}".format),
        st.binary(max_size=60).map(lambda each: "Basic " + base64.b64encode(each).decode()),
        field_value.map('Digest username="{}", x='.format),
        field_value.map("Bearer {}".format),
    ),
    others=_others,
)
def test_that_no_field_opens_a_locked_folder_or_breaks_the_answer(
    live: LiveServer, locked: SharedItem, route, method, query, cookie, authorization, others
) -> None:
    live.entrance.guesses.right("127.0.0.1", locked.link.digest)
    headers = {"Cookie": cookie.replace("ID", locked.link.id), "Authorization": authorization, **others}
    headers["Host"] = f"127.0.0.1:{live.port}"
    with live.app.test_client() as client:
        reply = client.open(route.format(locked.link.token), method=method, query_string=query, headers=headers)
        assert reply.status_code in (401, 404)
        assert b"secret" not in reply.data
        assert b"album" not in reply.data.replace(locked.link.token.encode(), b"")
        reply.close()


@SLOWLY
@given(
    route=st.sampled_from(
        [
            *(
                "/d/{file}",
                "/s/{file}",
                "/d/{folder}",
                "/s/{folder}/files/",
                "/f/{folder}/album/secret.txt",
                "/l/{list}",
            ),
            *("/d/{list}~all", "/f/{list}~all/album/secret.txt", "/d/{signed}", "/s/{limited}", "/d/{limited}"),
        ]
    ),
    method=st.sampled_from(["GET", "HEAD"]),
    query=st.one_of(st.text(max_size=40), field_value.map("page={}&q=a".format), field_value.map("as={}".format)),
    others=_others,
)
def test_that_no_field_breaks_the_answer_of_what_is_open(
    live: LiveServer, opened: dict[str, str], route, method, query, others
) -> None:
    headers = {"Host": f"127.0.0.1:{live.port}", **others}
    with live.app.test_client() as client:
        reply = client.open(route.format(**opened), method=method, query_string=query, headers=headers)
        assert reply.status_code in (200, 206, 304, 412, 416)
        assert reply.data is not None
        reply.close()


@pytest.mark.parametrize(
    "value", ["Basic é", "Basic \xff:\xff", "Basic Zm9v\xa0", "Basic", "Basic =", "Basic " + "A" * 8000]
)
def test_that_what_is_no_base64_is_no_password(live: LiveServer, locked: SharedItem, value: str) -> None:
    with live.app.test_client() as client:
        headers = {"Host": f"127.0.0.1:{live.port}", "Authorization": value}
        assert client.get(f"/d/{locked.link.token}", headers=headers).status_code == 401


@SLOWLY
@given(
    content_type=st.sampled_from(
        [
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=utf-7",
            "multipart/form-data; boundary=x",
            "multipart/form-data",
            'multipart/form-data; boundary="',
            "text/plain",
            "application/json",
            "",
        ]
    )
    | field_value,
    body=st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.sampled_from(
                [
                    *(b"--x\r\n", b"--x--\r\n", b"\r\n", b"password=", b"%ff", b"&", b"=", b"\0", b"wrong"),
                    *(
                        b'Content-Disposition: form-data; name="password"\r\n',
                        b"Content-Type: ;;\r\n",
                        b"filename=a\r\n",
                    ),
                ]
            ),
            max_size=12,
        ).map(b"".join),
        st.integers(1, 2000).map(lambda count: b"&a" * count),
    ),
)
def test_that_no_form_is_a_password_or_a_mistake_of_ours(
    live: LiveServer, locked: SharedItem, content_type, body
) -> None:
    live.entrance.guesses.right("127.0.0.1", locked.link.digest)
    fields = {"Host": f"127.0.0.1:{live.port}", "Content-Type": content_type}
    with live.app.test_client() as client:
        for route in ("/s/{}", "/l/{}", "/d/{}"):
            reply = client.post(route.format(locked.link.token), data=body, headers=fields)
            assert reply.status_code in (401, 404, 413)
            assert "Set-Cookie" not in reply.headers
            reply.close()


# -- what another program of this computer sends

_plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.just(10**400)
_nested = st.lists(_plain, max_size=4) | st.dictionaries(st.text(max_size=4), _plain, max_size=3)
_json = _plain | _nested | st.lists(_plain | _nested, max_size=4)
_good = {
    "version": 1,
    "action": "open",
    "paths": ["/a"],
    "disposition": "inline",
    "name": "n",
    "type": "text/plain",
    "cache": [60],
    "follow": True,
    "terms": [1e9, 3, "$argon2id$", True],
    "token": "t",
}


def _is_sound(got: Handover) -> bool:
    """What the rest of the program and its database take."""
    terms = got.options.terms
    json.dumps([terms.expires, terms.limit, got.options.name, got.token], allow_nan=False).encode()
    (terms.password_hash or "").encode()
    return (terms.limit is None or 0 < terms.limit < 2**63) and all(path.startswith("/") for path in got.options.paths)


@QUICKLY
@given(st.binary(max_size=300))
def test_that_any_bytes_are_no_message(message: bytes) -> None:
    with pytest.raises(HandoverError):
        decode(message, OWN)
    with pytest.raises(HandoverError):
        refusal(b"[" + message)
    if len(message) >= HEADER and message[0] < 1 and message[1] < 0x40:
        assert length(message) >= 0


@QUICKLY
@given(st.sampled_from([*_good, "terms", "terms", "terms"]), _json, st.integers(0, 3), st.booleans())
def test_that_a_message_with_anything_in_one_place_is_read_or_refused(key, value, place: int, inside: bool) -> None:
    said = dict(_good)
    listed = said[key]
    if inside and isinstance(listed, list):
        value = [value if number == place else each for number, each in enumerate(listed)]
    said[key] = value
    try:
        got = decode(json.dumps(said).encode(), OWN)
    except HandoverError:
        return
    assert _is_sound(got)


@pytest.mark.parametrize(
    "terms",
    [
        [10**400, None, None, False],
        [float("nan"), None, None, False],
        [float("inf"), None, None, False],
        [-1e308, None, None, False],
        [None, 2**63, None, False],
        [None, None, "a" * 100_000, False],
    ],
    ids=["huge", "nan", "inf", "negative", "too many", "long"],
)
def test_that_terms_that_no_link_has_are_refused(terms: list[object]) -> None:
    with pytest.raises(HandoverError):
        decode(json.dumps({**_good, "terms": terms}).encode(), OWN)


@QUICKLY
@given(
    st.lists(st.text(st.characters(exclude_characters="\0/", codec="utf-8"), min_size=1), min_size=2, max_size=5),
    st.builds(
        LinkTerms,
        st.none() | st.floats(0, 2**37),
        st.none() | st.integers(1, 2**31),
        st.none() | st.text(st.characters(codec="utf-8"), max_size=100),
        st.booleans(),
    ),
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=100),
)
def test_that_a_message_reads_back(names: list[str], terms: LinkTerms, token: str) -> None:
    sent = Handover(replace(OWN, paths=tuple(f"/x{name}x" for name in names), terms=terms), token=token)
    message = encode(sent)
    assert decode(message[HEADER : HEADER + length(message)], OWN) == sent
