"""Links and links to lists come back from the database as they were."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link, ListLink
from desktop_share.core.migrations import MIGRATIONS, migrate
from desktop_share.core.sources import FileSource
from desktop_share.core.storage import DATABASE_NAME, connect, open_storage

FULL = Link("token", "für Ana \ud83d", 1e9, 3, 2, "$argon2id$…", True, True, 5.5)


def test_that_a_link_keeps_everything_that_it_says(tmp_path: Path) -> None:
    item = SharedItem(FileSource(Path("/a")), 1.0, links=(Link("plain"), FULL), key_turn=4)
    storage = open_storage(tmp_path).storage
    storage.insert([item], None)
    storage.close()
    storage = open_storage(tmp_path).storage
    assert storage.load() == [item]
    changed = replace(item, links=(replace(FULL, used=3),))
    storage.update([changed])
    assert storage.load() == [changed]
    storage.remove([item.id])
    assert storage.load() == []
    storage.insert([item], None)  # the tokens are free again
    storage.close()


def test_that_links_to_lists_survive_beside_those_to_items(tmp_path: Path) -> None:
    item = SharedItem(FileSource(Path("/a")), 1.0)
    lists = [ListLink(FULL, "Holiday – 日本", ("x", item.id)), ListLink(Link("all"))]
    storage = open_storage(tmp_path).storage
    storage.insert([item], None)
    storage.save_lists(lists)
    storage.close()
    opened = open_storage(tmp_path)
    assert opened.storage.load_lists() == lists
    assert opened.storage.load() == [item]
    opened.storage.save_lists(lists[1:])
    assert opened.storage.load_lists() == lists[1:]
    opened.storage.close()


def test_that_the_links_of_an_earlier_version_are_kept_as_they_are(tmp_path: Path) -> None:
    database = connect(str(tmp_path / DATABASE_NAME))
    migrate(database, MIGRATIONS[:2])
    database.execute(
        "INSERT INTO items (id, kind, path, disposition, added, position)"
        " VALUES ('i', 'file', x'2f61', 'inline', 1.0, 0)"
    )
    database.execute("INSERT INTO links (token, item_id, ordinal) VALUES ('old', 'i', 0), ('older', 'i', 1)")
    database.close()
    opened = open_storage(tmp_path)
    assert opened.problems == ()
    assert [item.links for item in opened.storage.load()] == [(Link("old"), Link("older"))]
    opened.storage.close()


def test_that_a_secret_is_made_once(tmp_path: Path) -> None:
    storage = open_storage(tmp_path).storage
    secret = storage.secret("signing")
    assert len(secret) == 32
    assert storage.secret("cookies") != secret
    storage.close()
    storage = open_storage(tmp_path).storage
    assert storage.secret("signing") == secret
    storage.close()
