"""Which version of an item each client has the beginning of, so that nobody is helped to splice two files.

curl and wget resume with Range alone and do not say of which version. Where the server remembers that this client began
with another one, it refuses (409), and the client gives up instead of ending with a mixture that looks complete. The
whole with a 200 would not do: wget passes over the bytes that it has, and appends the rest.
"""

from __future__ import annotations

import threading
from collections import OrderedDict

KEPT = 5_000  # clients and items; the ones that came last are remembered

_Key = tuple[str, str, str]


class ClientVersions:
    """By item, client address and user agent, for this run. Thread-safe."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._etags: OrderedDict[_Key, str | None] = OrderedDict()
        self._lock = threading.Lock()

    def begins(self, item_id: str, client: str, user_agent: str, etag: str | None) -> None:
        """The client takes the item from its first byte on."""
        key = (item_id, client, user_agent)
        with self._lock:
            self._etags[key] = etag
            self._etags.move_to_end(key)
            while len(self._etags) > self._kept:
                self._etags.popitem(last=False)

    def has_another(self, item_id: str, client: str, user_agent: str, etag: str | None) -> bool:
        """Whether the client began with another version than this one; False where nothing is known of it."""
        with self._lock:
            return self._etags.get((item_id, client, user_agent), etag) != etag
