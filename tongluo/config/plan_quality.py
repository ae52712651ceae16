"""The quality tables of a plan: a row for each tested sensor and for each neighbour of one."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from ingest import quality_tables as tables
from ingest import quality_words as words
from tongluo.config.quality import QualityIn
from tongluo.config.sensors import SensorSpec
from tongluo.core.times import DAY, HOUR, MINUTE, to_ms
from tongluo.core.units import QUANTITIES, conversion, parse_value

KINDS = {"rain": tables.RAIN, "temperature": tables.TEMPERATURE, "angle": tables.DISPLACEMENT,
         "displacement": tables.DISPLACEMENT, "height": tables.LEVEL,
         "flow": tables.LEVEL}  # fmt: skip
"""Kind of quantity -> kind of faults; all else is OTHER."""

MOVING = (words.SPIKE, words.STEP, words.RATE, words.FLAT, words.ATTENUATED, words.NOISE,
          words.VIRTUAL)  # fmt: skip
AUTO = {
    tables.LEVEL: (*MOVING, words.DRY, words.TOP, words.ICE),
    tables.DISPLACEMENT: (*MOVING, words.FIX),
    tables.RAIN: (words.INTENSE, words.FLAT, words.CLOGGED, words.DRIZZLE, words.ISOLATED),
    tables.TEMPERATURE: (*MOVING, words.NEIGHBOUR),
    tables.OTHER: (*MOVING, words.NEIGHBOUR),
}
SUDDEN = ("co", "pm25", "acceleration")
"""Quantities whose jumps are the very thing that is watched for."""

EVENTFUL = ("stage", "reservoir_stage", "water_depth", "flow", "conductivity")
"""Quantities that events drive: one interval may bring as much as a usual day."""

SPREAD = {"turbidity": 1.0}
"""Quantities that spread over decades: judged as log(value + this), which noise is below."""

STILL = {tables.LEVEL: 3 * HOUR, tables.DISPLACEMENT: DAY}
"""How long a value may stand still at least, where no duration is given (else an hour)."""

IMPOSSIBLE = {"rain": (0.0, math.inf), "humidity": (0.0, 105.0), "soil_moisture": (0.0, 105.0),
              "wind_speed": (0.0, 150.0), "co": (0.0, math.inf), "pm25": (0.0, math.inf),
              "temperature": (-95.0, math.inf)}  # fmt: skip
"""What cannot be, anywhere: no rain below nothing, no air colder than was ever measured."""

RAIN_RATES = (10.0, 40.0)
"""mm a minute, suspect and fail: WMO-No. 8 gives 0 to 40 mm/min as the plausible range."""


def quality_params(sensors: Sequence[SensorSpec | None], order_params: Any) -> Any:
    """The table; the order stage's rows are told theirs. At least one row, used or not."""
    rows = _rows(sensors)
    params = np.zeros(max(1, len(rows)), tables.PARAMS)
    for sensor, row in rows.items():
        spec = sensors[sensor]
        assert spec is not None
        _fill(params[row], spec, {s.key: rows[n] for n, s in _known(sensors) if n in rows})
        order_params[sensor]["quality"] = row + 1
    return params


def _known(sensors: Sequence[SensorSpec | None]) -> Iterator[tuple[int, SensorSpec]]:
    return ((n, s) for n, s in enumerate(sensors) if s is not None)


def _rows(sensors: Sequence[SensorSpec | None]) -> dict[int, int]:
    """Sensor -> row of the quality table."""
    tested = [s for _, s in _known(sensors) if s.quality is not None]
    wanted = {key for s in tested if s.quality for key in s.quality.heard}
    wanted |= {s.key for s in tested}
    found = [n for n, s in _known(sensors) if s.key in wanted]
    return {n: row for row, n in enumerate(found)}


def kind_of(quantity: str) -> int:
    """What faults a quantity's sensors have."""
    return KINDS.get(QUANTITIES[quantity][1], tables.OTHER)


