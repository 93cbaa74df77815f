"""Both ends of the hand-over in one process: the sender in a thread, as it has no event loop."""

from __future__ import annotations

import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtNetwork import QLocalSocket

from desktop_share.core import handover as messages
from desktop_share.core.errors import ShareError
from desktop_share.core.handover import QUIT, Handover
from desktop_share.core.only_one import Meeting, meeting, take
from desktop_share.core.options import Options
from desktop_share.core.start import Start
from desktop_share.gui import handing_over
from desktop_share.gui import reception as module
from desktop_share.gui.handing_over import deliver
from desktop_share.gui.reception import Reception
from desktop_share.gui.single_instance import ask_to_quit, first_or_hand_over

posix = pytest.mark.skipif(os.name != "posix", reason="a pipe leaves nothing behind there")


@pytest.fixture
def options(monkeypatch, data_dir: Path) -> Iterator[Options]:
    with tempfile.TemporaryDirectory(prefix="ds") as folder:
        monkeypatch.setenv("XDG_RUNTIME_DIR", folder)
        yield Options(data_dir)


@pytest.fixture
def place(options: Options) -> Meeting:
    return meeting(options.data_dir)


@pytest.fixture
def reception(qtbot, options: Options, place: Meeting) -> Iterator[Reception]:
    give_up = take(place.lock)
    assert give_up is not None
    listening = Reception(place, options)
    listening.listen()
    yield listening
    listening.close()
    give_up()


@pytest.fixture
def elsewhere() -> Iterator[Callable[..., Future]]:
    """Call something on another thread."""
    with ThreadPoolExecutor(4) as pool:
        yield pool.submit


def outcome(qtbot, future: Future):
    qtbot.waitUntil(future.done)
    return future.result()


def test_that_the_first_start_is_the_first(options: Options) -> None:
    first = first_or_hand_over(Start.of(options))
    assert first is not None
    assert first.meeting == meeting(options.data_dir)
    first.give_up()


def test_that_a_second_start_hands_over(qtbot, reception, options, elsewhere) -> None:
    asked = Options(options.data_dir, paths=(os.path.abspath("a b"),), name="c")
    with qtbot.waitSignal(reception.asked) as heard:
        second = elsewhere(first_or_hand_over, Start.of(asked), "t_TIME1")
    assert outcome(qtbot, second) is None
    (handover,) = heard.args
    assert (handover.options, handover.token) == (asked, "t_TIME1")


def test_that_ten_thousand_paths_are_one_message(qtbot, reception, options, elsewhere) -> None:
    paths = tuple(os.path.abspath(f"folder {number}/日本の夏.txt") for number in range(messages.MOST_PATHS))
    with qtbot.waitSignal(reception.asked) as heard:
        elsewhere(first_or_hand_over, Start.of(Options(options.data_dir, paths=paths)))
    assert heard.args[0].options.paths == paths


def test_that_more_than_that_is_said_to_be_too_many(reception, options) -> None:
    with pytest.raises(ShareError) as told:
        first_or_hand_over(Start.of(Options(options.data_dir, paths=("/a",) * (messages.MOST_PATHS + 1))))
    assert told.value.problem.kind == "handover-too-large"


def test_that_another_data_folder_is_another_program(reception, options, tmp_path) -> None:
    first = first_or_hand_over(Start.of(Options(tmp_path / "other")))
    assert first is not None
    first.give_up()


@posix
def test_that_the_socket_of_a_crashed_program_is_in_nobodys_way(qtbot, place, options, elsewhere) -> None:
    with socket.socket(socket.AF_UNIX) as crashed:
        crashed.bind(place.server)
        crashed.listen()
    assert Path(place.server).exists()
    first = first_or_hand_over(Start.of(options))
    assert first is not None
    again = Reception(place, options)
    again.listen()
    with qtbot.waitSignal(again.asked):
        elsewhere(first_or_hand_over, Start.of(options))
    again.close()
    first.give_up()


@posix
def test_that_only_the_user_can_reach_it(reception, place) -> None:
    assert Path(place.server).stat().st_mode & 0o077 == 0


@posix
def test_that_a_program_that_hangs_is_named(place) -> None:
    with socket.socket(socket.AF_UNIX) as hanging:
        hanging.bind(place.server)
        hanging.listen()
        with pytest.raises(ShareError) as told:
            deliver(place.server, messages.encode(Handover(Options(Path("/x")))), limit=0.05)
    assert told.value.problem is handing_over.NOT_ANSWERING


def test_that_a_program_that_holds_the_lock_and_never_listens_is_named(place, options) -> None:
    give_up = take(place.lock)
    assert give_up is not None
    with pytest.raises(ShareError):
        first_or_hand_over(Start.of(options), limit=0)
    give_up()


