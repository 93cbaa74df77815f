"""The window's life: its frame at once, what is in it as soon as that is loaded, and the loop until it is closed."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, QTimer, Signal
from PySide6.QtWidgets import QApplication

from desktop_share import __version__
from desktop_share.core.only_one import Meeting
from desktop_share.core.start import Start
from desktop_share.gui.frame import Frame
from desktop_share.gui.look import FILE, read_look

if TYPE_CHECKING:
    from desktop_share.assembly import Assembly
    from desktop_share.gui.main_window import MainWindow
    from desktop_share.gui.opened_files import OpenedFiles
    from desktop_share.parts import Parts

EXIT_STOPPED = 0
_SIGNALS = 4096  # that are answered as one


def run(
    start: Start,
    shown: Callable[[Parts, MainWindow], None] = lambda *_: None,
    *,
    meeting: Meeting | None = None,
) -> int:
    """Open the window, with the paths in its list, and stay until it is closed. Returns the exit code.

    `shown` is called once, on the window's thread, when everything is started.
    `meeting`: where further starts hand over what they were asked for; None: nowhere.
    Raises ShareError for what keeps the program from starting.
    """
    application = _application()
    frame = Frame(application, read_look(start.data_dir / FILE))
    opened = _opened_files(application, frame)
    loading = Loading(start)

    def furnish() -> None:
        if frame.isHidden():
            return  # closed just now: the loop is about to end
        try:
            if loading.assembly is not None:
                window = loading.assembly.furnish(frame, opened, meeting)
                shown(loading.assembly.parts, window)
                return
        except BaseException as error:  # noqa: BLE001  as those of loading
            loading.fail(error)
        frame.hide()
        application.exit()  # `quit` would ask the window, which stays where something was dropped

    loading.done.connect(furnish)
    frame.show()
    QTimer.singleShot(0, loading.begin)
    with _quitting_on_signals(application), contextlib.closing(loading):
        application.exec()
        loading.result()
    return EXIT_STOPPED


class Loading(QObject):
    """Loads what the window is filled with, and opens the storage, on a thread of its own; says `done` on the window's,
    also when it failed."""

    done = Signal()
    _ended = Signal()

    def __init__(self, start: Start) -> None:
        super().__init__()
        self._ended.connect(self._say)  # a method of this object: called on the window's thread
        self._start = start
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._load, name="loading")
        self.assembly: Assembly | None = None

    def begin(self) -> None:
        self._thread.start()

    def fail(self, error: BaseException) -> None:
        """Have `result` raise this."""
        self._error = error

    def result(self) -> None:
        """Wait for it. Raises what kept the window from being filled."""
        if self._thread.ident is not None:
            self._thread.join()
        if self._error is not None:
            raise self._error

    def close(self) -> None:
        """Take apart what was loaded."""
        if self.assembly is not None:
            self.assembly.close()

    def _load(self) -> None:
        try:
            from desktop_share.assembly import Assembly

            self.assembly = Assembly(self._start.options())
        except BaseException as error:  # noqa: BLE001  told by `result`
            self.fail(error)
        self._ended.emit()

    def _say(self) -> None:
        self.done.emit()


def _application() -> QApplication:
    QCoreApplication.setOrganizationName("Desktop Share")
    QCoreApplication.setApplicationName("Desktop Share")
    QCoreApplication.setApplicationVersion(__version__)
    application = QApplication.instance() or QApplication([*sys.argv[:1], "-style", "fusion"])
    assert isinstance(application, QApplication)
    application.setDesktopFileName("desktop-share")
    return application


def _opened_files(application: QApplication, frame: Frame) -> OpenedFiles | None:
    """What the system has the program open, from now on; None where it starts the program with it instead."""
    if sys.platform == "darwin":
        from desktop_share.gui.opened_files import OpenedFiles

        files = OpenedFiles(frame)
        application.installEventFilter(files)
        return files
    return None


def _ends() -> tuple[Any, Any]:
    """What one writes and the other reads, neither waiting. Windows watches sockets only, which take 4 ms to load."""
    if sys.platform == "win32":
        import socket

        pair = socket.socketpair()
        for each in pair:
            each.setblocking(False)
        return pair
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    return os.fdopen(reader, "rb", 0), os.fdopen(writer, "wb", 0)


def _empty(reader: Any) -> None:
    """What stays in it would be told again at once, and so would be asked whether what was typed is to be saved."""
    if sys.platform == "win32":
        with contextlib.suppress(BlockingIOError):
            reader.recv(_SIGNALS)
    else:
        reader.read(_SIGNALS)


@contextlib.contextmanager
def _quitting_on_signals(application: QApplication) -> Iterator[None]:
    """Ctrl-C in the terminal and a system's polite request close the window as its button does.

    Python runs signal handlers between its own instructions, and Qt's loop runs none: a signal writes a byte that
    the loop watches for.
    """
    reader, writer = _ends()
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)

    def close() -> None:
        _empty(reader)
        application.quit()

    notifier.activated.connect(close)
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    try:
        yield
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        notifier.setEnabled(False)
        reader.close()
        writer.close()
