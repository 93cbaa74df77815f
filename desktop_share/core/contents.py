"""What was pasted: text and pictures that the program keeps itself, by their SHA-256."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from typing import Protocol

from desktop_share.core.errors import Problem, ShareError, SourceError
from desktop_share.core.sizes import human_size
from desktop_share.core.sources import MemorySource

LARGEST = 64 << 20  # bytes of one item
REMEMBERED = 64 << 20  # bytes of what was read last


class ContentStore(Protocol):
    """Raises StorageError."""

    def load_content(self, digest: bytes) -> bytes | None: ...

    def save_content(self, digest: bytes, data: bytes) -> None: ...

    def remove_content(self, digest: bytes) -> None: ...


class Contents:
    """Thread-safe. What is for this run only stays in memory and never reaches the store."""

    def __init__(self, store: ContentStore) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._passing: dict[bytes, bytes] = {}
        self._read: OrderedDict[bytes, bytes] = OrderedDict()

    def put(self, data: bytes, name: str, media_type: str, *, until_quit: bool = False) -> MemorySource:
        """Keep bytes; the same bytes are kept once. Raises ShareError: too large, or not saved."""
        if len(data) > LARGEST:
            raise ShareError(TOO_LARGE)
        digest = hashlib.sha256(data).digest()
        if until_quit:
            with self._lock:
                self._passing[digest] = data
        else:
            self._store.save_content(digest, data)
            self._remember(digest, data)
        return MemorySource(digest, len(data), name, media_type)

    def get(self, source: MemorySource) -> bytes:
        """The bytes. Raises SourceError when they are kept no longer; StorageError when they cannot be read."""
        with self._lock:
            data = self._passing.get(source.digest, self._read.get(source.digest))
            if data is not None:
                if source.digest in self._read:
                    self._read.move_to_end(source.digest)
                return data
        data = self._store.load_content(source.digest)
        if data is None:
            raise SourceError(lost(source))
        self._remember(source.digest, data)
        return data

    def set_until_quit(self, source: MemorySource, until_quit: bool) -> None:
        """Take the bytes out of the store into memory, or put them back. Raises SourceError, StorageError."""
        data = self.get(source)
        if until_quit:
            with self._lock:
                self._passing[source.digest] = data
                self._read.pop(source.digest, None)
            self._store.remove_content(source.digest)
        else:
            self._store.save_content(source.digest, data)
            with self._lock:
                self._passing.pop(source.digest, None)

    def _remember(self, digest: bytes, data: bytes) -> None:
        with self._lock:
            self._read[digest] = data
            self._read.move_to_end(digest)
            while len(self._read) > 1 and sum(map(len, self._read.values())) > REMEMBERED:
                self._read.popitem(last=False)


def lost(source: MemorySource) -> Problem:
    return Problem(
        "content-lost",
        "What was pasted as “{name}” is not kept any more.",
        "Paste it again, or remove it from the list.",
        (("name", source.name),),
    )


# Without the size that it has: rounded for people, that of one byte too many is the limit itself
TOO_LARGE = Problem(
    "content-too-large",
    "What was pasted is larger than the {most} that can be kept.",
    "Save it in a file, then drop the file.",
    (("most", human_size(LARGEST)),),
)
