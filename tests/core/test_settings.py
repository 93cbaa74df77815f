"""Settings: kept, announced, and never a reason not to start."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from desktop_share.core.errors import Problem, StorageError
from desktop_share.core.settings import Settings, SettingsBook


class Memory:
    def __init__(self, **values: Any) -> None:
        self.values = values
        self.saved = 0
        self.broken = False

    def load_settings(self) -> Mapping[str, Any]:
        return dict(self.values)

    def save_settings(self, values: Mapping[str, Any]) -> None:
        if self.broken:
            raise StorageError(Problem("storage-full", "Full.", "Make room."))
        self.saved += 1
        self.values |= values


def test_that_a_first_start_has_the_defaults() -> None:
    assert SettingsBook(Memory()).value == Settings(
        address=None, link_address=None, port=None, copy_link_on_drop=True, theme="auto"
    )


def test_that_a_change_is_saved_announced_and_there_after_a_restart() -> None:
    store = Memory(port=8765)
    book = SettingsBook(store)
    heard: list[Settings] = []
    book.changed.subscribe(heard.append)
    new = book.update(theme="dark", address="192.168.1.20")
    assert heard == [new] == [book.value] == [Settings(address="192.168.1.20", port=8765, theme="dark")]
    assert SettingsBook(store).value == new


def test_that_a_change_to_the_same_is_neither_saved_nor_announced() -> None:
    store = Memory(port=8765)
    book = SettingsBook(store)
    heard: list[Settings] = []
    book.changed.subscribe(heard.append)
    book.update(port=8765)
    book.update()
    assert heard == []
    assert store.saved == 0


def test_that_what_cannot_be_saved_is_not_changed() -> None:
    store = Memory()
    book = SettingsBook(store)
    heard: list[Settings] = []
    book.changed.subscribe(heard.append)
    store.broken = True
    with pytest.raises(StorageError):
        book.update(port=1)
    assert book.value == Settings()
    assert heard == []


def test_that_a_setting_that_does_not_exist_is_the_programs_mistake() -> None:
    store = Memory()
    with pytest.raises(TypeError):
        SettingsBook(store).update(colour="red")
    assert store.saved == 0


@pytest.mark.parametrize(
    "kept",
    [
        {"of a later version": [1, 2]},
        {"port": "8765"},
        {"port": 70000},
        {"port": -1},
        {"port": True},
        {"port": 8765.0},
        {"address": ""},
        {"address": 7},
        {"copy_link_on_drop": "yes"},
        {"copy_link_on_drop": None},
        {"theme": "plaid"},
        {"theme": ["dark"]},
        {"bandwidth_total": 0},
        {"bandwidth_total": 1.5},
        {"bandwidth_per_transfer": -1},
        {"bandwidth_per_transfer": True},
        {"keep_history": 1},
        {"show_activity": "no"},
    ],
)
def test_that_a_value_that_makes_no_sense_is_passed_over(kept: dict[str, Any]) -> None:
    assert SettingsBook(Memory(**kept)).value == Settings()


def test_that_who_may_come_in_is_there_after_a_restart() -> None:
    store = Memory()
    changes = {
        "reach": "this-network",
        "interfaces": ("eth0",),
        "allow": ("10.0.0.0/8",),
        "deny": ("10.0.0.7",),
        "keep_access_log": False,
    }
    new = SettingsBook(store).update(**changes)
    store.values = json.loads(json.dumps(store.values))
    assert SettingsBook(store).value == new == Settings(**changes)


@pytest.mark.parametrize(
    "change",
    [
        {"reach": "nobody"},
        {"allow": ("10.0.0.0/8", "x")},
        {"allow": (" ",)},
        {"deny": "10.0.0.0/8"},
        {"deny": (7,)},
        {"interfaces": ("",)},
        {"keep_access_log": "yes"},
    ],
)
def test_that_what_makes_no_sense_is_never_set(change: dict[str, Any]) -> None:
    store = Memory()
    book = SettingsBook(store)
    with pytest.raises(ValueError, match=next(iter(change))):
        book.update(**change)
    assert book.value == Settings()
    assert store.saved == 0


WHO = ("reach", "interfaces", "allow", "deny", "keep_access_log", "ask_always")


def test_that_who_may_come_in_is_kept_as_json_keeps_it() -> None:
    chosen = {"reach": "this-network", "interfaces": ("wlan0",), "allow": ("10.0.0.0/8",), "deny": ("10.0.0.7",)}
    new = SettingsBook(Memory()).update(**chosen, keep_access_log=False, ask_always=True)
    kept = json.loads(json.dumps({name: getattr(new, name) for name in WHO}))
    assert SettingsBook(Memory(**kept)).value == new


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reach", "nobody"),
        ("interfaces", "wlan0"),
        ("allow", [1]),
        ("deny", None),
        ("keep_access_log", 1),
        ("ask_always", "yes"),
    ],
)
def test_that_nonsense_about_who_may_come_in_is_the_default(name: str, value: object) -> None:
    assert SettingsBook(Memory(**{name: value})).value == Settings()
