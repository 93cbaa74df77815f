"""What was asked for on the command line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from desktop_share.core.items import CachePolicy, Disposition, SharedItem
from desktop_share.core.link_terms import AS_THEY_ARE, LinkTerms
from desktop_share.core.networks import From
from desktop_share.core.settings import Settings
from desktop_share.core.sources import FileSource, LiveSource

STDIN = "-"  # the PATH that means standard input; a file of that name is './-'


@dataclass(frozen=True, slots=True)
class Options:
    """One start of the program.

    bind, port    for this run only, instead of the settings; port 0: any free one
    paths         files, folders, `STDIN`
    text          a note to share beside the paths
    as_zip        the paths are one item, a ZIP archive
    explain       say what a browser gets for each item
    disposition, name, media_type, cache   for the items of this start; None: as they are
    follow        its files may still grow: they are sent until they grow no more
    terms         what the default links of its items are good for
    signed        signed links are printed in the place of the default ones
    allow, deny   addresses and ranges, for this run only: only these may come in, these may not
    """

    data_dir: Path
    paths: tuple[str, ...] = ()
    text: str | None = None
    as_zip: bool = False
    explain: bool = False
    as_json: bool = False
    bind: str | None = None
    port: int | None = None
    disposition: Disposition | None = None
    name: str | None = None
    media_type: str | None = None
    cache: CachePolicy | None = None
    follow: bool = False
    terms: LinkTerms = AS_THEY_ARE
    signed: bool = False
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    def limited(self, settings: Settings) -> Settings:
        """The settings, with who may come in as it was asked for."""
        if self.allow:
            settings = replace(settings, reach=From.THIS_COMPUTER, interfaces=(), allow=self.allow)
        return replace(settings, deny=(*settings.deny, *self.deny))

    def applied(self, item: SharedItem) -> SharedItem:
        """The item as the command line wants it presented."""
        if self.follow and isinstance(item.source, FileSource):
            item = replace(item, source=LiveSource(item.source.path), size=None, seen=None)
        if self.disposition is not None:
            item = item.with_disposition(self.disposition)
        if self.name is not None:
            item = item.renamed(self.name)
        if self.media_type is not None:
            item = replace(item, media_type=self.media_type)
        if self.cache is not None:
            item = replace(item, cache=self.cache)
        # a signed link says itself how long it is good for: the default one stays as it is
        if self.signed or self.terms == AS_THEY_ARE:
            return item
        return item.with_link(self.terms.applied(item.link))
