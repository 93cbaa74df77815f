"""The places of the window where who may have what is shown and decided, put into it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from desktop_share.core.entrance import Entrance
from desktop_share.core.settings import SettingsBook
from desktop_share.core.sharing import Sharing
from desktop_share.gui.access_page import AccessPage
from desktop_share.gui.admission import Admission
from desktop_share.gui.devices_page import DevicesPage
from desktop_share.gui.list_sharing import ListSharing

if TYPE_CHECKING:
    from desktop_share.gui.bridge import Bridge
    from desktop_share.gui.commands import ShareCommands
    from desktop_share.gui.item_links import LinkServices
    from desktop_share.gui.main_window import MainWindow
    from desktop_share.gui.share_view import ShareView


class Doorkeeping(QObject):
    """Made last: it takes the parts of the window as they are."""

    def __init__(
        self,
        window: MainWindow,
        view: ShareView,
        entrance: Entrance,
        bridge: Bridge,
        settings: SettingsBook,
        sharing: Sharing,
        commands: ShareCommands,
        link_services: LinkServices,
    ) -> None:
        super().__init__(window)
        background, activity = window.background, window.activity
        self.admission = Admission(window.approval, entrance.approvals, bridge, background, window)
        self.admission.failed.connect(window.alerts.show_problem)
        window.closing.connect(self.admission.close)
        self.visits = AccessPage(entrance.visits, bridge, lambda: settings.value.keep_access_log)
        self.visits.said.connect(window.toast.say)
        activity.add_page(self.tr("Visits"), self.visits, self.visits.controls)
        self.devices = DevicesPage(entrance.approvals, bridge, background)
        self.devices.said.connect(window.toast.say)
        self.devices.failed.connect(window.alerts.show_problem)
        activity.add_page(self.tr("Devices"), self.devices, self.devices.controls)
        self.lists = ListSharing(window, view, entrance.lists, bridge, sharing, commands, link_services)
