"""What was asked for on the command line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from desktop_share.core.items import Disposition, SharedItem


@dataclass(frozen=True, slots=True)
class Options:
    """One start of the program.

    bind, port    for this run only, instead of the settings; port 0: any free one
    disposition, name, media_type   for the items of `paths`; None: as they are
    """

    data_dir: Path
    paths: tuple[str, ...] = ()
    as_json: bool = False
    bind: str | None = None
    port: int | None = None
    disposition: Disposition | None = None
    name: str | None = None
    media_type: str | None = None

    def applied(self, item: SharedItem) -> SharedItem:
        """The item as the command line wants it presented."""
        if self.disposition is not None:
            item = item.with_disposition(self.disposition)
        if self.name is not None:
            item = item.renamed(self.name)
        if self.media_type is not None:
            item = replace(item, media_type=self.media_type)
        return item
