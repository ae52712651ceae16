"""The readings of a case as columns, in order of arrival; every fault with its file and row.

`time,station,quantity,value[,received_at][,issued_at][,flag]` in .csv, .csv.gz or .parquet;
`quantity` is the sensor's name at that station, `value` in the sensor's declared unit. The order
of a file is the order of arrival. Several files are merged by time of arrival: received_at, else
issued_at, else time, each file keeping its own order.

Columns of text are read by pyarrow and turned into numbers as wholes: a million rows in seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pyarrow as pa
from pyarrow import compute, csv, parquet

from tongluo.config.plan import Plan
from tongluo.core.columns import F8, I8, Columns
from tongluo.core.errors import CaseError
from tongluo.core.times import iso, parse_time
from tongluo.core.words import Flag
from tongluo.replay.case import Case

NEEDED = ("time", "station", "quantity", "value")
OPTIONAL = ("received_at", "issued_at", "flag")
CANNOT_BE_MEASURED = 1e12


@dataclass(frozen=True)
class Rows:
    """The rows as written: values in the declared unit; 0 = no received_at, no issued_at."""

    columns: Columns
    known: I8
    """When each row was known, ms: never falling within a file."""

    def __len__(self) -> int:
        return len(self.known)


def read_columns(case: Case, plan: Plan) -> Columns:
    """What the engine is fed: values in inner units. CaseError names the file and the row."""
    columns = read_rows(case, plan).columns
    value = columns.value.copy()
    for row, sensor in enumerate(plan.sensors):
        if sensor is not None and (sensor.factor != 1.0 or sensor.offset != 0.0):
            places = np.flatnonzero(columns.sensor == row)
            # Python's round, not numpy's: a live message is converted by the same function
            value[places] = [
                round(v * sensor.factor + sensor.offset, 9) for v in value[places].tolist()
            ]
    return Columns(columns.sensor, columns.t, value, columns.flag, columns.arrival, columns.issued)


def read_rows(case: Case, plan: Plan) -> Rows:
    """All readings of the case as written, in order of arrival."""
    sensors = {s.key: n for n, s in enumerate(plan.sensors) if s is not None and s.derived is None}
    parts = [_File(case.folder / name).rows(sensors) for name in case.readings]
    if len(parts) == 1:
        return parts[0]
    known = np.concatenate([part.known for part in parts])
    order = np.argsort(known, kind="stable")
    names = Columns.__dataclass_fields__
    joined = [np.concatenate([getattr(p.columns, name) for p in parts])[order] for name in names]
    return Rows(Columns(*joined), known[order])


class _File:
    """One file of readings."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.is_csv = path.suffix != ".parquet"
        self.table = self._table()
        names = self.table.column_names
        missing = [n for n in NEEDED if n not in names]
        wrong = [n for n in names if n not in (*NEEDED, *OPTIONAL) or names.count(n) > 1]
        if missing or wrong:
            raise CaseError(
                f"{path}:1: header: missing {missing}, unknown or twice {wrong} -> "
                f"use {','.join(NEEDED)}[,{'][,'.join(OPTIONAL)}]"
            )

    def rows(self, sensors: dict[str, int]) -> Rows:
        """Its rows, checked."""
        t, received = self._times("time"), self._times("received_at", 0)
        issued, value = self._times("issued_at", 0), self._values()
        flag = np.where(np.isnan(value), int(Flag.MISSING), self._flags())
        self._in_order(received)
        arrived = np.where(received > 0, received, np.where(issued > 0, issued, t))
        columns = Columns(self._sensors(sensors), t, value, flag, received, issued)
        return Rows(columns, np.maximum.accumulate(arrived))

    def _table(self) -> Any:
        try:
            if not self.is_csv:
                return parquet.read_table(self.path)
            text = dict.fromkeys((*NEEDED, *OPTIONAL), pa.string())
            return csv.read_csv(
                self.path,
                csv.ReadOptions(use_threads=False),  # with threads, faults have no row number
                csv.ParseOptions(ignore_empty_lines=False),
                csv.ConvertOptions(column_types=text, strings_can_be_null=False),
            )
        except OSError as error:
            raise CaseError(f"{self.path}: cannot be read: {error.strerror or error}") from None
        except pa.ArrowException as error:
            raise CaseError(f"{self.path}: cannot be read: {error}") from None

    def _fault(self, place: int, reason: str) -> NoReturn:
        """place: from 0. In a CSV the row number is the line number: the header is row 1."""
        raise CaseError(f"{self.path}:{place + (2 if self.is_csv else 1)}: {reason}")

    def _column(self, name: str) -> Any:
        if name not in self.table.column_names:
            return None
        column = self.table.column(name)
        if pa.types.is_dictionary(column.type) or pa.types.is_large_string(column.type):
            column = column.cast(pa.string())
        return column

    def _times(self, name: str, empty: int | None = None) -> I8:
        """ms; `empty` stands for no text, None = there must be one."""
        column = self._column(name)
        if column is None:
            return np.zeros(len(self.table), np.int64)
        if pa.types.is_timestamp(column.type):
            if column.type.tz is None:
                self._fault(0, f"{name}: a timestamp without time zone -> store it in UTC")
            column = column.cast(pa.timestamp("ms", "UTC"), safe=False).cast(pa.int64())
            if empty is None and column.null_count:
                self._fault(_first(compute.is_null(column)), f"{name} is missing")
            return _int64(compute.fill_null(column, 0))
        if empty is not None:
            column = compute.if_else(compute.equal(column, ""), None, column)
        try:
            stamps = compute.cast(column, pa.timestamp("ms", "UTC")).cast(pa.int64())
            if empty is not None or not stamps.null_count:
                return _int64(compute.fill_null(stamps, 0))
        except pa.ArrowInvalid:
            pass  # a rarer writing, or a fault: one by one
        return self._one_by_one(name, column, lambda x: 0 if x is None else parse_time(x))

    def _one_by_one(self, name: str, column: Any, read: Callable[[Any], int]) -> I8:
        known: dict[Any, int] = {}
        out = np.zeros(len(column), np.int64)
        for n, text in enumerate(column.to_pylist()):
            if text not in known:
                try:
                    known[text] = read(text)
                except (ValueError, KeyError) as error:
                    self._fault(n, f"{name}: {error}")
            out[n] = known[text]
        return out

    def _values(self) -> F8:
        """Numbers; NaN where there is none."""
        column = self._column("value")
        if pa.types.is_string(column.type):
            column = compute.if_else(compute.equal(column, ""), None, column)
        try:
            numbers = compute.fill_null(compute.cast(column, pa.float64()), float("nan"))
        except pa.ArrowException:
            self._worst_value(column)
        value: F8 = np.ascontiguousarray(numbers.to_numpy(), np.float64)
        absurd = np.flatnonzero(np.abs(value) >= CANNOT_BE_MEASURED)
        if len(absurd):
            self._fault(int(absurd[0]), f"value: {value[absurd[0]]} cannot be measured")
        return value

    def _worst_value(self, column: Any) -> NoReturn:
        for n, text in enumerate(column.to_pylist()):
            try:
                compute.cast(pa.scalar(text), pa.float64())
            except pa.ArrowException:
                self._fault(n, f"value: {text!r} is not a number")
        raise AssertionError("a column that cannot be cast has a value that cannot")

    def _flags(self) -> I8:
        column = self._column("flag")
        if column is None:
            return np.full(len(self.table), int(Flag.GOOD), np.int64)
        return self._one_by_one("flag", column, _flag)

    def _sensors(self, sensors: dict[str, int]) -> I8:
        """Sensor rows of `station/quantity`."""
        names = [compute.cast(self._column(n), pa.string()) for n in ("station", "quantity")]
        keys = compute.binary_join_element_wise(*names, "/").combine_chunks()
        keys = compute.fill_null(keys, "/").dictionary_encode()
        codes = _int64(keys.indices)
        rows = np.array([sensors.get(key, -1) for key in keys.dictionary.to_pylist()], np.int64)
        found: I8 = rows[codes] if len(rows) else codes
        unknown = np.flatnonzero(found < 0)
        if len(unknown):
            key = keys.dictionary[codes[unknown[0]]].as_py()
            self._fault(int(unknown[0]), f"{key}: no such station and sensor is declared")
        return found

    def _in_order(self, received: I8) -> None:
        """The order of a file is the order of arrival: where that is told, it must not go back."""
        before = np.concatenate([[0], np.maximum.accumulate(received)[:-1]])
        back = np.flatnonzero((received > 0) & (received < before))
        if len(back):
            n = int(back[0])
            told = f"received at {iso(int(received[n]))}, after a row of {iso(int(before[n]))}"
            self._fault(n, f"{told} -> order the rows by arrival")


def _flag(text: Any) -> int:
    if text in (None, ""):
        return int(Flag.GOOD)
    try:
        return int(Flag(int(text)))
    except ValueError:
        raise ValueError(f"{text!r} is not a flag (1, 2, 3, 4 or 9)") from None


def _int64(column: Any) -> I8:
    out: I8 = np.ascontiguousarray(column.to_numpy(), np.int64)
    return out


def _first(mask: Any) -> int:
    return int(np.flatnonzero(mask.to_numpy())[0])
