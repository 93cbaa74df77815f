"""What the owner chose, kept over restarts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from desktop_share.core.errors import ShareError
from desktop_share.core.events import Announcer
from desktop_share.core.networks import From, parse_networks


@dataclass(frozen=True, slots=True)
class Settings:
    """Frozen: a change makes a new one.

    address             the only address to listen on; None: every one
    link_address        the address to make links with, while it answers; None: the best one
    port                the sticky port: chosen at the first start and kept; None: not chosen yet
    copy_link_on_drop   put the link of what was dropped on the clipboard
    theme               'auto', 'light' or 'dark'
    bandwidth_total     bytes a second for all downloads together; None: no limit
    bandwidth_per_transfer   the same for each of them
    keep_history        write down which downloads ended, and how
    show_activity       the window shows its activity panel
    ask_always          ask about each new device at every link, not only where the link says so
    reach               from where anybody may come in: a `networks.From`
    interfaces          names of adapters: with any, only from the networks that they are in
    allow, deny         addresses and ranges, '192.168.1.20' or '192.168.1.0/24': let in beside those, or not at all
    keep_access_log     write down who asked for what, in a file that a person can read
    """

    address: str | None = None
    link_address: str | None = None
    port: int | None = None
    copy_link_on_drop: bool = True
    theme: str = "auto"
    bandwidth_total: int | None = None
    bandwidth_per_transfer: int | None = None
    keep_history: bool = True
    show_activity: bool = False
    ask_always: bool = False
    reach: str = From.EVERYONE
    interfaces: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    keep_access_log: bool = True


class SettingsStore(Protocol):
    """Where settings are kept, by name, as JSON values. Each method is one transaction, or StorageError."""

    def load_settings(self) -> Mapping[str, Any]: ...

    def save_settings(self, values: Mapping[str, Any]) -> None: ...


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Settings from what was kept: a value that makes no sense to this version is passed over for the default."""
    read: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items()
    }  # of JSON
    return Settings(**{name: value for name, value in read.items() if name in _SENSIBLE and _SENSIBLE[name](value)})


def _are_texts(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(each, str) and each != "" for each in value)


def _are_ranges(value: Any) -> bool:
    if not _are_texts(value):
        return False
    try:
        return len(parse_networks(value)) == len(value)
    except ShareError:
        return False


_SENSIBLE: Mapping[str, Callable[[Any], bool]] = {
    "address": lambda value: value is None or (isinstance(value, str) and value != ""),
    "link_address": lambda value: value is None or (isinstance(value, str) and value != ""),
    "port": lambda value: value is None or (type(value) is int and 0 <= value <= 65535),
    "copy_link_on_drop": lambda value: isinstance(value, bool),
    "theme": lambda value: value in ("auto", "light", "dark"),
    "bandwidth_total": lambda value: value is None or (type(value) is int and value > 0),
    "bandwidth_per_transfer": lambda value: value is None or (type(value) is int and value > 0),
    "keep_history": lambda value: isinstance(value, bool),
    "show_activity": lambda value: isinstance(value, bool),
    "ask_always": lambda value: isinstance(value, bool),
    "reach": lambda value: value in set(From),
    "interfaces": _are_texts,
    "allow": _are_ranges,
    "deny": _are_ranges,
    "keep_access_log": lambda value: isinstance(value, bool),
}


class SettingsBook:
    """The settings now, for every thread; `changed` announces the new ones."""

    def __init__(self, store: SettingsStore) -> None:
        self._store = store
        self._writing = threading.RLock()
        self.changed: Announcer[Settings] = Announcer()
        self._value = settings_from(store.load_settings())

    @property
    def value(self) -> Settings:
        return self._value

    def update(self, **changes: Any) -> Settings:
        """Change some settings. Raises StorageError (and changes nothing) when they cannot be saved; ValueError for a
        value that would be passed over at the next start: nobody is let in by a slip of the pen."""
        wrong = [name for name, value in changes.items() if name in _SENSIBLE and not _SENSIBLE[name](value)]
        if wrong:
            raise ValueError(f"no such setting: {', '.join(wrong)}")
        with self._writing:
            new = replace(self._value, **changes)
            if new != self._value:
                self._store.save_settings(changes)
                self._value = new
                self.changed.announce(new)
            return new
