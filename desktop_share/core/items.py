"""One row of the list."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from enum import StrEnum

from desktop_share.core.links import Link, new_link
from desktop_share.core.media_types import OCTET_STREAM, media_type_for
from desktop_share.core.names import legal_name
from desktop_share.core.sources import FolderSource, MemorySource, SelectionSource, Source


class Disposition(StrEnum):
    """RFC 6266: `attachment` asks the browser to save, `inline` to show."""

    ATTACHMENT = "attachment"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class CachePolicy:
    """Whether a recipient's browser may keep a copy. `seconds`: for so long without asking; 0: it must keep none;
    None: it may, and asks every time whether that is still the item."""

    seconds: int | None = None


ASK_EVERY_TIME = CachePolicy()
NEVER_KEEP = CachePolicy(0)

ZIP = "application/zip"


@dataclass(frozen=True, slots=True)
class SharedItem:
    """A source and how it is presented. Frozen: an edit makes a new one with the same `id`.

    name         the download name that the owner chose; None: the source's own
    media_type   the type that the owner chose; None: by the name or the content
    size         bytes when last looked at; None when unknown
    added        seconds since the epoch
    links        in the order in which they were made, a new default link before the one that it replaces; at least one
    key_turn     signed links made before the key was last turned are refused (see `signed_links.py`)
    cache        whether a recipient's browser may keep a copy
    until_quit   whether it is forgotten when the program ends; what was pasted is in memory only then
    seen         the version of the source that the owner knows (see `watching.py`); None before it was looked at
    """

    source: Source
    added: float
    disposition: Disposition = Disposition.ATTACHMENT
    name: str | None = None
    media_type: str | None = None
    size: int | None = None
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    links: tuple[Link, ...] = field(default_factory=lambda: (new_link(),))
    cache: CachePolicy = ASK_EVERY_TIME
    until_quit: bool = False
    seen: str | None = None
    key_turn: int = 0

    @property
    def link(self) -> Link:
        """The default link: the first that is not revoked; where all are, the first."""
        return next((link for link in self.links if not link.revoked), self.links[0])

    @property
    def download_name(self) -> str:
        """What the recipient's device saves: legal on every system, never empty."""
        return legal_name(self.source.own_name if self.name is None else self.name)

    @property
    def content_type(self) -> str:
        """The media type: the owner's choice, else what the source says of itself, else by the name on disk, whatever
        the recipient's name for it is; by the download name where the one on disk says nothing. OCTET_STREAM where
        no name says anything: only the content can then (see `opening.py`)."""
        if self.media_type:
            return self.media_type
        if isinstance(self.source, FolderSource | SelectionSource):
            return ZIP
        if isinstance(self.source, MemorySource):
            return self.source.media_type
        by_own_name = media_type_for(self.source.own_name)
        return media_type_for(self.download_name) if by_own_name == OCTET_STREAM else by_own_name

    def renamed(self, name: str | None) -> SharedItem:
        """With another download name; None or the empty text gives back its own."""
        return replace(self, name=legal_name(name) if name and name.strip() else None)

    def with_link(self, link: Link) -> SharedItem:
        """With this link in the place of the one with the same token; as it is where there is none."""
        return replace(self, links=tuple(link if each.token == link.token else each for each in self.links))

    def with_disposition(self, disposition: Disposition) -> SharedItem:
        return replace(self, disposition=disposition)
