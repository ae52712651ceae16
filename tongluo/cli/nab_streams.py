"""A corpus laid out as NAB is (data, labels, config), and the two detectors that are run on it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from detectors.anomaly import DETECTOR
from tongluo.cli.nab_score import F8, PROFILES, Weights, Window, profiles_of
from tongluo.core.compiled import cached
from tongluo.core.driver import fresh_state
from tongluo.core.errors import CaseError
from tongluo.core.ports import Sensor

I8 = NDArray[np.int64]
GAUSS_ROWS, GAUSS_STEP = 6400, 100


@dataclass(frozen=True)
class Stream:
    """One file of the corpus."""

    name: str
    time: I8
    """ms."""
    value: F8
    windows: list[Window]


@dataclass(frozen=True)
class Corpus:
    """What the label file names, and what of it is there."""

    folder: Path
    labels: dict[str, list[tuple[str, str]]]

    @property
    def found(self) -> list[str]:
        """Names of the streams that are there."""
        return [name for name in self.labels if (self.folder / "data" / name).is_file()]

    def streams(self) -> Iterator[Stream]:
        """Each stream that is there."""
        for name in self.found:
            yield read(self.folder / "data" / name, name, self.labels[name])

    def profiles(self) -> dict[str, Weights]:
        """As config/profiles.json says; the published ones where it is missing."""
        path = self.folder / "config" / "profiles.json"
        return profiles_of(_json(path)) if path.is_file() else PROFILES


def corpus(folder: Path) -> Corpus:
    """The corpus in a folder; CaseError when nothing of it can be read."""
    path = folder / "labels" / "combined_windows.json"
    if not path.is_file():
        raise CaseError(f"{path}: not there; a corpus has data/ and labels/combined_windows.json")
    found = Corpus(folder, _json(path))
    if not found.found:
        raise CaseError(f"{folder / 'data'}: none of the {len(found.labels)} labelled streams")
    return found


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CaseError(f"{path}: {error}") from None


def read(path: Path, name: str, labels: list[tuple[str, str]]) -> Stream:
    """One file: timestamp,value. A window is from the first row of its start to that of its end."""
    try:
        table = pd.read_csv(path)
        time = _ms(table["timestamp"])
        value = np.ascontiguousarray(table["value"].to_numpy(np.float64))
        edges = [_ms(pd.Series(window)) for window in labels]
        windows = [
            (int(np.flatnonzero(time == start)[0]), int(np.flatnonzero(time == end)[0]))
            for start, end in edges
        ]
    except (KeyError, ValueError, IndexError) as error:
        raise CaseError(f"{path}: cannot be used ({error})") from None
    return Stream(name, time, value, windows)


def _ms(texts: Any) -> I8:
    times = pd.to_datetime(texts).astype("datetime64[ms]").astype("int64")
    return np.ascontiguousarray(times.to_numpy(np.int64))


def walk(params: Any, state: Any, t: Any, value: Any, out: Any) -> None:
    """Every reading through the step; its score is written down. Compiled with the step itself."""
    for i in range(t.shape[0]):
        state["level"] = step(params, state, t[i], value[i], 1)  # type: ignore[name-defined] # noqa: F821
        out[i] = state["score"]


@cache
def _walk() -> Any:
    return cached(walk, ("detectors",), f"from {DETECTOR.step.__module__} import step")


def anomaly_scores(time: I8, value: F8) -> F8:
    """The score of `anomaly` at each reading, by its own step and defaults.

    A time that does not rise (a clock put back) is taken as just after the one before.
    """
    params = np.zeros(1, DETECTOR.params)
    cadence = int(np.median(np.diff(time))) if len(time) > 1 else 60_000
    sensor = Sensor("temperature", max(cadence, 1), False)  # any quantity: it makes no difference
    DETECTOR.fill(params[0], DETECTOR.options(), {"blue": 0.001}, sensor)
    state, out = fresh_state(DETECTOR.state(params), 1), np.zeros(len(value))
    rows = np.arange(len(time))
    _walk()(params[0], state[0], np.maximum.accumulate(time - rows) + rows, value, out)
    return out


def gauss_scores(time: I8, value: F8) -> F8:
    """A simple peer: how far in the tail of a normal law of the last 6400 rows a value lies.

    Mean and deviation are taken anew every 100 rows; 0 until the first 100 are known.
    """
    out, mean, deviation = np.zeros(len(value)), 0.0, 0.0
    for i, x in enumerate(value.tolist()):
        if i and i % GAUSS_STEP == 0:
            past = value[max(0, i - GAUSS_ROWS) : i]
            mean, deviation = float(past.mean()), max(float(past.std()), 1e-6)
        if i >= GAUSS_STEP:
            out[i] = 1.0 - 0.5 * math.erfc(abs(x - mean) / deviation / math.sqrt(2.0))
    return out


RUN = {"anomaly": anomaly_scores, "windowed Gaussian": gauss_scores}
"""Detector -> (times, values) -> scores."""
