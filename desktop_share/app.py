"""The window: builds the parts, hands them to each other, and takes them apart again. The only module that sees both
gui and server."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
from collections.abc import Iterator

from PySide6.QtCore import QCoreApplication, QSocketNotifier
from PySide6.QtWidgets import QApplication

from desktop_share import __version__
from desktop_share.core.options import Options
from desktop_share.gui.bridge import Bridge
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.main_window import MainWindow
from desktop_share.gui.pauses import keep_pauses_short
from desktop_share.gui.share_model import ShareModel
from desktop_share.gui.share_view import ShareView
from desktop_share.parts import connected_parts

EXIT_STOPPED = 0


def run(options: Options) -> int:
    """Open the window, with the paths in its list, and stay until it is closed. Returns the exit code.

    Raises ShareError for what keeps the program from starting.
    """
    application = _application()
    with contextlib.ExitStack() as closing:
        parts = closing.enter_context(connected_parts(options))
        share_list = parts.share_list
        bridge = Bridge(
            share_list,
            parts.sharing,
            parts.settings,
            parts.transfers,
            parts.digests,
            history=parts.history,
            entrance=parts.entrance,
        )
        closing.callback(bridge.close)
        commands = ShareCommands(share_list, parts.opener)
        closing.callback(commands.close)
        model = ShareModel(share_list, bridge, commands, parts.digests.latest)
        view = ShareView(model, commands)
        closing.callback(view.close_thumbnails)
        keep_pauses_short(bridge)
        window = MainWindow(
            share_list=share_list,
            sharing=parts.sharing,
            settings=parts.settings,
            bridge=bridge,
            digests=parts.digests,
            commands=commands,
            view=view,
            model=model,
            transfers=parts.transfers,
            history=parts.history,
            entrance=parts.entrance,
            window_state=parts.opened.storage,
            problems=parts.opened.problems,
        )
        window.show()
        parts.start()
        commands.add_paths(options.paths, options.applied)
        # at the start, and whenever the owner comes back to the window
        window.activated.connect(lambda: commands.recheck([item.id for item in share_list.snapshot()]))
        window.activated.connect(parts.sharing.refresh)
        with _quitting_on_signals(application):
            application.exec()
    return EXIT_STOPPED


def _application() -> QApplication:
    QCoreApplication.setOrganizationName("Desktop Share")
    QCoreApplication.setApplicationName("Desktop Share")
    QCoreApplication.setApplicationVersion(__version__)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setDesktopFileName("desktop-share")
    return application


@contextlib.contextmanager
def _quitting_on_signals(application: QApplication) -> Iterator[None]:
    """Ctrl-C in the terminal and a system's polite request close the window as its button does.

    Python runs signal handlers between its own instructions, and Qt's loop runs none: a signal writes a byte into a
    socket that the loop watches.
    """
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)
    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(application.quit)
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
