"""Fitting stage_outlook: what its terms would have been at each reading, and a linear regression.

The terms are those of the detector (the last good level until t - lag, the rain of a window), the
target is the level at t + lead. Held out is either the last part of the time, or every third storm
(stretches in the highest fifth of the series, with all rows nearer to them than to another).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tongluo.cli.fit_readings import Series, read_series
from tongluo.core.columns import F8, I8
from tongluo.core.errors import CaseError
from tongluo.core.times import DAY

FEWEST = 30
Term = tuple[str, int, int]
"""(input, lag, window; 0 = a level)"""


@dataclass(frozen=True)
class Inputs:
    """What a model is made of."""

    names: dict[str, str]
    """Input of the detector -> station/sensor."""
    lags: list[int]
    windows: list[int]
    lead: int
    age: int

    def terms(self) -> list[Term]:
        """Each level at each lag, each rain in each window."""
        levels = [x for x in self.names if not x.startswith("rain")]
        rains = [x for x in self.names if x.startswith("rain")]
        return [(x, lag, 0) for x in levels for lag in self.lags] + [
            (x, 0, window) for x in rains for window in self.windows
        ]


@dataclass(frozen=True)
class Model:
    """A fitted model and what it is worth."""

    inputs: Inputs
    quantity: str
    intercept: float
    weights: list[float]
    fitted: int
    tested: int
    start: int
    end: int
    error: float
    """Root mean square of the held-out errors."""
    persistence: float
    """The same of saying that the level stays as it is."""
    error_high: float
    persistence_high: float

    @property
    def skill(self) -> float:
        """1 = no error, 0 = no better than persistence."""
        return skill(self.error, self.persistence)

    @property
    def skill_high(self) -> float:
        """Skill of the highest tenth."""
        return skill(self.error_high, self.persistence_high)


def skill(error: float, reference: float) -> float:
    """Share of the reference's squared error that is gone; NaN without any.

    >>> skill(1.0, 2.0)
    0.75
    """
    return 1 - (error / reference) ** 2 if reference > 0 else float("nan")


def fit_model(
    path: Path, inputs: Inputs, held_out: float, split: str, *, robust: bool = False
) -> Model:
    """Fit to a case's or a file's readings; CaseError when there is too little to fit to."""
    every = read_series(path, list(inputs.names.values()))
    by_port = {port: every[name] for port, name in inputs.names.items()}
    t, x, y, now = rows_of(by_port, inputs)
    test = held(t, now, held_out, split)
    if min((~test).sum(), test.sum()) < max(FEWEST, 3 * len(inputs.terms())):
        raise CaseError(
            f"{path}: {int((~test).sum())} rows to fit to and {int(test.sum())} to test with have "
            "every input: too few -> give more readings, fewer terms or a longer --age"
        )
    fitted = regress(x[~test], y[~test], robust=robust)
    wrong, stays = x[test] @ fitted[1:] + fitted[0] - y[test], now[test] - y[test]
    high = y[test] >= np.quantile(y[test], 0.9)
    return Model(
        inputs, by_port["own"].quantity, float(fitted[0]), fitted[1:].tolist(),
        int((~test).sum()), int(test.sum()), int(t[0]), int(t[-1]),
        rms(wrong), rms(stays), rms(wrong[high]), rms(stays[high]),
    )  # fmt: skip


def rms(x: F8) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(x * x)))


def rows_of(by_port: dict[str, Series], inputs: Inputs) -> tuple[I8, F8, F8, F8]:
    """(times, terms, level after the lead, level now) wherever all of them are known."""
    own = by_port["own"]
    columns = [
        rain_of(by_port[port], own.t - lag, window, inputs.age)
        if window
        else level_at(by_port[port], own.t - lag, inputs.age)
        for port, lag, window in inputs.terms()
    ]
    x = np.column_stack(columns)
    step = int(np.median(np.diff(own.t))) if len(own.t) > 1 else 0
    y = level_at(own, own.t + inputs.lead, step)
    known = np.isfinite(x).all(axis=1) & np.isfinite(y)
    return own.t[known], x[known], y[known], own.value[known]


def level_at(series: Series, t: I8, age: int) -> F8:
    """The last good level until each time; NaN where it is older than `age`."""
    k = np.searchsorted(series.t, t, side="right") - 1
    found = np.maximum(k, 0)
    fresh = (k >= 0) & (t - series.t[found] <= age)
    out: F8 = np.where(fresh, series.value[found], np.nan)
    return out


def rain_of(series: Series, t: I8, window: int, age: int) -> F8:
    """The rain of (t - window, t]; NaN where a gap longer than `age` lies in it."""
    total = np.concatenate([[0.0], np.cumsum(series.value)])
    first = np.searchsorted(series.t, t - window, side="right")
    end = np.searchsorted(series.t, t, side="right")
    gaps = np.concatenate([[0, 0], np.cumsum(np.diff(series.t) > age)])
    begun = series.t[np.minimum(first, len(series.t) - 1)] <= t - window + age
    whole = begun & (gaps[end] == gaps[np.minimum(first + 1, end)]) & (end > 0)
    whole &= t - series.t[np.maximum(end - 1, 0)] <= age
    out: F8 = np.where(whole, total[end] - total[first], np.nan)
    return out


def held(t: I8, own: F8, share: float, split: str) -> Any:
    """Which rows are held out: the last ones, or those of every third storm."""
    if split == "time":
        return np.arange(len(t)) >= round((1 - share) * len(t))
    high = t[own >= np.quantile(own, 0.8)] if len(t) else t
    storms = np.split(high, np.flatnonzero(np.diff(high) > DAY) + 1)
    if len(storms) < 3:
        raise CaseError(f"{len(storms)} storms: too few to hold one of three out -> --split time")
    peaks = np.array([(storm[0] + storm[-1]) // 2 for storm in storms])
    nearest = np.abs(t[:, None] - peaks[None, :]).argmin(axis=1)
    return nearest % 3 == 2


def regress(x: F8, y: F8, *, robust: bool) -> F8:
    """Intercept and weights by least squares, or with Huber's loss for series with faults."""
    from sklearn.linear_model import (  # type: ignore[import-untyped]  # noqa: PLC0415 - heavy
        HuberRegressor,
        LinearRegression,
    )

    middle, scale = x.mean(axis=0), x.std(axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    model = HuberRegressor(max_iter=1000) if robust else LinearRegression()
    model.fit((x - middle) / scale, y)
    weights = np.asarray(model.coef_) / scale
    out: F8 = np.concatenate([[model.intercept_ - weights @ middle], weights])
    return out
