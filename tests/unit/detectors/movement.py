"""One task of a detector of movement, in a line; and creep by formula."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from detectors import DETECTORS
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

HOUR, DAY = 3_600_000, 86_400_000
START = 1_782_864_000_000


def table(
    name: str, levels: Any, quantity: str = "displacement", cadence: int = HOUR, **options: Any
) -> Table:
    detector = DETECTORS[name]
    params = np.zeros(1, detector.params)
    sensor = Sensor(quantity, cadence, False)
    detector.fill(params[0], detector.options.model_validate(options), levels, sensor)
    ports = range(1 + len(detector.ports))
    return Table(detector, params, Links([tuple(ports)], len(ports)))


def judge(
    tb: Table, t: Any, values: Any, flags: Any = None, ports: Any = None, every: bool = True
) -> list[int]:
    """The level after each reading."""
    t = np.asarray(t, np.int64) + START
    zero = np.zeros(len(t), np.int64)
    flag = zero + 1 if flags is None else np.asarray(flags, np.int64)
    port = zero if ports is None else np.asarray(ports, np.int64)
    columns = (port, t, np.asarray(values, float), flag, zero)
    out = []
    for n in range(len(t)):
        tb.judge(columns, n, n + 1)
        out.append(int(tb.state[0]["level"]))
    return out


def said(tb: Table, cap: int = 4) -> dict[str, Any]:
    """The reason of the last change."""
    why = dict(zip(tb.detector.why, tb.state[0]["why"].tolist(), strict=True))
    return tb.detector.explain(tb.params[0], why, cap)


def voight(days: Any, v0: float, length: float, end: float, alpha: float = 2.0) -> Any:
    """mm: steady at v0 until `length` days before the end, then v0 * (length / left)^p."""
    left = np.minimum(end - days, length)
    p = 1 / (alpha - 1)
    moved = (
        np.log(length / left) if math.isclose(p, 1) else ((left / length) ** (1 - p) - 1) / (p - 1)
    )
    return v0 * (np.minimum(days, end - length) + length * moved)
