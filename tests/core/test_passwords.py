"""Passwords of links."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from argon2 import PasswordHasher

from desktop_share.core.passwords import LONGEST, Passwords

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.mark.parametrize(
    ("kept", "given", "good"),
    [
        ("secret", "secret", True),
        ("secret", "Secret", False),
        ("secret", "secret ", False),
        ("secret", "", False),
        ("Zoë", "Zoe\u0308", True),
        ("日本 🌻", "日本 🌻", True),
        ("a\udcffb", "a\udcffb", True),
        ("x" * LONGEST, "x" * (LONGEST + 5), True),
    ],
)
def test_that_a_password_opens_what_it_was_set_for(kept: str, given: str, good: bool) -> None:
    passwords = Passwords(QUICK)
    assert passwords.verify(passwords.hash(kept), given) is good


def test_that_the_hash_is_argon2id_with_a_salt_of_its_own() -> None:
    passwords = Passwords()
    hashes = {passwords.hash("secret") for _ in range(2)}
    assert len(hashes) == 2
    assert all(each.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for each in hashes)


@pytest.mark.parametrize("kept", ["", "secret", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"])
def test_that_a_damaged_hash_opens_nothing(kept: str) -> None:
    assert not Passwords(QUICK).verify(kept, "secret")


def test_that_guesses_are_checked_a_few_at_a_time() -> None:
    busy, most, lock = 0, 0, threading.Lock()
    both = threading.Barrier(2)

    class Slow:
        def verify(self, *_: Any) -> bool:
            nonlocal busy, most
            with lock:
                busy += 1
                most = max(most, busy)
            both.wait(20)
            with lock:
                busy -= 1
            return True

    passwords = Passwords(Slow(), at_once=2)  # type: ignore[arg-type]
    with ThreadPoolExecutor(10) as guessers:
        assert all(guessers.map(lambda _: passwords.verify("", ""), range(10)))
    assert most == 2
