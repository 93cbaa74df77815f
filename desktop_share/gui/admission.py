"""The window's side of who may come in: who waits is shown and answered, off the window's thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QWidget

from desktop_share.core.approvals import Answer, Approval, Approvals, Asking
from desktop_share.core.errors import Problem
from desktop_share.gui.approval_bar import ApprovalBar
from desktop_share.gui.background import Background

if TYPE_CHECKING:
    from desktop_share.gui.asking_notices import AskingNotices
    from desktop_share.gui.bridge import Bridge

TICK_MS = 5_000  # how late it may be seen that somebody gave up


class Admission(QObject):
    """`failed` carries the Problem of an answer that could not be kept."""

    failed = Signal(object)

    def __init__(
        self, bar: ApprovalBar, approvals: Approvals, bridge: Bridge, background: Background, window: QWidget
    ) -> None:
        super().__init__(window)
        self._bar = bar
        self._approvals = approvals
        self._background = background
        self._window = window
        self._answered: set[str] = set()  # whose answer is on its way
        self._called: frozenset[str] = frozenset()  # for whom the owner was called already
        self._notices: AskingNotices | None = None  # loaded when somebody asks first
        self._ticks = QTimer(self, interval=TICK_MS)  # runs while somebody waits
        self._ticks.timeout.connect(lambda: background.run(approvals.tick))
        bar.answered.connect(self._answer)
        bridge.approval_changed.connect(self._changed)
        self._show()

    def close(self) -> None:
        """Look no more whether somebody gave up: the background takes nothing more."""
        self._ticks.stop()
        if self._notices is not None:
            self._notices.close()

    def _changed(self, _approval: Approval) -> None:
        self._show()

    def _show(self) -> None:
        """What the approvals are now, whatever an event on its way says."""
        asking = self._approvals.state.asking
        present = frozenset(each.id for each in asking)
        self._answered &= present
        waiting = [each for each in asking if each.id not in self._answered]
        self._bar.show_asking(waiting)
        if present - self._called:
            QApplication.alert(self._window.window())
        self._called = present
        self._notify(waiting)
        if bool(asking) != self._ticks.isActive():
            self._ticks.start() if asking else self._ticks.stop()

    def _notify(self, waiting: Sequence[Asking]) -> None:
        if self._notices is None and waiting:
            self._notices = _asking_notices(self._window)
        if self._notices is not None:
            self._notices.show_asking(waiting)

    def _answer(self, asking_id: str, answer: Answer) -> None:
        self._answered.add(asking_id)
        self._show()

        def failed(problem: Problem) -> None:
            self._answered.discard(asking_id)
            self._show()
            self.failed.emit(problem)

        self._background.run(lambda: self._approvals.answer(asking_id, answer), lambda _: self._show(), failed)


def _asking_notices(window: QWidget) -> AskingNotices:
    from desktop_share.gui.asking_notices import AskingNotices
    from desktop_share.gui.desktop_notices import DesktopNotices

    return AskingNotices(window, DesktopNotices(window))
