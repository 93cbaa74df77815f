"""Connections in, one row per client and representation out."""

from __future__ import annotations

from pathlib import Path

import pytest

from desktop_share.core.intervals import Coverage
from desktop_share.core.items import SharedItem
from desktop_share.core.reasons import Reason
from desktop_share.core.sources import FileSource
from desktop_share.core.transfer_book import ANNOUNCE_SECONDS, GRACE_SECONDS, KEPT, TransferBook
from desktop_share.core.transfers import TransferState

CHROME = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"


class World:
    def __init__(self) -> None:
        self.now = 1000.0
        self.book = TransferBook(clock=lambda: self.now, wall=lambda: self.now + 1e9)
        self.events = []
        self.book.changed.subscribe(self.events.append)
        self.item = SharedItem(FileSource(Path("/x/film.mp4")), added=0.0)
        self.cut = []

    def open(self, total=1000, client="192.0.2.1", agent=CHROME, etag='"1"', item=None, **more):
        number = len(self.cut)
        return self.book.open(item or self.item, client, agent, etag, total, lambda: self.cut.append(number), **more)

    def states(self):
        return [event.state for event in self.events]


@pytest.fixture
def world():
    return World()


def test_that_a_delivery_of_everything_is_a_finished_transfer(world):
    delivery = world.open()
    world.now += 2
    delivery.progress(0, 1000)
    delivery.end()
    first, last = world.events[0], world.events[-1]
    assert (first.state, first.sent, first.total, first.device) == (TransferState.STARTED, 0, 1000, "Chrome on Android")
    assert (last.state, last.sent, last.rate, last.reason) == (TransferState.FINISHED, 1000, 500.0, "")
    assert last.ended == 1e9 + 1002
    assert {event.id for event in world.events} == {delivery.transfer_id}
    assert world.book.tick() is not None  # it is remembered for a while
    world.now += GRACE_SECONDS
    assert world.book.tick() is None


def test_that_an_empty_file_is_finished_at_once(world):
    world.open(total=0).end()
    assert world.states() == [TransferState.STARTED, TransferState.FINISHED]


def test_that_an_unknown_total_is_finished_when_the_stream_ends(world):
    world.open(total=None).end()
    assert world.states()[-1] is TransferState.FINISHED


def test_that_a_broken_stream_of_unknown_total_is_aborted_after_the_grace_time(world):
    delivery = world.open(total=None)
    delivery.progress(0, 10)
    delivery.end(Reason.CLIENT_LEFT)
    world.now += GRACE_SECONDS
    world.book.tick()
    assert world.states()[-1] is TransferState.ABORTED


def test_that_many_connections_of_one_client_are_one_transfer(world):
    deliveries = [world.open() for _ in range(16)]
    assert world.book.running_count() == 1
    for number, delivery in enumerate(deliveries):
        delivery.progress(number * 50, (number + 1) * 50)
        delivery.end()
    assert world.book.snapshot()[0].sent == 800
    world.open().progress(800, 1000)
    assert len(world.book.snapshot()) == 1
    assert world.book.snapshot()[0].sent == 1000


def test_that_bytes_are_counted_once(world):
    one, other = world.open(), world.open()
    one.progress(0, 600)
    other.progress(400, 700)
    one.progress(0, 100)
    assert world.book.snapshot()[0].sent == 700


@pytest.mark.parametrize("other", [{"client": "192.0.2.2"}, {"agent": "curl/8"}, {"etag": '"2"'}, {"item": "another"}])
def test_that_another_client_or_representation_is_another_transfer(world, other):
    if "item" in other:
        other = {"item": SharedItem(FileSource(Path("/x/other")), added=0.0)}
    world.open()
    world.open(**other)
    assert len(world.book.snapshot()) == 2


def test_that_a_client_that_comes_back_in_time_goes_on(world):
    first = world.open()
    first.progress(0, 400)
    first.end(Reason.CLIENT_LEFT)
    world.now += GRACE_SECONDS / 2
    assert world.book.tick() == pytest.approx(GRACE_SECONDS / 2, abs=ANNOUNCE_SECONDS * 30)
    second = world.open()
    world.now += GRACE_SECONDS
    world.book.tick()
    second.progress(400, 1000)
    second.end()
    assert second.transfer_id == first.transfer_id
    assert world.states()[-1] is TransferState.FINISHED
    assert TransferState.ABORTED not in world.states()


@pytest.mark.parametrize(
    ("reason", "told"),
    [(Reason.CLIENT_LEFT, Reason.CLIENT_LEFT), ("", Reason.PART_ONLY), (Reason.STALLED, Reason.STALLED)],
)
def test_that_a_client_that_does_not_come_back_has_aborted_when_it_left(world, reason, told):
    delivery = world.open()
    delivery.progress(0, 400)
    delivery.end(reason)
    assert world.states()[-1] is TransferState.STARTED
    world.now += GRACE_SECONDS
    assert world.book.tick() is None
    last = world.events[-1]
    assert (last.state, last.sent, last.reason) == (TransferState.ABORTED, 400, told)
    assert last.ended == 1e9 + 1000
    assert world.open().transfer_id != delivery.transfer_id


