"""The history: written beside the serving, bounded, searchable, and harmless to what opens it."""

from __future__ import annotations

import csv
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from support.logs import LogWatch

from desktop_share.core.errors import Problem, StorageError
from desktop_share.core.history import History, defused
from desktop_share.core.history_table import HistoryEntry
from desktop_share.core.migrations import MIGRATIONS, migrate
from desktop_share.core.reasons import Reason
from desktop_share.core.sqlite_store import Storage
from desktop_share.core.storage import open_storage
from desktop_share.core.transfers import Transfer, TransferState

FULL = Problem("storage-full", "Full.", "Make room.")


def ended(number: int = 1, **changes: object) -> Transfer:
    transfer = Transfer(
        id=f"t{number}",
        item_id="i",
        item_name=f"report {number}.pdf",
        client="192.168.1.31",
        device="Chrome on Android",
        total=1000,
        started=1_700_000_000.0 + number,
        sent=1000,
        rate=500.0,
        state=TransferState.FINISHED,
        ended=1_700_000_002.0 + number,
    )
    return replace(transfer, **changes)  # type: ignore[arg-type]


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[Storage]:
    opened = open_storage(tmp_path / "kept")
    assert opened.problems == ()
    yield opened.storage
    opened.storage.close()


@pytest.fixture
def history(storage: Storage) -> Iterator[History]:
    made = History(storage, bound=50)
    yield made
    made.close()


def written(history: History, *transfers: Transfer) -> None:
    """Record these and wait until they are on the disk."""
    done = threading.Event()
    end = history.changed.subscribe(lambda _: done.set() if not history._pending else None)
    for each in transfers:
        history.record(each)
    assert done.wait(20)
    end()


def names(entries: Sequence[HistoryEntry]) -> list[str]:
    return [entry.transfer.item_name for entry in entries]


def test_that_an_entry_comes_back_as_the_transfer_was(history: History) -> None:
    one = ended(1, total=None, device="", state=TransferState.ABORTED, reason=Reason.CANCELLED, sent=7, rate=3.5)
    written(history, one)
    assert [entry.transfer for entry in history.search()] == [one]


def test_that_entries_are_there_after_a_restart(tmp_path: Path) -> None:
    for number in (1, 2):
        opened = open_storage(tmp_path)
        history = History(opened.storage)
        history.record(ended(number))
        history.close()
        opened.storage.close()
    opened = open_storage(tmp_path)
    assert names(opened.storage.search_history("", None, 10)) == ["report 2.pdf", "report 1.pdf"]
    opened.storage.close()


def test_that_what_still_runs_is_not_written(history: History) -> None:
    history.record(ended(1, state=TransferState.STARTED, ended=None))
    written(history, ended(2))
    assert names(history.search()) == ["report 2.pdf"]


def test_that_it_can_be_switched_off_and_on_at_any_time(storage: Storage) -> None:
    on = True
    history = History(storage, lambda: on)
    written(history, ended(1))
    on = False
    history.record(ended(2))
    on = True
    written(history, ended(3))
    assert names(history.search()) == ["report 3.pdf", "report 1.pdf"]
    history.close()


def test_that_the_oldest_entries_go_where_there_are_too_many(history: History) -> None:
    written(history, *(ended(number) for number in range(40)))
    written(history, *(ended(number) for number in range(40, 73)))
    assert names(history.search(limit=100)) == [f"report {number}.pdf" for number in range(72, 22, -1)]


def test_that_the_bound_holds_after_clearing_too(history: History) -> None:
    written(history, *(ended(number) for number in range(60)))
    history.clear()
    written(history, *(ended(number) for number in range(30)))
    assert len(history.search(limit=100)) == 30


def test_that_pages_follow_one_another_without_gap_or_repetition(history: History) -> None:
    written(history, *(ended(number) for number in range(10)))
    first = history.search(limit=4)
    written(history, ended(10))  # what comes in meanwhile moves nothing
    second = history.search(before=first[-1].number, limit=4)
    third = history.search(before=second[-1].number, limit=4)
    assert names([*first, *second, *third]) == [f"report {number}.pdf" for number in range(9, -1, -1)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", ["c", "b", "a"]),
        ("   ", ["c", "b", "a"]),
        ("holiday", ["a"]),
        ("HOLIDAY", ["a"]),
        ("straße", ["b"]),
        ("STRASSE", ["b"]),
        ("cafe\u0301", ["c"]),  # the accent as a character of its own
        ("CAFÉ", ["c"]),
        ("android", ["c", "a"]),
        ("firefox 10.0", ["b"]),
        ("192.168 holi", ["a"]),
        ("holiday firefox", []),
        ("%", ["c"]),
        ("_", []),
        ("100%", ["c"]),
        ("'; DROP TABLE history; --", []),
    ],
)
def test_that_a_search_finds_every_word_in_file_device_or_address(
    history: History, text: str, found: list[str]
) -> None:
    written(
        history,
        ended(1, id="a", item_name="Holiday.zip"),
        ended(2, id="b", item_name="Hauptstraße.jpg", device="Firefox on Linux", client="10.0.0.2"),
        ended(3, id="c", item_name="Café 100%.txt", client="fe80::1%wlan0"),
    )
    assert [entry.transfer.id for entry in history.search(text)] == found


