"""What the connections of one server share. To waitress's channel and tasks it is 'the server'."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from desktop_share.core.reasons import Reason
from desktop_share.server.admission import Admission, Verdict
from desktop_share.server.channel import Channel
from desktop_share.server.limits import Limits
from desktop_share.server.loop import EventLoop
from desktop_share.server.outgoing import Outgoing
from desktop_share.server.pacing import LEAST, Pacing, Rates
from desktop_share.server.parsing import ServerAdjustments
from desktop_share.server.task import handing_over
from desktop_share.server.workers import Workers

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

logger = logging.getLogger(__name__)

MAINTENANCE_SECONDS = 1.0
TICK_SECONDS = 0.1
DRY_LOG_SECONDS = 60.0  # one line for so long a time without descriptors

Tick = Callable[[float], float | None]
Unread = Callable[[str, int], None]


def nobody_told(_client: str, _status: int) -> None:
    """For who keeps no log of it."""


class Hub:
    """Methods are for the loop's thread where nothing else is said.

    tick    called with the loop's clock while there is something to announce; returns the seconds until it wants to be
            called again without traffic, None: not at all
    unread  told, on any thread, from which address a request came that could not be read, and the status of its answer
    """

    server_name = "localhost"  # waitress's SERVER_NAME, for requests without Host

    def __init__(
        self,
        application: WSGIApplication,
        loop: EventLoop,
        limits: Limits,
        *,
        places: int,
        port: int,
        workers: Workers,
        sendfile: bool,
        rates: Rates,
        tick: Tick | None,
        unread: Unread = nobody_told,
    ) -> None:
        self.application = handing_over(application)
        self.loop = loop
        self.limits = limits
        self.effective_port = port
        self.workers = workers
        self.sendfile = sendfile
        self.adj = ServerAdjustments(limits)
        self.admission = Admission(limits, places)
        self.map: dict[int, Channel] = {}
        self.serving: dict[int, Channel] = {}  # by thread: the channel whose request that worker runs now
        self.unread = unread
        self._tick_function = tick
        self._pacing = Pacing(rates, loop.clock())
        self._held: dict[Channel, float] = {}
        self._last_dry = float("-inf")

    # -- waitress's server, any thread

    def add_task(self, channel: Channel) -> None:
        self.workers.add_task(channel)

    def pull_trigger(self) -> None:
        """This worker has written something, or has done its request."""
        channel = self.serving.get(threading.get_ident())
        if channel is not None:
            self.loop.touch(channel)

    @property
    def is_capped(self) -> bool:
        """Whether there is a bandwidth cap."""
        return self._pacing.is_on

    # -- connections

    def enter(self, channel: Channel) -> None:
        self.admission.enter(channel.client)
        self.loop.at(self.loop.clock() + MAINTENANCE_SECONDS, self._maintain)

    def leave(self, channel: Channel) -> None:
        self.admission.leave(channel.client)
        self._held.pop(channel, None)

    def admits(self, client: str) -> bool:
        """Whether a new connection has a place; an idle one gives way where there is none."""
        verdict = self.admission.judge(client)
        if verdict is Verdict.WELCOME:
            return True
        return self.give_way(client if verdict is Verdict.FULL_FOR_CLIENT else None)

    def give_way(self, client: str | None = None) -> bool:
        """Close the connection that has been idle longest (of `client`, or of all); False where none is."""
        now = self.loop.clock()
        idle = [each for each in self.map.values() if client in (None, each.client) and each.may_give_way(now)]
        if idle:
            min(idle, key=lambda each: each.patience.since).abort(Reason.STALLED)
        return bool(idle)

    def out_of_descriptors(self, error: OSError) -> None:
        now = self.loop.clock()
        if now - self._last_dry > DRY_LOG_SECONDS:
            logger.warning("no new connections for now: %s (%d are open)", error.strerror, len(self.map))
        self._last_dry = now
        self.give_way()

    def close_all(self) -> None:
        for channel in list(self.map.values()):
            channel.abort(Reason.SERVER_STOPPED)

    # -- turns and caps

    def allowance(self, channel: Channel, outgoing: Outgoing) -> int:
        """Bytes that the channel may send in this turn. 0: it is held back and tries again by itself."""
        limits = self.limits
        share = limits.round_bytes // self.loop.ready_writers
        budget = max(min(limits.turn_bytes, share), limits.least_turn_bytes)
        if not self._pacing.is_on:
            return budget
        now = self.loop.clock()
        transfer = _transfer_of(channel, outgoing)
        allowed = self._pacing.allowance(transfer, budget, now)
        if allowed >= min(LEAST, outgoing.remaining):
            return allowed
        when = now + self._pacing.wait(transfer, now)
        channel.held = True
        self._held[channel] = when
        self.loop.at(when, self._release)
        return 0

    def spent(self, channel: Channel, outgoing: Outgoing, count: int) -> None:
        now = self.loop.clock()
        if self._pacing.is_on:
            self._pacing.spend(_transfer_of(channel, outgoing), count, now)
        self.loop.at(now + TICK_SECONDS, self._tick)

    def ended(self) -> None:
        """A delivery has come to its end, or was cut."""
        self.loop.at(self.loop.clock() + TICK_SECONDS, self._tick)

    def set_rates(self, rates: Rates) -> None:
        self._pacing = Pacing(rates, self.loop.clock())
        self._release(float("inf"))

    def _release(self, now: float) -> None:
        for channel in [each for each, when in self._held.items() if when <= now]:
            self._held.pop(channel, None)
            channel.held = False
            self.loop.refresh(channel, write_now=True)
        if self._held:
            self.loop.at(min(self._held.values()), self._release)

    # -- time

    def _maintain(self, now: float) -> None:
        is_crowded = self.admission.is_crowded
        for channel in list(self.map.values()):
            channel.check(now, is_crowded)
        self._pacing.forget({_transfer_of(each, each.outgoing) for each in self.map.values() if each.outgoing})
        self.loop.at(now, self._tick)
        if self.map:
            self.loop.at(now + MAINTENANCE_SECONDS, self._maintain)

    def _tick(self, now: float) -> None:
        wait = None if self._tick_function is None else self._tick_function(now)
        if wait is not None:
            self.loop.at(now + max(wait, TICK_SECONDS / 2), self._tick)


def _transfer_of(channel: Channel, outgoing: Outgoing) -> str:
    """Whose bucket counts: the transfer's; without one, the client's."""
    delivery = outgoing.body.delivery
    return channel.client if delivery is None else delivery.transfer_id
