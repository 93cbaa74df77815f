"""Edits of links: one field each, undone without taking back what was counted meanwhile."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from list_parts import FailingItems, item

from desktop_share.core.links import Link, new_link
from desktop_share.core.opening import Opener
from desktop_share.core.passwords import Passwords
from desktop_share.core.share_list import ShareList
from desktop_share.gui import link_commands as do
from desktop_share.gui.commands import ShareCommands


class Edits:
    def __init__(self) -> None:
        store = FailingItems()
        self.list = ShareList(store)
        self.list.add([item("a"), item("b")])
        self.commands = ShareCommands(self.list, Opener(self.list, store))

    def link(self, item_id: str = "a") -> Link:
        found = self.list.get(item_id)
        assert found is not None
        return found.link

    def targets(self, *ids: str) -> dict[str, str]:
        return {each: self.link(each).token for each in ids}

    def done(self) -> None:
        self.commands._worker.submit(lambda: None).result()

    def undo(self) -> None:
        self.commands.undo()
        self.done()


@pytest.fixture
def edits(qapp) -> Iterator[Edits]:
    edits = Edits()
    yield edits
    edits.commands.close()


def hashed(password: str) -> str:
    return f"hash of {len(password)}"


CHANGES = {
    "note": (lambda e, t: do.set_note(e, t, "for Ana"), "note", "for Ana"),
    "expires": (lambda e, t: do.set_expires(e, t, 5_000.0), "expires", 5_000.0),
    "limit": (lambda e, t: do.set_limit(e, t, 3), "limit", 3),
    "ask": (lambda e, t: do.set_ask(e, t, True), "ask", True),
    "revoked": (lambda e, t: do.set_revoked(e, t, True), "revoked", True),
    "password": (lambda e, t: do.set_password(e, t, "secret", hashed), "password_hash", "hash of 6"),
}


@pytest.mark.parametrize(("change", "field", "value"), CHANGES.values(), ids=CHANGES)
def test_that_an_edit_changes_one_field_and_undo_gives_it_back_to_each_item(edits, change, field, value) -> None:
    before = [edits.link("a"), edits.link("b")]
    change(edits.commands, edits.targets("a", "b"))
    edits.done()
    assert [edits.link(each) for each in "ab"] == [replace(link, **{field: value}) for link in before]
    edits.undo()
    assert [edits.link(each) for each in "ab"] == before


@pytest.mark.parametrize(("change", "field", "value"), CHANGES.values(), ids=CHANGES)
def test_that_undo_does_not_take_back_a_download_that_was_counted_meanwhile(edits, change, field, value) -> None:
    do.set_limit(edits.commands, edits.targets("a"), 5)
    edits.done()
    change(edits.commands, edits.targets("a"))
    edits.done()
    assert getattr(edits.link(), field) == value
    edits.list.update(("a",), lambda each: each.with_link(replace(each.link, used=2)))
    edits.undo()
    assert (edits.link().limit, edits.link().used) == (5, 2)


def test_that_another_limit_counts_from_nothing_and_the_same_one_goes_on(edits: Edits) -> None:
    edits.list.update(("a",), lambda each: each.with_link(replace(each.link, limit=3, used=2)))
    do.set_limit(edits.commands, edits.targets("a"), 3)
    edits.done()
    assert edits.link().used == 2
    do.set_limit(edits.commands, edits.targets("a"), 4)
    edits.done()
    assert (edits.link().limit, edits.link().used) == (4, 0)


def test_that_a_link_beside_the_edited_one_stays_as_it_is(edits: Edits) -> None:
    other = Link("other", note="for Ben")
    edits.list.update(("a",), lambda each: replace(each, links=(*each.links, other)))
    do.set_note(edits.commands, {"a": "other"}, "for Cy")
    do.set_expires(edits.commands, edits.targets("a"), 9.0)
    edits.done()
    found = edits.list.get("a")
    assert [(link.note, link.expires) for link in found.links] == [("", 9.0), ("for Cy", None)]


def test_that_a_password_is_hashed_on_the_thread_of_the_edits_while_the_list_is_free(edits: Edits) -> None:
    seen: list[tuple[int, bool]] = []

    def slow(_password: str) -> str:
        free: list[bool] = []

        def try_it() -> None:
            edits.list.update(("b",), lambda each: replace(each, name="changed meanwhile"))
            free.append(True)

        other = threading.Thread(target=try_it, daemon=True)
        other.start()
        other.join(10)
        seen.append((threading.get_ident(), bool(free)))
        return "made"

    do.set_password(edits.commands, edits.targets("a"), "secret", slow)
    edits.done()
    [(thread, was_free)] = seen
    assert thread != threading.get_ident()
    assert was_free
    assert edits.link().password_hash == "made"


def test_that_undo_says_what_without_the_password(edits: Edits, qtbot) -> None:
    said: list[str] = []
    edits.commands.undo_changed.connect(said.append)
    do.set_password(edits.commands, edits.targets("a"), "hunter2-hunter2", Passwords().hash)
    edits.done()
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["Password of the link: a"]
    assert Passwords().verify(edits.link().password_hash, "hunter2-hunter2")


def test_that_a_new_link_comes_last_and_undo_takes_it_away_again(edits: Edits) -> None:
    before = edits.link()
    tokens = do.add_links(edits.commands, ["a", "b"], 1_000.0)
    edits.done()
    assert [link.token for link in edits.list.get("a").links] == [before.token, tokens["a"]]
    assert edits.link() == before
    edits.undo()
    assert edits.list.get("a").links == (before,)


@pytest.mark.parametrize("dead", [{"expires": 999.0}, {"limit": 1, "used": 1}, {"revoked": True}])
def test_that_a_new_link_is_the_default_one_where_that_opens_nothing(edits: Edits, dead: dict) -> None:
    edits.list.update(("a",), lambda each: each.with_link(replace(each.link, **dead)))
    tokens = do.add_links(edits.commands, ["a"], 1_000.0)
    edits.done()
    assert edits.link().token == tokens["a"]
    edits.undo()
    assert edits.link().token != tokens["a"]


def test_that_taking_back_the_quick_links_turns_the_key_and_is_undone(edits: Edits) -> None:
    do.turn_key(edits.commands, ["a"])
    edits.done()
    assert [edits.list.get(each).key_turn for each in "ab"] == [1, 0]
    edits.undo()
    assert edits.list.get("a").key_turn == 0


def test_that_made_up_passwords_are_readable_and_never_the_same() -> None:
    made = {do.made_up_password() for _ in range(100)}
    assert len(made) == 100
    assert all(re.fullmatch(r"([a-hjkmnp-z2-9]{4}-){2}[a-hjkmnp-z2-9]{4}", each) for each in made)


def test_that_items_that_are_gone_are_passed_over(edits: Edits) -> None:
    do.set_note(edits.commands, {"gone": new_link().token, **edits.targets("a")}, "for Ana")
    edits.done()
    assert edits.link().note == "for Ana"
