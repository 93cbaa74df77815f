"""Media types by file name, from the shipped table and never from the system's."""

from __future__ import annotations

OCTET_STREAM = "application/octet-stream"


def media_type_for(name: str) -> str:
    """The media type (no parameters) that a name's extension stands for; application/octet-stream when unknown."""
    return OCTET_STREAM
