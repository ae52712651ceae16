"""Journal rows as line protocol, and what the exporter does with each answer of a receiver."""

from __future__ import annotations

import io
import json
import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.build import START
from tests.influx import Told, fed, many, open_journal, told
from tests.ports import free_port
from tongluo.config.models import InfluxIn
from tongluo.config.types import Secret
from tongluo.core.columns import Columns
from tongluo.core.effects import Condition, Decision, Effects
from tongluo.core.errors import PermanentFailure, TemporaryFailure
from tongluo.core.log import Log
from tongluo.core.words import Fate
from tongluo.daemon.cursor import Cursor, open_cursor
from tongluo.daemon.exporter import Exporter, Pipe
from tongluo.daemon.receiver import Receiver
from tongluo.store.influx import isolate, line_of, read
from tongluo.store.journal import Journal

NAN = float("nan")
RAIN = [(0, "q1/rain", "rain", "mm")]
NOBODY: frozenset[str] = frozenset()


def put(journal: Journal, columns: Columns, fate: list[int] | None = None) -> None:
    with journal.transaction():
        journal.readings(columns, fed(columns, fate), START)


def lines(journal: Journal, counters: frozenset[str] = NOBODY) -> list[str]:
    batch = read(journal.db, "readings", 0, 100, counters)
    return [line for _, line in batch.lines] if batch else []


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = open_journal(tmp_path, [*RAIN, (1, "z1/stage", "stage", "cm")])
    yield made
    made.close()


# lines


def test_only_what_was_or_will_be_judged_is_exported(journal: Journal) -> None:
    put(journal, Columns.of([0] * 7, list(range(1, 8)), [1.5] * 7), [int(f) for f in Fate])
    head = "reading,quantity=rain,sensor=rain,station=q1,unit=mm flag=1i,value=1.5"
    assert lines(journal) == [f"{head} 1", f"{head} 3"]


def test_a_missing_value_exports_its_flag_alone(journal: Journal) -> None:
    put(journal, Columns.of([0, 0], [1, 2], [NAN, float("inf")], [9, 4]))
    assert [line.split(" ")[1] for line in lines(journal)] == ["flag=9i", "flag=4i"]


def test_the_unit_is_the_one_values_are_kept_in(journal: Journal) -> None:
    """Declared to arrive in cm, kept in m."""
    put(journal, Columns.of([1], [5], [3.25]))
    assert lines(journal) == [
        "reading,quantity=stage,sensor=stage,station=z1,unit=m flag=1i,value=3.25 5"
    ]


def test_two_issues_for_one_hour_are_two_series(journal: Journal) -> None:
    issues = [START, START + 3_600_000]
    put(journal, Columns.of([1, 1], [START + 9_000_000] * 2, [3.0, 3.5], issued=issues))
    first, second = lines(journal)
    assert first.startswith("forecast,issue=2026-07-01T00:00:00+00:00,quantity=stage,")
    assert f"issued={START}i" in first
    assert first.split(" ")[0] != second.split(" ")[0]


def test_an_issue_time_beyond_every_calendar_stops_nothing(journal: Journal) -> None:
    put(journal, Columns.of([1], [START], [3.0], issued=[10**18]))
    assert f",issue={10**18}," in lines(journal)[0]


def test_a_counter_s_late_total_never_becomes_rain(journal: Journal) -> None:
    put(journal, Columns.of([0, 0], [2, 1], [812.5, 812.0]), [Fate.FED, Fate.LATE])
    counted, late = lines(journal, frozenset({"q1/rain"}))
    assert counted.split(" ")[1] == "flag=1i,value=812.5,total=812.5"
    assert late.split(" ")[1] == "flag=1i,total=812.0"


def test_a_reading_without_a_declared_sensor_is_not_dropped(journal: Journal) -> None:
    put(journal, Columns.of([7], [5], [1.0]))
    assert lines(journal)[0].startswith("reading,quantity=unknown,sensor=7,station=unknown ")


def test_decisions_and_conditions(journal: Journal) -> None:
    caused = Effects(
        decisions=[Decision(START, "ravine", "flash_flood", "none", "unknown", {})],
        conditions=[Condition("silent", "q1/rain", START, False)],
    )
    with journal.transaction():
        journal.effects(caused, START)
    got = [read(journal.db, table, 0, 9, NOBODY) for table in ("decisions", "conditions")]
    assert [batch.lines for batch in got if batch] == [
        [(1, f'assessment,area=ravine,hazard=flash_flood level=-1i,word="unknown" {START}')],
        [(1, f"condition,kind=silent,sensor=rain,station=q1 active=0i {START}")],
    ]


