"""Why a delivery ended before its last byte, in words that the owner reads."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """English texts; the window translates them. A `Transfer.reason` is one of these, or '', or what a source says of
    itself (a `Problem`'s text, which names the file)."""

    CLIENT_LEFT = "The other device closed the connection."
    PART_ONLY = "The other device fetched only a part."
    STALLED = "The other device stopped taking data."
    FILE_CHANGED = "The file changed while it was being sent."
    FILE_SHORTER = "The file became shorter while it was being sent."
    FILE_UNREADABLE = "The file could not be read to its end."
    CANCELLED = "You cancelled it."
    REMOVED = "You stopped sharing it."
    REVOKED = "You took the link back."
    EXPIRED = "The link’s time was over."
    SERVER_STOPPED = "Sharing was stopped."
