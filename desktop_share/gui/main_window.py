"""The window: the bar, the list or the invitation to it, the panel, and what is dropped on any of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QBoxLayout, QFrame, QStackedLayout, QVBoxLayout, QWidget

from desktop_share.core.digests import Digests
from desktop_share.core.entrance import Entrance
from desktop_share.core.errors import Problem
from desktop_share.core.settings import Settings, SettingsBook
from desktop_share.core.share_list import ShareList
from desktop_share.core.sharing import Sharing, SharingState, SharingStatus
from desktop_share.gui.activity_panel import ActivityPanel
from desktop_share.gui.adding import Adding
from desktop_share.gui.alerts import AlertBar
from desktop_share.gui.approval_bar import ApprovalBar
from desktop_share.gui.background import Background
from desktop_share.gui.details import Details
from desktop_share.gui.details_panel import DetailsPanel
from desktop_share.gui.doorkeeping import Doorkeeping
from desktop_share.gui.drop_overlay import DropOverlay, EmptyState
from desktop_share.gui.dropping import take_unmoved
from desktop_share.gui.frame import SIZE
from desktop_share.gui.item_links import LinkServices
from desktop_share.gui.late_dialog import LateDialog, help_dialog
from desktop_share.gui.link_copier import LinkCopier
from desktop_share.gui.look import Look, look_of
from desktop_share.gui.news import News
from desktop_share.gui.offers import at_a_glance, carried_by
from desktop_share.gui.preferences import Preferences
from desktop_share.gui.share_bar import ShareBar
from desktop_share.gui.sharing_words import status_line
from desktop_share.gui.small_widgets import ElidedLabel
from desktop_share.gui.text_editor import TextEditors
from desktop_share.gui.theme import GAP, MARGIN, NARROW, Theme, running_application
from desktop_share.gui.toast import Toast
from desktop_share.gui.transfer_words import downloads_now, paused_words
from desktop_share.gui.window_actions import WindowActions
from desktop_share.gui.window_memory import WindowMemory, WindowState
from desktop_share.gui.wording import adding_files

if TYPE_CHECKING:
    from desktop_share.gui.bridge import Bridge
    from desktop_share.gui.commands import ShareCommands
    from desktop_share.gui.history_page import KeptHistory
    from desktop_share.gui.share_model import ShareModel
    from desktop_share.gui.share_view import ShareView
    from desktop_share.gui.transfers_model import Transfers

_LEAST_WIDTH = 420
_LEAST_LIST = 72  # a row; the window's least height follows from what it shows


class MainWindow(QWidget):
    """What is in the window, composed of parts that `assembly.py` makes. `frame`: what it is going to be put into.
    `closing` says that the window is about to be gone, `activated` that the owner came to it."""

    closing = Signal()
    activated = Signal()

    def __init__(
        self,
        *,
        share_list: ShareList,
        sharing: Sharing,
        settings: SettingsBook,
        bridge: Bridge,
        commands: ShareCommands,
        view: ShareView,
        model: ShareModel,
        window_state: WindowState,
        transfers: Transfers,
        history: KeptHistory,
        digests: Digests | None = None,
        link_services: LinkServices | None = None,
        entrance: Entrance | None = None,
        problems: Sequence[Problem] = (),
        keep_look: Callable[[Look], object] = lambda _: None,
        frame: QWidget | None = None,
    ) -> None:
        super().__init__(frame)
        self._share_list = share_list
        self._sharing = sharing
        self._settings = settings
        self._view = view
        self._model = model
        self.background = Background(self)
        self.theme = Theme(running_application(), self, undressed=True)
        self.theme.choose(settings.value.theme)
        self.commands = WindowActions(self.theme, view, self)
        self.alerts = AlertBar(self.theme)
        link_services = link_services or LinkServices()
        self.approval = ApprovalBar(self.theme)
        self.panel = DetailsPanel(self.theme, clock=link_services.clock)
        self.activity = ActivityPanel(self.theme, transfers, history, bridge, self.background, settings)
        self.bar = ShareBar(self.theme, self.commands.of_bar, self.commands.menu)
        self.empty = EmptyState(self.theme, (self.commands.add_files, self.commands.add_folder, self.commands.paste))
        self.status = ElidedLabel()
        self.status.setObjectName("muted")
        self._lay_out()
        self.toast = Toast(self.theme, self)
        self.overlay = DropOverlay(self.theme, self)
        self.preferences = Preferences(settings, sharing, self.background, self._not_saved, self, self.closing)
        self.help_dialog = LateDialog(lambda: help_dialog(self.commands.groups, self), self.closing)
        clipboard = QGuiApplication.clipboard()
        self.copier = LinkCopier(share_list, sharing, clipboard, self.background, self, clock=link_services.clock)
        self.details = Details(
            self.panel, share_list, sharing, commands, clipboard, self.background, digests, self, link_services
        )
        self.adding = Adding(commands, self.alerts, clipboard, self.background, self)
        self.news = News(
            commands, sharing, lambda: settings.value, self.copier, self.alerts, self.toast, view.select_ids, self
        )
        self.editors = TextEditors(commands, self)
        self.memory = WindowMemory(self, window_state, self.background, self.alerts.show_problem)
        self.memory.keep_look(lambda: look_of(self.window(), self._card, settings.value.theme), keep_look)
        if entrance is not None:
            self.doors = Doorkeeping(self, view, entrance, bridge, settings, sharing, commands, link_services)
        self.theme.dress()
        self._connect(bridge, commands)
        for problem in problems:
            self.alerts.show_problem(problem)
        self._list_changed()
        self._sharing_changed(sharing.state)
        self.memory.restore()
        self.panel.set_open_sections(self.memory.open_sections)
        self._show_panel(self.memory.panel_shown)
        self.commands.activity.setChecked(settings.value.show_activity)
        (self._view if model.rowCount() else self.empty).setFocus()

    def _lay_out(self) -> None:
        self.setAcceptDrops(True)
        frame = self.parentWidget()
        self.resize(QSize(*SIZE) if frame is None else frame.size())  # what is shown at first depends on the width
        self.setMinimumWidth(_LEAST_WIDTH)
        self._card = card = QFrame()
        card.setObjectName("card")
        inside = QVBoxLayout(card)
        inside.setContentsMargins(4, 4, 4, 4)  # the list's corners stay inside the card's round ones
        self._stack = QStackedLayout()  # has no margins of its own
        inside.addLayout(self._stack)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._view)
        self._body = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._body.setSpacing(MARGIN - 4)
        card.setMinimumHeight(_LEAST_LIST)
        left = QVBoxLayout()
        left.setSpacing(MARGIN - 4)
        left.addWidget(card, 5)
        left.addWidget(self.activity, 4)
        self._body.addLayout(left, 1)
        self._body.addWidget(self.panel)
        self.panel.hide()
        self.activity.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN - 4, MARGIN, GAP)
        column.setSpacing(MARGIN - 4)
        column.addWidget(self.bar)
        column.addWidget(self.approval)
        column.addWidget(self.alerts)
        column.addLayout(self._body, 1)
        column.addWidget(self.status)
        self.addActions(
            [action for group in self.commands.groups for action in group if action.parent() is not self._view]
        )

    def _connect(self, bridge: Bridge, commands: ShareCommands) -> None:
        do = self.commands
        do.add_files.triggered.connect(self.adding.ask_for_files)
        do.add_folder.triggered.connect(self.adding.ask_for_folder)
        do.paste.triggered.connect(self.adding.paste)
        do.undo.triggered.connect(self.toast.dismiss)  # it tells of what is about to be undone
        do.undo.triggered.connect(commands.undo)
        do.zip_all.triggered.connect(lambda: commands.add_zip([item.id for item in self._share_list.snapshot()]))
        do.qr.toggled.connect(self._show_panel)
        do.activity.toggled.connect(self._show_activity)
        do.pause.triggered.connect(self._pause_or_resume)
        do.settings.triggered.connect(self.preferences.open)
        do.help.triggered.connect(self.help_dialog.show)
        do.quit.triggered.connect(lambda: self.window().close())
        QShortcut(QKeySequence("F10"), self, self.bar.menu_button.showMenu)
        self.bar.address_chosen.connect(lambda ip: self.preferences.change("link_address", ip))
        self.bar.address_copied.connect(self._copy_address)
        self.bar.try_again.connect(self._sharing.restart)
        self.panel.sections_changed.connect(lambda: self.memory.set_open_sections(self.panel.open_sections))
        self.details.copy_requested.connect(lambda ids, token: self.copier.copy(ids, token=token))
        self.details.said.connect(self.toast.say)
        self.panel.closed.connect(lambda: do.qr.setChecked(False))
        self.activity.closed.connect(lambda: do.activity.setChecked(False))
        self.activity.said.connect(self.toast.say)
        self.activity.failed.connect(self.alerts.show_problem)
        self.activity.model.counted.connect(self._fill_status)
        self._view.copy_requested.connect(self.copier.copy)
        self._view.qr_requested.connect(self._toggle_qr_of)
        self._view.selectionModel().selectionChanged.connect(self._selection_changed)
        for signal in (self._model.rowsInserted, self._model.rowsRemoved, self._model.modelReset):
            signal.connect(self._list_changed)
        self._model.dataChanged.connect(self.details.fill)
        bridge.list_changed.connect(self.details.fill)
        bridge.history_changed.connect(self.details.links.ask_receipts)
        bridge.sharing_changed.connect(self._sharing_changed)
        bridge.settings_changed.connect(self._settings_changed)
        commands.undo_changed.connect(do.show_undo)
        commands.progress.connect(self._show_progress)

    # -- what changed

    def _list_changed(self) -> None:
        count = self._model.rowCount()
        shown = self._view if count else self.empty
        if self._stack.currentWidget() is not shown:
            self._stack.setCurrentWidget(shown)
            shown.setFocus()
        # one button stands out: here while there is a list, in the invitation while there is none
        self.bar.set_last_stands_out(count > 0)
        self.commands.zip_all.setEnabled(count > 1)
        self.details.fill()
        self._fill_status()

    def _sharing_changed(self, state: SharingState) -> None:
        self.bar.show_state(state, self._settings.value.link_address)
        self.commands.show_state(state)
        self.news.sharing_changed(state)
        self.preferences.show_again()
        self.details.fill()
        self._fill_status()

    def _settings_changed(self, settings: Settings) -> None:
        self.theme.choose(settings.theme)
        self.bar.show_state(self._sharing.state, settings.link_address)
        self.preferences.show_again()
        self._fill_status()

    def _selection_changed(self) -> None:
        # by ranges: selectedRows() takes seconds with 10,000 rows selected
        ranges = self._view.selectionModel().selection().toList()
        rows = sorted({row for each in ranges for row in range(each.top(), each.bottom() + 1)})
        self.details.select(self._model.item_at(row).id for row in rows)

    def _fill_status(self) -> None:
        count = self._model.rowCount()
        downloads = downloads_now(self.activity.model.finished, self.activity.model.running)
        self.status.set_whole(status_line(count, downloads, self._sharing.state, self._settings.value))

    def _show_progress(self, done: int, total: int) -> None:
        if done < total:
            self.status.set_whole(adding_files(done, total))
        else:
            self._fill_status()

    # -- the panel

    def _show_panel(self, shown: bool) -> None:
        self.panel.setVisible(shown)
        self.commands.qr.setChecked(shown)
        if shown and self.width() < NARROW:
            self.commands.activity.setChecked(False)
        if shown != self.memory.panel_shown:
            self.memory.set_panel_shown(shown)
        self.details.fill()

    def _show_activity(self, shown: bool) -> None:
        self.activity.setVisible(shown)
        if shown and self.width() < NARROW:
            self.commands.qr.setChecked(False)  # there is room for one of the two
        self.preferences.change("show_activity", shown)

    def _toggle_qr_of(self, item_id: str) -> None:
        link = self.panel.section("link")
        hide = self.commands.qr.isChecked() and link.is_open and self.details.ids == (item_id,)
        self.details.select((item_id,))
        if not hide:
            link.set_open(True)
        self._show_panel(not hide)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        beside = self.width() >= NARROW
        directions = QBoxLayout.Direction
        self._body.setDirection(directions.LeftToRight if beside else directions.TopToBottom)
        self.panel.place(beside, self.width())

    # -- sharing and settings

    def _pause_or_resume(self) -> None:
        if self._sharing.state.status is SharingStatus.PAUSED:
            self._sharing.resume()
        else:
            self._sharing.pause()
            if self.activity.model.running:
                self.toast.say(paused_words(self.activity.model.running))

    def _copy_address(self, address: str) -> None:
        QGuiApplication.clipboard().setText(address)
        self.toast.say(self.tr("Address copied"))

    def _not_saved(self, problem: Problem) -> None:
        self.alerts.show_problem(problem)
        self._settings_changed(self._settings.value)

    # -- dropping: the whole window takes it, and never as a move: whose program drags would delete the file

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        source = event.source()
        inside = isinstance(source, QWidget) and source.window() is self.window()
        if not inside and take_unmoved(event):
            self.overlay.show_offer(at_a_glance(carried_by(event.mimeData(), in_the_air=True)))

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        take_unmoved(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.overlay.hide()
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        self.overlay.hide()
        if take_unmoved(event):
            self.adding.take_data(event.mimeData())

    # -- coming and going

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate:  # which Qt tells what is in a window too, unlike a change of it
            self.activated.emit()
        return super().event(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self.editors.may_close():  # somebody is asked what to do with what was typed
            event.ignore()
            return
        self.closing.emit()
        self.memory.save()
        self.background.close()
        super().closeEvent(event)
