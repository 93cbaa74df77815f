"""Names that are legal on every system."""

from __future__ import annotations


def legal_name(name: str) -> str:
    """A file name that every system can save, from any text."""
    return "".join(c for c in name if c.isprintable() and c not in "/\\") or "file"
