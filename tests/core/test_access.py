"""From what stands in an address to a grant or a refusal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from support.stores import MemoryStore

from desktop_share.core.access import Asker, Doors, Grant, ListGrant, Proof, Refusal, judge
from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.links import Link, ListLink
from desktop_share.core.list_links import ListLinks
from desktop_share.core.share_list import ShareList
from desktop_share.core.signed_links import Signer
from desktop_share.core.sources import FileSource

NOW = 1_800_000_000.0
ITEM = SharedItem(FileSource(Path("/files/a")), 1.0, id="aaaa", links=(Link("first-token"), Link("second-token")))
OTHER = SharedItem(FileSource(Path("/files/b")), 1.0, id="bbbb", links=(Link("other-token"),))
ANYBODY = Asker()


@pytest.fixture
def doors() -> Doors:
    store = MemoryStore()
    share_list = ShareList(store)
    share_list.add([ITEM, OTHER])
    return Doors(share_list, ListLinks(store, share_list), Signer(b"s" * 32), lambda: NOW)


def opened(doors: Doors, address: str, asker: Asker = ANYBODY) -> Grant | Refusal:
    return doors.open(address, asker, paused=False)


# -- tokens


@pytest.mark.parametrize("link", ITEM.links)
def test_that_each_link_of_an_item_opens_it(doors: Doors, link: Link) -> None:
    assert opened(doors, link.token) == Grant(ITEM, link, link.token)


@pytest.mark.parametrize(
    "token", ["", "first-toke", "first-token ", "FIRST-TOKEN", "日本", "\udce9", "a\0b", "x" * 10_000, "~", "~aaaa"]
)
def test_that_anything_else_is_unknown(doors: Doors, token: str) -> None:
    assert opened(doors, token) is Refusal.UNKNOWN
    assert doors.open_list(token, ANYBODY, paused=False) is Refusal.UNKNOWN


@pytest.mark.parametrize("token", ["first-token", "a guess", "a.guess", "list-token~aaaa"])
def test_that_a_pause_tells_nobody_which_links_there_are(doors: Doors, token: str) -> None:
    assert doors.open(token, ANYBODY, paused=True) is Refusal.PAUSED
    assert doors.open_list(token, ANYBODY, paused=True) is Refusal.PAUSED


def test_that_a_removed_item_is_refused_at_once_and_opens_again_when_it_is_back(doors: Doors) -> None:
    removed = doors.share_list.remove([ITEM.id])
    assert opened(doors, "first-token") is Refusal.UNKNOWN
    doors.share_list.restore(removed)
    assert opened(doors, "first-token") == Grant(ITEM, ITEM.links[0], "first-token")


def test_that_a_grant_is_for_the_item_as_it_is_now(doors: Doors) -> None:
    doors.share_list.update([ITEM.id], lambda item: replace(item, name="new.txt", links=item.links[1:]))
    assert opened(doors, "first-token") is Refusal.UNKNOWN
    granted = opened(doors, "second-token")
    assert isinstance(granted, Grant)
    assert granted.item.name == "new.txt"


# -- what a link says


def given(proof: Proof) -> Callable[[Link], Proof]:
    return lambda _: proof


JUDGEMENTS: list[tuple[Link, Asker, Refusal | None]] = [
    (Link("t"), ANYBODY, None),
    (Link("t", revoked=True), ANYBODY, Refusal.REVOKED),
    (Link("t", revoked=True, expires=NOW - 1), ANYBODY, Refusal.REVOKED),
    (Link("t", expires=NOW + 1), ANYBODY, None),
    (Link("t", expires=NOW), ANYBODY, Refusal.EXPIRED),
    (Link("t", expires=NOW - 1, limit=1, used=1), ANYBODY, Refusal.EXPIRED),
    (Link("t", limit=3, used=2), ANYBODY, None),
    (Link("t", limit=3, used=3), ANYBODY, Refusal.USED_UP),
    (Link("t", limit=1, used=3), ANYBODY, Refusal.USED_UP),
    (Link("t", password_hash="h"), ANYBODY, Refusal.PASSWORD_NEEDED),
    (Link("t", password_hash="h"), Asker(password=given(Proof.WRONG)), Refusal.PASSWORD_WRONG),
    (Link("t", password_hash="h"), Asker(password=given(Proof.GIVEN)), None),
    (Link("t", password_hash="h", limit=1, used=1), Asker(password=given(Proof.GIVEN)), Refusal.USED_UP),
    (Link("t", ask=True), ANYBODY, Refusal.NOT_APPROVED),
    (Link("t", ask=True), Asker(approval=lambda _: Refusal.WAITING), Refusal.WAITING),
    (Link("t", ask=True), Asker(approval=lambda _: None), None),
    (Link("t", ask=True, password_hash="h"), Asker(approval=lambda _: None), Refusal.PASSWORD_NEEDED),
]


@pytest.mark.parametrize(("link", "asker", "wanted"), JUDGEMENTS)
def test_that_a_link_is_good_for_what_it_says(link: Link, asker: Asker, wanted: Refusal | None) -> None:
    assert judge(link, asker, NOW) is wanted


def test_that_nobody_is_asked_what_the_link_does_not_want_to_know() -> None:
    def never(_: Link) -> Proof:
        raise AssertionError

    asker = Asker(password=never, approval=never)  # type: ignore[arg-type]
    assert judge(Link("t"), asker, NOW) is None
    assert judge(Link("t", revoked=True, password_hash="h", ask=True), asker, NOW) is Refusal.REVOKED


def test_that_revoking_one_link_leaves_the_others(doors: Doors) -> None:
    doors.share_list.update([ITEM.id], lambda item: item.with_link(replace(item.links[0], revoked=True)))
    assert opened(doors, "first-token") is Refusal.REVOKED
    assert isinstance(opened(doors, "second-token"), Grant)
    item = doors.share_list.get(ITEM.id)
    assert item is not None
    assert item.link.token == "second-token"


# -- links to lists


def with_list(doors: Doors, *links: ListLink) -> None:
    doors.lists.update(lambda _: links)


def test_that_a_link_to_a_list_opens_what_it_names_and_nothing_else(doors: Doors) -> None:
    listed = ListLink(Link("list-token"), "Holiday", (ITEM.id,))
    with_list(doors, listed)
    assert doors.open_list("list-token", ANYBODY, paused=False) == ListGrant(listed)
    assert opened(doors, "list-token~aaaa") == Grant(ITEM, listed.link, "list-token~aaaa", listed)
    for address in ("list-token~bbbb", "list-token~", "list-token", "list-token~aaaa~", "first-token~aaaa"):
        assert opened(doors, address) is Refusal.UNKNOWN
    assert doors.open_list("first-token", ANYBODY, paused=False) is Refusal.UNKNOWN


def test_that_a_link_to_everything_opens_what_comes_later_too(doors: Doors) -> None:
    with_list(doors, ListLink(Link("list-token")))
    later = replace(OTHER, source=FileSource(Path("/files/c")), id="cccc", links=(Link("c"),))
    doors.share_list.add([later])
    assert isinstance(opened(doors, "list-token~cccc"), Grant)
    assert doors.lists.items(doors.lists.snapshot()[0]) == (ITEM, OTHER, later)


def test_that_what_is_removed_leaves_its_lists_and_the_order_is_the_owners(doors: Doors) -> None:
    with_list(doors, ListLink(Link("list-token"), item_ids=(OTHER.id, "gone", ITEM.id)))
    assert doors.lists.items(doors.lists.snapshot()[0]) == (OTHER, ITEM)
    doors.share_list.remove([OTHER.id])
    assert doors.lists.items(doors.lists.snapshot()[0]) == (ITEM,)
    assert opened(doors, "list-token~bbbb") is Refusal.UNKNOWN


def test_that_the_items_of_a_list_are_judged_by_the_lists_link(doors: Doors) -> None:
    with_list(doors, ListLink(Link("list-token", expires=NOW)))
    assert doors.open_list("list-token", ANYBODY, paused=False) is Refusal.EXPIRED
    assert opened(doors, "list-token~aaaa") is Refusal.EXPIRED


# -- signed links


def test_that_a_signed_link_opens_its_item_as_it_says(doors: Doors) -> None:
    text = doors.signer.sign(ITEM, Disposition.INLINE, NOW + 60)
    grant = opened(doors, text)
    assert isinstance(grant, Grant)
    assert grant.item == replace(ITEM, disposition=Disposition.INLINE)
    assert (grant.link.expires, grant.address) == (NOW + 60, text)


@pytest.mark.parametrize(("expires", "good"), [(None, True), (NOW + 1, True), (NOW, False), (NOW - 1, False)])
def test_that_a_signed_link_ends_when_it_says(doors: Doors, expires: float | None, good: bool) -> None:
    found = opened(doors, doors.signer.sign(ITEM, Disposition.ATTACHMENT, expires))
    assert isinstance(found, Grant) if good else found is Refusal.EXPIRED


def test_that_every_other_character_of_a_signed_link_is_refused(doors: Doors) -> None:
    text = doors.signer.sign(ITEM, Disposition.ATTACHMENT, NOW + 60)
    # the last character holds bits that mean nothing in base64: another one may be the same signature
    for place in range(len(text) - 1):
        changed = text[:place] + ("A" if text[place] != "A" else "B") + text[place + 1 :]
        assert opened(doors, changed) in (Refusal.SIGNATURE_WRONG, Refusal.UNKNOWN)
    assert opened(doors, text + "A") is Refusal.SIGNATURE_WRONG


@pytest.mark.parametrize("text", [".", "..", "a.b", "W10.x", "é.ü", "." * 5_000, "\0.\0"])
def test_that_what_was_not_signed_here_is_refused(doors: Doors, text: str) -> None:
    assert opened(doors, text) is Refusal.SIGNATURE_WRONG


def test_that_a_link_that_another_installation_signed_is_refused(doors: Doors) -> None:
    foreign = Signer(b"f" * 32).sign(ITEM, Disposition.ATTACHMENT, None)
    assert opened(doors, foreign) is Refusal.SIGNATURE_WRONG


def test_that_turning_the_key_of_an_item_refuses_its_signed_links_and_no_others(doors: Doors) -> None:
    before = doors.signer.sign(ITEM, Disposition.ATTACHMENT, None)
    of_other = doors.signer.sign(OTHER, Disposition.ATTACHMENT, None)
    doors.share_list.update([ITEM.id], lambda item: replace(item, key_turn=item.key_turn + 1))
    item = doors.share_list.get(ITEM.id)
    assert item is not None
    after = doors.signer.sign(item, Disposition.ATTACHMENT, None)
    assert opened(doors, before) is Refusal.SIGNATURE_WRONG
    assert isinstance(opened(doors, after), Grant)
    assert isinstance(opened(doors, of_other), Grant)


def test_that_a_signed_link_to_a_removed_item_opens_nothing(doors: Doors) -> None:
    text = doors.signer.sign(ITEM, Disposition.ATTACHMENT, None)
    doors.share_list.remove([ITEM.id])
    assert opened(doors, text) is Refusal.UNKNOWN
