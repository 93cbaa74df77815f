"""Sources as the database keeps them: a kind, a path, and what else the kind needs as JSON."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from desktop_share.core.sources import (
    FileSource,
    FolderSource,
    LiveSource,
    Member,
    MemorySource,
    SelectionSource,
    Source,
)

SourceRow = tuple[str, bytes | None, str | None]


def source_row(source: Source) -> SourceRow:
    """(kind, path, details)"""
    match source:
        case FileSource(path):
            return "file", os.fsencode(path), None
        case FolderSource(path):
            return "folder", os.fsencode(path), None
        case MemorySource():
            return "memory", None, json.dumps(_memory(source))
        case LiveSource(path, idle, name):
            details = json.dumps({"idle": idle, "name": name})
            return "live", None if path is None else os.fsencode(path), details
        case SelectionSource(members, name):
            # a path as JSON: what is no text in it is escaped as half a surrogate pair and comes back so
            return "selection", None, json.dumps({"name": name, "members": [_member(each) for each in members]})


def source_from_row(kind: str, path: bytes | None, details: str | None) -> Source:
    """Raises ValueError for a row that no version of the program writes."""
    where = None if path is None else Path(os.fsdecode(path))
    try:
        known: dict[str, Any] = json.loads(details or "{}")
        if kind == "live":
            return LiveSource(where, float(known["idle"]), str(known["name"]))
        if kind == "memory":
            return _memory_from(known)
        if kind == "selection":
            return SelectionSource(tuple(_member_from(each) for each in known["members"]), str(known["name"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"a source of the kind {kind!r} that lacks something") from error
    if where is None:
        raise ValueError("a file without a path")
    if kind not in ("file", "folder"):
        raise ValueError(f"a source of the kind {kind!r}")
    return FileSource(where) if kind == "file" else FolderSource(where)


def _memory(source: MemorySource) -> dict[str, Any]:
    return {
        "digest": source.digest.hex(),
        "length": source.length,
        "name": source.name,
        "media_type": source.media_type,
    }


def _memory_from(known: dict[str, Any]) -> MemorySource:
    digest = bytes.fromhex(known["digest"])
    return MemorySource(digest, int(known["length"]), str(known["name"]), str(known["media_type"]))


def _member(member: Member) -> dict[str, Any]:
    match member.source:
        case FileSource(path):
            return {"name": member.name, "file": str(path)}
        case FolderSource(path):
            return {"name": member.name, "folder": str(path)}
        case MemorySource():
            return {"name": member.name, "memory": _memory(member.source)}


def _member_from(known: dict[str, Any]) -> Member:
    name = str(known["name"])
    if "memory" in known:
        return Member(name, _memory_from(known["memory"]))
    if "folder" in known:
        return Member(name, FolderSource(Path(known["folder"])))
    return Member(name, FileSource(Path(known["file"])))
