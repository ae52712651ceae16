"""Quality control of one reading: a flag, and the test that set it.

QARTOD's flags: 1 good, 2 not evaluated, 3 suspect, 4 fail, 9 missing. The usual finding is 3: what
is rare need not be wrong, and a flood is rare. 4 is for what cannot be.

    value -> range (`order`) -> maintenance, impossible, no fix -> rate, jump, flat, noise, ...
          -> the worst flag, and of equal flags the first test's

Every test sees every reading, in order of arrival, whatever the others found, except that a
reading flagged by its sender or by its range teaches nothing. Late readings are judged on the
sensor's own kept readings with what was learned before; neighbours are left out, for how they
stood then is not kept.

Sources: QARTOD manuals for water level and stream flow (tests, flags); thresholds are learned from
the sensor itself (`quality_scale`) unless the configuration gives them.
"""

from __future__ import annotations

import math
from typing import Any

from ingest.quality_jump import jump, rate
from ingest.quality_near import differs, explained, foretold, frost, note
from ingest.quality_noise import noise
from ingest.quality_rain import beside, count_wet, intense
from ingest.quality_still import attenuated, flat
from ingest.quality_tables import DISPLACEMENT, LEVEL, RAIN
from ingest.quality_words import (
    ATTENUATED,
    DRY,
    FIX,
    FLAT,
    ICE,
    INTENSE,
    LEARNING,
    MAINTENANCE,
    NEIGHBOUR,
    NOISE,
    NONE,
    RANGE,
    RATE,
    TOP,
    VIRTUAL,
)
from tongluo.core.compiled import compiled

FAR, WITHIN = 5.0, 3.0  # sigma of the virtual gauge


@compiled
def chosen(p: Any, test: int) -> bool:
    """Whether the configuration wants this test."""
    return bool((p["tests"] >> test) & 1)


@compiled
def found(p: Any, s: Any, flag: int, test: int, worse: int) -> int:
    """The flag after one more test; the test is kept when it made the flag worse."""
    if worse <= flag or not chosen(p, test):
        return flag
    s["test"] = test
    return worse


@compiled
def maintained(p: Any, t: int) -> bool:
    """Whether somebody works at the sensor."""
    for k in range(p["windows"]):  # noqa: SIM110 - numba compiles no generators
        if p["start"][k] <= t < p["end"][k]:
            return True
    return False


@compiled
def no_fix(s: Any) -> bool:
    """Whether an exact zero cannot be a position: the last one was clear of zero."""
    return bool(s["raw_t"] > 0 and abs(s["raw"]) > 4.0 * s["usual"])


@compiled
def own(p: Any, s: Any, t: int, v: float, flag: int, cause: bool, cold: bool, live: bool) -> int:
    """The tests of a sensor by itself: jumps, rates, movement."""
    seen = v
    if p["log"] > 0.0:
        v = math.log(max(v, 0.0) + p["log"])
    flag = found(p, s, flag, RATE, rate(p, s, t, v))
    kind = jump(p, s, t, v, cause, live)
    if kind != NONE:
        flag = found(p, s, flag, kind, 3)
    still = flat(p, s, t, v, live)
    flag = found(p, s, flag, ICE if cold else FLAT, still)
    if noise(p, s, t, v, live):
        flag = found(p, s, flag, ICE if cold else NOISE, 3)
    if attenuated(p, s, t, v, live):
        flag = found(p, s, flag, ATTENUATED, 3)
    if seen <= p["bottom"]:
        flag = found(p, s, flag, DRY, 3)
    if seen >= p["top"]:
        flag = found(p, s, flag, TOP, 2)  # the water is at least so high
    return flag


@compiled
def of_rain(
    params: Any, states: Any, p: Any, s: Any, t: int, v: float, flag: int, live: bool
) -> int:
    """The tests of a rain gauge."""
    flag = found(p, s, flag, INTENSE, intense(p, s, t, v))
    flag = found(p, s, flag, FLAT, flat(p, s, t, v, live))
    count_wet(p, s, t, v)
    if live:
        test = beside(params, states, p, s, t, v)
        if test != NONE:
            flag = found(p, s, flag, test, 3)
    return flag


@compiled
def of_value(
    params: Any, states: Any, p: Any, s: Any, t: int, v: float, flag: int, live: bool
) -> int:
    """The tests of anything that is no rain, with what the neighbours say."""
    cause, cold, sigmas = False, False, math.nan
    if live:
        cause = explained(params, states, p, t)
        cold = p["kind"] == LEVEL and frost(params, states, p, t)
        sigmas = foretold(params, states, p, t, v)
    if p["kind"] == DISPLACEMENT and v == 0.0 and no_fix(s) and chosen(p, FIX):
        s["test"] = FIX
        return 9
    if p["spike"] <= 0.0 and s["seen"] < p["learn"]:
        flag = max(flag, 2)
        s["test"] = LEARNING
    flag = own(p, s, t, v, flag, cause or sigmas <= WITHIN, cold, live)
    if sigmas > FAR:
        flag = found(p, s, flag, VIRTUAL, 3)
    if live and p["kind"] > DISPLACEMENT and differs(params, states, p, s, t, v):
        flag = found(p, s, flag, NEIGHBOUR, 3)
    return flag


@compiled
def examined(
    params: Any, states: Any, p: Any, s: Any, t: int, v: float, flag: int, live: bool
) -> int:
    """The flag of a finite value that neither its sender nor its range doubts."""
    if maintained(p, t):
        s["test"], s["base_t"], s["away_n"] = MAINTENANCE, 0, 0
        return max(flag, 3)
    if v < p["low"] or v > p["high"]:
        s["test"] = RANGE
        return 4
    if p["kind"] == RAIN:
        return of_rain(params, states, p, s, t, v, flag, live)
    return of_value(params, states, p, s, t, v, flag, live)


@compiled
def assess(
    params: Any, states: Any, row: int, t: int, v: float, flag: int, test: int, live: bool
) -> int:
    """A reading's flag; the state's `test` says what set it, `turn` whether that is new.

    flag, test: as sender, range and counter have them; live: in order of arrival, not anew.
    """
    p, s = params[row], states[row]
    s["test"] = test
    if p["on"] > 0 and flag <= 2 and math.isfinite(v):
        flag = examined(params, states, p, s, t, v, flag, live)
    if math.isfinite(v):
        note(p, s, t, v, flag)
    standing = s["test"] if flag >= 3 else NONE
    s["turn"] = 0
    if live:
        if standing != s["standing"] and p["on"] > 0:
            s["turn"] = 1
        s["standing"] = standing
    return flag


@compiled
def afresh(s: Any) -> None:
    """Forget what the kept readings will tell again; what was learned stays."""
    s["t"], s["base_t"], s["away_n"], s["old_held"], s["lively"] = 0, 0, 0, 0, 0.0
    s["same_t"], s["run"], s["raw_t"] = 0, 0, 0
    s["block_t"], s["dull"] = 0, 0.0
    s["bucket"], s["wet_n"], s["rain_t"] = 0, 0, 0
