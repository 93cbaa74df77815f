"""Passwords of links: kept as Argon2id hashes, and checked a few at a time."""

from __future__ import annotations

import threading
import unicodedata
from typing import TYPE_CHECKING

from desktop_share.core.late import Late

if TYPE_CHECKING:
    from argon2 import PasswordHasher

AT_ONCE = 2  # guesses that are checked side by side, whoever makes them: each takes 19 MB and a core for 20 ms
LONGEST = 1024  # characters that are looked at


class Passwords:
    """Thread-safe. Guessing keeps no more than `at_once` cores busy; others wait for their turn."""

    def __init__(self, hasher: PasswordHasher | None = None, at_once: int = AT_ONCE) -> None:
        self._hasher = Late(lambda: hasher or _argon2id())
        self._turns = threading.BoundedSemaphore(at_once)

    def hash(self, password: str) -> str:
        """What a link keeps of a password."""
        with self._turns:
            return self._hasher().hash(_bytes(password))

    def verify(self, password_hash: str, password: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError

        with self._turns:
            try:
                return self._hasher().verify(password_hash, _bytes(password))
            except (VerificationError, InvalidHashError):
                return False


def _argon2id() -> PasswordHasher:
    """OWASP's smallest setting of Argon2id: 19 MiB, two passes, one lane."""
    from argon2 import PasswordHasher  # not before the window is shown: a list without passwords never needs it

    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def _bytes(password: str) -> bytes:
    """The same letters typed on another keyboard are the same bytes (RFC 8265 section 4.2.2, normal form C)."""
    return unicodedata.normalize("NFC", password[:LONGEST]).encode("utf-8", "surrogatepass")
