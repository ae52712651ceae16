"""What late readings reach: found once, anew under another plan, and no larger than it must be."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.laws.live import Site
from tongluo.config.load import load
from tongluo.config.plan import Plan, plan


def made(folder: Path, stations: int) -> Plan:
    folder.mkdir()
    loaded = load(Site(folder, "mqtt://127.0.0.1:1", stations=stations).config)
    return plan(loaded.config, loaded.digest)


def test_it_is_found_once_for_a_plan(tmp_path: Path) -> None:
    one, other = made(tmp_path / "one", 3), made(tmp_path / "other", 3)
    assert one.reaches.of(1) is one.reaches.of(1)
    assert other.reaches.of(1) is not one.reaches.of(1)
    assert one.reaches.of(1).sources == [1] and set(one.reaches.of(1).tasks) == {"stage_levels"}


def size(of: object) -> int:
    """Bytes of an object with what it holds."""
    inner = vars(of) if hasattr(of, "__dict__") else of
    if isinstance(inner, dict):
        return sys.getsizeof(inner) + sum(size(v) for v in inner.values())
    if isinstance(inner, list | tuple | set | frozenset):
        return sys.getsizeof(inner) + sum(size(v) for v in inner)
    return sys.getsizeof(inner) + getattr(inner, "nbytes", 0)


def test_after_an_outage_of_many_it_is_no_more_for_each(tmp_path: Path) -> None:
    few, many = made(tmp_path / "few", 20), made(tmp_path / "many", 200)
    each = [[size(p.reaches.of(s)) for s in range(len(p.sensors))] for p in (few, many)]
    assert max(each[1]) <= 1.2 * max(each[0])