@given(value=st.floats(allow_nan=False, allow_infinity=False), t=st.integers(0, 2**42))
def test_a_value_is_written_in_full(value: float, t: int) -> None:
    line = line_of("readings", ("a/b", "rain", t, value, 1, 0, 0, value), NOBODY)
    found = re.fullmatch(r"\S+ flag=1i,value=(\S+) (\d+)", line)
    assert found is not None
    assert (float(found[1]), int(found[2])) == (value, t)


def test_a_batch_is_bounded_and_moves_on_over_rows_without_a_line(journal: Journal) -> None:
    put(journal, Columns.of([0] * 5, [1, 2, 3, 4, 5], [0.0] * 5), [0, 1, 1, 1, 0])
    steps, after = [], 0
    while batch := read(journal.db, "readings", after, 2, NOBODY):
        steps.append((batch.last, len(batch.lines)))
        after = batch.last
    assert steps == [(2, 1), (4, 0), (5, 1)]


# isolating what is refused


@given(bad=st.lists(st.booleans(), max_size=40))
def test_halving_refuses_the_bad_lines_and_no_other(bad: list[bool]) -> None:
    taken: list[str] = []

    def send(some: Sequence[str]) -> None:
        if any(line.startswith("bad") for line in some):
            raise PermanentFailure("400: unable to parse")
        taken.extend(some)

    every = [(n, f"{'bad' if b else 'good'}{n}") for n, b in enumerate(bad)]
    refused = isolate(every, send)
    assert refused == [(n, x, "400: unable to parse") for n, x in every if x.startswith("bad")]
    assert taken == [x for _, x in every if x.startswith("good")]


def test_a_receiver_that_goes_away_in_the_middle_leaves_the_batch_unsettled() -> None:
    def send(some: Sequence[str]) -> None:
        raise PermanentFailure("400") if len(some) > 1 else TemporaryFailure("away")

    with pytest.raises(TemporaryFailure):
        isolate([(1, "a"), (2, "b")], send)


# the receiver's answers


@pytest.fixture
def server() -> Iterator[Told]:
    with told() as state:
        yield state


def write(url: str, seconds: float = 5.0, token: Secret | None = None) -> None:
    receiver = Receiver(InfluxIn(url=url, org="county", bucket="warning", token=token))
    try:
        receiver.write(["a x=1 1", "b,s=雨 x=2 2"], seconds)
    finally:
        receiver.close()


