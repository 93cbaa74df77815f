"""The indexes of the shared folders: made in the background, kept, and asked for by every download."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from desktop_share.core.checksum_table import Checksum
from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.representation import Representation
from desktop_share.core.share_list import ShareList
from desktop_share.core.sources import FolderSource, SelectionSource
from desktop_share.core.tree import Entry


class ChecksumStore(Protocol):
    """Raises StorageError."""

    def load_checksums(self, folder: str) -> dict[str, Checksum]: ...

    def save_checksums(self, checksums: Mapping[str, Checksum]) -> None: ...


class FolderIndexes:
    """Thread-safe. What is known of each item is told to the list (`ShareList.note`, its size by `update`)."""

    def __init__(self, share_list: ShareList, store: ChecksumStore) -> None:
        self._share_list = share_list
        self._store = store

    def start(self) -> None:
        """Begin to index, in one thread, what is in the list and what comes into it."""

    def close(self) -> None:
        """Stop, in the middle of a file too, and wait for the thread."""

    def archive(self, source: FolderSource | SelectionSource) -> Representation:  # noqa: ARG002
        """The archive as the folder is now. Raises SourceError."""
        raise SourceError(Problem("is-folder", "Folders cannot be shared yet.", "", ()))

    def entries(self, source: FolderSource | SelectionSource) -> Mapping[str, Entry]:  # noqa: ARG002
        """What is in the archive now, by the name there, in its order. Raises SourceError."""
        raise SourceError(Problem("is-folder", "Folders cannot be shared yet.", "", ()))

    def length(self, source: FolderSource | SelectionSource) -> int | None:  # noqa: ARG002
        """Bytes of the archive as it was last looked at; None before that. Raises SourceError when it is gone."""
        return None
