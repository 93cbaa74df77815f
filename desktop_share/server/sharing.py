"""The running server as the window and the terminal know it: on which port, at which addresses, paused or not."""

from __future__ import annotations

import logging
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from desktop_share.core.addresses import HostAddress, Reach, host_addresses, parse_address
from desktop_share.core.digests import Digests
from desktop_share.core.entrance import Entrance
from desktop_share.core.errors import Problem, ShareError
from desktop_share.core.events import Announcer
from desktop_share.core.explanation import Explanation
from desktop_share.core.opening import Opener
from desktop_share.core.ports import can_listen, choose_port, port_problem
from desktop_share.core.settings import Settings, SettingsBook
from desktop_share.core.share_list import ShareList
from desktop_share.core.sharing import SharingState, SharingStatus
from desktop_share.core.transfer_book import TransferBook
from desktop_share.server.hosts import HostPolicy, normal_host, policy_for
from desktop_share.server.pacing import Rates

if TYPE_CHECKING:
    from desktop_share.server.thread import ServerThread

log = logging.getLogger(__name__)

KNOWN_FOR = 5.0  # seconds
ASKING_TICK = 5.0  # seconds between two looks at who waits for the owner's answer
PROBE_TIMEOUT = (
    5.0  # seconds; an address of this computer answers in a millisecond, on a busy one in a second, or never
)
MOST_PROBES = 16  # at a time
EVERY_ADDRESS = ("0.0.0.0", "::")

_MOVE_ON = frozenset({"port-in-use", "port-forbidden", "port-error"})  # another port may do

NO_NETWORK = Problem(
    "no-network",
    "This computer is in no network: only this computer can open these links.",
    "Connect to the network of the people you share with.",
)


