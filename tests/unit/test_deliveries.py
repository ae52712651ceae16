"""The dispatcher's rows: in the order of a warning's versions, highest warning first, once each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongluo.core.words import DeliveryState
from tongluo.daemon import deliveries_rows
from tongluo.daemon.deliveries import OVERTAKEN, Deliveries, Outcome, Planned
from tongluo.daemon.lock import locked


def planned(event: str, version: int, level: int) -> Planned:
    name = f"{event}.v{version}"
    return Planned(f"{name}:c:a", name, event, "c", "a", level)


@pytest.fixture
def rows(tmp_path: Path) -> Deliveries:
    return Deliveries(tmp_path / "deliveries.db")


def names(rows: Deliveries, now: int = 0) -> list[str]:
    return [row.identifier for row in rows.take("c", 16, now, sure=True)]


def test_a_version_never_overtakes_an_earlier_one_of_its_warning(rows: Deliveries) -> None:
    rows.plan([planned("one", v, v) for v in (1, 2, 3)], 3, 0)
    sent = []
    for _ in range(3):
        (name,) = names(rows)
        assert names(rows) == []
        rows.settle([Outcome(f"{name}:c:a", DeliveryState.ACCEPTED, 0)])
        sent.append(name)
    assert sent == ["one.v1", "one.v2", "one.v3"]
    rows.close()


def test_one_put_off_is_overtaken_by_a_later_one_of_its_warning_only(rows: Deliveries) -> None:
    """A yellow that a vendor's limit holds back does not hold back the red."""
    rows.plan([planned("one", 1, 2), planned("one", 2, 4), planned("two", 1, 1)], 3, 0)
    assert names(rows) == ["one.v1", "two.v1"]
    assert names(rows, 30_000) == []  # it may be going out at this moment
    put_off = (("one.v1:c:a", DeliveryState.QUEUED), ("two.v1:c:a", DeliveryState.QUEUED))
    rows.settle([Outcome(key, state, 0, "the limit", due=60_000) for key, state in put_off])
    assert names(rows, 30_000) == ["one.v2"]
    rows.settle([Outcome("one.v2:c:a", DeliveryState.QUEUED, 30_000, "away", due=90_000)])
    assert names(rows, 60_000) == ["two.v1"]
    assert names(rows, 90_000) == ["one.v2"]
    found = "SELECT state, detail FROM deliveries WHERE key = 'one.v1:c:a'"
    assert rows._db.execute(found).fetchone() == ("expired", OVERTAKEN)
    rows.close()


def test_one_put_off_goes_first_when_both_are_due(rows: Deliveries) -> None:
    rows.plan([planned("one", 1, 2), planned("one", 2, 4)], 2, 0)
    assert names(rows) == ["one.v1"]
    rows.settle([Outcome("one.v1:c:a", DeliveryState.QUEUED, 0, "busy", due=60_000)])
    assert names(rows, 60_000) == ["one.v1"] and names(rows, 60_000) == []
    rows.close()


def test_the_warning_with_the_highest_version_waiting_goes_first(rows: Deliveries) -> None:
    rows.plan([planned("low", 1, 2), planned("high", 1, 1), planned("high", 2, 4)], 3, 0)
    assert names(rows) == ["high.v1", "low.v1"]
    rows.close()


def test_planning_again_and_an_older_journal_are_harmless(rows: Deliveries) -> None:
    for _ in range(2):
        rows.plan([planned("one", 1, 1)], 7, 0)
    assert (rows.cursor(7), rows.cursor(3)) == (7, 0)
    assert names(rows) == ["one.v1"]
    rows.close()


def test_a_store_has_one_process_at_a_time(tmp_path: Path) -> None:
    first = locked(tmp_path / "daemon.lock", wait=False)
    assert first is not None
    assert locked(tmp_path / "daemon.lock", wait=False) is None
    first.close()
    again = locked(tmp_path / "daemon.lock", wait=False)
    assert again is not None
    again.close()


