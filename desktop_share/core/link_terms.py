"""What a link may be good for: asked for all at once by the command line, and told by it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from desktop_share.core.links import Link
from desktop_share.core.sizes import counted

_SOON = 600.0  # within so long, seconds are told too


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


def good_for(link: Link, now: float) -> str:
    """'until tomorrow 18:00 · 3 downloads · password · asks you', in English; '' for a link that is not limited."""
    if link.revoked:
        return "opens nothing: you took it back"
    parts = []
    if link.expires is not None:
        at = moment_words(link.expires, now)
        parts.append(f"until {at}" if now < link.expires else f"opens nothing: expired {at}")
    if link.limit is not None:
        downloads = counted(link.limit, "download")
        if not link.left:
            return f"opens nothing: {downloads} used up"
        parts.append(f"{link.left} of {downloads} left" if link.used else downloads)
    if link.password_hash:
        parts.append("password")
    if link.ask:
        parts.append("asks you")
    return " · ".join(parts)


def moment_words(seconds: float, now: float) -> str:
    """On this computer's clock: 'today 18:00', 'tomorrow 18:00', '2026-12-24 18:00'. Both since the epoch."""
    at, today = datetime.fromtimestamp(seconds), datetime.fromtimestamp(now).date()  # noqa: DTZ006  as people read it
    clock = f"{at:%H:%M}" if at.second == 0 or seconds - now > _SOON else f"{at:%H:%M:%S}"
    names = {today - timedelta(1): "yesterday", today: "today", today + timedelta(1): "tomorrow"}
    return f"{names.get(at.date(), at.date().isoformat())} {clock}"
