"""Where the bytes of an item come from: values that say it. How they are opened is in `opening.py`."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from desktop_share.core.errors import SourceError
from desktop_share.core.files import GONE, absolute, not_there, open_file
from desktop_share.core.representation import FileSegment, Representation, strong_etag

# Every source has `own_name`: the download name while the owner has chosen none. Paths are absolute; they may hold
# surrogate escapes where the name on disk is not valid text (PEP 383).


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file on disk. It is opened anew for every request."""

    path: Path

    @property
    def own_name(self) -> str:
        return self.path.name

    def size(self) -> int:
        """Bytes on disk now. Raises SourceError where `representation` would."""
        opened = open_file(self.path)
        try:
            return opened.stat.st_size
        finally:
            opened.close()

    def representation(self) -> Representation:
        """Open the file as it is now. Raises SourceError: gone, unreadable, or no longer a regular file."""
        opened = open_file(self.path)
        size = opened.stat.st_size
        return Representation(
            length=size,
            etag=strong_etag(opened.stat),
            last_modified=opened.stat.st_mtime,
            segments=(FileSegment(opened, 0, size),),
            files=(opened,),
        )


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A folder on disk with all that is in it: one ZIP archive, made while it is sent."""

    path: Path

    @property
    def own_name(self) -> str:
        return f"{self.path.name or 'Folder'}.zip"


@dataclass(frozen=True, slots=True)
class MemorySource:
    """Text, a picture: bytes that the program keeps itself, in `contents.py`.

    digest      SHA-256 of the bytes: what they are kept under, and their version
    length      bytes
    name        the own name
    media_type  with parameters, as they are sent: what was pasted is known better than by a name
    """

    digest: bytes
    length: int
    name: str
    media_type: str

    @property
    def own_name(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class LiveSource:
    """A stream with no known end: a file that is followed while it grows, or (path None) standard input.

    idle   seconds without growth after which a followed file has come to its end
    name   the own name where there is no path
    """

    path: Path | None
    idle: float = 30.0
    name: str = ""

    @property
    def own_name(self) -> str:
        return self.name if self.path is None else self.path.name


@dataclass(frozen=True, slots=True)
class Member:
    """One of several in a selection, and its name there: a file's with its extension, a folder's without `.zip`."""

    name: str
    source: FileSource | FolderSource | MemorySource


@dataclass(frozen=True, slots=True)
class SelectionSource:
    """Several items as one ZIP archive."""

    members: tuple[Member, ...]
    name: str

    @property
    def own_name(self) -> str:
        return self.name


Source = FileSource | FolderSource | MemorySource | LiveSource | SelectionSource


def source_path(source: Source) -> Path | None:
    """The one place on disk that a source is, if it is one."""
    return source.path if isinstance(source, FileSource | FolderSource | LiveSource) else None


def file_source(path: str | os.PathLike[str]) -> FileSource:
    """A source for a file that someone dropped or typed, made absolute and looked at now.

    Raises SourceError for what cannot be shared: missing, unreadable, a folder, a socket, a device.
    """
    source = FileSource(_given(path))
    try:
        source.size()
    except SourceError as error:
        if error.problem.kind == GONE:
            raise SourceError(not_there(source.path)) from error
        raise
    return source


def path_source(path: str | os.PathLike[str]) -> FileSource | FolderSource:
    """A source for a file or a folder. Raises SourceError as `file_source` does.

    A folder is not looked into here: what cannot be read in it is found when it is indexed.
    """
    given = _given(path)
    return FolderSource(given) if os.path.isdir(given) else file_source(given)


def _given(path: str | os.PathLike[str]) -> Path:
    if not os.fspath(path):  # to the system, this is the folder that the program was started in
        raise SourceError(not_there(Path(path)))
    try:
        return absolute(path)
    except OSError as error:  # a relative path in a working folder that is gone
        raise SourceError(not_there(Path(path))) from error
