"""Past readings as series for fitting: of a case folder, or of a CSV in the shape of a case's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tongluo.core.columns import F8, I8
from tongluo.core.errors import CaseError
from tongluo.core.units import QUANTITIES


@dataclass(frozen=True)
class Series:
    """Good readings of one sensor in time order."""

    quantity: str
    t: I8
    value: F8
    """In the quantity's inner unit."""


def read_series(path: Path, names: list[str]) -> dict[str, Series]:
    """station/sensor -> its series. CaseError names what is not there.

    Of a CSV the sensor's name is taken for its quantity, and values for its inner unit.
    """
    found = _of_case(path, names) if path.is_dir() else _of_file(path, names)
    for name, series in found.items():
        if len(series.t) == 0:
            raise CaseError(f"{path}: there is no good reading of {name}")
    return found


def _of_case(path: Path, names: list[str]) -> dict[str, Series]:
    from tongluo.replay.case import load_case  # noqa: PLC0415 - compiles
    from tongluo.replay.readings import read_columns  # noqa: PLC0415 - as above
    from tongluo.replay.run import prepare  # noqa: PLC0415 - as above

    case = load_case(path)
    made = prepare(case)
    sensors = {s.key: (n, s) for n, s in enumerate(made.sensors) if s is not None}
    columns, out = read_columns(case, made), {}
    for name in names:
        if name not in sensors:
            raise CaseError(f"{path}: there is no sensor {name!r}: {', '.join(sorted(sensors))}")
        row, spec = sensors[name]
        if spec.counter is not None:
            raise CaseError(f"{path}: {name} is a running total -> give a series of increments")
        good = (columns.sensor == row) & (columns.flag <= 2) & (columns.issued == 0)
        out[name] = _series(spec.quantity, columns.t[good], columns.value[good])
    return out


def _of_file(path: Path, names: list[str]) -> dict[str, Series]:
    table = read_csv(path, ("time", "station", "quantity", "value"))
    keys = table["station"].astype(str) + "/" + table["quantity"].astype(str)
    out = {}
    for name in names:
        mine = table[keys == name]
        quantity = name.rpartition("/")[2]
        if mine.empty or quantity not in QUANTITIES:
            known = ", ".join(sorted(set(keys))[:20])
            raise CaseError(f"{path}: there is no sensor {name!r} of a known quantity: {known}")
        out[name] = _series(quantity, mine["t"].to_numpy(), mine["value"].to_numpy())
    return out


def read_csv(path: Path, needed: tuple[str, ...]) -> Any:
    """A file as a pandas table with `t` (ms) beside; rows flagged worse than 2 are left out."""
    import pandas as pd  # noqa: PLC0415 - heavy

    try:
        table = pd.read_csv(path, dtype={"station": str, "quantity": str})
    except (OSError, ValueError) as error:
        raise CaseError(f"{path}: cannot be read: {error}") from None
    missing = [name for name in needed if name not in table.columns]
    if missing:
        raise CaseError(f"{path}: has no column {', '.join(missing)} (it needs {','.join(needed)})")
    try:
        if not table["time"].astype(str).str.contains(r"(?:Z|[+-]\d\d:?\d\d)$").all():
            raise ValueError("a time without offset (write ...+08:00 or ...Z)")
        times = pd.to_datetime(table["time"], utc=True, format="ISO8601")
        table["value"] = pd.to_numeric(table["value"])
    except (ValueError, TypeError) as error:
        raise CaseError(f"{path}: {error}") from None
    table["t"] = times.dt.as_unit("ms").astype("int64")
    return table[table["flag"] <= 2] if "flag" in table.columns else table


def _series(quantity: str, t: Any, value: Any) -> Series:
    """In time order, each time once, finite."""
    finite = np.isfinite(value)
    times, first = np.unique(np.asarray(t[finite], np.int64), return_index=True)
    return Series(quantity, times, np.asarray(value[finite], np.float64)[first])
