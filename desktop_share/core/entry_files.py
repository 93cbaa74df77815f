"""The files of an archive: opened only where they are still exactly what was looked at."""

from __future__ import annotations

import errno
import os
import stat

from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.files import OPEN_FLAGS, OpenFile
from desktop_share.core.names import shown
from desktop_share.core.tree import Entry

# A symbolic link that took the file's place is not followed; where there is no such flag, the inode gives it away
_FLAGS = OPEN_FLAGS | getattr(os, "O_NOFOLLOW", 0)
_NEXT_STEP = "Download again: it is then as it is now."
# Of `open`: a symbolic link, a socket, a device without a driver. Nothing that is opened as a file
_ANOTHER_KIND = {errno.ELOOP, errno.EMLINK, errno.ENXIO, errno.ENODEV, errno.EOPNOTSUPP, errno.EISDIR}


def open_entry(entry: Entry) -> OpenFile:
    """Open the file that the entry is of. Raises SourceError: gone, unreadable, or no longer as it was looked at."""
    return OpenFile(*_opened(entry), entry.name)


def read_entry(entry: Entry) -> bytes:
    """The whole of a small file, looked at before and after. Raises SourceError as `open_entry` does."""
    descriptor, status = _opened(entry)
    try:
        data = b""
        while len(data) < entry.size and (more := os.read(descriptor, entry.size - len(data))):
            data += more
        if len(data) < entry.size or _state(os.fstat(descriptor)) != _state(status):
            raise SourceError(entry_changed(entry))
        return data
    except OSError as error:
        raise SourceError(entry_problem(entry, error)) from error
    finally:
        os.close(descriptor)


def _opened(entry: Entry) -> tuple[int, os.stat_result]:
    try:
        descriptor = os.open(entry.path, _FLAGS)
    except OSError as error:
        raise SourceError(entry_problem(entry, error)) from error
    except ValueError as error:  # no path of this system
        raise SourceError(entry_gone(entry)) from error
    try:
        status = os.fstat(descriptor)
        if not _is(entry, status):
            raise SourceError(entry_changed(entry))
    except OSError as error:
        os.close(descriptor)
        raise SourceError(entry_problem(entry, error)) from error
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, status


def _is(entry: Entry, status: os.stat_result) -> bool:
    """Whether this is the file that was looked at. On Windows, listing a folder tells no inode: it is 0 then."""
    if not stat.S_ISREG(status.st_mode) or (entry.size, entry.mtime_ns) != (status.st_size, status.st_mtime_ns):
        return False
    looked_at = (entry.size, entry.mtime_ns, entry.ctime_ns, entry.inode, entry.device)
    return not entry.inode or looked_at == _state(status)


def _state(status: os.stat_result) -> tuple[int, ...]:
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev


def entry_changed(entry: Entry) -> Problem:
    return Problem("entry-changed", "“{name}” changed while it was being sent.", _NEXT_STEP, _values(entry))


def entry_gone(entry: Entry) -> Problem:
    return Problem("entry-gone", "“{name}” was moved or deleted while it was being sent.", _NEXT_STEP, _values(entry))


def entry_problem(entry: Entry, error: OSError) -> Problem:
    """Why this entry cannot be read."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return entry_gone(entry)
    if error.errno in _ANOTHER_KIND:
        return entry_changed(entry)
    reason = error.strerror or type(error).__name__
    return Problem(
        "entry-unreadable", "“{name}” cannot be read: {reason}.", _NEXT_STEP, (*_values(entry), ("reason", reason))
    )


def _values(entry: Entry) -> tuple[tuple[str, str], ...]:
    return (("name", shown(entry.name)),)
