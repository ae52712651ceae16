"""Order, fate and quality of readings, row by row in order of arrival, and the stream clock.

Each sensor has one row of parameters, one of state, and a ring of its latest readings as they
came (time, value, flag, issue time): the ring tells duplicates from late readings and lets a
sensor be judged anew, in time order, when a late one has come. Everything here is compiled; the
rules of time are those of `Fate`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest.counter import increment
from ingest.quality import afresh, assess
from ingest.quality_words import COUNTER, GIVEN, MISSING, NONE, RANGE
from tongluo.core.compiled import compiled

I8 = NDArray[np.int64]
F8 = NDArray[np.float64]

PARAMS = np.dtype(
    [
        ("offset", "i8"),  # the sensor's part of the rings: `place`
        ("cells", "i8"),
        ("stride", "i8"),
        ("rewind", "i8"),
        ("silence", "i8"),  # ms
        ("reach", "i8"),  # ms that the kept readings should cover
        ("forecast", "i8"),
        ("counter", "i8"),
        ("fail_low", "f8"),
        ("fail_high", "f8"),
        ("low", "f8"),
        ("high", "f8"),
        ("resolution", "f8"),
        ("width", "f8"),
        ("max_rate", "f8"),  # mm, mm, mm/min
        ("reset_every", "i8"),
        ("reset_phase", "i8"),
        ("quality", "i8"),  # 1 + row of the quality tables; 0 = none
    ],
    align=True,
)
STATE = np.dtype(
    [
        ("last", "i8"),
        ("head", "i8"),
        ("held", "i8"),  # newest key; ring start and fill
        ("heard", "i8"),
        ("silent", "i8"),
        ("dirty", "i8"),
        ("total", "f8"),
        ("total_t", "i8"),
        ("odd", "f8"),
        ("odd_t", "i8"),
        ("value", "f8"),
        ("flag", "i8"),
        ("received", "i8"),  # the last judged; rows of any fate
        ("test", "i8"),
        ("turn", "i8"),  # of the last judged: what set its flag, and whether that is new
    ],
    align=True,
)
RING = np.dtype([("t", "i8"), ("v", "f8"), ("flag", "i8"), ("issued", "i8")], align=True)
CLOCK = np.dtype(
    [
        ("now", "i8"),
        ("ticked", "i8"),
        ("want", "i8"),
        ("tick", "i8"),
        ("stream", "i8"),
        ("step", "i8"),
        ("future", "i8"),
        ("earliest", "i8"),
        ("bound", "i8"),  # no sensor can be found silent before this
        ("dirty", "i8"),  # sensors that wait to be judged anew
        ("swept", "i8"),  # the last tick by which silences were looked for
    ],
    align=True,
)
FED, DUPLICATE, LATE, TOO_LATE, FUTURE, EPOCH, CONFLICT, MISPLACED = range(8)


@compiled
def flag_of(p: Any, value: float, given: int) -> int:
    """The given flag, made worse by what the value itself shows (gross range test)."""
    if math.isnan(value):
        return max(given, 9) if given != 4 else 4
    if math.isinf(value):
        return max(given, 4)
    if value < p["fail_low"] or value > p["fail_high"]:
        return max(given, 4)
    if value < p["low"] or value > p["high"]:
        return max(given, 3)
    return given


@compiled
def cause_of(value: float, given: int, flag: int) -> int:
    """What set a flag, where nothing but the range was looked at."""
    if flag > given:
        return MISSING if math.isnan(value) else RANGE
    if flag == 9:
        return MISSING
    return GIVEN if given > 2 else NONE


@compiled
def judged(
    p: Any, s: Any, tests: Any, minds: Any, t: int, value: float, given: int, live: bool
) -> tuple[float, int]:
    """What the detectors are given for a reading: its value (a counter's increment) and flag.

    tests, minds: the quality tables; live: in order of arrival, not judged anew.
    """
    flag = flag_of(p, value, given)
    test, turn = cause_of(value, given, flag), 0
    if p["counter"] > 0:
        value = increment(p, s, t, value) if flag <= 2 else math.nan
        if math.isnan(value):
            test = COUNTER if flag <= 2 else test
            flag = max(flag, 2)
    if p["quality"] > 0:
        row = p["quality"] - 1
        flag = assess(tests, minds, row, t, value, flag, test, live)
        test, turn = minds[row]["test"], minds[row]["turn"]
    s["value"], s["flag"], s["test"], s["turn"] = value, flag, test, turn
    return value, flag


@compiled
def place(p: Any, k: int) -> int:
    """Where cell k of a sensor's ring lies. Rings of one length lie side by side, cell by cell:
    what sensors tell at about one time is kept in one place."""
    return int(p["offset"] + k % p["cells"] * p["stride"])


@compiled
def seek(p: Any, s: Any, ring: Any, key: int) -> int:
    """How many kept readings have a key above this one (0 when it is the newest)."""
    newer = 0
    while newer < s["held"]:
        cell = ring[place(p, s["head"] + s["held"] - 1 - newer)]
        at = cell["issued"] if p["forecast"] > 0 else cell["t"]
        if at <= key:
            break
        newer += 1
    return newer


@compiled
def known(p: Any, s: Any, ring: Any, newer: int, t: int, issued: int, value: float) -> int:
    """DUPLICATE or CONFLICT when a kept reading has this very time (and issue time), else FED."""
    i = newer
    while i < s["held"]:
        cell = ring[place(p, s["head"] + s["held"] - 1 - i)]
        if p["forecast"] > 0:
            if cell["issued"] != issued:
                return FED
        elif cell["t"] != t:
            return FED
        if cell["t"] == t:
            same = cell["v"] == value or (math.isnan(cell["v"]) and math.isnan(value))
            return DUPLICATE if same else CONFLICT
        i += 1
    return FED


@compiled
def filled(p: Any, s: Any, ring: Any, newer: int, t: int, value: float, given: int) -> bool:
    """A value that came for a time kept as missing takes its place, and is judged as a late one."""
    for i in range(newer, s["held"]):
        at = place(p, s["head"] + s["held"] - 1 - i)
        if ring[at]["t"] == t:
            if not math.isnan(ring[at]["v"]) or math.isnan(value):
                return False
            ring[at]["v"], ring[at]["flag"] = value, given
            return True
    return False


@compiled
def insert(p: Any, s: Any, ring: Any, newer: int, t: int, issued: int, v: float, flag: int) -> None:
    """Keep a reading in its place; the oldest gives way when the ring is full."""
    cells = p["cells"]
    if s["held"] == cells:
        s["head"] = s["head"] + 1 if s["head"] + 1 < cells else 0
    else:
        s["held"] += 1
    last = s["head"] + s["held"] - 1
    for i in range(newer):
        a, b = place(p, last - i), place(p, last - i - 1)
        ring[a]["t"], ring[a]["issued"] = ring[b]["t"], ring[b]["issued"]
        ring[a]["v"], ring[a]["flag"] = ring[b]["v"], ring[b]["flag"]
    last = last - cells if last >= cells else last  # dividing is slow: not for the newest
    at = p["offset"] + last * p["stride"] if newer == 0 else place(p, last - newer)
    ring[at]["t"], ring[at]["issued"], ring[at]["v"], ring[at]["flag"] = t, issued, v, flag


@compiled
def forgetful(p: Any, s: Any, ring: Any) -> bool:
    """Whether what is kept reaches less far than the windows: judged anew, rain would be forgotten.

    So it is when a gauge sends more often than declared.
    """
    if s["held"] < p["cells"]:
        return False
    oldest = ring[place(p, s["head"])]
    at = oldest["issued"] if p["forecast"] > 0 else oldest["t"]
    return bool(at > s["last"] - p["reach"])


@compiled
def fate_of(p: Any, s: Any, ring: Any, t: int, issued: int, value: float, given: int) -> int:
    """Where a reading of a plausible time belongs; it is kept in the ring if it is new."""
    key = issued if p["forecast"] > 0 else t
    newer = 0
    if s["held"] > 0 and key <= s["last"]:
        newer = seek(p, s, ring, key)
        same = known(p, s, ring, newer, t, issued, value)
        if same == CONFLICT and filled(p, s, ring, newer, t, value, given):
            return LATE
        if same != FED:
            return same
        if key < s["last"] and (key < s["last"] - p["rewind"] or forgetful(p, s, ring)):
            return TOO_LATE
    insert(p, s, ring, newer, t, issued, value, given)
    if newer > 0:
        return LATE
    s["last"] = key
    return FED


@compiled
def first_deadline(params: Any, state: Any) -> int:
    """The earliest time at which a sensor not yet silent would be."""
    first = 1 << 62
    for r in range(params.shape[0]):
        if state[r]["silent"] == 0 and params[r]["silence"] > 0:
            first = min(first, state[r]["heard"] + params[r]["silence"])
    return first


@compiled
def start_clock(params: Any, state: Any, clock: Any, now: int) -> None:
    """The first time known: every sensor is given its deadline from here."""
    clock["now"] = now
    clock["ticked"] = clock["swept"] = now - now % clock["tick"]
    for r in range(state.shape[0]):
        state[r]["heard"] = max(state[r]["heard"], now)
    clock["bound"] = first_deadline(params, state)


def start(params: Any, state: Any, clocks: Any, now: int) -> None:
    """Compiled for callers outside."""
    start_clock(params, state, clocks[0], now)


def deadline(params: Any, state: Any) -> int:
    """Compiled for callers outside."""
    return first_deadline(params, state)


@compiled
def raised(params: Any, state: Any, clock: Any, candidate: int) -> int:
    """The stream clock after a row, or -1 when sensors wait for a tick that falls due before it."""
    if clock["now"] == 0:
        start_clock(params, state, clock, candidate)
    now = clock["now"]
    if candidate > now:
        now = min(candidate, now + clock["step"])
        if now >= clock["ticked"] + clock["tick"]:
            due = now - now % clock["tick"]
            if clock["dirty"] > 0:
                clock["want"] = due
                return -1
            clock["ticked"] = due
    return int(now)


@compiled
def heard(s: Any, clock: Any, now: int) -> int:
    """Note a sign of life; 1 when the sensor had been silent."""
    s["heard"] = max(s["heard"], now)
    if s["silent"] == 0:
        return 0
    s["silent"] = 0
    clock["bound"] = 0
    return 1


@compiled
def overdue(p: Any, s: Any, at: int) -> bool:
    """Whether a sensor's deadline has passed at a tick, and was not known to have."""
    return bool(s["silent"] == 0 and p["silence"] > 0 and s["heard"] + p["silence"] <= at)


def admit(
    params: Any,
    state: Any,
    tests: Any,
    minds: Any,
    ring: Any,
    clocks: Any,
    sensor: I8,
    t: I8,
    raw: F8,
    given: I8,
    arrival: I8,
    issued: I8,
    value: F8,
    flag: I8,
    fate: I8,
    test: I8,
    turn: I8,
    start: int,
    stop: int,
) -> int:
    """Decide rows start..stop; returns the first row before which a tick must be done, or stop.

    Fills value, flag, fate, test, turn; in stream time also arrival, which becomes the clock.
    """
    clock = clocks[0]
    for i in range(start, stop):
        p, s = params[sensor[i]], state[sensor[i]]
        value[i], flag[i] = raw[i], given[i]
        test[i], turn[i] = 0, 0
        key = issued[i] if p["forecast"] > 0 else t[i]
        misplaced = p["forecast"] == 0 and issued[i] > 0
        if misplaced or key < clock["earliest"]:
            fate[i] = MISPLACED if misplaced else EPOCH
            if clock["stream"] > 0:
                arrival[i] = clock["now"]
            s["received"] += 1
            continue
        if clock["stream"] > 0:
            now = raised(params, state, clock, arrival[i] if arrival[i] > 0 else key)
            if now < 0:
                return i
            clock["now"] = arrival[i] = now
        s["received"] += 1
        if key > arrival[i] + clock["future"]:
            fate[i] = FUTURE
            continue
        fate[i] = fate_of(p, s, ring, t[i], issued[i], raw[i], given[i])
        if fate[i] == FED:
            value[i], flag[i] = judged(p, s, tests, minds, key, raw[i], given[i], True)
            test[i], turn[i] = s["test"], s["turn"]
        elif fate[i] == LATE and s["dirty"] == 0:
            s["dirty"] = 1
            clock["dirty"] += 1
    return stop


def recall(p: Any, s: Any, tests: Any, minds: Any, ring: Any, t: I8, value: F8, flag: I8) -> int:
    """Judge a sensor's kept readings anew, oldest first; returns how many there are."""
    s["total_t"], s["odd_t"] = 0, 0
    if p["quality"] > 0:
        afresh(minds[p["quality"] - 1])
    for i in range(s["held"]):
        cell = ring[place(p, s["head"] + i)]
        t[i] = cell["t"]
        value[i], flag[i] = judged(p, s, tests, minds, cell["t"], cell["v"], cell["flag"], False)
    s["dirty"] = 0
    return int(s["held"])
