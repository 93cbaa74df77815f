"""Opening an item: the one place that makes its bytes out of its source."""

from __future__ import annotations

from typing import Protocol

from desktop_share.core.archive_stream import ArchiveStream
from desktop_share.core.contents import Contents, ContentStore
from desktop_share.core.disk_watch import DiskWatch
from desktop_share.core.folder_indexes import ChecksumStore, FolderIndexes
from desktop_share.core.items import SharedItem
from desktop_share.core.live import LiveStream, LiveStreams
from desktop_share.core.media_types import media_type_for
from desktop_share.core.representation import MemorySegment, Representation
from desktop_share.core.share_list import ShareList
from desktop_share.core.sniffing import ContentTypes
from desktop_share.core.sources import FileSource, FolderSource, LiveSource, MemorySource, SelectionSource
from desktop_share.core.watching import ChangeWatch

Opened = Representation | LiveStream | ArchiveStream


class SourceStore(ContentStore, ChecksumStore, Protocol):
    """Where the sources keep what they need."""


class Opener:
    """Thread-safe. Owns what the sources of a list need: the folders' indexes, what was pasted, the live streams, and
    the watch of the disk."""

    def __init__(self, share_list: ShareList, store: SourceStore) -> None:
        self.contents = Contents(store)
        self._disk_watch = DiskWatch()
        self.changes = ChangeWatch(share_list, self._disk_watch)
        self.indexes = FolderIndexes(share_list, store, content_of=self.contents.get, watch=self._disk_watch)
        self.streams = LiveStreams(self._disk_watch)
        self._types = ContentTypes()

    def start(self) -> None:
        """Look at what is shared, and watch it from now on."""
        self.indexes.start()
        self.changes.start()

    def close(self) -> None:
        """End the streams and the watching, and wait for the threads."""
        self.streams.close()
        self.changes.close()
        self.indexes.close()
        self._disk_watch.close()

    def open(self, item: SharedItem, *, soon: bool = False) -> Opened:
        """The item's bytes as they are now, with their media type; whoever gets them closes them. `soon`: rather
        without a length than late (see `FolderIndexes.archive_soon`). Raises SourceError, StorageError."""
        opened = self._open(item, soon=soon)
        try:
            if isinstance(opened, Representation):
                self._types.typed(opened, item.content_type, chosen=item.media_type is not None)
            elif item.media_type or not opened.media_type:
                opened.media_type = item.content_type
        except BaseException:
            opened.close()
            raise
        return opened

    def typed(self, representation: Representation, name: str) -> None:
        """Set the media type of what is in a folder: by its name, else by its content."""
        self._types.typed(representation, media_type_for(name.rpartition("/")[2]))

    def _open(self, item: SharedItem, *, soon: bool) -> Opened:
        match item.source:
            case FileSource():
                return item.source.representation()
            case FolderSource() | SelectionSource():
                return self.indexes.archive_soon(item.source) if soon else self.indexes.archive(item.source)
            case MemorySource():
                return memory_representation(item.source, self.contents.get(item.source))
            case LiveSource():
                return self.streams.open(item.source)

    def size(self, item: SharedItem) -> int | None:
        """Bytes now; None where that is not known yet, or never. Raises SourceError where `open` would."""
        match item.source:
            case FileSource():
                return item.source.size()
            case MemorySource():
                return item.source.length
            case FolderSource() | SelectionSource():
                return self.indexes.length(item.source)
            case LiveSource():
                return None


def memory_representation(source: MemorySource, data: bytes) -> Representation:
    return Representation(
        length=len(data),
        etag=f'"{source.digest.hex()}"',
        last_modified=None,
        segments=(MemorySegment(data),),
        media_type=source.media_type,
    )