@pytest.mark.parametrize("reason", [Reason.FILE_CHANGED, Reason.FILE_SHORTER, Reason.SERVER_STOPPED])
def test_that_what_cannot_be_gone_on_with_is_aborted_at_once(world, reason):
    delivery = world.open()
    delivery.progress(0, 400)
    delivery.end(reason)
    assert (world.events[-1].state, world.events[-1].reason) == (TransferState.ABORTED, reason)
    assert world.book.tick() is None


def test_that_events_come_at_most_ten_times_a_second_and_the_last_state_is_announced(world):
    delivery = world.open(total=10_000)
    for number in range(10_000):
        world.now += 0.001
        delivery.progress(number, number + 1)
        if number % 7 == 0:
            world.book.tick()
    assert 90 <= len(world.events) <= 102
    delivery.end()
    assert (world.events[-1].sent, world.events[-1].state) == (10_000, TransferState.FINISHED)


def test_that_what_moved_last_is_announced_by_the_tick_and_then_nothing(world):
    delivery = world.open()
    world.now += 0.05
    delivery.progress(0, 100)
    assert len(world.events) == 1
    wait = world.book.tick()
    world.now += wait
    wait = world.book.tick()
    assert (world.events[-1].sent, len(world.events)) == (100, 2)
    assert world.events[-1].rate > 0
    world.now += wait
    wait = world.book.tick()
    assert (world.events[-1].rate, len(world.events)) == (0.0, 3)  # it has stalled
    assert wait is None
    world.now += 100
    world.book.tick()
    assert len(world.events) == 3


def test_that_the_rate_follows_what_moves(world):
    delivery = world.open(total=10**9)
    for number in range(100):
        world.now += 0.1
        delivery.progress(number * 1_000_000, (number + 1) * 1_000_000)
    last = world.events[-1]
    assert last.rate == pytest.approx(10_000_000, rel=0.05)
    assert last.eta == pytest.approx(90, rel=0.1)


def test_that_cancelling_cuts_every_connection_and_tells_why(world):
    first, second = world.open(), world.open()
    first.progress(0, 10)
    assert world.book.cancel(first.transfer_id)
    assert len(world.cut) == 2
    assert (world.events[-1].state, world.events[-1].reason) == (TransferState.ABORTED, Reason.CANCELLED)
    events = len(world.events)
    first.progress(10, 20)
    second.end(Reason.CLIENT_LEFT)
    assert len(world.events) == events
    assert not world.book.cancel(first.transfer_id)
    assert world.open().transfer_id != first.transfer_id


def test_that_removing_an_item_cuts_its_transfers_only(world):
    other = SharedItem(FileSource(Path("/x/other")), added=0.0)
    world.open(client="192.0.2.1")
    world.open(client="192.0.2.2")
    kept = world.open(item=other)
    assert world.book.cancel_item(world.item.id) == 2
    assert {event.reason for event in world.events if event.state is TransferState.ABORTED} == {Reason.REMOVED}
    assert [each.id for each in world.book.snapshot() if each.state is TransferState.STARTED] == [kept.transfer_id]


def test_that_a_range_of_what_was_finished_just_now_is_no_new_transfer(world):
    first = world.open()
    first.progress(0, 1000)
    first.end()
    events = len(world.events)
    again = world.open(partial=True)
    again.progress(0, 500)
    again.end(Reason.CLIENT_LEFT)
    assert again.transfer_id == first.transfer_id
    assert len(world.events) == events
    assert world.open().transfer_id != first.transfer_id


def test_that_all_of_it_again_is_a_new_transfer_though_the_first_connection_is_still_open(world):
    """Its client may ask again sooner than the server hears that it has hung up."""
    first = world.open()
    first.progress(0, 999)
    assert world.open().transfer_id == first.transfer_id
    first.progress(999, 1000)
    assert world.open(partial=True).transfer_id == first.transfer_id
    again = world.open()
    assert again.transfer_id != first.transfer_id
    first.end()
    again.progress(0, 1000)
    again.end()
    assert world.states().count(TransferState.FINISHED) == 1  # the first has other connections


def test_that_settling_ends_what_waits_for_its_client(world):
    delivery = world.open()
    delivery.end(Reason.CLIENT_LEFT)
    running = world.open(client="192.0.2.9")
    world.book.settle()
    assert world.events[-1].state is TransferState.ABORTED
    assert [each.id for each in world.book.snapshot() if each.state is TransferState.STARTED] == [running.transfer_id]


def test_that_only_so_many_ended_transfers_are_kept(world):
    for number in range(KEPT + 50):
        world.open(total=0, client=str(number)).end()
    assert len(world.book.snapshot()) == KEPT


