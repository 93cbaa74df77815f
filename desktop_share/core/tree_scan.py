"""Looking into a folder: names and states of all that is in it, nothing read, no link followed out of it."""

from __future__ import annotations

import errno
import hashlib
import os
import stat as stat_modes
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from desktop_share.core.entry_names import LONGEST, NAMELESS_FOLDER, entry_part, told_apart
from desktop_share.core.errors import Problem, SourceError
from desktop_share.core.files import file_problem, gone, open_file
from desktop_share.core.names import shown
from desktop_share.core.sources import FileSource, FolderSource, MemorySource, SelectionSource
from desktop_share.core.tree import Entry, LeftOut, Tree, WhyLeftOut

LEFT_OUT_KEPT = 100
ASKED_EVERY = 100  # names of one folder: whether to stop
_MEMORY_MODE = stat_modes.S_IFREG | 0o644
_LONGEST_WINDOWS_PATH = 248  # of a folder; 260 of a file
_JUNCTION = 0xA0000003  # IO_REPARSE_TAG_MOUNT_POINT; the `stat` module has it on Windows only


class ScanStopped(Exception):  # noqa: N818 - no error: it was asked for
    """The scan was told to stop."""


def never() -> bool:
    return False


def scan(root: Path, stopped: Callable[[], bool] = never, found: list[Entry] | None = None) -> Tree:
    """What is in a folder now. The archive has the folder itself at its top: unpacked, it makes one folder.

    In the order of names, each folder before what is in it. What vanishes meanwhile is not there. `stopped` is asked
    before every folder, and every so many names. `found`, an empty list, gets the entries as they are found. Raises
    SourceError where there is no folder that can be read, ScanStopped.
    """
    left_out = _LeftOut()
    entries = [] if found is None else found
    entries.extend(_walk(root, entry_part(root.name or NAMELESS_FOLDER), left_out, stopped))
    return Tree(tuple(entries), _etag(entries), tuple(left_out.first), left_out.count)


def selection_tree(
    source: SelectionSource,
    content_of: Callable[[MemorySource], bytes],
    stopped: Callable[[], bool] = never,
    found: list[Entry] | None = None,
) -> Tree:
    """The members of a selection side by side. Raises SourceError for a member that is gone, and as `scan` does."""
    left_out = _LeftOut()
    entries = [] if found is None else found
    contents = b""
    names = told_apart((member.name, isinstance(member.source, FolderSource)) for member in source.members)
    for name, member in zip(names, source.members, strict=True):
        match member.source:
            case FolderSource(path):
                entries.extend(_walk(path, name, left_out, stopped))
            case FileSource(path):
                entries.append(_file_entry(name, path))
            case MemorySource():
                data = content_of(member.source)
                entries.append(Entry(name, "", len(data), 0, _MEMORY_MODE, data=data))
                contents += member.source.digest
    return Tree(tuple(entries), _etag(entries, contents), tuple(left_out.first), left_out.count)


def tree_version(tree: Tree) -> str:
    """Other when a name, a size or a file's time is other: what the owner would call changed.

    Not when only permissions are, nor for a folder's own time: it moves with every temporary file that comes and goes.
    """
    return _hash(f"{each.name}\0{each.size}\0{0 if each.is_folder else each.mtime_ns}\n" for each in tree.entries)


def check_folder(root: Path) -> os.stat_result:
    """Raises SourceError where there is no folder any more."""
    try:
        status = os.stat(root)
    except OSError as error:
        raise SourceError(_folder_problem(root, error)) from error
    except ValueError as error:  # a NUL in it
        raise SourceError(gone(root)) from error
    if not stat_modes.S_ISDIR(status.st_mode):
        raise SourceError(is_file(root))
    return status


def is_file(root: Path) -> Problem:
    return Problem(
        "is-file",
        "“{name}” was a folder, and a file is in its place now.",
        "Remove it from the list, and share the file instead.",
        (("name", shown(root.name)),),
    )


def may_read(path: str) -> bool:
    """Whether this program may read a file, as far as can be said without opening it."""
    return os.access(path, os.R_OK)


class _LeftOut:
    def __init__(self) -> None:
        self.first: list[LeftOut] = []
        self.count = 0

    def add(self, relative: str, why: WhyLeftOut) -> None:
        self.count += 1
        if len(self.first) < LEFT_OUT_KEPT:
            self.first.append(LeftOut(shown(relative).replace(os.sep, "/"), why))


def _walk(root: Path, top: str, left_out: _LeftOut, stopped: Callable[[], bool]) -> Iterator[Entry]:
    """Depth first, with a stack of its own: folders may be nested more deeply than Python's calls."""
    status = check_folder(root)
    base = str(root).rstrip(os.sep)
    real = os.path.realpath(root).rstrip(os.sep)
    folder = _entry(top + "/", str(root), status)
    waiting = [folder]
    while waiting:
        entry = waiting.pop()
        if not entry.is_folder:
            yield entry
            continue
        if stopped():
            raise ScanStopped
        names = _names_in(entry, root, base, left_out, is_root=entry is folder)
        if names is not None:
            yield entry
            waiting += reversed(_children(entry, names, base, real, left_out, stopped))