def test_a_fan_of_a_later_version_waits_for_those_still_on_their_way(rows: Deliveries) -> None:
    """Target by target: the rest goes out meanwhile, and nobody gets the versions in reverse."""
    people = [f"p{n}" for n in range(200)]
    for v in (1, 2):
        fan = replace(planned("one", v, v + 1), target="area", key=f"one.v{v}:c:area")
        rows.plan([], v, 0, [fan])
        rows.spread(fan, people, 0)
    first = rows.take("c", 200, 0, sure=True)
    assert [(r.identifier, r.target) for r in first] == [("one.v1", p) for p in people]
    later = [r.key for r in first[::2]]
    rows.settle([Outcome(r.key, DeliveryState.ACCEPTED, 0) for r in first[1::2]])
    rows.settle([Outcome(key, DeliveryState.QUEUED, 0, "busy", due=60_000) for key in later])
    second = rows.take("c", 200, 60_000, sure=True)
    assert [r.key for r in second] == later + [f"one.v2:c:{p}" for p in people[1::2]]
    rows.settle([Outcome(key, DeliveryState.FAILED, 60_000) for key in later])
    rest = rows.take("c", 200, 60_001, sure=True)
    assert [r.key for r in rest] == [f"one.v2:c:{p}" for p in people[::2]]
    rows.close()


def test_after_an_outage_a_take_reads_few_of_those_that_wait(rows: Deliveries) -> None:
    people = [f"p{n}" for n in range(2000)]
    fan = replace(planned("one", 1, 4), target="area", key="one.v1:c:area")
    rows.spread(fan, people, 0)
    taken = rows.take("c", 2000, 0, sure=False)
    rows.settle([Outcome(row.key, DeliveryState.QUEUED, 0, "away", due=1) for row in taken])
    steps = list[int]()
    rows._db.set_progress_handler(lambda: steps.append(1), 10)
    first = rows.take("c", 16, 1, sure=False)
    rows._db.set_progress_handler(None, 10)
    assert len(steps) * 10 < 5000  # all of them: 20 000
    rest = rows.take("c", 2000, 1, sure=False)
    assert [row.target for row in first + rest] == people
    rows.close()


def test_a_receipt_for_what_the_file_knows_no_attempt_of_is_kept(rows: Deliveries) -> None:
    """After a power cut the mark of the last attempts may be gone; their receipts come still."""
    rows.plan([planned("one", 1, 1)], 1, 0)
    assert rows.receive("one.v1:c:a", DeliveryState.DELIVERED, 0, "raw", 1)
    assert names(rows) == []
    rows.close()


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_every_delivery_is_taken_once_in_the_order_of_its_warning(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Against a plain list: versions of two warnings to four people, taken bit by bit."""
    folder = tmp_path_factory.mktemp("rows")
    rows, want, urgency = Deliveries(folder / "d.db"), list[str](), dict[str, int]()
    for n in range(data.draw(st.integers(1, 6))):
        event, level = data.draw(st.sampled_from("ab")), data.draw(st.integers(0, 4))
        fan = replace(planned(event, n, level), target="area", key=f"{event}.v{n}:c:area")
        people = data.draw(st.lists(st.sampled_from("wxyz"), min_size=1, unique=True))
        rows.plan([], n, 0, [fan])
        rows.spread(fan, [(p, data.draw(st.sampled_from(["x", "y"]))) for p in people], 0)
        want += [f"{event}.v{n}:c:{p}" for p in people]
        urgency[event] = max(urgency.get(event, 0), level)
    got: list[str] = []
    while some := rows.take("c", data.draw(st.integers(1, 5)), 1, sure=False):
        keys = [row.key for row in some]
        got += keys
        rows.settle([Outcome(key, DeliveryState.ACCEPTED, 1) for key in keys])
    rows.close()
    assert sorted(got) == sorted(want)
    assert urgency[got[0][0]] == max(urgency.values())
    for event, person in {(key[0], key[-1]) for key in got}:
        own = [key for key in got if key[0] == event and key[-1] == person]
        assert own == sorted(own)


def test_what_was_cut_off_is_repeated_even_when_that_is_cut_off_too(
    rows: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never unknown without being queued again: a second crash must find it to repeat."""
    rows.plan([planned("one", 1, 4), planned("two", 1, 4), planned("low", 1, 2)], 3, 0)
    assert len(names(rows)) == 3
    put, done = deliveries_rows.put, list[DeliveryState]()

    def cut_off(*given: Any, **more: Any) -> None:
        if len(done) == 3:
            raise KeyboardInterrupt
        put(*given, **more)
        done.append(given[3])

    with monkeypatch.context() as for_now, pytest.raises(KeyboardInterrupt):
        for_now.setattr(deliveries_rows, "put", cut_off)
        rows.cut_off("c", 1, lambda lane: lane >= 3)
    assert done == [DeliveryState.UNKNOWN, DeliveryState.QUEUED, DeliveryState.UNKNOWN]
    rows.cut_off("c", 2, lambda lane: lane >= 3)
    assert names(rows, 2) == ["one.v1", "two.v1"]
    rows.close()
