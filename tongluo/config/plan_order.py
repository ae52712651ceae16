"""The order stage's tables of a plan: one row a sensor, and the clock."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ingest import order
from ingest.derived_stage import DerivedStage
from tongluo.config.judged import zone_offset
from tongluo.config.models import Config
from tongluo.config.plan_tasks import Specs, Task
from tongluo.config.sensors import SensorSpec
from tongluo.core.times import DAY, HOUR, MINUTE, to_ms
from tongluo.core.units import parse_value

MAX_CELLS = 4096
MOST_KEPT = DAY
"""Readings are kept in memory for so long at most, unless `time.rewind` asks for more: what looks
further back is not judged anew for a late one (`tongluo.again`)."""
SPARE_CELLS = 16


def clock_row(config: Config) -> Any:
    """The clock's row, not yet started."""
    row = np.zeros(1, order.CLOCK)
    time = config.time
    row["tick"], row["stream"] = time.tick, int(time.clock == "stream")
    row["step"], row["future"], row["earliest"] = (
        time.stream_step,
        time.future,
        to_ms(time.earliest),
    )
    return row


def order_params(config: Config, specs: Specs, windows: Sequence[int]) -> Any:
    """One row a sensor. windows: ms of its past that are judged."""
    params = np.zeros(len(specs), order.PARAMS)
    for row, sensor, window in zip(params, specs, windows, strict=True):
        _order_row(row, config, sensor, window)
    return params


def windows_of(
    specs: Specs, tasks: Mapping[str, Sequence[Task]], derived: DerivedStage
) -> list[int]:
    """ms of each sensor's past that some task looks at, itself or through a derived series."""
    windows = [0] * len(specs)
    for found in tasks.values():
        for task in found:
            for row in task.heard:
                if row >= 0:
                    windows[row] = max(windows[row], task.past)
    _through(derived, windows)
    return windows


def _through(derived: DerivedStage, windows: list[int]) -> None:
    """What is asked of a derived series is asked of its inputs, and what it takes to make it."""
    for _ in range(len(derived.params)):  # as many times as series can stand behind one another
        before = list(windows)
        for row, heard in zip(derived.params, derived.heard, strict=True):
            own = int(row["every"]) + int(row["wait"]) + windows[int(row["sensor"])]
            for k, sensor in enumerate(heard):
                need = own + int(row["lag"][k]) + int(row["age"][k])
                windows[sensor] = max(windows[sensor], need)
        if windows == before:
            return


def _order_row(row: Any, config: Config, sensor: SensorSpec | None, window: int) -> None:
    row["cells"] = 1
    row["fail_low"], row["fail_high"], row["low"], row["high"] = (
        -math.inf,
        math.inf,
        -math.inf,
        math.inf,
    )
    if sensor is None:
        return
    if sensor.derived is not None:
        row["silence"] = sensor.silence
        return
    usual = min(window, MOST_KEPT)
    rewind = config.time.rewind if config.time.rewind is not None else max(usual, HOUR)
    span = max(rewind, usual)
    row["rewind"], row["silence"] = rewind, sensor.silence
    row["cells"] = min(MAX_CELLS, span // sensor.cadence + SPARE_CELLS)
    row["reach"] = min(span, (int(row["cells"]) - SPARE_CELLS) * sensor.cadence)
    row["forecast"] = int(sensor.forecast)
    row["fail_low"], row["fail_high"] = sensor.fail
    row["low"], row["high"] = sensor.suspect
    if sensor.counter is not None:
        _counter_row(row, config, sensor)


def _counter_row(row: Any, config: Config, sensor: SensorSpec) -> None:
    counter = sensor.counter
    assert counter is not None
    row["counter"], row["resolution"] = 1, parse_value(counter.resolution, "rain")
    row["max_rate"] = parse_value(counter.max_rate, "rain")
    row["width"] = (counter.width or 0.0) * sensor.factor
    if counter.reset == "daily":
        hour, minute = map(int, counter.reset_at.split(":"))
        row["reset_every"] = DAY
        row["reset_phase"] = (hour * HOUR + minute * MINUTE - zone_offset(config)) % DAY
