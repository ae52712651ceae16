"""The dispatcher's rows: in the order of a warning's versions, highest warning first, once each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tongluo.core.words import DeliveryState
from tongluo.daemon.deliveries import Deliveries, Outcome, Planned
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


def test_one_put_off_holds_back_the_later_ones_of_its_warning_only(rows: Deliveries) -> None:
    rows.plan([planned("one", 1, 4), planned("one", 2, 0), planned("two", 1, 1)], 3, 0)
    assert names(rows) == ["one.v1", "two.v1"]
    rows.settle([Outcome("one.v1:c:a", DeliveryState.QUEUED, 0, "busy", due=60_000)])
    assert names(rows, 30_000) == []
    assert names(rows, 60_000) == ["one.v1"]
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
