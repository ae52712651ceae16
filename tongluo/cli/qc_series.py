"""A labelled series from a file, and the flags that quality control gives it as it would live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ingest import order, quality_tables
from ingest.stage import OrderStage
from tongluo.config.plan_quality import fill
from tongluo.config.quality import QualityIn
from tongluo.core.columns import Columns
from tongluo.core.errors import TongluoError
from tongluo.core.units import conversion

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]
Mask = NDArray[np.bool_]
BATCH = 1000
GOOD = {"", "0", "0.0", "false", "good", "nan", "none"}
"""Labels that say that nothing is wrong."""


@dataclass(frozen=True)
class Layout:
    """What the columns of a file are called, and how its values are written."""

    time: str
    value: str
    label: str | None = None
    log: Path | None = None
    quantity: str = "stage"
    unit: str | None = None
    missing: float | None = None
    format: str | None = None


@dataclass(frozen=True)
class Series:
    """Readings in order of time, all with a value; labelled where somebody found them wrong."""

    t: I8
    value: F8
    labelled: Mask
    quantity: str

    @property
    def cadence(self) -> int:
        """The usual time between readings, ms."""
        return int(np.median(np.diff(self.t)))


def read(path: Path, layout: Layout) -> Series:
    """A labelled series; TongluoError says what is not there."""
    frame = _csv(path)
    for column in filter(None, (layout.time, layout.value, layout.label)):
        if column not in frame:
            known = ", ".join(map(str, frame.columns))
            raise TongluoError(f"{path}: no column {column!r} (there are: {known})")
    t = _ms(path, frame[layout.time], layout.format)
    value = pd.to_numeric(frame[layout.value], errors="coerce").to_numpy(np.float64)
    if layout.missing is not None:
        value = np.where(value == layout.missing, np.nan, value)
    labelled = np.zeros(len(frame), bool)
    if layout.label is not None:
        words = frame[layout.label].fillna("").astype(str).str.strip().str.lower()
        labelled |= ~words.isin(GOOD).to_numpy(bool)
    if layout.log is not None:
        labelled |= _logged(layout.log, t, layout.format)
    return _whole(path, t, value, labelled, layout)


def _whole(path: Path, t: I8, value: F8, labelled: Mask, layout: Layout) -> Series:
    factor, offset = conversion(layout.quantity, layout.unit) if layout.unit else (1.0, 0.0)
    order_ = np.argsort(t, kind="stable")
    kept = order_[np.isfinite(value[order_])]
    if len(kept) < 3:
        raise TongluoError(f"{path}: fewer than three values")
    return Series(t[kept], value[kept] * factor + offset, labelled[kept], layout.quantity)


def _csv(path: Path) -> pd.DataFrame:
    try:
        return pd.read_csv(path, keep_default_na=True, low_memory=False)
    except (OSError, ValueError) as error:
        raise TongluoError(f"{path}: {error}") from error


def _ms(path: Path, texts: Any, form: str | None) -> I8:
    try:
        times = pd.to_datetime(texts.astype(str), format=form or "ISO8601", utc=True)
    except ValueError as error:
        raise TongluoError(f"{path}: {error}") from error
    plain = pd.Series(times).dt.tz_localize(None)
    return plain.to_numpy().astype("datetime64[ms]").astype(np.int64)


def _logged(path: Path, t: I8, form: str | None) -> Mask:
    """Readings within the times of a log: its first column says from when, its second to when."""
    frame = _csv(path)
    start, end = (_ms(path, frame.iloc[:, k], form) for k in (0, 1))
    found = np.zeros(len(t), bool)
    for a, b in zip(start, end, strict=True):
        found |= (t >= a) & (t <= b)
    return found


def flags(
    series: Series, said: QualityIn, told: Callable[[int, int], None] = lambda _a, _b: None
) -> tuple[I8, I8]:
    """(flag, test) of each reading, from the stage that runs live, fed in batches.

    A time that comes twice is judged once: its second reading keeps flag 2.
    """
    stage = _stage(series, said)
    n = len(series.t)
    flag, test = np.full(n, 2, np.int64), np.zeros(n, np.int64)
    zero, one = np.zeros(n, np.int64), np.ones(n, np.int64)
    every = Columns(zero, series.t, series.value, one, series.t, zero)
    for start in range(0, n, BATCH):
        part = every.part(start, start + BATCH)
        out = stage.blank(part)
        stage.admit(part, out, 0)
        fed = out.fate == order.FED
        flag[start : start + BATCH] = np.where(fed, out.flag, 2)
        test[start : start + BATCH] = np.where(fed, out.test, 0)
        told(min(start + BATCH, n), n)
    return flag, test


def _stage(series: Series, said: QualityIn) -> OrderStage:
    params, tests = np.zeros(1, order.PARAMS), np.zeros(1, quality_tables.PARAMS)
    params["cells"], params["quality"] = 16, 1
    params["fail_low"] = params["low"] = -np.inf
    params["fail_high"] = params["high"] = np.inf
    fill(tests[0], said, series.quantity, series.cadence)
    clock = np.zeros(1, order.CLOCK)
    clock["tick"], clock["step"] = 60_000, 1 << 60
    stage = OrderStage(params, clock, tests)
    stage.start(int(series.t[0]))
    return stage
