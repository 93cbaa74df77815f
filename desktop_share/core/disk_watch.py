"""Being told of changes on disk, without asking for them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path


class Watch:
    """One interest in a path. `close` ends it; may be called more than once, on any thread."""

    is_active = False  # whether the system does tell; False: nobody will call, ask the disk instead

    def close(self) -> None: ...


class DiskWatch:
    """Thread-safe. One watch of the system for each folder, however many are interested in it."""

    def watch(self, path: Path, changed: Callable[[], None], *, whole_tree: bool = False) -> Watch:  # noqa: ARG002
        """Have `changed` called, on a thread of the watch, soon after the file or folder at `path` changed, was
        replaced, removed or came back; with `whole_tree`, anything below it. A burst of changes is one call."""
        return Watch()

    def close(self) -> None:
        """End all watches and wait for the threads."""
