"""One guess after another: what a client may try at the password of a link, and when."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections import OrderedDict

from desktop_share.core.access import Proof
from desktop_share.core.links import Link
from desktop_share.core.passwords import Passwords
from desktop_share.core.throttle import GuessDelay, network_of

TURNS = 64
REMEMBERED = 256  # passwords that were right lately


class Guessing:
    """Thread-safe. Guesses of one client at one link wait for each other, so that a hundred at once are counted one by
    one, and no more than the free ones are looked at.

    A password that was right a moment ago is not hashed again: tools show it with each of a video's thousand ranges.
    It is remembered as a keyed digest, together with the hash that it fitted, under a key of this run.
    """

    def __init__(self, passwords: Passwords, delay: GuessDelay) -> None:
        self._passwords = passwords
        self._delay = delay
        self._turns = tuple(threading.Lock() for _ in range(TURNS))
        self._key = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._right: OrderedDict[bytes, None] = OrderedDict()

    def guess(self, client: str, link: Link, password: str) -> Proof | int:
        """GIVEN, WRONG, or for how many whole seconds this client's guesses are not looked at."""
        turn = hash((network_of(client), link.digest)) % TURNS
        with self._turns[turn]:
            wait = self._delay.wait(client, link.digest)
            if wait is not None:
                return wait
            if not self._is_right(link, password):
                self._delay.wrong(client, link.digest)
                return Proof.WRONG
            self._delay.right(client, link.digest)
            return Proof.GIVEN

    def _is_right(self, link: Link, password: str) -> bool:
        text = f"{link.password_hash}\n{password}".encode("utf-8", "surrogatepass")
        mark = hashlib.blake2b(text, key=self._key, digest_size=32).digest()
        with self._lock:
            if mark in self._right:
                self._right.move_to_end(mark)
                return True
        if not self._passwords.verify(link.password_hash, password):
            return False
        with self._lock:
            self._right[mark] = None
            while len(self._right) > REMEMBERED:
                self._right.popitem(last=False)
        return True
