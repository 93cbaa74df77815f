"""What is in a folder, as an archive shows it: names, sizes, times, and what was left out and why."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Entry(NamedTuple):
    """One file or folder of an archive. A tuple: there may be a hundred thousand.

    name       in the archive: relative, with `/`, legal on every system, unique without regard to case; a folder's
               ends with `/`
    path       absolute, on disk; '' for what is in memory
    size       bytes; 0 for a folder
    mtime_ns   nanoseconds since the epoch
    mode       st_mode
    inode, device, ctime_ns   as in os.stat: whether what is opened later is what was looked at
    data       the bytes of what is in memory
    """

    name: str
    path: str
    size: int
    mtime_ns: int
    mode: int
    inode: int = 0
    device: int = 0
    ctime_ns: int = 0
    data: bytes | None = None

    @property
    def is_folder(self) -> bool:
        return self.name.endswith("/")


class WhyLeftOut(StrEnum):
    """English texts; the window translates them."""

    LEADS_OUT = "It is a link that leads out of the folder."
    LINKED_FOLDER = "It is a link to another folder."
    BROKEN_LINK = "It is a link to nothing."
    NOT_A_FILE = "It is no file but a device, a socket or a pipe."
    UNREADABLE = "It may not be read."
    TOO_DEEP = "It lies so deep in folders that its path is too long."


class LeftOut(NamedTuple):
    """`path`: relative to the folder, as plain text."""

    path: str
    why: WhyLeftOut


@dataclass(frozen=True, slots=True)
class Tree:
    """A folder as it was looked at.

    entries    in the order of the archive
    left_out   the first of them, `left_out_count` in all
    etag       an opaque strong validator with quotes: other when any entry's name, size, times or identity is other
    """

    entries: tuple[Entry, ...]
    etag: str
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0
