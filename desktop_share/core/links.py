"""Links: unguessable tokens that open one item."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

TOKEN_BYTES = 16  # 128 bits, 22 characters


@dataclass(frozen=True, slots=True)
class Link:
    """A token that opens one item.

    digest   what the token is looked up by
    """

    token: str
    digest: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", token_digest(self.token))


def new_link() -> Link:
    return Link(secrets.token_urlsafe(TOKEN_BYTES))


def token_digest(token: str) -> bytes:
    """What a token is looked up by: equal work for every token, and nothing to learn from a hash table's timing."""
    return hashlib.blake2b(token.encode("utf-8", "surrogatepass"), digest_size=32).digest()


def same_token(one: str, other: str) -> bool:
    """Compared in constant time."""
    return secrets.compare_digest(token_digest(one), token_digest(other))
