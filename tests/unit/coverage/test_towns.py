"""The invented towns that the interval is held against: one of each family can be judged."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


def test_a_town_of_each_family_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    benchmark = importlib.import_module("coverage_of_people")
    found = list(benchmark.judged(list(benchmark.FAMILIES), 5, 1))
    assert [one.town.family for one in found] == list(benchmark.FAMILIES)
    assert all(0 <= one.found.low <= one.found.high <= 1 and one.town.known.total for one in found)
