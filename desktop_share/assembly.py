"""The parts of the program, handed to each other, and the window's content made of them. The only module that sees both
gui and server."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable

from desktop_share.core.handover import QUIT, Handover
from desktop_share.core.only_one import Meeting
from desktop_share.core.options import Options
from desktop_share.gui.bridge import Bridge
from desktop_share.gui.commands import ShareCommands
from desktop_share.gui.frame import Frame
from desktop_share.gui.icons import app_icon
from desktop_share.gui.item_links import LinkServices
from desktop_share.gui.look import FILE, write_look
from desktop_share.gui.main_window import MainWindow
from desktop_share.gui.one_drop import OneDrop
from desktop_share.gui.opened_files import OpenedFiles
from desktop_share.gui.pauses import keep_pauses_short
from desktop_share.gui.raising import bring_to_front
from desktop_share.gui.reception import Reception
from desktop_share.gui.share_model import ShareModel
from desktop_share.gui.share_view import ShareView
from desktop_share.parts import Parts, connected_parts

RECEIPTS = 5  # of a link, that the panel shows


class Assembly:
    """Made on a thread that may wait for disks; everything else is called on the window's. Raises ShareError."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._closing = contextlib.ExitStack()
        self.parts = self._closing.enter_context(connected_parts(options))

    def close(self) -> None:
        """Take everything apart again, in the reverse order."""
        self._closing.close()

    def furnish(self, frame: Frame, opened: OpenedFiles | None, meeting: Meeting | None) -> MainWindow:
        """Fill the frame, start sharing, and put what was asked for, opened and dropped meanwhile into the list."""
        parts, options, closing = self.parts, self._options, self._closing
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
            keep_look=lambda look: write_look(options.data_dir / FILE, look),
            frame=frame,
        )
        frame.setWindowIcon(app_icon())
        kept = frame.move_in(window)
        gc.enable()  # see launch.py
        parts.start()
        for each in kept:
            window.adding.take_data(each)
        # whenever the owner comes back to the window
        window.activated.connect(lambda: commands.recheck([item.id for item in share_list.snapshot()]))
        window.activated.connect(parts.sharing.refresh)
        closing.callback(_receive(opened, frame, commands, options, meeting))
        frame.leave()
        return window


def _receive(
    opened: OpenedFiles | None, frame: Frame, commands: ShareCommands, own: Options, meeting: Meeting | None
) -> Callable[[], None]:
    """Take the paths of this start and what further ones hand over, until what is returned is called."""
    drops = OneDrop(lambda asked: commands.add_paths(asked.paths, asked.applied), frame)
    drops.take(own)  # a file manager may have started the program for each of several files: the others come now

    def take(handover: Handover) -> None:
        if handover.action == QUIT:
            drops.pass_on()
            frame.close()
            return
        bring_to_front(frame, handover.token)
        drops.take(handover.options)

    if opened is not None:
        opened.pass_to(lambda path: drops.take(Options(own.data_dir, paths=(path,))))
    if meeting is None:
        return drops.pass_on
    reception = Reception(meeting, own, frame)
    reception.asked.connect(take)
    reception.listen()

    def end() -> None:
        reception.close()
        drops.pass_on()

    return end


def _link_services(parts: Parts) -> LinkServices:
    """What the panel needs to show and make links."""
    entrance = parts.entrance
    return LinkServices(
        clock=entrance.doors.clock,
        hashed=entrance.passwords.hash,
        sign=entrance.doors.signer.sign,
        receipts_of=lambda link_id: parts.history.downloads_of(link_id, RECEIPTS),
    )
