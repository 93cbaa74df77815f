"""Signed links: item, disposition and expiry stand in the link itself, and its signature proves that we said so.

None of them is kept anywhere. To turn an item's key refuses all that were made for it before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from desktop_share.core.items import Disposition, SharedItem
from desktop_share.core.late import Late
from desktop_share.core.links import same_token

if TYPE_CHECKING:
    from itsdangerous import URLSafeSerializer

MARK = "."  # stands in every signed link and in no token
_SALT = b"desktop-share signed link"


@dataclass(frozen=True, slots=True)
class SignedLink:
    """What a signature vouches for. `expires` in seconds since the epoch; None: never."""

    item_id: str
    disposition: Disposition
    expires: float | None
    key_turn: int


class Signer:
    """Makes and reads signed links. `secret`: 32 bytes of this installation."""

    def __init__(self, secret: bytes) -> None:
        self._serializer = Late(lambda: _serializer(secret))

    def sign(self, item: SharedItem, disposition: Disposition, expires: float | None) -> str:
        """What stands in the address in the place of a token."""
        until = None if expires is None else int(expires)
        text: str | bytes = self._serializer().dumps([item.id, disposition.value, until, item.key_turn])
        return text if isinstance(text, str) else text.decode()

    def read(self, text: str) -> SignedLink | None:
        """None for what was not signed here, or was changed since; compared in constant time.

        Base64 is read without the characters that are none of its own, and without the spare bits at its end: only the
        spelling that `sign` gave is the link.
        """
        from itsdangerous import BadData  # not before the window is shown

        serializer = self._serializer()
        try:
            spelled = serializer.make_signer(_SALT).sign(text.rpartition(MARK)[0]).decode()
            if not same_token(text, spelled):
                return None
            item_id, disposition, expires, key_turn = serializer.loads(text)
            return SignedLink(item_id, Disposition(disposition), expires, key_turn)
        except (BadData, ValueError, TypeError):
            return None


_COMPACT: dict[str, Any] = {"separators": (",", ":")}


def _serializer(secret: bytes) -> URLSafeSerializer:
    from itsdangerous import URLSafeSerializer  # not before the window is shown

    return URLSafeSerializer(secret, salt=_SALT, serializer_kwargs=_COMPACT)
