"""Derived series: areal rain, sums and differences, resultants and calendar sums of other series.

    weighted_mean   sum(w x) / sum(w) over the inputs that are heard, if they carry `share` of w
    linear          c + sum(w x); every input must be there (differences, depth above a crest,
                    a gauge estimated from its neighbours, an upstream series shifted by `lag`,
                    a rate)
    resultant       sqrt(sum((w x)^2)); every input must be there
    since           sum of increments since the last `phase` of each `every` (rain since 08:00)

All but `since` work on a grid of slots, the series' own cadence. In a slot, increments (rain) are
summed and of other quantities the latest value within `age` is taken. A slot is told when every
input has come as far, or when one of them is `wait` beyond it. A derived reading has the time of
its slot's end and the worst flag of what it is made of; where it cannot be told it is NaN, flag 9.
`weighted_mean` leaves out what is flagged worse than 2, and is then flagged 2 itself.

Times of an input rise; between inputs they need not. Units are those of the series.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.order import FED, LATE, first_deadline, heard, overdue
from tongluo.core.compiled import compiled
from tongluo.core.words import SILENT

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]

INPUTS = 16
SENSOR, T, FLAG, FATE, ARRIVAL, BACK, ORIGIN = range(7)
"""Rows of whole numbers that `expand` writes."""
VALUE, RAW = range(2)
"""Rows of floating-point numbers that it writes."""
WEIGHTED_MEAN, LINEAR, RESULTANT, SINCE = range(4)
METHODS = ("weighted_mean", "linear", "resultant", "since")

PARAMS = np.dtype(
    [
        ("sensor", "i8"),  # row of the derived series itself
        ("method", "i8"),
        ("inputs", "i8"),
        ("summed", "i8"),  # 1: inputs are increments
        ("slot", "i8"),  # ms
        ("wait", "i8"),
        ("every", "i8"),
        ("phase", "i8"),  # ms, of `since`
        ("cadence", "i8"),  # ms, of the input of `since`; 0: it accounts for all time (a counter)
        ("share", "f8"),
        ("constant", "f8"),
        ("weight", "f8", (INPUTS,)),
        ("running", "i8", (INPUTS,)),  # 1: a counter's increments account for all time
        ("lag", "i8", (INPUTS,)),
        ("age", "i8", (INPUTS,)),
    ],
    align=True,
)
CELL = np.dtype([("slot", "i8"), ("value", "f8"), ("flag", "i8")], align=True)
MAX_SLOTS = 2048
MOST = 4
"""Slots that one reading may complete; what is left is told with the next."""


def state_dtype(table: Any) -> np.dtype[Any]:
    """State of one series: how far it and its inputs have come, and a ring of slots an input."""
    reach = table["lag"].max(axis=1) + table["age"].max(axis=1) + table["wait"]
    slots = int((reach // np.maximum(table["slot"], 1)).max(initial=0)) + 4
    inputs = int(table["inputs"].max(initial=1))
    return np.dtype(
        [
            ("next", "i8"),  # slot to be told next; 0 = none yet
            ("newest", "i8", (inputs,)),  # time, ms, of each input; 0 = none yet
            ("total", "f8"),
            ("day", "i8"),
            ("whole", "i8"),  # 1: all of this day has been seen
            ("cells", CELL, (inputs, min(slots, MAX_SLOTS))),
        ],
        align=True,
    )


@compiled
def into_cell(p: Any, s: Any, k: int, t: int, value: float, flag: int) -> None:
    """Put a reading of input k into its slot."""
    slot = -(-(t + p["lag"][k]) // p["slot"])
    cells = s["cells"][k]
    cell = cells[slot % cells.shape[0]]
    if cell["slot"] < slot:
        cell["slot"], cell["value"], cell["flag"] = slot, value, flag
    elif cell["slot"] > slot:
        return
    elif p["summed"] > 0:
        cell["value"] += value
        cell["flag"] = max(cell["flag"], flag)
    else:
        cell["value"], cell["flag"] = value, flag
    s["newest"][k] = max(s["newest"][k], t)


@compiled
def of_input(p: Any, s: Any, k: int, slot: int) -> tuple[float, int]:
    """(value, flag) of input k in a slot; flag 9 when it has none."""
    cells = s["cells"][k]
    if p["summed"] > 0:
        cell = cells[slot % cells.shape[0]]
        if cell["slot"] == slot:
            return float(cell["value"]), int(cell["flag"])
        covered = p["running"][k] > 0 and s["newest"][k] + p["lag"][k] > slot * p["slot"]
        return 0.0, 1 if covered else 9  # a counter's later increment holds this slot's rain
    back = 0
    while back < cells.shape[0] and back * p["slot"] <= p["age"][k]:
        cell = cells[(slot - back) % cells.shape[0]]
        if cell["slot"] == slot - back:
            return float(cell["value"]), int(cell["flag"])
        back += 1
    return math.nan, 9


@compiled
def due(p: Any, s: Any) -> bool:
    """Whether the next slot can be told: all have come as far, or one is well beyond."""
    end, furthest, whole = s["next"] * p["slot"], 0, True
    for k in range(p["inputs"]):
        furthest = max(furthest, s["newest"][k])
        if s["newest"][k] == 0 or s["newest"][k] + p["lag"][k] < end:
            whole = False
    reached = furthest > end - p["slot"]  # an input's lag foretells nothing
    return reached and (whole or furthest >= end + p["wait"])


@compiled
def mean_of(p: Any, s: Any, slot: int) -> tuple[float, int]:
    """Weighted mean of what is good; NaN, 9 when that carries too little weight."""
    total, used, every = 0.0, 0.0, 0.0
    flag = 1
    for k in range(p["inputs"]):
        value, given = of_input(p, s, k, slot)
        w = p["weight"][k]
        every += w
        if given <= 2 and math.isfinite(value):
            total += w * value
            used += w
            flag = max(flag, given)
        else:
            flag = max(flag, 2)
    if used <= 0.0 or used < p["share"] * every:
        return math.nan, 9
    return total / used, flag


@compiled
def sum_of(p: Any, s: Any, slot: int) -> tuple[float, int]:
    """Linear sum or resultant of all inputs; NaN, 9 when one is missing."""
    total, flag = p["constant"], 1
    for k in range(p["inputs"]):
        value, given = of_input(p, s, k, slot)
        if given > 4 or not math.isfinite(value):
            return math.nan, 9
        part = p["weight"][k] * value
        total += part * part if p["method"] == RESULTANT else part
        flag = max(flag, given)
    return (math.sqrt(total) if p["method"] == RESULTANT else total), flag


@compiled
def since(p: Any, s: Any, t: int, value: float, flag: int) -> tuple[float, int]:
    """The running sum of this day; NaN, 9 until a day has been seen from its start."""
    day = (t - 1 - p["phase"]) // p["every"]  # rain told at 08:00 fell before it
    last = s["newest"][0]
    missed = last > 0 and p["cadence"] > 0 and t - last > 2 * p["cadence"]
    if day != s["day"]:
        s["whole"] = 1 if last > 0 and day == s["day"] + 1 and not missed else 0
        s["day"], s["total"] = day, 0.0
    elif missed:
        s["whole"] = 0
    s["newest"][0] = t
    if flag > 2 or not math.isfinite(value):
        s["whole"] = 0
    else:
        s["total"] += value
    if last == 0 or s["whole"] == 0:
        return (s["total"] if s["total"] > 0.0 else math.nan), (3 if s["total"] > 0.0 else 9)
    return s["total"], flag


@compiled
def begin(p: Any, s: Any, t: int) -> None:
    """The first slot to tell; after a gap, no more slots than the rings hold are told."""
    slot, room = -(-t // p["slot"]), s["cells"].shape[1]
    if s["next"] == 0 or s["next"] < slot - room + 1:
        s["next"] = slot


@compiled
def tell(
    p: Any,
    order: Any,
    clock: Any,
    t: int,
    value: float,
    flag: int,
    from_: int,
    n: int,
    out_i: I8,
    out_f: F8,
) -> int:
    """Write one derived reading that row `from_` causes: a sign of life, if it can be told."""
    own, now = order[p["sensor"]], out_i[ARRIVAL, from_]
    back = 0
    if flag < 9:
        back = heard(own, clock, now)
    own["value"], own["flag"], own["last"] = value, flag, t
    return write(out_i, out_f, n, p["sensor"], t, flag, FED, now, back, out_i[ORIGIN, from_], value)


@compiled
def write(
    out_i: I8,
    out_f: F8,
    n: int,
    sensor: int,
    t: int,
    flag: int,
    fate: int,
    arrival: int,
    back: int,
    origin: int,
    value: float,
) -> int:
    """Write row n; returns the next."""
    out_i[SENSOR, n], out_i[T, n], out_i[FLAG, n], out_i[FATE, n] = sensor, t, flag, fate
    out_i[ARRIVAL, n], out_i[BACK, n], out_i[ORIGIN, n] = arrival, back, origin
    out_f[VALUE, n], out_f[RAW, n] = value, value
    return n + 1


@compiled
def fall_silent(params: Any, state: Any, at: int, origin: int, n: int, out_i: I8, out_f: F8) -> int:
    """A row for every sensor whose deadline has passed at a tick."""
    for r in range(params.shape[0]):
        if overdue(params[r], state[r], at):
            state[r]["silent"] = 1
            n = write(out_i, out_f, n, r, at, 9, SILENT, at, 0, origin, math.nan)
    return n


@compiled
def sweep(
    params: Any, state: Any, clock: Any, now: int, origin: int, n: int, out_i: I8, out_f: F8
) -> int:
    """Rows for the sensors that fell silent by the ticks of stream time up to now."""
    tick = clock["tick"]
    due = now - now % tick
    if clock["bound"] <= due:
        clock["bound"] = first_deadline(params, state)
    while clock["bound"] <= due:
        at = max(clock["swept"] + tick, -(-clock["bound"] // tick) * tick)
        n = fall_silent(params, state, at, origin, n, out_i, out_f)
        clock["swept"], clock["bound"] = at, first_deadline(params, state)
    clock["swept"] = due
    return n


@compiled
def cause(
    p: Any,
    s: Any,
    k: int,
    order: Any,
    clock: Any,
    from_: int,
    n: int,
    out_i: I8,
    out_f: F8,
) -> int:
    """What one reading, written in row `from_`, makes of a series whose input k it is."""
    t, flag, value = out_i[T, from_], out_i[FLAG, from_], out_f[VALUE, from_]
    if p["method"] == SINCE:
        total, worst = since(p, s, t, value, flag)
        return tell(p, order, clock, t, total, worst, from_, n, out_i, out_f)
    begin(p, s, t)
    into_cell(p, s, k, t, value, flag)
    told = 0
    while told < MOST and due(p, s):
        told += 1
        if p["method"] == WEIGHTED_MEAN:
            total, worst = mean_of(p, s, s["next"])
        else:
            total, worst = sum_of(p, s, s["next"])
        end = s["next"] * p["slot"]
        s["next"] += 1
        n = tell(p, order, clock, end, total, worst, from_, n, out_i, out_f)
    return n


def expand(
    params: Any,
    state: Any,
    first: I8,
    task: I8,
    port: I8,
    received: Any,
    order: Any,
    clocks: Any,
    sensor: I8,
    t: I8,
    raw: F8,
    value: F8,
    flag: I8,
    fate: I8,
    arrival: I8,
    back: I8,
    live: bool,
    start: int,
    stop: int,
    spare: int,
    out_i: I8,
    out_f: F8,
) -> tuple[int, int]:
    """Rows start..stop with the derived readings they cause behind them.

    received, order: parameters and state of the order stage. live: in order of arrival, not judged
    anew: signs of life are noted, `back` is filled, and where sensors fall silent there is a row of
    fate SILENT. Writes SENSOR to ORIGIN, VALUE and RAW; returns (rows written, first row not done).
    A derived reading's own derived readings follow it. spare: the most rows that one row may cause.
    """
    clock, room, n = clocks[0], out_i.shape[1], 0
    for i in range(start, stop):
        if n + spare > room:
            return n, i
        r = sensor[i]
        if live and clock["stream"] > 0 and arrival[i] >= clock["swept"] + clock["tick"]:
            n = sweep(received, order, clock, arrival[i], i, n, out_i, out_f)
        if live and (fate[i] == FED or fate[i] == LATE):
            back[i] = heard(order[r], clock, arrival[i])
        done = n
        n = write(out_i, out_f, n, r, t[i], flag[i], fate[i], arrival[i], back[i], i, value[i])
        out_f[RAW, done] = raw[i]
        while done < n:
            r = out_i[SENSOR, done]
            if out_i[FATE, done] == FED:
                for link in range(first[r], first[r + 1]):
                    k = task[link]
                    n = cause(params[k], state[k], port[link], order, clock, done, n, out_i, out_f)
            done += 1
    return n, stop