def _fill(row: Any, spec: SensorSpec, rows: Mapping[str, int]) -> None:
    fill(row, spec.quality, spec.quantity, spec.cadence)
    if spec.quality is None:
        return
    near = [key for key in spec.quality.heard if key in rows]
    row["nears"] = len(near)
    virtual = spec.quality.virtual
    for k, key in enumerate(near):
        row["near"][k] = rows[key]
        row["weight"][k] = virtual.weights.get(key, 0.0) if virtual else 0.0


def fill(row: Any, said: QualityIn | None, quantity: str, cadence: int) -> None:
    """One row, without its neighbours; without a block it is only a neighbour of others."""
    kind = kind_of(quantity)
    row["kind"], row["cadence"], row["on"] = kind, cadence, int(said is not None)
    said = said or QualityIn()
    row["tests"] = sum(1 << test for test in _chosen(said, quantity, kind))
    row["learn"], row["settle"] = said.learn, max(said.settle, 24 * cadence)
    row["day"] = int(quantity in EVENTFUL)
    if not (said.spike or said.rate or said.noise or said.flat.tolerance):
        row["log"] = SPREAD.get(quantity, 0.0)
    row["low"], row["high"] = IMPOSSIBLE.get(quantity, (-math.inf, math.inf))
    _limits(row, said, quantity, kind)
    _still(row, said, quantity, kind)
    row["windows"] = len(said.maintenance)
    for k, window in enumerate(said.maintenance):
        row["start"][k], row["end"][k] = to_ms(window.from_), to_ms(window.to)


def _chosen(said: QualityIn, quantity: str, kind: int) -> tuple[int, ...]:
    code = {word: test for test, word in words.TESTS.items()}
    if said.tests != "auto":
        return tuple(code[word] for word in said.tests)
    if QUANTITIES[quantity][1] == "flag":
        return ()  # yes or no, and steps of a scale: it is what it says
    if quantity in SUDDEN:
        return (words.RATE, words.VIRTUAL)
    return AUTO[kind]


def _limits(row: Any, said: QualityIn, quantity: str, kind: int) -> None:
    row["bottom"], row["top"] = -math.inf, math.inf
    for key in ("spike", "noise"):
        row[key] = span(getattr(said, key), quantity)
    for key in ("bottom", "top"):
        given = getattr(said, key)
        if given is not None:
            row[key] = parse_value(given, quantity)
    for key in ("pour", "burst", "wet"):
        row[key] = parse_value(getattr(said, key), "rain")
    suspect, fail = RAIN_RATES if kind == tables.RAIN else (math.inf, math.inf)
    row["rate"], row["rate_fail"] = suspect / MINUTE, fail / MINUTE
    for key, given in _rates(said):
        row[key] = span(given[0], quantity) / given[1]
    if said.virtual:
        row["intercept"] = parse_value(said.virtual.intercept, quantity)
        row["sigma"] = span(said.virtual.sigma, quantity)


def _rates(said: QualityIn) -> Iterator[tuple[str, tuple[str, int]]]:
    if said.rate and said.rate.suspect:
        yield "rate", (said.rate.suspect, said.rate.per)
    if said.rate and said.rate.fail:
        yield "rate_fail", (said.rate.fail, said.rate.per)


def _still(row: Any, said: QualityIn, quantity: str, kind: int) -> None:
    flat = said.flat
    row["flat"] = flat.suspect if flat.suspect is not None else STILL.get(kind, HOUR)
    row["flat_given"] = int(flat.suspect is not None)
    row["flat_fail"] = flat.fail or 0
    row["tolerance"] = span(flat.tolerance, quantity)


def span(text: str | None, quantity: str) -> float:
    """A difference of two values (no zero point: 2 K are 2 degrees); 0 when not given."""
    if text is None:
        return 0.0
    unit = text.strip().partition(" ")[2].strip()
    return parse_value(text, quantity) - (conversion(quantity, unit)[1] if unit else 0.0)
