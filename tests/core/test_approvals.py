"""'Ask me for each new device.'"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.stores import MemoryStore

from desktop_share.core.access import Refusal
from desktop_share.core.approvals import (
    DENIED_SECONDS,
    GONE_SECONDS,
    MOST_ASKING,
    MOST_ASKING_OF_CLIENT,
    ONCE_SECONDS,
    SEEN_SECONDS,
    UNANSWERED_SECONDS,
    Answer,
    Approval,
    Approvals,
    Device,
)
from desktop_share.core.errors import Problem, StorageError
from desktop_share.core.links import Link
from desktop_share.core.storage import open_storage

LINK, OTHER = Link("token"), Link("other")
WAITING, REFUSED = Refusal.WAITING, Refusal.NOT_APPROVED


class Parts:
    def __init__(self) -> None:
        self.now = 0.0
        self.store = MemoryStore()
        self.approvals = Approvals(self.store, lambda: self.now, lambda: 1e9 + self.now)
        self.heard: list[Approval] = []
        self.approvals.changed.subscribe(self.heard.append)

    def ask(
        self, secret: str = "s", link: Link = LINK, client: str = "10.0.0.1", *, waits: bool = False
    ) -> Refusal | None:
        return self.approvals.ask(secret, link, client, "Chrome on Android", "a.pdf", waits=waits)

    def answer(self, answer: Answer) -> None:
        self.approvals.answer(self.approvals.state.asking[0].id, answer)

    def wait(self, seconds: float) -> None:
        """While it asks again now and then, as a page does."""
        end = self.now + seconds
        while self.now < end:
            self.now = min(self.now + GONE_SECONDS / 2, end)
            self.ask()


@pytest.fixture
def parts() -> Parts:
    return Parts()


def test_that_a_new_device_waits_and_the_owner_sees_who_it_is_once(parts: Parts) -> None:
    assert [parts.ask() for _ in range(3)] == [WAITING] * 3
    assert len(parts.heard) == 1
    asking = parts.heard[0].asking[0]
    assert (asking.client, asking.device, asking.what, asking.since) == ("10.0.0.1", "Chrome on Android", "a.pdf", 1e9)


def test_that_who_is_allowed_may_open_every_link_and_is_kept(parts: Parts) -> None:
    parts.ask()
    parts.ask(link=OTHER)
    parts.answer(Answer.ALLOW)
    assert parts.ask() is None
    assert parts.ask(link=OTHER) is None
    assert parts.ask(secret="another") is WAITING
    again = Approvals(parts.store)
    assert again.ask("s", LINK, "10.0.0.9", "", "a.pdf") is None
    assert [device.name for device in parts.store.devices] == ["Chrome on Android"]
    assert b"s" not in [device.digest for device in parts.store.devices]


def test_that_once_is_for_this_link_and_an_hour(parts: Parts) -> None:
    parts.ask()
    parts.answer(Answer.ALLOW_ONCE)
    assert parts.ask() is None
    assert parts.ask(link=OTHER) is WAITING
    parts.now += ONCE_SECONDS
    assert parts.ask() is WAITING
    assert parts.store.devices == []


def test_that_what_others_could_show_as_well_is_allowed_once_only(parts: Parts) -> None:
    def ask(link: Link = LINK) -> Refusal | None:
        return parts.approvals.ask("10.0.0.1 curl/8.5", link, "10.0.0.1", "curl", "a.pdf", lasting=False)

    assert ask() is WAITING
    parts.answer(Answer.ALLOW)
    assert ask() is None
    assert ask(OTHER) is WAITING
    parts.now += ONCE_SECONDS
    assert ask() is WAITING
    assert (parts.store.devices, parts.approvals.state.devices) == ([], ())


def test_that_who_is_denied_does_not_ask_the_owner_again_for_a_while(parts: Parts) -> None:
    parts.ask()
    parts.answer(Answer.DENY)
    assert parts.ask() is REFUSED
    assert parts.approvals.state.asking == ()
    parts.now += DENIED_SECONDS
    assert parts.ask() is WAITING


def test_that_no_answer_becomes_a_refusal(parts: Parts) -> None:
    parts.ask()
    parts.wait(UNANSWERED_SECONDS)
    assert parts.ask() is WAITING
    parts.now += 1
    assert parts.ask() is REFUSED


def test_that_who_gives_up_is_asked_about_no_longer(parts: Parts) -> None:
    parts.ask()
    parts.now += GONE_SECONDS + 1
    parts.approvals.tick()
    assert parts.heard[-1].asking == ()
    assert parts.ask() is WAITING


def test_that_the_owner_is_not_flooded(parts: Parts) -> None:
    own = [parts.ask(secret=f"s{number}") for number in range(MOST_ASKING_OF_CLIENT + 1)]
    assert own[-2:] == [WAITING, Refusal.TOO_MANY]
    others = [parts.ask(secret=f"o{number}", client=f"10.0.1.{number}") for number in range(MOST_ASKING)]
    assert others.count(WAITING) == MOST_ASKING - MOST_ASKING_OF_CLIENT
    assert len(parts.approvals.state.asking) == MOST_ASKING


def test_that_a_device_is_renamed_and_removed(parts: Parts) -> None:
    parts.ask()
    parts.answer(Answer.ALLOW)
    device = parts.approvals.state.devices[0]
    parts.approvals.rename(device.digest, " Ana’s phone ")
    parts.approvals.rename(device.digest, "  ")
    assert parts.heard[-1].devices[0].name == "Ana’s phone"
    parts.approvals.remove(device.digest)
    assert parts.heard[-1] == Approval()
    assert parts.ask() is WAITING


def test_that_an_answer_that_cannot_be_saved_is_not_given(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object) -> None:
        raise StorageError(Problem("storage-full", "Full.", "Make room."))

    parts.ask()
    monkeypatch.setattr(parts.store, "save_devices", full)
    with pytest.raises(StorageError):
        parts.answer(Answer.ALLOW)
    assert parts.ask() is WAITING


@pytest.mark.parametrize(
    ("answer", "wanted"), [(Answer.ALLOW, None), (Answer.ALLOW_ONCE, None), (Answer.DENY, REFUSED)]
)
def test_that_who_cannot_ask_again_waits_for_the_answer(parts: Parts, answer: Answer, wanted: Refusal | None) -> None:
    parts.ask()
    woken: list[str] = []
    parts.approvals.when_answered("s", LINK, lambda: woken.append("waited"))
    assert woken == []
    parts.answer(answer)
    assert woken == ["waited"]
    assert parts.approvals.answered("s", LINK) is wanted
    parts.approvals.when_answered("s", LINK, lambda: woken.append("came late"))
    assert woken == ["waited", "came late"]


def test_that_the_asking_ends_with_the_last_who_waits_for_it(parts: Parts) -> None:
    parts.ask()
    leave = [parts.approvals.when_answered("s", LINK, each) for each in (_never, lambda: None)]
    leave[0]()
    leave[0]()
    assert len(parts.approvals.state.asking) == 1
    leave[1]()
    assert parts.approvals.state.asking == ()
    assert parts.heard[-1] == Approval()
    assert parts.approvals.answered("s", LINK) is REFUSED
    parts.ask()
    leave[1]()
    assert len(parts.approvals.state.asking) == 1


def test_that_who_leaves_does_not_end_it_for_who_is_about_to_wait(parts: Parts) -> None:
    """A tool that is stopped and started again: the second is here before the first is seen to be gone."""
    woken: list[str] = []
    leave = []
    for _ in range(2):
        assert parts.ask(waits=True) is WAITING
        for each in leave:
            each()
        leave.append(parts.approvals.when_answered("s", LINK, lambda: woken.append("woken")))
    assert woken == []
    assert len(parts.approvals.state.asking) == 1
    leave[1]()
    assert parts.approvals.state.asking == ()


def test_that_who_waits_is_not_taken_for_gone_but_for_unanswered_in_the_end(parts: Parts) -> None:
    parts.ask()
    woken: list[str] = []
    parts.approvals.when_answered("s", LINK, lambda: woken.append("woken"))
    parts.now += GONE_SECONDS + 1
    assert parts.approvals.tick()
    assert woken == []
    parts.now = UNANSWERED_SECONDS + 1
    assert not parts.approvals.tick()
    assert woken == ["woken"]


def _never() -> None:
    raise AssertionError("who has left is not called")


def test_that_it_is_known_when_a_device_was_here_last(parts: Parts) -> None:
    parts.ask()
    parts.answer(Answer.ALLOW)
    for now, seen in ((SEEN_SECONDS / 2, 0.0), (SEEN_SECONDS, SEEN_SECONDS), (SEEN_SECONDS + 9, SEEN_SECONDS)):
        parts.now = now
        assert parts.ask() is None
        assert parts.store.devices[0].seen == 1e9 + seen
        assert parts.heard[-1].devices[0].seen == 1e9 + seen


def test_that_devices_survive_the_database(tmp_path: Path) -> None:
    devices = [Device(b"d" * 32, "Zoë’s \ud83d", "fe80::1%eth0", 1.5, 2.5), Device(b"e", "x", "", 2.0, 3.0)]
    storage = open_storage(tmp_path).storage
    storage.save_devices(devices)
    storage.close()
    storage = open_storage(tmp_path).storage
    assert storage.load_devices() == devices
    storage.save_devices(devices[1:])
    assert storage.load_devices() == devices[1:]
    storage.close()
