"""A store that keeps nothing of the list, and in memory what the sources need: what is saved is tested elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from desktop_share.core.approvals import Device
from desktop_share.core.checksum_table import Checksum
from desktop_share.core.items import SharedItem
from desktop_share.core.links import ListLink


class MemoryStore:
    """An ItemStore and a SourceStore."""

    def __init__(self) -> None:
        self.devices: list[Device] = []
        self.contents: dict[bytes, bytes] = {}
        self.checksums: dict[str, Checksum] = {}

    def load(self) -> list[SharedItem]:
        return []

    def insert(self, items: Sequence[SharedItem], order: Sequence[str] | None) -> None: ...

    def update(self, items: Sequence[SharedItem]) -> None: ...

    def remove(self, ids: Sequence[str]) -> None: ...

    def reorder(self, order: Sequence[str]) -> None: ...

    def load_lists(self) -> list[ListLink]:
        return []

    def save_lists(self, lists: Sequence[ListLink]) -> None: ...

    def load_devices(self) -> list[Device]:
        return list(self.devices)

    def save_devices(self, devices: Sequence[Device]) -> None:
        self.devices = list(devices)

    def secret(self, name: str) -> bytes:
        return name.encode().ljust(32, b".")

    def load_content(self, digest: bytes) -> bytes | None:
        return self.contents.get(digest)

    def save_content(self, digest: bytes, data: bytes) -> None:
        self.contents[digest] = data

    def remove_content(self, digest: bytes) -> None:
        self.contents.pop(digest, None)

    def load_checksums(self, folder: str) -> dict[str, Checksum]:
        return {path: each for path, each in self.checksums.items() if path.startswith(folder)}

    def save_checksums(self, checksums: Mapping[str, Checksum]) -> None:
        self.checksums |= checksums
