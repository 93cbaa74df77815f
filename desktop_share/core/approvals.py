"""'Ask me for each new device': who is waiting, who was let in, and who was not."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from desktop_share.core.access import Refusal
from desktop_share.core.errors import StorageError
from desktop_share.core.events import Announcer
from desktop_share.core.links import Link, token_digest

log = logging.getLogger(__name__)

UNANSWERED_SECONDS = 300.0  # nobody answered: a refusal
DENIED_SECONDS = 600.0  # who was refused does not ask the owner again before
ONCE_SECONDS = 3600.0  # 'Allow once' opens the link for so long, in this run
SEEN_SECONDS = 3600.0  # how exactly it is known when a device was here last
GONE_SECONDS = 60.0  # who is not heard of for so long has given up waiting
MOST_ASKING = 20
MOST_ASKING_OF_CLIENT = 3
MOST_REMEMBERED = 1000


class Answer(StrEnum):
    ALLOW = "allow"
    ALLOW_ONCE = "allow-once"
    DENY = "deny"


@dataclass(frozen=True, slots=True)
class Device:
    """A device that may open every link. `digest`: of the secret that it shows; the secret itself is not kept.

    name      the owner's, at first what the device says it is
    client    its address when it was let in
    approved, seen   seconds since the epoch
    """

    digest: bytes
    name: str
    client: str
    approved: float
    seen: float


@dataclass(frozen=True, slots=True)
class Asking:
    """Somebody waits for the owner's answer. `since` in seconds since the epoch; `what`: the item's name."""

    id: str
    client: str
    device: str
    what: str
    since: float


@dataclass(frozen=True, slots=True)
class Approval:
    """Everything that the owner sees of it."""

    asking: tuple[Asking, ...] = ()
    devices: tuple[Device, ...] = ()


class DeviceStore(Protocol):
    """Each method is one transaction, or StorageError."""

    def load_devices(self) -> list[Device]: ...

    def save_devices(self, devices: Sequence[Device]) -> None: ...


@dataclass(slots=True)
class _Case:
    """One device at one link. Times are the clock's. `lasting`: what it shows is its own, and a secret. `coming`: who
    has asked and is about to wait."""

    asking: Asking
    lasting: bool
    begun: float
    heard: float
    coming: int = 0
    waiting: list[Callable[[], None]] = field(default_factory=list)  # to be called when the case is closed


Key = tuple[bytes, bytes]  # digests: of the device's secret, of the link's token


class Approvals:
    """Thread-safe. `changed` announces what the owner sees. `clock` is monotonic, `wall` seconds since the epoch."""

    def __init__(
        self,
        store: DeviceStore,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self.changed: Announcer[Approval] = Announcer()
        self._store = store
        self._clock = clock
        self._wall = wall
        self._lock = threading.RLock()
        self._devices = {device.digest: device for device in store.load_devices()}
        self._cases: dict[Key, _Case] = {}
        self._verdicts: OrderedDict[Key, tuple[Answer, float]] = OrderedDict()  # until when
        self._published = Approval((), tuple(self._devices.values()))

    @property
    def state(self) -> Approval:
        return self._published

    # -- for the routes

    def ask(
        self,
        secret: str,
        link: Link,
        client: str,
        device: str,
        what: str,
        *,
        lasting: bool = True,
        waits: bool = False,
    ) -> Refusal | None:
        """None for who was let in; WAITING while the owner is asked, and asks them; else why not.

        `secret` is what this device shows and no other can know. Where others can, it is not `lasting`: to allow it is
        to allow it once. `waits`: `when_answered` is called next.
        """
        key = (token_digest(secret), link.digest)
        with self._lock:
            self._forget_late()
            known = self._known(key)
            if known is not None:
                self._saw(key[0])
                return None if known is not Answer.DENY else Refusal.NOT_APPROVED
            case = self._cases.get(key)
            if case is None:
                of_client = sum(each.asking.client == client for each in self._cases.values())
                if len(self._cases) >= MOST_ASKING or of_client >= MOST_ASKING_OF_CLIENT:
                    return Refusal.TOO_MANY
                asking = Asking(secrets.token_hex(8), client, device, what, self._wall())
                case = self._cases[key] = _Case(asking, lasting, self._clock(), self._clock())
            case.heard = self._clock()
            case.coming += waits
            self._publish()
            return Refusal.WAITING

    def when_answered(self, secret: str, link: Link, known: Callable[[], None]) -> Callable[[], None]:
        """For who cannot ask again by itself, and asks already: `known` is called once, on any thread, when that has
        come to its end, at once where it has. It returns at once, and `known` has to as well.

        What is returned says that they wait no longer; with the last who waits so, the asking ends. Calling it twice
        does no harm.
        """
        key = (token_digest(secret), link.digest)

        def leave() -> None:
            with self._lock:
                if case is not None and known in case.waiting:
                    case.waiting.remove(known)
                    if not case.waiting and not case.coming and self._cases.get(key) is case:
                        self._close(key, None)
                        self._publish()

        with self._lock:
            case = self._cases.get(key)
            if case is not None:
                case.coming -= case.coming > 0
                case.waiting.append(known)
        if case is None:
            known()
        return leave

    def answered(self, secret: str, link: Link) -> Refusal | None:
        """As `ask`, for who has waited: nobody is asked again, and no answer is NOT_APPROVED."""
        with self._lock:
            known = self._known((token_digest(secret), link.digest))
        return Refusal.NOT_APPROVED if known is None or known is Answer.DENY else None

    # -- for the owner

    def answer(self, asking_id: str, answer: Answer) -> None:
        """Let a device in, or not; one that has given up meanwhile is passed over. Raises StorageError."""
        with self._lock:
            key = next((each for each, case in self._cases.items() if case.asking.id == asking_id), None)
            if key is None:
                return
            if answer is Answer.ALLOW and not self._cases[key].lasting:
                answer = Answer.ALLOW_ONCE
            if answer is Answer.ALLOW:
                asking, now = self._cases[key].asking, self._wall()
                name = asking.device or asking.client
                self._save({**self._devices, key[0]: Device(key[0], name, asking.client, now, now)})
                for same in [each for each in self._cases if each[0] == key[0]]:
                    self._close(same, None)
            else:
                self._close(key, answer)
            self._publish()

    def rename(self, digest: bytes, name: str) -> None:
        """Raises StorageError."""
        with self._lock:
            device = self._devices.get(digest)
            if device is not None and name.strip():
                self._save({**self._devices, digest: replace(device, name=name.strip())})
                self._publish()

    def remove(self, digest: bytes) -> None:
        """The device has to ask again. Raises StorageError."""
        with self._lock:
            self._save({each: device for each, device in self._devices.items() if each != digest})
            self._publish()

    def tick(self) -> bool:
        """End what nobody answered in time, and who has given up; whether anybody waits still."""
        with self._lock:
            if self._cases:
                self._forget_late()
                self._publish()
            return bool(self._cases)

    # -- under the lock

    def _known(self, key: Key) -> Answer | None:
        if key[0] in self._devices:
            return Answer.ALLOW
        verdict = self._verdicts.get(key)
        return verdict[0] if verdict is not None and self._clock() < verdict[1] else None

    def _saw(self, digest: bytes) -> None:
        """Remember that a device was here, not more often than the owner cares."""
        device, now = self._devices.get(digest), self._wall()
        if device is None or abs(now - device.seen) < SEEN_SECONDS:
            return
        try:
            self._save({**self._devices, digest: replace(device, seen=now)})
        except StorageError as error:  # it is let in all the same
            log.warning("that a device was here is not kept: %s", error)
            return
        self._publish()

    def _forget_late(self) -> None:
        now = self._clock()
        for key, case in list(self._cases.items()):
            if now - case.begun > UNANSWERED_SECONDS:
                self._close(key, Answer.DENY)
            elif now - case.heard > GONE_SECONDS and not case.waiting:
                self._close(key, None)

    def _close(self, key: Key, answer: Answer | None) -> None:
        case = self._cases.pop(key, None)
        if case is None:
            return
        if answer is not None:
            lasts = DENIED_SECONDS if answer is Answer.DENY else ONCE_SECONDS
            self._verdicts[key] = (answer, self._clock() + lasts)
            while len(self._verdicts) > MOST_REMEMBERED:
                self._verdicts.popitem(last=False)
        for known in case.waiting:
            known()

    def _save(self, devices: dict[bytes, Device]) -> None:
        self._store.save_devices(list(devices.values()))
        self._devices = devices

    def _publish(self) -> None:
        state = Approval(tuple(case.asking for case in self._cases.values()), tuple(self._devices.values()))
        if state != self._published:
            self._published = state
            self.changed.announce(state)
