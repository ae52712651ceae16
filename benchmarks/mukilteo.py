"""Landslides at Mukilteo in 2010/11 by four methods of rain, through the detectors themselves.

Hourly rain at Paine Field (KPAE) from July 2010 to December 2011 and eleven days of landslides near
Mukilteo, north of Seattle (U.S. Geological Survey, public domain). Published figures are used as
they are: the 3-day/15-day line and the intensity-duration curve of Seattle.
For the methods without a published figure for the place one threshold is fitted, and judged by
leaving out one storm after the other: fitted to all others (greatest CSI), scored on the one.

An exceedance day is a local day (standard time) with an hour at which the level is reached. The
line must find 29 of them, with 4 of the 11 days: what the published threshold gives here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from bench import ROOT, Result, finish, missing

from detectors import DETECTORS
from tongluo.core.driver import Links, Table
from tongluo.core.ports import Sensor

HOUR = 3_600_000
ZONE = -8 * HOUR  # the file's times are Pacific standard time
DAYS, HITS = 29, 4  # of the line
DRY = 72  # hours without rain that part two storms
LINE = {"yellow": {"intercept": "88.9 mm", "slope": 0.67}}
CURVE = {"yellow": {"a": 82.73, "b": -1.13}}
FITTED = {"soil_water_index": np.arange(20, 161), "antecedent_rain": np.arange(5, 121)}


@dataclass(frozen=True)
class Record:
    """Rain, mm, of each hour that ends at t; its local day; and the days of landslides."""

    t: Any
    rain: Any
    day: Any
    slides: Any  # True for each local day with a landslide

    def days_with(self, hours: Any) -> Any:
        """True for each local day with such an hour."""
        return np.bincount(self.day, hours, len(self.slides)) > 0


def read(folder: Path) -> Record:
    """The record; exits when it is not there."""
    table, dates = folder / "KPAE_hourly.csv", folder / "test" / "dates2011Muk.txt"
    if not table.is_file() or not dates.is_file():
        missing(f"the record of Mukilteo ({folder})", "set TONGLUO_DATA to the folder of the data")
    hourly = pd.read_csv(table, parse_dates=["time_lst"])
    local = hourly["time_lst"].astype("datetime64[ms]")
    day = ((local.dt.normalize() - local[0].normalize()).dt.days).to_numpy()
    days = pd.to_datetime(dates.read_text().split(), format="%m/%d/%Y") - local[0].normalize()
    slides = np.zeros(day[-1] + 1, bool)
    slides[days.days] = True
    t = local.to_numpy().astype(np.int64) - ZONE
    return Record(t, hourly["rain_in"].to_numpy() * 25.4, day, slides)


def exceeded(record: Record, name: str, levels: list[Mapping[str, Any]], **options: Any) -> Any:
    """Days on which a level is reached, one row for each of `levels`, all in one walk."""
    detector, n = DETECTORS[name], len(record.t)
    params = np.zeros(len(levels), detector.params)
    for row, one in zip(params, levels, strict=True):
        given = detector.options.model_validate(options)
        detector.fill(row, given, one, Sensor("rain", HOUR, False, zone=ZONE))
    table = Table(detector, params, Links([(0,)] * len(levels), 1))
    zero, ones = np.zeros(n, np.int64), np.ones(n, np.int64)
    change = np.zeros((len(levels), n), np.int64)
    for found in table.judge((zero, record.t, record.rain, ones, zero), 0, n):
        change[found.task, found.row] = (found.after >= 1) * 1 - (found.before >= 1) * 1
    return np.array([record.days_with(hours > 0) for hours in np.cumsum(change, axis=1)])


def csi(told: Any, slides: Any) -> float:
    """Hits / (hits + misses + false alarms)."""
    return float((told & slides).sum() / max((told | slides).sum(), 1))


def storms(record: Record) -> Any:
    """The storm of each day: a storm begins with the first rain after dry hours; days before the
    next belong to it."""
    wet = pd.Series(record.rain > 0)
    begins = wet & (wet.rolling(DRY, min_periods=1).sum().shift(fill_value=0) == 0)
    first = np.zeros(len(record.slides), np.int64)
    first[record.day[begins.to_numpy()]] = 1
    return np.cumsum(first)


def left_out(told: Any, slides: Any, storm: Any) -> Any:
    """Days told when the threshold (a row of `told`) is fitted to the other storms."""
    out = np.zeros(len(slides), bool)
    for one in np.unique(storm):
        here = storm == one
        best = np.argmax([csi(row[~here], slides[~here]) for row in told])
        out[here] = told[best][here]
    return out


def line_of(name: str, told: Any, slides: Any) -> str:
    hits, days, events = int((told & slides).sum()), int(told.sum()), int(slides.sum())
    far = (days - hits) / days if days else float("nan")
    scores = f"{hits / events:6.2f} {far:6.2f} {csi(told, slides):6.2f}"
    return f"{name:44} {days:6d} {hits:4d}/{events} {scores}"


def main() -> None:
    data = Path(os.environ.get("TONGLUO_DATA", ROOT / ".." / "shared" / "data"))
    record = read(data / "usgs-thresh")
    slides, storm = record.slides, storms(record)
    print(f"{'':44} {'days':>6} {'hits':>7} {'POD':>6} {'FAR':>6} {'CSI':>6}")
    line = exceeded(record, "rain_line", [LINE])[0]
    print(line_of("rain_line, P3 >= 88.9 - 0.67 P15", line, slides))
    curve = exceeded(record, "rain_curve", [CURVE], shortest="1 h", longest="60 h")[0]
    print(line_of("rain_curve, I >= 82.73 D^-1.13", curve, slides))
    for name, tried in FITTED.items():
        told = exceeded(record, name, [{"yellow": f"{mm} mm"} for mm in tried])
        best = int(np.argmax([csi(row, slides) for row in told]))
        print(line_of(f"{name} >= {tried[best]} mm, fitted to these", told[best], slides))
        print(line_of(f"{name}, storm left out", left_out(told, slides, storm), slides))
    print(
        f"One place, {len(slides)} days, {storm.max()} storms, {slides.sum()} days with landslides"
        f" in {len(np.unique(storm[slides]))} of them: differences of a few days\n"
        "mean nothing, and storms share wet months. Rain is of one airfield, landslides of slopes "
        "some way off."
    )
    days, hits = int(line.sum()), int((line & slides).sum())
    match = min(days / DAYS, DAYS / max(days, 1)) * min(hits / HITS, HITS / max(hits, 1))
    finish([Result("mukilteo", match, 1, 1)])


if __name__ == "__main__":
    main()
