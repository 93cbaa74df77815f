"""The SHA-256 of a representation, read as it is sent: in pieces, from a file that may change under way."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections.abc import Callable

from desktop_share.core.representation import FileSegment, MemorySegment, Representation, read_at

log = logging.getLogger(__name__)

CHUNK = 1 << 20
NICENESS = 10


def is_strong(etag: str | None) -> bool:
    return etag is not None and not etag.startswith("W/")


def sha256_of(representation: Representation, stopped: Callable[[], bool] = lambda: False) -> bytes | None:
    """The SHA-256 of the whole representation; None when it was stopped, could not be read to its end, or is not any
    more what its validators say. `stopped` is asked before every megabyte."""
    digest = hashlib.sha256()
    for segment in representation.segments:
        if isinstance(segment, MemorySegment):
            digest.update(segment.data)
        elif not _read_into(digest.update, segment, stopped):
            return None
    return digest.digest() if representation.unchanged() and not stopped() else None


def _read_into(take: Callable[[bytes], None], segment: FileSegment, stopped: Callable[[], bool]) -> bool:
    try:
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(segment.file.fileno(), segment.offset, segment.length, os.POSIX_FADV_SEQUENTIAL)
        done = 0
        while done < segment.length and not stopped():
            data = read_at(segment, done, min(CHUNK, segment.length - done))
            if not data:
                return False
            take(data)
            done += len(data)
    except OSError:
        return False
    return done == segment.length


def lower_priority() -> None:
    """This thread gives way to the others. Linux alone has a priority for each thread in `setpriority`; elsewhere it
    would be the whole program's."""
    if hasattr(os, "setpriority") and os.uname().sysname == "Linux":
        try:
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)
        except OSError as error:  # a sandbox may forbid it: then it hashes at the priority of the rest
            log.debug("the digests' thread keeps its priority: %s", error)
