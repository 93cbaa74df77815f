"""Text in the database, as bytes: half characters, which names on disk may have, are no text to SQLite."""

from __future__ import annotations


def kept(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def text_of(kept: bytes) -> str:
    return bytes(kept).decode("utf-8", "surrogatepass")
