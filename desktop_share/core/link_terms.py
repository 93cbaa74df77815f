"""What a link may be good for, asked for all at once: by the command line, for the default link of its items."""

from __future__ import annotations

from dataclasses import dataclass, replace

from desktop_share.core.links import Link


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """As in `Link`; None (and for `ask` False): as the link is."""

    expires: float | None = None
    limit: int | None = None
    password_hash: str | None = None
    ask: bool = False

    def applied(self, link: Link) -> Link:
        if self.expires is not None:
            link = replace(link, expires=self.expires)
        if self.limit is not None:
            link = replace(link, limit=self.limit, used=0)
        if self.password_hash is not None:
            link = replace(link, password_hash=self.password_hash)
        return replace(link, ask=True) if self.ask else link


AS_THEY_ARE = LinkTerms()
