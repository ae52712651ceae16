"""The antecedent rain index between two bounds: how wet the ground may be, and must be.

    Pa(day + 1) = k (Pa(day) + P(day)), at most Wm

`most` starts from full ground and `least` from empty, so that what fell before the first reading
lies between them; k draws them together. A day that readings cover less than `coverage` of makes
the ground full again in `most`. Units: micrometres, ms. A row of parameters and of state that is
to be used here has the fields below.

>>> import numpy as np
>>> p, s = np.zeros(1, PARAMS)[0], np.zeros(1, STATE)[0]
>>> p["k"], p["capacity"], p["coverage"], p["cadence"] = 0.8, 100_000, 0.9, DAY
>>> for day in (1, 2, 3):
...     count(p, s, (day - 1) * DAY, day * DAY, 10_000)
>>> round(s["most"]), round(s["least"])  # 0.8 (0.8 (0.8 (100 + 10) + 10) + 10) mm
(70720, 19520)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tongluo.core.compiled import compiled
from tongluo.core.times import DAY

PARAMS = np.dtype(
    [
        ("k", "f8"),  # what is left from day to day
        ("capacity", "f8"),  # Wm
        ("phase", "i8"),  # days begin where (t + phase) is a multiple of a day
        ("coverage", "f8"),
        ("cadence", "i8"),
        ("running", "i8"),  # 1: an increment covers all the time since the one before
    ],
    align=True,
)
STATE = np.dtype(
    [
        ("day", "i8"),  # which; 0 = none yet
        ("rain", "i8"),  # of it so far
        ("cover", "i8"),  # of it by readings
        ("most", "f8"),
        ("least", "f8"),
    ],
    align=True,
)
DAY_MS = DAY
MOST_DAYS = 64  # of a running total's gap: what is older leaves no trace


@compiled
def end_day(p: Any, s: Any) -> None:
    """Pa of the next day."""
    rain = float(s["rain"])
    s["least"] = min(p["k"] * (s["least"] + rain), p["capacity"])
    s["most"] = min(p["k"] * (s["most"] + rain), p["capacity"])
    if s["cover"] < p["coverage"] * DAY_MS:
        s["most"] = p["capacity"]
    s["day"] += 1
    s["rain"] = 0
    s["cover"] = 0


@compiled
def count(p: Any, s: Any, last: int, t: int, rain: int) -> None:
    """Give the rain (micrometres) of one reading to the days that it fell on, evenly."""
    cadence, most = p["cadence"], MOST_DAYS * DAY_MS
    left = max(last, t - cadence)  # an increment fell within its cadence
    if p["running"] > 0 and last > 0:
        left = last
    if t - left > most:
        rain = rain * most // (t - left)
        left = t - most
    day = (left + p["phase"]) // DAY_MS
    if s["day"] == 0 or day - s["day"] > MOST_DAYS:
        s["day"], s["rain"], s["cover"] = day, 0, 0
        s["most"], s["least"] = p["capacity"], 0.0
    while s["day"] < day:
        end_day(p, s)
    start, told = left, 0
    while left < t:
        close = (s["day"] + 1) * DAY_MS - p["phase"]
        upto = min(close, t)
        fell = rain * (upto - start) // (t - start)
        s["rain"] += fell - told
        s["cover"] += upto - left
        left, told = upto, fell
        if upto == close:
            end_day(p, s)