def test_that_a_subscriber_may_ask_the_book(world):
    counts = []
    world.book.changed.subscribe(lambda _: counts.append(world.book.running_count()))
    delivery = world.open(total=5)
    delivery.progress(0, 5)
    delivery.end()
    assert counts[-1] == 0


def test_that_a_ticket_is_one_transfer_whoever_fetches_and_two_tickets_are_two(world):
    phone = world.open(ticket="a", link_id="one")
    player = world.open(ticket="a", link_id="one", client="192.0.2.2", agent="VLC", partial=True)
    neighbour = world.open(ticket="b", link_id="one")
    assert phone.transfer_id == player.transfer_id != neighbour.transfer_id
    phone.progress(0, 500)
    phone.end(Reason.CLIENT_LEFT)
    player.progress(500, 1000)
    player.end()
    assert (world.events[-1].state, world.events[-1].ticket) == (TransferState.FINISHED, "a")


def test_that_a_tick_cuts_what_has_lost_its_lease(world):
    lost = []
    delivery = world.open(lease=lambda: Reason.EXPIRED if lost else None)
    world.open(client="192.0.2.2")
    delivery.progress(0, 10)
    world.book.tick()
    assert world.cut == []
    lost.append(True)
    world.book.tick()
    assert world.cut == [0]
    assert world.events[-1].reason == Reason.EXPIRED
    assert world.book.running_count() == 1


def test_that_a_lost_lease_ends_what_waits_for_its_client_too(world):
    lost = []
    world.open(lease=lambda: Reason.REVOKED if lost else None).end(Reason.CLIENT_LEFT)
    lost.append(True)
    world.book.recheck()
    assert world.events[-1].reason == Reason.REVOKED


def test_that_a_transfer_goes_on_with_what_was_delivered_before_it_broke_off(world):
    covered = Coverage()
    first = world.open(ticket="a", covered=covered)
    first.progress(0, 900)
    first.end(Reason.CLIENT_LEFT)
    world.book.settle()
    assert (world.events[-1].state, world.events[-1].sent) == (TransferState.ABORTED, 900)
    second = world.open(ticket="a", covered=covered, partial=True)
    assert (world.events[-1].state, world.events[-1].sent) == (TransferState.STARTED, 900)
    second.progress(900, 1000)
    second.end()
    assert (world.events[-1].state, world.events[-1].sent) == (TransferState.FINISHED, 1000)


def test_that_the_rest_of_another_version_completes_nothing(world):
    covered = Coverage()
    first = world.open(ticket="a", covered=covered)
    first.progress(0, 900)
    first.end(Reason.CLIENT_LEFT)
    second = world.open(ticket="a", covered=covered, partial=True, etag='"2"')
    second.progress(900, 1000)
    second.end()
    world.book.settle()
    assert [event.state for event in world.events if event.state is not TransferState.STARTED] == [
        TransferState.ABORTED
    ] * 2


def test_that_a_connection_is_told_whether_its_end_is_the_end_of_all(world):
    whole = world.open(ticket="a")
    assert whole.is_last([(0, 1000)])
    first, second, third = (world.open(ticket="b", partial=True) for _ in range(3))
    assert not first.is_last([(0, 400)])
    second.progress(400, 500)
    assert not third.is_last([(600, 800), (800, 1000)])
    assert second.is_last([(400, 600)])
    assert third.is_last([(600, 1000)])
    assert not world.open(ticket="c", total=None).is_last([])


def test_that_what_was_about_to_come_and_did_not_is_forgotten(world):
    covered = Coverage()
    first = world.open(ticket="a", covered=covered)
    first.progress(0, 500)
    assert first.is_last([(0, 1000)])
    first.end(Reason.CLIENT_LEFT)
    assert not first.is_last([(0, 1000)])
    world.book.settle()
    second = world.open(ticket="a", covered=covered, partial=True)
    assert not second.is_last([(500, 600)])
    assert second.is_last([(600, 1000)])


def test_that_what_was_about_to_come_of_a_connection_that_left_is_forgotten_while_the_transfer_goes_on(world):
    first = world.open(ticket="a")
    assert not first.is_last([(0, 900)])
    first.end(Reason.CLIENT_LEFT)
    second = world.open(ticket="a", partial=True)
    assert second.transfer_id == first.transfer_id
    assert not second.is_last([(900, 1000)])


def test_that_a_stream_with_a_ticket_is_finished_though_another_connection_stays_open(world):
    """Else who held one open would have as many copies as they like, and none would be counted."""
    whole, held = (world.open(ticket="a", etag=None, total=None) for _ in range(2))
    whole.progress(0, 10)
    whole.end()
    last = world.events[-1]
    assert (last.id, last.state, last.ticket) == (whole.transfer_id, TransferState.FINISHED, "a")
    held.end(Reason.CLIENT_LEFT)
    world.book.settle()
    assert (world.events[-1].id, world.events[-1].state) == (held.transfer_id, TransferState.ABORTED)
