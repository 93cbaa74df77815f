"""Links: unguessable tokens that open one item, or a list of them, for whom and for how long the owner says."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field

TOKEN_BYTES = 16  # 128 bits, 22 characters


@dataclass(frozen=True, slots=True)
class Link:
    """A token, and what it is good for. Frozen: an edit makes a new one with the same token.

    note           the owner's, 'for Ana'; never sent to anyone
    expires        seconds since the epoch (see `clock.py`); None: never
    limit          downloads; None: any number
    used           downloads that were delivered whole since the limit was set; counted only while there is one
    password_hash  of Argon2 (see `passwords.py`); '' for none
    ask            the owner is asked about each new device
    revoked        opens nothing any more; kept, so that who has it is told so
    created        seconds since the epoch; 0 for links of earlier versions
    digest         what the token is looked up by
    """

    token: str
    note: str = ""
    expires: float | None = None
    limit: int | None = None
    used: int = 0
    password_hash: str = field(default="", repr=False)
    ask: bool = False
    revoked: bool = False
    created: float = 0.0
    digest: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", token_digest(self.token))

    @property
    def id(self) -> str:
        """Tells links apart where a token must not be seen: in events, in the history, in the log."""
        return self.digest.hex()[:16]

    @property
    def left(self) -> int | None:
        """Downloads that are left; None: any number."""
        return None if self.limit is None else max(self.limit - self.used, 0)


@dataclass(frozen=True, slots=True)
class ListLink:
    """A link to several items: it opens a page that lists them, and from there each of them, and nothing else.

    name       of the page, as recipients see it; '' for none
    item_ids   in the order of the page; None: every item of the list, those that come later too
    """

    link: Link
    name: str = ""
    item_ids: tuple[str, ...] | None = None


def new_link(created: float = 0.0) -> Link:
    return Link(secrets.token_urlsafe(TOKEN_BYTES), created=created)


def token_digest(token: str) -> bytes:
    """What a token is looked up by: equal work for every token, and nothing to learn from a hash table's timing."""
    return hashlib.blake2b(token.encode("utf-8", "surrogatepass"), digest_size=32).digest()


def same_token(one: str, other: str) -> bool:
    """Compared in constant time."""
    return secrets.compare_digest(token_digest(one), token_digest(other))
