"""A table of one task and the levels it comes to, for the detectors of water."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.build import MINUTE, START
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Detector, Sensor

STAGE = Sensor("stage", MINUTE, False)
Row = tuple[int, float, int]
"""(minutes since START, value, flag)"""


def table(detector: Detector, levels: Any, sensor: Sensor = STAGE, **options: Any) -> Table:
    params = np.zeros(1, detector.params)
    detector.fill(params[0], detector.options(**options), levels, sensor)
    ports = 1 + len(detector.ports)
    return Table(detector, params, Links([tuple(range(ports))], ports))


def one(tb: Table, minute: float, value: float, flag: int = 1, port: int = 0) -> int:
    """The level after one reading."""
    zero = np.zeros(1, np.int64)
    t = np.array([START + round(minute * MINUTE)])
    tb.judge((zero + port, t, np.array([float(value)]), zero + flag, zero), 0, 1)
    return int(tb.state[0]["level"])


def judge(tb: Table, rows: Sequence[Row]) -> list[int]:
    return [one(tb, minute, value, flag) for minute, value, flag in rows]


def evenly(values: Sequence[float], every: int = 1) -> list[Row]:
    return [((n + 1) * every, v, 1) for n, v in enumerate(values)]


def why(tb: Table) -> dict[str, float]:
    return dict(zip(tb.detector.why, tb.state[0]["why"].tolist(), strict=True))


def said(tb: Table, cap: int = 4) -> dict[str, Any]:
    return tb.detector.explain(tb.params[0], why(tb), cap)


def kept(level: int) -> int:
    return level if level >= 1 else -1