class SharingService:
    """Implements `core.sharing.Sharing`. Commands queue on one background thread; `close` waits for it.

    bind, port   for this run only, instead of the settings: the address to listen on, the port (0: any free one).
                 A port that was asked for so is not replaced by another one when it is taken
    """

    def __init__(
        self,
        share_list: ShareList,
        settings: SettingsBook,
        transfers: TransferBook,
        digests: Digests,
        opener: Opener,
        entrance: Entrance,
        *,
        bind: str | None = None,
        port: int | None = None,
        addresses: Callable[[], Sequence[HostAddress]] = host_addresses,
    ) -> None:
        self.changed: Announcer[SharingState] = Announcer()
        self._share_list = share_list
        self._settings = settings
        self._transfers = transfers
        self._digests = digests
        self._opener = opener
        self._entrance = entrance
        self._bind = bind
        self._port = port
        self._host_addresses = addresses
        self._state = SharingState(SharingStatus.STOPPED)
        self._paused = False
        self._policy = HostPolicy(frozenset(), 0)  # no host is ours before it is known where we listen
        self._probe_token = secrets.token_urlsafe(16)
        self._thread: ServerThread | None = None
        self._commands = ThreadPoolExecutor(1, "sharing")
        self._deaf = settings.changed.subscribe(self._apply_rates)

    @property
    def state(self) -> SharingState:
        return self._state

    # -- commands: return at once, from any thread

    def start(self) -> None:
        self._commands.submit(self._guarded, self._start)

    def pause(self) -> None:
        self._set_paused(True)

    def resume(self) -> None:
        self._set_paused(False)

    def restart(self) -> None:
        self._commands.submit(self._guarded, self._restart)

    def refresh(self) -> None:
        """Look again at which addresses answer: after the network changed, after the computer slept."""
        self._commands.submit(self._guarded, self._refresh)

    def close(self) -> None:
        """Stop, and wait until every thread and descriptor is gone. Nothing is announced any more."""
        self._deaf()
        self._commands.submit(self._stop)
        self._commands.shutdown(wait=True)

    def _set_paused(self, paused: bool) -> None:
        self._paused = paused  # at once: a command before this one may wait for an address that is silent
        self._commands.submit(self._guarded, self._say_paused)

    def explain(self, item_id: str) -> Explanation | None:
        """See `core.sharing.Sharing`."""
        item, state = self._share_list.get(item_id), self._state
        if item is None or state.chosen is None or state.port is None:
            return None
        from desktop_share.server.explain import explain  # see `_answers`

        return explain(item, state.chosen, state.port)

    # -- on the background thread

    def _guarded(self, command: Callable[[], None]) -> None:
        try:
            command()
        except ShareError as error:
            self._stop()
            self._announce(SharingState(SharingStatus.FAILED, problem=error.problem))
        except Exception as error:
            log.exception("a command of the server failed")
            self._announce(SharingState(SharingStatus.FAILED, problem=_unexpected(error)))

    def _start(self) -> None:
        if self._thread is not None:
            return
        self._announce(SharingState(SharingStatus.STARTING))
        self._thread, problem = self._listen(hosts_for(self._bind or self._settings.value.address))
        self._apply_rates(self._settings.value)
        self._announce(self._look_around(problem))
        self._entrance.throttle.load()

    def _listen(self, hosts: Sequence[str]) -> tuple[ServerThread, Problem | None]:
        """A started server: on the wanted port, else on the next free one and with the reason."""
        if self._port is not None:
            return self._started(hosts, self._port), None
        wanted = self._settings.value.port
        problem: Problem | None = None
        if wanted is not None:
            try:
                return self._started(hosts, wanted), None
            except ShareError as error:
                if error.problem.kind not in _MOVE_ON:
                    raise
                problem = error.problem
        thread = self._started_on_a_free_port(hosts, wanted)
        if wanted is None:
            self._settings.update(port=thread.port)  # the first port that worked is kept for ever
            return thread, None
        return thread, problem and moved_to(problem, thread.port)

    def _started_on_a_free_port(self, hosts: Sequence[str], wanted: int | None) -> ServerThread:
        """Not on `wanted`, which was tried. A port that was free may be taken when the server comes to it, such as by
        another Desktop Share that starts now: then the next one."""
        ip = hosts[0] if len(hosts) == 1 else ""
        tried = {wanted}
        while True:
            port = choose_port(wanted, lambda port: port not in tried and can_listen(port, ip)).port
            try:
                return self._started(hosts, port)
            except ShareError as error:
                if port == 0 or error.problem.kind not in _MOVE_ON:
                    raise
                tried.add(port)

    def _started(self, hosts: Sequence[str], port: int) -> ServerThread:
        # Flask takes 0.2 s to import: here, on the background thread, while the window is shown already
        from desktop_share.server.context import Shared
        from desktop_share.server.factory import create_app
        from desktop_share.server.thread import ServerThread
        from desktop_share.server.visits import unread

        app = create_app(
            Shared(
                self._share_list,
                self._transfers,
                self._digests,
                self._opener,
                self._entrance,
                lambda: self._policy,
                lambda: self._paused,
                self._probe_token,
            )
        )
        note = self._entrance.visits.note
        thread = ServerThread(app, hosts, port, tick=self._tick, unread=lambda *told: note(unread(*told)))
        self._policy = self._policy_on(port, self._host_addresses())  # before the first request can come
        try:
            thread.start()
        except OSError as error:
            from desktop_share.core.port_owner import port_owner

            raise ShareError(port_problem(port, error, port_owner(port))) from error
        return thread

    def _tick(self, now: float) -> float | None:
        """On the server's loop; as `Hub` wants it."""
        wait, asking = self._transfers.tick(now), self._entrance.approvals.tick()
        return min(ASKING_TICK, ASKING_TICK if wait is None else wait) if asking else wait

    def _look_around(self, problem: Problem | None) -> SharingState:
        """Where this server answers now, proven by asking it at each address."""
        assert self._thread is not None
        port = self._thread.port
        known = self._host_addresses()
        self._policy = self._policy_on(port, known)
        answering = self._answering(known, port)
        chosen = _chosen(answering, self._settings.value.link_address)
        if problem is None and all(each.reach is Reach.LOOPBACK for each in answering):
            bound_here = self._bind or self._settings.value.address
            problem = None if bound_here else NO_NETWORK
        status = SharingStatus.PAUSED if self._paused else SharingStatus.SHARING
        return SharingState(status, port, answering, chosen, problem)

    def _policy_on(self, port: int, known: Sequence[HostAddress]) -> HostPolicy:
        return policy_for(
            [each.ip for each in known], socket.gethostname(), port, is_own_ip=OwnIps(self._host_addresses)
        )

    def _answering(self, known: Sequence[HostAddress], port: int) -> tuple[HostAddress, ...]:
        """Asked side by side: the start waits for one that is silent, not for each of them."""
        with ThreadPoolExecutor(MOST_PROBES, "probe") as asking:
            answers = asking.map(lambda each: self._answers(each, port), known)
            return tuple(each for each, answer in zip(known, answers, strict=True) if answer)

    def _answers(self, address: HostAddress, port: int) -> bool:
        import http.client  # with email and ssl, which the window need not wait for

        connection = http.client.HTTPConnection(address.ip, port, timeout=PROBE_TIMEOUT)
        try:
            connection.request("GET", f"/d/{self._probe_token}")
            return connection.getresponse().status == http.HTTPStatus.NO_CONTENT
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _refresh(self) -> None:
        if self._thread is not None:
            state = self._look_around(None if self._state.problem == NO_NETWORK else self._state.problem)
            if state != self._state:
                self._announce(state)

    def _say_paused(self) -> None:
        if self._thread is not None:
            status = SharingStatus.PAUSED if self._paused else SharingStatus.SHARING
            self._announce(replace(self._state, status=status))

    def _restart(self) -> None:
        self._stop()
        self._start()

    def _stop(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.stop()
            self._transfers.settle()

    def _apply_rates(self, settings: Settings) -> None:
        """Any thread: the bandwidth caps count from now on, for the downloads under way too."""
        thread = self._thread
        if thread is not None:
            thread.set_rates(Rates(settings.bandwidth_total, settings.bandwidth_per_transfer))

    def _announce(self, state: SharingState) -> None:
        self._state = state
        self.changed.announce(state)


class OwnIps:
    """Whether an address is this computer's now, for the one that the router gave a moment ago: looked up at most once
    in `KNOWN_FOR` seconds, so that asking costs a stranger's requests nothing."""

    def __init__(self, addresses: Callable[[], Sequence[HostAddress]]) -> None:
        self._addresses = addresses
        self._known: frozenset[str | None] = frozenset()
        self._until = 0.0

    def __call__(self, ip: str) -> bool:
        now = time.monotonic()
        if now >= self._until:
            self._until = now + KNOWN_FOR
            self._known = frozenset(normal_host(each.ip) for each in self._addresses())
        return ip in self._known


def hosts_for(bind: str | None) -> tuple[str, ...]:
    """What to listen on: one address of this computer, or every one. Raises ShareError for one that is not ours."""
    if bind is None:
        return every_address()
    return (bind,) if bind in EVERY_ADDRESS else (parse_address(bind),)


def every_address() -> tuple[str, ...]:
    """The wildcard addresses of the families that this system has."""
    return tuple(each for each in EVERY_ADDRESS if _can_bind(each))


def _can_bind(address: str) -> bool:
    try:
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.bind((address, 0))
    except OSError:
        return False
    return True


def _chosen(answering: Sequence[HostAddress], wanted: str | None) -> HostAddress | None:
    """The address that links are made with: the wanted one while it answers, else the first."""
    return next((each for each in answering if each.ip == wanted), answering[0] if answering else None)


def moved_to(problem: Problem, port: int) -> Problem:
    """The kept port is taken; `port` stands in for it in this run, and nobody who has an old link is left wondering."""
    return Problem(
        "port-taken",
        f"{problem.what} New links use port {{now}} for the time being.",
        "Links that were copied earlier work again once port {port} is free.",
        (*problem.values, ("now", str(port))),
    )


def _unexpected(error: Exception) -> Problem:
    return Problem(
        "sharing-failed",
        "Sharing could not be started: {reason}.",
        "Try again.",
        (("reason", str(error) or type(error).__name__),),
    )
