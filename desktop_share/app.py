"""The window: builds the parts, hands them to each other, and takes them apart again. The only module that sees both
gui and server."""

from __future__ import annotations

import contextlib
import gc
import signal
import socket
import sys
from collections.abc import Callable, Iterator

from PySide6.QtCore import QCoreApplication, QSocketNotifier
from PySide6.QtWidgets import QApplication

from desktop_share import __version__
from desktop_share.core.handover import QUIT, Handover
from desktop_share.core.only_one import Meeting
from desktop_share.core.options import Options
from desktop_share.gui.bridge import Bridge
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.item_links import LinkServices
from desktop_share.gui.main_window import MainWindow
from desktop_share.gui.one_drop import OneDrop
from desktop_share.gui.opened_files import OpenedFiles
from desktop_share.gui.pauses import keep_pauses_short
from desktop_share.gui.raising import bring_to_front
from desktop_share.gui.share_model import ShareModel
from desktop_share.gui.share_view import ShareView
from desktop_share.gui.single_instance import Reception
from desktop_share.parts import Parts, connected_parts

EXIT_STOPPED = 0

RECEIPTS = 5  # of a link, that the panel shows


def run(
    options: Options,
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
        links = _link_services(parts)
        model = ShareModel(share_list, bridge, commands, parts.digests.latest, clock=links.clock)
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
            link_services=links,
            window_state=parts.opened.storage,
            problems=parts.opened.problems,
        )
        window.show()
        gc.enable()  # see `_open_window` in __main__.py
        parts.start()
        # at the start, and whenever the owner comes back to the window
        window.activated.connect(lambda: commands.recheck([item.id for item in share_list.snapshot()]))
        window.activated.connect(parts.sharing.refresh)
        closing.callback(_receive(application, window, commands, options, meeting))
        shown(parts, window)
        with _quitting_on_signals(application):
            application.exec()
    return EXIT_STOPPED


def _receive(
    application: QApplication, window: MainWindow, commands: ShareCommands, own: Options, meeting: Meeting | None
) -> Callable[[], None]:
    """Take the paths of this start and what further ones hand over, until what is returned is called."""
    drops = OneDrop(lambda asked: commands.add_paths(asked.paths, asked.applied), window)
    drops.take(own)  # a file manager may have started the program for each of several files: the others come now

    def take(handover: Handover) -> None:
        if handover.action == QUIT:
            drops.pass_on()
            window.close()
            return
        bring_to_front(window, handover.token)
        drops.take(handover.options)

    if sys.platform == "darwin":
        files = OpenedFiles(window)
        files.opened.connect(lambda path: drops.take(Options(own.data_dir, paths=(path,))))
        application.installEventFilter(files)
    if meeting is None:
        return lambda: None
    reception = Reception(meeting, own, window)
    reception.asked.connect(take)
    reception.listen()
    return reception.close


def _link_services(parts: Parts) -> LinkServices:
    """What the panel needs to show and make links."""
    entrance = parts.entrance
    return LinkServices(
        clock=entrance.doors.clock,
        hashed=entrance.passwords.hash,
        sign=entrance.doors.signer.sign,
        receipts_of=lambda link_id: parts.history.downloads_of(link_id, RECEIPTS),
    )


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
