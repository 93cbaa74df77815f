"""One running program for each user and data folder: what it is called, where it is met, and who it is.

The arbiter is a lock that the system itself gives up when its holder ends, however it ends. Neither of what lies near
does that: `QLockFile` believes a process id in a file, which in a sandbox is the same at every start, so that a
crashed program locks itself out; the database's lock is held by the terminal mode too, takes two seconds to ask for,
and goes with the file when a damaged one is put aside.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

_LONGEST = 80  # bytes of a socket's path: 104 on macOS, 108 on Linux, less what Qt's `listen` puts behind it


class Meeting(NamedTuple):
    """Where the running program of one user and data folder is met.

    server   for QLocalServer: a socket's absolute path, on Windows a pipe's name
    lock     for `take`: a file beside it, on Windows a mutex's name
    """

    server: str
    lock: str


def meeting(data_dir: Path) -> Meeting:
    """Of this user and this data folder. Makes the folder that sockets are in. Raises OSError."""
    folder = os.path.normcase(os.path.realpath(data_dir))
    check = zlib.crc32(f"{_user()}\0{folder}".encode("utf-8", "surrogateescape"))  # of a few folders, all one's own
    name = f"desktop-share-{check:08x}"
    if sys.platform == "win32":
        return Meeting(name, f"Local\\{name}")
    base = _private_folder()
    return Meeting(os.path.join(base, f"{name}.socket"), os.path.join(base, f"{name}.lock"))


def _user() -> str:
    if sys.platform == "win32":
        return f"{os.environ.get('USERDOMAIN', '')}\\{os.environ.get('USERNAME', '')}"
    return str(os.getuid())


def _private_folder() -> str:
    """A folder that nobody else can put anything into, on this computer, with a path short enough for sockets."""
    candidates = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"]
    for base in candidates:
        folder = os.path.join(base, f"desktop-share-{_user()}")
        if os.path.isabs(folder) and len(os.fsencode(folder)) + len("/desktop-share-.socket") + 16 <= _LONGEST:
            with contextlib.suppress(FileExistsError, FileNotFoundError, PermissionError):
                os.mkdir(folder, 0o700)
            if _is_ours(folder):
                return folder
    raise PermissionError(f"There is no private folder in {', '.join(filter(None, candidates))}")


def _is_ours(folder: str) -> bool:
    """Somebody else may have made it first, in a folder that everybody can write to."""
    try:
        found = os.lstat(folder)
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


def take(lock: str) -> Callable[[], None] | None:
    """Be the one program, unless another is: then None. What is returned gives it up; so does the process's end.

    Raises OSError where the system cannot lock.
    """
    if sys.platform == "win32":
        return _take_mutex(lock)
    return _take_file(lock)


if sys.platform == "win32":
    import ctypes

    _ALREADY_EXISTS, _ACCESS_DENIED = 183, 5

    def _take_mutex(name: str) -> Callable[[], None] | None:
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateMutexW.restype = ctypes.c_void_p
        kernel.CreateMutexW.argtypes = (ctypes.c_void_p, ctypes.c_int, ctypes.c_wchar_p)
        kernel.CloseHandle.argtypes = (ctypes.c_void_p,)
        handle = kernel.CreateMutexW(None, False, name)
        error = ctypes.get_last_error()
        if not handle and error != _ACCESS_DENIED:
            raise ctypes.WinError(error)
        if not handle or error == _ALREADY_EXISTS:
            if handle:
                kernel.CloseHandle(handle)
            return None
        return lambda: kernel.CloseHandle(handle)

else:
    import fcntl

    def _take_file(path: str) -> Callable[[], None] | None:
        # the file stays: removing it would let two hold a lock on two files of one name
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        return lambda: os.close(descriptor)
