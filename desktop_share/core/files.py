"""Files on disk: opened so that nothing else is opened by mistake, and what to tell a person who cannot have one."""

from __future__ import annotations

import contextlib
import os
import stat as stat_modes
from pathlib import Path

from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.names import shown
from desktop_share.core.representation import strong_etag

# O_BINARY is Windows's, the others POSIX's. O_NONBLOCK: opening a FIFO that took the file's place must not hang.
OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_NOCTTY", 0)
)


GONE = "file-gone"  # the kind of problem of a file that was there


class OpenFile:
    """An open regular file and its state when it was opened. `close` may be called more than once."""

    def __init__(self, descriptor: int, status: os.stat_result, name: str) -> None:
        self._descriptor = descriptor
        self.stat = status
        self.name = name

    def fileno(self) -> int:
        """The descriptor; -1 once closed."""
        return self._descriptor

    def unchanged(self) -> bool:
        try:
            return strong_etag(os.fstat(self._descriptor)) == strong_etag(self.stat)
        except OSError:
            return False

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with contextlib.suppress(OSError):
                os.close(descriptor)


def open_file(path: Path) -> OpenFile:
    """Open a regular file as it is now. Raises SourceError: gone, unreadable, or no regular file."""
    try:
        # Looked at before it is opened: opening a device can do something, opening a socket says nothing useful.
        mode = os.stat(path).st_mode
        if not stat_modes.S_ISREG(mode):
            raise SourceError(not_a_file(path, mode))
        descriptor = os.open(path, OPEN_FLAGS)
    except OSError as error:
        raise SourceError(file_problem(path, error)) from error
    except ValueError as error:  # no path of this system: a NUL in it, half a surrogate pair
        raise SourceError(gone(path)) from error
    try:
        status = os.fstat(descriptor)
        if not stat_modes.S_ISREG(status.st_mode):
            raise SourceError(not_a_file(path, status.st_mode))
        if not status.st_size and os.read(descriptor, 1):
            status = os.fstat(descriptor)  # it may just have begun to be written
            if not status.st_size:
                raise SourceError(without_length(path))
    except OSError as error:
        os.close(descriptor)
        raise SourceError(file_problem(path, error)) from error
    except BaseException:
        os.close(descriptor)
        raise
    return OpenFile(descriptor, status, path.name)


def absolute(path: str | os.PathLike[str]) -> Path:
    """The path from the root on, without `..`, to the file that the system means by it now.

    Symbolic links stay in it, but for those before a `..`: `link/../a` is beside what the link points at.
    """
    if os.name == "nt":  # where `..` goes back by name
        return Path(os.path.abspath(path))
    whole = Path(path).absolute()
    parts = whole.parts
    if ".." not in parts:
        return whole
    last = len(parts) - parts[::-1].index("..")
    try:
        return Path(os.path.realpath(Path(*parts[:last])), *parts[last:])
    except ValueError:  # a NUL in it
        return whole


def not_there(path: Path) -> Problem:
    """For a path that was given just now: nothing was there before that could have gone."""
    return Problem(
        "no-such-file",
        "There is no file “{name}”.",
        "Look whether its name and its folder are right, and try again.",
        (("name", shown(path.name)),),
    )


def gone(path: Path) -> Problem:
    return Problem(
        GONE,
        "“{name}” was moved or deleted.",
        "Locate it, or remove it from the list.",
        (("name", shown(path.name)),),
    )


def file_problem(path: Path, error: OSError) -> Problem:
    """Why this path cannot be opened."""
    values = (("name", shown(path.name)), ("reason", error.strerror or type(error).__name__))
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return gone(path)
    if isinstance(error, PermissionError):
        return Problem(
            "file-unreadable",
            "“{name}” may not be read.",
            "Give yourself permission to read it, or remove it from the list.",
            values,
        )
    if isinstance(error, IsADirectoryError):
        return not_a_file(path, stat_modes.S_IFDIR)
    return Problem(
        "file-error", "“{name}” cannot be opened: {reason}.", "Try again, or remove it from the list.", values
    )


def not_a_file(path: Path, mode: int) -> Problem:
    values = (("name", shown(path.name or str(path))),)
    if stat_modes.S_ISDIR(mode):
        return Problem(
            "is-folder",
            "“{name}” is a folder, not a file.",
            "Add it to the list as a folder, or choose a file in it.",
            values,
        )
    return Problem(
        "not-a-file",
        "“{name}” is not a file but a device, a socket or a pipe.",
        "Copy what it gives into a file and share that.",
        values,
    )


def without_length(path: Path) -> Problem:
    """For what says that it is empty and is not: /proc/cpuinfo, a document that a cloud makes up while it is read."""
    return Problem(
        "no-length",
        "“{name}” has no length of its own: what is in it is made up while it is read.",
        "Copy what it gives into a file and share that.",
        (("name", shown(path.name)),),
    )
