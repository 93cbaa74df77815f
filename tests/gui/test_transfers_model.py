"""The transfers as rows: the running ones on top, and only what changed is announced."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from window_parts import StandInBridge, StandInTransfers

from desktop_share.core.reasons import Reason
from desktop_share.core.transfers import Transfer, TransferState
from desktop_share.gui import transfers_model
from desktop_share.gui.row_words import Tone
from desktop_share.gui.transfer_words import (
    Cell,
    TransferColumn,
    device_cell,
    downloads_now,
    file_cell,
    paused_words,
    state_cell,
)
from desktop_share.gui.transfers_model import CELL_ROLE, TransfersModel

MB = 1_000_000


def transfer(number: int = 1, **changes: object) -> Transfer:
    made = Transfer(
        id=f"t{number}",
        item_id="i",
        item_name=f"film {number}.mp4",
        client="192.168.1.31",
        device="Chrome on Android",
        total=60 * MB,
        started=1_700_000_000.0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def finished(each: Transfer) -> Transfer:
    return replace(each, state=TransferState.FINISHED, sent=each.total or 0, rate=3e6, ended=each.started + 20)


def aborted(each: Transfer, reason: str = Reason.CLIENT_LEFT) -> Transfer:
    return replace(each, state=TransferState.ABORTED, reason=reason, ended=each.started + 5)


@pytest.fixture
def bridge(qapp) -> StandInBridge:
    return StandInBridge()


@pytest.fixture
def model(bridge: StandInBridge) -> Iterator[TransfersModel]:
    made = TransfersModel(StandInTransfers(), bridge)  # type: ignore[arg-type]
    tester = QAbstractItemModelTester(made, QAbstractItemModelTester.FailureReportingMode.Fatal)
    yield made
    del tester


def ids(model: TransfersModel) -> list[str]:
    return [model.transfer_at(row).id for row in range(model.rowCount())]


def announced(model: TransfersModel) -> list[tuple[int, int, int]]:
    """(row, first column, last column) of what is announced from now on."""
    heard: list[tuple[int, int, int]] = []

    def note(first: QModelIndex, last: QModelIndex) -> None:
        assert first.row() == last.row()
        heard.append((first.row(), first.column(), last.column()))

    model.dataChanged.connect(note)
    return heard


def test_that_a_new_transfer_is_a_row_at_once_and_the_latest_is_on_top(model, bridge) -> None:
    for number in (1, 2, 3):
        bridge.transfer_changed.emit(transfer(number))
    assert ids(model) == ["t3", "t2", "t1"]
    assert (model.running, model.finished) == (3, 0)


def test_that_the_snapshot_and_late_events_make_no_row_twice(bridge) -> None:
    one, two = finished(transfer(1)), transfer(2)
    model = TransfersModel(StandInTransfers(one, two), bridge)
    for late in (transfer(1), transfer(2), one):
        bridge.transfer_changed.emit(late)
    assert ids(model) == ["t2", "t1"]
    assert (model.running, model.finished) == (1, 1)


def test_that_progress_is_announced_once_for_many_events_and_only_where_it_shows(qtbot, model, bridge) -> None:
    for number in (1, 2):
        bridge.transfer_changed.emit(transfer(number))
    heard = announced(model)
    with qtbot.waitSignal(model.dataChanged):
        for sent in range(1, 50):
            bridge.transfer_changed.emit(transfer(1, sent=sent * MB, rate=3e6))
    assert heard == [(1, TransferColumn.FILE, TransferColumn.STATE)]
    assert model.index(1, TransferColumn.FILE).data(CELL_ROLE).second == "49.0 MB of 60.0 MB"


def test_that_nothing_is_announced_where_nothing_would_look_different(qtbot, model, bridge) -> None:
    bridge.transfer_changed.emit(transfer(1, sent=1))
    heard = announced(model)
    bridge.transfer_changed.emit(replace(transfer(1, sent=1), item_id="i"))
    bridge.transfer_changed.emit(transfer(2))
    with qtbot.waitSignal(model.dataChanged):
        bridge.transfer_changed.emit(transfer(2, sent=MB))
    assert [row for row, _, _ in heard] == [0]


def test_that_what_ends_goes_below_what_runs(qtbot, model, bridge) -> None:
    running = [transfer(number) for number in range(1, 5)]
    for each in running:
        bridge.transfer_changed.emit(each)
    kept = model.index(0, 0)
    with qtbot.waitSignals([model.counted] * 2):
        bridge.transfer_changed.emit(finished(running[3]))
        bridge.transfer_changed.emit(aborted(running[1]))
    assert ids(model) == ["t3", "t1", "t2", "t4"]
    assert (model.running, model.finished) == (2, 1)
    bridge.transfer_changed.emit(transfer(5))
    assert ids(model) == ["t5", "t3", "t1", "t2", "t4"]
    assert kept.isValid()


def test_that_an_end_is_not_taken_back_by_an_older_event(qtbot, model, bridge) -> None:
    bridge.transfer_changed.emit(transfer(1))
    with qtbot.waitSignal(model.counted):
        bridge.transfer_changed.emit(finished(transfer(1)))
        bridge.transfer_changed.emit(transfer(1, sent=5))
    assert model.transfer_at(0).state is TransferState.FINISHED
    bridge.transfer_changed.emit(transfer(1, sent=5))
    assert ids(model) == ["t1"]


def test_that_old_ended_rows_go_and_running_ones_never(monkeypatch, model, bridge) -> None:
    monkeypatch.setattr(transfers_model, "MOST_ENDED", 3)
    bridge.transfer_changed.emit(transfer(0))
    for number in range(1, 6):
        bridge.transfer_changed.emit(finished(transfer(number)))
    assert ids(model) == ["t0", "t5", "t4", "t3"]
    assert model.finished == 5


def test_that_a_screen_reader_hears_all_of_a_cell_and_what_the_button_does(model, bridge) -> None:
    bridge.transfer_changed.emit(transfer(1, sent=15 * MB))
    texts = [model.index(0, column).data(Qt.ItemDataRole.AccessibleTextRole) for column in TransferColumn]
    assert texts == [
        "Chrome on Android, 192.168.1.31",
        "film 1.mp4, 15.0 MB of 60.0 MB, 25%",
        "Waiting, nothing moves just now",
        "Cancel the download of “film 1.mp4”",
    ]


def test_that_a_name_is_never_rich_text(model, bridge) -> None:
    bridge.transfer_changed.emit(transfer(1, item_name="<img src=x> & co"))
    tip = model.index(0, TransferColumn.FILE).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;img src=x> &amp; co" in tip


@pytest.mark.parametrize(
    ("of", "cell"),
    [
        (transfer(rate=3e6, sent=12 * MB), Cell("3.0 MB/s", "16 s left", Tone.ACTIVE)),
        (transfer(rate=3e6, total=None), Cell("3.0 MB/s", "", Tone.ACTIVE)),
        (transfer(), Cell("Waiting", "nothing moves just now", Tone.ACTIVE)),
        (finished(transfer()), Cell("Finished", "3.0 MB/s")),
        (finished(transfer(total=3)), Cell("Finished", "")),
        (aborted(transfer(), Reason.CANCELLED), Cell("Cancelled", "You cancelled it.", Tone.PROBLEM)),
        (aborted(transfer(), Reason.REMOVED), Cell("Cancelled", "You stopped sharing it.", Tone.PROBLEM)),
        (aborted(transfer()), Cell("Not finished", "The other device closed the connection.", Tone.PROBLEM)),
    ],
)
def test_that_a_state_is_said_in_plain_words(of: Transfer, cell: Cell) -> None:
    assert state_cell(of) == cell


@pytest.mark.parametrize(
    ("of", "second", "fraction"),
    [
        (transfer(sent=15 * MB), "15.0 MB of 60.0 MB", 0.25),
        (transfer(sent=15 * MB, total=None), "15.0 MB", None),
        (transfer(total=0), "0 B of 0 B", None),
        (finished(transfer()), "60.0 MB", None),
        (aborted(transfer(sent=15 * MB)), "15.0 MB of 60.0 MB", None),
    ],
)
def test_that_a_file_says_how_much_of_it_is_there(of: Transfer, second: str, fraction: float | None) -> None:
    assert file_cell(of) == Cell("film 1.mp4", second, fraction=fraction)


def test_that_an_unknown_device_has_a_name_too() -> None:
    assert device_cell(transfer(device="")) == Cell("A device", "192.168.1.31")


def test_that_downloads_are_counted_in_words() -> None:
    said = [downloads_now(*each) for each in ((0, 0), (1, 0), (0, 1), (2, 1), (5, 0))]
    assert said == ["", "1 download", "1 download, 1 now", "3 downloads, 1 now", "5 downloads"]
    assert paused_words(1) == "Paused. 1 download finishes first."
    assert paused_words(2) == "Paused. 2 downloads finish first."