def test_a_write_says_where_how_and_who(server: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INFLUX_TOKEN", "secret")
    write(server.url, token=Secret(env="INFLUX_TOKEN"))
    assert server.taken == ["a x=1 1", "b,s=雨 x=2 2"]
    assert server.query == {"org": ["county"], "bucket": ["warning"], "precision": ["ms"]}
    assert server.token == "Token secret"


@pytest.mark.parametrize("status", [400, 413, 422])
def test_bad_data_is_refused_for_good(server: Told, status: int) -> None:
    server.answer = lambda lines: (status, json.dumps({"message": "field type conflict"}))
    with pytest.raises(PermanentFailure, match=f"{status}: field type conflict"):
        write(server.url)
    assert server.requests == 1


@pytest.mark.parametrize("status", [200, 301, 401, 403, 404, 408, 429, 500, 503])
def test_trouble_of_the_receiver_is_not_the_data_s(server: Told, status: int) -> None:
    server.answer = lambda lines: (status, "<html>")
    with pytest.raises(TemporaryFailure, match=str(status)):
        write(server.url)
    assert server.requests == 1, "the client library has retries of its own"


def test_the_receiver_s_own_wait_is_kept(server: Told) -> None:
    server.answer, server.headers = lambda lines: (429, ""), {"Retry-After": "17"}
    with pytest.raises(TemporaryFailure) as caught:
        write(server.url)
    assert caught.value.retry_after == 17


def test_nobody_there_gives_the_same_words_each_time(server: Told, unused_port: int) -> None:
    for _ in range(2):
        with pytest.raises(TemporaryFailure, match=r"^cannot be reached$"):
            write(f"http://127.0.0.1:{unused_port}")


@pytest.fixture
def unused_port() -> int:
    return free_port()


# cursor and rounds


@pytest.fixture
def exporter(tmp_path: Path, journal: Journal, server: Told) -> Iterator[Exporter]:
    end, write_end = os.pipe()
    influx = InfluxIn(url=server.url)
    made = Exporter(influx, NOBODY, tmp_path, Pipe(end), Log("exporter", io.StringIO()))
    yield made
    made.close()
    os.close(end)
    os.close(write_end)


def drain(exporter: Exporter) -> int:
    rounds = 0
    while exporter.round():
        rounds += 1
    return rounds


def refusing(word: str) -> Callable[[list[str]], tuple[int, str]]:
    return lambda lines: (400, "no") if any(word in line for line in lines) else (204, "")


def test_a_bad_line_is_kept_with_its_reason_and_the_rest_goes_on(
    tmp_path: Path, journal: Journal, server: Told, exporter: Exporter
) -> None:
    put(
        journal,
        Columns.of([0] * 900, list(range(900)), [666.0 if k == 321 else 1.0 for k in range(900)]),
    )
    server.answer = refusing("666.0")
    drain(exporter)
    kept = exporter.cursor.db.execute("SELECT source, row, line, reason FROM refused").fetchall()
    assert [(source, row, reason) for source, row, _, reason in kept] == [
        ("readings", 322, "400: no")
    ]
    assert "value=666.0 321" in kept[0][2]
    assert len(server.taken) == len(set(server.taken)) == 899
    assert exporter.behind("readings") == 0


def test_an_away_receiver_moves_no_cursor(
    journal: Journal, server: Told, exporter: Exporter
) -> None:
    many(journal, 300)
    server.answer = lambda lines: (503, "")
    with pytest.raises(TemporaryFailure):
        exporter.round()
    assert exporter.cursor.row("readings") == 0
    server.answer = lambda lines: (204, "")
    assert drain(exporter) == 1
    assert len(server.taken) == 297


def test_a_backlog_of_readings_does_not_hold_up_decisions(
    journal: Journal, server: Told, exporter: Exporter
) -> None:
    many(journal, 12_000)
    with journal.transaction():
        journal.effects(Effects(decisions=[Decision(1, "a", "landslide", "none", "red", {})]), 1)
    exporter.round()
    assert exporter.behind("decisions") == 0
    assert exporter.behind("readings") == 7000


def test_another_journal_in_the_folder_is_exported_from_its_first_row(
    tmp_path: Path, journal: Journal, server: Told, exporter: Exporter
) -> None:
    many(journal, 300)
    drain(exporter)
    for file in tmp_path.glob("journal.db*"):
        file.unlink()
    other = Journal(tmp_path / "journal.db")
    with other.transaction():
        other.configuration("{}", RAIN, Effects(), START + 1)
    many(other, 400)
    end, write_end = os.pipe()
    said = io.StringIO()
    again = Exporter(InfluxIn(url=server.url), NOBODY, tmp_path, Pipe(end), Log("x", said))
    assert again.behind("readings") == 400
    assert "another journal" in said.getvalue()
    again.close()
    other.close()
    os.close(end)
    os.close(write_end)


def test_a_journal_shorter_than_the_cursor_is_exported_again(
    journal: Journal, server: Told, exporter: Exporter
) -> None:
    """Restored from an older copy: rows past the copy were never sent."""
    many(journal, 300)
    drain(exporter)
    with journal.transaction():
        journal.db.execute("DELETE FROM readings WHERE id > 200")
    exporter.round()
    assert exporter.behind("readings") == 200


def test_a_broken_cursor_file_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "exporter.db").write_bytes(b"no database at all, " * 99)
    said = io.StringIO()
    cursor = open_cursor(tmp_path / "exporter.db", Log("exporter", said))
    assert cursor.row("readings") == 0
    assert (tmp_path / "exporter.db.broken").exists()
    assert "set aside" in said.getvalue()
    cursor.db.close()


def test_refused_lines_and_position_are_one_transaction(tmp_path: Path, journal: Journal) -> None:
    put(journal, Columns.of([0], [1], [1.0]))
    batch = read(journal.db, "readings", 0, 9, NOBODY)
    assert batch is not None
    cursor = Cursor(tmp_path / "exporter.db")
    with pytest.raises(sqlite3.IntegrityError):
        cursor.advance(batch, [(1, "line", None)], START)  # on purpose: no text
    assert cursor.row("readings") == 0
    cursor.advance(batch, [(1, "line", "why")], START)
    assert cursor.row("readings") == 1
    cursor.db.close()


def test_the_end_of_the_pipe_is_seen_and_leaves_little_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end, write_end = os.pipe()
    pipe, clock = Pipe(end), [100.0]
    monkeypatch.setattr("tongluo.daemon.exporter.monotonic", lambda: clock[0])
    os.write(write_end, b"..")
    assert pipe.left() == 5.0
    os.close(write_end)
    assert pipe.left() == 3.0
    clock[0] += 3.5
    with pytest.raises(TemporaryFailure):
        pipe.left()
    os.close(end)
