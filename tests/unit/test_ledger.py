"""Received against expected, on journals small enough to count by hand."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongluo.core.times import DAY, MINUTE
from tongluo.core.words import Fate
from tongluo.store.ledger import Ledger, first_row, ledger
from tongluo.store.schema import migrate

CADENCE = 5 * MINUTE
T0 = 1_782_864_000_000


def journal(rows: Iterable[tuple[int, int, Fate]]) -> sqlite3.Connection:
    """(sensor, minute of event and arrival, fate), in order of arrival."""
    db = sqlite3.connect(":memory:", isolation_level=None)
    migrate(db)
    db.executemany(
        "INSERT INTO readings (seq, sensor, t, value, flag, fate, arrival) VALUES (1,?,?,1,1,?,?)",
        [(sensor, T0 + m * MINUTE, int(fate), T0 + m * MINUTE) for sensor, m, fate in rows],
    )
    return db


def hour(rows: Iterable[tuple[int, int, Fate]], minutes: int = 60) -> Ledger:
    db = journal(rows)
    try:
        return ledger(db, 0, CADENCE, T0, T0 + minutes * MINUTE)
    finally:
        db.close()


def fed(*minutes: int) -> list[tuple[int, int, Fate]]:
    return [(0, m, Fate.FED) for m in minutes]


def test_a_sensor_that_sent_all_it_should_has_no_gap() -> None:
    told = hour(fed(*range(0, 60, 5)))
    assert told == Ledger(12, 12, 0, 0, [])
    assert told.missing == 0


def test_nothing_received_is_one_gap_over_all_the_time() -> None:
    assert hour([]) == Ledger(12, 0, 0, 0, [(T0, T0 + 60 * MINUTE, 12)])


def test_a_gap_counts_the_readings_that_never_came() -> None:
    told = hour(fed(0, 5, 10, 40, 45, 50, 55))
    assert (told.expected, told.received, told.missing) == (12, 7, 5)
    assert told.gaps == [(T0 + 10 * MINUTE, T0 + 40 * MINUTE, 5)]


def test_one_reading_missing_is_counted_but_is_no_gap_to_list() -> None:
    told = hour(fed(*(m for m in range(0, 60, 5) if m != 20)))
    assert (told.missing, told.gaps) == (1, [])


def test_a_sensor_that_fell_silent_has_an_open_gap_at_the_end() -> None:
    told = hour(fed(0, 5))
    assert told.gaps == [(T0 + 5 * MINUTE, T0 + 60 * MINUTE, 10)]
    assert told.received + told.missing == told.expected


def test_a_duplicate_is_no_second_reading_and_a_late_one_fills_its_place() -> None:
    rows = [*fed(0, 5, 15), (0, 15, Fate.DUPLICATE), (0, 15, Fate.CONFLICT), (0, 10, Fate.LATE)]
    told = hour(rows, 20)
    assert told == Ledger(4, 4, 2, 1, [])


def test_readings_that_cannot_be_dated_do_not_count_as_received() -> None:
    told = hour([(0, 0, Fate.FED), (0, 5, Fate.FUTURE), (0, 10, Fate.EPOCH)], 15)
    assert (told.expected, told.received) == (3, 1)


def test_another_sensor_is_not_mixed_in() -> None:
    assert hour([(1, m, Fate.FED) for m in range(0, 60, 5)]).received == 0


def test_the_phase_of_a_station_does_not_matter() -> None:
    told = hour(fed(*range(2, 60, 5)))
    assert (told.expected, told.received, told.gaps) == (12, 12, [])


@given(st.sets(st.integers(0, 47)))
def test_received_and_missing_add_up_to_expected(slots: set[int]) -> None:
    told = hour(fed(*(5 * slot for slot in sorted(slots))), 240)
    assert told.expected == 48
    assert told.received + told.missing == 48
    assert sum(gap[2] for gap in told.gaps) <= told.missing


@pytest.mark.parametrize("kept", [1, 2, 7, 100])
def test_old_rows_are_passed_over_without_reading_them(kept: int) -> None:
    days = [(0, n * 24 * 60, Fate.FED) for n in range(100)]
    db = journal(days)
    try:
        db.execute("DELETE FROM readings WHERE id <= ?", (100 - kept,))  # retention
        found = first_row(db, T0 + 98 * DAY)
        ids = db.execute("SELECT id FROM readings WHERE arrival >= ?", (T0 + 98 * DAY,))
        assert found == min(i for (i,) in ids)
        assert first_row(db, T0 + 1000 * DAY) == 101
    finally:
        db.close()


def test_an_empty_journal_has_no_rows_to_pass_over() -> None:
    assert hour([], 0) == Ledger(0, 0, 0, 0, [])
