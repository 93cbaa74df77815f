"""Downloads of a limited link: never more than it says, and none is lost to who gave up."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.stores import MemoryStore

from desktop_share.core.access import Doors, Grant, Refusal
from desktop_share.core.errors import Problem, StorageError
from desktop_share.core.items import SharedItem
from desktop_share.core.links import Link, ListLink
from desktop_share.core.list_links import ListLinks
from desktop_share.core.share_list import ShareList
from desktop_share.core.signed_links import Signer
from desktop_share.core.sources import FileSource
from desktop_share.core.storage import open_storage
from desktop_share.core.tickets import AFTER_SECONDS, MOST_WAITING, RESUME_SECONDS, Ticket, Tickets
from desktop_share.core.transfers import Transfer, TransferState

FINISHED, ABORTED, STARTED = TransferState.FINISHED, TransferState.ABORTED, TransferState.STARTED


class Parts:
    def __init__(self, store: MemoryStore, limit: int | None = 3) -> None:
        self.now = 1000.0
        self.share_list = ShareList(store)
        self.item = SharedItem(FileSource(Path("/a")), 1.0, id="a", links=(Link("token", limit=limit), Link("other")))
        self.share_list.add([self.item])
        self.lists = ListLinks(store, self.share_list)
        self.doors = Doors(self.share_list, self.lists, Signer(b"s"), lambda: 1.8e9)
        self.tickets = Tickets(self.doors, lambda: self.now)

    def grant(self, address: str = "token") -> Grant:
        found = self.doors.find(address)
        assert isinstance(found, Grant)
        return found

    def begin(self, address: str = "token") -> Ticket:
        ticket = self.tickets.open(self.grant(address))
        assert isinstance(ticket, Ticket)
        return ticket

    def tell(self, ticket: Ticket, state: TransferState, sent: int = 0) -> None:
        transfer = Transfer(
            f"of {ticket.id}", "a", "a", "127.0.0.1", "", 5, 0.0, sent=sent, state=state, ticket=ticket.id
        )
        self.tickets.heard(transfer)

    def counted(self) -> int:
        """After everything that was told has been counted."""
        self.tickets.close()
        self.tickets._counting = ThreadPoolExecutor(1)
        item = self.share_list.get("a")
        assert item is not None
        return item.links[0].used


@pytest.fixture
def parts() -> Iterator[Parts]:
    made = Parts(MemoryStore())
    yield made
    made.tickets.close()


def test_that_a_hundred_at_once_get_no_more_than_there_are(parts: Parts) -> None:
    gate = threading.Barrier(100)

    def ask(_: int) -> Ticket | Refusal:
        gate.wait(20)
        return parts.tickets.open(parts.grant())

    with ThreadPoolExecutor(100) as askers:
        answers = list(askers.map(ask, range(100)))
    tickets = [each for each in answers if isinstance(each, Ticket)]
    assert len(tickets) == len({each.token for each in tickets}) == 3
    assert [each for each in answers if not isinstance(each, Ticket)] == [Refusal.ALL_TAKEN] * 97
    with ThreadPoolExecutor(3) as deliveries:
        list(deliveries.map(lambda ticket: parts.tell(ticket, FINISHED), tickets))
    assert parts.counted() == 3
    assert parts.tickets.open(parts.grant()) is Refusal.USED_UP


def test_that_a_delivery_counts_once_however_often_it_is_told(parts: Parts) -> None:
    ticket = parts.begin()
    for state in (STARTED, STARTED, FINISHED, FINISHED, STARTED, FINISHED):
        parts.tell(ticket, state)
    assert parts.counted() == 1


def test_that_what_was_broken_off_costs_nothing_and_may_be_gone_on_with(parts: Parts) -> None:
    ticket = parts.begin()
    for _ in range(3):
        parts.tell(ticket, STARTED)
        parts.tell(ticket, ABORTED)
        parts.now += RESUME_SECONDS - 1
        assert parts.tickets.find(ticket.token) == ticket
    parts.tell(ticket, FINISHED)
    assert parts.counted() == 1


def test_that_who_gives_up_lets_the_next_one_in(parts: Parts) -> None:
    first = parts.begin()
    parts.begin(), parts.begin()
    assert parts.tickets.open(parts.grant()) is Refusal.ALL_TAKEN
    assert parts.tickets.under_way(parts.grant().link) == 3
    parts.now += RESUME_SECONDS - 1
    parts.tell(first, STARTED)  # a slow one moves on
    parts.tell(first, ABORTED)
    parts.now += 2
    assert parts.tickets.under_way(parts.grant().link) == 1
    parts.begin()
    assert parts.tickets.find(first.token) == first


def test_that_what_was_delivered_may_be_asked_for_again_for_a_while(parts: Parts) -> None:
    ticket = parts.begin()
    parts.tell(ticket, FINISHED)
    parts.now += AFTER_SECONDS
    assert parts.tickets.find(ticket.token) == ticket
    parts.now += 1
    assert parts.tickets.find(ticket.token) is Refusal.USED_UP
    assert parts.counted() == 1


@pytest.mark.parametrize("token", ["", "token", "é", "\udcff", "x" * 9_999])
def test_that_nothing_else_is_a_ticket(parts: Parts, token: str) -> None:
    parts.begin()
    assert parts.tickets.find(token) is Refusal.UNKNOWN


def test_that_other_links_have_their_own_count(parts: Parts) -> None:
    for _ in range(3):
        parts.begin()
    assert isinstance(parts.begin("other"), Ticket)  # without a limit


def test_that_a_limit_that_was_lowered_meanwhile_counts(parts: Parts) -> None:
    grant = parts.grant()
    parts.share_list.update(["a"], lambda item: item.with_link(replace(item.links[0], limit=1, used=1)))
    assert parts.tickets.open(grant) is Refusal.USED_UP
    parts.share_list.remove(["a"])
    assert parts.tickets.open(grant) is Refusal.UNKNOWN


def test_that_a_list_counts_all_its_items_together(parts: Parts) -> None:
    parts.share_list.add([SharedItem(FileSource(Path("/b")), 1.0, id="b")])
    parts.lists.update(lambda _: [ListLink(Link("list", limit=2))])
    one = parts.begin("list~a")
    parts.begin("list~b")
    assert parts.tickets.open(parts.grant("list~a")) is Refusal.ALL_TAKEN
    parts.tell(one, FINISHED)
    parts.counted()
    assert parts.lists.snapshot()[0].link.used == 1


def test_that_a_delivery_that_cannot_be_saved_keeps_its_place(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, expected_logs: Any
) -> None:
    def full(*_: object) -> None:
        raise StorageError(Problem("storage-full", "The disk is full.", "Make room."))

    monkeypatch.setattr(parts.share_list, "update", full)
    tickets = [parts.begin() for _ in range(3)]
    with expected_logs("a download was not counted"):
        parts.tell(tickets[0], FINISHED)
        assert parts.counted() == 0
    parts.now += 100 * RESUME_SECONDS
    assert parts.tickets.under_way(parts.grant().link) == 1


def test_that_a_crash_gives_back_what_was_not_delivered_and_nothing_else(tmp_path: Path) -> None:
    storage = open_storage(tmp_path).storage
    parts = Parts(storage)  # type: ignore[arg-type]
    tickets = [parts.begin() for _ in range(3)]
    parts.tell(tickets[0], FINISHED)
    assert parts.counted() == 1
    parts.tickets.close()
    storage.close()  # nothing was said of the other two
    storage = open_storage(tmp_path).storage
    item = storage.load()[0]
    assert item.links[0].left == 2
    storage.close()


def test_that_looking_at_a_ticket_does_not_hold_its_place(parts: Parts) -> None:
    """A HEAD every few minutes would keep others out for ever, and never count."""
    first = parts.begin()
    parts.begin(), parts.begin()
    for _ in range(3):
        parts.now += RESUME_SECONDS / 2
        parts.tickets.find(first.token)
    assert parts.tickets.under_way(parts.grant().link) == 0
    assert parts.tickets.find(first.token) is Refusal.UNKNOWN


def test_that_a_download_that_is_being_counted_takes_one_place_not_two(parts: Parts) -> None:
    """The link says so a moment before the place is given back."""
    answers: list[Future[Ticket | Refusal]] = []

    def ask_in_between(_: object) -> None:
        answers.append(askers.submit(parts.tickets.open, parts.grant()))
        wait(answers, 0.2)  # as long as it may take who does not wait

    ticket = parts.begin()
    parts.begin()
    with ThreadPoolExecutor(1) as askers:
        end = parts.share_list.changed.subscribe(ask_in_between)
        parts.tell(ticket, FINISHED)
        assert parts.counted() == 1
        end()
        (answer,) = answers
        assert isinstance(answer.result(20), Ticket)
    assert parts.tickets.open(parts.grant()) is Refusal.ALL_TAKEN


def test_that_a_download_that_goes_on_keeps_its_place_however_long_nothing_moves(parts: Parts) -> None:
    """The sums of a large file in a folder take their time."""
    ticket = parts.begin()
    parts.tell(ticket, STARTED)
    parts.now += 3 * RESUME_SECONDS
    assert parts.tickets.under_way(parts.grant().link) == 1
    parts.tell(ticket, ABORTED)
    parts.now += RESUME_SECONDS + 1
    assert parts.tickets.under_way(parts.grant().link) == 0


def test_that_what_has_all_its_bytes_is_counted_though_a_connection_stays_open(parts: Parts) -> None:
    ticket = parts.begin()
    parts.tell(ticket, STARTED, sent=4)
    assert parts.counted() == 0
    parts.tell(ticket, STARTED, sent=5)
    assert parts.counted() == 1
    parts.tell(ticket, FINISHED, sent=5)
    assert parts.counted() == 1


def test_that_an_empty_file_is_counted_when_it_was_delivered(parts: Parts) -> None:
    ticket = parts.begin()
    for state, counted in ((STARTED, 0), (ABORTED, 0), (STARTED, 0), (FINISHED, 1)):
        parts.tickets.heard(Transfer("t", "a", "a", "::1", "", 0, 0.0, state=state, ticket=ticket.id))
        assert parts.counted() == counted


@pytest.mark.parametrize(
    ("spans", "counted"),
    [
        ([(0, 4), (4, 5)], 1),
        ([(0, 4), (0, 4), (0, 4)], 0),  # broken off again and again
        ([(0, 4), (4, 5), (0, 4)], 1),
        ([(0, 4), (4, 5), (4, 5), (0, 4)], 2),
    ],
)
def test_that_one_part_with_each_of_several_tickets_is_a_download(
    parts: Parts, spans: list[tuple[int, int]], counted: int
) -> None:
    for start, stop in spans:
        ticket = parts.begin()
        ticket.covered.of('"1"', 5).add(start, stop)
        parts.tell(ticket, STARTED)
        parts.tell(ticket, ABORTED)
        parts.now += RESUME_SECONDS + 1
        parts.tickets.under_way(parts.grant().link)
    assert parts.counted() == counted
    assert parts.tickets.under_way(parts.grant().link) == 0


def test_that_a_download_is_counted_before_its_last_bytes_and_once(parts: Parts) -> None:
    ticket = parts.begin()
    parts.tell(ticket, STARTED, sent=4)
    woken = threading.Event()
    first, second = parts.tickets.count_ahead(ticket), parts.tickets.count_ahead(ticket)
    assert first is not None
    assert second is not None
    second.when_known(woken.set)
    assert woken.wait(20)
    assert parts.counted() == 1
    parts.tell(ticket, FINISHED, sent=5)
    assert parts.counted() == 1
    parts.now += AFTER_SECONDS + 1
    assert parts.tickets.find(ticket.token) is Refusal.USED_UP


def test_that_nothing_waits_for_a_ticket_that_is_gone_or_a_program_that_ends(parts: Parts) -> None:
    ticket = parts.begin()
    parts.tickets.close()
    assert parts.tickets.count_ahead(ticket) is None
    other = parts.begin()
    parts.now += RESUME_SECONDS + 1
    assert parts.tickets.under_way(parts.grant().link) == 1  # what was delivered as the program ended
    assert parts.tickets.count_ahead(other) is None


def test_that_a_count_is_taken_back_where_the_last_bytes_were_not_sent(parts: Parts) -> None:
    ticket = parts.begin()
    for tries in range(3):
        parts.tell(ticket, STARTED, sent=4)
        parts.tickets.count_ahead(ticket)
        assert parts.counted() == 1
        parts.now += AFTER_SECONDS + tries
        assert parts.tickets.find(ticket.token) == ticket, "it takes its time"
        assert parts.tickets.again(ticket.token, parts.grant()) == ticket
        parts.tell(ticket, ABORTED, sent=4)
        assert parts.counted() == 0
        assert parts.tickets.under_way(parts.grant().link) == 1
    parts.tickets.count_ahead(ticket)
    parts.tell(ticket, FINISHED, sent=5)
    parts.tell(ticket, ABORTED, sent=5)
    assert parts.counted() == 1


def test_that_what_cannot_be_taken_back_stays_counted(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, expected_logs: Any
) -> None:
    def full(*_: object) -> None:
        raise StorageError(Problem("storage-full", "The disk is full.", "Make room."))

    ticket = parts.begin()
    parts.tell(ticket, STARTED, sent=4)
    parts.tickets.count_ahead(ticket)
    assert parts.counted() == 1
    monkeypatch.setattr(parts.share_list, "update", full)
    with expected_logs("a download was not counted"):
        parts.tell(ticket, ABORTED, sent=4)
        assert parts.counted() == 1
    assert parts.tickets.under_way(parts.grant().link) == 0


def test_that_a_count_that_takes_long_holds_no_more_than_a_few_who_ask(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They hold the server's workers."""
    ticket = parts.begin()
    saving, reached = threading.Event(), threading.Semaphore(0)
    waiting: list[None] = []
    monkeypatch.setattr(parts.tickets, "_save", lambda *_: saving.wait(20))
    wait_for = parts.tickets._lock.wait_for

    def counted_wait(is_true: Any, _: float) -> bool:
        waiting.append(None)
        assert len(waiting) <= MOST_WAITING
        reached.release()
        return bool(wait_for(is_true, 20))

    monkeypatch.setattr(parts.tickets._lock, "wait_for", counted_wait)
    parts.tell(ticket, FINISHED)
    with ThreadPoolExecutor(MOST_WAITING) as askers:
        answers = [askers.submit(parts.tickets.open, parts.grant()) for _ in range(MOST_WAITING)]
        for _ in answers:
            assert reached.acquire(timeout=20)
        assert isinstance(parts.tickets.open(parts.grant()), Ticket)
        saving.set()
        assert all(isinstance(each.result(20), Ticket | Refusal) for each in answers)
    assert parts.tickets._waiting == 0
