"""The addresses of an item, made with what stood in the one that was opened: another link to it may open more, or
longer."""

from __future__ import annotations

from urllib.parse import quote

from desktop_share.core.items import SharedItem


def page_address(address: str) -> str:
    """Of the item's page."""
    return f"/s/{_whole(address)}"


def bytes_address(address: str, item: SharedItem) -> str:
    """Of the item itself."""
    return f"/d/{_whole(address)}/{_whole(item.download_name)}"


def folder_address(address: str, prefix: str) -> str:
    """Of the list of a folder; `prefix`: '' or with a slash at its end."""
    return f"/s/{_whole(address)}/files/{quote(prefix)}"


def ticket_address(ticket: str, item: SharedItem) -> str:
    """Of the bytes for who has a ticket."""
    return f"/t/{_whole(ticket)}/{_whole(item.download_name)}"


def list_address(token: str) -> str:
    """Of the page of a list."""
    return f"/l/{_whole(token)}"


def _whole(text: str) -> str:
    return quote(text, safe="")