@pytest.mark.parametrize("name", ["nul\x00name", "caf\udce9.txt", "\u202egnp.exe", "\U0001f5fb"])
def test_that_no_name_is_too_odd_to_be_written(history: History, name: str) -> None:
    written(history, ended(1, item_name=name))
    assert history.search()[0].transfer.item_name == name.replace("\udce9", "?")


def test_that_clearing_forgets_what_is_still_waiting_too(history: History) -> None:
    written(history, ended(1))
    history.clear()
    assert history.search() == []


class BrokenStore(Storage):
    """Takes nothing while it is broken."""

    def __init__(self) -> None:
        super().__init__(sqlite3.connect(":memory:"))
        self.broken = True
        self.rows: list[Transfer] = []

    def add_history(self, ended: Sequence[Transfer], bound: int) -> None:  # noqa: ARG002
        if self.broken:
            raise StorageError(FULL)
        self.rows += ended


def test_that_a_full_disk_is_said_once_and_the_entries_come_later(expected_logs: LogWatch) -> None:
    store = BrokenStore()
    history = History(store, bound=3)
    heard: list[Problem | None] = []
    told = threading.Semaphore(0)
    history.changed.subscribe(lambda problem: (heard.append(problem), told.release()))
    with expected_logs("history could not be written"):
        for number in range(1, 6):
            history.record(ended(number))
            assert told.acquire(timeout=20)
    assert heard == [FULL] * 5
    assert history.problem == FULL
    store.broken = False
    history.record(ended(6))
    assert told.acquire(timeout=20)
    assert [each.id for each in store.rows] == ["t4", "t5", "t6"]
    assert history.problem is None
    history.close()
    store.close()


def test_that_recording_waits_for_no_disk(storage: Storage) -> None:
    history = History(storage)
    with storage._lock:  # as a disk that does not answer
        for number in range(100):
            history.record(ended(number))
    history.close()
    assert len(storage.search_history("", None, 200)) == 100


def test_that_nothing_is_recorded_after_the_end(storage: Storage) -> None:
    history = History(storage)
    history.close()
    history.record(ended(1))
    history.close()
    assert storage.search_history("", None, 10) == []


def test_that_an_older_database_gets_the_table_and_keeps_its_settings(tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "desktop-share.sqlite3", isolation_level=None)
    migrate(database, MIGRATIONS[:1])
    database.execute("INSERT INTO settings (name, value) VALUES ('theme', '\"dark\"')")
    database.close()
    opened = open_storage(tmp_path)
    assert opened.problems == ()
    assert opened.storage.load_settings() == {"theme": "dark"}
    assert opened.storage.search_history("", None, 10) == []
    opened.storage.close()


# -- CSV


def test_that_the_export_is_what_a_spreadsheet_reads(history: History, tmp_path: Path) -> None:
    odd = 'a "quoted", name;\nwith a line break – 日本語.txt'
    written(history, ended(1, item_name=odd), ended(2, state=TransferState.ABORTED, reason=Reason.REMOVED, total=None))
    file = tmp_path / "history.csv"
    assert history.export(file) == 2
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        head, second, first = csv.reader(lines)
    assert head[2:5] == ["File", "Device", "Address"]
    assert first[2:] == [odd, "Chrome on Android", "192.168.1.31", "1000", "1000", "finished", ""]
    assert second[5:] == ["1000", "", "cancelled", "You stopped sharing it."]
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r"])
def test_that_no_name_becomes_a_formula(history: History, tmp_path: Path, begin: str) -> None:
    name = f'{begin}HYPERLINK("http://x","y")'
    written(history, ended(1, item_name=name))
    file = tmp_path / "history.csv"
    history.export(file)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        assert list(csv.reader(lines))[1][2] == f"'{name}"


@pytest.mark.parametrize("text", ["", "report.pdf", "a=b", "1-2"])
def test_that_an_ordinary_cell_stays_as_it_is(text: str) -> None:
    assert defused(text) == text


def test_that_an_export_is_what_the_search_shows_over_many_pages(history: History, tmp_path: Path) -> None:
    history = History(history._store, bound=1000)
    written(
        history, *(ended(number, item_name=f"{'even' if number % 2 == 0 else 'odd'} {number}") for number in range(900))
    )
    assert history.export(tmp_path / "all.csv") == 900
    assert history.export(tmp_path / "even.csv", "EVEN") == 450
    history.close()


def test_that_an_export_that_fails_leaves_the_older_file_as_it_was(history: History, tmp_path: Path) -> None:
    file = tmp_path / "history.csv"
    file.write_text("older")
    written(history, ended(1))

    def fail(_text: str) -> str:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        history.export(file, translate=fail)
    assert file.read_text() == "older"
    assert [path.name for path in tmp_path.glob("history*")] == ["history.csv"]


def test_that_a_link_has_its_receipts_newest_first_and_no_others(history: History) -> None:
    mine = [ended(number, link_id="mine") for number in (1, 3, 5)]
    written(history, mine[0], ended(2, link_id="other"), mine[1], ended(4), replace(mine[2], reason="Left."))
    found = history.downloads_of("mine")
    assert [each.transfer.id for each in found] == ["t5", "t3", "t1"]
    assert {each.transfer.link_id for each in found} == {"mine"}
    assert found[0].transfer.reason == "Left."
    assert [each.transfer.id for each in history.downloads_of("mine", limit=1)] == ["t5"]
    assert history.downloads_of("unheard of") == []
