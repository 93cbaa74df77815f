"""What the owner chose, kept over restarts."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from desktop_share.core.events import Announcer


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
    reach               who may come in: 'everyone', 'this-network' or 'this-computer'
    interfaces          names of the network adapters through which; none: every one
    allow, deny         addresses and ranges of addresses, see `networks.py`
    keep_access_log     remember, in this run, who asked for what and what they were told
    ask_always          ask the owner about each new device, whatever its link says
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
    reach: str = "everyone"
    interfaces: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    keep_access_log: bool = True
    ask_always: bool = False


class SettingsStore(Protocol):
    """Where settings are kept, by name, as JSON values. Each method is one transaction, or StorageError."""

    def load_settings(self) -> Mapping[str, Any]: ...

    def save_settings(self, values: Mapping[str, Any]) -> None: ...


def settings_from(values: Mapping[str, Any]) -> Settings:
    """Settings from what was kept: a value that makes no sense to this version is passed over for the default."""
    sensible: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value  # JSON has no tuples
        for name, value in values.items()
        if name in _SENSIBLE and _SENSIBLE[name](value)
    }
    return Settings(**sensible)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(each, str) for each in value)


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
    "reach": lambda value: value in ("everyone", "this-network", "this-computer"),
    "interfaces": _are_texts,
    "allow": _are_texts,
    "deny": _are_texts,
    "keep_access_log": lambda value: isinstance(value, bool),
    "ask_always": lambda value: isinstance(value, bool),
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
        """Change some settings. Raises StorageError (and changes nothing) when they cannot be saved."""
        with self._writing:
            new = replace(self._value, **changes)
            if new != self._value:
                self._store.save_settings(changes)
                self._value = new
                self.changed.announce(new)
            return new