def _names_in(entry: Entry, root: Path, base: str, left_out: _LeftOut, *, is_root: bool) -> list[str] | None:
    """The names in a folder, in order; None where it is not there any more or may not be read."""
    try:
        with os.scandir(entry.path) as found:
            return sorted(each.name for each in found)
    except OSError as error:
        if is_root:
            raise SourceError(_folder_problem(root, error)) from error
        _leave_out(left_out, entry.path, base, error)
        return None


def _children(
    folder: Entry, names: list[str], base: str, real: str, left_out: _LeftOut, stopped: Callable[[], bool]
) -> list[Entry]:
    prefix = folder.path.rstrip(os.sep) + os.sep
    found: list[tuple[str, bool, str, os.stat_result]] = []
    for number, name in enumerate(names, 1):
        if not number % ASKED_EVERY and stopped():
            raise ScanStopped
        path = prefix + name
        relative = path[len(base) + 1 :]
        try:
            status = os.lstat(path)  # not DirEntry.stat: on Windows it has no inode
            if stat_modes.S_ISLNK(status.st_mode) or getattr(status, "st_reparse_tag", 0) == _JUNCTION:
                path, status = _followed(path, base, real)
            why = _why_not(path, status)
        except OSError as error:
            _leave_out(left_out, path, base, error)
            continue
        except _Unfollowed as reason:
            why = reason.why
        if why is None and len(folder.name) + len(name) > LONGEST:
            why = WhyLeftOut.TOO_DEEP
        if why is None:
            found.append((name, stat_modes.S_ISDIR(status.st_mode), path, status))
        else:
            left_out.add(relative, why)
    apart = told_apart((name, is_folder) for name, is_folder, _, _ in found)
    return [
        _entry(folder.name + name + ("/" if is_folder else ""), path, status)
        for name, (_, is_folder, path, status) in zip(apart, found, strict=True)
    ]


class _Unfollowed(Exception):  # noqa: N818
    def __init__(self, why: WhyLeftOut) -> None:
        self.why = why


def _followed(path: str, base: str, real: str) -> tuple[str, os.stat_result]:
    """Where a link leads and what is there: a place below `base`, without a link in it. Raises _Unfollowed, OSError."""
    try:
        status = os.stat(path)
    except PermissionError:
        raise
    except OSError as error:  # nothing there, or a link to itself
        raise _Unfollowed(WhyLeftOut.BROKEN_LINK) from error
    target = os.path.realpath(path)
    inside = os.path.normcase(target).startswith(os.path.normcase(real + os.sep))
    if not inside:
        into_itself = os.path.normcase(target) == os.path.normcase(real)
        raise _Unfollowed(WhyLeftOut.LINKED_FOLDER if into_itself else WhyLeftOut.LEADS_OUT)
    if stat_modes.S_ISDIR(status.st_mode):
        raise _Unfollowed(WhyLeftOut.LINKED_FOLDER)
    return base + target[len(real) :], status


def _why_not(path: str, status: os.stat_result) -> WhyLeftOut | None:
    if stat_modes.S_ISDIR(status.st_mode):
        return None  # found out when it is looked into
    if not stat_modes.S_ISREG(status.st_mode):
        return WhyLeftOut.NOT_A_FILE
    return None if may_read(path) else WhyLeftOut.UNREADABLE


def _leave_out(left_out: _LeftOut, path: str, base: str, error: OSError) -> None:
    # Windows says of a path that is too long for it that it is not there
    too_deep = error.errno == errno.ENAMETOOLONG or (os.name == "nt" and len(path) >= _LONGEST_WINDOWS_PATH)
    if too_deep or not isinstance(error, FileNotFoundError | NotADirectoryError):  # else gone while it was looked at
        left_out.add(path[len(base) + 1 :], WhyLeftOut.TOO_DEEP if too_deep else WhyLeftOut.UNREADABLE)


def _folder_problem(root: Path, error: OSError) -> Problem:
    if isinstance(error, NotADirectoryError) and os.path.exists(root):
        return is_file(root)
    return file_problem(root, error)


def _file_entry(name: str, path: Path) -> Entry:
    opened = open_file(path)
    try:
        # Where a link leads, so that nobody who opens it later needs to follow one
        return _entry(name, os.path.realpath(path) if os.path.islink(path) else str(path), opened.stat)
    finally:
        opened.close()


def _entry(name: str, path: str, status: os.stat_result) -> Entry:
    return Entry(
        name,
        path,
        0 if name.endswith("/") else status.st_size,
        status.st_mtime_ns,
        status.st_mode,
        status.st_ino,
        status.st_dev,
        status.st_ctime_ns,
    )


def _etag(entries: Iterable[Entry], contents: bytes = b"") -> str:
    lines = (
        f"{name}\0{size}\0{mtime_ns}\0{mode}\0{inode}\0{device}\0{ctime_ns}\n"
        for name, _, size, mtime_ns, mode, inode, device, ctime_ns, _ in entries
    )
    return f'"{_hash(lines, contents)}"'


def _hash(lines: Iterable[str], more: bytes = b"") -> str:
    digest = hashlib.blake2b(more, digest_size=16)
    for line in lines:
        digest.update(line.encode())
    return digest.hexdigest()