def test_that_a_second_start_waits_for_one_that_is_starting(qtbot, place, options, elsewhere, monkeypatch) -> None:
    tried = threading.Event()
    original = handing_over.deliver
    monkeypatch.setattr(
        handing_over,
        "deliver",
        lambda *args: original(*args) or tried.set() or False,  # after a try that failed
    )
    give_up = take(place.lock)
    assert give_up is not None
    second = elsewhere(first_or_hand_over, Start.of(options))
    assert tried.wait(20)
    starting = Reception(place, options)
    with qtbot.waitSignal(starting.asked):
        starting.listen()
    assert outcome(qtbot, second) is None
    starting.close()
    give_up()


def test_that_a_second_start_takes_the_place_of_one_that_is_ending(place, options, elsewhere, monkeypatch) -> None:
    tried = threading.Event()
    monkeypatch.setattr(handing_over, "deliver", lambda *_: tried.set() or False)
    give_up = take(place.lock)
    assert give_up is not None
    second = elsewhere(first_or_hand_over, Start.of(options))
    assert tried.wait(20)
    give_up()
    first = second.result(20)
    assert first is not None
    first.give_up()


def test_that_of_several_at_once_exactly_one_is_the_first(place, options, elsewhere, monkeypatch) -> None:
    together = threading.Barrier(4)

    def start() -> Callable[[], None] | None:
        together.wait(20)
        return take(place.lock)

    firsts = [each.result(20) for each in [elsewhere(start) for _ in range(4)]]
    (give_up,) = [each for each in firsts if each is not None]
    give_up()


def test_that_quitting_is_asked_for_and_waited_for(qtbot, options, place, elsewhere) -> None:
    first = first_or_hand_over(Start.of(options))
    assert first is not None
    reception = Reception(place, options)
    reception.listen()
    with qtbot.waitSignal(reception.asked) as heard:
        asking = elsewhere(ask_to_quit, options.data_dir)
    assert heard.args[0].action == QUIT
    assert not asking.done()  # it is asked already, and not gone yet
    reception.close()
    first.give_up()
    outcome(qtbot, asking)


def test_that_where_none_runs_quitting_is_done_at_once(options) -> None:
    ask_to_quit(options.data_dir)


def connected(qtbot, place: Meeting) -> QLocalSocket:
    caller = QLocalSocket()
    caller.connectToServer(place.server)
    assert caller.waitForConnected()
    return caller


@pytest.mark.parametrize(
    "sent",
    [b"\xff\xff\xff\xff", b"GET / HTTP/1.1\r\n\r\n", messages._framed({"version": 99}), b"\0\0\0\2{}more"],
    ids=["too long", "another protocol", "another version", "more than it said"],
)
def test_that_hostile_words_are_refused_and_the_next_one_is_served(
    sent: bytes, qtbot, reception, place, options, elsewhere
) -> None:
    caller = connected(qtbot, place)
    with qtbot.assertNotEmitted(reception.asked), qtbot.waitSignal(caller.disconnected):
        caller.write(sent)
    assert messages.refusal(caller.readAll().data()[messages.HEADER :]) != ""
    with qtbot.waitSignal(reception.asked):
        elsewhere(first_or_hand_over, Start.of(options))


def test_that_who_says_nothing_is_hung_up_on(qtbot, reception, place, monkeypatch) -> None:
    monkeypatch.setattr(module, "_MESSAGE_LIMIT_MS", 50)
    caller = connected(qtbot, place)
    with qtbot.waitSignal(caller.disconnected):
        caller.write(b"\0\0")


def test_that_a_crowd_does_not_keep_the_next_one_out(qtbot, reception, place, options, elsewhere) -> None:
    crowd = [connected(qtbot, place) for _ in range(module._MOST_CALLERS + 8)]
    qtbot.waitUntil(lambda: sum(each.state() == QLocalSocket.LocalSocketState.UnconnectedState for each in crowd) == 8)
    for each in crowd:
        each.abort()
    qtbot.waitUntil(lambda: not reception._callers)
    with qtbot.waitSignal(reception.asked):
        elsewhere(first_or_hand_over, Start.of(options))


def test_that_who_refuses_is_quoted(qtbot, reception, options, elsewhere, monkeypatch) -> None:
    monkeypatch.setattr(messages, "VERSION", 2)
    message = messages.encode(Handover(options))
    monkeypatch.setattr(messages, "VERSION", 1)
    second = elsewhere(deliver, meeting(options.data_dir).server, message)
    qtbot.waitUntil(second.done)
    assert isinstance(second.exception(), ShareError)
    assert "another version" in str(second.exception())
