"""Live streams: what has come so far and then the rest as it comes, to any number of recipients."""

from __future__ import annotations

from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.representation import Pieces
from desktop_share.core.sources import LiveSource


class LiveStream:
    """What one request gets of a stream: it begins at its beginning and has no length. Closed by whoever got it."""

    media_type: str = ""

    def segments(self) -> Pieces:
        """What is there, `NotYet` where the rest has not come, and the end of the iterator at the stream's end."""
        yield from ()

    def close(self) -> None: ...


class LiveStreams:
    """Thread-safe."""

    def open(self, source: LiveSource) -> LiveStream:  # noqa: ARG002
        """Raises SourceError."""
        raise SourceError(Problem("no-stream", "", "", ()))

    def end(self, source: LiveSource) -> None:
        """The owner says that it has come to its end."""

    def close(self) -> None: ...
