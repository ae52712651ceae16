"""Five forecasts of a series' next value and how far each misses (for `anomaly`).

The last value, a short and a longer moving average, the mean of the half hour of the day, and the
mean of the hour of the week; mixed by weights that fall with the sixth power of their mean miss (as
experts are: Cesa-Bianchi and Lugosi 2006, Prediction, Learning, and Games, chapter 2).
"""

from __future__ import annotations

from typing import Any

from tongluo.core.compiled import compiled

FORECASTS = 5
HALF_HOUR, HOUR = 1_800_000, 3_600_000
DAY_CELLS, WEEK_CELLS = 48, 168
TINY = 1e-12
TRUSTED = 100  # forecasts after which the day and the week may take part
BETTER = 0.7  # their miss, as a share of the average's, at which the series has a day or a week


@compiled
def pace(n: float, least: float) -> float:
    """The weight of the newest of n values: their mean, then a moving average."""
    return max(1.0 / n, least)


@compiled
def limited(x: float, most: float) -> float:
    """x, cut to +-most; most = 0: nothing is known yet, and x stays."""
    return min(max(x, -most), most) if most > 0.0 else x


@compiled
def begin(s: Any, x: float, half: int, hour: int) -> None:
    """The first value."""
    for i in range(FORECASTS):
        s["forecast"][i] = x
    s["x"] = s["mean"] = x
    s["day"][half]["mean"] = s["week"][hour]["mean"] = x
    s["day"][half]["n"] = s["week"][hour]["n"] = 1.0


@compiled
def mixed(s: Any, half: int, hour: int) -> float:
    """The forecast: five, by weights."""
    f, miss, told = s["forecast"], s["miss"], s["told"]
    f[0] = s["x"]
    f[3] = s["day"][half]["mean"] if known(s, 3, half, hour) else s["mean"]
    f[4] = s["week"][hour]["mean"] if known(s, 4, half, hour) else f[3]
    best = min(miss[0], miss[1], miss[2])
    for i in range(3, FORECASTS):
        if told[i] > TRUSTED:
            best = min(best, miss[i])
    total, out = 0.0, 0.0
    for i in range(FORECASTS):
        if i < 3 or told[i] > TRUSTED:
            q = (best + TINY) / (miss[i] + TINY)
            w = q * q * q * q * q * q
            total += w
            out += w * f[i]
    return out / total


@compiled
def known(s: Any, i: int, half: int, hour: int) -> bool:
    """Whether forecast i can be made for this half hour and hour."""
    if i == 3:
        return bool(s["day"][half]["n"] >= 2.0 and s["n"] > 50)
    return bool(i < 3 or s["week"][hour]["n"] >= 2.0)


@compiled
def usual(s: Any, x: float, half: int, hour: int) -> float:
    """The value nearest to x that the long memory calls usual now.

    That is the mean, or where the series has a day or a week anything between the means of this
    cell and its neighbours: what comes a little early or late is usual.
    """
    low = high = float(s["mean"])
    miss = s["miss"][2]
    if known(s, 3, half, hour) and s["told"][3] > TRUSTED and s["miss"][3] < BETTER * miss:
        miss = s["miss"][3]
        low, high = span(s["day"], half, DAY_CELLS)
    if known(s, 4, half, hour) and s["told"][4] > TRUSTED and s["miss"][4] < BETTER * miss:
        low, high = span(s["week"], hour, WEEK_CELLS)
    return min(max(x, low), high)


@compiled
def span(cells: Any, at: int, many: int) -> tuple[float, float]:
    """Least and most of the means of a cell and its neighbours."""
    low = high = float(cells[at]["mean"])
    for j in (many - 1, 1):
        cell = cells[(at + j) % many]
        if cell["n"] > 0.0:
            low, high = min(low, float(cell["mean"])), max(high, float(cell["mean"]))
    return low, high


@compiled
def missed(s: Any, x: float, half: int, hour: int) -> None:
    """By how much each forecast missed x."""
    for i in range(FORECASTS):
        if known(s, i, half, hour):
            s["told"][i] += 1.0
            miss = abs(limited(x - s["forecast"][i], 10.0 * s["miss"][i]))
            s["miss"][i] += pace(s["told"][i], 0.004) * (miss - s["miss"][i])


@compiled
def into_cell(cell: Any, x: float, most: float, least: float) -> None:
    """Take x into the mean of a cell; `most`: how far one value may pull."""
    cell["n"] += 1.0
    off = x - cell["mean"]
    if cell["n"] > 3.0:
        off = limited(off, most)
    cell["mean"] += pace(cell["n"], least) * off


@compiled
def remember(s: Any, x: float, half: int, hour: int) -> None:
    """Take x into the averages and the cells."""
    n = s["n"] + 1.0
    most = 8.0 * s["spread"]
    s["mean"] += pace(n, 0.003) * limited(x - s["mean"], most)
    off = abs(limited(x - s["mean"], 10.0 * s["spread"]))
    s["spread"] += pace(n, 0.002) * (off - s["spread"])
    s["forecast"][1] += 0.2 * (x - s["forecast"][1])
    s["forecast"][2] += pace(n, 0.02) * (x - s["forecast"][2])
    s["x"] = x
    into_cell(s["day"][half], x, most, 0.03)
    into_cell(s["week"][hour], x, most, 0.05)
